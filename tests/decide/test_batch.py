"""The batch kernel through its own door: answers, columns of every shape, and what is refused."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import attrs
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lawful.decide.batch import machine
from lawful.decide.batch.carried import carry
from lawful.decide.batch.uses import BatchDecider
from lawful.law.book import Book
from lawful.law.coverage import touched
from lawful.law.model import Kind
from lawful.law.oracle import Court, worst
from lawful.law.thing import Record, Thing
from lawful.terms.errors import UsageError
from lawful.terms.values import SetValue
from lawful.testing.columns import columns_of, records_of
from lawful.testing.traffic import Traffic
from tests.decide.uses import CHINA, EUROPE, EXPORT, USES, use
from tests.law.files import rulebook_files

ON = date(2026, 11, 24)


def table(book: Book, things: Sequence[Thing], *, records: bool = True) -> pa.RecordBatch:
    facts = [each.name for each in book.vocabulary.facts_of("use") if each.name != "at"]
    found = columns_of(book.vocabulary, things, facts)
    if records:
        found["records"] = records_of(things)
    return pa.RecordBatch.from_pydict(found)


def typed(thing: Thing, kept: frozenset[str] = frozenset()) -> Thing:
    """The thing on the day of these tests, its records as a column says them."""
    records = tuple(Record(rule=each.rule) for each in thing.records)
    return attrs.evolve(thing, on=ON, records=records, kept=kept, systems=())


def by_oracle(book: Book, thing: Thing) -> dict[str, Any]:
    """A row as the oracle answers it."""
    court = Court(book, thing)
    rules = sorted(
        (each for each in book.entries.values() if each.kind is Kind.RULE and each.about == "use"),
        key=lambda each: each.id,
    )
    judged = [(each.id, each, court.judged(each).violated) for each in rules]
    outcome, deciding = worst(judged)
    covered = touched(court).covered
    if outcome.value == "lawful" and not covered:
        outcome, deciding = type(outcome)("undetermined"), None
    return {
        "outcome": outcome.value,
        "deciding": deciding,
        "covered": covered,
        "violated": [rule for rule, _, violated in judged if violated is True],
        "unknown": [rule for rule, _, violated in judged if violated is None],
    }


@pytest.fixture(scope="module")
def decider(book: Book) -> BatchDecider:
    return BatchDecider(book, on=ON)


@pytest.mark.parametrize("kind", ["realistic", "uniform"])
def test_every_answer_is_the_oracles(book: Book, decider: BatchDecider, kind: str) -> None:
    things = [typed(each) for each in getattr(Traffic(book, 5), kind)(150)]
    rows = decider.decide(table(book, things)).to_pylist()
    assert rows == [by_oracle(book, each) for each in things]


def test_uses_that_are_lawful_and_not(book: Book, decider: BatchDecider) -> None:
    changes = (
        "",
        "consent_separate = null",
        "data ?= health",
        "subject_located_in = null",
        "told = null",
    )
    things = [typed(use(book, facts, change)) for facts in USES for change in changes]
    rows = decider.decide(table(book, things)).to_pylist()
    assert rows == [by_oracle(book, each) for each in things]
    assert {each["outcome"] for each in rows} >= {"lawful", "undetermined", "not_yet"}


def test_registers_that_are_kept_say_no(book: Book) -> None:
    kept = frozenset({"cn.pipl.55", "system"})
    things = [typed(use(book, {**EXPORT, "fulfilled:cn.pipl.55": None}), kept)]
    things.append(attrs.evolve(things[0], records=(Record(rule="cn.pipl.55"),)))
    rows = BatchDecider(book, on=ON, kept=kept).decide(table(book, things)).to_pylist()
    assert rows == [by_oracle(book, each) for each in things]
    assert rows[0] != rows[1]
    without = BatchDecider(book, on=ON).decide(table(book, things[:1])).to_pylist()
    assert without == [by_oracle(book, attrs.evolve(things[0], kept=frozenset()))]
    assert without != rows[:1]


def test_an_articles_record_stands_for_all_its_rules(book: Book, decider: BatchDecider) -> None:
    thing = use(book, {**EXPORT, "fulfilled:cn.pipl.55": None})
    rows = [
        typed(attrs.evolve(thing, records=(Record(rule=name),)))
        for name in ("cn.pipl.55", "cn.pipl")
    ]
    found = decider.decide(table(book, rows)).to_pylist()
    assert found == [by_oracle(book, each) for each in rows]


def test_each_row_at_its_own_moment(book: Book) -> None:
    chance = random.Random(3)
    moments = [
        datetime(2021, 10, 31, 15, 59, tzinfo=UTC),
        datetime(2021, 10, 31, 16, 0, tzinfo=UTC),  # midnight in Shanghai: PIPL is in force
        datetime(2024, 3, 21, 15, 59, 59, tzinfo=UTC),
        datetime(2024, 3, 21, 16, 0, tzinfo=UTC),
    ]
    things = [
        attrs.evolve(typed(use(book, EXPORT)), on=None, at=chance.choice(moments))
        for _ in range(60)
    ]
    batch = table(book, things).append_column(
        "at", pa.array([each.at for each in things], pa.timestamp("ms", "UTC"))
    )
    rows = BatchDecider(book).decide(batch).to_pylist()
    assert rows == [by_oracle(book, each) for each in things]
    assert len({str(each) for each in rows}) > 1


def test_more_rules_than_there_is_room_for(
    book: Book, decider: BatchDecider, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = table(book, [typed(each) for each in Traffic(book, 6).realistic(1300)])
    whole = decider.decide(batch)
    monkeypatch.setattr(machine, "ROOM", 0)
    assert decider.decide(batch).equals(whole)


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, 700), max_size=6))
def test_how_rows_are_cut_into_batches_does_not_matter(cuts: list[int]) -> None:
    whole, batch, decider = _sliceable()
    bounds = sorted({0, 700, *cuts})
    parts = [
        decider.decide(batch.slice(low, high - low), low + 1) for low, high in pairwise(bounds)
    ]
    assert [row for part in parts for row in part.to_pylist()] == whole


_KNOWN: list[Any] = []


def _sliceable() -> Any:
    if not _KNOWN:
        from lawful.law.book import build_book

        book = build_book(rulebook_files())
        decider = BatchDecider(book, on=ON)
        batch = table(book, [typed(each) for each in Traffic(book, 9).uniform(700)])
        _KNOWN.append((decider.decide(batch).to_pylist(), batch, decider))
    return _KNOWN[0]


def test_no_rows_are_no_answers(book: Book, decider: BatchDecider) -> None:
    assert decider.decide(table(book, [typed(use(book, CHINA))]).slice(0, 0)).num_rows == 0


def narrow(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The same values in other Arrow types."""
    columns = {}
    for name, array in zip(batch.schema.names, batch.columns, strict=True):
        kind = array.type
        if pa.types.is_dictionary(kind) and len(array.dictionary) < 128:
            array = pa.DictionaryArray.from_arrays(array.indices.cast(pa.uint8()), array.dictionary)
        elif pa.types.is_list(kind):
            array = array.cast(pa.large_list(pa.string()))
        elif pa.types.is_int64(kind) and (
            not len(array.drop_null()) or max(array.drop_null().to_pylist()) < 2**31
        ):
            array = array.cast(pa.int32())
        elif pa.types.is_timestamp(kind):
            array = array.cast(pa.timestamp("ns", "UTC"))
        columns[name] = array
    return pa.RecordBatch.from_pydict(columns)


def test_values_mean_the_same_in_every_type(book: Book, decider: BatchDecider) -> None:
    batch = table(book, [typed(each) for each in Traffic(book, 8).uniform(400)])
    columns = zip(batch.schema.names, batch.columns, strict=True)
    plain = {n: a.cast(pa.string()) if pa.types.is_dictionary(a.type) else a for n, a in columns}
    expected = decider.decide(batch)
    assert decider.decide(narrow(batch)).equals(expected)
    assert decider.decide(pa.RecordBatch.from_pydict(plain)).equals(expected)


def test_a_category_stands_for_its_parents(book: Book, decider: BatchDecider) -> None:
    narrowed = [each for each in book.vocabulary.categories.values() if each.parent]
    for facts in (CHINA, EUROPE):
        for each in narrowed[:6]:
            thing = typed(use(book, {**facts, "data": [each.id]}))
            open_one = SetValue(frozenset({each.id}))
            given_alone = table(book, [thing.with_values({"data": open_one})])
            assert decider.decide(given_alone).to_pylist() == [by_oracle(book, thing)]


def test_members_that_may_be_in_a_set(book: Book, decider: BatchDecider) -> None:
    things = [
        typed(
            use(book, CHINA).with_values(
                {"told": SetValue(frozenset({"purpose"}), frozenset({name}))}
            )
        )
        for name in ("method", "categories", "rights_route")
    ]
    batch = table(book, things)
    assert "told_unknown" in batch.schema.names
    assert decider.decide(batch).to_pylist() == [by_oracle(book, each) for each in things]


# ── refused, with row, column and how to mend ────────────────────────────────────────────────────

REFUSED = [
    ({"operatoin": pa.array(["use"] * 3)}, "column 'operatoin'|operatoin", "Did you mean"),
    ({"aware_at": pa.array([None] * 3, pa.timestamp("us", "UTC"))}, "aware_at", ""),
    (
        {"operation": pa.array([1, 2, 3])},
        "column 'operation': The column holds int64",
        "Write text",
    ),
    (
        {"operation": pa.array(["use", None, "us"])},
        "row 3, column 'operation'",
        "Did you mean 'use'",
    ),
    ({"persons": pa.array([1, -1, 2])}, "row 2, column 'persons'", "whole numbers from 0"),
    ({"persons": pa.array([1.0, 2.0, 3.0])}, "The column holds double", "int64"),
    (
        {"persons": pa.array([1, 2, 2**64 - 1], pa.uint64())},
        "row 3, column 'persons'",
        "too large|at most",
    ),
    ({"consent_given": pa.array(["yes"] * 3)}, "The column holds string", "true or false"),
    ({"consent_given_unknown": pa.array([["a"]] * 3)}, "is no set", ""),
    ({"birth_date": pa.array([None] * 3, pa.timestamp("us"))}, "timestamp", "date32"),
    (
        {"data": pa.array([["contact"], ["contcat"], []])},
        "row 2, column 'data'",
        "Did you mean 'contact'",
    ),
    ({"data": pa.array([["contact"], [], [None]])}, "row 3, column 'data'", "data_unknown"),
    ({"data_unknown": pa.array([[], [], ["helth"]])}, "row 3, column 'data_unknown'", "health"),
    ({"records": pa.array([[], ["cn.pipl.551"], []])}, "row 2, column 'records'", "Did you mean"),
    ({"transaction_completed_on": pa.array([0, 0, 2**30], pa.date32())}, "row 3", "date32"),
]


@pytest.mark.parametrize(("columns", "where", "mend"), REFUSED)
def test_what_is_no_fact_is_refused(
    decider: BatchDecider, columns: dict[str, Any], where: str, mend: str
) -> None:
    with pytest.raises(UsageError) as refused:
        decider.decide(pa.RecordBatch.from_pydict(columns))
    text = str(refused.value)
    assert any(part in text for part in where.split("|")), text
    assert any(part in text for part in mend.split("|")), text


def test_a_value_that_is_refused_is_not_told(decider: BatchDecider) -> None:
    with pytest.raises(UsageError) as refused:
        decider.decide(pa.RecordBatch.from_pydict({"purpose": pa.array(["Anna Schmidt, Berlin"])}))
    assert "Anna" not in str(refused.value)


def test_a_value_no_row_has_is_not_refused(decider: BatchDecider) -> None:
    odd = pa.DictionaryArray.from_arrays(pa.array([0, None, 0]), pa.array(["use", "no operation"]))
    assert decider.decide(pa.RecordBatch.from_pydict({"operation": odd})).num_rows == 3


def test_rows_are_counted_through_the_file(decider: BatchDecider) -> None:
    batch = pa.RecordBatch.from_pydict({"persons": pa.array([1, -1])})
    with pytest.raises(UsageError, match="row 5,001"):
        decider.decide(batch, first_row=5000)


def test_a_damaged_dictionary_is_refused(decider: BatchDecider) -> None:
    codes = pa.array(np.array([0, 7, 0], np.int32))
    broken = pa.DictionaryArray.from_arrays(codes, pa.array(["use"]), safe=False)
    with pytest.raises(UsageError, match="row 2, column 'operation'"):
        decider.decide(pa.RecordBatch.from_pydict({"operation": broken}))


def test_the_moment_is_said_once(book: Book, decider: BatchDecider) -> None:
    moment = pa.array([datetime(2026, 1, 1, tzinfo=UTC)], pa.timestamp("us", "UTC"))
    with pytest.raises(UsageError, match="twice"):
        decider.decide(pa.RecordBatch.from_pydict({"at": moment}))
    with pytest.raises(UsageError, match="No moment"):
        BatchDecider(book).decide(pa.RecordBatch.from_pydict({"persons": pa.array([1])}))
    nothing = pa.RecordBatch.from_pydict({"at": pa.array([None], pa.timestamp("us", "UTC"))})
    with pytest.raises(UsageError, match="row 1, column 'at'"):
        BatchDecider(book).decide(nothing)


def test_a_register_of_no_rule_is_refused(book: Book) -> None:
    with pytest.raises(UsageError, match=r"cn\.pipl\.551"):
        BatchDecider(book, on=ON, kept=["cn.pipl.551"])


def test_another_book_than_was_sent_is_refused() -> None:
    sent = carry(rulebook_files())
    changed = {**sent.files, "coverage.toml": sent.files["coverage.toml"] + b"\n# changed\n"}
    with pytest.raises(UsageError, match=sent.hash[:8]):
        attrs.evolve(sent, files=changed).opened(ON, None)


def test_numba_is_not_imported_before_a_batch_is_decided() -> None:
    text = "import lawful.cli.main, lawful.decide.batch.uses, sys; print('numba' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", text],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("day", [date.min, date(9999, 12, 30), date.max, date(1899, 12, 31)])
def test_days_at_the_ends_of_the_calendar_are_refused(book: Book, day: date) -> None:
    with pytest.raises(UsageError, match="1900-01-01 and 2199-12-31"):
        BatchDecider(book, on=day)
    moment = pa.array([datetime(day.year, 12, 30, tzinfo=UTC)], pa.timestamp("us", "UTC"))
    batch = pa.RecordBatch.from_pydict({"at": moment})
    with pytest.raises(UsageError, match="out of range"):
        BatchDecider(book).decide(batch)


def test_a_moment_beyond_counting_says_so(book: Book) -> None:
    moment = pa.array([0, 2**62], pa.timestamp("ms", "UTC"))
    with pytest.raises(UsageError, match="beyond the calendar's end") as refused:
        BatchDecider(book).decide(pa.RecordBatch.from_pydict({"at": moment}))
    assert "row 2" in str(refused.value.location)


def test_null_beside_a_known_set_is_refused(book: Book) -> None:
    texts = pa.list_(pa.string())
    batch = pa.RecordBatch.from_pydict(
        {"data": pa.array([[], None, []], texts), "data_unknown": pa.array([[], None, None], texts)}
    )
    with pytest.raises(UsageError, match="NULL where the set is known") as refused:
        BatchDecider(book, on=ON).decide(batch)
    assert "row 3" in str(refused.value.location)

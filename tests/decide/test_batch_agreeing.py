"""Rows whose facts contradict one another are refused, as the facts of one thing are."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from typing import Any

import attrs
import pyarrow as pa
import pytest

from lawful.decide.batch.uses import BatchDecider
from lawful.law.book import Book
from lawful.law.invariants import CODE, find_contradictions
from lawful.terms.errors import UsageError
from lawful.testing.columns import columns_of
from lawful.testing.traffic import Traffic

ON = date(2026, 11, 24)

REFUSED = [
    (
        {
            "foreign_origin_only": pa.array([True, None, True]),
            "collected_in": pa.array([None, "CN", "CN"]),
        },
        "row 3, columns 'foreign_origin_only' and 'collected_in'",
    ),
    (
        {
            "exported_general_persons_ytd": pa.array([5, 6, None], pa.int32()),
            "exported_persons_2y": pa.array([5, 5, 1], pa.uint64()),
        },
        "row 2, columns",
    ),
    (
        {
            "data": pa.array([["transaction"], ["sex"], []]),
            "data_state": pa.array(["non_personal"] * 3),
        },
        "row 2, columns",
    ),
    (
        {
            "transfer_routes": pa.array([["cac_assessment"]] * 3),
            "route_issued_on": pa.array([None, ON, date(2026, 11, 25)]),
        },
        "row 3, columns",
    ),
]


@pytest.fixture(scope="module")
def decider(book: Book) -> BatchDecider:
    return BatchDecider(book, on=ON)


@pytest.mark.parametrize(("columns", "where"), REFUSED)
def test_the_row_and_both_columns_are_named(
    decider: BatchDecider, columns: dict[str, Any], where: str
) -> None:
    with pytest.raises(UsageError, match="contradict one another") as refused:
        decider.decide(pa.RecordBatch.from_pydict(columns))
    assert refused.value.code == CODE
    assert where in str(refused.value.location)


def test_the_row_is_named_where_rows_are_of_several_days(book: Book) -> None:
    moments = [datetime(2026, 11, day, 12, tzinfo=UTC) for day in (26, 24, 25, 24)]
    columns = {
        "at": pa.array(moments, pa.timestamp("us", "UTC")),
        "foreign_origin_only": [False, False, False, True],
        "collected_in": ["CN"] * 4,
    }
    with pytest.raises(UsageError, match=r"row 5,004"):
        BatchDecider(book).decide(pa.RecordBatch.from_pydict(columns), first_row=5001)


def test_rows_contradict_themselves_as_things_do(book: Book, decider: BatchDecider) -> None:
    """What columns are refused for is what the facts of a thing are refused for."""
    vocabulary, chance = book.vocabulary, random.Random(4)
    facts = sorted({name for each in vocabulary.invariants_of["use"] for name in each.facts})
    seen = set()
    things = Traffic(book, 9).uniform(300)
    for one in things:
        mixed = {name: chance.choice(things).values.get(name) for name in facts}
        thing = attrs.evolve(one, on=ON, values=mixed)
        columns = {**columns_of(vocabulary, [thing], facts), "persons": [1]}
        wrong = [each.facts for each in find_contradictions(vocabulary, thing)]
        seen |= set(wrong)
        if not wrong:
            assert decider.decide(pa.RecordBatch.from_pydict(columns)).num_rows == 1
            continue
        with pytest.raises(UsageError, match="contradict") as refused:
            decider.decide(pa.RecordBatch.from_pydict(columns))
        text = str(refused.value.location)
        assert any(all(f"'{name}'" in text for name in names) for names in wrong)
    assert len(seen) > 6

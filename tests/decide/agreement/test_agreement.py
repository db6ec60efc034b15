"""Oracle, generated function, evaluation, batch, table, SQL on two engines and the texts are one law."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice

import pytest

from lawful.decide import partial, program
from lawful.decide.batch import layout
from lawful.decide.batch.circuit import Circuit
from lawful.decide.rails import Body
from lawful.decide.sql import SqlWriter
from lawful.law.book import Book
from lawful.law.model import Entry, Kind
from lawful.law.oracle import Court, Kleene
from lawful.law.tree import IN_TIME, AnyOf, Doubted, Flag, Node, Passed, Presumed, Recorded, walk
from lawful.testing.aiming import Aim
from lawful.testing.things import Batch, Things
from tests.decide.agreement import raw
from tests.decide.agreement.gate import ENOUGH, Gate, reachable

SEED = int(os.environ.get("LAWFUL_SEED", "20240322"))
CELLS = 100_000
SOAK_CELLS = 1_000_000
TIMES = 25
SOAK_TIMES = 200
MOST_AIMED = 5000
ROWS = 40
AIMED_ROWS = 120
WAYS = ("oracle", "evaluate", "function", "duckdb", "sqlite", "batch", "table", "texts")


@pytest.fixture
def gate(book: Book) -> Iterator[Gate]:
    made = Gate(book)
    yield made
    made.close()


def batches(gate: Gate, cells: int, times: int) -> Iterator[Batch]:
    """Anything, to the count of cells; then what was answered too seldom."""
    things = Things(gate.book, SEED)
    anywhere = things.batches(ROWS)
    while gate.cells["texts"] < cells:
        yield next(anywhere)
    aim = Aim(things)
    for _ in range(MOST_AIMED):  # what is aimed at one answer gives others too: look again
        lacking = gate.lacking(times)
        if not lacking:
            return
        yield aim.batch(lacking, AIMED_ROWS)


def agree(gate: Gate, cells: int, times: int, tell: Callable[[str, object], None]) -> None:
    for batch in batches(gate, cells, times):
        found = next(gate.run(batch), None)
        assert found is None, gate.shrink(found)
    figures = dict(told(gate))
    for name, figure in figures.items():
        tell(name, figure)
        print(f"{figure:10,}  {name}")
    print(seldom(gate))
    assert all(gate.cells[way] >= cells for way in WAYS)
    assert rarest(gate)[0][0] >= times, seldom(gate)


def told(gate: Gate) -> Iterator[tuple[str, int]]:
    """The figures of a run."""
    pairs = rarest(gate)
    seen = [len(gate.situations.get((rule, answer), ())) for _, rule, answer in pairs]
    for way in WAYS:
        yield f"cells, {way}", gate.cells[way]
    yield "of these undetermined", gate.nulls
    yield "answers of entries", len(pairs)
    yield "times the rarest was given", pairs[0][0]
    for many in (3, 10, 25, ENOUGH):
        yield f"answers given in {many} different situations", sum(each >= many for each in seen)


def rarest(gate: Gate) -> list[tuple[int, str, str]]:
    """How often each entry gave each answer that it can give, the rarest first."""
    entries = gate.book.entries.values()
    return sorted(
        (gate.answers[e.id, a], e.id, a) for e in entries for a in reachable(gate.book, e)
    )


def seldom(gate: Gate) -> str:
    """The answers given least often, one a line."""
    return "\n".join(f"{times:6} x {answer:15} {rule}" for times, rule, answer in rarest(gate)[:20])


def test_every_way_of_deciding_agrees(
    gate: Gate, record_property: Callable[[str, object], None]
) -> None:
    agree(gate, CELLS, TIMES, record_property)


@pytest.mark.soak
def test_every_way_of_deciding_agrees_at_length(
    gate: Gate, record_property: Callable[[str, object], None]
) -> None:
    agree(gate, SOAK_CELLS, SOAK_TIMES, record_property)


# ── the gate itself: a fault planted in one way is found there, and shrunk ──────────────────────


def first_disagreement(
    gate: Gate, batches: Iterator[Batch] | None = None, most: int = 40
) -> tuple[str, str]:
    for batch in islice(batches or Things(gate.book, 7).batches(12), most):
        found = next(gate.run(batch), None)
        if found is not None:
            return found.way, gate.shrink(found)
    raise AssertionError("the planted fault was not found")


def examples_of(gate: Gate, fits: Callable[[Entry], bool]) -> Iterator[Batch]:
    """Batches about example rows of some entries."""
    things = Things(gate.book, 7)
    seeds = [each for each in things.seeds if fits(each.entry)]
    while True:
        yield things.batch(things.random.choice(seeds).thing, 12)


def says(kind: type[Node]) -> Callable[[Entry], bool]:
    """Does an entry use this word of the language?"""

    def fits(entry: Entry) -> bool:
        lines = (*entry.when, *entry.unless, *(entry.requires or ()))
        return any(isinstance(node, kind) for line in lines for node in walk(line.node))

    return fits


def test_unknown_members_taken_for_absent_ones(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = partial.has_any

    def forgetful(value: object, members: tuple[str, ...]) -> Kleene:
        return whole(value, members) or False

    monkeypatch.setattr(partial, "has_any", forgetful)
    way, example = first_disagreement(gate)
    assert way == "evaluate"
    assert example.startswith("evaluate says")
    assert "| | " in example


def test_unknown_constants_taken_for_false(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = SqlWriter.constant

    def certain(self: SqlWriter, value: bool | None) -> str:
        return whole(self, value or False)

    monkeypatch.setattr(SqlWriter, "constant", certain)
    way, example = first_disagreement(gate)
    assert way == "duckdb"
    assert "[base]" in example


def test_a_rail_that_forgets_unknown(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Body.false

    def hasty(self: Body, node: Node) -> str:
        return f"(not {self.true(node)})" if type(node).__name__ == "Flag" else whole(self, node)

    monkeypatch.setattr(Body, "false", hasty)
    duties = (each for each in Things(gate.book, 7).batches(12) if each.things[0].about != "use")
    way, _ = first_disagreement(gate, duties)  # of a use two functions would differ before
    assert way == "function"


def test_time_that_passes_a_day_late(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = program.last_since

    def late(day: date, n: int, unit: str) -> date:
        return whole(day, n, unit) - timedelta(days=1)

    monkeypatch.setattr(program, "last_since", late)
    way, _ = first_disagreement(gate, examples_of(gate, says(Passed)))
    assert way == "evaluate"


def test_systems_taken_for_all_there_are(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Court.any_of

    def hasty(self: Court, about: str, item: Node, entry: Entry) -> Kleene:
        return whole(self, about, item, entry) or False

    monkeypatch.setattr(Court, "any_of", hasty)
    way, _ = first_disagreement(gate, examples_of(gate, says(AnyOf)))
    assert way == "texts"  # all others are given the state that the oracle works out


def test_texts_that_nobody_read_taken_for_certain(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw, "_doubted", lambda text: text)
    unread = examples_of(gate, lambda entry: entry.kind is Kind.BASIS and not entry.verified)
    way, _ = first_disagreement(gate, unread)
    assert way == "texts"


def test_a_gate_that_takes_doubt_for_truth(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Circuit.of

    def credulous(self: Circuit, node: Node, rail: bool) -> int:
        return whole(self, node.item if isinstance(node, Doubted) else node, rail)

    monkeypatch.setattr(Circuit, "of", credulous)
    unread = examples_of(gate, lambda entry: entry.kind is Kind.BASIS and not entry.verified)
    way, _ = first_disagreement(gate, unread)
    assert way == "batch"


def test_limits_that_are_one_off(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "_OPS", {**layout._OPS, ">=": layout._OPS[">"]})
    way, _ = first_disagreement(gate)
    assert way == "batch"


def test_a_presumption_of_a_set_that_is_forgotten(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = layout.Layout._presumed

    def forgetful(self: layout.Layout, leaf: Node) -> int:
        return -1 if isinstance(leaf, Presumed) else whole(self, leaf)

    monkeypatch.setattr(layout.Layout, "_presumed", forgetful)

    def of_a_set(entry: Entry) -> bool:
        lines = (*entry.when, *entry.unless, *(entry.requires or ()))
        nodes = (node for line in lines for node in walk(line.node))
        return any(isinstance(n, Presumed) and not isinstance(n.item, Flag) for n in nodes)

    way, _ = first_disagreement(gate, examples_of(gate, of_a_set))
    assert way == "batch"


def test_acts_done_in_time_agree(gate: Gate) -> None:
    """``in_time`` is worked out of a clock, not written in a record: all are given the same."""

    def asks(entry: Entry) -> bool:
        lines = (*entry.when, *entry.unless, *(entry.requires or ()))
        nodes = (node for line in lines for node in walk(line.node))
        return any(isinstance(node, Recorded) and node.item == IN_TIME for node in nodes)

    for batch in islice(examples_of(gate, asks), 60):
        found = next(gate.run(batch), None)
        assert found is None, gate.shrink(found)

"""Oracle, generated function, evaluation, table, SQL on two engines and the texts are one law."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from lawful.decide import partial
from lawful.decide.rails import Body
from lawful.decide.sql import SqlWriter
from lawful.law.book import Book
from lawful.law.examples import possible_answers
from lawful.law.oracle import Kleene
from lawful.law.tree import Node
from lawful.testing.things import Batch, Things
from tests.decide.agreement import raw
from tests.decide.agreement.gate import Gate

SEED = int(os.environ.get("LAWFUL_SEED", "20240322"))
CELLS = 200_000
SOAK_CELLS = 1_000_000
TIMES = 50
MOST_AIMED = 150
ROWS = 40
WAYS = ("oracle", "evaluate", "function", "duckdb", "sqlite", "table", "texts")


@pytest.fixture
def gate(book: Book) -> Iterator[Gate]:
    made = Gate(book)
    yield made
    made.close()


def batches(gate: Gate, cells: int) -> Iterator[Batch]:
    """Anything; then what was answered too seldom; then anything again, to the count of cells."""
    things = Things(gate.book, SEED)
    anywhere = things.batches(ROWS)
    for _ in range(12):
        yield next(anywhere)
    for _ in range(
        MOST_AIMED
    ):  # what is aimed at one answer gives others too: look again each time
        lacking = gate.lacking(TIMES)
        if lacking:
            yield next(things.aimed(lacking, TIMES + 2))
    while gate.cells["texts"] < cells:
        yield next(anywhere)


def agree(gate: Gate, cells: int, tell: Callable[[str, object], None]) -> None:
    for batch in batches(gate, cells):
        found = next(gate.run(batch), None)
        assert found is None, gate.shrink(found)
    print(seldom(gate))
    least = rarest(gate)[0][0]
    for way in WAYS:
        tell(f"cells, {way}", gate.cells[way])
        assert gate.cells[way] >= cells
    tell("least often", least)
    assert least >= TIMES, seldom(gate)


def rarest(gate: Gate) -> list[tuple[int, str, str]]:
    """How often each entry gave each answer that it can give, the rarest first."""
    entries = gate.book.entries.values()
    return sorted((gate.answers[e.id, a], e.id, a) for e in entries for a in possible_answers(e))


def seldom(gate: Gate) -> str:
    """The answers given least often, one a line."""
    return "\n".join(f"{times:6} x {answer:15} {rule}" for times, rule, answer in rarest(gate)[:20])


def test_every_way_of_deciding_agrees(
    gate: Gate, record_property: Callable[[str, object], None]
) -> None:
    agree(gate, CELLS, record_property)


@pytest.mark.soak
def test_every_way_of_deciding_agrees_at_length(
    gate: Gate, record_property: Callable[[str, object], None]
) -> None:
    agree(gate, SOAK_CELLS, record_property)


# ── the gate itself: a fault planted in one way is found there, and shrunk ──────────────────────


def first_disagreement(gate: Gate, batches: int = 25) -> tuple[str, str]:
    anywhere = Things(gate.book, 7).batches(12)
    for _ in range(batches):
        found = next(gate.run(next(anywhere)), None)
        if found is not None:
            return found.way, gate.shrink(found)
    raise AssertionError("the planted fault was not found")


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
    way, _ = first_disagreement(gate)
    assert way == "function"


def test_texts_of_another_day(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw, "_doubted", lambda text: text)
    way, _ = first_disagreement(gate, batches=60)
    assert way == "texts"

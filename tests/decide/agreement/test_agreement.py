"""Oracle, generated function, evaluation, table, SQL on two engines and the texts are one law."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import attrs
import pytest

from lawful.decide import partial, rails
from lawful.decide.sql import SqlWriter
from lawful.law.book import Book
from lawful.law.examples import possible_answers
from lawful.law.oracle import Kleene
from lawful.law.tree import Doubted, Node
from lawful.terms.values import SetValue
from lawful.testing.things import Batch, Things
from tests.decide.agreement.backends import Residual, by_table
from tests.decide.agreement.gate import Disagreement, Gate

SOAK = os.environ.get("LAWFUL_SOAK") == "1"
SEED = int(os.environ.get("LAWFUL_SEED", "20240322"))
CELLS = 200_000
SOAK_CELLS = 1_000_000
TIMES = 50
ROWS = 40


@pytest.fixture
def gate(book: Book) -> Iterator[Gate]:
    made = Gate(book)
    yield made
    made.close()


def batches(gate: Gate, cells: int) -> Iterator[Batch]:
    """Aimed batches until every answer was given often enough, then anything, to the count."""
    things = Things(gate.book, SEED)
    anywhere = things.batches(ROWS)
    for _ in range(12):
        yield next(anywhere)
    for _ in range(8):
        yield from things.aimed(gate.lacking(TIMES), TIMES + 2)
    while min(gate.cells.values(), default=0) < cells and gate.cells["texts"] < cells:
        yield next(anywhere)


def agree(gate: Gate, cells: int) -> None:
    for batch in batches(gate, cells):
        found = next(gate.run_all(batch), None)
        assert found is None, gate.shrink(found)


def table_of(gate: Gate) -> str:
    """For each entry the answer that it gave least often."""
    lines = []
    for entry in gate.book.entries.values():
        times, answer = min((gate.answers[entry.id, a], a) for a in possible_answers(entry))
        lines.append(f"{times:7} × {answer:15} {entry.id}")
    return "\n".join(sorted(lines)[:20])

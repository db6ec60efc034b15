"""An independent check: Z3, from the tree alone, gives the oracle's values and the batch kernel's."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable

import pytest

from lawful.decide.decider import Decider
from lawful.law.book import Book
from lawful.testing.things import Things
from tests.decide.agreement import backends
from tests.decide.agreement.by_z3 import by_z3
from tests.decide.agreement.matter import Matter

SEED = int(os.environ.get("LAWFUL_SEED", "20240322"))
CELLS, SOAK_CELLS, ROWS = 3_000, 20_000, 4


def agree(book: Book, cells: int) -> Counter[object]:
    decider = Decider(book)
    said: Counter[object] = Counter()
    for batch in Things(book, SEED).batches(ROWS):
        matter = Matter(decider, batch)
        expected, found, ours = (
            way(matter) for way in (backends.by_oracle, by_z3, backends.by_batch)
        )
        assert set(expected) & set(found) >= {each for each in expected if each.startswith("app:")}
        for key in set(expected) & set(found):
            values = [each is True for each in found[key]] if key == "covered" else found[key]
            assert values == expected[key], key
            assert found[key] == ours[key], key
            said.update(values)
        if said.total() >= cells:
            return said
    raise AssertionError("batches have no end")


def test_z3_agrees(book: Book, record_property: Callable[[str, object], None]) -> None:
    said = agree(book, CELLS)
    record_property("cells, z3", said.total())
    assert set(said) == {True, False, None}


@pytest.mark.soak
def test_z3_agrees_at_length(book: Book, record_property: Callable[[str, object], None]) -> None:
    said = agree(book, SOAK_CELLS)
    record_property("cells, z3", said.total())
    assert said.total() >= SOAK_CELLS

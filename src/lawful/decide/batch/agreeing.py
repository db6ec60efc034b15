"""Facts of a row that contradict one another: what the machine refuses, and the words of the refusal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lawful.decide.batch.columns import AT, UNKNOWN, named
from lawful.decide.batch.machine import Machine
from lawful.decide.program import Program
from lawful.law.invariants import CODE, HINT, Invariant, on_day
from lawful.law.tree import Node, disjunction
from lawful.law.vocabulary import Vocabulary
from lawful.terms.errors import Location, UsageError


def contradiction(vocabulary: Vocabulary, day: date) -> Node:
    """That facts of a use contradict one another, in all ways but order; ``day``: the latest that may be meant."""
    return disjunction(tuple(_nodes(vocabulary, day).values()))


def _nodes(vocabulary: Vocabulary, day: date) -> Mapping[str, Node]:
    every = vocabulary.invariants_of["use"]
    return {each.text: on_day(each.never, day) for each in every if each.order is None}


def verify_order(vocabulary: Vocabulary, columns: Mapping[str, Any], first_row: int) -> None:
    """Check that no count, day or instant is more than another that it cannot exceed, column by column.

    Raises: UsageError: one is; with the first such row and both columns.
    """
    for each in vocabulary.invariants_of["use"]:
        if each.order is None or not all(name in columns for name in each.order):
            continue
        less, more = (_plain(columns[name]) for name in each.order)
        over = pc.greater(less, more)
        if pc.any(over).as_py():
            row = int(np.argmax(np.asarray(over.fill_null(False))))
            raise _refused(each, first_row + row)


def _plain(array: Any) -> Any:
    """Numbers of one type: what is beyond it is refused where values are read."""
    return array.cast(pa.int64(), safe=False) if pa.types.is_integer(array.type) else array


def refusal(vocabulary: Vocabulary, row: Any, day: date, number: int) -> UsageError:
    """The refusal of a row (a batch of one) for which the machine found a contradiction."""
    nodes = _nodes(vocabulary, day)
    machine = Machine(Program(about="use", nodes=nodes, entries=()), vocabulary, watched=nodes)
    columns = {
        name: array
        for name, array in named(row).items()
        if name != AT and name.removesuffix(UNKNOWN) in machine.layout.facts
    }
    values = machine.values(columns, 1)
    every = vocabulary.invariants_of["use"]
    return _refused(next(each for each in every if values.get(each.text) == [True]), number)


def _refused(wrong: Invariant, number: int) -> UsageError:
    """Which row and columns, and why; never what they hold."""
    told = " and ".join(f"'{name}'" for name in wrong.facts)
    return UsageError(
        f"Facts contradict one another: {told}; {wrong.why.en}.",
        code=CODE,
        location=Location(record=f"row {number:,}, columns {told}"),
        hint=HINT,
    )

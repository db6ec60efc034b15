"""Columns bound to a layout: the arrays that the kernel is called with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lawful.decide.batch.columns import UNKNOWN, Column, Reader, bits_of, known_bits
from lawful.decide.batch.layout import LITERAL, ONES, RECORDS, Layout, Numbers, Side, Words
from lawful.law.oracle import Kleene

BLOCK = 512
_ENUM, _STEPS, _SET = 0, 1, 2
_EMPTY: Words = np.zeros(1, np.uint64)

Said = Callable[[str], Mapping[str, Kleene]]
"""What a record says of what stands beside a thing, by key; of the empty text: without any record."""


@attrs.frozen(kw_only=True, eq=False)
class Bound:
    """What the kernel reads; ``kept`` holds what the addresses in it point into."""

    rows: int
    parts: Numbers
    bounds: Numbers
    words: Words
    limits: Numbers
    bits: NDArray[np.uint64]
    ops: Numbers
    sides: Numbers
    tables: Numbers
    knowns: NDArray[np.uint8]
    kept: Mapping[str, Column]


class Binder:
    """Binds columns, by name, to a layout; what a dictionary's words are is remembered."""

    def __init__(
        self, layout: Layout, reader: Reader, told: tuple[tuple[str, ...], Said] | None
    ) -> None:
        self.layout, self.reader = layout, reader
        self._names = told[0] if told else ()
        self._records = self._record_words(told[1]) if told and layout.beside else {}
        self._words: dict[tuple[str, int], tuple[Any, Words]] = {}
        self._slots = sorted(
            (plane, name, suffix)
            for name, tests in layout.tests.items()
            for suffix, planes in (("", tests.words), (UNKNOWN, tests.maybe))
            for plane in planes
        )

    def _record_words(self, said: Said) -> dict[int, Words]:
        """For each plane a word per record name and, behind them, that of a row without records."""
        tests = self.layout.tests[RECORDS]
        words = {
            plane: np.zeros(len(self._names) + 1, np.uint64)
            for planes in (tests.words, tests.maybe)
            for plane in planes
        }
        for n, name in enumerate((*self._names, "")):
            states = said(name)
            for leaf, (true, maybe) in self.layout.beside.items():
                state = states.get(leaf.key, False)
                if state is not False:
                    place = true if state else maybe
                    words[place // 64][n] |= np.uint64(1) << np.uint64(place % 64)
        return words

    def bind(self, columns: Mapping[str, Any], rows: int, first_row: int) -> Bound:
        """Read every column, and lay out what the kernel needs.

        Raises: UsageError: a value that its fact cannot have, with its row.
        """
        if RECORDS not in columns and self._records:
            nothing = pa.ListArray.from_arrays(
                pa.array(np.zeros(rows + 1, np.int32)), pa.array([], pa.string())
            )
            columns = {**columns, RECORDS: nothing}
        read = {
            name: self.reader.read(name, array, first_row, self._names if name == RECORDS else None)
            for name, array in columns.items()
        }
        parts, bounds, words, limits = self._parts(read)
        sides, tables, knowns = self._sides(read)
        return Bound(
            rows=rows,
            parts=parts,
            bounds=bounds,
            words=words,
            limits=limits,
            bits=self._bits(read, rows),
            ops=np.array([op for op, _, _ in self.layout.compared], np.int64),
            sides=sides,
            tables=tables,
            knowns=knowns,
            kept=read,
        )

    def _bits(self, read: Mapping[str, Column], rows: int) -> NDArray[np.uint64]:
        lanes = -(-rows // BLOCK) * (BLOCK // 64)
        bits = np.zeros((2 + len(self.layout.rows), lanes), np.uint64)
        bits[ONES] = ~np.uint64(0)
        for (kind, name), row in self.layout.rows.items():
            if name in read:
                (known_bits if kind == "known" else bits_of)(read[name].known, bits[row])
        return bits

    def _parts(self, read: Mapping[str, Column]) -> tuple[Numbers, Numbers, Words, Numbers]:
        """The parts of every plane, where each plane's begin, their words and limits."""
        rows, words, limits = [], [_EMPTY], [np.zeros(0, np.int64)]
        counts = np.zeros(self.layout.planes, np.int64)
        used, steps = 1, 0
        for plane, name, suffix in self._slots:
            column = read.get(name + suffix)
            if column is None and not (suffix and name == RECORDS):
                continue
            column = column or read[name]
            tests = self.layout.tests[name]
            found = self._words_of(name, suffix, plane, column)
            place = (used, *column.offsets)
            if tests.kind == "set":
                row = (_SET, column.address, 4, len(found) - 1, *place)
            elif tests.codes:
                row = (_ENUM, column.address, column.size, len(found) - 1, used, 0, 0)
            else:
                last = steps + len(tests.limits)
                row = (_STEPS, column.address, column.size, len(found) - 1, used, steps, last)
                limits.append(tests.limits)
                steps = last
            rows.append(row)
            words.append(found)
            used += len(found)
            counts[plane] += 1
        bounds = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        parts = np.array(rows, np.int64).reshape(-1, 7)
        return parts, bounds, np.concatenate(words), np.concatenate(limits)

    def _words_of(self, name: str, suffix: str, plane: int, column: Column) -> Words:
        """A word for each number of a column, and one behind them for a row without any."""
        tests = self.layout.tests[name]
        source = (tests.maybe if suffix else tests.words)[plane]
        if column.codes is None:
            return np.append(source, _EMPTY)
        source = self._records[plane] if name == RECORDS else np.append(source, _EMPTY)
        seen = self._words.get((name + suffix, plane))
        if seen is not None and seen[0] is column.codes:
            return seen[1]
        found = np.append(source[column.codes], source[-1:])
        self._words[name + suffix, plane] = (column.codes, found)
        return found

    def _sides(self, read: Mapping[str, Column]) -> tuple[Numbers, Numbers, NDArray[np.uint8]]:
        tables, knowns = [np.zeros(1, np.int64)], [np.zeros(1, np.uint8)]
        rows = []
        for _, *both in self.layout.compared:
            for side in both:
                rows.append(self._side(side, read, sum(map(len, tables))))
                codes = read[side.fact].codes if side.fact in read else None
                if side.table is not None and side.known is not None and codes is not None:
                    tables.append(side.table[codes])
                    knowns.append(np.where(codes >= 0, side.known[codes], 0).astype(np.uint8))
        sides = np.array(rows, np.int64).reshape(-1, 2, 7)
        return sides, np.concatenate(tables), np.concatenate(knowns)

    def _side(self, side: Side, read: Mapping[str, Column], base: int) -> tuple[int, ...]:
        if side.kind == LITERAL:
            return LITERAL, 0, 0, 0, 0, side.value, 0
        column = read.get(side.fact)
        known = self.layout.row("known", side.fact)
        presumed = (side.presumed or 0, int(side.presumed is not None))
        if column is None:
            return side.kind, 0, 0, 0, known, *presumed
        return side.kind, column.address, column.size, base, known, *presumed

"""Where each test of a program stands: which bit of which plane, and what sets it.

A *plane* is 64 tests of facts. A value of a fact (a member of a closed list, a stretch between two
limits) has one word per plane, with a bit for each test that it makes true; the kernel ORs a row's
words and turns 64 rows of them over, so that a word then holds one test of 64 rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from operator import eq, ge, gt, le, lt, ne

import attrs
import numpy as np
from numpy.typing import NDArray

from lawful.decide.batch.circuit import Circuit
from lawful.law.tree import (
    Beside,
    Compare,
    FactTerm,
    Flag,
    HasAny,
    In,
    Literal,
    Lookup,
    Node,
    Presumed,
    PresumedTerm,
    Term,
)
from lawful.law.vocabulary import Vocabulary
from lawful.terms.values import SetValue

Words = NDArray[np.uint64]
Numbers = NDArray[np.int64]

BITS, PLANE, COMPARED = 0, 1, 2
"""Where the kernel finds a leaf: a row of bits, a bit of a plane, a comparison of two columns."""

ZEROS, ONES = 0, 1
"""The rows of bits that are 0 and 1 in every column."""

CODES, ORDERED, LITERAL = 0, 1, 2
RECORDS = "records"
_OPS = {"=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
OPS = tuple(_OPS)
EPOCH, EPOCH_DAY = datetime(1970, 1, 1, tzinfo=UTC), date(1970, 1, 1).toordinal()


@attrs.frozen(kw_only=True, eq=False)
class Tests:
    """The tests of one fact: per plane a word for each code (``maybe``: sets, members that may be).

    ``limits``: of ordered facts; code ``2i`` lies below limit ``i``, ``2i + 1`` is it.
    """

    fact: str
    kind: str
    codes: tuple[str, ...] = ()
    limits: Numbers
    words: Mapping[int, Words] = attrs.field(factory=dict)
    maybe: dict[int, Words] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True, eq=False)
class Side:
    """One side of a comparison of two columns: a fact's number, a number by code, or a literal."""

    kind: int
    fact: str = ""
    value: int = 0
    presumed: int | None = None
    table: Numbers | None = None
    known: NDArray[np.uint8] | None = None


class Layout:
    """The tests of a circuit, placed.

    ``leaves``: a row per leaf ``(where, place, row of known bits, presumed, place of maybe)``; a
    presumed value is 0 or 1, -1 where nothing is presumed. ``closing``: a category stands for its
    parents too (else the columns name them). ``rows``: the row of bits of each flag,
    record and known column, by ``("value" | "known", name)``.
    """

    def __init__(self, circuit: Circuit, vocabulary: Vocabulary, *, closing: bool = True) -> None:
        self.vocabulary, self.closing = vocabulary, closing
        self.rows: dict[tuple[str, str], int] = {}
        self.compared: list[tuple[int, Side, Side]] = []
        self._places: dict[Node, tuple[int, int]] = {}
        self._ids: dict[str, int] = {}
        self.planes = 0
        self._free = 0
        by_fact: dict[str, list[Node]] = {}
        for leaf in circuit.leaves:
            name = self._tabled(leaf)
            if name:
                by_fact.setdefault(name, []).append(leaf)
        self.tests = {name: self._place(name, found) for name, found in sorted(by_fact.items())}
        self._free = 0
        for name, found in sorted(by_fact.items()):
            if self.tests[name].kind == "set":
                self._mirror(found, self.tests[name])
        self.beside = {
            leaf: self._places[leaf] for leaf in circuit.leaves if isinstance(leaf, Beside)
        }
        self.leaves = np.array(
            [self._leaf(leaf) for leaf in circuit.leaves], dtype=np.int64
        ).reshape(-1, 5)

    @property
    def facts(self) -> frozenset[str]:
        """The facts that some test reads."""
        sides = {side.fact for _, *both in self.compared for side in both if side.fact}
        flags = {name for kind, name in self.rows if kind == "value"}
        return (frozenset(self.tests) | sides | flags) - {RECORDS}

    def row(self, kind: str, name: str) -> int:
        """The row of bits of a flag's values, or of where a fact is known."""
        return self.rows.setdefault((kind, name), 2 + len(self.rows))

    def _tabled(self, leaf: Node) -> str:
        """The fact of a test that its value alone decides; empty for the rest."""
        match leaf:
            case Beside():
                return RECORDS
            case Presumed(item):
                return self._tabled(item)
            case HasAny(fact) | In(FactTerm(fact) | PresumedTerm(fact)):
                return fact
            case Compare(_, FactTerm(fact) | PresumedTerm(fact), Literal()):
                return fact
            case Compare(_, Literal(), FactTerm(fact) | PresumedTerm(fact)):
                return fact
            case _:
                return ""

    def _place(self, name: str, leaves: list[Node]) -> Tests:
        kind = "set" if name == RECORDS else self.vocabulary.facts[name].type
        listed = kind in ("enum", "set") and name != RECORDS
        codes = tuple(self.vocabulary.values_of(name)) if listed else ()
        limits = sorted({each for leaf in leaves for each in _limits(leaf)})
        size = len(codes) or (0 if name == RECORDS else 2 * len(limits) + 1)
        words: dict[int, Words] = {}
        self._begin(len(leaves))
        for leaf in leaves:
            plane, bit = self._next()
            word = words.setdefault(plane, np.zeros(size, np.uint64))
            if name != RECORDS:
                word |= self._truth(leaf, codes, limits).astype(np.uint64) << np.uint64(bit)
            self._places[leaf] = (plane * 64 + bit, -1)
        return Tests(
            fact=name, kind=kind, codes=codes, limits=np.array(limits, np.int64), words=words
        )

    def _mirror(self, leaves: list[Node], tests: Tests) -> None:
        """Places for members that may be in a set: the same words once more."""
        self._begin(len(leaves))
        for leaf in leaves:
            place = self._places[leaf][0]
            plane, bit = self._next()
            source = tests.words[place // 64]
            word = tests.maybe.setdefault(plane, np.zeros(len(source), np.uint64))
            word |= (source >> np.uint64(place % 64) & np.uint64(1)) << np.uint64(bit)
            self._places[leaf] = (place, plane * 64 + bit)

    def _begin(self, count: int) -> None:
        """Begin a plane where the next ``count`` tests would not fit into this one."""
        if self._free < min(count, 64):
            self.planes, self._free = self.planes + 1, 64

    def _next(self) -> tuple[int, int]:
        """The next free plane and bit."""
        self._begin(1)
        self._free -= 1
        return self.planes - 1, 63 - self._free

    def _truth(self, leaf: Node, codes: tuple[str, ...], limits: list[int]) -> NDArray[np.bool_]:
        match leaf:
            case Presumed(item):
                return self._truth(item, codes, limits)
            case HasAny(fact, members):
                wanted = set(members)
                return np.array([bool(self._held(fact, each) & wanted) for each in codes])
            case In(_, members):
                return np.isin(codes, members)
            case Compare(op, left, Literal(value)) if not isinstance(left, Literal):
                if codes:
                    return np.array([_OPS[op](each, value) for each in codes])
                at = 2 * limits.index(number(value)) + 1
                return np.array([_OPS[op](code, at) for code in range(2 * len(limits) + 1)])
            case Compare(op, Literal() as left, right):
                return self._truth(Compare(_FLIPPED.get(op, op), right, left), codes, limits)
            case _:
                raise TypeError(f"{type(leaf).__name__} is no test of one value")

    def _held(self, fact: str, member: str) -> frozenset[str]:
        """What is in a set with a member: of categories its parents too, unless they are given."""
        if not self.closing:
            return frozenset({member})
        closed = self.vocabulary.close(fact, SetValue(frozenset({member})))
        assert isinstance(closed, SetValue)
        return closed.members

    def _leaf(self, leaf: Node) -> tuple[int, int, int, int, int]:
        match leaf:
            case Flag(name):
                return BITS, self.row("value", name), self.row("known", name), -1, -1
            case Presumed(Flag(name), value):
                return BITS, self.row("value", name), self.row("known", name), int(value), -1
        name = self._tabled(leaf)
        if name:
            place, maybe = self._places[leaf]
            return PLANE, place, self.row("known", name), self._presumed(leaf), maybe
        match leaf:
            case Compare(op, left, right):
                self.compared.append((OPS.index(op), self._side(left), self._side(right)))
                return COMPARED, len(self.compared) - 1, ONES, -1, -1
            case _:
                raise TypeError(f"{type(leaf).__name__} cannot be decided in a batch")

    def _presumed(self, leaf: Node) -> int:
        match leaf:
            case Presumed(_, value):
                return int(value)
            case In(PresumedTerm(_, value), members):
                return int(value in members)
            case Compare(op, PresumedTerm(_, value), Literal(other)):
                return int(_OPS[op](value, other))
            case Compare(op, Literal(other), PresumedTerm(_, value)):
                return int(_OPS[op](other, value))
            case _:
                return -1

    def _side(self, term: Term) -> Side:
        match term:
            case Literal(value):
                return Side(kind=LITERAL, value=self._number(value))
            case FactTerm(name) | PresumedTerm(name):
                presumed = self._number(term.value) if isinstance(term, PresumedTerm) else None
                self.row("known", name)
                if self.vocabulary.facts[name].type != "enum":
                    return Side(kind=ORDERED, fact=name, presumed=presumed)
                codes = self.vocabulary.values_of(name)
                table = np.array([self._number(each) for each in codes], np.int64)
                known = np.ones(len(codes), np.uint8)
            case Lookup(name, rows):
                self.row("known", name)
                presumed, found = None, dict(rows)
                codes = self.vocabulary.values_of(name)
                table = np.array([number(found.get(each, 0)) for each in codes], np.int64)
                known = np.array([each in found for each in codes], np.uint8)
            case _:
                raise TypeError(f"{type(term).__name__} cannot be compared in a batch")
        return Side(kind=CODES, fact=name, presumed=presumed, table=table, known=known)

    def _number(self, value: str | int | date | datetime) -> int:
        if isinstance(value, str):
            return self._ids.setdefault(value, len(self._ids))
        return number(value)


def number(value: object) -> int:
    """An ordered value as columns hold it: a count, days since 1970, microseconds since 1970."""
    match value:
        case datetime():
            since = value - EPOCH
            return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
        case date():
            return value.toordinal() - EPOCH_DAY
        case int():
            return value
        case _:
            raise TypeError(f"{value!r} is not ordered")


def _limits(leaf: Node) -> Iterable[int]:
    match leaf:
        case Presumed(item):
            yield from _limits(item)
        case Compare(_, Literal(value), _) | Compare(_, _, Literal(value)):
            if not isinstance(value, str):
                yield number(value)
        case _:
            return

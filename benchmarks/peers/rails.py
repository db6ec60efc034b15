"""A program's rules as two-valued texts in another language: what is violated for certain.

Every node is written on two rails, *definitely true* and *definitely false*; what is on neither is
unknown. So no peer has to know a third value: an attribute that is absent is unknown. A thing is a
record of attributes: a fact under its name (dates and instants as integers, of a set its members),
``NAME__may`` what may be in a set, ``beside_N`` the state of what stands beside a thing's facts.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import product
from typing import Protocol

import attrs

from lawful.decide.batch.circuit import split
from lawful.decide.compiler import Records, stops
from lawful.decide.program import Program, beside
from lawful.law.thing import Thing
from lawful.law.tree import (
    And,
    Beside,
    Compare,
    Const,
    Doubted,
    FactTerm,
    Flag,
    HasAll,
    HasAny,
    In,
    Literal,
    Lookup,
    Node,
    Not,
    Or,
    Presumed,
    PresumedTerm,
    Ref,
    Term,
)
from lawful.terms.values import SetValue, Value

YES, NO = "true", "false"
OPPOSITE = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}

Given = Mapping[str, "bool | int | str | list[str]"]
"""A thing as a peer is given it."""


class Peer(Protocol):
    """An engine with its policies parsed: it answers which rules a thing violates for certain."""

    attributes: frozenset[str]

    def violated(self, given: Given, /) -> frozenset[str]:
        """The ids of the rules."""


@attrs.frozen
class _Side:
    """One way in which a term has a value: when, and the value or the attribute that holds it."""

    when: tuple[str, ...]
    value: str | int | date | None = None
    attribute: str = ""


class Rails(ABC):
    """Texts for the nodes of one program in one language."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.used: set[str] = set()
        self.names = {each.key: f"beside_{n}" for n, each in enumerate(beside(program))}
        self._done: dict[tuple[str, bool], str] = {}

    def rules(self) -> dict[str, str]:
        """The text of each rule that may stop a use, by id; those that never can are left out."""
        texts = {
            str(each.id): self.rail(self.program.nodes[f"vio:{each.id}"], True)
            for each in self.program.rules
            if stops(each)
        }
        return {key: text for key, text in texts.items() if text != NO}

    def rail(self, node: Node, wanted: bool) -> str:
        """The text that holds exactly when a node is definitely as wanted."""
        match node:
            case Const(value):
                return YES if value is wanted else NO
            case And(items) | Or(items):
                parts = self.in_order([self.rail(item, wanted) for item in items])
                return (
                    self.all_of(parts) if isinstance(node, And) is wanted else self.some_of(parts)
                )
            case Not(item):
                return self.rail(item, not wanted)
            case Doubted(item):
                return NO if wanted else self.rail(item, False)
            case Ref(key):
                return self._referred(key, wanted)
            case _:
                return self._leaf(node, wanted)

    def _referred(self, key: str, wanted: bool) -> str:
        if (key, wanted) not in self._done:
            text = self.rail(self.program.nodes[key], wanted)
            self._done[key, wanted] = text if text in (YES, NO) else self.shared(text)
        return self._done[key, wanted]

    def _leaf(self, node: Node, wanted: bool) -> str:
        match node:
            case Beside():
                return self.flag(self.use(self.names[node.key]), wanted)
            case Flag(name):
                return self.flag(self.use(name), wanted)
            case Presumed(Flag(name), value):
                known = self.flag(self.use(name), wanted)
                return self.some_of([known, self.lacks(name)]) if value is wanted else known
            case Presumed(Compare(_, FactTerm(name)) as item, value):
                known = self._leaf(item, wanted)
                return self.some_of([known, self.lacks(name)]) if value is wanted else known
            case Presumed(HasAny(name, members), value) if value is not wanted:
                return self._leaf(HasAny(name, members), wanted)
            case Presumed(HasAny(name, members)) if wanted:
                may = self.use(f"{name}__may")
                return self.some_of([self.overlaps(may, members), self.lacks(may)])
            case Presumed(HasAny(name, members)):
                return self.some_of([self.disjoint(self.use(name), members), self.lacks(name)])
            case Presumed(HasAll() as item, value):
                return self.rail(And(tuple(Presumed(each, value) for each in split(item))), wanted)
            case HasAny(name, members) if wanted:
                return self.overlaps(self.use(name), members)
            case HasAny(name, members):
                return self.disjoint(self.use(f"{name}__may"), members)
            case HasAll(name, members) if wanted:
                return self.all_of([self.overlaps(self.use(name), (each,)) for each in members])
            case HasAll(name, members):
                may = self.use(f"{name}__may")
                return self.some_of([self.disjoint(may, (each,)) for each in members])
            case In(left, members):
                return self.some_of(
                    [
                        self.all_of([*side.when, _in(self, side, members, wanted)])
                        for side in self.sides(left)
                    ]
                )
            case Compare(op, left, right):
                sign = op if wanted else OPPOSITE[op]
                pairs = product(self.sides(left), self.sides(right))
                return self.some_of(
                    [self.all_of([*a.when, *b.when, self._compared(sign, a, b)]) for a, b in pairs]
                )
            case _:
                raise TypeError(f"{type(node).__name__} cannot be written for a peer")

    def sides(self, term: Term) -> list[_Side]:
        """The ways in which a term has a value."""
        match term:
            case Literal(value):
                return [_Side((), value)]
            case FactTerm(name):
                return [_Side((self.has(self.use(name)),), None, name)]
            case PresumedTerm(name, value):
                known = _Side((self.has(self.use(name)),), None, name)
                return [known, _Side((self.lacks(name),), value)]
            case Lookup(key, table):
                self.use(key)
                regions: dict[str | int | date, list[str]] = {}
                for region, value in table:
                    regions.setdefault(value, []).append(region)
                return [
                    _Side((self.has(key), self.one_of(key, found, True)), value)
                    for value, found in regions.items()
                ]
            case _:
                raise TypeError(f"{type(term).__name__} cannot be written for a peer")

    def _compared(self, sign: str, left: _Side, right: _Side) -> str:
        if left.attribute or right.attribute:
            return self.compare(sign, *(self.operand(each) for each in (left, right)))
        one, other = number(left.value), number(right.value)
        met = {"=": one == other, "<>": one != other}
        if sign not in met:
            assert isinstance(one, int)
            assert isinstance(other, int)
            met |= {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}
        return YES if met[sign] else NO

    def operand(self, side: _Side) -> str:
        """One side of a comparison."""
        return self.read(side.attribute) if side.attribute else written(side.value)

    def use(self, attribute: str) -> str:
        """The attribute, remembered as one that the law asks for."""
        self.used.add(attribute)
        return attribute

    def all_of(self, parts: Sequence[str]) -> str:
        """All hold."""
        left = [each for each in dict.fromkeys(parts) if each != YES]
        if NO in left:
            return NO
        return self.conjunction(left) if len(left) > 1 else (left or [YES])[0]

    def some_of(self, parts: Sequence[str]) -> str:
        """Some hold."""
        left = [each for each in dict.fromkeys(parts) if each != NO]
        if YES in left:
            return YES
        return self.disjunction(left) if len(left) > 1 else (left or [NO])[0]

    def in_order(self, parts: list[str]) -> list[str]:
        """The parts of a condition in the order in which they are tested."""
        return parts

    def shared(self, text: str) -> str:
        """A text that is asked for in many places: itself, unless the language can name it."""
        return text

    @abstractmethod
    def conjunction(self, parts: Sequence[str]) -> str:
        """All of several parts hold."""

    @abstractmethod
    def disjunction(self, parts: Sequence[str]) -> str:
        """Some of several parts hold."""

    @abstractmethod
    def has(self, name: str, /) -> str:
        """The attribute is there."""

    @abstractmethod
    def lacks(self, name: str) -> str:
        """The attribute is not there."""

    @abstractmethod
    def read(self, name: str) -> str:
        """The attribute's value."""

    @abstractmethod
    def flag(self, name: str, wanted: bool) -> str:
        """The attribute is there, and as wanted."""

    @abstractmethod
    def compare(self, sign: str, left: str, right: str) -> str:
        """A comparison of two operands that are there."""

    @abstractmethod
    def one_of(self, name: str, members: Iterable[str], wanted: bool) -> str:
        """The attribute, which is there, is one of ``members``, or is none of them."""

    @abstractmethod
    def overlaps(self, name: str, members: Iterable[str]) -> str:
        """The set is there, and some of ``members`` are in it."""

    @abstractmethod
    def disjoint(self, name: str, members: Iterable[str]) -> str:
        """The set is there, and none of ``members`` is in it."""


def _in(rails: Rails, side: _Side, members: Sequence[str], wanted: bool) -> str:
    if side.attribute:
        return rails.one_of(side.attribute, members, wanted)
    return YES if (side.value in members) is wanted else NO


def number(value: object) -> object:
    """Dates and instants as integers; anything else as it is."""
    match value:
        case datetime():
            return int(value.timestamp() * 1_000_000)
        case date():
            return value.toordinal()
        case _:
            return value


def written(value: object) -> str:
    """A constant, as all the languages write it."""
    return json.dumps(number(value), ensure_ascii=False)


def listed(members: Iterable[str]) -> str:
    """Constants, separated by commas."""
    return ", ".join(written(each) for each in sorted(members))


def given(thing: Thing, program: Program, records: Records, wanted: frozenset[str]) -> Given:
    """A thing as a peer is given it, of its attributes those wanted; the unknown ones are absent."""
    found: dict[str, bool | int | str | list[str]] = {}
    for name, value in thing.values.items():
        if isinstance(value, SetValue):
            found[name], found[f"{name}__may"] = sorted(value.members), sorted(value.possible)
        elif value is not None:
            found[name] = _plain(value)
    for n, each in enumerate(beside(program)):
        name = f"beside_{n}"
        state = records.get(each.key) if name in wanted else None
        if state is not None:
            found[name] = state
    return {name: value for name, value in found.items() if name in wanted}


def _plain(value: Value) -> bool | int | str:
    found = number(value)
    assert isinstance(found, (bool, int, str))
    return found

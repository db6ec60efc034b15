"""Partial evaluation: put known facts into a program and keep what is left (the residual).

Sound in Kleene logic: a fact given as unknown (``None``) is unknown for good; one not given stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum

import attrs

from lawful.decide.program import Program
from lawful.law.oracle import Kleene, all_of, compare, doubted, inverse
from lawful.law.tree import (
    FALSE,
    TRUE,
    UNKNOWN,
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


class _Unset(Enum):
    UNSET = "unset"


_UNSET = _Unset.UNSET
_Slot = Value | None | _Unset
"""A value, None where it is unknown for good, or unset: still open."""


def specialise(
    program: Program,
    known: Mapping[str, Value | None],
    fulfilled: Callable[[str], Kleene] | None = None,
) -> Program:
    """The program with the facts of ``known`` put in, and records where ``fulfilled`` answers."""
    return attrs.evolve(program, nodes=_Specialiser(known, _UNSET, fulfilled).all(program))


def valuer(
    values: Mapping[str, Value | None], fulfilled: Callable[[str], Kleene]
) -> Callable[[Node], Kleene]:
    """What gives the value of any condition that refers to no other, all facts not in ``values`` unknown."""
    reduce = _Specialiser(values, None, fulfilled).reduce

    def value(node: Node) -> Kleene:
        found = reduce(node)
        return found.value if isinstance(found, Const) else None

    return value


class _Specialiser:
    def __init__(
        self,
        known: Mapping[str, Value | None],
        absent: _Unset | None,
        fulfilled: Callable[[str], Kleene] | None,
    ) -> None:
        self.known, self.absent, self.fulfilled = known, absent, fulfilled
        self.done: dict[str, Node] = {}

    def all(self, program: Program) -> dict[str, Node]:
        """What is left of every node, in the program's order."""
        for key, node in program.nodes.items():
            self.done[key] = self.reduce(node)
        return self.done

    def value(self, name: str) -> _Slot:
        """A fact's value, or what stands for facts that are not given."""
        return self.known.get(name, self.absent)

    def reduce(self, node: Node) -> Node:
        """What is left of a node."""
        match node:
            case Const():
                return node
            case Ref(key):
                found = self.done[key]
                return found if isinstance(found, (Const, Flag, Ref)) else node
            case And(items):
                return _junction(And, [self.reduce(item) for item in items], FALSE, TRUE)
            case Or(items):
                return _junction(Or, [self.reduce(item) for item in items], TRUE, FALSE)
            case Not(item):
                return negate(self.reduce(item))
            case Doubted(item):
                inner = self.reduce(item)
                return Const(doubted(inner.value)) if isinstance(inner, Const) else Doubted(inner)
            case Presumed(item, presumed):
                inner = self.reduce(item)
                if not isinstance(inner, Const):
                    return node
                return Const(presumed) if inner.value is None else inner
            case Beside():
                return node if self.fulfilled is None else Const(self.fulfilled(node.key))
            case _:
                return self._leaf(node)

    def _leaf(self, node: Node) -> Node:
        match node:
            case Flag(name):
                value = self.value(name)
                return node if value is _UNSET else Const(_truth(value))
            case HasAny(name, members):
                value = self.value(name)
                return node if value is _UNSET else Const(has_any(value, members))
            case HasAll(name, members):
                value = self.value(name)
                if value is _UNSET:
                    return node
                return Const(all_of(has_any(value, (each,)) for each in members))
            case In(left, members):
                value = self._term(left)
                if value is _UNSET:
                    return node
                return UNKNOWN if value is None else Const(value in members)
            case Compare(op, left, right):
                return self._compare(op, left, right)
            case _:
                raise TypeError(f"{type(node).__name__} has no residual")

    def _compare(self, op: str, left: Term, right: Term) -> Node:
        one, other = self._term(left), self._term(right)
        if one is None or other is None:
            return UNKNOWN
        if one is not _UNSET and other is not _UNSET:
            return Const(compare(op, one, other))
        return Compare(op, _known(one, left), _known(other, right))

    def _term(self, term: Term) -> _Slot:
        match term:
            case Literal(value):
                return value
            case FactTerm(name):
                return self.value(name)
            case PresumedTerm(name, presumed):
                found = self.value(name)
                return presumed if found is None else found
            case Lookup(key, table):
                found = self.value(key)
                return found if found is _UNSET or found is None else dict(table).get(str(found))
            case _:
                raise TypeError(f"{type(term).__name__} has no value here")


def _truth(value: Value | None) -> Kleene:
    return value if isinstance(value, bool) else None


def _known(value: Value | _Unset, term: Term) -> Term:
    """A term once it is known; sets are no terms."""
    if isinstance(term, Literal):
        return term
    return Literal(value) if isinstance(value, (str, int, date)) else term


def has_any(value: object, members: tuple[str, ...]) -> Kleene:
    """Is some of ``members`` in a set value? Unknown if the set, or what could be it, is."""
    if not isinstance(value, SetValue):
        return None
    if value.members.intersection(members):
        return True
    return None if value.unknown.intersection(members) else False


def negate(node: Node) -> Node:
    """``NOT node``, without double negation."""
    match node:
        case Const(value):
            return Const(inverse(value))
        case Not(item):
            return item
        case _:
            return Not(node)


def _junction(
    kind: type[And] | type[Or], items: list[Node], absorbing: Const, neutral: Const
) -> Node:
    kept: list[Node] = []
    for item in items:
        for each in item.items if isinstance(item, kind) else (item,):
            if each == absorbing:
                return absorbing
            if each != neutral and each not in kept:
                kept.append(each)
    if all(isinstance(each, Const) for each in kept):
        return UNKNOWN if kept else neutral
    return kept[0] if len(kept) == 1 else kind(tuple(kept))


def evaluate(
    program: Program, values: Mapping[str, Value | None], fulfilled: Callable[[str], Kleene]
) -> dict[str, Kleene]:
    """The value of every node, all facts not in ``values`` unknown; slow and plain."""
    done = _Specialiser(values, None, fulfilled).all(program)
    return {key: node.value if isinstance(node, Const) else None for key, node in done.items()}

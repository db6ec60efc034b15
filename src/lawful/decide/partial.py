"""Partial evaluation: put known facts into a program and keep what is left (the residual).

Sound in Kleene logic: a fact given as unknown (``None``) is unknown for good; a fact not given stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs

from lawful.decide.program import Program
from lawful.law.oracle import Kleene, all_of, compare, doubted, inverse
from lawful.law.tree import (
    FALSE,
    TRUE,
    UNKNOWN,
    And,
    Compare,
    Const,
    Doubted,
    FactTerm,
    Flag,
    Fulfilled,
    HasAll,
    HasAny,
    In,
    Literal,
    Lookup,
    Node,
    Not,
    Or,
    PresumedFlag,
    PresumedTerm,
    Ref,
    Term,
)
from lawful.terms.values import SetValue, Value

_MISSING = object()


def specialise(
    program: Program,
    known: Mapping[str, Value | None],
    fulfilled: Callable[[str], Kleene] | None = None,
) -> Program:
    """The program with the facts of ``known`` put in, and records where ``fulfilled`` answers."""
    worker = _Specialiser(known, fulfilled)
    for key, node in program.nodes.items():
        worker.done[key] = worker.reduce(node)
    return attrs.evolve(program, nodes=worker.done)


class _Specialiser:
    def __init__(
        self, known: Mapping[str, Value | None], fulfilled: Callable[[str], Kleene] | None
    ) -> None:
        self.known, self.fulfilled = known, fulfilled
        self.done: dict[str, Node] = {}

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
            case Fulfilled(rule):
                return node if self.fulfilled is None else Const(self.fulfilled(rule))
            case _:
                return self._leaf(node)

    def _leaf(self, node: Node) -> Node:
        match node:
            case Flag(name):
                value = self.known.get(name, _MISSING)
                return (
                    node if value is _MISSING else Const(value if isinstance(value, bool) else None)
                )
            case PresumedFlag(name, presumed):
                value = self.known.get(name, _MISSING)
                return (
                    node
                    if value is _MISSING
                    else Const(value if isinstance(value, bool) else presumed)
                )
            case HasAny(fact, members):
                value = self.known.get(fact, _MISSING)
                return node if value is _MISSING else Const(has_any(value, members))
            case HasAll(fact, members):
                value = self.known.get(fact, _MISSING)
                return (
                    node
                    if value is _MISSING
                    else Const(all_of(has_any(value, (each,)) for each in members))
                )
            case In(left, members):
                value = self._term(left)
                return (
                    node
                    if value is _MISSING
                    else Const(None if value is None else value in members)
                )
            case Compare(op, left, right):
                return self._compare(op, left, right)
            case _:
                raise TypeError(f"{type(node).__name__} has no residual")

    def _compare(self, op: str, left: Term, right: Term) -> Node:
        one, other = self._term(left), self._term(right)
        if one is None or other is None:
            return UNKNOWN
        if one is not _MISSING and other is not _MISSING:
            return Const(compare(op, one, other))  # type: ignore[arg-type]  # values, _MISSING is excluded
        if other is not _MISSING:
            return Compare(op, left, Literal(other))  # type: ignore[arg-type]  # as above
        return Compare(op, Literal(one), right) if one is not _MISSING else Compare(op, left, right)  # type: ignore[arg-type]  # as above

    def _term(self, term: Term) -> object:
        """A term's value, None if unknown for good, or _MISSING."""
        match term:
            case Literal(value):
                return value
            case FactTerm(name):
                return self.known.get(name, _MISSING)
            case PresumedTerm(name, presumed):
                value = self.known.get(name, _MISSING)
                return presumed if value is None else value
            case Lookup(key, table):
                value = self.known.get(key, _MISSING)
                return value if value is _MISSING or value is None else dict(table).get(str(value))
            case _:
                raise TypeError(f"{type(term).__name__} has no value here")


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
    """The value of every node, all facts not in ``values`` unknown; slow and plain, for one-offs."""
    facts = _AllKnown(values)
    done = specialise(program, facts, fulfilled).nodes
    return {key: node.value if isinstance(node, Const) else None for key, node in done.items()}


class _AllKnown(dict[str, "Value | None"]):
    """A mapping in which every fact is known, if only as unknown."""

    def get(self, key: str, default: object = None) -> Value | None:  # type: ignore[override]  # never missing
        return super().get(key)

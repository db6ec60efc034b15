"""A program as two-valued gates: each node on two rails, *definitely true* and *definitely false*.

A gate is the AND or the OR of rails before it. The same gate is never made twice, so what a hundred
rules share (their scope, a definition) is worked out once; what no answer rests on is not made.
"""

from __future__ import annotations

from collections.abc import Iterable

from lawful.decide.program import Program
from lawful.law.tree import (
    And,
    Const,
    Doubted,
    HasAll,
    HasAny,
    Node,
    Not,
    Or,
    Presumed,
    Ref,
)

NEVER, ALWAYS = 0, 1
"""The rails that are 0 and 1 for every row."""

AND, OR = 0, 1


class Circuit:
    """Rails by number: the two constants, two for each leaf (true, false), then one for each gate.

    ``leaves`` are in the order of their rails: leaf ``n`` has the rails ``2 + 2n`` and ``3 + 2n``.
    ``gates`` hold ``(AND | OR, rails)``; gate ``n`` has the rail ``2 + 2 * len(leaves) + n``.
    """

    def __init__(self, program: Program, keys: Iterable[str]) -> None:
        self.program = program
        self.leaves: dict[Node, int] = {}
        self.gates: list[tuple[int, tuple[int, ...]]] = []
        self._made: dict[tuple[int, frozenset[int]], int] = {}
        self._done: dict[tuple[str, bool], int] = {}
        self._first_gate = 0
        wanted = tuple(keys)
        seen = set[str]()
        for key in wanted:
            self._find_leaves(key, seen)
        self._first_gate = 2 + 2 * len(self.leaves)
        self.rails = {key: (self.of_key(key, True), self.of_key(key, False)) for key in wanted}

    @property
    def count(self) -> int:
        """How many rails there are."""
        return self._first_gate + len(self.gates)

    def _find_leaves(self, key: str, seen: set[str]) -> None:
        """Number the tests below a node, whatever rail of them is asked for."""
        waiting = [key]
        while waiting:
            current = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            stack = [self.program.nodes[current]]
            while stack:
                node = stack.pop()
                match node:
                    case Ref(other):
                        waiting.append(other)
                    case And(items) | Or(items):
                        stack += items
                    case Not(item) | Doubted(item):
                        stack.append(item)
                    case Const():
                        pass
                    case _:
                        for leaf in split(node):
                            self.leaves.setdefault(leaf, len(self.leaves))

    def of_key(self, key: str, rail: bool) -> int:
        """One rail of a node of the program."""
        found = self._done.get((key, rail))
        if found is None:
            found = self._done[key, rail] = self.of(self.program.nodes[key], rail)
        return found

    def of(self, node: Node, rail: bool) -> int:
        """One rail of a condition; its gates are made where they are not there."""
        match node:
            case Const(value):
                return ALWAYS if value is rail else NEVER
            case Ref(key):
                return self.of_key(key, rail)
            case Not(item):
                return self.of(item, not rail)
            case Doubted(item):
                return NEVER if rail else self.of(item, False)
            case And(items):
                return self._gate(AND if rail else OR, [self.of(each, rail) for each in items])
            case Or(items):
                return self._gate(OR if rail else AND, [self.of(each, rail) for each in items])
            case _:
                rails = [2 + 2 * self.leaves[leaf] + (not rail) for leaf in split(node)]
                return self._gate(AND if rail else OR, rails)

    def _gate(self, kind: int, rails: list[int]) -> int:
        absorbing, neutral = (NEVER, ALWAYS) if kind == AND else (ALWAYS, NEVER)
        kept: dict[int, None] = {}
        for rail in rails:
            if rail == absorbing:
                return absorbing
            if rail != neutral:
                kept[rail] = None
        if len(kept) < 2:
            return next(iter(kept), neutral)
        key = (kind, frozenset(kept))
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = self._first_gate + len(self.gates)
            self.gates.append((kind, tuple(kept)))
        return found


def split(node: Node) -> tuple[Node, ...]:
    """The leaves that a test is the AND of: ``has_all`` of three members is three tests."""
    match node:
        case HasAll(fact, members):
            return tuple(HasAny(fact, (each,)) for each in members)
        case Presumed(HasAll() as item, value):
            return tuple(Presumed(each, value) for each in split(item))
        case _:
            return (node,)

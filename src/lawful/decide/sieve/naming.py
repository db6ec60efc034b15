"""The values that a program's tests name, by number: one table a fact, for all kinds of use that come of it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from functools import cached_property

from lawful.decide.sieve.steps import FIRST_CODE
from lawful.law.tree import (
    Compare,
    FactTerm,
    HasAll,
    HasAny,
    In,
    Literal,
    Node,
    PresumedTerm,
    walk,
)
from lawful.terms.values import Value


class Named:
    """Numbers of named values, worked out when first asked for: of a set's members from 0, of an enum's values from 2.

    What is left of a program when facts are put in keeps its numbers; where a fact that was put in names
    a value that no test named before, that one has no number.
    """

    def __init__(self, nodes: Mapping[str, Node]) -> None:
        self._nodes: Mapping[str, Node] = nodes

    @cached_property
    def codes(self) -> dict[str, dict[Value, int]]:
        """By fact, then by value."""
        found: dict[str, dict[Value, int]] = {}
        for node in self._nodes.values():
            for each in walk(node):
                for name, values, first in _named(each):
                    codes = found.setdefault(name, {})
                    for value in values:
                        codes.setdefault(sys.intern(value), first + len(codes))
        return found

    def has(self, name: str, value: Value) -> bool:
        """Has a fact's value a number?"""
        return value in self.codes.get(name, ())


def _named(node: Node) -> Iterable[tuple[str, tuple[str, ...], int]]:
    match node:
        case HasAny(name, members) | HasAll(name, members):
            yield name, members, 0
        case In(FactTerm(name) | PresumedTerm(name), members):
            yield name, members, FIRST_CODE
        case Compare("=" | "<>", FactTerm(name) | PresumedTerm(name), Literal(str(value))):
            yield name, (value,), FIRST_CODE
        case _:
            return

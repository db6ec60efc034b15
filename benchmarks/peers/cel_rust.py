"""CEL (the Rust engine): one expression, the list of all rules, compiled once."""

from __future__ import annotations

from collections.abc import Iterable

import cel

from lawful.decide.program import Program
from peers.infix import Infix
from peers.rails import Given, listed


class CelText(Infix):
    """CEL conditions over one map, ``c``. Definitions and exceptions are written out."""

    def has(self, name: str) -> str:
        return f"has(c.{name})"

    def read(self, name: str) -> str:
        return f"c.{name}"

    def one_of(self, name: str, members: Iterable[str], wanted: bool) -> str:
        return f"{'' if wanted else '!'}(c.{name} in [{listed(members)}])"

    def overlaps(self, name: str, members: Iterable[str]) -> str:
        return f"(has(c.{name}) && [{listed(members)}].exists(e, e in c.{name}))"

    def disjoint(self, name: str, members: Iterable[str]) -> str:
        return f"(has(c.{name}) && ![{listed(members)}].exists(e, e in c.{name}))"


class Engine:
    """The rules of a program as a list of Booleans."""

    def __init__(self, program: Program) -> None:
        text = CelText(program)
        rules = text.rules()
        self.attributes = frozenset(text.used)
        self._keys = tuple(rules)
        self._run = cel.compile("[" + ", ".join(rules.values()) + "]").execute

    def violated(self, given: Given) -> frozenset[str]:
        """The ids of the rules whose Boolean is true."""
        found = self._run({"c": given})
        return frozenset(key for key, met in zip(self._keys, found, strict=True) if met)

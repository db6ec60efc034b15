"""From a program to one generated Python function.

Each node becomes two rails: *definitely true* and *definitely false*, as plain two-valued Python; unknown
is neither. The function takes facts and record states and returns, by position, the value of each
entry's ``applies`` and ``violated`` and of ``covered``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import attrs

from lawful.decide.program import Program
from lawful.law.oracle import Kleene
from lawful.law.tree import (
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
    walk,
)
from lawful.terms.values import Value

Facts = Mapping[str, "Value | None"]
Records = Mapping[str, Kleene]
Generated = Callable[[Facts, Records], list[Kleene]]


@attrs.frozen(kw_only=True)
class Compiled:
    """A generated function, the keys of its results in order, and its source for the curious."""

    keys: tuple[str, ...]
    run: Generated
    source: str


def compile_program(program: Program) -> Compiled:
    """Generate and compile the function of a program."""
    writer = _Writer(program)
    source = writer.source()
    namespace: dict[str, Any] = dict(writer.constants)
    exec(compile(source, "<law>", "exec"), namespace)  # our own text, from trees only
    return Compiled(keys=writer.keys, run=namespace["decide"], source=source)


class _Writer:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.constants: dict[str, object] = {}
        self.names: dict[str, str] = {}
        self.facts: dict[str, str] = {}
        self.sets: set[str] = set()
        self.records: dict[str, str] = {}
        self.keys = tuple(key for key in program.nodes if not key.startswith("def:"))

    def source(self) -> str:
        body: list[str] = []
        needed = self._needed()
        for index, (key, node) in enumerate(self.program.nodes.items()):
            if key not in needed:
                continue
            self.names[key] = f"n{index}"
            body.append(f"    n{index}t = {self.true(node)}")
            body.append(f"    n{index}f = {self.false(node)}")
        results = ", ".join(
            f"(True if {self.names[key]}t else False if {self.names[key]}f else None)"
            for key in self.keys
        )
        lines = ["def decide(facts, records):", "    get = facts.get"]
        for name, local in self.facts.items():
            lines.append(f"    {local} = get({name!r})")
            if name in self.sets:
                lines.append(f"    {local}m = {local}.members if {local} is not None else EMPTY")
                lines.append(f"    {local}u = {local}.unknown if {local} is not None else EMPTY")
        for rule, local in self.records.items():
            lines.append(f"    {local} = records.get({rule!r})")
        self.constants["EMPTY"] = frozenset()
        return "\n".join([*lines, *body, f"    return [{results}]"]) + "\n"

    def _needed(self) -> set[str]:
        """Keys that a result needs, directly or through others."""
        needed = set(self.keys)
        for key in reversed(list(self.program.nodes)):
            if key in needed:
                needed |= {
                    each.key for each in walk(self.program.nodes[key]) if isinstance(each, Ref)
                }
        return needed

    def fact(self, name: str) -> str:
        return self.facts.setdefault(name, f"f{len(self.facts)}")

    def set(self, name: str) -> str:
        self.sets.add(name)
        return self.fact(name)

    def record(self, rule: str) -> str:
        return self.records.setdefault(rule, f"r{len(self.records)}")

    def constant(self, value: object) -> str:
        if isinstance(value, (bool, int, str)):
            return repr(value)
        for name, known in self.constants.items():
            if type(known) is type(value) and known == value:
                return name
        name = f"K{len(self.constants)}"
        self.constants[name] = value
        return name

    def true(self, node: Node) -> str:
        """Python that is true exactly when the node is definitely true."""
        match node:
            case Const(value):
                return repr(value is True)
            case And(items):
                return "(" + " and ".join(self.true(item) for item in items) + ")"
            case Or(items):
                return "(" + " or ".join(self.true(item) for item in items) + ")"
            case Not(item):
                return self.false(item)
            case Doubted():
                return "False"
            case Ref(key):
                return f"{self.names[key]}t"
            case Fulfilled(rule):
                return f"({self.record(rule)} is True)"
            case Flag(name):
                return f"({self.fact(name)} is True)"
            case PresumedFlag(name, value):
                return (
                    f"({self.fact(name)} is not False)" if value else f"({self.fact(name)} is True)"
                )
            case HasAny(name, members):
                return f"(not {self.set(name)}m.isdisjoint({self.constant(frozenset(members))}))"
            case HasAll(name, members):
                return f"({self.constant(frozenset(members))} <= {self.set(name)}m)"
            case _:
                return self._leaf(node, "")

    def false(self, node: Node) -> str:
        """Python that is true exactly when the node is definitely false."""
        match node:
            case Const(value):
                return repr(value is False)
            case And(items):
                return "(" + " or ".join(self.false(item) for item in items) + ")"
            case Or(items):
                return "(" + " and ".join(self.false(item) for item in items) + ")"
            case Not(item):
                return self.true(item)
            case Doubted(item):
                return self.false(item)
            case Ref(key):
                return f"{self.names[key]}f"
            case Fulfilled(rule):
                return f"({self.record(rule)} is False)"
            case Flag(name):
                return f"({self.fact(name)} is False)"
            case PresumedFlag(name, value):
                return (
                    f"({self.fact(name)} is False)" if value else f"({self.fact(name)} is not True)"
                )
            case HasAny(name, members):
                local, known = self.set(name), self.constant(frozenset(members))
                return f"({local} is not None and {local}m.isdisjoint({known}) and {local}u.isdisjoint({known}))"
            case HasAll(name, members):
                local, known = self.set(name), self.constant(frozenset(members))
                return f"({local} is not None and not {known} <= ({local}m | {local}u))"
            case _:
                return self._leaf(node, "not ")

    def _leaf(self, node: Node, negation: str) -> str:
        match node:
            case In(left, members):
                text, guard = self.term(left)
                return f"({guard}{text} {negation}in {self.constant(frozenset(members))})"
            case Compare(op, left, right):
                one, guard = self.term(left)
                other, guard_too = self.term(right)
                sign = {"=": "==", "<>": "!="}.get(op, op)
                test = f"{one} {sign} {other}"
                return f"({guard}{guard_too}{f'not {test}' if negation else test})"
            case _:
                raise TypeError(f"{type(node).__name__} cannot be compiled")

    def term(self, term: Term) -> tuple[str, str]:
        """Python for a term, and the guard that it is known (ends in ``and``)."""
        match term:
            case Literal(value):
                return self.constant(value), ""
            case FactTerm(name):
                local = self.fact(name)
                return local, f"{local} is not None and "
            case PresumedTerm(name, value):
                local = self.fact(name)
                return f"({local} if {local} is not None else {self.constant(value)})", ""
            case Lookup(key, table):
                local = self.fact(key)
                text = f"{self._table(table)}.get({local})"
                return text, f"{text} is not None and "
            case _:
                raise TypeError(f"{type(term).__name__} cannot be compiled")

    def _table(self, table: tuple[tuple[str, str | int | date | datetime], ...]) -> str:
        name = f"T{len(self.constants)}"
        for known_name, known in self.constants.items():
            if known == dict(table):
                return known_name
        self.constants[name] = dict(table)
        return name

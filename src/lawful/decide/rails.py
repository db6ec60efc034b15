"""Python text for the nodes of a program, on two rails: *definitely true* and *definitely false*.

Both rails are plain two-valued Python; what is on neither is unknown. Nodes that are used once
stand where they are used, so that a rule out of scope costs one test; others get a name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from lawful.decide.program import Program
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

Rail = tuple[str, bool]
"""A node of the program by key, and which of its rails: true or false."""


def rails_in(node: Node, rail: bool) -> Iterator[Rail]:
    """The rails of other nodes that one rail of ``node`` refers to."""
    match node:
        case Ref(key):
            yield key, rail
        case And(items) | Or(items):
            for item in items:
                yield from rails_in(item, rail)
        case Not(item):
            yield from rails_in(item, not rail)
        case Doubted(item) if not rail:
            yield from rails_in(item, False)
        case _:
            return


class Constants:
    """Values that the generated text names: sets, dates, tables."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {"EMPTY": frozenset()}

    def name(self, value: object) -> str:
        """The text of a value: itself where it can be written, else a name."""
        if isinstance(value, (bool, int, str)):
            return repr(value)
        for name, known in self.values.items():
            if type(known) is type(value) and known == value:
                return name
        name = f"K{len(self.values)}"
        self.values[name] = value
        return name


class Body:
    """The lines of one generated function; facts, records and shared nodes are named on demand."""

    def __init__(self, program: Program, constants: Constants, roots: Iterable[Rail]) -> None:
        self.program, self.constants = program, constants
        self.facts: dict[str, str] = {}
        self.sets: set[str] = set()
        self.records: dict[str, str] = {}
        self.lines: list[str] = []
        self.named: dict[Rail, str] = {}
        self.uses = self._uses(roots)

    def _uses(self, roots: Iterable[Rail]) -> Counter[Rail]:
        uses: Counter[Rail] = Counter()
        waiting = list(roots)
        while waiting:
            rail = waiting.pop()
            uses[rail] += 1
            if uses[rail] == 1:
                waiting += rails_in(self.program.nodes[rail[0]], rail[1])
        return uses

    def rail(self, key: str, rail: bool) -> str:
        """The text of one rail of a node: its name, or, where it is used once, all of it."""
        known = self.named.get((key, rail))
        if known is not None:
            return known
        node = self.program.nodes[key]
        text = self.true(node) if rail else self.false(node)
        if self.uses[key, rail] < 2 or isinstance(node, Const):
            return text
        name = f"{'t' if rail else 'f'}{len(self.named)}"
        self.named[key, rail] = name
        self.lines.append(f"{name} = {text}")
        return name

    def heading(self) -> list[str]:
        """The lines that read facts and records; to be asked for when the body is written."""
        lines = ["get = facts.get"]
        for name, local in self.facts.items():
            lines.append(f"{local} = get({name!r})")
            if name in self.sets:
                lines.append(f"{local}m = {local}.members if {local} is not None else EMPTY")
                lines.append(f"{local}p = {local}.possible if {local} is not None else None")
        lines += [f"{local} = records.get({rule!r})" for rule, local in self.records.items()]
        return lines

    def fact(self, name: str) -> str:
        """The local name of a fact."""
        return self.facts.setdefault(name, f"x{len(self.facts)}")

    def members(self, name: str) -> str:
        """The local name of what is in a set fact; nothing where it is unknown."""
        self.sets.add(name)
        return self.fact(name) + "m"

    def possible(self, name: str) -> str:
        """The local name of what may be in a set fact; None where anything may."""
        self.sets.add(name)
        return self.fact(name) + "p"

    def record(self, rule: str) -> str:
        """The local name of a record's state."""
        return self.records.setdefault(rule, f"r{len(self.records)}")

    def true(self, node: Node) -> str:
        """Python that is true exactly when the node is definitely true."""
        match node:
            case Const(value):
                return repr(value is True)
            case And(items):
                return "(" + " and ".join([self.true(item) for item in items]) + ")"
            case Or(items):
                return "(" + " or ".join([self.true(item) for item in items]) + ")"
            case Not(item):
                return self.false(item)
            case Doubted():
                return "False"
            case Ref(key):
                return self.rail(key, True)
            case Beside():
                return f"({self.record(node.key)} is True)"
            case Flag(name):
                return f"({self.fact(name)} is True)"
            case Presumed(item, value):
                return f"(not {self.false(item)})" if value else self.true(item)
            case HasAny(name, members):
                known = self.constants.name(frozenset(members))
                return f"(not {self.members(name)}.isdisjoint({known}))"
            case HasAll(name, members):
                return f"({self.constants.name(frozenset(members))} <= {self.members(name)})"
            case _:
                return self._leaf(node, "")

    def false(self, node: Node) -> str:
        """Python that is true exactly when the node is definitely false."""
        match node:
            case Const(value):
                return repr(value is False)
            case And(items):
                return "(" + " or ".join([self.false(item) for item in items]) + ")"
            case Or(items):
                return "(" + " and ".join([self.false(item) for item in items]) + ")"
            case Not(item):
                return self.true(item)
            case Doubted(item):
                return self.false(item)
            case Ref(key):
                return self.rail(key, False)
            case Beside():
                return f"({self.record(node.key)} is False)"
            case Flag(name):
                return f"({self.fact(name)} is False)"
            case Presumed(item, value):
                return self.false(item) if value else f"(not {self.true(item)})"
            case HasAny(name, members):
                it, known = self.possible(name), self.constants.name(frozenset(members))
                return f"({it} is not None and {it}.isdisjoint({known}))"
            case HasAll(name, members):
                it, known = self.possible(name), self.constants.name(frozenset(members))
                return f"({it} is not None and not {known} <= {it})"
            case _:
                return self._leaf(node, "not ")

    def _leaf(self, node: Node, negation: str) -> str:
        match node:
            case In(left, members):
                text, guard = self.term(left)
                return f"({guard}{text} {negation}in {self.constants.name(frozenset(members))})"
            case Compare(op, left, right):
                one, guard = self.term(left)
                other, guard_too = self.term(right)
                test = f"{one} {_SIGNS.get(op, op)} {other}"
                return f"({guard}{guard_too}{f'not {test}' if negation else test})"
            case _:
                raise TypeError(f"{type(node).__name__} cannot be compiled")

    def term(self, term: Term) -> tuple[str, str]:
        """Python for a term, and the guard that it is known (ends in ``and``)."""
        match term:
            case Literal(value):
                return self.constants.name(value), ""
            case FactTerm(name):
                local = self.fact(name)
                return local, f"{local} is not None and "
            case PresumedTerm(name, value):
                local = self.fact(name)
                return f"({local} if {local} is not None else {self.constants.name(value)})", ""
            case Lookup(key, table):
                text = f"{self._table(table)}.get({self.fact(key)})"
                return text, f"{text} is not None and "
            case _:
                raise TypeError(f"{type(term).__name__} cannot be compiled")

    def _table(self, table: tuple[tuple[str, str | int | date | datetime], ...]) -> str:
        return self.constants.name(dict(table))


_SIGNS = {"=": "==", "<>": "!="}

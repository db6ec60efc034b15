"""The residual as SQL: a condition over a store's own columns, in its own three-valued logic.

Works for DuckDB and SQLite (and any engine with Kleene logic, ``CASE`` and ``NULLIF``). Facts stand
for SQL expressions given by the caller: a name, or an expression in brackets. A set fact stands for
one boolean expression per member. Instants are compared as timestamps in UTC, without a zone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

import attrs

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
from lawful.terms.values import SetValue


@attrs.frozen(kw_only=True)
class FactSql:
    """How a fact reads in SQL: ``value`` for all but sets; ``member`` for sets, by member.

    ``cases`` list what a set can be in this store: conditions in the order of a ``CASE``, each with its
    value; where none holds it is unknown. With them a set is one small code instead of one per member.
    """

    value: str = "NULL"
    member: Callable[[str], str] | None = None
    cases: tuple[tuple[str, SetValue | None], ...] = ()


class SqlWriter:
    """Writes the nodes of a residual; facts without SQL are unknown."""

    def __init__(self, program: Program, facts: Mapping[str, FactSql], dialect: str) -> None:
        self.program, self.facts, self.dialect = program, facts, dialect

    def key(self, key: str) -> str:
        """The expression of a node of the program, all references written out."""
        return self.node(self.program.nodes[key])

    def node(self, node: Node) -> str:
        """A boolean expression; true, false or NULL."""
        match node:
            case Const(value):
                return self.constant(value)
            case And(items):
                return "(" + " AND ".join(self.node(item) for item in items) + ")"
            case Or(items):
                return "(" + " OR ".join(self.node(item) for item in items) + ")"
            case Not(item):
                return f"(NOT {self.node(item)})"
            case Doubted(item):
                return f"NULLIF({self.node(item)}, {self.constant(True)})"
            case Presumed(item, value):
                return f"COALESCE({self.node(item)}, {self.constant(value)})"
            case Ref(key):
                return self.key(key)
            case Beside():
                return self.constant(None)
            case Flag(name):
                return self.fact(name).value
            case HasAny(name, members):
                return self._members(name, members, " OR ")
            case HasAll(name, members):
                return self._members(name, members, " AND ")
            case In(left, members):
                texts = ", ".join(literal(each, self.dialect) for each in members)
                return (
                    f"({self.term(left)} IN ({texts}))"
                    if members
                    else f"NULLIF({self.term(left)} IS NULL, {self.constant(True)})"
                )
            case Compare(op, left, right):
                return f"({self.term(left)} {op} {self.term(right)})"
            case _:
                raise TypeError(f"{type(node).__name__} has no SQL")

    def constant(self, value: bool | None) -> str:
        """TRUE, FALSE or a NULL that is a truth value."""
        if value is None:
            return "CAST(NULL AS BOOLEAN)" if self.dialect == "duckdb" else "NULL"
        return ("TRUE" if value else "FALSE") if self.dialect == "duckdb" else str(int(value))

    def fact(self, name: str) -> FactSql:
        """The SQL of a fact; unknown if the caller gave none."""
        return self.facts.get(name) or FactSql(value=self.constant(None))

    def _members(self, name: str, members: tuple[str, ...], joiner: str) -> str:
        member = self.fact(name).member
        if member is None:
            return self.constant(None)
        return (
            "("
            + (joiner.join(member(each) for each in members) or self.constant(joiner == " AND "))
            + ")"
        )

    def term(self, term: Term) -> str:
        """One side of a comparison."""
        match term:
            case FactTerm(name):
                return self.fact(name).value
            case Literal(value):
                return literal(value, self.dialect)
            case PresumedTerm(name, value):
                return f"COALESCE({self.fact(name).value}, {literal(value, self.dialect)})"
            case Lookup(key, table):
                rows = " ".join(
                    f"WHEN {literal(region, self.dialect)} THEN {literal(value, self.dialect)}"
                    for region, value in table
                )
                return f"CASE {self.fact(key).value} {rows} END"
            case _:
                raise TypeError(f"{type(term).__name__} has no SQL")


def literal(value: str | int | date | datetime, dialect: str) -> str:
    """A literal of the dialect; SQLite keeps dates as ISO text."""
    if isinstance(value, datetime):
        text = value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        return f"TIMESTAMP '{text}'" if dialect == "duckdb" else f"'{text}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'" if dialect == "duckdb" else f"'{value.isoformat()}'"
    if isinstance(value, bool):
        raise TypeError("a truth value is no literal here")
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """An identifier, quoted.

    >>> quoted('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'

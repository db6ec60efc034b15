"""From a tree back to the text of the language; ``parse(text_of(node)) == node``."""

from __future__ import annotations

from datetime import date, datetime

from lawful.law.tree import (
    And,
    AnyOf,
    Compare,
    Const,
    Cutoff,
    FactTerm,
    Flag,
    Fulfilled,
    HasAll,
    HasAny,
    In,
    Literal,
    Node,
    Not,
    Number,
    Or,
    Passed,
    Presumed,
    PresumedTerm,
    ReadingIs,
    Recorded,
    Term,
)


def text_of(node: Node, parent: str = "") -> str:
    """The text of ``node``, with brackets only where they are needed.

    >>> from lawful.law.parse import parse
    >>> text_of(parse("NOT (a OR b) AND c"))
    'NOT (a OR b) AND c'
    """
    match node:
        case And(items):
            text = " AND ".join(text_of(item, "AND") for item in items)
            return f"({text})" if parent in ("NOT", "AND") else text
        case Or(items):
            text = " OR ".join(text_of(item, "OR") for item in items)
            return f"({text})" if parent else text
        case Not(In(left, members, listed)):
            return f"{term_text(left)} NOT IN {_members(members, listed)}"
        case Not(item):
            return f"NOT {text_of(item, 'NOT')}"
        case _:
            return _leaf(node)


def _leaf(node: Node) -> str:
    match node:
        case Const(value) if value is not None:
            return "TRUE" if value else "FALSE"
        case Flag(name):
            return name
        case Compare(op, left, right):
            return f"{term_text(left)} {op} {term_text(right)}"
        case In(left, members, listed):
            return f"{term_text(left)} IN {_members(members, listed)}"
        case HasAny(fact, members, listed):
            return f"has_any({fact}, {listed or ', '.join(map(_quoted, members))})"
        case HasAll(fact, members):
            return f"has_all({fact}, {', '.join(map(_quoted, members))})"
        case Passed(fact, n, unit, last):
            word = "over" if last else "passed"
            return f"{word}({fact}, {n}, '{unit}')" if n else f"{word}({fact})"
        case Presumed(item, value):
            return f"presumed({_leaf(item)}, {'TRUE' if value else 'FALSE'})"
        case Fulfilled(rule):
            return f"fulfilled({_quoted(rule)})" if rule else "fulfilled"
        case Recorded(rule, item, value):
            asked = f", {_quoted(item)}) = {_quoted(value)}" if item else ")"
            return f"recorded({_quoted(rule)}{asked}"
        case AnyOf(about, item):
            return f"any_of({about}, {text_of(item)})"
        case ReadingIs(reading, option):
            return f"reading({_quoted(reading)}) = {_quoted(option)}"
        case _:
            raise TypeError(f"{type(node).__name__} has no text")


def _members(members: tuple[str, ...], listed: str) -> str:
    return listed or f"({', '.join(map(_quoted, members))})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def term_text(term: Term) -> str:
    """The text of one side of a comparison."""
    match term:
        case FactTerm(name):
            return name
        case Literal(value):
            return _value(value)
        case Cutoff(years, table, key):
            return f"cutoff({f'{table}[{key}]' if table else years})"
        case Number(name, key):
            return f"{name}[{key}]" if key else name
        case PresumedTerm(name, value):
            return f"presumed({name}, {_value(value)})"
        case _:
            raise TypeError(f"{type(term).__name__} has no text")


def _value(value: str | int | date | datetime) -> str:
    if isinstance(value, datetime):
        return f"TIMESTAMPTZ '{value.isoformat()}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    return _quoted(value) if isinstance(value, str) else str(value)

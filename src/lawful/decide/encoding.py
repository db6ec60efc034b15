"""Live facts as small integers (0 = unknown): what a decision table is keyed by.

Two situations with the same codes are alike for every test that a residual makes, so one decision
per observed vector is enough. Each code also has a representative value, with which the vector is
decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from math import prod

import attrs

from lawful.decide.partial import has_any
from lawful.decide.program import Program
from lawful.decide.sql import FactSql, literal
from lawful.law.oracle import Kleene, all_of
from lawful.law.tree import (
    Compare,
    FactTerm,
    Flag,
    HasAll,
    HasAny,
    In,
    Literal,
    Lookup,
    Node,
    PresumedTerm,
    Term,
    terms,
    walk,
)
from lawful.law.vocabulary import Vocabulary
from lawful.terms.values import NEVER_ON, SetValue, Value


@attrs.frozen(kw_only=True)
class Codes:
    """How a fact is coded: codes from 0, a value that stands for each, and the SQL of the code.

    ``alike``: of an enum, all the values that share a code.
    """

    fact: str
    values: tuple[Value | None, ...]
    sql: str
    alike: tuple[tuple[str, ...], ...] = ()

    @property
    def count(self) -> int:
        """How many codes there are, 0 (unknown) included."""
        return len(self.values)


def tested(program: Program) -> dict[str, list[Node]]:
    """The leaves of a residual by the fact that they test."""
    found: dict[str, list[Node]] = {}
    for node in program.nodes.values():
        for each in walk(node):
            match each:
                case Flag(name) | HasAny(name) | HasAll(name):
                    found.setdefault(name, []).append(each)
                case _:
                    for term in terms(each):
                        for name in _facts(term):
                            found.setdefault(name, []).append(each)
    return found


def _facts(term: Term) -> Iterable[str]:
    match term:
        case FactTerm(name) | PresumedTerm(name):
            return (name,)
        case Lookup(key):
            return (key,)
        case _:
            return ()


def encode(
    program: Program, vocabulary: Vocabulary, facts: Mapping[str, FactSql], dialect: str
) -> tuple[Codes, ...]:
    """Codes for every fact that the residual still tests and the store supplies, by name."""
    found = []
    for name, leaves in sorted(tested(program).items()):
        if name not in facts:
            continue
        match vocabulary.facts[name].type:
            case "flag":
                found.append(
                    Codes(
                        fact=name,
                        values=(None, True, False),
                        sql=_flag(facts[name].value),
                    )
                )
            case "enum":
                found.append(_enum(name, leaves, vocabulary, facts[name].value, dialect))
            case "set":
                found += _set(name, leaves, facts[name])
            case _:
                found.append(_ordered(name, leaves, facts[name].value, dialect))
    return tuple(found)


def _flag(sql: str) -> str:
    return _case((f"({sql}) IS TRUE", 1), (f"({sql}) IS FALSE", 2))


def _case(*whens: tuple[str, int]) -> str:
    return "CASE " + " ".join(f"WHEN {when} THEN {code}" for when, code in whens) + " ELSE 0 END"


def _enum(name: str, leaves: list[Node], vocabulary: Vocabulary, sql: str, dialect: str) -> Codes:
    """One code for each value tested, one for all other values of the closed list."""
    known = tuple(vocabulary.values_of(name))
    asked: set[str] = set()
    for leaf in leaves:
        match leaf:
            case In(_, members):
                asked |= set(members)
            case Compare(_, left, right):
                asked |= {
                    str(term.value)
                    for term in (left, right)
                    if isinstance(term, Literal) and isinstance(term.value, str)
                }
                for term in (left, right):
                    if isinstance(term, Lookup):
                        asked |= {region for region, _ in term.table}
                    if isinstance(term, PresumedTerm):
                        asked.add(str(term.value))
    groups = _alike(name, leaves, [each for each in known if each in asked])
    rest = [each for each in known if each not in asked]
    if rest:
        groups.append(rest)
    values: tuple[Value | None, ...] = (None, *(group[0] for group in groups))
    whens = tuple(
        (f"{sql} IN ({', '.join(literal(each, dialect) for each in group)})", index)
        for index, group in enumerate(groups, 1)
    )
    alike = ((), *(tuple(group) for group in groups))
    return Codes(fact=name, values=values, sql=_case(*whens), alike=alike)


def _alike(name: str, leaves: list[Node], members: list[str]) -> list[list[str]]:
    """Values of an enum that no leaf tells apart, grouped."""
    groups: dict[tuple[object, ...], list[str]] = {}
    for member in members:
        marks: list[object] = []
        for leaf in leaves:
            match leaf:
                case In(_, listed):
                    marks.append(member in listed)
                case Compare(_, left, right):
                    for term in (left, right):
                        if isinstance(term, Lookup) and term.key == name:
                            marks.append(dict(term.table).get(member))
                        elif isinstance(term, Literal):
                            marks.append(term.value == member)
                case _:
                    marks.append(member)
        groups.setdefault(tuple(marks), []).append(member)
    return list(groups.values())


def _set(name: str, leaves: list[Node], sql: FactSql) -> list[Codes]:
    """One code for each class of values that no leaf tells apart; without cases one a member."""
    if sql.cases:
        return [_cases(name, leaves, sql)]
    assert sql.member is not None
    members = sorted(
        {each for leaf in leaves if isinstance(leaf, (HasAny, HasAll)) for each in leaf.members}
    )
    return [
        Codes(fact=f"{name}.{each}", values=(None, True, False), sql=_flag(sql.member(each)))
        for each in members
    ]


def _cases(name: str, leaves: list[Node], sql: FactSql) -> Codes:
    codes: dict[tuple[Kleene, ...], int] = {}
    values: list[Value | None] = [None]
    whens: list[str] = []
    for condition, value in sql.cases:
        mark = tuple(_test(leaf, value) for leaf in leaves)
        if value is None:
            code = 0
        elif mark in codes:
            code = codes[mark]
        else:
            code = codes[mark] = len(values)
            values.append(value)
        whens.append(f"WHEN {condition} THEN {code}")
    return Codes(fact=name, values=tuple(values), sql=f"CASE {' '.join(whens)} ELSE 0 END")


def _test(leaf: Node, value: SetValue | None) -> Kleene:
    match leaf:
        case HasAny(_, members):
            return has_any(value, members)
        case HasAll(_, members):
            return all_of(has_any(value, (each,)) for each in members)
        case _:
            return None


def _ordered(name: str, leaves: list[Node], sql: str, dialect: str) -> Codes:
    """A code for each limit and each stretch between two limits."""
    limits = sorted({each for leaf in leaves for each in _limits(leaf)}, key=_ordinal)
    values: list[Value | None] = [None]
    whens: list[tuple[str, int]] = []
    for index, limit in enumerate(limits):
        below = _step(limit, -1)
        if index == 0 or below != limits[index - 1]:
            values.append(below)
            whens.append((f"{sql} < {literal(limit, dialect)}", len(values) - 1))
        values.append(limit)
        whens.append((f"{sql} = {literal(limit, dialect)}", len(values) - 1))
    values.append(_step(limits[-1], 1))
    whens.append((f"{sql} > {literal(limits[-1], dialect)}", len(values) - 1))
    return Codes(fact=name, values=tuple(values), sql=_case(*whens))


def _limits(leaf: Node) -> Iterable[date | int]:
    if not isinstance(leaf, Compare):
        return
    for term in (leaf.left, leaf.right):
        match term:
            case Literal(value) if isinstance(value, (int, date)):
                yield value
            case Lookup(_, table):
                yield from (value for _, value in table if isinstance(value, (int, date)))
            case PresumedTerm(_, value) if isinstance(value, (int, date)):
                yield value


def _ordinal(value: date | int) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    return value.toordinal() if isinstance(value, date) else value


def _step(value: date | int, by: int) -> date | int:
    """The next value in one direction, as fine as the type is."""
    if isinstance(value, datetime):
        return value + timedelta(microseconds=by)
    if isinstance(value, date):
        return value if value == NEVER_ON and by > 0 else value + timedelta(days=by)
    return value + by


def decode(codes: tuple[Codes, ...], vector: tuple[int, ...]) -> dict[str, Value | None]:
    """The representative facts of a vector; sets are put together again."""
    found: dict[str, Value | None] = {}
    sets: dict[str, tuple[set[str], set[str]]] = {}
    for code, index in zip(codes, vector, strict=True):
        name, _, member = code.fact.partition(".")
        value = code.values[index]
        if not member:
            found[name] = value
            continue
        members, unknown = sets.setdefault(name, (set(), set()))
        if value is not False:
            (members if value else unknown).add(member)
    for name, (members, unknown) in sets.items():
        found[name] = SetValue(frozenset(members), frozenset(unknown))
    return found


def vector_sql(codes: tuple[Codes, ...]) -> str:
    """One integer for the whole vector (mixed radix, the first fact most significant).

    Raises: OverflowError: more combinations than an integer holds; the expression form serves then.
    """
    if not codes:
        return "0"
    if prod(code.count for code in codes) >= 1 << 62:
        raise OverflowError("too many combinations of live facts for one integer")
    text = f"CAST(({codes[0].sql}) AS BIGINT)"
    for code in codes[1:]:
        text = f"({text} * {code.count} + ({code.sql}))"
    return text


def vector_of(codes: tuple[Codes, ...], number: int) -> tuple[int, ...]:
    """The vector of an integer made by ``vector_sql``."""
    found: list[int] = []
    for code in reversed(codes):
        number, index = divmod(number, code.count)
        found.append(index)
    return tuple(reversed(found))

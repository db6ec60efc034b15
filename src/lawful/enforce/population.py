"""A population of data subjects as SQL: one row for each key, with each live fact ready to be coded.

Every fact's own words for *nothing* are honoured: NULL, no row, a stored value that is not in the vocabulary.
Rows that contradict one another make a fact unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

import attrs

from lawful.decide.sql import FactSql, literal, quoted
from lawful.inventory.model import FactSource, Population
from lawful.law.vocabulary import Fact, Vocabulary
from lawful.terms.values import SetValue, Value

SETS_MAX = 10_000
Read = Callable[[str], Iterable[tuple[object, ...]]]


@attrs.frozen(kw_only=True)
class PopulationSql:
    """``body`` is ``FROM … LEFT JOIN …`` with the key as ``key``; ``facts`` are expressions over it."""

    body: str
    key: str
    facts: Mapping[str, FactSql] = attrs.field(hash=False)


@attrs.frozen(kw_only=True)
class Writing:
    """What is needed to write SQL for one question: dialect, words for ``$purpose`` and ``$entity``, a reader."""

    vocabulary: Vocabulary
    dialect: str
    purpose: str
    entity: str
    read: Read


def population_sql(population: Population, live: Iterable[str], writing: Writing) -> PopulationSql:
    """The SQL of a population for the facts that are live.

    ``writing.read`` runs small queries in the same snapshot: stored texts of sets are looked up so that one
    that is not understood is unknown, not *nowhere*.
    """
    joins: list[str] = []
    facts: dict[str, FactSql] = {}
    for index, name in enumerate(sorted(set(live) & set(population.facts))):
        source = population.facts[name]
        fact = writing.vocabulary.facts[name]
        if source.table:
            alias = f"l{index}"
            joins.append(
                f"LEFT JOIN {_lookup(source, writing)} AS {alias} ON {alias}.k = s.{quoted(population.key)}"
            )
            facts[name] = _fact(
                fact, source, f"{alias}.x", f"{alias}.found", writing, _origin(source, writing)
            )
        else:
            column = f"s.{quoted(source.column)}"
            origin = f"SELECT DISTINCT {quoted(source.column)} FROM {quoted(population.table)}"
            facts[name] = _fact(fact, source, column, "", writing, origin)
    body = " ".join([f"FROM {quoted(population.table)} AS s", *joins])
    return PopulationSql(body=body, key=f"s.{quoted(population.key)}", facts=facts)


def _origin(source: FactSource, writing: Writing) -> str:
    return f"SELECT DISTINCT {quoted(source.column)} FROM {quoted(source.table)}{_where(source, writing)}"


def _where(source: FactSource, writing: Writing) -> str:
    tests = []
    for column, wanted in sorted(source.match.items()):
        value = {"$purpose": writing.purpose, "$entity": writing.entity}.get(str(wanted), wanted)
        tests.append(f"{quoted(column)} = {_stored(value, writing.dialect)}")
    return f" WHERE {' AND '.join(tests)}" if tests else ""


def _stored(value: object, dialect: str) -> str:
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE") if dialect == "duckdb" else str(int(value))
    if isinstance(value, (int, date)):
        return literal(value, dialect)
    return literal(str(value), dialect)


def _lookup(source: FactSource, writing: Writing) -> str:
    """One row for each key: the latest value, or NULL where the latest rows contradict one another."""
    key, column = quoted(source.key), quoted(source.column)
    order = f"ORDER BY {quoted(source.latest_by)} DESC" if source.latest_by else "ORDER BY 1"
    inner = (
        f"SELECT {key} AS k, {column} AS x, RANK() OVER (PARTITION BY {key} {order}) AS r "
        f"FROM {quoted(source.table)}{_where(source, writing)}"
    )
    if not source.latest_by:
        inner = f"SELECT {key} AS k, {column} AS x, 1 AS r FROM {quoted(source.table)}{_where(source, writing)}"
    same = "MIN(x) = MAX(x) AND COUNT(x) = COUNT(*)"
    return (
        f"(SELECT k, CASE WHEN {same} THEN MIN(x) END AS x, "
        f"CASE WHEN COUNT(x) = 0 THEN 1 WHEN {same} THEN 1 ELSE 2 END AS found "
        f"FROM ({inner}) AS q WHERE r = 1 AND k IS NOT NULL GROUP BY k)"
    )


def _fact(
    fact: Fact, source: FactSource, column: str, found: str, writing: Writing, origin: str
) -> FactSql:
    """A fact's expression: no row, contradiction, NULL, then the stored value in the vocabulary's words."""
    write = _Cases(fact, writing)
    if fact.type == "set":
        return FactSql(
            cases=write.set_cases(source, column, found, _valid_sets(fact, source, writing, origin))
        )
    return FactSql(value=write.cases(source, column, found, write.stored(source, column)))


class _Cases:
    def __init__(self, fact: Fact, writing: Writing) -> None:
        self.fact, self.writing = fact, writing

    def cases(self, source: FactSource, column: str, found: str, known: str) -> str:
        """``CASE`` over what can be missing; without a lookup only NULL can."""
        whens = [
            f"WHEN {test} THEN {self.value(value)}"
            for test, value in _absences(source, column, found)
        ]
        return f"CASE {' '.join(whens)} ELSE {known} END"

    def set_cases(
        self, source: FactSource, column: str, found: str, valid: Mapping[str, frozenset[str]]
    ) -> tuple[tuple[str, SetValue | None], ...]:
        """What a stored set can be, in the order of a ``CASE``: absent, contradictory, each text understood."""
        text = f"CAST({column} AS {'VARCHAR' if self.writing.dialect == 'duckdb' else 'TEXT'})"
        absent = [
            (test, value if isinstance(value, SetValue) else None)
            for test, value in _absences(source, column, found)
        ]
        by_members: dict[frozenset[str], list[str]] = {}
        for raw, members in sorted(valid.items()):
            by_members.setdefault(members, []).append(literal(raw, self.writing.dialect))
        stored = [
            (f"{text} IN ({', '.join(texts)})", SetValue(members))
            for members, texts in by_members.items()
        ]
        return (*absent, *stored)

    def unknown(self) -> str:
        """A NULL of the fact's type."""
        if self.writing.dialect == "sqlite":
            return "NULL"
        types = {
            "flag": "BOOLEAN",
            "count": "BIGINT",
            "date": "DATE",
            "instant": "TIMESTAMP",
        }
        return f"CAST(NULL AS {types.get(self.fact.type, 'VARCHAR')})"

    def value(self, value: Value | None) -> str:
        """A vocabulary value as SQL."""
        return self.unknown() if value is None else _stored(value, self.writing.dialect)

    def stored(self, source: FactSource, column: str) -> str:
        """A stored value that is there, in the vocabulary's words; not understood is unknown."""
        duck = self.writing.dialect == "duckdb"
        text = f"CAST({column} AS VARCHAR)" if duck else f"CAST({column} AS TEXT)"
        if source.values or source.other_means is not None:
            return self._translated(source, text)
        match self.fact.type:
            case "flag":
                return (
                    f"TRY_CAST({column} AS BOOLEAN)"
                    if duck
                    else f"CASE {column} WHEN 1 THEN 1 WHEN 0 THEN 0 END"
                )
            case "count":
                return (
                    f"TRY_CAST({column} AS BIGINT)"
                    if duck
                    else f"CASE typeof({column}) WHEN 'integer' THEN {column} END"
                )
            case "date":
                return f"TRY_CAST({column} AS DATE)" if duck else f"date({column})"
            case "instant":
                return f"TRY_CAST({column} AS TIMESTAMP)" if duck else f"datetime({column})"
            case _:
                return text

    def _translated(self, source: FactSource, text: str) -> str:
        whens = [
            f"WHEN {text} = {literal(str(stored), self.writing.dialect)} THEN {self.value(value)}"
            for stored, value in source.values.items()
        ]
        rest = self.value(source.other_means)
        return f"CASE {' '.join(whens)} ELSE {rest} END" if whens else rest


def _valid_sets(
    fact: Fact, source: FactSource, writing: Writing, origin: str
) -> dict[str, frozenset[str]]:
    """Stored texts that are understood as a set, with their members."""
    known = set(writing.vocabulary.values_of(fact.name))
    found: dict[str, frozenset[str]] = {}
    for count, (raw,) in enumerate(writing.read(origin)):
        if count >= SETS_MAX:
            return {}
        if raw is None:
            continue
        translated = source.values.get(str(raw))
        if isinstance(translated, SetValue):
            found[str(raw)] = translated.members
            continue
        texts = str(raw).split(source.separator) if source.separator else [str(raw)]
        parts = [part.strip() for part in texts if part.strip()]
        if all(part in known for part in parts):
            value = writing.vocabulary.close(fact.name, SetValue(frozenset(parts)))
            assert isinstance(value, SetValue)
            found[str(raw)] = value.members
    return found


def _absences(source: FactSource, column: str, found: str) -> list[tuple[str, Value | None]]:
    """No row, rows that contradict one another, NULL: each with what the dataset file says it means."""
    tests: list[tuple[str, Value | None]] = []
    if found:
        tests += [(f"{found} IS NULL", source.no_row_means), (f"{found} = 2", None)]
    return [*tests, (f"{column} IS NULL", source.null_means)]

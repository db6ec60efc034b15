"""Each guard alone stops something: with it the query is refused, without it it passes."""

from __future__ import annotations

import pytest

from lawful.enforce.sql import GUARDS, Parsed, Refusal, guard, parse
from lawful.enforce.sql.model import Dialect
from tests.enforce_sql.world import SECRET, catalog, protect, tables

# What only this guard stops: (guard, dialect, query).
ALONE: list[tuple[str, Dialect, str]] = [
    ("check_size", "duckdb", "SELECT id FROM people" + " " * 100_000),
    ("check_characters", "duckdb", "SELECT\u00a0id FROM people"),
    ("check_characters", "sqlite", "SELECT\u00a0id FROM people"),
    ("check_characters", "duckdb", "SELECT 0x1F FROM people"),
    ("check_one_statement", "duckdb", "SELECT id FROM people; CHECKPOINT"),
    ("check_one_statement", "sqlite", "SELECT id FROM people; SELECT 1"),
    ("check_nodes", "duckdb", "SELECT * FROM (SUMMARIZE people)"),
    ("check_nodes", "duckdb", "SELECT * FROM (DESCRIBE people)"),
    ("check_nodes", "sqlite", "WITH a AS (DELETE FROM people RETURNING *) SELECT * FROM a"),
    ("check_arguments", "duckdb", "SELECT * FROM people POSITIONAL JOIN orders"),
    ("check_table_functions", "duckdb", "SELECT * FROM countries, histogram(people, name)"),
    ("check_table_functions", "duckdb", "SELECT * FROM glob('*')"),
    ("check_functions", "duckdb", "SELECT getvariable('x') FROM people"),
    ("check_functions", "duckdb", "SELECT stats(born) FROM people"),
    ("check_functions", "duckdb", "SELECT phone.current_setting() FROM people"),
    ("check_functions", "sqlite", "SELECT load_extension(name) FROM people"),
    ("check_qualified_names", "duckdb", "SELECT code FROM main.countries"),
    ("check_qualified_names", "sqlite", "SELECT name FROM main.people"),
    ("check_tables", "duckdb", "SELECT given FROM consents"),
    ("check_tables", "sqlite", "SELECT sql FROM sqlite_master"),
    ("check_tables", "duckdb", "SELECT * FROM 'people.csv'"),
    ("check_in_table", "sqlite", "SELECT code FROM countries WHERE people IN people"),
    ("check_columns", "duckdb", "SELECT rowid FROM people"),
    ("check_columns", "sqlite", "SELECT _rowid_ FROM countries"),
    ("check_words", "duckdb", "WITH x AS (TABLE people) SELECT * FROM x"),
    ("check_words", "duckdb", "SELECT current_user"),
    ("check_words", "duckdb", "SELECT CAST(phone AS my_type) FROM people"),
]


def without(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    left = [g for g in GUARDS if g.__name__ != name]
    assert len(left) == len(GUARDS) - 1
    monkeypatch.setattr(guard, "GUARDS", left)
    monkeypatch.setattr("lawful.enforce.sql.parsing.GUARDS", left)


def test_every_guard_is_in_the_table() -> None:
    assert {name for name, _, _ in ALONE} == {g.__name__ for g in GUARDS}


def test_every_guard_function_is_in_the_list() -> None:
    named = [
        value
        for name, value in vars(guard).items()
        if name.startswith("check_") and callable(value)
    ]
    assert set(named) == set(GUARDS)


@pytest.mark.parametrize(("name", "dialect", "sql"), ALONE)
def test_refused_with_the_guard_and_not_without(
    monkeypatch: pytest.MonkeyPatch, name: str, dialect: Dialect, sql: str
) -> None:
    assert isinstance(parse(sql, catalog(dialect)), Refusal)
    without(monkeypatch, name)
    assert isinstance(parse(sql, catalog(dialect)), Parsed)


LEAKS: list[tuple[str, Dialect, str, str]] = [
    ("check_qualified_names", "sqlite", "SELECT name FROM main.people", SECRET),
    ("check_tables", "sqlite", "SELECT sql FROM sqlite_master", "CREATE TABLE"),
    ("check_tables", "duckdb", "SELECT * FROM duckdb_tables", "CREATE TABLE"),
]


@pytest.mark.parametrize(("name", "dialect", "sql", "seen"), LEAKS)
def test_what_would_leak_without_the_guard(
    monkeypatch: pytest.MonkeyPatch, name: str, dialect: Dialect, sql: str, seen: str
) -> None:
    """Not a figure of speech: the engine hands out what it should not."""
    without(monkeypatch, name)
    parsed = parse(sql, catalog(dialect))
    assert isinstance(parsed, Parsed)
    assert seen in str(tables(dialect).run(protect(parsed)))

"""Random queries from a grammar: equal to views, and blind to what they do not list."""

from __future__ import annotations

import os
import sqlite3
from random import Random

import duckdb
import pytest
from hypothesis import Phase, event, given, settings
from hypothesis import strategies as st

from lawful.enforce.sql import Parsed, Refusal, parse
from lawful.enforce.sql.model import Dialect
from tests.enforce_sql.grammar_maker import Maker
from tests.enforce_sql.world import (
    COLUMNS,
    FILLS,
    PROTECTED,
    SECRET,
    Answer,
    Base,
    blinded,
    catalog,
    protect,
    quoted,
    replacement,
    rewrite,
    tables,
    views,
)

MANY = 6000 if os.environ.get("LAWFUL_SOAK") == "1" else 120
EngineError = (duckdb.Error, sqlite3.Error)


def run(base: Base, sql: str) -> Answer | None:
    try:
        return base.run(sql)
    except EngineError:
        return None


def dropped(parsed: Parsed) -> str:
    """The statement when columns that are not listed do not even exist."""
    given = {}
    for reference in parsed.references:
        name = reference.table
        inner = replacement(name) if name in PROTECTED else f"SELECT * FROM {quoted(name)}"
        inner = inner if inner.startswith("(") else f"({inner})"
        cells = [f"s.{quoted(c)}" for c in COLUMNS[name] if c in reference.columns]
        given[reference.id] = f"SELECT {', '.join(cells) or '1 AS k0'} FROM {inner} AS s"
    return rewrite(parsed, given)


def check(sql: str, dialect: Dialect) -> str:
    parsed = parse(sql, catalog(dialect))
    expected = run(views(dialect), sql)
    if expected is None:
        assert isinstance(parsed, Refusal) or run(tables(dialect), protect(parsed)) is None
        return "neither engine takes it"
    assert isinstance(parsed, Parsed), (parsed, sql)
    answer = tables(dialect).run(protect(parsed))
    assert answer.same_as(expected, ordered=False), sql
    assert SECRET not in str(answer)
    for fill in FILLS[dialect]:
        blind = tables(dialect).run(blinded(parsed, fill))
        assert blind.same_as(expected, ordered=False), (fill, sql)
    if "EXCLUDE" not in sql:
        assert tables(dialect).run(dropped(parsed)).same_as(expected, ordered=False), sql
    return "equal" if expected.rows else "equal, no rows"


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
@settings(max_examples=MANY, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(seed=st.integers(0, 2**40))
def test_random_queries(dialect: Dialect, seed: int) -> None:
    """A seed that fails is the example; shrinking a seed says nothing."""
    event(check(Maker(Random(seed), dialect).statement(), dialect))


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
def test_the_grammar_is_worth_asking(dialect: Dialect) -> None:
    """Most random queries run, and most answers are not empty."""
    outcomes = [check(Maker(Random(seed), dialect).statement(), dialect) for seed in range(60)]
    assert outcomes.count("neither engine takes it") <= 12
    assert outcomes.count("equal") >= 30

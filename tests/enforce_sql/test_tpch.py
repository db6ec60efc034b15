"""TPC-H's 22 queries over protected tables answer as they do over protected views."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from lawful.enforce.sql import Parsed, parse, rewrite
from tests.enforce_sql.tpch.making import base, catalog, policy

TEXT = (Path(__file__).parent / "tpch" / "queries.sql").read_text(encoding="utf-8")
QUERIES = dict(block.split("\n", 1) for block in TEXT.split("-- name: ")[1:])


@cache
def bases() -> tuple[Any, Any]:
    return base(""), base("raw_")


def answers(name: str) -> tuple[Any, Any, Any]:
    """Rewritten, over views, and raw."""
    tables, views = bases()
    parsed = parse(QUERIES[name], catalog())
    assert isinstance(parsed, Parsed), parsed
    given = {i: policy(parsed.references[i].table, "") for i in parsed.protected}
    found = []
    for connection, sql in [
        (tables, rewrite(parsed, given)),
        (views, QUERIES[name]),
        (tables, QUERIES[name]),
    ]:
        cursor = connection.execute(sql)
        found.append(([item[0] for item in cursor.description], cursor.fetchall()))
    return found[0], found[1], found[2]


def test_all_22_are_here() -> None:
    assert list(QUERIES) == [f"q{i:02d}" for i in range(1, 23)]


@pytest.mark.parametrize("name", QUERIES)
def test_equal_to_views(name: str) -> None:
    rewritten, over_views, _ = answers(name)
    assert rewritten == over_views


def test_the_policies_matter() -> None:
    """Nearly all have something to find, and most answers differ from the raw ones."""
    found = [answers(name) for name in QUERIES]
    assert sum(any(cell is not None for row in r[1] for cell in row) for r, _, _ in found) >= 20
    assert sum(r != raw for r, _, raw in found) >= 18

"""What a statement needs of its tables, and what of it reaches the output."""

from __future__ import annotations

import pytest

from lawful.enforce.sql import Parsed, parse
from lawful.enforce.sql.model import Dialect
from tests.enforce_sql.world import catalog

ALL_PEOPLE = "id name phone country born"

# dialect, query, {alias: columns}, columns that reach the output ("table.column")
NEEDS: list[tuple[str, str, dict[str, str], str]] = [
    ("duckdb", "SELECT phone FROM people", {"people": "phone"}, "people.phone"),
    ("duckdb", "SELECT count(*) FROM people", {"people": ""}, ""),
    ("duckdb", "SELECT 1 FROM people", {"people": ""}, ""),
    ("duckdb", "SELECT count(phone) FROM people", {"people": "phone"}, "people.phone"),
    ("duckdb", "SELECT id FROM people WHERE phone IS NULL", {"people": "id phone"}, "people.id"),
    ("duckdb", "SELECT id FROM people ORDER BY born", {"people": "id born"}, "people.id"),
    ("duckdb", "SELECT count(*) FROM people GROUP BY country", {"people": "country"}, ""),
    (
        "duckdb", "SELECT p.name FROM people p JOIN orders o ON o.buyer_id = p.id",
        {"p": "name id", "o": "buyer_id"}, "people.name",
    ),
    (
        "duckdb", "SELECT name, amount FROM people JOIN orders USING (id)",
        {"people": "id name", "orders": "id amount"}, "people.name orders.amount",
    ),
    (
        "duckdb", "SELECT id FROM people FULL JOIN orders USING (id)",
        {"people": "id", "orders": "id"}, "people.id orders.id",
    ),
    (
        "duckdb", "SELECT born FROM people NATURAL JOIN orders",
        {"people": ALL_PEOPLE, "orders": "id buyer_id seller_id amount note day"}, "people.born",
    ),
    ("duckdb", "SELECT people FROM people", {"people": ALL_PEOPLE}, "*people"),
    ("duckdb", "SELECT COLUMNS('p.*') FROM people", {"people": ALL_PEOPLE}, "*people"),
    ("duckdb", "SELECT * FROM people", {"people": ALL_PEOPLE}, "*people"),
    (
        "duckdb", "SELECT * EXCLUDE (phone, name) FROM people",
        {"people": "id country born"}, "people.id people.country people.born",
    ),
    (
        "duckdb", "SELECT q.phone FROM (SELECT * REPLACE (name AS phone) FROM people) AS q",
        {"people": "name"}, "people.name",
    ),
    ("duckdb", "SELECT q.id FROM (SELECT * FROM people) AS q", {"people": "id"}, "people.id"),
    (
        "duckdb", "SELECT q.id FROM (SELECT * FROM people ORDER BY 5) AS q",
        {"people": ALL_PEOPLE}, "people.id",
    ),
    (
        "duckdb", "SELECT q.id FROM (SELECT DISTINCT * FROM people) AS q",
        {"people": ALL_PEOPLE}, "people.id",
    ),
    (
        "duckdb", "SELECT q.id FROM (SELECT * FROM people UNION SELECT * FROM people p) AS q",
        {"people": ALL_PEOPLE, "p": ALL_PEOPLE}, "people.id",
    ),
    (
        "duckdb", "SELECT id FROM people WHERE EXISTS (SELECT * FROM orders WHERE buyer_id = 3)",
        {"people": "id", "orders": "buyer_id"}, "people.id",
    ),
    (
        "duckdb", "SELECT id FROM people WHERE id IN (SELECT buyer_id FROM orders WHERE day > 1)",
        {"people": "id", "orders": "buyer_id day"}, "people.id",
    ),
    (
        "duckdb", "SELECT phone FROM people EXCEPT SELECT note FROM orders",
        {"people": "phone", "orders": "note"}, "people.phone",
    ),
    (  # wider than it must be: the word NAME is also a column's name
        "duckdb", "SELECT q.x FROM (SELECT id AS x, born AS y FROM people "
        "UNION ALL BY NAME SELECT day AS y, amount AS x FROM orders) AS q",
        {"people": "id born name", "orders": "day amount"}, "people.id orders.amount",
    ),
    (
        "duckdb", "SELECT phone FROM people UNION SELECT note FROM orders",
        {"people": "phone", "orders": "note"}, "people.phone orders.note",
    ),
    (
        "duckdb", "SELECT row_number() OVER (PARTITION BY phone ORDER BY born) FROM people",
        {"people": "phone born"}, "",
    ),
    (
        "duckdb", "SELECT sum(born) FILTER (WHERE phone IS NULL) OVER w FROM people "
        "WINDOW w AS (ORDER BY name)",
        {"people": "born phone name"}, "people.born",
    ),
    (
        "duckdb", "SELECT string_agg(name ORDER BY born) FROM people",
        {"people": "name born"}, "people.name",
    ),
    (
        "duckdb", "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY born) FROM people",
        {"people": "born"}, "people.born",
    ),
    (
        "duckdb", "SELECT CASE WHEN phone IS NULL THEN name END FROM people",
        {"people": "phone name"}, "people.phone people.name",
    ),
    (
        "duckdb", "SELECT id, (SELECT max(note) FROM orders o WHERE o.buyer_id = p.id) "
        "FROM people p", {"p": "id", "o": "note buyer_id"}, "people.id orders.note",
    ),
    (
        "duckdb", "WITH people AS (SELECT id, phone AS x FROM people) SELECT x FROM people",
        {"people": "id phone"}, "people.phone",
    ),
    (
        "duckdb", "WITH RECURSIVE r AS (SELECT id AS a, born AS b FROM people UNION "
        "SELECT b, a FROM r) SELECT a FROM r", {"people": "id born"}, "people.id people.born",
    ),
    (
        "duckdb", "SELECT x.a FROM people AS x(a, b)", {"x": ALL_PEOPLE}, "people.id",
    ),
    (
        "duckdb", "SELECT list_transform(tags, lambda k: k + id) FROM events",
        {"events": "tags id"}, "events.tags events.id",
    ),
    (  # wider than it must be: a parameter called as a column counts as the column
        "duckdb", "SELECT list_transform(tags, lambda kind: kind + id) FROM events",
        {"events": "tags id kind"}, "events.tags events.id events.kind",
    ),
    (
        "duckdb", "SELECT extract(day FROM DATE '2024-01-01') FROM orders", {"orders": "day"}, "",
    ),
    ("sqlite", "SELECT born AS b FROM people WHERE b > 3", {"people": "born"}, "people.born"),
    (
        "sqlite", "SELECT j.value FROM events e, json_each(e.tags) j",
        {"e": "tags"}, "events.tags",
    ),
    (
        "sqlite", "WITH a AS (SELECT * FROM people), people AS (SELECT id FROM orders) "
        "SELECT id FROM a", {"orders": "id"}, "orders.id",
    ),
]  # fmt: skip


def understood(dialect: str, sql: str) -> Parsed:
    known: Dialect = "duckdb" if dialect == "duckdb" else "sqlite"
    parsed = parse(sql, catalog(known))
    assert isinstance(parsed, Parsed), parsed
    return parsed


@pytest.mark.parametrize(("dialect", "sql", "needs", "output"), NEEDS)
def test_needed_columns(dialect: str, sql: str, needs: dict[str, str], output: str) -> None:
    parsed = understood(dialect, sql)
    found = {r.alias: r.columns for r in parsed.references}
    assert found == {alias: frozenset(text.split()) for alias, text in needs.items()}


@pytest.mark.parametrize(("dialect", "sql", "needs", "output"), NEEDS)
def test_influences(dialect: str, sql: str, needs: dict[str, str], output: str) -> None:
    parsed = understood(dialect, sql)
    if output.startswith("*"):
        output = " ".join(f"{output[1:]}.{c}" for c in ALL_PEOPLE.split())
    reached = {f"{i.table}.{i.column}" for i in parsed.influences if i.in_output}
    assert reached == set(output.split())
    needed = {f"{r.table}.{c}" for r in parsed.references for c in r.columns}
    assert {f"{i.table}.{i.column}" for i in parsed.influences} == needed


def test_references_are_numbered_in_the_order_of_the_text() -> None:
    parsed = understood(
        "duckdb",
        "WITH a AS (SELECT id FROM orders) SELECT (SELECT 1 FROM countries) FROM people p, a, "
        "people",
    )
    assert [(r.id, r.table, r.alias) for r in parsed.references] == [
        (0, "orders", "orders"),
        (1, "countries", "countries"),
        (2, "people", "p"),
        (3, "people", "people"),
    ]
    assert parsed.protected == {0, 2, 3}


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT id, p.phone AS x, name n FROM people p", ("id", "x", "n")),
        ("SELECT * FROM people JOIN orders USING (id)",
         ("id", "name", "phone", "country", "born", "buyer_id", "seller_id", "amount", "note",
          "day")),
        ("SELECT o.*, 1 AS k FROM orders o",
         ("id", "buyer_id", "seller_id", "amount", "note", "day", "k")),
        ("WITH a(x, y) AS (SELECT id, phone FROM people) SELECT * FROM a", ("x", "y")),
        ("SELECT id AS k FROM people UNION SELECT buyer_id FROM orders", ("k",)),
    ],
)  # fmt: skip
def test_output_names(sql: str, names: tuple[str, ...]) -> None:
    assert understood("duckdb", sql).output_columns == names
    assert understood("sqlite", sql).output_columns == names

"""Two databases with the same people: one with tables, one with protected views over them.

In the first, a query runs rewritten. In the second, the tables carry another name and views
called as the tables show what a replacement shows. The two must answer alike.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

import duckdb
from attrs import frozen

from lawful.enforce.sql import Catalog, Column, Parsed, Table, rewrite
from lawful.enforce.sql.model import Dialect

SECRET = "SECRET"
"""Stands in every value that no replacement ever shows."""

COLUMNS: dict[str, dict[str, str]] = {
    "people": {"id": "INTEGER", "name": "VARCHAR", "phone": "VARCHAR", "country": "VARCHAR",
               "born": "INTEGER"},
    "orders": {"id": "INTEGER", "buyer_id": "INTEGER", "seller_id": "INTEGER",
               "amount": "INTEGER", "note": "VARCHAR", "day": "INTEGER"},
    "events": {"id": "INTEGER", "person_id": "INTEGER", "kind": "VARCHAR", "tags": "LIST"},
    "Ärzte 医生": {"id": "INTEGER", "Größe": "INTEGER", "select": "VARCHAR"},
    "countries": {"code": "VARCHAR", "name": "VARCHAR", "people": "INTEGER"},
    "consents": {"person_id": "INTEGER", "given": "INTEGER"},
}  # fmt: skip
PROTECTED = ("people", "orders", "events", "Ärzte 医生")
LISTED = (*PROTECTED, "countries")
"""``consents`` is what replacements read: no query may name it."""

# What stands for a table; {x} is the name of the table x in either database.
REPLACEMENTS = {
    "people": """SELECT id, name, CASE WHEN id IN (SELECT person_id FROM {consents} WHERE
        given = 1) THEN phone END AS phone, country, born FROM {people} WHERE id % 7 <> 0""",
    "orders": """(SELECT o.id, o.buyer_id, o.seller_id, o.amount, CASE WHEN c.given = 1 THEN
        o.note END AS note, o.day FROM {orders} AS o LEFT JOIN {consents} AS c ON c.person_id =
        o.buyer_id WHERE EXISTS (SELECT 1 FROM {people} AS p WHERE p.id = o.buyer_id AND
        p.id % 7 <> 0))""",
    "events": """SELECT id, person_id, CASE WHEN kind LIKE '%SECRET%' THEN NULL ELSE kind END AS
        kind, tags FROM {events} WHERE person_id % 7 <> 0""",
    "Ärzte 医生": """SELECT id, "Größe", NULL AS "select" FROM {Ärzte 医生} WHERE id <> 2""",
}


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """Thirty people; every seventh is withheld, every third gave no consent."""
    people, orders, events, consents = [], [], [], []
    countries = ["CN", "DE", "SG", "US", None]
    for i in range(1, 31):
        hidden = i % 7 == 0
        given = int(i % 3 != 0)
        phone = f"+{i:04d}" if given and not hidden else f"{SECRET} phone {i}"
        name = f"{SECRET} name {i}" if hidden else f"name {i % 11}"
        people.append((i, name, phone, countries[i % 5], 1950 + (i * 7) % 60 if i % 4 else None))
        consents.append((i, given))
    for i in range(1, 61):
        buyer, seller = (i * 11) % 30 + 1, (i * 17) % 30 + 1
        shown = buyer % 3 != 0 and buyer % 7 != 0
        note = f"note {i % 5}" if shown else f"{SECRET} note {i}"
        orders.append((i, buyer, seller, (i * 37) % 100, note, i % 9))
    for i in range(1, 41):
        person = i % 30 + 1
        kind = ["view", "click", f"{SECRET} kind"][i % 3]
        events.append((i, person, kind, [i % 4, i % 3]))
    doctors = [(1, 170, f"{SECRET} a"), (2, 180, f"{SECRET} b"), (3, 160, f"{SECRET} c")]
    return {
        "people": people,
        "orders": orders,
        "events": events,
        "Ärzte 医生": doctors,
        "countries": [("CN", "China", 14), ("DE", "Germany", 8), ("SG", "Singapore", 6)],
        "consents": consents,
    }


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def catalog(dialect: Dialect) -> Catalog:
    tables = {
        name: Table(
            name=name,
            columns=tuple(Column(name=c, type=t) for c, t in COLUMNS[name].items()),
            protected=name in PROTECTED,
        )
        for name in LISTED
    }
    return Catalog(dialect=dialect, tables=tables)


def replacement(table: str, prefix: str = "") -> str:
    """The SELECT that stands for a table; its own tables' names carry ``prefix``."""
    text = REPLACEMENTS[table]
    for name in COLUMNS:
        text = text.replace("{" + name + "}", quoted(prefix + name))
    return text


@frozen
class Answer:
    """What a query gave: names of the columns, and the rows as comparable text."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def same_as(self, other: Answer, *, ordered: bool) -> bool:
        if self.names != other.names:
            return False
        if ordered:
            return self.rows == other.rows
        return Counter(self.rows) == Counter(other.rows)


class Base:
    """A database in memory."""

    def __init__(self, dialect: Dialect, prefix: str) -> None:
        self.dialect = dialect
        self.prefix = prefix
        self._connection: Any
        if dialect == "duckdb":
            self._connection = duckdb.connect(":memory:")
            self._connection.execute("SET threads = 1")
        else:
            self._connection = sqlite3.connect(":memory:")

    def run(self, sql: str) -> Answer:
        cursor = self._connection.execute(sql)
        names = tuple(item[0] for item in cursor.description or ())
        return Answer(names, tuple(tuple(map(_text, row)) for row in cursor.fetchall()))

    def fill(self) -> None:
        for name, columns in COLUMNS.items():
            types = {"LIST": "INTEGER[]" if self.dialect == "duckdb" else "TEXT"}
            spec = ", ".join(f"{quoted(c)} {types.get(t, t)}" for c, t in columns.items())
            self._connection.execute(f"CREATE TABLE {quoted(self.prefix + name)} ({spec})")
            cells = [[self._cell(value) for value in row] for row in rows()[name]]
            marks = ", ".join("?" for _ in columns)
            self._connection.executemany(
                f"INSERT INTO {quoted(self.prefix + name)} VALUES ({marks})", cells
            )

    def _cell(self, value: Any) -> Any:
        return str(value) if isinstance(value, list) and self.dialect == "sqlite" else value


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.9g}"
    return f"{type(value).__name__}:{value!r}"


@cache
def tables(dialect: Dialect) -> Base:
    """The database where rewritten queries run."""
    base = Base(dialect, "")
    base.fill()
    return base


@cache
def views(dialect: Dialect) -> Base:
    """The database where queries run as written, over protected views."""
    base = Base(dialect, "raw_")
    base.fill()
    for name in LISTED:
        body = f"SELECT * FROM {quoted('raw_' + name)}"
        if name in PROTECTED:
            body = replacement(name, "raw_")
            body = body[1:-1] if body.startswith("(") else body
        base.run(f"CREATE VIEW {quoted(name)} AS {body}")
    return base


def protect(parsed: Parsed) -> str:
    """The statement as it runs on ``tables``."""
    given = {i: replacement(parsed.references[i].table) for i in parsed.protected}
    return rewrite(parsed, given)


def blinded(parsed: Parsed, fill: Mapping[str, str]) -> str:
    """The same, with every column that ``Reference.columns`` does not list filled by ``fill``."""
    given = {}
    for reference in parsed.references:
        name = reference.table
        inner = replacement(name) if name in PROTECTED else f"SELECT * FROM {quoted(name)}"
        inner = inner if inner.startswith("(") else f"({inner})"
        cells = [
            f"s.{quoted(c)}" if c in reference.columns else f"{fill[t]} AS {quoted(c)}"
            for c, t in COLUMNS[name].items()
        ]
        given[reference.id] = f"SELECT {', '.join(cells)} FROM {inner} AS s"
    return rewrite(parsed, given)


FILLS: dict[Dialect, tuple[dict[str, str], ...]] = {
    "duckdb": (
        {"INTEGER": "CAST(NULL AS INTEGER)", "VARCHAR": "CAST(NULL AS VARCHAR)",
         "LIST": "CAST(NULL AS INTEGER[])"},
        {"INTEGER": "CAST(-77 AS INTEGER)", "VARCHAR": "'zz'", "LIST": "[9, 9, 9]"},
    ),
    "sqlite": (
        {"INTEGER": "NULL", "VARCHAR": "NULL", "LIST": "NULL"},
        {"INTEGER": "-77", "VARCHAR": "'zz'", "LIST": "'[9, 9, 9]'"},
    ),
}  # fmt: skip
"""Two ways to overwrite what a statement says it does not need."""

"""Writes random queries over the world's tables, from a grammar, all with one answer.

No LIMIT without a total order, no row numbers among ties, integers only in sums: what the
engine may answer in two ways is not asked.
"""

from __future__ import annotations

from random import Random

from attrs import frozen

from lawful.enforce.sql.model import Dialect
from tests.enforce_sql.world import COLUMNS, LISTED, quoted


@frozen
class Seen:
    """A column in reach: how to write it, its bare name, its type."""

    text: str
    name: str
    type: str


@frozen
class Made:
    """A query and the columns it gives."""

    sql: str
    columns: tuple[tuple[str, str], ...]


TABLES = [name for name in LISTED if name != "events"]


class Maker:
    """One random query per call of ``statement``."""

    def __init__(self, rng: Random, dialect: Dialect) -> None:
        self.rng = rng
        self.duck = dialect == "duckdb"
        self.names = 0

    # -- small choices -------------------------------------------------------------------

    def chance(self, percent: int) -> bool:
        return self.rng.randrange(100) < percent

    def fresh(self, stem: str) -> str:
        self.names += 1
        return f"{stem}{self.names}"

    def spelt(self, name: str) -> str:
        """A name as people write it: quoted or not, in either case."""
        if not name.isidentifier() or name == "select":
            return quoted(name)
        how = self.rng.randrange(4)
        return [name, name, quoted(name), name.upper() if name.isascii() else name][how]

    # -- statements ----------------------------------------------------------------------

    def statement(self) -> str:
        made = self.query(3, {}, ())
        if not self.chance(30):
            return made.sql
        keys = ", ".join(str(i + 1) for i in range(len(made.columns)))
        inner = f"SELECT * FROM ({made.sql}) AS total"
        return f"{inner} ORDER BY {keys} LIMIT {self.rng.randrange(1, 30)}"

    def query(self, depth: int, ctes: dict[str, Made], outer: tuple[Seen, ...]) -> Made:
        if depth > 0 and self.chance(25):
            return self.with_(depth, ctes, outer)
        if depth > 0 and self.chance(18):
            return self.set_operation(depth, ctes, outer)
        return self.select(depth, ctes, outer)

    def with_(self, depth: int, ctes: dict[str, Made], outer: tuple[Seen, ...]) -> Made:
        known, parts = dict(ctes), []
        for _ in range(self.rng.randrange(1, 3)):
            name = self.rng.choice(["people", "orders", "consents", self.fresh("c")])
            if name in [part.split(" ")[0].strip('"').lower() for part in parts]:
                continue
            body = self.query(depth - 1, known, ())
            if not self.duck and name.lower() in body.sql.lower():
                continue  # SQLite: a circular reference
            columns, listed = body.columns, ""
            if self.chance(25):
                columns = tuple((self.fresh("k"), t) for _, t in body.columns)
                listed = "(" + ", ".join(n for n, _ in columns) + ")"
            parts.append(f"{self.spelt(name)} {listed} AS ({body.sql})")
            known[name] = Made(body.sql, columns)
        if not parts or (not self.duck and self.forward(parts)):
            return self.select(depth, ctes, outer)
        inner = self.query(depth - 1, known, outer)
        return Made(f"WITH {', '.join(parts)} {inner.sql}", inner.columns)

    def forward(self, parts: list[str]) -> bool:
        """SQLite lets an earlier member of WITH see a later one: the maker does not know."""
        names = [part.split(" ")[0].strip('"').lower() for part in parts]
        return any(name in part.lower() for i, name in enumerate(names) for part in parts[:i])

    def set_operation(self, depth: int, ctes: dict[str, Made], outer: tuple[Seen, ...]) -> Made:
        width = self.rng.randrange(1, 4)
        left = self.select(depth - 1, ctes, outer, width=width)
        right = self.select(depth - 1, ctes, outer, width=width)
        word = self.rng.choice(["UNION", "UNION ALL", "EXCEPT", "INTERSECT"])
        return Made(f"{left.sql} {word} {right.sql}", left.columns)

    def select(
        self, depth: int, ctes: dict[str, Made], outer: tuple[Seen, ...], width: int = 0
    ) -> Made:
        source, seen, stars = self.source(depth, ctes, outer)
        reach = seen + outer
        where = f" WHERE {self.condition(depth, ctes, reach)}" if self.chance(55) else ""
        if self.chance(20):
            return self.grouped(source, where, seen, width, depth, ctes)
        items: list[str] = []
        columns: list[tuple[str, str]] = []
        for _ in range(width or self.rng.randrange(1, 4)):
            text, kind = self.value(depth, ctes, seen, outer, integer=bool(width))
            name = self.fresh("v")
            items.append(f"{text} AS {name}")
            columns.append((name, kind))
        if not width and self.chance(35) and stars:
            star, more = self.star(stars, seen)
            items.append(star)
            columns += more
        distinct = "DISTINCT " if self.chance(15) else ""
        tail = ""
        if self.duck and self.chance(10) and not distinct:
            tail = f" QUALIFY count(*) OVER (PARTITION BY {self.pick(seen).text}) > 1"
        sql = f"SELECT {distinct}{', '.join(items)} FROM {source}{where}{tail}"
        return Made(sql, tuple(_unique(columns)))

    def grouped(
        self, source: str, where: str, seen: tuple[Seen, ...], width: int, depth: int,
        ctes: dict[str, Made],
    ) -> Made:  # fmt: skip
        key = self.pick(seen, "INTEGER")
        items, columns = [], []
        for index in range(width or self.rng.randrange(1, 4)):
            name = self.fresh("g")
            column = self.pick(seen)
            text = self.rng.choice(
                [f"max({column.text})", f"count(DISTINCT {column.text})", "count(*)",
                 f"count({column.text}) FILTER (WHERE {self.pick(seen).text} IS NULL)"]
            )  # fmt: skip
            kind = column.type if text.startswith("max") else "INTEGER"
            if width and kind != "INTEGER":
                text, kind = "count(*)", "INTEGER"
            if index == 0:
                text, kind = key.text, "INTEGER"
            items.append(f"{text} AS {name}")
            columns.append((name, kind))
        having = f" HAVING count({self.pick(seen).text}) > 1" if self.chance(30) else ""
        sql = f"SELECT {', '.join(items)} FROM {source}{where} GROUP BY {key.text}{having}"
        return Made(sql, tuple(columns))

    # -- FROM ----------------------------------------------------------------------------

    def source(
        self, depth: int, ctes: dict[str, Made], outer: tuple[Seen, ...]
    ) -> tuple[str, tuple[Seen, ...], list[str]]:
        text, seen, alias = self.item(depth, ctes)
        stars = [alias]
        for _ in range(self.rng.choice([0, 0, 1, 1, 2])):
            more, extra, name = self.item(depth, ctes)
            on = self.condition(0, ctes, seen + extra)
            shared = {s.name for s in seen} & {s.name for s in extra} & {"id", "buyer_id"}
            word = self.rng.choice(["JOIN", "LEFT JOIN", "FULL JOIN"])
            keys = f"{self.pick(seen, 'INTEGER').text} = {self.pick(extra, 'INTEGER').text}"
            if shared and len(stars) == 1 and self.chance(25):
                text += f" {word} {more} USING ({sorted(shared)[0]})"
            elif self.duck and self.chance(12):
                text += f" {self.rng.choice(['SEMI', 'ANTI'])} JOIN {more} ON {keys}"
                continue
            elif self.chance(8):
                text += f" CROSS JOIN {more}"
            elif len(stars) == 1 and self.chance(6):
                text += f" NATURAL JOIN {more}"
            else:
                text += f" {word} {more} ON {keys}" + (f" AND {on}" if word == "JOIN" else "")
            seen += extra
            stars.append(name)
        return text, seen, stars

    def item(self, depth: int, ctes: dict[str, Made]) -> tuple[str, tuple[Seen, ...], str]:
        alias = self.fresh("t")
        if ctes and self.chance(45):
            name = self.rng.choice(sorted(ctes))
            return self.named(self.spelt(name), name, ctes[name].columns, alias)
        if depth > 0 and self.chance(25):
            made = self.query(depth - 1, ctes, ())
            return self.named(f"({made.sql})", "", made.columns, alias)
        name = self.rng.choice([t for t in TABLES if t not in ctes] or ["countries"])
        if name in ctes:
            return self.named(self.spelt(name), name, ctes[name].columns, alias)
        return self.named(self.spelt(name), name, tuple(COLUMNS[name].items()), alias)

    def named(
        self, text: str, name: str, columns: tuple[tuple[str, str], ...], alias: str
    ) -> tuple[str, tuple[Seen, ...], str]:
        if self.duck and name and self.chance(8):
            columns = tuple((self.fresh("r"), t) for _, t in columns)
            text += f" AS {alias}({', '.join(n for n, _ in columns)})"
        else:
            text += f" {self.rng.choice(['AS ', ''])}{alias}"
        seen = tuple(Seen(f"{alias}.{self.spelt(n)}", n, t) for n, t in columns)
        return text, seen, alias

    def star(self, stars: list[str], seen: tuple[Seen, ...]) -> tuple[str, list[tuple[str, str]]]:
        alias = self.rng.choice(stars)
        mine = [s for s in seen if s.text.startswith(alias + ".")]
        columns = [(s.name, s.type) for s in mine]
        if self.duck and self.chance(30) and len(mine) > 1:
            name = self.rng.choice(mine).name
            kept = [c for c in columns if c[0] != name]
            return f"{alias}.* EXCLUDE ({quoted(name)})", kept
        return f"{alias}.*", columns

    # -- expressions ---------------------------------------------------------------------

    def pick(self, seen: tuple[Seen, ...], kind: str = "") -> Seen:
        fitting = [s for s in seen if not kind or s.type == kind]
        return self.rng.choice(fitting) if fitting else Seen("7", "", "INTEGER")

    def value(
        self, depth: int, ctes: dict[str, Made], seen: tuple[Seen, ...],
        outer: tuple[Seen, ...], *, integer: bool,
    ) -> tuple[str, str]:  # fmt: skip
        column = self.pick(seen + outer, "INTEGER" if integer else "")
        number = self.pick(seen, "INTEGER").text
        how = self.rng.randrange(12)
        if how == 0 and depth > 0:
            inner = self.select(0, ctes, seen, width=1)
            return f"(SELECT count(*) FROM ({inner.sql}) AS z)", "INTEGER"
        if how == 1:
            other = self.pick(seen).text
            return f"sum({number}) OVER (PARTITION BY {other})", "INTEGER"
        if how == 2:
            return f"rank() OVER (ORDER BY {self.pick(seen).text})", "INTEGER"
        if how == 3:
            test = self.condition(0, ctes, seen)
            return f"CASE WHEN {test} THEN {column.text} END", column.type
        if how == 4:
            return f"coalesce({number}, 0) + 1", "INTEGER"
        if how == 5 and self.duck and not integer and column.text.count("."):
            alias = column.text.split(".", 1)[0]
            return f"({alias})::VARCHAR", "VARCHAR"
        return column.text, column.type

    def condition(self, depth: int, ctes: dict[str, Made], seen: tuple[Seen, ...]) -> str:
        number, column = self.pick(seen, "INTEGER").text, self.pick(seen).text
        how = self.rng.randrange(9)
        if depth > 0 and how < 2:
            inner = self.select(depth - 1, ctes, seen, width=1)
            return f"{number} {self.rng.choice(['IN', 'NOT IN'])} ({inner.sql})"
        if depth > 0 and how < 4:
            inner = self.query(depth - 1, ctes, seen)
            star = inner.sql if self.chance(50) else f"SELECT * FROM ({inner.sql}) AS e"
            return f"{self.rng.choice(['', 'NOT '])}EXISTS ({star})"
        if how == 4:
            return f"{column} IS {self.rng.choice(['', 'NOT '])}NULL"
        if how == 5:
            return f"({number} > {self.rng.randrange(60)} OR {column} IS NULL)"
        return f"{number} {self.rng.choice(['<', '>=', '<>'])} {self.rng.randrange(60)}"


def _unique(columns: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Columns that can be named without doubt."""
    names = [name.lower() for name, _ in columns]
    return [(n, t) for n, t in columns if names.count(n.lower()) == 1]

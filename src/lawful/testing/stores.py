"""What every store connector must do: subclass ``StoreSuite`` in a test module, one for each."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import pytest

from lawful.stores import ForeignKey, Store, open_store
from lawful.stores.masks import age_band
from lawful.terms.errors import EnvironmentFailure, LawfulError, UsageError

KEY = b"a key of thirty-two bytes, about"
PEOPLE = (
    (1, "李伟", "1990-02-28"),
    (2, "Zoë Ångström", "2012-02-29"),
    (3, "O'Brien; DROP", None),
)
TABLES = (
    "CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, born DATE)",
    """CREATE TABLE "odd orders" (
        id INTEGER PRIMARY KEY, buyer INTEGER REFERENCES people (id), amount DECIMAL(10, 2))""",
    "CREATE VIEW grown AS SELECT id, name FROM people WHERE born < '2000-01-01'",
    *(
        f"INSERT INTO people VALUES ({number}, '{name.replace(chr(39), chr(39) * 2)}', "
        + (f"'{born}')" if born else "NULL)")
        for number, name, born in PEOPLE
    ),
    'INSERT INTO "odd orders" VALUES (10, 1, 9.5), (11, 2, 3), (12, NULL, 1)',
)
WRITES = (
    "INSERT INTO people VALUES (4, 'x', NULL)",
    "UPDATE people SET name = 'x'",
    "DELETE FROM people",
    "DROP TABLE people",
    "CREATE TABLE other (id INTEGER)",
    "CREATE VIEW other AS SELECT 1",
    "CREATE INDEX other ON people (name)",
    "ALTER TABLE people RENAME TO other",
)
OUTSIDE = (
    "ATTACH ':memory:' AS other",
    "COMMIT",
    "ROLLBACK",
    "BEGIN",
    "SAVEPOINT s",
    "VACUUM",
    "PRAGMA database_list",
    "SELECT 1; SELECT 2",
    "SET threads = 1",
    "SELECT load_extension('x')",
    "COPY people TO 'out.csv'",
    "EXPORT DATABASE 'out'",
    "SELECT * FROM read_csv('{path}')",
    "SELECT * FROM '{path}'",
    "VACUUM INTO '{path}.copy'",
    "INSTALL httpfs",
    "LOAD httpfs",
)


class StoreSuite:
    """The suite. A subclass says how its databases are made, written and locked."""

    dialect: Literal["duckdb", "sqlite"]
    fails_on_value: str
    """An expression over ``people.name`` that fails on each value, as casts do."""

    def build(self, path: Path, statements: tuple[str, ...]) -> None:
        """Make a database, or add to it, with a writer of the engine's own."""
        raise NotImplementedError

    def try_write(self, path: Path, statement: str) -> bool:
        """Write from another process; say whether the engine let it through."""
        raise NotImplementedError

    def hold(self, path: Path) -> object:
        """Lock the database from another process so that nobody can read; released when closed."""
        raise NotImplementedError

    def release(self, held: object) -> None:
        """Let go of what ``hold`` returned."""
        raise NotImplementedError

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        """A database with two tables, a view and a few rows."""
        place = tmp_path / "odd name #1%20.db"
        self.build(place, TABLES)
        return place

    @pytest.fixture
    def store(self, path: Path) -> Store:
        """The store over it, opened by its first bytes."""
        return open_store(str(path), name="shop", token_key=KEY)

    def test_it_is_found_by_url_and_by_its_bytes(self, path: Path, store: Store) -> None:
        by_url = open_store(f"{self.dialect}:///{path.name}", name="shop", folder=path.parent)
        assert (store.name, store.dialect) == ("shop", self.dialect)
        assert by_url.dialect == self.dialect
        assert by_url.catalog() == store.catalog()

    def test_capabilities_are_honest(self, store: Store) -> None:
        can = store.capabilities
        gaps = {gap.what: gap for gap in can.gaps}
        assert can.can_enforce
        assert not can.can_erase
        assert gaps["erase"].reason
        assert gaps["erase"].when in ("not_yet", "never")

    def test_catalog(self, store: Store) -> None:
        catalog = store.catalog()
        assert set(catalog) == {"people", "odd orders", "grown"}
        assert [column.name for column in catalog["people"]] == ["id", "name", "born"]
        assert [column.key for column in catalog["people"]] == [True, False, False]
        assert [column.nullable for column in catalog["people"]] == [False, False, True]
        assert catalog["people"][2].type.upper() == "DATE"
        assert all(column.of_view for column in catalog["grown"])
        assert not any(column.of_view for column in catalog["people"])

    def test_foreign_keys(self, store: Store) -> None:
        found = ForeignKey(
            table="odd orders", columns=("buyer",), to_table="people", to_columns=("id",)
        )
        assert store.foreign_keys() == (found,)

    def test_rows_stream_with_names_and_parameters(self, store: Store) -> None:
        sql = "SELECT name, id AS number FROM people WHERE id >= ? ORDER BY id"
        with store.session() as session:
            rows = session.rows(sql, [2])
            assert rows.columns == ("name", "number")
            assert list(rows) == [(name, number) for number, name, _ in PEOPLE[1:]]
            assert session.columns(sql, [2]) == ("name", "number")
            assert session.columns("SELECT 1 AS a, 2 AS a") == ("a", "a")

    def test_a_large_result_streams(self, store: Store) -> None:
        with store.session() as session:
            rows = session.rows(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
                " SELECT i FROM n"
            )
            assert sum(row[0] for row in rows) == 5000 * 5001 // 2

    @pytest.mark.parametrize("statement", WRITES)
    def test_no_write_reaches_the_store(self, path: Path, store: Store, statement: str) -> None:
        before = path.read_bytes()
        with store.session() as session, pytest.raises(LawfulError):
            session.run(statement)
        assert path.read_bytes() == before
        assert list(path.parent.iterdir()) == [path]

    @pytest.mark.parametrize("statement", OUTSIDE)
    def test_no_statement_reaches_outside(self, path: Path, store: Store, statement: str) -> None:
        with store.session() as session, pytest.raises(LawfulError):
            session.run(statement.replace("{path}", str(path)))
        assert list(path.parent.iterdir()) == [path]

    def test_temporary_tables_live_in_their_session(self, path: Path, store: Store) -> None:
        before = path.read_bytes()
        with store.session() as session:
            session.run("CREATE TEMP TABLE mine AS SELECT id FROM people")
            session.run("INSERT INTO mine VALUES (?)", [9])
            session.run("DELETE FROM mine WHERE id = 1")
            assert sorted(session.rows("SELECT id FROM mine")) == [(2,), (3,), (9,)]
            with store.session() as other, pytest.raises(UsageError):
                list(other.rows("SELECT id FROM mine"))
            session.run("DROP TABLE mine")
        assert path.read_bytes() == before

    def test_a_session_reads_one_snapshot(self, path: Path, store: Store) -> None:
        with store.session() as session:
            self.try_write(path, "INSERT INTO people VALUES (4, 'late', NULL)")
            assert list(session.rows("SELECT count(*) FROM people")) == [(3,)]
            assert list(session.rows("SELECT count(*) FROM people")) == [(3,)]
        assert self.try_write(path, "INSERT INTO people VALUES (5, 'later', NULL)")
        with store.session() as session:
            assert list(session.rows("SELECT count(*) FROM people WHERE id = 5")) == [(1,)]

    def test_one_statement_streams_at_a_time(self, store: Store) -> None:
        with store.session() as session:
            first = session.rows("SELECT id FROM people ORDER BY id")
            assert next(first) == (1,)
            second = session.rows("SELECT name FROM people ORDER BY id")
            with pytest.raises(UsageError, match="over"):
                next(first)
            assert next(second) == (PEOPLE[0][1],)

    def test_a_stream_read_to_its_last_row_gives_no_other_rows(self, store: Store) -> None:
        with store.session() as session:
            first = session.rows("SELECT id FROM people ORDER BY id")
            assert [next(first) for _ in PEOPLE] == [(1,), (2,), (3,)]
            session.rows("SELECT name FROM people WHERE id = 99")
            with pytest.raises(UsageError, match="over"):
                next(first)

    def test_columns_end_the_stream_before(self, store: Store) -> None:
        with store.session() as session:
            rows = session.rows("SELECT id FROM people")
            session.columns("SELECT 1 AS a")
            with pytest.raises(UsageError, match="over"):
                next(rows)

    def test_after_an_error_the_session_is_over(self, store: Store) -> None:
        with store.session() as session:
            with pytest.raises(UsageError, match="nosuch"):
                list(session.rows("SELECT nosuch FROM people"))
            with pytest.raises(UsageError, match="over"):
                session.run("SELECT 1")

    def test_an_error_tells_no_value(self, store: Store) -> None:
        with store.session() as session, pytest.raises(LawfulError) as caught:
            list(session.rows(f"SELECT {self.fails_on_value} FROM people ORDER BY id"))
        assert "李伟" not in str(caught.value)
        assert caught.value.__cause__ is None

    def test_tokens_are_keyed_hashes(self, store: Store) -> None:
        wanted = [
            hmac.new(KEY, str(value).encode(), hashlib.sha256).hexdigest()[:16]
            for value in ("李伟", 1)
        ]
        with store.session() as session:
            sql = "SELECT lawful_token(name), lawful_token(id), lawful_token(NULL) FROM people"
            assert next(session.rows(f"{sql} ORDER BY id")) == (*wanted, None)
            sql = "SELECT count(DISTINCT lawful_token(name)) FROM people"
            assert list(session.rows(sql)) == [(3,)]

    def test_another_key_gives_other_tokens(self, path: Path, store: Store) -> None:
        other = open_store(str(path), name="shop", token_key=bytes(32))
        with store.session() as one, other.session() as two:
            sql = "SELECT lawful_token(name) FROM people"
            assert not set(one.rows(sql)) & set(two.rows(sql))

    def test_without_a_key_there_are_no_tokens(self, path: Path) -> None:
        with open_store(str(path), name="shop").session() as session, pytest.raises(UsageError):
            list(session.rows("SELECT lawful_token(name) FROM people"))

    def test_age_bands_are_those_of_the_calendar(self, store: Store) -> None:
        days = [date(2026, 3, 1), date(2028, 2, 28), date(2028, 2, 29), date(2026, 11, 24)]
        births = [
            day.replace(year=day.year - years) + timedelta(days=off)
            for day in days
            for years in range(1, 72)
            for off in (-1, 0, 1)
            if (day.month, day.day) != (2, 29) or years % 4 == 0
        ]
        births += [days[-1], days[-1] + timedelta(days=1), date(1904, 2, 29)]
        with store.session() as session:
            session.run("CREATE TEMP TABLE dates (born DATE, day DATE)")
            pairs = [(born.isoformat(), day.isoformat()) for born in births for day in days]
            for start in range(0, len(pairs), 500):
                values = ", ".join(f"('{b}', '{d}')" for b, d in pairs[start : start + 500])
                session.run(f"INSERT INTO dates VALUES {values}")
            sql = "SELECT born, day, lawful_age_band(born, day) FROM dates"
            for born, day, band in session.rows(sql):
                assert band == age_band(str(born), str(day)), (born, day)

    def test_age_bands_of_what_is_no_date(self, store: Store) -> None:
        sql = (
            "SELECT lawful_age_band(NULL, '2026-11-24'), lawful_age_band('1990-01-01', NULL),"
            " lawful_age_band('unknown', '2026-11-24'),"
            " lawful_age_band('1990-01-01 12:00:00', '2026-11-24')"
        )
        with store.session() as session:
            assert list(session.rows(sql)) == [(None, None, None, "35-44")]

    def test_a_missing_file(self, tmp_path: Path, path: Path) -> None:
        with pytest.raises(EnvironmentFailure, match="no such file") as caught:
            open_store(f"{self.dialect}:///none.db", name="shop", folder=tmp_path)
        assert caught.value.exit_code == 5
        assert not (tmp_path / "none.db").exists()
        store = open_store(str(path), name="shop")
        path.unlink()
        with pytest.raises(EnvironmentFailure, match="no such file"), store.session():
            pass

    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        (tmp_path / "text.db").write_text("hello, world\n" * 1000)
        with pytest.raises(EnvironmentFailure, match="it is not a") as caught:
            open_store(f"{self.dialect}:///text.db", name="shop", folder=tmp_path)
        assert caught.value.exit_code == 5

    def test_a_locked_file(self, path: Path, store: Store) -> None:
        held = self.hold(path)
        try:
            with pytest.raises(EnvironmentFailure, match="lock") as caught, store.session():
                pass
        finally:
            self.release(held)
        assert caught.value.exit_code == 5

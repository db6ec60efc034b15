from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from lawful.stores import ForeignKey, open_store
from lawful.stores import sqlite as module
from lawful.terms.errors import LawfulError
from lawful.testing.stores import StoreSuite
from tests.stores import writers


class TestSQLite(StoreSuite):
    dialect = "sqlite"
    fails_on_value = "json(name)"

    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "_BUSY_S", 0.1)

    def build(self, path: Path, statements: tuple[str, ...]) -> None:
        with closing(sqlite3.connect(path)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    def try_write(self, path: Path, statement: str) -> bool:
        return writers.write("sqlite", str(path), statement)

    def hold(self, path: Path) -> subprocess.Popen[str]:
        return writers.hold("sqlite", str(path))

    def release(self, held: object) -> None:
        assert isinstance(held, subprocess.Popen)
        writers.release(held)

    def test_a_snapshot_holds_while_a_writer_goes_on(self, path: Path) -> None:
        self.build(path, ("PRAGMA journal_mode = WAL",))
        store = open_store(str(path), name="shop")
        with store.session() as session:
            assert self.try_write(path, "INSERT INTO people VALUES (4, 'late', NULL)")
            assert list(session.rows("SELECT count(*) FROM people")) == [(3,)]

    def test_a_snapshot_is_taken_at_once(self, path: Path) -> None:
        self.build(path, ("PRAGMA journal_mode = WAL",))
        with open_store(str(path), name="shop").session() as session:
            assert self.try_write(path, "DELETE FROM people")
            assert list(session.rows("SELECT count(*) FROM people")) == [(3,)]

    def test_what_hides_in_the_schema_is_not_trusted(self, path: Path) -> None:
        view = "CREATE VIEW trap AS SELECT lawful_token(name) AS token FROM people"
        self.build(path, (view,))
        store = open_store(str(path), name="shop", token_key=bytes(32))
        with store.session() as session, pytest.raises(LawfulError):
            list(session.rows("SELECT token FROM trap"))

    def test_json_can_be_read(self, path: Path) -> None:
        with open_store(str(path), name="shop").session() as session:
            assert list(session.rows("SELECT value FROM json_each('[1, 2]')")) == [(1,), (2,)]

    def test_a_foreign_key_without_named_columns(self, path: Path) -> None:
        self.build(path, ("CREATE TABLE notes (id INTEGER PRIMARY KEY, who REFERENCES people)",))
        found = ForeignKey(table="notes", columns=("who",), to_table="people", to_columns=("id",))
        assert found in open_store(str(path), name="shop").foreign_keys()

    def test_the_file_is_read_only_without_the_authorizer_too(self, path: Path) -> None:
        with open_store(str(path), name="shop").session() as session:
            assert isinstance(session, module.LiteSession)
            session._connection.set_authorizer(None)
            with pytest.raises(LawfulError):
                session.run("DELETE FROM people")

    @pytest.mark.parametrize(
        ("action", "first", "second", "place", "allowed"),
        [
            (sqlite3.SQLITE_INSERT, "people", None, "main", False),
            (sqlite3.SQLITE_INSERT, "mine", None, "temp", True),
            (sqlite3.SQLITE_UPDATE, "people", "name", "main", False),
            (sqlite3.SQLITE_CREATE_TABLE, "other", None, "main", False),
            (sqlite3.SQLITE_CREATE_TEMP_VIEW, "people", None, "temp", False),
            (sqlite3.SQLITE_FUNCTION, None, "load_extension", None, False),
            (sqlite3.SQLITE_FUNCTION, None, "count", None, True),
            (sqlite3.SQLITE_ATTACH, "other.db", None, None, False),
            (sqlite3.SQLITE_TRANSACTION, "COMMIT", None, None, False),
        ],
    )
    def test_what_the_authorizer_allows(
        self,
        action: int,
        first: str | None,
        second: str | None,
        place: str | None,
        allowed: bool,
    ) -> None:
        wanted = sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY
        assert module._authorise(action, first, second, place, None) == wanted

    def test_temporary_tables_stay_in_memory(self, path: Path) -> None:
        with open_store(str(path), name="shop").session() as session:
            assert isinstance(session, module.LiteSession)
            session._connection.set_authorizer(None)
            assert list(session.rows("PRAGMA temp_store")) == [(2,)]

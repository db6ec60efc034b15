from __future__ import annotations

import subprocess
from pathlib import Path

import duckdb
import pytest

from lawful.stores import open_store
from lawful.terms.errors import EnvironmentFailure, UsageError
from lawful.testing.stores import StoreSuite
from tests.stores import writers


class TestDuckDB(StoreSuite):
    dialect = "duckdb"
    fails_on_value = "CAST(name AS DATE)"

    def build(self, path: Path, statements: tuple[str, ...]) -> None:
        with duckdb.connect(str(path)) as connection:
            for statement in statements:
                connection.execute(statement)

    def try_write(self, path: Path, statement: str) -> bool:
        return writers.write("duckdb", str(path), statement)

    def hold(self, path: Path) -> subprocess.Popen[str]:
        return writers.hold("duckdb", str(path))

    def release(self, held: object) -> None:
        assert isinstance(held, subprocess.Popen)
        writers.release(held)

    def test_other_schemas_are_not_in_the_catalog(self, path: Path) -> None:
        self.build(path, ("CREATE SCHEMA other", "CREATE TABLE other.secret (id INTEGER)"))
        assert "secret" not in open_store(str(path), name="shop").catalog()

    def test_held_open_to_write_by_this_process(self, path: Path) -> None:
        with duckdb.connect(str(path)), pytest.raises(EnvironmentFailure, match="to write"):
            open_store(str(path), name="shop")

    def test_extensions_do_not_load_themselves(self, path: Path) -> None:
        with open_store(str(path), name="shop").session() as session:
            wanted = ["autoload_known_extensions", "autoinstall_known_extensions"]
            wanted += ["enable_external_access", "allow_community_extensions"]
            sql = f"SELECT {', '.join(f'current_setting({name!r})' for name in wanted)}"
            assert list(session.rows(sql)) == [(False,) * 4]

    def test_a_macro_of_tokens_is_gone_with_its_session(self, path: Path) -> None:
        store = open_store(str(path), name="shop", token_key=bytes(range(32)))
        with store.session() as session:
            session.run("SELECT lawful_token('x')")
        with open_store(str(path), name="shop").session() as session, pytest.raises(UsageError):
            session.run("SELECT lawful_token('x')")

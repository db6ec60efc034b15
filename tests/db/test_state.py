from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError

import lawful.facts.tables
import lawful.inventory.tables
from lawful.db import (
    SettingCheckpoint,
    close_intent,
    ended_as,
    metadata,
    migrate,
    open_state,
    open_state_copy,
    reaching,
    reading,
    state,
)
from lawful.db.tables import intents, settings
from lawful.terms.errors import EnvironmentFailure

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TABLES = (lawful.facts.tables.records, lawful.inventory.tables.approvals)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / ".lawful" / "state.db"


@pytest.fixture
def engine(path: Path):
    engine = open_state(path)
    migrate(engine)
    yield engine
    engine.dispose()


def ddl(engine: Engine) -> dict[str, str]:
    query = text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    with engine.connect() as connection:
        found = connection.execute(query)
        rows = {name: " ".join(sql.split()) for name, sql in found}
    rows.pop("alembic_version", None)
    return rows


def test_the_migrated_schema_is_that_of_the_tables(engine: Engine) -> None:
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    fresh = create_engine("sqlite://")
    metadata.create_all(fresh)
    assert ddl(engine) == ddl(fresh)
    assert {table.name for table in TABLES} <= set(ddl(engine))
    fresh.dispose()


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    before = ddl(engine)
    migrate(engine)
    assert ddl(engine) == before


def test_a_later_version_is_refused(engine: Engine) -> None:
    with reaching(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(EnvironmentFailure, match="later version") as caught:
        migrate(engine)
    assert caught.value.exit_code == 5


def test_a_failed_migration_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_state(path)
    with reaching(engine) as connection:
        connection.execute(text("CREATE TABLE approvals (id INTEGER)"))
    with pytest.raises(EnvironmentFailure):
        migrate(engine)
    assert set(ddl(engine)) == {"approvals"}
    engine.dispose()


def test_folder_and_file_are_ours_alone(engine: Engine, path: Path) -> None:
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_each_connection_is_prepared(engine: Engine) -> None:
    wanted = {
        "journal_mode": "wal",
        "secure_delete": 1,
        "foreign_keys": 1,
        "synchronous": 2,
        "busy_timeout": 10_000,
        "trusted_schema": 0,
    }
    with engine.connect() as one, engine.connect().execution_options(lawful_reads=True) as two:
        for connection in (one, two):
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
            assert found == wanted
            connection.rollback()


def test_deleted_content_is_overwritten(engine: Engine, path: Path) -> None:
    secret = b"a value of which nothing may stay" * 3
    with reaching(engine) as connection:
        connection.execute(insert(settings).values(key="k", value=secret))
    with reaching(engine) as connection:
        connection.execute(settings.delete())
    engine.dispose()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert secret not in path.read_bytes()


def test_a_reader_does_not_keep_a_writer_waiting(engine: Engine) -> None:
    with reading(engine) as reader:
        assert reader.execute(select(settings.c.key)).all() == []
        with reaching(engine) as writer:
            writer.execute(insert(settings).values(key="k", value=b"v"))
        assert reader.execute(select(settings.c.key)).all() == []


def test_a_writer_takes_the_lock_at_once(engine: Engine, path: Path) -> None:
    with reaching(engine) as writer:
        writer.execute(select(settings.c.key))
        with (
            closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("BEGIN IMMEDIATE")


def test_a_transaction_that_fails_leaves_nothing(engine: Engine) -> None:
    def fail() -> None:
        with reaching(engine) as connection:
            connection.execute(insert(settings).values(key="k", value=b"v"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert SettingCheckpoint(engine, "k").get() is None


def test_what_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_text("hello" * 1000)
    with pytest.raises(EnvironmentFailure, match="not a database") as caught:
        open_state(tmp_path / "state.db")
    assert caught.value.exit_code == 5


def test_what_cannot_be_opened_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentFailure, match="cannot be read or written"):
        open_state(tmp_path / "file" / "state.db")


def test_a_held_lock_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "_BUSY_MS", 50)
    engine = open_state(path)
    migrate(engine)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(EnvironmentFailure, match="another program holds the lock"):
            SettingCheckpoint(engine, "k").compare_and_set(None, b"v")
    engine.dispose()


def test_an_error_tells_no_value(engine: Engine) -> None:
    with pytest.raises(EnvironmentFailure) as caught, reaching(engine) as connection:
        connection.execute(text("INSERT INTO settings VALUES ('Li Wei', NULL)"))
    assert "Li Wei" not in str(caught.value)


def test_compare_and_set(engine: Engine) -> None:
    place = SettingCheckpoint(engine, "checkpoint")
    assert place.get() is None
    assert not place.compare_and_set(b"none", b"one")
    assert place.compare_and_set(None, b"one")
    assert not place.compare_and_set(None, b"two")
    assert not place.compare_and_set(b"two", b"three")
    assert place.compare_and_set(b"one", b"two")
    assert place.get() == b"two"
    assert SettingCheckpoint(engine, "another").get() is None


def test_of_many_one_sets(engine: Engine) -> None:
    place = SettingCheckpoint(engine, "k")
    place.compare_and_set(None, b"0")
    won: list[int] = []
    start = threading.Barrier(6)

    def race(number: int) -> None:
        start.wait()
        if place.compare_and_set(b"0", b"%d" % number):
            won.append(number)

    threads = [threading.Thread(target=race, args=(n,)) for n in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert place.get() == b"%d" % won[0]


def test_what_was_set_outlives_the_process(engine: Engine, path: Path) -> None:
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom lawful.db import *\n"
        "SettingCheckpoint(open_state(Path(sys.argv[1])), 'k').compare_and_set(None, b'v')\n"
        "os._exit(9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert done.returncode == 9
    assert SettingCheckpoint(engine, "k").get() == b"v"


def test_an_intent_ends_once(engine: Engine) -> None:
    with reaching(engine) as connection:
        assert ended_as(connection, "dec_1") is None
        assert close_intent(connection, "dec_1", "done", AT)
        assert not close_intent(connection, "dec_1", "not_done", AT)
        assert ended_as(connection, "dec_1") == "done"
        assert close_intent(connection, "dec_2", "not_done", AT)


def test_instants_come_back_in_utc(engine: Engine) -> None:
    shanghai = AT.astimezone(timezone(timedelta(hours=8)))
    with reaching(engine) as connection:
        connection.execute(insert(intents).values(intent="i", outcome="done", ended_at=shanghai))
        found = connection.execute(select(intents.c.ended_at)).scalar()
    assert found == AT
    assert found.tzinfo is UTC


def test_an_instant_without_zone_is_refused(engine: Engine) -> None:
    naive = AT.replace(tzinfo=None)
    with pytest.raises(StatementError, match="zone"), engine.begin() as connection:
        connection.execute(insert(intents).values(intent="i", outcome="done", ended_at=naive))


def test_the_database_itself_asks_for_four_eyes(engine: Engine) -> None:
    row = {
        "kind": "activity",
        "subject_id": "a",
        "file": "f",
        "content": "",
        "digest": "",
        "author": "ann",
        "approver": "ann",
        "approved_at": AT,
    }
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(insert(lawful.inventory.tables.approvals).values(row))


def test_a_copy_is_read_and_not_written(engine: Engine, path: Path, tmp_path: Path) -> None:
    SettingCheckpoint(engine, "a").compare_and_set(None, b"1")
    engine.dispose()
    before = sorted(path.parent.iterdir())
    copy = open_state_copy(path)
    assert SettingCheckpoint(copy, "a").get() == b"1"
    with pytest.raises(EnvironmentFailure, match="read-only"):
        SettingCheckpoint(copy, "b").compare_and_set(None, b"2")
    copy.dispose()
    assert sorted(path.parent.iterdir()) == before
    with pytest.raises(EnvironmentFailure):
        open_state_copy(tmp_path / "none" / "state.db")
    assert not (tmp_path / "none").exists()

"""Our own state in one SQLite file: opened safely, and brought up to date."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from lawful.terms.errors import EnvironmentFailure, Location

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_MS = 10_000
_HINT = (
    "Check that the folder can be written, the disk has room, and no other program holds the file."
)


def open_state(path: Path) -> Engine:
    """Open our own state, or begin it; its folder is made for us alone (0700), the file too (0600).

    Transactions of the engine take the write lock when they begin, so that what one reads it may
    change. Deleted content is overwritten.

    Raises: EnvironmentFailure: it cannot be read or written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": _BUSY_MS / 1000})
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        with engine.connect():
            pass
    except (OSError, DBAPIError) as error:
        raise unreachable(path, error) from None
    return engine


def open_state_copy(path: Path) -> Engine:
    """Open a state that cannot be written, on a read-only disk; nothing is written, nor migrated.

    Raises: EnvironmentFailure: it cannot be read.
    """
    record, index = (path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm"))
    try:
        path.stat()
        pending = index.exists() or (record.exists() and record.stat().st_size > 0)
        how = "mode=ro" if pending else "mode=ro&immutable=1"  # immutable: the file alone is read
        engine = create_engine(f"sqlite:///file:{quote(str(path))}?{how}&uri=true")
        with engine.connect():
            pass
    except (OSError, DBAPIError) as error:
        raise unreachable(path, error) from None
    return engine


def migrate(engine: Engine) -> None:
    """Bring the tables up to date; does nothing where they are.

    Raises: EnvironmentFailure: the database cannot be written, or is of a later version than we.
    """
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError:
        raise EnvironmentFailure(
            "Our own state was written by a later version of lawful.",
            code="db.later_version",
            location=Location(record=str(engine.url.database)),
            hint="Use that version, or a copy of the state from before.",
        ) from None
    except DBAPIError as error:
        raise unreachable(Path(str(engine.url.database)), error) from None


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One snapshot to read from; takes no lock that keeps others from writing.

    Raises: EnvironmentFailure: the database cannot be read.
    """
    try:
        with engine.connect().execution_options(lawful_reads=True) as connection:
            yield connection
    except DBAPIError as error:
        raise unreachable(Path(str(engine.url.database)), error) from None


@contextmanager
def reaching(engine: Engine) -> Iterator[Connection]:
    """A transaction to write in, whose failures of disk and lock are told as what they are.

    Raises: EnvironmentFailure: the database cannot be read or written.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        raise unreachable(Path(str(engine.url.database)), error) from None


def unreachable(path: Path, error: Exception) -> EnvironmentFailure:
    """The failure for people; what the driver said of disk or lock, never a statement's values."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    said = cause.strerror if isinstance(cause, OSError) else _driver_words(cause)
    return EnvironmentFailure(
        f"Our own state cannot be read or written: {said}.",
        code="db.unreachable",
        location=Location(file=str(path)),
        hint=_HINT,
    )


def _driver_words(cause: object) -> str:
    known = isinstance(cause, sqlite3.OperationalError | sqlite3.DatabaseError)
    name = getattr(cause, "sqlite_errorname", "") if known else ""
    words = {
        "SQLITE_BUSY": "another program holds the lock",
        "SQLITE_FULL": "the disk is full",
        "SQLITE_READONLY": "it is read-only",
        "SQLITE_NOTADB": "the file is not a database",
        "SQLITE_CANTOPEN": "the file cannot be opened",
        "SQLITE_CORRUPT": "the file is damaged",
    }
    return words.get("_".join(str(name).split("_")[:2]), str(name) or type(cause).__name__)


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we begin transactions ourselves; see _begin
    for setting in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        f"busy_timeout = {_BUSY_MS}",
        "trusted_schema = OFF",
    ):
        connection.execute(f"PRAGMA {setting}").close()


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("lawful_reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

"""SQLite files: opened read-only; an authorizer lets a statement write temporary tables only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lawful.stores.masks import age_band, token
from lawful.stores.model import (
    NO_ERASURE,
    Capabilities,
    Catalog,
    ColumnInfo,
    Dialect,
    ForeignKey,
    Row,
    Rows,
    Session,
    cannot_open,
    cannot_run,
    failed,
    over,
)
from lawful.terms.errors import LawfulError

_READS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE})
_TEMPORARY = frozenset(
    {
        sqlite3.SQLITE_CREATE_TEMP_TABLE,
        sqlite3.SQLITE_CREATE_TEMP_INDEX,
        sqlite3.SQLITE_DROP_TEMP_TABLE,
        sqlite3.SQLITE_DROP_TEMP_INDEX,
        sqlite3.SQLITE_INSERT,
        sqlite3.SQLITE_UPDATE,
        sqlite3.SQLITE_DELETE,
        sqlite3.SQLITE_REINDEX,
    }
)
_NO_FUNCTIONS = frozenset({"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"})
_CHUNK = 1024
_BUSY_S = 5.0
_OF_MACHINE = {
    "SQLITE_BUSY": "another program holds its lock",
    "SQLITE_IOERR": "the disk cannot be read",
    "SQLITE_CORRUPT": "the file is damaged",
    "SQLITE_FULL": "no room is left",
    "SQLITE_NOMEM": "no memory is left",
    "SQLITE_NOTADB": "it is not a SQLite file",
    "SQLITE_CANTOPEN": "the file cannot be opened",
    "SQLITE_PERM": "the file may not be read",
    "SQLITE_READONLY": "its write-ahead log cannot be read without writing beside it",
}


class LiteSession:
    """A transaction of one read-only connection."""

    def __init__(self, name: str, connection: sqlite3.Connection) -> None:
        self._name = name
        self._connection = connection
        self._stream = 0
        self._broken = False
        self._cursor: sqlite3.Cursor | None = None

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        for _ in self._fetched(self._execute(sql, parameters), self._stream):
            pass

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> Rows:
        cursor = self._execute(sql, parameters)
        names = tuple(str(column[0]) for column in cursor.description or ())
        return Rows(names, self._fetched(cursor, self._stream))

    def columns(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[str, ...]:
        names = self.rows(sql, parameters).columns
        self._end()
        return names

    def _end(self) -> None:
        self._stream += 1
        if self._cursor is not None:
            self._cursor.close()
            self._cursor = None

    def _execute(self, sql: str, parameters: Sequence[Any]) -> sqlite3.Cursor:
        if self._broken:
            raise over(self._name)
        self._end()
        try:
            self._cursor = self._connection.execute(sql, tuple(parameters))
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise self._told(error) from None
        return self._cursor

    def _fetched(self, cursor: sqlite3.Cursor, stream: int) -> Iterator[Row]:
        while True:
            if stream != self._stream:
                raise over(self._name)
            try:
                chunk = cursor.fetchmany(_CHUNK)
            except (sqlite3.Error, sqlite3.Warning) as error:
                raise self._told(error) from None
            if not chunk:
                return
            for row in chunk:
                if stream != self._stream:
                    raise over(self._name)
                yield row

    def _told(self, error: Exception) -> LawfulError:
        """For people; of SQLite's own words only those on names and syntax, without values."""
        self._broken = True
        code = _code(error)
        if code in _OF_MACHINE:
            return failed(self._name, _OF_MACHINE[code])
        if code == "SQLITE_AUTH":
            return cannot_run(self._name, "it does more than read, or write a temporary table")
        about_names = code == "SQLITE_ERROR" or isinstance(error, sqlite3.ProgrammingError)
        return cannot_run(
            self._name, str(error).rstrip(".") if about_names else code or type(error).__name__
        )


class LiteStore:
    """A SQLite file."""

    dialect: Dialect = "sqlite"
    capabilities = Capabilities(can_enforce=True, can_erase=False, gaps=(NO_ERASURE,))

    def __init__(self, name: str, path: Path, token_key: bytes = b"") -> None:
        self.name = name
        self._path = path
        self._token_key = token_key
        with self._connected():
            pass

    def catalog(self) -> Catalog:
        found: dict[str, tuple[ColumnInfo, ...]] = {}
        with self._connected() as connection:
            for table, kind in connection.execute(_TABLES).fetchall():
                found[table] = tuple(
                    ColumnInfo(
                        name=name,
                        type=declared,
                        nullable=not (notnull or pk),
                        key=pk > 0,
                        of_view=kind == "view",
                    )
                    for name, declared, notnull, pk in connection.execute(
                        _COLUMNS, (table,)
                    ).fetchall()
                )
        return found

    def foreign_keys(self) -> tuple[ForeignKey, ...]:
        keys: list[ForeignKey] = []
        with self._connected() as connection:
            for (table,) in connection.execute(_BASE_TABLES).fetchall():
                grouped: dict[int, list[tuple[str, str, str | None]]] = {}
                for number, to, column, to_column in connection.execute(
                    _FOREIGN_KEYS, (table,)
                ).fetchall():
                    grouped.setdefault(number, []).append((to, column, to_column))
                for parts in grouped.values():
                    to = parts[0][0]
                    named = tuple(part[2] for part in parts if part[2] is not None)
                    keys.append(
                        ForeignKey(
                            table=table,
                            columns=tuple(part[1] for part in parts),
                            to_table=to,
                            to_columns=named or _primary_key(connection, to),
                        )
                    )
        return tuple(keys)

    @contextmanager
    def session(self) -> Iterator[Session]:
        with self._connected() as connection:
            connection.create_function("lawful_age_band", 2, age_band, deterministic=True)
            if self._token_key:
                key = self._token_key
                connection.create_function(
                    "lawful_token", 1, lambda value: token(key, value), deterministic=True
                )
            connection.execute("BEGIN")
            connection.execute(_TAKE_SNAPSHOT).fetchall()
            connection.set_authorizer(_authorise)
            yield LiteSession(self.name, connection)  # closing rolls back

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        place = str(self._path)
        if not self._path.is_file():
            raise cannot_open(
                self.name, place, "there is no such file", "Check the url in lawful.toml."
            )
        try:
            connection = sqlite3.connect(
                f"file:{quote(place)}?mode=ro",
                uri=True,
                isolation_level=None,
                timeout=_BUSY_S,
                check_same_thread=False,
            )
        except sqlite3.Error as error:
            raise cannot_open(self.name, place, _why(error), _HINT) from None
        with closing(connection):
            try:
                for setting in (
                    "temp_store = MEMORY",
                    "trusted_schema = OFF",
                    "cell_size_check = ON",
                ):
                    connection.execute(f"PRAGMA {setting}").close()
                connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
            except sqlite3.Error as error:
                raise cannot_open(self.name, place, _why(error), _HINT) from None
            yield connection


def _authorise(
    action: int, first: str | None, second: str | None, place: str | None, _inner: str | None
) -> int:
    """What a statement may do: read, call functions that stay inside, write temporary tables."""
    if action in _READS or (action == sqlite3.SQLITE_FUNCTION and second not in _NO_FUNCTIONS):
        return sqlite3.SQLITE_OK
    if action in _TEMPORARY and place == "temp":
        return sqlite3.SQLITE_OK
    # How a table-valued function such as json_each declares itself; the file is open to read only.
    if action == sqlite3.SQLITE_UPDATE and first == "sqlite_master" and place == "main":
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _primary_key(connection: sqlite3.Connection, table: str) -> tuple[str, ...]:
    return tuple(name for name, _, _, pk in connection.execute(_COLUMNS, (table,)).fetchall() if pk)


def _code(error: Exception) -> str:
    """SQLite's primary result code: ``SQLITE_BUSY`` for ``SQLITE_BUSY_SNAPSHOT``."""
    return "_".join(str(getattr(error, "sqlite_errorname", "")).split("_")[:2])


def _why(error: Exception) -> str:
    return _OF_MACHINE.get(_code(error), _code(error) or type(error).__name__)


_HINT = "Check the url in lawful.toml, that the file can be read, and that nobody is writing to it."
_OWN = "name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
_TABLES = f"SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') AND {_OWN}"
_BASE_TABLES = f"SELECT name FROM sqlite_master WHERE type = 'table' AND {_OWN}"
_TAKE_SNAPSHOT = "SELECT 1 FROM sqlite_master LIMIT 1"
_COLUMNS = (
    'SELECT name, type, "notnull", pk FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid'
)
_FOREIGN_KEYS = 'SELECT id, "table", "from", "to" FROM pragma_foreign_key_list(?) ORDER BY id, seq'

"""DuckDB files: opened read-only; files, network, extensions and settings out of SQL's reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from lawful.stores.masks import age_band_macro, token_macro
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

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "allow_community_extensions": "false",
    "lock_configuration": "true",
}
_ALLOWED = frozenset(
    {
        duckdb.StatementType.SELECT,
        duckdb.StatementType.CREATE,
        duckdb.StatementType.INSERT,
        duckdb.StatementType.UPDATE,
        duckdb.StatementType.DELETE,
        duckdb.StatementType.DROP,
    }
)
_CHUNK = 2048
_ABOUT_NAMES = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ParserException,
    duckdb.PermissionException,
)
_OF_MACHINE = (
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.FatalException,
    duckdb.InternalException,
)


class DuckSession:
    """A transaction of one read-only connection."""

    def __init__(self, name: str, connection: duckdb.DuckDBPyConnection) -> None:
        self._name = name
        self._connection = connection
        self._stream = 0
        self._broken = False

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        self._execute(sql, parameters)
        for _ in self._fetched(self._stream):
            pass

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> Rows:
        self._execute(sql, parameters)
        described = self._connection.description or []
        return Rows(tuple(str(column[0]) for column in described), self._fetched(self._stream))

    def columns(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[str, ...]:
        names = self.rows(sql, parameters).columns
        self._stream += 1
        return names

    def _execute(self, sql: str, parameters: Sequence[Any]) -> None:
        if self._broken:
            raise over(self._name)
        self._stream += 1
        try:
            statements = self._connection.extract_statements(sql)
            if len(statements) != 1 or statements[0].type not in _ALLOWED:
                raise cannot_run(
                    self._name,
                    "it is not one statement that reads, or that writes a temporary table",
                )
            self._connection.execute(statements[0], list(parameters))
        except duckdb.Error as error:
            raise self._told(error) from None

    def _fetched(self, stream: int) -> Iterator[Row]:
        while True:
            if stream != self._stream:
                raise over(self._name)
            try:
                chunk = self._connection.fetchmany(_CHUNK)
            except duckdb.Error as error:
                raise self._told(error) from None
            if not chunk:
                return
            for row in chunk:
                if stream != self._stream:
                    raise over(self._name)
                yield row

    def _told(self, error: duckdb.Error) -> LawfulError:
        """For people, without the values that DuckDB's own words may hold; the session is over."""
        self._broken = True
        if isinstance(error, _OF_MACHINE):
            return failed(self._name, type(error).__name__)
        words = (
            str(error).splitlines()[0] if isinstance(error, _ABOUT_NAMES) else type(error).__name__
        )
        return cannot_run(self._name, words.rstrip("."))


class DuckStore:
    """A DuckDB file."""

    dialect: Dialect = "duckdb"
    capabilities = Capabilities(can_enforce=True, can_erase=False, gaps=(NO_ERASURE,))

    def __init__(self, name: str, path: Path, token_key: bytes = b"") -> None:
        self.name = name
        self._path = path
        self._token_key = token_key
        with self._connected():
            pass

    def catalog(self) -> Catalog:
        found: dict[str, list[ColumnInfo]] = {}
        with self._connected() as connection:
            views = {row[0] for row in connection.execute(_VIEWS).fetchall()}
            keys = {
                (table, column)
                for table, columns in connection.execute(_KEYS).fetchall()
                for column in columns
            }
            for table, column, kind, nullable in connection.execute(_COLUMNS).fetchall():
                found.setdefault(table, []).append(
                    ColumnInfo(
                        name=column,
                        type=kind,
                        nullable=nullable,
                        key=(table, column) in keys,
                        of_view=table in views,
                    )
                )
        return {table: tuple(columns) for table, columns in found.items()}

    def foreign_keys(self) -> tuple[ForeignKey, ...]:
        with self._connected() as connection:
            return tuple(
                ForeignKey(
                    table=table, columns=tuple(columns), to_table=to, to_columns=tuple(to_columns)
                )
                for table, columns, to, to_columns in connection.execute(_FOREIGN_KEYS).fetchall()
            )

    @contextmanager
    def session(self) -> Iterator[Session]:
        with self._connected() as connection:
            connection.execute("BEGIN TRANSACTION")
            connection.execute(age_band_macro())
            if self._token_key:
                connection.execute(token_macro(self._token_key))
            connection.execute(_TAKE_SNAPSHOT).fetchall()
            yield DuckSession(self.name, connection)  # closing rolls back

    @contextmanager
    def _connected(self) -> Iterator[duckdb.DuckDBPyConnection]:
        place = str(self._path)
        if not self._path.is_file():
            raise cannot_open(
                self.name, place, "there is no such file", "Check the url in lawful.toml."
            )
        try:
            connection = duckdb.connect(place, read_only=True, config=_CONFIG)
        except duckdb.Error as error:
            raise cannot_open(self.name, place, *_why(error)) from None
        try:
            yield connection
        finally:
            connection.close()


def _why(error: duckdb.Error) -> tuple[str, str]:
    words = str(error)
    if "lock" in words:
        return (
            "another program holds its lock",
            "Close the program that writes to it, or give a copy.",
        )
    if "different configuration" in words:
        return "this program holds it open to write", "Close that connection first."
    if "not a valid DuckDB" in words:
        return "it is not a DuckDB file", "Check the url in lawful.toml."
    return (
        type(error).__name__,
        "Check that the file can be read, and was not written by a later DuckDB.",
    )


_VIEWS = """SELECT view_name FROM duckdb_views()
    WHERE NOT internal AND schema_name = 'main' AND NOT temporary"""
_KEYS = """SELECT table_name, constraint_column_names FROM duckdb_constraints()
    WHERE schema_name = 'main' AND constraint_type = 'PRIMARY KEY'"""
_TAKE_SNAPSHOT = "SELECT 1 FROM duckdb_tables() LIMIT 1"
_COLUMNS = """SELECT table_name, column_name, data_type, is_nullable FROM duckdb_columns()
    WHERE schema_name = 'main' AND NOT internal AND database_name = current_database()
    ORDER BY table_name, column_index"""
_FOREIGN_KEYS = """
    SELECT table_name, constraint_column_names, referenced_table, referenced_column_names
    FROM duckdb_constraints() WHERE schema_name = 'main' AND constraint_type = 'FOREIGN KEY'
    ORDER BY table_name, constraint_index"""

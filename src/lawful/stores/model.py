"""What every connector promises: a catalog, and sessions that read one snapshot, no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal, Protocol

import attrs

from lawful.terms.errors import EnvironmentFailure, LawfulError, Location, UsageError

Dialect = Literal["duckdb", "sqlite"]
Row = tuple[Any, ...]


@attrs.frozen(kw_only=True)
class ColumnInfo:
    """A column as the store reports it. ``key``: of the primary key. ``of_view``: of a view."""

    name: str
    type: str
    nullable: bool = True
    key: bool = False
    of_view: bool = False


@attrs.frozen(kw_only=True)
class ForeignKey:
    """Columns of a table that name a row of another."""

    table: str
    columns: tuple[str, ...]
    to_table: str
    to_columns: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Gap:
    """What a connector cannot do: not yet, or never, and why."""

    what: str
    when: Literal["not_yet", "never"]
    reason: str


@attrs.frozen(kw_only=True)
class Capabilities:
    """What a connector can do; each thing that it cannot is a gap with its reason."""

    can_enforce: bool
    can_erase: bool
    gaps: tuple[Gap, ...] = ()


Catalog = Mapping[str, tuple[ColumnInfo, ...]]
"""Tables and views of the default schema, by name, with their columns in order."""


class Rows(Iterator[Row]):
    """Rows of one statement, streamed; ``columns`` are their names."""

    def __init__(self, columns: tuple[str, ...], rows: Iterator[Row]) -> None:
        self.columns = columns
        self._rows = rows

    def __next__(self) -> Row:
        return next(self._rows)


class Session(Protocol):
    """One read snapshot from its first moment to its last; temporary tables are its only writes.

    Its SQL can call ``lawful_age_band(born, on)``, and ``lawful_token(value)`` where the store was
    opened with a key. One statement streams at a time: the next one ends it, and reading on
    from the ended one raises. After an error the session is over.

    Raises (all methods): UsageError: the statement cannot be run; its message tells no values.
        EnvironmentFailure: the store failed.
    """

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run one statement to its end."""

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> Rows:
        """Run one statement and stream its rows."""

    def columns(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[str, ...]:
        """The names of the columns that a statement gives; ends the statement."""


class Store(Protocol):
    """Data that we protect. It is opened to read, never to write."""

    @property
    def name(self) -> str:
        """The store's name in ``lawful.toml``."""

    @property
    def dialect(self) -> Dialect:
        """Whose SQL it speaks."""

    @property
    def capabilities(self) -> Capabilities:
        """What the connector can do."""

    def catalog(self) -> Catalog:
        """Tables and views of the default schema."""

    def foreign_keys(self) -> tuple[ForeignKey, ...]:
        """Foreign keys among the tables of the default schema."""

    def session(self) -> AbstractContextManager[Session]:
        """A snapshot to read from."""


NO_ERASURE = Gap(
    what="erase",
    when="not_yet",
    reason="The connector opens the store to read only; erasing comes with verbs of its own.",
)


def cannot_open(name: str, place: str, why: str, hint: str) -> EnvironmentFailure:
    """The store cannot be opened (exit 5)."""
    return EnvironmentFailure(
        f"The store '{name}' cannot be opened: {why}.",
        code="store.unreachable",
        location=Location(file=place),
        hint=hint,
    )


def cannot_run(name: str, why: str) -> LawfulError:
    """A statement that the store does not run; ``why`` must tell no value of the store (exit 2)."""
    return UsageError(
        f"The store '{name}' did not run the statement: {why}.", code="store.statement"
    )


def failed(name: str, why: str) -> EnvironmentFailure:
    """The store failed while a statement ran (exit 5)."""
    return EnvironmentFailure(
        f"The store '{name}' failed while the statement ran: {why}.", code="store.failed"
    )


def over(name: str) -> LawfulError:
    """The session, or the stream, is over."""
    return UsageError(
        f"This read of the store '{name}' is over.",
        code="store.over",
        hint="Read a result to its end before the next; after an error begin a new session.",
    )

"""What stood at a moment: facts, records, registers kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, or_, select

from lawful.facts.coding import decode, decode_facts
from lawful.facts.tables import records, registers_kept, standing_facts
from lawful.law.thing import Record
from lawful.law.vocabulary import Vocabulary
from lawful.terms.values import Source, SourceKind, Value

Scope = tuple[str, str]
"""Kind (entity, activity, store, recipient) and id."""


def standing(
    conn: Connection, vocabulary: Vocabulary, scopes: Sequence[Scope], at: datetime
) -> dict[str, tuple[Value | None, Source]]:
    """The facts of several scopes at a moment, with their sources; a later scope wins.

    A fact that is known to be unknown wins as well. What no scope states is not there.
    """
    found: dict[str, tuple[Value | None, Source]] = {}
    for scope in scopes:
        for row in _held(conn, standing_facts, scope, at, "from_at"):
            source = Source(kind=SourceKind(row.source_kind), label=row.source_label)
            found[row.fact] = (decode(vocabulary, row.fact, row.value), source)
    return found


def records_of(
    conn: Connection, vocabulary: Vocabulary, scopes: Sequence[Scope], at: datetime
) -> tuple[Record, ...]:
    """The approved records of several scopes that stood at a moment."""
    return tuple(
        _record(vocabulary, row)
        for scope in scopes
        for row in _held(conn, records, scope, at, "recorded_at")
    )


def kept_of(conn: Connection, scopes: Sequence[Scope], at: datetime) -> frozenset[str]:
    """Rules whose register of records was declared kept at a moment, by any of the scopes."""
    return frozenset(
        row.rule for scope in scopes for row in _held(conn, registers_kept, scope, at, "from_at")
    )


def _held(
    conn: Connection, table: Table, scope: Scope, at: datetime, start: str
) -> Iterator[Row[Any]]:
    """Rows of a scope whose period (its start included, its end not) holds the moment."""
    columns = table.c
    yield from conn.execute(
        select(table)
        .where(
            columns.scope_kind == scope[0],
            columns.scope_id == scope[1],
            columns[start] <= at,
            or_(columns.until_at.is_(None), columns.until_at > at),
        )
        .order_by(columns.id)
    )


def _record(vocabulary: Vocabulary, row: Row[Any]) -> Record:
    items = json.loads(row.items)
    return Record(
        rule=row.rule,
        done_at=row.done_at,
        items=None if items is None else frozenset(items),
        expires_on=row.expires_on,
        bound=decode_facts(vocabulary, row.bound),
        label=row.label,
    )

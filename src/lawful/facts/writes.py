"""Writing down what holds of a scope from now on; what held before is closed, never deleted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from lawful.facts.coding import encode, encode_facts
from lawful.facts.queries import Scope
from lawful.facts.tables import SCOPE_KINDS, records, registers_kept, standing_facts
from lawful.law.thing import Record
from lawful.terms.errors import Location, UsageError
from lawful.terms.values import Source, Value

_STARTS = ((standing_facts, "from_at"), (records, "recorded_at"), (registers_kept, "from_at"))


def replace_scope(
    conn: Connection,
    scope: Scope,
    *,
    facts: Mapping[str, Value | None],
    records: Iterable[Record] = (),
    kept: Iterable[str] = (),
    at: datetime,
    source: Source,
    author: str = "",
    approver: str = "",
) -> None:
    """State all that holds of a scope from ``at`` on, within the caller's transaction.

    Raises: UsageError: the kind of scope is not known, or something was stated after ``at``.
    """
    if scope[0] not in SCOPE_KINDS:
        raise UsageError(
            f"There is no scope '{scope[0]}'.",
            code="facts.scope",
            hint=f"Known: {', '.join(SCOPE_KINDS)}.",
        )
    _close(conn, scope, at)
    kind, name = scope
    place = {"scope_kind": kind, "scope_id": name}
    _insert_facts(conn, place, facts, at, source)
    _insert_records(conn, place, records, at, author, approver)
    rows = [{**place, "rule": rule, "from_at": at} for rule in sorted(set(kept))]
    if rows:
        conn.execute(insert(registers_kept), rows)


def _close(conn: Connection, scope: Scope, at: datetime) -> None:
    for table, start in _STARTS:
        here = (
            table.c.scope_kind == scope[0],
            table.c.scope_id == scope[1],
            table.c.until_at.is_(None),
        )
        latest = conn.execute(select(func.max(table.c[start])).where(*here)).scalar()
        if latest is not None and latest > at:
            raise UsageError(
                "Something that holds later was written already.",
                code="facts.older",
                location=Location(record=f"{scope[0]} {scope[1]}"),
                hint="Check this machine's clock.",
            )
        conn.execute(update(table).where(*here).values(until_at=at))


def _insert_facts(
    conn: Connection,
    place: Mapping[str, str],
    facts: Mapping[str, Value | None],
    at: datetime,
    source: Source,
) -> None:
    rows = [
        {
            **place,
            "fact": fact,
            "value": encode(value),
            "from_at": at,
            "recorded_at": at,
            "source_kind": source.kind.value,
            "source_label": source.label,
        }
        for fact, value in sorted(facts.items())
    ]
    if rows:
        conn.execute(insert(standing_facts), rows)


def _insert_records(
    conn: Connection,
    place: Mapping[str, str],
    found: Iterable[Record],
    at: datetime,
    author: str,
    approver: str,
) -> None:
    rows = [
        {
            **place,
            "rule": each.rule,
            "done_at": each.done_at,
            "expires_on": each.expires_on,
            "items": json.dumps(
                None if each.items is None else sorted(each.items), ensure_ascii=False
            ),
            "bound": encode_facts(each.bound),
            "label": each.label,
            "author": author,
            "approver": approver,
            "recorded_at": at,
        }
        for each in found
    ]
    if rows:
        conn.execute(insert(records), rows)

"""Tables of this room. Nothing is deleted: what no longer holds has an ``until_at``."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, Index, Integer, String, Table, Text

from lawful.db.base import Instant, metadata

SCOPE_KINDS = ("entity", "activity", "store", "recipient")
_KINDS = ", ".join(f"'{kind}'" for kind in SCOPE_KINDS)


def _scope() -> tuple[Column[str], Column[str]]:
    return (
        Column("scope_kind", String(16), nullable=False),
        Column("scope_id", String(128), nullable=False),
    )


standing_facts = Table(
    "standing_facts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fact", String(64), nullable=False),
    *_scope(),
    Column("value", Text, nullable=False),  # JSON; null: known to be unknown
    Column("from_at", Instant, nullable=False),
    Column("until_at", Instant),
    Column("source_kind", String(16), nullable=False),
    Column("source_label", String(256), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    CheckConstraint(f"scope_kind IN ({_KINDS})", name="scope_kind"),
    CheckConstraint("until_at IS NULL OR until_at >= from_at", name="period"),
    Index(None, "scope_kind", "scope_id"),
)

records = Table(
    "records",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("rule", String(128), nullable=False),
    *_scope(),
    Column("done_at", Instant),
    Column("items", Text, nullable=False),  # JSON; null: complete
    Column("expires_on", Date),
    Column("bound", Text, nullable=False),  # JSON object of facts
    Column("label", String(256), nullable=False),
    Column("author", String(64), nullable=False),
    Column("approver", String(64), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("until_at", Instant),
    CheckConstraint(f"scope_kind IN ({_KINDS})", name="scope_kind"),
    CheckConstraint("until_at IS NULL OR until_at >= recorded_at", name="period"),
    Index(None, "scope_kind", "scope_id"),
)

registers_kept = Table(
    "registers_kept",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("rule", String(128), nullable=False),
    *_scope(),
    Column("from_at", Instant, nullable=False),
    Column("until_at", Instant),
    CheckConstraint(f"scope_kind IN ({_KINDS})", name="scope_kind"),
    CheckConstraint("until_at IS NULL OR until_at >= from_at", name="period"),
    Index(None, "scope_kind", "scope_id"),
)

"""The register of approvals. What was approved is kept word for word; nothing is deleted."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Table, Text, text

from lawful.db.base import Instant, metadata

KINDS = ("organisation", "activity")

approvals = Table(
    "approvals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("subject_id", String(128), nullable=False),  # the organisation, or the activity's id
    Column("file", String(512), nullable=False),
    Column("content", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("author", String(64), nullable=False),
    Column("approver", String(64), nullable=False),
    Column("approved_at", Instant, nullable=False),
    Column("until_at", Instant),
    CheckConstraint("kind IN ('organisation', 'activity')", name="kind"),
    CheckConstraint("author <> approver", name="four_eyes"),
    CheckConstraint("until_at IS NULL OR until_at >= approved_at", name="period"),
    Index(
        "uq_approvals_standing",
        "kind",
        "subject_id",
        unique=True,
        sqlite_where=text("until_at IS NULL"),
    ),
)

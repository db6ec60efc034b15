"""All tables from the beginning.

Spelled out, without the rooms' own definitions: a migration stays as it was when these change.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_KINDS = "scope_kind IN ('entity', 'activity', 'store', 'recipient')"


def _scope() -> tuple[sa.Column[str], sa.Column[str]]:
    return (
        sa.Column("scope_kind", sa.String(16), nullable=False),
        sa.Column("scope_id", sa.String(128), nullable=False),
    )


def upgrade() -> None:
    op.create_table(
        "settings",
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_settings"),
    )
    op.create_table(
        "intents",
        sa.Column("intent", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("intent", name="pk_intents"),
    )
    _create_facts()
    _create_approvals()


def _create_facts() -> None:
    op.create_table(
        "standing_facts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("fact", sa.String(64), nullable=False),
        *_scope(),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("from_at", _INSTANT, nullable=False),
        sa.Column("until_at", _INSTANT),
        sa.Column("source_kind", sa.String(16), nullable=False),
        sa.Column("source_label", sa.String(256), nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_standing_facts"),
        sa.CheckConstraint(_KINDS, name=op.f("ck_standing_facts_scope_kind")),
        sa.CheckConstraint(
            "until_at IS NULL OR until_at >= from_at", name=op.f("ck_standing_facts_period")
        ),
    )
    op.create_table(
        "records",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("rule", sa.String(128), nullable=False),
        *_scope(),
        sa.Column("done_at", _INSTANT),
        sa.Column("items", sa.Text, nullable=False),
        sa.Column("expires_on", sa.Date),
        sa.Column("bound", sa.Text, nullable=False),
        sa.Column("label", sa.String(256), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("approver", sa.String(64), nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.Column("until_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_records"),
        sa.CheckConstraint(_KINDS, name=op.f("ck_records_scope_kind")),
        sa.CheckConstraint(
            "until_at IS NULL OR until_at >= recorded_at", name=op.f("ck_records_period")
        ),
    )
    op.create_table(
        "registers_kept",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("rule", sa.String(128), nullable=False),
        *_scope(),
        sa.Column("from_at", _INSTANT, nullable=False),
        sa.Column("until_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_registers_kept"),
        sa.CheckConstraint(_KINDS, name=op.f("ck_registers_kept_scope_kind")),
        sa.CheckConstraint(
            "until_at IS NULL OR until_at >= from_at", name=op.f("ck_registers_kept_period")
        ),
    )
    for table in ("standing_facts", "records", "registers_kept"):
        op.create_index(f"ix_{table}_scope_kind_scope_id", table, ["scope_kind", "scope_id"])


def _create_approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject_id", sa.String(128), nullable=False),
        sa.Column("file", sa.String(512), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("approver", sa.String(64), nullable=False),
        sa.Column("approved_at", _INSTANT, nullable=False),
        sa.Column("until_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_approvals"),
        sa.CheckConstraint("kind IN ('organisation', 'activity')", name=op.f("ck_approvals_kind")),
        sa.CheckConstraint("author <> approver", name=op.f("ck_approvals_four_eyes")),
        sa.CheckConstraint(
            "until_at IS NULL OR until_at >= approved_at", name=op.f("ck_approvals_period")
        ),
    )
    op.create_index(
        "uq_approvals_standing",
        "approvals",
        ["kind", "subject_id"],
        unique=True,
        sqlite_where=sa.text("until_at IS NULL"),
    )

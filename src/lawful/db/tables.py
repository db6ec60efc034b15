"""Tables that belong to no one room: settings, and how each intent ended."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table

from lawful.db.base import Instant, metadata

settings = Table(
    "settings",
    metadata,
    Column("key", String(128), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

intents = Table(
    "intents",
    metadata,
    Column("intent", String(64), primary_key=True),  # id of the intent in the evidence log
    Column("outcome", String(32), nullable=False),
    Column("ended_at", Instant, nullable=False),
)

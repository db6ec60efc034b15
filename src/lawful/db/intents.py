"""How an intent ended, decided once: by the transaction that did it, or by whoever gave it up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from lawful.db.tables import intents


def close_intent(connection: Connection, intent: str, outcome: str, at: datetime) -> bool:
    """Settle how an intent ends, in the caller's transaction; false if it was settled before."""
    try:
        with connection.begin_nested():
            connection.execute(insert(intents).values(intent=intent, outcome=outcome, ended_at=at))
    except IntegrityError:
        return False
    return True


def ended_as(connection: Connection, intent: str) -> str | None:
    """How an intent ended; ``None`` while that is open."""
    found: str | None = connection.execute(
        select(intents.c.outcome).where(intents.c.intent == intent)
    ).scalar()
    return found

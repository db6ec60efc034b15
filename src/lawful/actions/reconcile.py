"""Ending what was begun and not ended: intents in the log that have no outcome."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from lawful.actions.approvals import outcome_of
from lawful.db import close_intent, ended_as, reaching
from lawful.evidence import EvidenceLog, Receipt, finish_erasures, open_intents
from lawful.evidence.events import Leaf
from lawful.inventory.queries import OPERATIONS


def reconcile(engine: Engine, log: EvidenceLog, *, clock: Callable[[], datetime]) -> list[Receipt]:
    """At start: give each open intent the outcome that our state tells, and finish erasures begun.

    An intent whose transaction is in our state was done; any other is given up, so that its
    transaction, should it still come, is refused. Returns the outcomes' receipts.

    Raises: EnvironmentFailure: our state or the log cannot be read or written.
    """
    receipts = finish_erasures(log)
    for intent in open_intents(log):
        if intent.operation in OPERATIONS.values():
            receipts.append(
                log.append(outcome_of(intent, _settled(engine, intent, clock), clock()), {})
            )
    return receipts


def _settled(engine: Engine, intent: Leaf, clock: Callable[[], datetime]) -> str:
    with reaching(engine) as connection:
        close_intent(connection, intent.id, "not_done", clock())
        return ended_as(connection, intent.id) or "not_done"

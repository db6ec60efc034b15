"""Erasing a payload: intent, deletion, outcome. The leaf and all proofs stay valid."""

from __future__ import annotations

import secrets

from lawful.evidence.events import ERASE, Event, Leaf
from lawful.evidence.ids import new_decision_id
from lawful.evidence.log import EvidenceLog, Receipt
from lawful.evidence.published import PublishedLog
from lawful.terms.errors import UsageError


def erase_payload(log: EvidenceLog, commitment: str, *, entity: str, door: str) -> Receipt:
    """Erase what a leaf commits to, and record it; returns the outcome's receipt.

    The salt goes with the payload, so the commitment left in the leaf tells nothing. Copies
    exported earlier are out of reach. An interrupted erasure is finished by the next call, or
    by ``finish_erasures`` or ``resume_erasures``.

    Raises: UsageError: no leaf makes this commitment, or it is erased already.
    """
    with log.erasures.alone():
        _check_there(log, commitment)
        log.erasures.begin(commitment)
        if not any(_is_erasure(intent, commitment) for intent in log.open_intents()):
            log.append(_event(log, "intent", commitment, entity, door), {})
        return _finish(log, commitment, entity, door)


def _check_there(log: EvidenceLog, commitment: str) -> None:
    found = log.find_commitment(commitment)
    if found is None:
        raise UsageError("no entry commits to such a payload", code="evidence.no_payload")
    leaf, erased = found
    if erased:
        raise UsageError(
            f"the payload of entry {leaf.index} is erased already", code="evidence.erased"
        )


def finish_erasures(log: EvidenceLog) -> list[Receipt]:
    """Finish the erasures that were begun and not ended; for reconciliation at start."""
    with log.erasures.alone():
        return _finish_open(log)


def resume_erasures(log: EvidenceLog) -> list[Receipt]:
    """``finish_erasures`` where the state notes one begun; where it does not, no entry is read."""
    if not log.erasures.begun():
        return []
    with log.erasures.alone():
        receipts = _finish_open(log)
        for commitment in log.erasures.begun():
            log.erasures.end(commitment)  # no intent was recorded, or the outcome was
        return receipts


def open_erasures(log: PublishedLog) -> list[Leaf]:
    """Intents to erase that have no outcome yet, oldest first."""
    found: dict[str, Leaf] = {}
    for leaf in log.of_operations([ERASE]):
        if leaf.kind == "intent":
            found[leaf.ref] = leaf
        elif leaf.kind == "outcome":
            found.pop(leaf.ref, None)
    return list(found.values())


def _finish_open(log: EvidenceLog) -> list[Receipt]:
    return [
        _finish(log, intent.ref, intent.entity, intent.door)
        for intent in log.open_intents()
        if intent.operation == ERASE
    ]


def open_intents(log: EvidenceLog) -> list[Leaf]:
    """Intents without an outcome, oldest first; for reconciliation at start."""
    return log.open_intents()


def _finish(log: EvidenceLog, commitment: str, entity: str, door: str) -> Receipt:
    log.delete_payload(commitment)
    receipt = log.append(_event(log, "outcome", commitment, entity, door), {})
    log.settle()  # whoever verifies the folder finds the erasure recorded
    log.erasures.end(commitment)
    return receipt


def _is_erasure(intent: Leaf, commitment: str) -> bool:
    return intent.operation == ERASE and intent.ref == commitment


def _event(log: EvidenceLog, kind: str, commitment: str, entity: str, door: str) -> Event:
    return Event(
        kind=kind,
        id=new_decision_id(log.now(), secrets.token_bytes(10)),
        entity=entity,
        operation=ERASE,
        outcome="done" if kind == "outcome" else "",
        door=door,
        ref=commitment,
    )

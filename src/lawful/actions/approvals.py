"""Approving the organisation and activities: permission, intent, transaction, outcome."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from lawful.db import close_intent, reaching, reading
from lawful.evidence import Event, EvidenceLog, new_decision_id
from lawful.evidence.events import Leaf
from lawful.inventory.approvals import Proposal, approve, check_approval, propose
from lawful.inventory.queries import (
    ACTIVITIES_FOLDER,
    OPERATIONS,
    ORGANISATION_FILE,
    Approval,
    Kind,
)
from lawful.law.vocabulary import Vocabulary
from lawful.org import ORGANISATION_ID
from lawful.terms.errors import EnvironmentFailure, LawfulError, Location, UsageError

Clock = Callable[[], datetime]


def approve_organisation(
    engine: Engine,
    log: EvidenceLog,
    vocabulary: Vocabulary,
    folder: Path,
    *,
    author: str,
    approver: str,
    clock: Clock,
    door: str = "cli",
) -> Approval:
    """Approve ``organisation.toml`` of a deployment's folder as it is now.

    Raises:
        UsageError: the file is wrong, or may not be approved so.
        EnvironmentFailure: the file, our state or the log cannot be read or written.
    """
    return _approve(
        engine,
        log,
        vocabulary,
        "organisation",
        folder,
        ORGANISATION_FILE,
        author,
        approver,
        clock,
        door,
    )


def approve_activity(
    engine: Engine,
    log: EvidenceLog,
    vocabulary: Vocabulary,
    folder: Path,
    file: str,
    *,
    author: str,
    approver: str,
    clock: Clock,
    door: str = "cli",
) -> Approval:
    """Approve a file of ``activities/`` (by its name) as it is now.

    Raises:
        UsageError: the file is wrong, or may not be approved so.
        EnvironmentFailure: the file, our state or the log cannot be read or written.
    """
    name = f"{ACTIVITIES_FOLDER}/{Path(file).name}"
    return _approve(
        engine, log, vocabulary, "activity", folder, name, author, approver, clock, door
    )


def _approve(
    engine: Engine,
    log: EvidenceLog,
    vocabulary: Vocabulary,
    kind: Kind,
    folder: Path,
    name: str,
    author: str,
    approver: str,
    clock: Clock,
    door: str,
) -> Approval:
    proposal = propose(kind, _read(folder, name), name, vocabulary)
    with reading(engine) as connection:
        check_approval(connection, vocabulary, proposal, author, approver)
    event = _intent(proposal, clock(), door)
    log.append(
        event, {"file": name, "digest": proposal.digest, "author": author, "approver": approver}
    )
    try:
        with reaching(engine) as connection:
            at = clock()
            if not close_intent(connection, event.id, "done", at):
                raise UsageError(
                    "This approval was given up meanwhile.",
                    code="actions.given_up",
                    location=Location(file=name),
                    hint="Approve it again.",
                )
            approval = approve(
                connection, vocabulary, proposal, author=author, approver=approver, at=at
            )
    except LawfulError:
        _give_up(engine, log, event, clock)
        raise
    log.append(outcome_of(event, "done", clock()), {})
    return approval


def _give_up(engine: Engine, log: EvidenceLog, event: Event, clock: Clock) -> None:
    """The transaction failed: say so, once. Where even that fails, reconciliation will."""
    try:
        with reaching(engine) as connection:
            mine = close_intent(connection, event.id, "not_done", clock())
    except EnvironmentFailure:
        return
    if mine:
        log.append(outcome_of(event, "not_done", clock()), {})


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError:
        raise UsageError(
            "There is no such file.",
            code="actions.no_file",
            location=Location(file=name),
            hint="Write it first; lawful init URL writes one to fill in.",
        ) from None
    except OSError as error:
        raise EnvironmentFailure(
            f"The file cannot be read: {str(error.strerror).lower()}.",
            code="actions.unreadable",
            location=Location(file=name),
        ) from None


def _intent(proposal: Proposal, at: datetime, door: str) -> Event:
    activity = proposal.activity
    return Event(
        kind="intent",
        id=new_decision_id(at, secrets.token_bytes(10)),
        entity=activity.entity if activity else ORGANISATION_ID,
        purpose=activity.purpose if activity else "",
        operation=OPERATIONS[proposal.kind],
        door=door,
    )


def outcome_of(intent: Event | Leaf, outcome: str, at: datetime) -> Event:
    """How an intent ended, as the event that says so."""
    return Event(
        kind="outcome",
        id=new_decision_id(at, secrets.token_bytes(10)),
        entity=intent.entity,
        purpose=intent.purpose,
        operation=intent.operation,
        outcome=outcome,
        door=intent.door,
        ref=intent.id,
    )

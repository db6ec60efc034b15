"""The register held against the evidence, and what counts held against the register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import attrs
from sqlalchemy import Connection

from lawful.db import ended_as
from lawful.evidence import Leaf, PublishedLog
from lawful.facts import Scope, kept_of, records_of, standing
from lawful.inventory.model import Activity
from lawful.inventory.queries import (
    OPERATIONS,
    ORGANISATION_FILE,
    Approval,
    activities,
    altered,
    find_organisation,
    standing_approvals,
)
from lawful.law.vocabulary import Vocabulary
from lawful.org import ORGANISATION_ID, Entity
from lawful.terms.errors import Location, ProofFailure


@attrs.frozen(kw_only=True)
class Attested:
    """How many approvals stand, and how many of them the evidence says the same of."""

    standing: int
    compared: int


@attrs.define
class _Recorded:
    """What the evidence holds of approvals that were done: the last of each file."""

    last: dict[tuple[str, str], tuple[int, Mapping[str, object]]] = attrs.Factory(dict)
    erased: dict[str, int] = attrs.Factory(dict)


def verify_register(
    conn: Connection, vocabulary: Vocabulary, log: PublishedLog | None, at: datetime
) -> Attested:
    """Verify each standing approval against the evidence, and what was written down of it.

    An approval is compared with the payload of its intent, and not where that was erased, nor
    without a log.

    Raises: ProofFailure: an approval is not as the evidence recorded it, or is not in the evidence;
        facts, records or registers kept are not those of the approved content.
    """
    approvals = standing_approvals(conn)
    compared = 0
    if log is not None:
        recorded = _recorded(conn, log)
        compared = sum(_verify(each, recorded) for each in approvals)
        _verify_organisation_stands(approvals, recorded)
    _verify_written_down(conn, vocabulary, at)
    return Attested(standing=len(approvals), compared=compared)


def _recorded(conn: Connection, log: PublishedLog) -> _Recorded:
    begun: list[Leaf] = []
    ended: dict[str, str] = {}
    for leaf in log.of_operations(OPERATIONS.values()):
        if leaf.kind == "intent":
            begun.append(leaf)
        elif leaf.kind == "outcome":
            ended.setdefault(leaf.ref, leaf.outcome)
    found = _Recorded()
    for intent in begun:
        ours = ended_as(conn, intent.id)
        if (outcome := ended.get(intent.id, ours)) != ours:
            raise ProofFailure(
                f"The evidence says '{outcome}' of this intent, the state '{ours or 'nothing'}'.",
                code="inventory.intents",
                location=Location(record=f"intents, {intent.id}"),
                hint="The state database was altered, or is another one: restore it from a copy.",
            )
        if outcome != "done":
            continue
        payload = log.payload(intent)
        if payload is None:
            found.erased[intent.operation] = intent.index
        else:
            found.last[intent.operation, str(payload["file"])] = (intent.index, payload)
    return found


def _verify(approval: Approval, recorded: _Recorded) -> bool:
    operation = OPERATIONS[approval.kind]
    index, payload = recorded.last.get((operation, approval.file), (-1, None))
    if recorded.erased.get(operation, -1) > index:
        return False  # perhaps it was that one: nobody can say any more
    if payload is None:
        why = "the evidence holds no approval of this file"
    elif payload["digest"] != approval.digest:
        why = f"entry {index} of the evidence attests another digest"
    elif (payload["author"], payload["approver"]) != (approval.author, approval.approver):
        why = f"entry {index} of the evidence attests other persons"
    else:
        return True
    raise altered(approval.kind, approval.subject_id, why, approval.file)


def _verify_organisation_stands(approvals: Sequence[Approval], recorded: _Recorded) -> None:
    """Without a standing organisation, the next file to be approved says who may approve."""
    wanted = OPERATIONS["organisation"]
    if any(operation == wanted for operation, _ in recorded.last) and not any(
        each.kind == "organisation" for each in approvals
    ):
        raise altered("organisation", ORGANISATION_ID, "its entry is gone", ORGANISATION_FILE)


def _verify_written_down(conn: Connection, vocabulary: Vocabulary, at: datetime) -> None:
    """What is read as an approved fact, record or register kept is what the content states."""
    organisation = find_organisation(conn, vocabulary)
    for entity in organisation.entities.values() if organisation else ():
        _verify_scope(conn, vocabulary, ("entity", entity.id), entity, at)
    for activity in activities(conn, vocabulary):
        _verify_scope(conn, vocabulary, ("activity", activity.id), activity, at)


def _verify_scope(
    conn: Connection, vocabulary: Vocabulary, scope: Scope, stated: Entity | Activity, at: datetime
) -> None:
    found = standing(conn, vocabulary, [scope], at)
    facts = {name: value for name, (value, _) in found.items()}
    for table, same in (
        ("standing_facts", facts == dict(stated.facts)),
        ("records", set(records_of(conn, vocabulary, [scope], at)) == set(stated.records)),
        ("registers_kept", kept_of(conn, [scope], at) == frozenset(stated.kept)),
    ):
        if not same:
            raise ProofFailure(
                "What is written down here is not what was approved.",
                code="inventory.written_down",
                location=Location(record=f"{table}, {scope[0]} {scope[1]}"),
                hint="The state database was altered: restore it from a copy, "
                "or have the file approved again.",
            )

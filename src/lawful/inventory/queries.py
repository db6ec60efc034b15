"""The register of approvals, read: what was approved counts, not the file as it is now."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Literal

import attrs
from sqlalchemy import Connection, Row, select

from lawful.inventory.activities import load_activity
from lawful.inventory.model import Activity, NoActivity
from lawful.inventory.tables import approvals
from lawful.law.vocabulary import Vocabulary
from lawful.org import Organisation, load_organisation
from lawful.terms.errors import Location, ProofFailure
from lawful.terms.ids import ActivityId, EntityId

Kind = Literal["organisation", "activity"]
OPERATIONS: dict[Kind, str] = {
    "organisation": "approve_organisation",
    "activity": "approve_activity",
}
"""What an approval is called in the evidence."""
ORGANISATION_FILE = "organisation.toml"
ACTIVITIES_FOLDER = "activities"


@attrs.frozen(kw_only=True)
class Approval:
    """A standing entry of the register, without its content."""

    kind: Kind
    subject_id: str
    file: str
    digest: str
    author: str
    approver: str
    approved_at: datetime


def find_organisation(conn: Connection, vocabulary: Vocabulary) -> Organisation | None:
    """The organisation as approved; ``None`` if none was yet.

    Raises: ProofFailure: its entry was altered.
    """
    for row in _standing(conn, "organisation"):
        return load_organisation(row.content.encode(), row.file, vocabulary)
    return None


def activities(conn: Connection, vocabulary: Vocabulary) -> tuple[Activity, ...]:
    """The activities as approved, of entities that the approved organisation still has, by id.

    Raises: ProofFailure: an entry was altered.
    """
    organisation = find_organisation(conn, vocabulary)
    known = organisation.entities if organisation else {}
    found = [
        load_activity(row.content.encode(), row.file, vocabulary)
        for row in _standing(conn, "activity")
    ]
    return tuple(activity for activity in found if activity.entity in known)


def get_activity(
    conn: Connection, vocabulary: Vocabulary, activity_id: ActivityId
) -> Activity | None:
    """The approved activity of this id."""
    return next((each for each in activities(conn, vocabulary) if each.id == activity_id), None)


def find_activity(
    conn: Connection, vocabulary: Vocabulary, entity: EntityId, purpose: str, role: str = ""
) -> Activity | NoActivity:
    """The one approved activity of an entity for a purpose; of a staff role, if one is given."""
    found = [
        each
        for each in activities(conn, vocabulary)
        if each.entity == entity and each.purpose == purpose and (not role or role in each.roles)
    ]
    if len(found) == 1:
        return found[0]
    who = f"'{entity}' as '{role}'" if role else f"'{entity}'"
    if found:
        names = ", ".join(each.id for each in found)
        return NoActivity(
            reason="several",
            message=f"{who} has several approved activities for '{purpose}': {names}.",
            hint="Let one of them have another purpose, or end all but one.",
        )
    return NoActivity(
        reason="none",
        message=f"{who} has no approved activity for '{purpose}'.",
        hint=f'Write entity = "{entity}", purpose = "{purpose}"'
        + (f', roles = ["{role}"]' if role else "")
        + f" in a file of {ACTIVITIES_FOLDER}/ and have it approved.",
    )


def standing_approvals(conn: Connection) -> tuple[Approval, ...]:
    """All standing entries of the register, the organisation first.

    Raises: ProofFailure: one was altered.
    """
    rows = (*_standing(conn, "organisation"), *_standing(conn, "activity"))
    return tuple(
        Approval(
            kind=row.kind,
            subject_id=row.subject_id,
            file=row.file,
            digest=row.digest,
            author=row.author,
            approver=row.approver,
            approved_at=row.approved_at,
        )
        for row in rows
    )


def _standing(conn: Connection, kind: Kind) -> list[Row[tuple[object, ...]]]:
    """The standing rows of a kind, each as it was approved.

    Raises: ProofFailure: the content of one is not what its digest says.
    """
    rows = list(
        conn.execute(
            select(approvals)
            .where(approvals.c.kind == kind, approvals.c.until_at.is_(None))
            .order_by(approvals.c.subject_id)
        )
    )
    for row in rows:
        if hashlib.sha256(row.content.encode()).hexdigest() != row.digest:
            raise altered(
                row.kind, row.subject_id, "its content is not what its digest says", row.file
            )
    return rows


def altered(kind: str, subject_id: str, why: str, file: str) -> ProofFailure:
    """An entry of the register that is not as it was approved: it opens nothing."""
    again = (
        f"Or, if {file} is right, have it approved again."
        if kind == "activity"
        else "It says who may approve, so it cannot be approved again."
    )
    return ProofFailure(
        f"The approval was altered: {why}; nothing is opened by it.",
        code="inventory.altered",
        location=Location(record=f"approvals, {kind} {subject_id}"),
        hint=f"Find out who can write the state database, and restore it from a copy. {again}",
    )

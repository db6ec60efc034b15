"""The register of approvals, read: what was approved counts, not the file as it is now."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import attrs
from sqlalchemy import Connection, Row, select

from lawful.inventory.activities import load_activity
from lawful.inventory.model import Activity, NoActivity
from lawful.inventory.tables import approvals
from lawful.law.vocabulary import Vocabulary
from lawful.org import Organisation, load_organisation
from lawful.terms.ids import ActivityId, EntityId

Kind = Literal["organisation", "activity"]
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
    """The organisation as approved; ``None`` if none was yet."""
    for row in _standing(conn, "organisation"):
        return load_organisation(row.content.encode(), row.file, vocabulary)
    return None


def activities(conn: Connection, vocabulary: Vocabulary) -> tuple[Activity, ...]:
    """The activities as approved, of entities that the approved organisation still has, by id."""
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
    """All standing entries of the register, the organisation first."""
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
    return list(
        conn.execute(
            select(approvals)
            .where(approvals.c.kind == kind, approvals.c.until_at.is_(None))
            .order_by(approvals.c.subject_id)
        )
    )

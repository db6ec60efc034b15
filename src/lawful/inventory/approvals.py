"""The register of approvals: the content that was approved counts, not the file as it is now."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal

import attrs
from sqlalchemy import Connection, Row, insert, select, update

from lawful.facts import replace_scope
from lawful.inventory.activities import load_activity
from lawful.inventory.model import Activity, NoActivity
from lawful.inventory.tables import approvals
from lawful.law.vocabulary import Vocabulary, nearest
from lawful.org import APPROVING_ROLES, ORGANISATION_ID, Organisation, load_organisation
from lawful.terms.errors import EnvironmentFailure, Location, UsageError
from lawful.terms.ids import ActivityId, EntityId
from lawful.terms.values import Source, SourceKind

Kind = Literal["organisation", "activity"]
ORGANISATION_FILE = "organisation.toml"
ACTIVITIES_FOLDER = "activities"


@attrs.frozen(kw_only=True)
class Proposal:
    """A file to be approved, read and checked."""

    kind: Kind
    subject_id: str
    file: str
    content: str = attrs.field(repr=False)
    organisation: Organisation | None = None
    activity: Activity | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the content, in hex."""
        return hashlib.sha256(self.content.encode()).hexdigest()


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


@attrs.frozen(kw_only=True)
class Drift:
    """A file that is not as approved: changed, missing, or never approved."""

    file: str
    how: Literal["changed", "missing", "not_approved"]
    message: str


def propose(kind: Kind, data: bytes, file: str, vocabulary: Vocabulary) -> Proposal:
    """Read a file that is to be approved.

    Raises: UsageError: the first thing that is wrong with it.
    """
    if kind == "organisation":
        organisation = load_organisation(data, file, vocabulary)
        return Proposal(
            kind=kind,
            subject_id=ORGANISATION_ID,
            file=file,
            content=data.decode(),
            organisation=organisation,
        )
    activity = load_activity(data, file, vocabulary)
    return Proposal(
        kind=kind, subject_id=activity.id, file=file, content=data.decode(), activity=activity
    )


def check_approval(
    conn: Connection, vocabulary: Vocabulary, proposal: Proposal, author: str, approver: str
) -> None:
    """Refuse what may not be approved so: four eyes, known persons, an approving role, an entity.

    Persons are those of the approved organisation; only the first approval of all takes those
    of the file itself.

    Raises: UsageError.
    """
    standing = find_organisation(conn, vocabulary) or proposal.organisation
    if standing is None:
        raise UsageError(
            "Nothing can be approved before the organisation is.",
            code="inventory.no_organisation",
            location=Location(file=proposal.file),
            hint=f"Have {ORGANISATION_FILE} approved first.",
        )
    if author == approver:
        raise UsageError(
            "Author and approver are the same person.",
            code="inventory.four_eyes",
            location=Location(file=proposal.file),
            hint="Let another person approve.",
        )
    for person in (author, approver):
        if person not in standing.persons:
            raise UsageError(
                f"There is no person '{person}' in the approved organisation.",
                code="inventory.unknown_person",
                location=Location(file=proposal.file),
                hint=nearest(person, standing.persons),
            )
    if not standing.persons[approver].may_approve:
        raise UsageError(
            f"'{approver}' has no role that approves.",
            code="inventory.may_not_approve",
            location=Location(file=proposal.file),
            hint=f"One of these approves: {', '.join(APPROVING_ROLES)}.",
        )
    if proposal.activity is not None:
        _check_activity(proposal.activity, standing, proposal.file)


def _check_activity(activity: Activity, organisation: Organisation, file: str) -> None:
    entity = organisation.entities.get(activity.entity)
    if entity is None:
        raise UsageError(
            f"There is no entity '{activity.entity}' in the approved organisation.",
            code="inventory.unknown_entity",
            location=Location(file=file),
            hint=nearest(activity.entity, organisation.entities),
        )
    for role in activity.roles:
        if role not in entity.roles:
            raise UsageError(
                f"The entity '{entity.id}' has no staff role '{role}'.",
                code="inventory.unknown_role",
                location=Location(file=file),
                hint=nearest(role, entity.roles)
                if entity.roles
                else f"Write [entity.roles.{role}] with title and region in {ORGANISATION_FILE}.",
            )


def approve(
    conn: Connection,
    vocabulary: Vocabulary,
    proposal: Proposal,
    *,
    author: str,
    approver: str,
    at: datetime,
) -> Approval:
    """Enter an approval, end the one before, write its facts down; in the caller's transaction.

    Raises: UsageError: it may not be approved so.
    """
    check_approval(conn, vocabulary, proposal, author, approver)
    before = find_organisation(conn, vocabulary)
    here = (approvals.c.kind == proposal.kind, approvals.c.subject_id == proposal.subject_id)
    conn.execute(update(approvals).where(*here, approvals.c.until_at.is_(None)).values(until_at=at))
    conn.execute(
        insert(approvals).values(
            kind=proposal.kind,
            subject_id=proposal.subject_id,
            file=proposal.file,
            content=proposal.content,
            digest=proposal.digest,
            author=author,
            approver=approver,
            approved_at=at,
        )
    )
    source = Source(kind=SourceKind.RECORD, label=f"{proposal.file}, approved by {approver}")
    if proposal.activity is not None:
        activity = proposal.activity
        replace_scope(
            conn,
            ("activity", activity.id),
            facts=activity.facts,
            records=activity.records,
            kept=activity.kept,
            at=at,
            source=source,
            author=author,
            approver=approver,
        )
    if proposal.organisation is not None:
        gone = set(before.entities if before else ()) - set(proposal.organisation.entities)
        for name in sorted(gone):
            replace_scope(conn, ("entity", name), facts={}, at=at, source=source)
        for entity in proposal.organisation.entities.values():
            replace_scope(
                conn,
                ("entity", entity.id),
                facts=entity.facts,
                records=entity.records,
                kept=entity.kept,
                at=at,
                source=source,
                author=author,
                approver=approver,
            )
    return Approval(
        kind=proposal.kind,
        subject_id=proposal.subject_id,
        file=proposal.file,
        digest=proposal.digest,
        author=author,
        approver=approver,
        approved_at=at,
    )


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


def drift(conn: Connection, folder: Path) -> list[Drift]:
    """The files of a deployment that are not as approved, by name; empty when all are.

    Raises: EnvironmentFailure: a file cannot be read.
    """
    approved = {each.file: each for each in standing_approvals(conn)}
    present = _files(folder)
    found = [_drift(name, approved[name].digest, present.get(name)) for name in sorted(approved)]
    found += [
        Drift(
            file=name, how="not_approved", message=f"{name} was never approved; it does not count."
        )
        for name in sorted(set(present) - set(approved))
    ]
    return [each for each in found if each is not None]


def _drift(name: str, digest: str, data: bytes | None) -> Drift | None:
    if data is None:
        return Drift(
            file=name, how="missing", message=f"{name} is gone; what was approved still counts."
        )
    if hashlib.sha256(data).hexdigest() == digest:
        return None
    return Drift(
        file=name,
        how="changed",
        message=f"{name} was changed; the change does not count until it is approved again.",
    )


def _files(folder: Path) -> Mapping[str, bytes]:
    names = [
        ORGANISATION_FILE,
        *(
            f"{ACTIVITIES_FOLDER}/{path.name}"
            for path in sorted((folder / ACTIVITIES_FOLDER).glob("*.toml"))
        ),
    ]
    try:
        return {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}
    except OSError as error:
        raise EnvironmentFailure(
            f"A file of the register cannot be read: {str(error.strerror).lower()}.",
            code="inventory.unreadable",
            location=Location(file=str(folder)),
        ) from None


def _standing(conn: Connection, kind: Kind) -> list[Row[tuple[object, ...]]]:
    return list(
        conn.execute(
            select(approvals)
            .where(approvals.c.kind == kind, approvals.c.until_at.is_(None))
            .order_by(approvals.c.subject_id)
        )
    )

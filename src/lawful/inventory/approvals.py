"""Approving: who may, and what then counts. The content approved is kept word for word."""

from __future__ import annotations

import hashlib
from datetime import datetime

import attrs
from sqlalchemy import Connection, insert, update

from lawful.facts import Scope, replace_scope
from lawful.inventory.activities import load_activity
from lawful.inventory.model import Activity
from lawful.inventory.queries import ORGANISATION_FILE, Approval, Kind, find_organisation
from lawful.inventory.tables import approvals
from lawful.law.vocabulary import Vocabulary, nearest
from lawful.org import APPROVING_ROLES, ORGANISATION_ID, Entity, Organisation, load_organisation
from lawful.terms.errors import Location, UsageError
from lawful.terms.values import Source, SourceKind


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
    approval = Approval(
        kind=proposal.kind,
        subject_id=proposal.subject_id,
        file=proposal.file,
        digest=proposal.digest,
        author=author,
        approver=approver,
        approved_at=at,
    )
    here = (approvals.c.kind == proposal.kind, approvals.c.subject_id == proposal.subject_id)
    conn.execute(update(approvals).where(*here, approvals.c.until_at.is_(None)).values(until_at=at))
    conn.execute(insert(approvals).values(content=proposal.content, **attrs.asdict(approval)))
    if proposal.activity is not None:
        _write_down(conn, ("activity", proposal.activity.id), proposal.activity, approval)
    if proposal.organisation is not None:
        entities = proposal.organisation.entities
        for name in sorted(set(before.entities if before else ()) - set(entities)):
            _write_down(conn, ("entity", name), None, approval)
        for entity in entities.values():
            _write_down(conn, ("entity", entity.id), entity, approval)
    return approval


def _write_down(
    conn: Connection, scope: Scope, stated: Entity | Activity | None, approval: Approval
) -> None:
    """What the approved content states of a scope, from now on; ``None``: nothing any more."""
    replace_scope(
        conn,
        scope,
        facts=stated.facts if stated else {},
        records=stated.records if stated else (),
        kept=stated.kept if stated else (),
        at=approval.approved_at,
        source=Source(
            kind=SourceKind.RECORD, label=f"{approval.file}, approved by {approval.approver}"
        ),
        author=approval.author,
        approver=approval.approver,
    )

"""``lawful activity …`` and ``lawful org …``."""

from __future__ import annotations

from pathlib import Path

from lawful.cli.output import Output, leave
from lawful.terms.errors import UsageError


def run_approve(
    output: Output, folder: Path, kind: str, file: Path, author: str, approver: str
) -> None:
    """Approve a file of the organisation or of an activity."""
    from lawful.actions import approve_activity, approve_organisation
    from lawful.gate.deployment import Deployment

    if not author or not approver:
        raise UsageError(
            "An approval wants two people.",
            hint="--author A --approver B, both named in organisation.toml",
        )
    with Deployment.open(folder) as deployment:
        engine, log, vocabulary = deployment.engine, deployment.evidence, deployment.vocabulary
        if kind == "organisation":
            done = approve_organisation(
                engine,
                log,
                vocabulary,
                deployment.folder,
                author=author,
                approver=approver,
                clock=deployment.now,
            )
        else:
            done = approve_activity(
                engine,
                log,
                vocabulary,
                deployment.folder,
                file.name,
                author=author,
                approver=approver,
                clock=deployment.now,
            )
    if output.json:
        output.data(
            {
                "version": 1,
                "approved": done.subject_id,
                "kind": kind,
                "digest": done.digest,
                "author": author,
                "approver": approver,
            }
        )
    else:
        output.line(
            f"● approved: {kind} {done.subject_id} ({done.digest[:12]}), written by {author}, approved by {approver}"
        )


def run_activities(output: Output, folder: Path) -> None:
    """Approved activities, then the files that differ from what was approved."""
    from lawful.db import reading
    from lawful.gate.deployment import Deployment
    from lawful.inventory import drift

    with Deployment.open(folder) as deployment:
        with reading(deployment.engine) as connection:
            drifted = drift(connection, deployment.folder)
        found = [
            {
                "id": each.id,
                "entity": each.entity,
                "purpose": each.purpose,
                "operation": each.operation,
                "title": each.title.in_(output.lang),
                "roles": list(each.roles),
                "needed": sorted(each.needed),
            }
            for each in deployment.activities
        ]
    if output.json:
        output.data(
            {"version": 1, "activities": found, "drift": [each.message for each in drifted]}
        )
        return
    for each in found:
        output.line(f"{each['id']:<20} {each['entity']:<18} {each['purpose']:<26} {each['title']}")
    for changed in drifted:
        output.note(changed.message)


def run_organisation(output: Output, folder: Path) -> None:
    """The approved organisation."""
    from lawful.decide.wire import plain
    from lawful.gate.deployment import Deployment

    with Deployment.open(folder) as deployment:
        organisation = deployment.organisation
    if organisation is None:
        output.note(
            "No organisation is approved yet: lawful org approve organisation.toml --author A --approver B"
        )
        leave(1)
        return
    found = [
        {
            "id": each.id,
            "name": each.name.in_(output.lang),
            "roles": sorted(each.roles),
            "facts": {name: plain(value) for name, value in each.facts.items()},
        }
        for each in organisation.entities.values()
    ]
    if output.json:
        output.data(
            {
                "version": 1,
                "persons": [
                    {"id": each.id, "name": each.name, "roles": sorted(each.roles)}
                    for each in organisation.persons.values()
                ],
                "entities": found,
            }
        )
        return
    for entity in found:
        output.line(f"{entity['id']:<20} {entity['name']}")
        output.line(f"{'':<20} roles: {', '.join(entity['roles'])}")

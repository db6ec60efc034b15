"""What ``lawful doctor`` checks: each line says what, what was found, and why it matters."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial

import attrs

from lawful.db import reading
from lawful.evidence import open_erasures
from lawful.gate.deployment import Deployment
from lawful.gate.verifying import attest
from lawful.inventory import drift
from lawful.inventory.queries import ACTIVITIES_FOLDER, ORGANISATION_FILE
from lawful.law import lint
from lawful.terms.errors import LawfulError, UsageError


@attrs.frozen(kw_only=True)
class Check:
    """One thing checked."""

    what: str
    ok: bool
    found: str
    why: str


def checks(deployment: Deployment) -> list[Check]:
    """Everything that a deployment needs to answer, enforce and prove."""
    rows: list[tuple[str, str, Callable[[], str]]] = [
        ("rulebook", "a book with an error does not build", lambda: _rulebook(deployment)),
        ("state", "approvals and the last checkpoint live there", lambda: _state(deployment)),
        ("evidence", "without it nothing is read", lambda: _evidence(deployment)),
        ("organisation", "only approved records open anything", lambda: _organisation(deployment)),
        ("approvals", "what was approved is kept in a file", lambda: _approvals(deployment)),
        ("registers", "what counts is what was approved", lambda: _registers(deployment)),
    ]
    rows += [
        (f"store {name}", "queries run there", partial(_store, deployment, name))
        for name in deployment.config.stores
    ]
    return [_checked(what, why, test) for what, why, test in rows]


def _checked(what: str, why: str, test: Callable[[], str]) -> Check:
    try:
        return Check(what=what, ok=True, found=test(), why=why)
    except LawfulError as error:
        return Check(what=what, ok=False, found=str(error), why=why)


def _rulebook(deployment: Deployment) -> str:
    findings = lint(deployment.book)
    if findings:
        raise findings[0]
    return deployment.book.name


def _state(deployment: Deployment) -> str:
    return str(deployment.engine.url.database)


def _evidence(deployment: Deployment) -> str:
    size = deployment.evidence.size()
    if unended := open_erasures(deployment.evidence):
        raise UsageError(
            f"{len(unended)} erasures were begun and not ended, the first in entry "
            f"{unended[0].index}.",
            hint="If nobody is erasing now, end them in Python: "
            "lawful.evidence.finish_erasures(deployment.evidence)",
        )
    done = deployment.erasures_finished
    return f"{size} entries" + (f"; interrupted erasures finished just now: {done}" if done else "")


def _approvals(deployment: Deployment) -> str:
    found = attest(deployment)
    text = f"{found.compared} of {found.standing} as the evidence attests"
    return text + ("" if found.compared == found.standing else "; of the others it was erased")


def _organisation(deployment: Deployment) -> str:
    if deployment.organisation is None:
        raise UsageError(
            "No organisation is approved.",
            hint="lawful org approve organisation.toml --author A --approver B",
        )
    entities, activities = deployment.organisation.entities, deployment.activities
    return f"{len(entities)} entities, {len(activities)} approved activities"


def _registers(deployment: Deployment) -> str:
    with reading(deployment.engine) as connection:
        changed = drift(connection, deployment.folder)
    if changed:
        raise UsageError(
            " ".join(each.message for each in changed), hint="Approve the files again."
        )
    labels = [
        os.path.relpath(store.dataset, deployment.folder)
        for store in deployment.config.stores.values()
    ]
    found = f"{ORGANISATION_FILE} and {ACTIVITIES_FOLDER} are as approved"
    return found + (f"; under no approval: {', '.join(labels)}" if labels else "")


def _store(deployment: Deployment, name: str) -> str:
    tables = deployment.store(name).catalog()
    return f"{len(tables)} tables, {len(deployment.dataset(name).tables)} described"

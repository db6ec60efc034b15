"""What ``lawful doctor`` checks: each line says what, what was found, and why it matters."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import attrs

from lawful.db import reading
from lawful.gate.deployment import Deployment
from lawful.inventory import drift
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
        ("evidence", "without it nothing is read", lambda: f"{deployment.evidence.size()} entries"),
        ("organisation", "only approved records open anything", lambda: _organisation(deployment)),
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
    return "files are as approved"


def _store(deployment: Deployment, name: str) -> str:
    tables = deployment.store(name).catalog()
    return f"{len(tables)} tables, {len(deployment.dataset(name).tables)} described"

"""The verbs for Python programs: ``lawful.open()``, ``may``, ``duties``, ``rewrite``, ``explain``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from lawful.enforce.answer import QueryAnswer
from lawful.enforce.query import run_query
from lawful.gate.asking import Asked, Owed, list_owed
from lawful.gate.asking import may as decide_at_gate
from lawful.gate.deployment import Deployment
from lawful.terms.errors import UsageError

DOOR = "python"


class Door:
    """An opened deployment for a program; close it, or use it as a context manager."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment

    def __enter__(self) -> Door:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the deployment."""
        self.deployment.close()

    def may(
        self, operation: str, *, on: date | None = None, at: datetime | None = None, **facts: object
    ) -> Asked:
        """Decide a use at the gate; conclusions count only from approved records.

        ``entity`` and ``activity`` name entries of the registers. The decision is durable when it returns.

        Raises: UsageError: an unknown fact or value. EnvironmentFailure: the evidence cannot be written.
        """
        return decide_at_gate(
            self.deployment, {"operation": operation, **facts}, on=on, at=at, door=DOOR
        )

    def duties(
        self, about: str, *, on: date | None = None, at: datetime | None = None, **facts: object
    ) -> Owed:
        """The duty list of a thing, as if what was given were true.

        Raises: UsageError: an unknown thing, fact or value.
        """
        return list_owed(self.deployment, about, facts, on=on, at=at, door=DOOR)

    def query(self, sql: str, *, purpose: str, store: str = "", actor: str = "") -> QueryAnswer:
        """Run a SELECT with the law's conditions in it.

        Raises: UsageError: the statement is refused, or no activity is approved.
        """
        return run_query(self.deployment, sql, purpose=purpose, store=store, actor=actor, door=DOOR)

    def rewrite(self, sql: str, *, purpose: str, store: str = "", actor: str = "") -> QueryAnswer:
        """What would run in a statement's place; nothing of the result is read.

        Raises: UsageError: the statement is refused, or no activity is approved.
        """
        return run_query(
            self.deployment,
            sql,
            purpose=purpose,
            store=store,
            actor=actor,
            execute=False,
            door=DOOR,
        )

    def explain(self, decision: str) -> dict[str, Any]:
        """The leaf and payload of a recorded decision.

        Raises: UsageError: there is no such decision.
        """
        leaf = self.deployment.evidence.find(decision)
        if leaf is None:
            raise UsageError(f"There is no decision '{decision}'.", code="evidence.unknown")
        payload = self.deployment.evidence.payload(leaf)
        return {"leaf": leaf.data.decode(), "payload": None if payload is None else dict(payload)}


def open_deployment(folder: str | Path = ".") -> Door:
    """Open the deployment that a folder lies in.

    Raises: UsageError: lawful.toml is not right. EnvironmentFailure: there is no such folder.
    """
    return Door(Deployment.open(Path(folder)))


@contextmanager
def _here() -> Iterator[Door]:
    with open_deployment() as door:
        yield door


def may(operation: str, **facts: Any) -> Asked:
    """``Door.may`` in the deployment of the working folder."""
    with _here() as door:
        return door.may(operation, **facts)


def duties(about: str, **facts: Any) -> Owed:
    """``Door.duties`` in the deployment of the working folder."""
    with _here() as door:
        return door.duties(about, **facts)


def rewrite(sql: str, *, purpose: str, store: str = "", actor: str = "") -> QueryAnswer:
    """``Door.rewrite`` in the deployment of the working folder."""
    with _here() as door:
        return door.rewrite(sql, purpose=purpose, store=store, actor=actor)


def explain(decision: str) -> dict[str, Any]:
    """``Door.explain`` in the deployment of the working folder."""
    with _here() as door:
        return door.explain(decision)

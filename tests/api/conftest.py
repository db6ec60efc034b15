"""A small sample platform behind the door, and the certification's fixture behind the same protocol."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest
from starlette.applications import Starlette

from lawful.api import create_app
from lawful.api.app import create_door
from lawful.api.question import Action, Malformed, Question, Search
from lawful.gate.deployment import Deployment
from lawful.sample.platform import build_platform

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
BASE = "https://lawful.example.com"
ONE = "/access/v1/evaluation"
MANY = "/access/v1/evaluations"
SEARCH = "/access/v1/search/"
WELL_KNOWN = "/.well-known/authzen-configuration"


@attrs.frozen
class Door:
    """Asks an application as a program would; each request on a thread and loop of its own."""

    app: Starlette

    def ask(self, method: str, path: str, **extra: Any) -> httpx.Response:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: asyncio.run(self._ask(method, path, **extra))).result()

    async def _ask(self, method: str, path: str, **extra: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, path, **extra)

    def post(self, path: str, body: object, **headers: str) -> httpx.Response:
        sent = {"content-type": "application/json", **headers}
        return self.ask("POST", path, content=json.dumps(body), headers=sent)

    def answer(self, body: object, path: str = ONE) -> dict[str, Any]:
        found = self.post(path, body)
        assert found.status_code == 200, found.text
        answer: dict[str, Any] = found.json()
        return answer


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    folder = build_platform(
        tmp_path_factory.mktemp("api") / "sample", scale=0.02, clock=lambda: NOW
    )
    with Deployment.open(folder, clock=lambda: NOW) as deployment:
        yield deployment


@pytest.fixture(scope="session")
def door(platform: Deployment) -> Door:
    return Door(create_app(platform, base_url=BASE))


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Deployment]:
    """An empty deployment of one test's own, whose files it may damage."""
    with Deployment.open(tmp_path, clock=lambda: NOW) as deployment:
        yield deployment


# ── the fixture of the certification scenario: who may do what, as the scenario says ──────────

USERS: Mapping[str, Mapping[str, Any]] = {"alice": {}, "bob": {"role": "admin"}}
RECORDS = {"record-1": {"status": "active"}, "record-2": {"status": "archived"}}
ACTIONS = ("read", "write", "delete")


@attrs.frozen
class Judged:
    decision: bool
    error: str = ""


class Fixture:
    """The scenario's policy in plain words: rules 5 to 8 use the properties that are sent."""

    def weigh(self, question: Question | Malformed) -> Judged:
        if isinstance(question, Malformed):
            return Judged(False, question.message)
        subject, action, resource = question.subject, question.action, question.resource
        if subject.id not in USERS or resource.id not in RECORDS or subject.type != "user":
            return Judged(False)
        if action.name == "delete":
            return Judged(subject.id == "alice" and action.properties.get("soft") is True)
        if action.name == "write":
            if resource.properties.get("status") == "archived":
                return Judged(subject.properties.get("role") == "admin")
            return Judged(subject.id == "alice")
        return Judged(action.name == "read" and resource.type == "record")

    def settle(self, weighed: Sequence[Judged]) -> list[dict[str, Any]]:
        return [
            {"decision": each.decision}
            | ({"context": {"error": {"status": 400, "message": each.error}}} if each.error else {})
            for each in weighed
        ]

    def candidates(self, search: Search) -> Iterator[Question]:
        asked = search.question
        if search.sought == "action":
            for name in ACTIONS:
                yield attrs.evolve(asked, action=Action(name=name))
        if search.sought == "subject" and asked.subject.type == "user":
            for id, stored in USERS.items():
                yield attrs.evolve(
                    asked, subject=attrs.evolve(asked.subject, id=id, properties=stored)
                )
        if search.sought == "resource" and asked.resource.type == "record":
            for id, stored in RECORDS.items():
                yield attrs.evolve(
                    asked, resource=attrs.evolve(asked.resource, id=id, properties=stored)
                )

    def settle_search(self, weighed: Sequence[Judged]) -> dict[str, Any]:
        return {"decided": len(weighed)}

    def version(self) -> str:
        return "fixture"

    def size(self) -> int:
        return 0


@pytest.fixture(scope="session")
def fixture() -> Door:
    return Door(create_door(Fixture(), base_url=BASE))


ALICE, BOB = {"type": "user", "id": "alice"}, {"type": "user", "id": "bob"}
RECORD_1, RECORD_2 = {"type": "record", "id": "record-1"}, {"type": "record", "id": "record-2"}
READ, WRITE = {"name": "read"}, {"name": "write"}
ARCHIVED = {**RECORD_2, "properties": {"status": "archived"}}
ADMIN = {**BOB, "properties": {"role": "admin"}}


# ── our own questions ──────────────────────────────────────────────────────────────────────────

GERMAN = {
    "subject_located_in": "DE",
    "collected_in": "DE",
    "stored_in": ["IE"],
    "processed_in": ["IE"],
    "birth_date": "1980-01-01",
}
"""What the store would hold of one data subject, given by the caller."""

LAWFUL: dict[str, Any] = {
    "subject": {"type": "staff", "id": "shop-dublin/support"},
    "action": {"name": "use"},
    "resource": {"type": "field", "id": "sample.customers.phone"},
    "context": {"data_subject": GERMAN},
}
"""A question that the sample platform answers *yes*: support of the European shop reads a phone number."""


def changed(**parts: Any) -> dict[str, Any]:
    """The lawful question with parts of it changed, or (``None``) without them."""
    found = {**LAWFUL, **parts}
    return {name: part for name, part in found.items() if part is not None}


def data_subject(**facts: Any) -> dict[str, Any]:
    """The lawful question, of another data subject."""
    return changed(context={"data_subject": {**GERMAN, **facts}})

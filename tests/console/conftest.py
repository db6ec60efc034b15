"""A small sample platform, an empty deployment, and ways to ask without and with a socket."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from lawful.analyse import Collisions, Kept, Moment, conflicts_told, find_conflicts
from lawful.console import create_app
from lawful.gate.deployment import Deployment
from lawful.sample.platform import build_platform

BASE = "http://127.0.0.1:8420"
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
COMMANDS = ("us.cloud.2713.disclose", "cn.dsl.35.disclose")
"""Of all commands, those whose conflicts the tests look for: one from each side."""


@attrs.frozen
class Door:
    """Asks an application as a program would; each request on a thread and loop of its own."""

    app: Starlette

    def ask(self, method: str, path: str, **extra: Any) -> httpx.Response:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: asyncio.run(self._ask(method, path, **extra))).result()

    async def _ask(self, method: str, path: str, **extra: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            return await client.request(method, path, **extra)

    def get(self, path: str, **extra: Any) -> httpx.Response:
        return self.ask("GET", path, **extra)

    def post(
        self, path: str, data: Mapping[str, str] | None = None, **extra: Any
    ) -> httpx.Response:
        return self.ask("POST", path, data=dict(data or {}), **extra)

    def json(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(path, headers={"accept": "application/json"}).json()
        return found


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    folder = build_platform(
        tmp_path_factory.mktemp("console") / "sample", scale=0.02, clock=lambda: NOW
    )
    with Deployment.open(folder, clock=lambda: NOW) as deployment:
        yield deployment


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A deployment with nothing in it: no store, no organisation, no activity."""
    with Deployment.open(tmp_path_factory.mktemp("bare"), clock=lambda: NOW) as deployment:
        yield deployment


@pytest.fixture
def door(platform: Deployment) -> Door:
    return Door(create_app(platform))


@pytest.fixture
def bare_door(bare: Deployment) -> Door:
    return Door(create_app(bare))


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Deployment]:
    """An empty deployment of one test's own, whose files it may damage."""
    with Deployment.open(tmp_path, clock=lambda: NOW) as deployment:
        yield deployment


@pytest.fixture(scope="session")
def collisions(platform: Deployment) -> Collisions:
    """The conflicts of two commands on the day."""
    moment = Moment(book=platform.book, day=platform.today())
    return find_conflicts(moment, only=COMMANDS)


@pytest.fixture(scope="session")
def conflicts_known(platform: Deployment, collisions: Collisions) -> Deployment:
    """The sample platform, with these kept as its conflicts of the day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lawful.analyse.told.find_conflicts", lambda *_: collisions)
        conflicts_told(collisions.moment, Kept.under(platform.state), lambda *_: None)
    return platform


@pytest.fixture(scope="session")
def address(platform: Deployment) -> Iterator[str]:
    """The sample platform's console on a loopback port."""
    config = uvicorn.Config(
        create_app(platform),
        host="127.0.0.1",
        port=0,
        log_level="warning",
        ws="none",
        lifespan="off",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()

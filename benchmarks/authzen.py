"""Decisions over HTTP, each durable before it is told, beside a bare Starlette route on the same server.

One server process, clients in this one. Rounds on the door and on the bare route are interleaved; the
ratio is the median of theirs. The bare route reads the same body and answers `{"decision":false}`.
A yes is decided with its duties; a brief no with its deciding rule; a full no with what would help, kept
after the first time. Every answer of the door is a leaf of its own, appended by `EvidenceLog.append`.
"""

from __future__ import annotations

import http.client
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from lawful.api import create_app
from lawful.gate.deployment import Deployment
from lawful.sample.platform import build_platform

PATH, BARE = "/access/v1/evaluation", "/bare"
ROUNDS = 5
ONE_BY_ONE = 60
CLIENTS = 16
TOGETHER = 320
GERMAN = {
    "subject_located_in": "DE",
    "collected_in": "DE",
    "stored_in": ["IE"],
    "processed_in": ["IE"],
}
YES: dict[str, Any] = {
    "subject": {"type": "staff", "id": "shop-dublin/support"},
    "action": {"name": "use"},
    "resource": {"type": "field", "id": "sample.customers.phone"},
    "context": {"data_subject": GERMAN},
}
NO = {**YES, "resource": {"type": "field", "id": "sample.customers.sex"}}
QUESTIONS = {
    "a yes": YES,
    "a no, brief": {**NO, "context": {"data_subject": GERMAN, "detail": "brief"}},
    "a no, in full": NO,
}


def run() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        home = build_platform(Path(folder) / "sample", scale=0.02)
        with _served(home) as port:
            return [
                row
                for words, asked in QUESTIONS.items()
                for row in _compared(port, words, json.dumps(asked).encode())
            ]


def _compared(port: int, words: str, body: bytes) -> list[dict[str, Any]]:
    _latencies(port, PATH, body, 5)
    ours, bare = [], []
    for _ in range(ROUNDS):
        ours.append(_latencies(port, PATH, body, ONE_BY_ONE))
        bare.append(_latencies(port, BARE, body, ONE_BY_ONE))
    rows = [
        _row(
            f"{words}: {name} of one caller",
            "ms",
            [_at(share, each) for each in ours],
            [_at(share, each) for each in bare],
        )
        for name, share in (("p50", 0.5), ("p99", 0.99))
    ]
    rates: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for found, path in zip(rates, (PATH, BARE), strict=True):
            found.append(_rate(port, path, body))
    return [*rows, _row(f"{words}: {CLIENTS} callers at once", "answers/s", *rates)]


def _row(name: str, unit: str, ours: list[float], bare: list[float]) -> dict[str, Any]:
    ratio = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
    return {
        "name": f"http, {name}",
        "figure": round(statistics.median(ours), 2),
        "unit": unit,
        "peer": "a bare Starlette route",
        "peer_figure": round(statistics.median(bare), 2),
        "ratio": round(ratio, 4),
    }


def _at(share: float, latencies: list[float]) -> float:
    return sorted(latencies)[min(len(latencies) - 1, int(share * len(latencies)))]


def _latencies(port: int, path: str, body: bytes, times: int) -> list[float]:
    """Milliseconds of each answer, one after the other on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    found = []
    for _ in range(times):
        started = time.perf_counter()
        connection.request("POST", path, body, {"content-type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        found.append((time.perf_counter() - started) * 1000)
        if answer.status != 200:
            raise RuntimeError(content.decode())
    connection.close()
    return found


def _rate(port: int, path: str, body: bytes) -> float:
    """Answers per second of all callers together."""
    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        each = TOGETHER // CLIENTS
        list(pool.map(lambda _: _latencies(port, path, body, each), range(CLIENTS)))
    return TOGETHER / (time.perf_counter() - started)


@contextmanager
def _served(home: Path) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    # -P: this folder holds a module that is called as one of the standard library is
    words = [sys.executable, "-P", __file__, str(home), str(port)]
    with subprocess.Popen(words) as process:
        try:
            _wait(port)
            yield port
        finally:
            process.terminate()


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start within a minute")


def _serve(home: Path, port: int) -> None:
    with Deployment.open(home) as deployment:
        app = Starlette(
            routes=[Route(BARE, _bare, methods=["POST"]), Mount("/", create_app(deployment))]
        )
        uvicorn.run(app, port=port, log_level="warning", access_log=False, lifespan="off")


async def _bare(request: Request) -> Response:
    await request.json()
    return JSONResponse({"decision": False})


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), int(sys.argv[2]))

"""Durable acknowledgements over HTTP: a raw Starlette route, and as many clients as one core drives.

    python benchmarks/evidence_http.py FOLDER        serves /durable and /bare on a port it says

The route reads JSON, makes the event, appends it (group commit) and answers with its index; `/bare`
does the same but for the append, so the difference is the evidence. One process, one loop, uvicorn
with uvloop and httptools; the clients' loop is uvloop too, on what is left of the machine.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lawful.evidence import Awaited, Event, EvidenceLog, FileCheckpointStore, new_decision_id
from lawful.gate.listening import set_aside

CLIENTS = 64
SECONDS = 3.0
_BODY = json.dumps(
    {"entity": "hangzhou-market", "purpose": "payment", "facts": {"recipient": "bank", "rows": 1}}
).encode()


def application(folder: Path) -> Starlette:
    """The two routes over a log in a folder."""
    log = EvidenceLog.open(
        folder / "evidence",
        state=folder / "state",
        origin="lawful.example/bench",
        node="bench",
        store=FileCheckpointStore(folder / "second" / "checkpoint"),
        clock=lambda: datetime.now(UTC),
    )
    awaited = Awaited(log)

    def event_of(asked: dict[str, object]) -> Event:
        return Event(
            kind="use",
            id=new_decision_id(datetime.now(UTC), os.urandom(10)),
            entity=str(asked["entity"]),
            book="b0" * 32,
            purpose=str(asked["purpose"]),
            outcome="lawful",
            door="api",
        )

    async def durable(request: Request) -> Response:
        asked = json.loads(await request.body())
        receipt = await awaited.append(event_of(asked), {"facts": asked["facts"]})
        return Response(f'{{"index":{receipt.index}}}', media_type="application/json")

    async def bare(request: Request) -> Response:
        asked = json.loads(await request.body())
        return Response(f'{{"id":"{event_of(asked).id}"}}', media_type="application/json")

    return Starlette(
        routes=[
            Route("/durable", durable, methods=["POST"]),
            Route("/bare", bare, methods=["POST"]),
        ]
    )


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """A server in a process of its own; its port."""
    with subprocess.Popen(
        [sys.executable, __file__, str(folder)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.terminate()


async def drive(port: int, path: str, seconds: float) -> tuple[float, list[float]]:
    """Requests a second, and how long each took; ``CLIENTS`` connections, one request at a time."""
    request = (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: {len(_BODY)}\r\n\r\n".encode()
        + _BODY
    )
    spent: list[float] = []
    stop = time.perf_counter() + seconds

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (started := time.perf_counter()) < stop:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            spent.append(time.perf_counter() - started)
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*[client() for _ in range(CLIENTS)])
    return len(spent) / (time.perf_counter() - started), sorted(spent)


def _driven(port: int, path: str, seconds: float) -> tuple[float, list[float]]:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(drive(port, path, seconds))


def run() -> list[dict[str, Any]]:
    """Acknowledgements a second, and how long the slowest hundredth took, beside the bare route."""
    ours: list[float] = []
    theirs: list[float] = []
    slow: list[float] = []
    bare_slow: list[float] = []
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as port:
        _driven(port, "/durable", 1)
        for _ in range(4):
            for path, rates, tails in (("/durable", ours, slow), ("/bare", theirs, bare_slow)):
                rate, spent = _driven(port, path, SECONDS)
                rates.append(rate)
                tails.append(1e3 * spent[int(len(spent) * 0.99)])
    return [
        _row("durable acknowledgements over HTTP, 64 clients", "1/s", ours, theirs),
        _row("durable acknowledgement over HTTP, p99", "ms", slow, bare_slow),
    ]


def _row(name: str, unit: str, ours: list[float], theirs: list[float]) -> dict[str, Any]:
    return {
        "name": name,
        "figure": round(statistics.median(ours), 1),
        "unit": unit,
        "peer": "the same route without evidence",
        "peer_figure": round(statistics.median(theirs), 1),
        "ratio": round(statistics.median(a / b for a, b in zip(ours, theirs, strict=True)), 3),
    }


def main(folder: Path) -> None:
    """Serve until terminated."""
    config = uvicorn.Config(
        application(folder), host="127.0.0.1", port=0, access_log=False, log_level="error",
        lifespan="off", ws="none", server_header=False, date_header=False,
    )  # fmt: skip
    set_aside()  # as every door does
    server = uvicorn.Server(config)

    async def run() -> None:
        serving_ = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        print(server.servers[0].sockets[0].getsockname()[1], flush=True)
        await serving_

    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(run())


if __name__ == "__main__":
    main(Path(sys.argv[1]))

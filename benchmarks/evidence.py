"""Durable appends per second, against the ceiling that this machine gives in the same run.

The ceiling, interleaved with each of our batches: hash one leaf and one node per entry, write the
entries to one file, one `fdatasync` per batch. No log that is durable per batch can be faster. We
sync more: the record, tiles and bundles, the second place and the checkpoint, with their folders.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from lawful.evidence import Event, EvidenceLog, FileCheckpointStore, new_decision_id

_AT = datetime(2026, 11, 24, tzinfo=UTC)


def run() -> list[dict[str, Any]]:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for batch, rounds in ((1, 60), (1024, 12)):
            for payload, words in (({}, "no payload"), ({"sql": "SELECT 1"}, "payload each")):
                base = Path(folder) / f"{batch}-{len(payload)}"
                rows.append(_compared(base, batch, rounds, payload, words))
        rows.append(_verified(Path(folder) / "1024-0"))
    return rows


def _compared(
    base: Path, batch: int, rounds: int, payload: dict[str, object], words: str
) -> dict[str, Any]:
    log = _open(base)
    events = [_event(number) for number in range(batch)]
    items = [(event, payload) for event in events]
    log.append_many(items)
    entry = log.read(0).data
    ours, raw = [], []
    with (base / "raw").open("ab", buffering=0) as file:
        for _ in range(rounds):
            ours.append(batch / _seconds(lambda: log.append_many(items)))
            raw.append(batch / _seconds(lambda: _ceiling(file.fileno(), entry, batch)))
    ratio = statistics.median(a / b for a, b in zip(ours, raw, strict=True))
    return {
        "name": f"durable append, batch {batch}, {words}",
        "figure": round(statistics.median(ours), 1),
        "unit": "entries/s",
        "peer": "leaf and node hash, one fdatasync per batch",
        "peer_figure": round(statistics.median(raw), 1),
        "ratio": round(ratio, 4),
    }


def _verified(base: Path) -> dict[str, Any]:
    log = _open(base)
    size = log.size()
    return {
        "name": f"verify {size} entries without payloads",
        "figure": round(size / _seconds(log.verify), 1),
        "unit": "entries/s",
        "peer": None,
        "peer_figure": None,
        "ratio": None,
    }


def _ceiling(handle: int, entry: bytes, batch: int) -> None:
    hashed = b""
    for _ in range(batch):
        leaf = sha256(b"\x00" + entry).digest()
        hashed = sha256(b"\x01" + leaf + leaf).digest()
    os.write(handle, entry * batch + hashed)
    os.fdatasync(handle)


def _open(base: Path) -> EvidenceLog:
    return EvidenceLog.open(
        base / "evidence",
        state=base / "state",
        origin="lawful.example/bench",
        node="bench",
        store=FileCheckpointStore(base / "second" / "checkpoint"),
        clock=lambda: _AT,
    )


def _event(number: int) -> Event:
    return Event(
        kind="ask",
        id=new_decision_id(_AT, number.to_bytes(10, "big")),
        entity="hangzhou-market",
        book="b0" * 32,
        purpose="order_fulfilment",
        basis="contract",
        outcome="lawful",
        rule="cn.pipl.13",
        operation="use",
        door="python",
    )


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started

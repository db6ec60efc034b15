"""Durable appends, proofs and audits, beside what this machine allows at all and beside pymerkle.

The ceiling, interleaved with each of our batches: hash one leaf and one node per entry, write the
entries to one file, one `fdatasync` per batch. No log that is durable per batch can be faster. Ours
are counted to the last integration: tiles, payloads, second place and checkpoint are in the figure.
pymerkle (memory and SQLite) keeps no tiles and signs no checkpoint; its SQLite tree is durable.
"""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

from pymerkle import InmemoryTree, SqliteTree

from lawful.decide import Decider
from lawful.evidence import Event, EvidenceLog, FileCheckpointStore, new_decision_id
from lawful.evidence.log import LAG_S
from lawful.gate.rulebook import read_folder, shipped_folder
from lawful.law import build_book
from lawful.testing.things import Things

_AT = datetime(2026, 11, 24, tzinfo=UTC)
LARGE = int(os.environ.get("LAWFUL_BENCH_ENTRIES", "1000000"))
"""Entries of the log that proofs and audits are measured on."""
PROOFS = 400
DECISIONS = 64
CEILING = "leaf and node hash, one fdatasync per batch"


def run() -> list[dict[str, Any]]:
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for batch, rounds in ((1, 200), (64, 120), (1024, 60)):
            for payload, words in (({}, "no payload"), ({"sql": "SELECT 1"}, "payload each")):
                base = folder / f"{batch}-{len(payload)}"
                rows.append(_appended(base, batch, rounds, payload, words))
        rows += _beside_pymerkle(folder)
        rows += _large(folder / "large")
        rows.append(_decided(folder / "decided"))
    return rows


def _appended(
    base: Path, batch: int, rounds: int, payload: dict[str, object], words: str
) -> dict[str, Any]:
    """Batches and what the last of them left to integrate, beside as many raw ones."""
    log = _open(base, LAG_S)
    items = [(_event(number), payload) for number in range(batch)]
    log.append_many(items)
    entry = log.read(0).data
    ours, raw = [], []
    with (base / "raw").open("ab", buffering=0) as file:
        for _ in range(rounds):
            ours.append(_seconds(lambda: log.append_many(items)))
            raw.append(_seconds(lambda: _ceiling(file.fileno(), entry, batch)))
    rest = _seconds(log.settle) / rounds
    log.close()
    return _row(
        f"durable append, batch {batch}, {words}",
        batch / (statistics.median(ours) + rest),
        "entries/s",
        CEILING,
        batch / statistics.median(raw),
        statistics.median(r / (o + rest) for o, r in zip(ours, raw, strict=True)),
    )


def _beside_pymerkle(folder: Path) -> list[dict[str, Any]]:
    """The same entries into pymerkle: single ones, and a thousand in one transaction."""
    return [_peer_appended(folder / "p1", 1, 60), _peer_appended(folder / "p1024", 1024, 20)]


def _peer_appended(base: Path, batch: int, rounds: int) -> dict[str, Any]:
    log, tree = _open(base, LAG_S), SqliteTree(str(base / "pymerkle.db"))
    items = [(_event(number), {}) for number in range(batch)]
    log.append_many(items)
    data = [log.read(0).data] * batch
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(batch / _seconds(lambda: log.append_many(items)))
        one = (
            (lambda: tree.append_entry(data[0]))
            if batch == 1
            else lambda: tree.append_entries(data)
        )
        theirs.append(batch / _seconds(one))
    log.close()
    tree.close()
    return _row(
        f"durable append, batch {batch}", statistics.median(ours), "entries/s",
        "pymerkle, SQLite", statistics.median(theirs),
        statistics.median(a / b for a, b in zip(ours, theirs, strict=True)),
    )  # fmt: skip


def _large(base: Path) -> list[dict[str, Any]]:
    """Proofs out of a large log and its audit; pymerkle's proof out of a tree of 100,000."""
    log = _open(base, None)
    items = [(_event(number), {}) for number in range(1000)]
    for _ in range(LARGE // len(items)):
        log.append_many(items)
        if log._writer.pending() >= 50_000:
            log.settle()
    size = log.size()
    tree = InmemoryTree()
    for number in range(100_000):
        tree.append_entry(number.to_bytes(8, "big"))
    tree.get_state()
    chance, ours, theirs = random.Random(1), [], []
    for _ in range(PROOFS):
        at = chance.randrange(size)
        ours.append(1e3 * _seconds(lambda at=at: log.proof(at)))
        peer = 1 + chance.randrange(100_000)
        theirs.append(1e3 * _seconds(lambda peer=peer: tree.prove_inclusion(peer)))
    ratio = statistics.median(theirs) / statistics.median(ours)
    proof = _row(
        f"inclusion proof at {size} entries, p50", statistics.median(ours), "ms",
        "pymerkle in memory, at 100000", statistics.median(theirs), ratio,
    )  # fmt: skip
    audit = _seconds(log.verify)
    raw = _seconds(lambda: _rehash(log.read(0).data, size))
    audited = _row(
        f"verify all of {size} entries", audit, "s",
        "leaf and node hash of as many, one core, from memory", raw, raw / audit,
    )  # fmt: skip
    return [proof, audited]


def _decided(base: Path) -> dict[str, Any]:
    """A decision, and its evidence durable before it may be used; the peer decides only."""
    book = build_book(read_folder(shipped_folder()))
    batches = islice(Things(book, 7).batches(DECISIONS), 200)  # they have no end
    things = next(batch.things for batch in batches if batch.things[0].about == "use")
    decider, log = Decider(book), _open(base, LAG_S)
    for thing in things:
        decider.decide(thing)

    def durable() -> None:
        made = []
        for number, thing in enumerate(things):
            found = decider.decide(thing)
            made.append((_event(number, found.outcome.value), {}))
        log.append_many(made)

    def bare() -> None:
        for thing in things:
            decider.decide(thing)

    ours, theirs = [], []
    for _ in range(100):
        ours.append(_seconds(durable))
        theirs.append(_seconds(bare))
    log.close()
    return _row(
        "decisions with their evidence durable, 64 at a time",
        len(things) / statistics.median(ours), "1/s",
        "decisions without evidence", len(things) / statistics.median(theirs),
        statistics.median(b / a for a, b in zip(ours, theirs, strict=True)),
    )  # fmt: skip


def _row(
    name: str, figure: float, unit: str, peer: str, peer_figure: float, ratio: float
) -> dict[str, Any]:
    return {
        "name": name,
        "figure": round(figure, 3),
        "unit": unit,
        "peer": peer,
        "peer_figure": round(peer_figure, 3),
        "ratio": round(ratio, 4),
    }


def _rehash(entry: bytes, count: int) -> None:
    for _ in range(count):
        leaf = sha256(b"\x00" + entry).digest()
        sha256(b"\x01" + leaf + leaf).digest()


def _ceiling(handle: int, entry: bytes, batch: int) -> None:
    hashed = b""
    for _ in range(batch):
        leaf = sha256(b"\x00" + entry).digest()
        hashed = sha256(b"\x01" + leaf + leaf).digest()
    os.write(handle, entry * batch + hashed)
    os.fdatasync(handle)


def _open(base: Path, lag: float | None) -> EvidenceLog:
    return EvidenceLog.open(
        base / "evidence",
        state=base / "state",
        origin="lawful.example/bench",
        node="bench",
        store=FileCheckpointStore(base / "second" / "checkpoint"),
        clock=lambda: _AT,
        lag=lag,
    )


def _event(number: int, outcome: str = "lawful") -> Event:
    return Event(
        kind="ask",
        id=new_decision_id(_AT, number.to_bytes(10, "big")),
        entity="hangzhou-market",
        book="b0" * 32,
        purpose="order_fulfilment",
        basis="contract",
        outcome=outcome,
        rule="cn.pipl.13",
        operation="use",
        door="python",
    )


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started

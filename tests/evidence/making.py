"""Events and logs for the tests of evidence; time and ids are counted, not read."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lawful.evidence import CheckpointStore, Disk, Event, EvidenceLog, Policy, new_decision_id

ORIGIN = "lawful.example/log"
BOOK = "b0" * 32
_START = datetime(2026, 11, 24, 9, tzinfo=UTC)
_numbers = itertools.count(1)


class MemoryCheckpointStore:
    """A second place in memory."""

    def __init__(self) -> None:
        self.note: bytes | None = None

    def get(self) -> bytes | None:
        return self.note

    def compare_and_set(self, old: bytes | None, new: bytes) -> bool:
        if self.note != old:
            return False
        self.note = new
        return True


def clock() -> datetime:
    return _START + timedelta(milliseconds=next(_numbers))


def new_id() -> str:
    return new_decision_id(_START, next(_numbers).to_bytes(10, "big"))


def ask(**changes: object) -> Event:
    """An event of kind ask, or another with ``changes``."""
    fields: dict[str, object] = {
        "kind": "ask",
        "id": new_id(),
        "entity": "hangzhou-market",
        "book": BOOK,
        "purpose": "payment",
        "basis": "contract",
        "outcome": "lawful",
        "rule": "cn.pipl.13",
        "operation": "use",
        "door": "cli",
    }
    return Event(**{**fields, **changes})  # type: ignore[arg-type]


def open_log(
    base: Path,
    store: CheckpointStore,
    *,
    node: str = "node-a",
    disk: Disk | None = None,
    now: Callable[[], datetime] = clock,
    lag: float | None = None,
    policy: Policy | None = None,
) -> EvidenceLog:
    return EvidenceLog.open(
        base / "evidence",
        state=base / "state",
        origin=ORIGIN,
        node=node,
        store=store,
        clock=now,
        disk=disk,
        lag=lag,
        policy=policy,
    )

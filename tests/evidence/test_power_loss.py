"""Power loss at random steps: nothing acknowledged is lost, and the log always opens again."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from lawful.evidence import EvidenceLog, FileCheckpointStore, erase_payload, finish_erasures
from lawful.evidence import wal as wal_module
from lawful.evidence.growth import Growth
from lawful.evidence.publishing import Publisher
from lawful.evidence.verify import verify_files
from lawful.terms.errors import LawfulError
from tests.evidence.making import ask, open_log
from tests.evidence.power_loss import PowerLoss, SimulatedDisk, SimulatedFiles

BASE = Path("/machine")
LOSSES = 3
SEED = int(os.environ.get("LAWFUL_SEED", "1"))


def start(disk: SimulatedDisk) -> EvidenceLog:
    return open_log(BASE, FileCheckpointStore(BASE / "second" / "checkpoint", disk=disk), disk=disk)


@functools.cache
def prefilled(count: int) -> SimulatedDisk:
    """A machine with a log of ``count`` entries, all synced."""
    disk = SimulatedDisk(Random(0))
    log = start(disk)
    if count:
        log.append_many([(ask(), {}) for _ in range(count)])
        log.settle()
    return disk


def live_through(seed: int, broken: str = "") -> str:
    """Several losses in a row; returns what went wrong, or nothing."""
    random = Random(seed)
    disk = prefilled(random.choice([0, 3, 254, 511])).copy(random, broken)
    acknowledged: dict[int, str] = {}
    published = [0]
    for _ in range(LOSSES):
        disk.loss_at = disk.steps + random.randrange(1, 140)
        try:
            log = start(disk)
            finish_erasures(log)
            work(log, disk, random, acknowledged, published)
        except PowerLoss:
            pass
        except LawfulError as error:
            return f"did not open again: {error}"
        disk.loss_at = disk.steps
        disk = disk.after_loss()
    disk.broken = ""
    return inspect(disk, acknowledged, published[0])


def work(
    log: EvidenceLog,
    disk: SimulatedDisk,
    random: Random,
    acknowledged: dict[int, str],
    published: list[int],
) -> None:
    for _ in range(4):
        payload: dict[str, object] = {"n": 1} if random.random() < 0.5 else {}
        append(log, payload, random.choice([1, 1, 3]), acknowledged)
        if random.random() < 0.4:
            if random.random() < 0.5:
                disk.meanwhile = lambda: append_beside(log, acknowledged)
            log.settle()
            disk.meanwhile = None
            published[0] = max(published[0], log._reader.head()[1].size)
        if random.random() < 0.2 and (commitment := log.tail(1)[0].commitment):
            erase_payload(log, commitment, entity="hangzhou-market", door="cli")


def append(
    log: EvidenceLog, payload: dict[str, object], count: int, acknowledged: dict[int, str]
) -> None:
    for receipt in log.append_many([(ask(), payload) for _ in range(count)]):
        acknowledged[receipt.index] = receipt.id


def append_beside(log: EvidenceLog, acknowledged: dict[int, str]) -> None:
    """What another thread may do while one integrates; during recovery it would have to wait."""
    if log._writer._holders:
        append(log, {"n": 2}, 2, acknowledged)


def inspect(disk: SimulatedDisk, acknowledged: dict[int, str], published: int) -> str:
    store = FileCheckpointStore(BASE / "second" / "checkpoint", disk=disk)
    seen = (store.get() or b"").split(b"\n")
    if published and (len(seen) < 2 or int(seen[1]) < published):
        return "the second place forgot what was published"
    try:
        log = start(disk)
        finish_erasures(log)
        verify_files(SimulatedFiles(disk, BASE / "evidence"), store)
        log.append(ask(), {"after": "the loss"})
        log.settle()
        verify_files(SimulatedFiles(disk, BASE / "evidence"), store)
    except LawfulError as error:
        return f"did not verify: {error}"
    size = log.size()
    lost = [i for i, one in acknowledged.items() if i >= size or log.read(i).id != one]
    return f"lost {lost}" if lost else ""


def rounds(count: int, broken: str = "") -> list[str]:
    faults = (live_through(SEED * 1_000_000 + seed, broken) for seed in range(count))
    return [fault for fault in faults if fault]


def test_nothing_acknowledged_is_lost() -> None:
    assert rounds(120) == []


@pytest.mark.soak
def test_nothing_acknowledged_is_lost_for_long(
    record_property: Callable[[str, object], None],
) -> None:
    record_property("power losses", LOSSES * 35_000)
    assert rounds(35_000) == []


@pytest.mark.parametrize(
    "mutant",
    [
        "late",  # acknowledged before the sync
        "fsync",  # nothing is synced at all
        "dir",
        "fsync /state/evidence.wal",
        "fsync /evidence/tile",
        "fsync /evidence/payload",
        "fsync /evidence/checkpoint",
        "fsync /second/",
        "dir /evidence/tile",
        "dir /evidence/payload",
        "dir /evidence",
        "dir /state",
        "dir /second",
    ],
)
def test_a_log_that_does_not_sync_in_time_is_found_out(mutant: str) -> None:
    seeds = range(SEED * 1_000_000, SEED * 1_000_000 + 400)
    assert any(live_through(seed, mutant) for seed in seeds)


def test_a_log_that_clears_its_record_before_it_publishes_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = Publisher.publish

    def hasty(self: Publisher, growth: Growth, *, stored: bytes) -> bytes:
        for name in ("evidence.wal", "evidence.wal.2"):
            if (self.disk.read(BASE / "state" / name)) and not getattr(
                self.disk, "meanwhile", None
            ):
                self.disk.clear(BASE / "state" / name)
        return real(self, growth, stored=stored)

    monkeypatch.setattr(Publisher, "publish", hasty)
    assert any(live_through(seed) for seed in range(300))


def test_a_log_that_does_not_check_the_tail_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wal_module, "crc32", lambda body: 0)
    assert any(live_through(seed) for seed in range(300))

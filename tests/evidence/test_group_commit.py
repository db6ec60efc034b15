"""Many callers, one sync; the integrator behind them; what one caller's failure does to others."""

from __future__ import annotations

import asyncio
import errno
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from lawful.evidence import Awaited, EvidenceLog, SchemaError
from lawful.evidence.arrivals import Arrivals, Entry, Ticket
from lawful.evidence.growth import Grower
from lawful.evidence.integrator import Integrator
from lawful.evidence.wal import Run
from lawful.terms.errors import EnvironmentFailure
from tests.evidence.faults import FailingDisk, RecordingDisk
from tests.evidence.making import MemoryCheckpointStore, ask, open_log


class Slow(RecordingDisk):
    """Its first sync of the record waits until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.at_it, self.go = threading.Event(), threading.Event()

    def append_synced(
        self, path: Path, data: bytes | bytearray, meanwhile: Callable[[], None] = lambda: None
    ) -> None:
        self.at_it.set()
        assert self.go.wait(30)
        super().append_synced(path, data, meanwhile)


def test_what_arrives_during_a_sync_shares_the_next(tmp_path: Path) -> None:
    disk = Slow()
    log = open_log(tmp_path, MemoryCheckpointStore(), disk=disk)
    found: list[int] = []

    def work() -> None:
        found.append(log.append(ask(), {"a": 1}).index)

    first = threading.Thread(target=work)
    first.start()
    assert disk.at_it.wait(30)
    others = [threading.Thread(target=work) for _ in range(20)]
    for thread in others:
        thread.start()
    while len(log._arrivals._queue) < 20:
        threading.Event().wait(0.001)
    disk.calls.clear()
    disk.go.set()
    for thread in (first, *others):
        thread.join()
    assert sorted(found) == list(range(21))
    assert [call for call, _ in disk.calls] == ["fsync", "fsync"]
    assert [leaf.seq for leaf in log.tail(99)] == list(range(21, 0, -1))
    log.verify()


class Unsynced(FailingDisk):
    """Its sync of the record waits until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.at_it, self.go = threading.Event(), threading.Event()

    def _fdatasync(self, handle: int) -> None:
        self.at_it.set()
        assert self.go.wait(30)
        super()._fdatasync(handle)


@pytest.mark.parametrize("fails", [False, True])
def test_a_large_group_is_acknowledged_when_it_is_synced(tmp_path: Path, fails: bool) -> None:
    """The tree grows beside the sync, in memory; what grew before a sync that fails is forgotten."""
    disk = Unsynced()
    log = open_log(tmp_path, MemoryCheckpointStore(), disk=disk)
    found: list[object] = []

    def work() -> None:
        try:
            found.append(log.append_many([(ask(), {})] * 600)[-1].index)
        except EnvironmentFailure as failure:
            found.append(failure.code)

    thread = threading.Thread(target=work)
    thread.start()
    assert disk.at_it.wait(30)
    while log._writer.pending() < 600:
        threading.Event().wait(0.001)
    assert not found
    if fails:
        disk.error, disk.after = errno.EIO, 0
    disk.go.set()
    thread.join()
    assert found == ["evidence.unwritable" if fails else 599]
    disk.after = None
    assert log.append(ask(), {}).index == 600  # an append that failed late may enter the log
    log.verify()


def test_growth_that_fails_waits_for_the_sync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = RecordingDisk()
    log = open_log(tmp_path, MemoryCheckpointStore(), disk=disk)
    log.append(ask(), {})
    disk.calls.clear()

    def failing(self: Grower, run: Run) -> None:
        raise MemoryError

    with monkeypatch.context() as changed:
        changed.setattr(Grower, "add", failing)
        with pytest.raises(MemoryError):
            log.append_many([(ask(), {})] * 600)
    assert disk.calls == [("fsync", str(tmp_path / "state" / "evidence.wal"))]
    assert log.append(ask(), {}).index == 601
    log.verify()


def test_a_group_that_fails_fails_for_all_and_the_next_goes_on(tmp_path: Path) -> None:
    disk = FailingDisk()
    log = open_log(tmp_path, MemoryCheckpointStore(), disk=disk)
    log.append(ask(), {})
    disk.error, disk.after = errno.ENOSPC, 0
    results: list[object] = []

    def work() -> None:
        try:
            results.append(log.append(ask(), {"a": 1}))
        except EnvironmentFailure as failure:
            results.append(failure.code)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == ["evidence.unwritable"] * 8
    disk.after = None
    assert log.read(log.append(ask(), {"a": 2}).index).seq >= 2
    log.verify()


def test_an_interrupted_leader_leaves_the_others_refused_not_waiting() -> None:
    entered, go = threading.Event(), threading.Event()
    groups: list[int] = []

    def accept(group: Sequence[Ticket]) -> None:
        groups.append(len(group))
        if len(groups) == 1:
            entered.set()
            assert go.wait(30)
        if len(groups) == 2:
            raise KeyboardInterrupt
        for ticket in group:
            ticket.first = 0

    arrivals = Arrivals(accept)
    results: list[object] = []

    def work() -> None:
        try:
            arrivals.put([Entry(ask(), "", b"")])
            results.append("done")
        except KeyboardInterrupt:
            results.append("interrupted")
        except EnvironmentFailure as failure:
            results.append(failure.code)

    threads = [threading.Thread(target=work) for _ in range(4)]
    threads[0].start()
    assert entered.wait(30)
    for thread in threads[1:]:
        thread.start()
    while len(arrivals._queue) < 3:
        threading.Event().wait(0.001)
    go.set()
    for thread in threads:
        thread.join(30)
    assert groups == [1, 3]
    assert sorted(map(str, results)) == [
        "done", "evidence.interrupted", "evidence.interrupted", "interrupted",
    ]  # fmt: skip
    work()
    assert results[-1] == "done"


def test_it_is_integrated_without_being_asked(tmp_path: Path) -> None:
    log = open_log(tmp_path, MemoryCheckpointStore(), lag=0.01)
    log.append_many([(ask(), {"a": 1}) for _ in range(300)])
    while b"\n300\n" not in (log.folder / "checkpoint").read_bytes():
        threading.Event().wait(0.005)
    assert log.verify().payloads == 300
    assert log.trouble is None


def test_appends_go_on_while_it_integrates(tmp_path: Path) -> None:
    log = open_log(tmp_path, MemoryCheckpointStore(), lag=0.001)
    told: dict[int, str] = {}

    def work() -> None:
        for _ in range(60):
            receipt = log.append(ask(), {"a": 1})
            told[receipt.index] = receipt.id

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    assert sorted(told) == list(range(240))
    again = open_log(tmp_path, log._writer.publisher.store)
    assert all(again.read(index).id == one for index, one in told.items())
    assert again.verify().payloads == 240


def test_the_integrator_tries_again_and_says_why_it_cannot() -> None:
    failing, tried, done = [True], threading.Event(), threading.Event()
    waiting = [1]

    def integrate() -> None:
        tried.set()
        if failing[0]:
            raise EnvironmentFailure("the disk is full", code="evidence.unwritable")
        waiting[0] = 0
        done.set()

    integrator = Integrator(integrate, lambda: waiting[0], 0.001)
    integrator.wake()
    assert tried.wait(30)
    while integrator.trouble is None:
        threading.Event().wait(0.001)
    assert integrator.trouble.code == "evidence.unwritable"
    failing[0] = False
    assert done.wait(30)
    while integrator._running:
        threading.Event().wait(0.001)
    assert integrator.trouble is None


def test_closing_integrates_and_a_full_disk_then_loses_nothing(tmp_path: Path) -> None:
    disk, store = FailingDisk(), MemoryCheckpointStore()
    with open_log(tmp_path, store, disk=disk) as log:
        receipt = log.append(ask(), {"a": 1})
        disk.error, disk.after, disk.calls = errno.ENOSPC, 0, 0
    again = open_log(tmp_path, store)
    assert again.read(receipt.index).id == receipt.id
    again.verify()
    with open_log(tmp_path, store) as log:
        log.append(ask(), {"a": 2})
    assert b"\n2\n" in (log.folder / "checkpoint").read_bytes()


def test_while_publishing_fails_nothing_is_accepted(tmp_path: Path) -> None:
    disk, store = FailingDisk(), MemoryCheckpointStore()
    log = open_log(tmp_path, store, disk=disk)
    log.append(ask(), {"a": 1})
    disk.error, disk.after, disk.calls = errno.ENOSPC, 3, 0
    with pytest.raises(EnvironmentFailure):
        log.settle()
    with pytest.raises(EnvironmentFailure):
        log.append(ask(), {"a": 2})
    with pytest.raises(EnvironmentFailure):
        log.probe()
    disk.after = None
    assert log.probe() == 1
    assert log.append(ask(), {"a": 3}).index == 1
    log.verify()


def test_requests_on_a_loop_are_made_durable_together(tmp_path: Path) -> None:
    disk = RecordingDisk()
    log = open_log(tmp_path, MemoryCheckpointStore(), disk=disk)
    disk.calls.clear()

    async def main() -> list[int]:
        awaited = Awaited(log)
        try:
            with pytest.raises(SchemaError):
                await awaited.append(ask(), {"a": {1}})
            appends = [awaited.append(ask(), {"a": number}) for number in range(50)]
            return [receipt.index for receipt in await asyncio.gather(*appends)]
        finally:
            awaited.close()

    assert asyncio.run(main()) == list(range(50))
    assert len(disk.calls) == 1
    assert [log.payload(log.read(i)) for i in (0, 49)] == [{"a": 0}, {"a": 49}]


def test_a_loop_hears_of_a_failure(tmp_path: Path) -> None:
    disk = FailingDisk()
    log = open_log(tmp_path, MemoryCheckpointStore(), disk=disk)

    async def main() -> list[object]:
        awaited = Awaited(log)
        disk.error, disk.after, disk.calls = errno.EIO, 0, 0
        appends = [awaited.append(ask(), {}) for _ in range(3)]
        failed = await asyncio.gather(*appends, return_exceptions=True)
        disk.after = None
        failed.append(await awaited.append(ask(), {}))
        awaited.close()
        return failed

    *failed, good = asyncio.run(main())
    assert [type(each) for each in failed] == [EnvironmentFailure] * 3
    assert log.read(good.index).id == good.id  # type: ignore[attr-defined]


def test_a_probe_is_no_entry(log: EvidenceLog) -> None:
    assert log.probe() == log.probe() == 0
    log.append(ask(), {})
    assert log.probe() == 1

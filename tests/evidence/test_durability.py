"""What is synced before an entry is acknowledged; disks that fill up, turn read-only or fail."""

from __future__ import annotations

import errno
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from lawful.evidence import EvidenceLog, FileCheckpointStore, verify
from lawful.terms.errors import EnvironmentFailure, LawfulError, ProofFailure
from tests.evidence.faults import FailingDisk, RecordingDisk
from tests.evidence.making import MemoryCheckpointStore, ask, open_log


def test_one_write_and_one_sync_make_a_group_durable(tmp_path: Path) -> None:
    disk = RecordingDisk()
    log = open_log(tmp_path, MemoryCheckpointStore(), disk=disk)
    log.append(ask(), {"a": 1})
    for batch in (1, 3, 1024):
        disk.calls.clear()
        log.append_many([(ask(), {"a": 1}) for _ in range(batch)])
        assert disk.calls == [("fsync", str(tmp_path / "state" / "evidence.wal"))]
    assert {path.name for path in log.folder.iterdir()} == {"vkey", "checkpoint"}


@pytest.mark.parametrize("before", [0, 1, 254, 255])
@pytest.mark.parametrize("batch", [1, 3])
def test_all_is_synced_in_order_before_it_is_published(
    tmp_path: Path, before: int, batch: int
) -> None:
    disk = RecordingDisk()
    store = FileCheckpointStore(tmp_path / "second" / "checkpoint", disk=disk)
    log = open_log(tmp_path, store, disk=disk)
    log.append_many([(ask(), {}) for _ in range(before)])
    log.settle()
    log.append_many([(ask(), {"a": 1}) for _ in range(batch)])
    disk.calls.clear()
    log.settle()
    calls = disk.calls

    def first(call: str, path: Path) -> int:
        return calls.index((call, str(path)))

    def last(call: str, path: Path) -> int:
        return len(calls) - 1 - calls[::-1].index((call, str(path)))

    renamed = [Path(path) for call, path in calls if call == "rename"]
    assert {path.name for path in renamed} >= {"checkpoint"}
    assert len(renamed) == len(set(renamed))
    for path in renamed:
        assert first("fsync", path.with_name(path.name + ".tmp")) < first("rename", path)
        assert first("rename", path) < last("fsync", path.parent)
        assert path.is_file()
    published, seen = log.folder / "checkpoint", tmp_path / "second" / "checkpoint"
    tiles = [path for path in renamed if log.folder in path.parents and path != published]
    assert len(tiles) >= 3
    for path in tiles:
        assert last("fsync", path.parent) < first("rename", seen)
    assert last("fsync", seen.parent) < first("rename", published)
    removed = [i for i, (call, _) in enumerate(calls) if call == "remove"]
    assert all(i > last("fsync", log.folder) for i in removed)
    wal = tmp_path / "state" / ("evidence.wal" if before == 0 else "evidence.wal.2")
    assert calls[-2:] == [("clear", str(wal)), ("fsync", str(wal))]
    assert last("fsync", log.folder) < first("clear", wal)


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_nothing_is_acknowledged_unless_durable_and_it_recovers_by_itself(
    tmp_path: Path, error: int
) -> None:
    """Fail at every single call of an append in turn; then let it work again."""
    disk, store = FailingDisk(), MemoryCheckpointStore()
    log = open_log(tmp_path, store, disk=disk)
    disk.error = error
    refusals: list[EnvironmentFailure] = []
    acknowledged = [log.append(ask(), {"a": 1})]
    for calls_that_work in itertools.count():
        disk.calls, disk.after = 0, calls_that_work
        try:
            acknowledged.append(log.append(ask(), {"a": 1}))
            log.settle()
            break
        except EnvironmentFailure as failure:
            refusals.append(failure)
        disk.after = None
        acknowledged.append(log.append(ask(), {"a": 1}))
        for receipt in acknowledged:
            assert log.read(receipt.index).id == receipt.id
    assert len(refusals) == calls_that_work > 10
    assert {failure.code for failure in refusals} == {"evidence.unwritable"}
    assert {failure.exit_code for failure in refusals} == {5}
    assert not [failure for failure in refusals if "some/file" in str(failure)]
    report = log.verify()
    assert report.entries >= len(acknowledged)
    assert open_log(tmp_path, store).verify() == report


def test_it_keeps_failing_while_the_disk_does(tmp_path: Path) -> None:
    disk, store = FailingDisk(), MemoryCheckpointStore()
    log = open_log(tmp_path, store, disk=disk)
    disk.error, disk.after = errno.ENOSPC, 0
    for _ in range(3):
        with pytest.raises(EnvironmentFailure):
            log.append(ask(), {"a": 1})
    assert log.size() == 0
    disk.after = None
    assert log.append(ask(), {}).index == 0


def test_a_log_that_cannot_begin_says_so(tmp_path: Path) -> None:
    for calls_that_work in itertools.count():
        base = tmp_path / str(calls_that_work)
        base.mkdir()
        disk, store = FailingDisk(), MemoryCheckpointStore()
        disk.error, disk.after = errno.EROFS, calls_that_work
        try:
            open_log(base, store, disk=disk)
            break
        except EnvironmentFailure:
            pass
        assert open_log(base, store).append(ask(), {}).index == 0
    assert calls_that_work > 10


class BrokenStore(MemoryCheckpointStore):
    """A second place that cannot be reached, or says no."""

    error: Exception | None = None
    refuses = False

    def get(self) -> bytes | None:
        if self.error:
            raise self.error
        return super().get()

    def compare_and_set(self, old: bytes | None, new: bytes) -> bool:
        return not self.refuses and super().compare_and_set(old, new)


def test_without_the_second_place_nothing_is_acknowledged(tmp_path: Path) -> None:
    store = BrokenStore()
    log = open_log(tmp_path, store)
    store.error = ConnectionRefusedError(errno.ECONNREFUSED, "no")
    with pytest.raises(EnvironmentFailure):
        log.append(ask(), {"a": 1})
    store.error = EnvironmentFailure("the control store is away")
    with pytest.raises(EnvironmentFailure, match="away"):
        log.append(ask(), {"a": 1})
    store.error = None
    assert log.append(ask(), {"a": 1}).index == 0


def test_a_fork_is_never_published(tmp_path: Path) -> None:
    store = BrokenStore()
    log = open_log(tmp_path, store)
    log.append(ask(), {})
    log.settle()
    note = (log.folder / "checkpoint").read_bytes()
    log.append(ask(), {})
    store.refuses = True
    for attempt in (log.settle, log.size, lambda: log.append(ask(), {})):
        with pytest.raises(ProofFailure) as refused:
            attempt()
        assert refused.value.code == "evidence.forked"
    assert (log.folder / "checkpoint").read_bytes() == note


def test_a_folder_that_is_a_file_is_an_environment_failure(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("x")
    with pytest.raises(EnvironmentFailure):
        open_log(tmp_path, MemoryCheckpointStore())
    with pytest.raises(EnvironmentFailure):
        verify(tmp_path / "evidence")
    with pytest.raises(EnvironmentFailure):
        verify(tmp_path / "nowhere")


def test_a_hung_writer_does_not_hang_us(
    tmp_path: Path, log: EvidenceLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lawful.evidence import Disk
    from lawful.evidence import disk as disk_module

    monkeypatch.setattr(disk_module, "_LOCK_WAIT_S", 0.05)
    with Disk().lock(tmp_path / "state" / "evidence.lock"):
        with pytest.raises(EnvironmentFailure) as failure:
            log.append(ask(), {})
        assert failure.value.code == "evidence.locked"
    assert log.append(ask(), {}).index == 0


def test_any_failure_is_one_of_ours(tmp_path: Path, reopen: Callable[[], EvidenceLog]) -> None:
    reopen().append(ask(), {})
    (tmp_path / "evidence" / "checkpoint").unlink()
    (tmp_path / "evidence" / "checkpoint").mkdir()
    with pytest.raises(LawfulError):
        reopen()


def test_folders_that_somebody_else_made_are_synced_too(tmp_path: Path) -> None:
    """Their maker may have been stopped before it synced them."""
    store = MemoryCheckpointStore()
    open_log(tmp_path, store).append(ask(), {})
    disk = RecordingDisk()
    open_log(tmp_path, store, disk=disk).append(ask(), {})
    synced = {Path(path) for call, path in disk.calls if call == "fsync"}
    evidence = tmp_path / "evidence"
    assert synced >= {
        tmp_path,
        evidence,
        evidence / "tile",
        evidence / "tile" / "0",
        evidence / "tile" / "entries",
        evidence / "tile" / "0" / "000.p",
    }


def test_a_folder_removed_and_made_again_is_synced_again(tmp_path: Path) -> None:
    disk = RecordingDisk()
    disk.adopt(tmp_path)
    disk.ensure_dirs([tmp_path / "a"])
    disk.calls.clear()
    disk.ensure_dirs([tmp_path / "a"])
    assert disk.calls == []
    disk.remove_dir(tmp_path / "a")
    (tmp_path / "a").mkdir()
    disk.ensure_dirs([tmp_path / "a"])
    assert disk.calls == [("fsync", str(tmp_path))]


def test_a_second_place_in_a_file_compares_before_it_sets(tmp_path: Path) -> None:
    store = FileCheckpointStore(tmp_path / "far" / "checkpoint")
    assert store.get() is None
    assert not store.compare_and_set(b"other", b"one")
    assert store.get() is None
    assert store.compare_and_set(None, b"one")
    for old in (None, b"other", b""):
        assert not store.compare_and_set(old, b"two")
    assert store.get() == b"one"
    assert store.compare_and_set(b"one", b"two")
    assert FileCheckpointStore(tmp_path / "far" / "checkpoint").get() == b"two"

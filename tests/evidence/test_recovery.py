"""Opening after an interruption, a restored backup, a fork, a damaged write-ahead record."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from zlib import crc32

import pytest

from lawful.evidence import EvidenceLog, seed_store, wal
from lawful.evidence.tree import leaf_hash
from lawful.terms.errors import ProofFailure, UsageError
from tests.evidence.making import MemoryCheckpointStore, ask, open_log

Reopen = Callable[[], EvidenceLog]


WALS = ("evidence.wal", "evidence.wal.2")


def pending(log: EvidenceLog, *counts: int) -> bytes:
    """Accept groups and stop before they are integrated; returns the write-ahead record."""
    log.settle()
    for count in counts:
        log.append_many([(ask(), {"n": i}) for i in range(count)])
    return b"".join((log.folder.parent / "state" / name).read_bytes() for name in WALS)


def put(log: EvidenceLog, data: bytes) -> None:
    """Have the write-ahead record hold just this."""
    for name, content in zip(WALS, (data, b""), strict=True):
        (log.folder.parent / "state" / name).write_bytes(content)


def test_accepted_entries_are_integrated(log: EvidenceLog, reopen: Reopen) -> None:
    log.append(ask(), {"n": 0})
    log.settle()
    assert pending(log, 3)
    assert b"\n1\n" in (log.folder / "checkpoint").read_bytes()
    again = reopen()
    assert again.size() == 4
    assert [again.payload(again.read(i)) for i in (1, 2, 3)] == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert again.append(ask(), {}).index == 4
    assert [leaf.seq for leaf in again.tail(9)] == [5, 4, 3, 2, 1]
    again.verify()


def test_the_next_append_recovers_without_opening(log: EvidenceLog, reopen: Reopen) -> None:
    other = reopen()
    pending(log, 2)
    assert other.append(ask(), {}).index == 2
    assert log.append(ask(), {}).index == 3
    log.verify()


def old_records(data: bytes) -> bytes:
    """What stands in the record, in the form of earlier versions: one record an entry."""
    parts = []
    for run in wal.decode(data):
        for at, (leaf, kept) in enumerate(zip(run.leaves, run.payloads, strict=True), run.first):
            body = at.to_bytes(8, "big") + len(leaf).to_bytes(2, "big") + leaf + kept
            parts += [len(body).to_bytes(4, "big"), crc32(body).to_bytes(4, "big"), body]
    return b"".join(parts)


@pytest.mark.parametrize("old", [False, True])
def test_a_torn_tail_is_dropped_at_every_length(
    log: EvidenceLog, reopen: Reopen, tmp_path: Path, old: bool
) -> None:
    log.append(ask(), {})
    log.settle()
    data = pending(log, 1, 1)
    whole = len(wal.encode(wal.decode(data)[0]))
    if old:
        whole = len(old_records(data[:whole]))
        data = old_records(data)
    near = [*range(40), *range(whole - 40, whole + 40), *range(len(data) - 40, len(data) + 1)]
    for cut in near:
        base = tmp_path / f"cut{cut}"
        shutil.copytree(log.folder, base / "evidence")
        shutil.copytree(log.folder.parent / "state", base / "state")
        for name, content in zip(WALS, (b"", data[:cut]), strict=True):
            (base / "state" / name).write_bytes(content)
        store = MemoryCheckpointStore()
        store.note = (base / "evidence" / "checkpoint").read_bytes()
        again = open_log(base, store)
        assert again.size() == 1 + (cut >= whole) + (cut == len(data))
        assert again.append(ask(), {}).size == again.size()
        again.verify()


@pytest.mark.parametrize("old", [False, True])
def test_every_flipped_byte_of_a_record_drops_it(log: EvidenceLog, old: bool) -> None:
    data = pending(log, 1, 2)
    assert b"".join(map(bytes, map(wal.encode, wal.decode(data)))) == data
    spell = old_records if old else bytes
    data = spell(data)
    runs = wal.decode(data)
    assert len(runs) == (3 if old else 2)
    ends = [*accumulate(len(spell(bytes(wal.encode(each)))) for each in runs)]
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1 << place % 8
        assert wal.decode(bytes(changed)) == runs[: sum(end <= place for end in ends)]


def test_what_an_earlier_version_accepted_is_taken_over(log: EvidenceLog, reopen: Reopen) -> None:
    put(log, old_records(pending(log, 3)))
    again = reopen()
    assert again.size() == 3
    assert again.append(ask(), {}).index == 3
    again.verify()


@pytest.mark.parametrize(
    "data",
    [
        b"\0" * 100,
        b"\xff" * 100,
        b"LWG1",
        b"LWG1" + b"\xff" * 12,
        b"LWG1" + bytes(12),
        wal.encode(wal.Run(0, [b""], [b""]))[:-1],
    ],
)
def test_nonsense_after_the_records_is_dropped(
    log: EvidenceLog, reopen: Reopen, data: bytes
) -> None:
    log.append(ask(), {})
    log.settle()
    put(log, data)
    assert reopen().append(ask(), {}).index == 1


def test_records_of_before_are_not_repeated(log: EvidenceLog, reopen: Reopen) -> None:
    """The record's truncation need not be durable."""
    data = pending(log, 3)
    assert reopen().size() == 3
    put(log, data)
    assert reopen().size() == 3
    put(log, wal.encode(wal.decode(data)[0].part(0, 1)))
    assert log.append(ask(), {}).index == 3
    log.verify()


def test_records_of_another_past_are_a_fork(log: EvidenceLog, reopen: Reopen) -> None:
    data = pending(log, 1)
    put(log, b"")
    log.append(ask(), {})
    log.settle()
    put(log, data)
    with pytest.raises(ProofFailure) as refused:
        reopen()
    assert refused.value.code == "evidence.forked"
    with pytest.raises(ProofFailure):
        log.append(ask(), {})


def test_records_beyond_the_log_mean_it_is_old(log: EvidenceLog, reopen: Reopen) -> None:
    put(log, wal.encode(wal.Run(5, [b"{}"], [b""])))
    with pytest.raises(ProofFailure) as refused:
        reopen()
    assert refused.value.code == "evidence.rolled_back"


def test_left_over_partial_files_are_swept(log: EvidenceLog, reopen: Reopen) -> None:
    log.append_many([(ask(), {}) for _ in range(300)])
    log.settle()
    tile = log.folder / "tile"
    for name in ("0/001.p/3", "entries/001.p/43", "entries/001.p/44.tmp", "0/000.p/255"):
        (tile / name).parent.mkdir(exist_ok=True)
        (tile / name).write_bytes(b"x")
    reopen().verify()
    assert not (tile / "0" / "000.p").exists()


def test_an_old_backup_is_refused(
    log: EvidenceLog, reopen: Reopen, store: MemoryCheckpointStore, tmp_path: Path
) -> None:
    log.append(ask(), {"a": 1})
    log.settle()
    shutil.copytree(log.folder, tmp_path / "backup")
    log.append(ask(), {"a": 2})
    log.settle()
    shutil.rmtree(log.folder)
    shutil.copytree(tmp_path / "backup", log.folder)
    for attempt in (reopen, lambda: log.append(ask(), {}), log.verify):
        with pytest.raises(ProofFailure) as refused:
            attempt()
        assert refused.value.code == "evidence.rolled_back"
        assert refused.value.exit_code == 4
        assert "1 entries" in refused.value.message
        assert refused.value.hint
    assert (log.folder / "checkpoint").read_bytes() == (tmp_path / "backup/checkpoint").read_bytes()


def test_a_fork_is_refused(log: EvidenceLog, store: MemoryCheckpointStore, tmp_path: Path) -> None:
    """The same machine's image started twice: both append, only one is believed."""
    log.append(ask(), {})
    log.settle()
    shutil.copytree(tmp_path / "evidence", tmp_path / "twin" / "evidence")
    shutil.copytree(tmp_path / "state", tmp_path / "twin" / "state")
    twin = open_log(tmp_path / "twin", store)
    twin.append(ask(), {"twin": 1})
    twin.settle()
    with pytest.raises(ProofFailure) as refused:
        log.append(ask(), {"first": 1})
    assert refused.value.code == "evidence.rolled_back"
    own = MemoryCheckpointStore()
    own.note = (tmp_path / "evidence" / "checkpoint").read_bytes()
    other = open_log(tmp_path, own)
    other.append(ask(), {"first": 1})
    other.settle()
    with pytest.raises(ProofFailure) as refused:
        open_log(tmp_path, store)
    assert refused.value.code == "evidence.forked"
    twin.append(ask(), {})
    twin.settle()
    twin.verify()


def test_a_log_that_vanished_is_refused(log: EvidenceLog, reopen: Reopen) -> None:
    log.append(ask(), {})
    log.settle()
    shutil.rmtree(log.folder)
    with pytest.raises(ProofFailure) as refused:
        reopen()
    assert refused.value.code == "evidence.rolled_back"
    shutil.rmtree(log.folder.parent / "state")
    with pytest.raises(ProofFailure, match="private key is missing"):
        reopen()


def test_a_second_place_that_is_behind_catches_up(
    log: EvidenceLog, reopen: Reopen, store: MemoryCheckpointStore
) -> None:
    log.append_many([(ask(), {}) for _ in range(5)])
    log.settle()
    old = store.note
    log.append_many([(ask(), {}) for _ in range(300)])
    log.settle()
    store.note = old
    assert reopen().size() == 305
    assert store.note == (log.folder / "checkpoint").read_bytes()


def test_an_emptied_second_place_is_refilled_only_on_purpose(
    log: EvidenceLog, reopen: Reopen, store: MemoryCheckpointStore
) -> None:
    log.append(ask(), {})
    log.settle()
    store.note = None
    for attempt in (reopen, lambda: log.append(ask(), {})):
        with pytest.raises(ProofFailure) as refused:
            attempt()
        assert refused.value.code == "evidence.second_place"
    assert seed_store(log.folder, store, vkey=str(log.vkey)).entries == 1
    assert reopen().append(ask(), {}).index == 1
    with pytest.raises(ProofFailure, match="already has"):
        seed_store(log.folder, store, vkey=str(log.vkey))


def test_a_foreign_second_place_is_refused(
    log: EvidenceLog, reopen: Reopen, store: MemoryCheckpointStore, tmp_path: Path
) -> None:
    other = open_log(tmp_path / "other", MemoryCheckpointStore())
    store.note = (other.folder / "checkpoint").read_bytes()
    with pytest.raises(ProofFailure, match="another key"):
        reopen()
    store.note = b"nonsense"
    with pytest.raises(ProofFailure, match="malformed"):
        reopen()


@pytest.mark.parametrize("name", ["checkpoint", "vkey", "tile/0/000.p/3", "tile/entries/000.p/3"])
def test_a_damaged_edge_is_refused_at_once(log: EvidenceLog, reopen: Reopen, name: str) -> None:
    log.append_many([(ask(), {}) for _ in range(3)])
    log.settle()
    path = log.folder / name
    data = path.read_bytes()
    path.write_bytes(data[:50] + bytes([data[50] ^ 1]) + data[51:])
    with pytest.raises(ProofFailure):
        reopen()
    path.unlink()
    with pytest.raises(ProofFailure):
        reopen()


def test_a_damaged_entry_is_not_read(log: EvidenceLog) -> None:
    log.append(ask(), {"a": 1})
    log.settle()
    path = log.folder / "tile/entries/000.p/1"
    path.write_bytes(path.read_bytes().replace(b'"door":"cli"', b'"door":"sky"'))
    with pytest.raises(ProofFailure) as refused:
        log.read(0)
    assert refused.value.location.file == "tile/entries/000.p/1"
    with pytest.raises(UsageError):
        log.read(1)


def test_a_damaged_payload_is_not_given(log: EvidenceLog) -> None:
    log.append(ask(), {"a": 1})
    log.settle()
    path = next((log.folder / "payload").rglob("*.jsonl"))
    path.write_bytes(path.read_bytes().replace(b'"a":1', b'"a":2'))
    with pytest.raises(ProofFailure, match="not what it commits to"):
        log.payload(log.read(0))


def test_an_edge_that_agrees_with_itself_but_not_with_the_head(
    log: EvidenceLog, reopen: Reopen
) -> None:
    """Entry and hash altered together, or a hash of a higher level."""
    log.append_many([(ask(), {}) for _ in range(257)])
    log.settle()
    bundle, tile, upper = (
        log.folder / name for name in ("tile/entries/001.p/1", "tile/0/001.p/1", "tile/1/000.p/1")
    )
    good = {path: path.read_bytes() for path in (bundle, tile, upper)}
    entry = good[bundle][2:].replace(b'"door":"cli"', b'"door":"api"')
    bundle.write_bytes(good[bundle][:2] + entry)
    tile.write_bytes(leaf_hash(entry))
    with pytest.raises(ProofFailure, match="do not lead to the checkpoint"):
        reopen()
    bundle.write_bytes(good[bundle])
    tile.write_bytes(good[tile])
    reopen()
    upper.write_bytes(bytes(32))
    with pytest.raises(ProofFailure, match="do not lead to the checkpoint"):
        reopen()


def test_a_record_of_before_there_were_two_files_is_finished(
    log: EvidenceLog, reopen: Reopen
) -> None:
    data = pending(log, 3)
    put(log, data)
    (log.folder.parent / "state" / WALS[1]).unlink()
    again = reopen()
    assert again.size() == 3
    assert again.payload(again.read(2)) == {"n": 2}
    again.append(ask(), {})
    assert again.verify().entries == 4


def test_two_files_that_contradict_one_another_are_a_fork(
    log: EvidenceLog, reopen: Reopen, tmp_path: Path
) -> None:
    shutil.copytree(tmp_path / "evidence", tmp_path / "twin" / "evidence")
    shutil.copytree(tmp_path / "state", tmp_path / "twin" / "state")
    store = MemoryCheckpointStore()
    store.note = (tmp_path / "evidence" / "checkpoint").read_bytes()
    other = pending(open_log(tmp_path / "twin", store), 2)
    ours = pending(log, 2)
    for name, data in zip(WALS, (ours, other), strict=True):
        (tmp_path / "state" / name).write_bytes(data)
    with pytest.raises(ProofFailure) as refused:
        reopen()
    assert refused.value.code == "evidence.forked"

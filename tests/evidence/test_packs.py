"""Payloads in packs, those of older logs, and that erasing deletes them wherever they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lawful.evidence import EvidenceLog, erase_payload, export, verify
from lawful.evidence.packs import pack_begins, pack_bundle, pack_folder, pack_for, pack_path
from lawful.evidence.payloads import commitment_of, payload_path
from lawful.terms.errors import ProofFailure
from tests.evidence.making import ask

WHO = {"entity": "hangzhou-market", "door": "cli"}


def packs(log: EvidenceLog) -> list[str]:
    log.settle()
    found = (log.folder / "payload").rglob("*")
    return sorted(p.relative_to(log.folder).as_posix() for p in found if p.is_file())


def everywhere(base: Path) -> bytes:
    return b"".join(path.read_bytes() for path in base.rglob("*") if path.is_file())


@pytest.mark.parametrize("n", [0, 7, 999, 1000, 1234067, 39_062, 1_000_000])
def test_names_of_packs_lead_back(n: int) -> None:
    assert pack_bundle(pack_folder(n)) == n
    for offset in (0, 5, 255):
        assert pack_begins(pack_path(256 * n + offset)) == 256 * n + offset


def test_the_pack_of_an_entry_is_the_last_that_begins_before() -> None:
    names = ["000.jsonl", "007.jsonl", "200.jsonl", "200.jsonl.tmp", "9.jsonl", "x"]
    assert [pack_for(names, at) for at in (0, 6, 7, 199, 255)] == [
        "000.jsonl", "000.jsonl", "007.jsonl", "007.jsonl", "200.jsonl",
    ]  # fmt: skip
    assert pack_for(names[1:], 3) is None


def test_one_file_for_each_bundle_and_integration(log: EvidenceLog) -> None:
    log.append_many([(ask(), {"n": i} if i % 2 else {}) for i in range(300)])
    log.settle()
    log.append_many([(ask(), {}), (ask(), {"n": 301})])
    assert packs(log) == [
        "payload/000/001.jsonl", "payload/001/001.jsonl", "payload/001/045.jsonl",
    ]  # fmt: skip
    assert all(log.payload(log.read(i)) == ({"n": i} if i % 2 else None) for i in range(300))
    assert log.payload(log.read(301)) == {"n": 301}
    assert log.verify().payloads == 151


def test_erasing_takes_one_line_and_the_last_takes_the_file(log: EvidenceLog) -> None:
    log.append_many([(ask(), {"phone": f"1380013800{i}"}) for i in range(3)])
    commitments = [log.read(i).commitment for i in range(3)]
    for gone, commitment in enumerate(commitments):
        erase_payload(log, commitment, **WHO)
        kept = everywhere(log.folder.parent)
        assert [f"1380013800{i}".encode() in kept for i in range(3)] == [i > gone for i in range(3)]
        assert [log.payload(log.read(i)) is None for i in range(3)] == [i <= gone for i in range(3)]
        log.verify()
    assert packs(log) == []


def test_erasing_what_was_only_just_accepted_takes_it_from_the_record_too(
    log: EvidenceLog, tmp_path: Path
) -> None:
    log.append(ask(), {"phone": "13800138000"})
    state = tmp_path / "state"
    assert b"13800138000" in b"".join(path.read_bytes() for path in state.glob("evidence.wal*"))
    erase_payload(log, log.read(0).commitment, **WHO)
    assert b"13800138000" not in everywhere(tmp_path)


def older(log: EvidenceLog) -> None:
    """Keep the payloads as logs did before there were packs."""
    for name in packs(log):
        path = log.folder / name
        for line in path.read_bytes().split(b"\n")[:-1]:
            commitment = commitment_of(line)
            assert commitment
            single = log.folder / payload_path(commitment)
            single.parent.mkdir(exist_ok=True)
            single.write_bytes(line)
        path.unlink()


def test_an_older_log_opens_grows_verifies_and_erases(
    log: EvidenceLog, reopen: Callable[[], EvidenceLog], tmp_path: Path
) -> None:
    log.append_many([(ask(), {"phone": f"1380013800{i}"}) for i in range(3)])
    older(log)
    again = reopen()
    assert again.payload(again.read(1)) == {"phone": "13800138001"}
    again.append(ask(), {"n": 3})
    assert again.verify().payloads == 4
    erase_payload(again, again.read(1).commitment, **WHO)
    assert again.payload(again.read(1)) is None
    assert b"13800138001" not in everywhere(tmp_path)
    assert (again.verify().payloads, again.verify().erased) == (3, 1)
    assert export(again.folder, tmp_path / "export").payloads == 3


def test_an_older_payload_that_was_altered_is_named(log: EvidenceLog) -> None:
    log.append(ask(), {"n": 1})
    older(log)
    (name,) = packs(log)
    path = log.folder / name
    path.write_bytes(path.read_bytes().replace(b'"n":1', b'"n":2'))
    with pytest.raises(ProofFailure, match="altered") as failure:
        verify(log.folder)
    assert failure.value.location.file == name
    with pytest.raises(ProofFailure, match="not what it commits to"):
        log.payload(log.read(0))


@pytest.mark.parametrize("change", ["swap", "twice", "drop", "add", "cut", "empty"])
def test_a_pack_holds_just_what_is_due_in_order(log: EvidenceLog, change: str) -> None:
    log.append_many([(ask(), {"n": i}) for i in range(3)])
    (name,) = packs(log)
    path = log.folder / name
    one, two, three, _ = path.read_bytes().split(b"\n")
    changed = {
        "swap": [two, one, three, b""],
        "twice": [one, one, two, three, b""],
        "drop": [one, three, b""],
        "add": [one, two, three, three, b""],
        "cut": [one, two, three],
        "empty": [b""],
    }[change]
    path.write_bytes(b"\n".join(changed))
    with pytest.raises(ProofFailure) as failure:
        verify(log.folder)
    assert failure.value.location.file == name


def test_a_pack_under_another_name_is_noticed(log: EvidenceLog) -> None:
    log.append_many([(ask(), {"n": i}) for i in range(3)])
    (name,) = packs(log)
    path = log.folder / name
    path.rename(path.with_name("001.jsonl"))
    with pytest.raises(ProofFailure):
        verify(log.folder)

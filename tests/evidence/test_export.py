"""Exports verify with no network, no state and no second place."""

from __future__ import annotations

from pathlib import Path

import pytest

from lawful.evidence import EvidenceLog, erase_payload, export, verify, verify_proof
from lawful.evidence.exported import readme
from lawful.evidence.notes import open_checkpoint
from lawful.evidence.reader import Reader
from lawful.terms.errors import ProofFailure, UsageError
from tests.evidence.making import ask


def disturb(monkeypatch: pytest.MonkeyPatch, log: EvidenceLog, times: int) -> None:
    """Append under a reader, just before it reads a tile; so often."""
    real, left = Reader.raw, [times]

    def raw(self: Reader, name: str) -> bytes:
        if left[0] > 0 and name.startswith("tile/"):
            left[0], again = 0, left[0] - 1
            log.append(ask(), {"n": 1})
            log.settle()
            left[0] = again
        return real(self, name)

    monkeypatch.setattr(Reader, "raw", raw)


def test_an_export_is_a_whole_log_with_proofs(log: EvidenceLog, tmp_path: Path) -> None:
    log.append_many([(ask(), {"n": i}) for i in range(260)])
    log.settle()
    dest = tmp_path / "away" / "export"
    report = export(log.folder, dest, proofs=[259, 0, 0])
    assert (report.entries, report.payloads, report.proofs) == (260, 260, 2)
    assert not report.compared
    assert "proofs" in report.checked
    text = (dest / "README.md").read_text()
    assert str(log.vkey) in text
    assert report.root in text
    assert "not compared with the second place" in text
    verify_proof((dest / "proofs/259.tlog-proof").read_text(), log.read(259).data, str(log.vkey))
    assert verify(dest, vkey=str(log.vkey)) == report
    assert {p.name for p in dest.iterdir()} == {
        "README.md", "checkpoint", "vkey", "tile", "payload", "proofs", "verify.py",
    }  # fmt: skip


def test_an_empty_log_exports(log: EvidenceLog, tmp_path: Path) -> None:
    assert export(log.folder, tmp_path / "export").entries == 0


def test_an_export_is_of_one_moment(
    log: EvidenceLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others append while the copy is made: partial tiles go away under it."""
    log.append_many([(ask(), {}) for _ in range(3)])
    log.settle()
    disturb(monkeypatch, log, 2)
    report = export(log.folder, tmp_path / "export", proofs=[2])
    assert report.entries == log.size() == 5


def test_reading_goes_on_while_others_append(
    log: EvidenceLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.append_many([(ask(), {}) for _ in range(3)])
    log.settle()
    with monkeypatch.context() as patch:
        disturb(patch, log, 3)
        leaf = log.read(0)
        assert log.size() == 6
    disturb(monkeypatch, log, 2)
    verify_proof(log.proof(0), leaf.data, str(log.vkey))
    assert log.size() == 8


def test_places_that_an_export_does_not_take(log: EvidenceLog, tmp_path: Path) -> None:
    log.append(ask(), {})
    log.settle()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x")
    for dest in (tmp_path / "full", log.folder, log.folder / "inside"):
        with pytest.raises(UsageError, match="empty place"):
            export(log.folder, dest)
    with pytest.raises(UsageError, match="no entry 1"):
        export(log.folder, tmp_path / "e", proofs=[1])


def test_a_broken_log_is_not_exported_as_whole(log: EvidenceLog, tmp_path: Path) -> None:
    log.append_many([(ask(), {"a": 1}) for _ in range(3)])
    log.settle()
    path = next((log.folder / "payload").rglob("*.jsonl"))
    path.write_bytes(path.read_bytes().replace(b'"a":1', b'"a":2'))
    with pytest.raises(ProofFailure, match="altered"):
        export(log.folder, tmp_path / "export")
    path.unlink()
    with pytest.raises(ProofFailure, match="missing"):
        export(log.folder, tmp_path / "again")


def test_a_proof_under_another_name_is_noticed(log: EvidenceLog, tmp_path: Path) -> None:
    log.append_many([(ask(), {}) for _ in range(3)])
    log.settle()
    export(log.folder, tmp_path / "export", proofs=[1])
    proofs = tmp_path / "export" / "proofs"
    (proofs / "1.tlog-proof").rename(proofs / "2.tlog-proof")
    with pytest.raises(ProofFailure, match="not about the entry") as failure:
        verify(tmp_path / "export")
    assert failure.value.location.file == "proofs/2.tlog-proof"


def test_the_readme_is_bound_to_its_checkpoint(log: EvidenceLog) -> None:
    first = open_checkpoint((log.folder / "checkpoint").read_bytes(), log.vkey)
    log.append(ask(), {})
    log.settle()
    second = open_checkpoint((log.folder / "checkpoint").read_bytes(), log.vkey)
    assert readme(first, log.vkey) != readme(second, log.vkey)


def test_a_payload_erased_while_the_copy_is_made_is_not_in_it(
    log: EvidenceLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.append_many([(ask(), {"phone": "13800138000"}), (ask(), {"n": 1})])
    log.settle()
    commitment = log.read(0).commitment
    real, reads = Reader.raw, []

    def raw(self: Reader, name: str) -> bytes:
        if name == "tile/0/000.p/2":
            reads.append(name)
            if len(reads) == 2:  # the edge was read, the payloads are copied, the proof is next
                assert b"13800138000" in next((tmp_path / "export").rglob("*.jsonl")).read_bytes()
                erase_payload(log, commitment, entity="hangzhou-market", door="cli")
        return real(self, name)

    monkeypatch.setattr(Reader, "raw", raw)
    report = export(log.folder, tmp_path / "export", proofs=[0])
    assert (report.entries, report.erased, report.payloads) == (4, 1, 1)
    kept = [path.read_bytes() for path in (tmp_path / "export").rglob("*") if path.is_file()]
    assert b"13800138000" not in b"".join(kept)

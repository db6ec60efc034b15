"""Erasing what is personal while every proof stays valid."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lawful.evidence import (
    EvidenceLog,
    PublishedLog,
    SubjectKeys,
    erase_payload,
    export,
    finish_erasures,
    open_erasures,
    open_intents,
    resume_erasures,
    subject_pseudonym,
    verify,
    verify_proof,
)
from lawful.terms.errors import EnvironmentFailure, ProofFailure, UsageError
from tests.evidence.making import ask

WHO = {"entity": "hangzhou-market", "door": "cli"}


def everywhere(base: Path) -> bytes:
    return b"".join(path.read_bytes() for path in base.rglob("*") if path.is_file())


def test_an_erased_payload_is_gone_and_the_log_verifies(log: EvidenceLog, tmp_path: Path) -> None:
    log.append(ask(), {"phone": "13800138000"})
    log.append(ask(), {"phone": "kept"})
    leaf, proof = log.read(0), log.proof(0)
    receipt = erase_payload(log, leaf.commitment, **WHO)
    assert log.payload(leaf) is None
    assert b"13800138000" not in everywhere(tmp_path)
    intent, outcome = log.read(2), log.read(3)
    assert receipt.index == 3
    assert (intent.kind, outcome.kind, outcome.outcome) == ("intent", "outcome", "done")
    assert intent.ref == outcome.ref == leaf.commitment
    report = log.verify()
    assert (report.payloads, report.erased) == (1, 1)
    verify_proof(proof, leaf.data, str(log.vkey))
    verify_proof(log.proof(0), leaf.data, str(log.vkey))
    assert open_intents(log) == []
    log.settle()
    export(log.folder, tmp_path / "export")
    assert b"13800138000" not in everywhere(tmp_path / "export")


def test_what_cannot_be_erased(log: EvidenceLog) -> None:
    log.append(ask(), {"a": 1})
    commitment = log.read(0).commitment
    with pytest.raises(UsageError, match="no entry commits"):
        erase_payload(log, "ab" * 32, **WHO)
    erase_payload(log, commitment, **WHO)
    with pytest.raises(UsageError, match="erased already"):
        erase_payload(log, commitment, **WHO)
    assert log.size() == 3


def test_deleting_without_a_record_is_noticed(log: EvidenceLog) -> None:
    log.append(ask(), {"a": 1})
    log.delete_payload(log.read(0).commitment)
    with pytest.raises(ProofFailure, match="no erasure is recorded"):
        log.verify()


def test_recording_without_deleting_is_noticed(
    log: EvidenceLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.append(ask(), {"a": 1})
    monkeypatch.setattr(EvidenceLog, "delete_payload", lambda self, commitment: None)
    erase_payload(log, log.read(0).commitment, **WHO)
    log.settle()
    with pytest.raises(ProofFailure, match="still there"):
        verify(log.folder)


@pytest.mark.parametrize("by", ["finish", "resume", "again"])
@pytest.mark.parametrize("at", ["before", "after"])
def test_an_interrupted_erasure_is_finished(
    log: EvidenceLog,
    reopen: Callable[[], EvidenceLog],
    monkeypatch: pytest.MonkeyPatch,
    at: str,
    by: str,
) -> None:
    log.append(ask(), {"a": 1})
    commitment = log.read(0).commitment
    real = EvidenceLog.delete_payload

    def interrupted(self: EvidenceLog, commitment: str) -> None:
        if at == "after":
            real(self, commitment)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(EvidenceLog, "delete_payload", interrupted)
        with pytest.raises(KeyboardInterrupt):
            erase_payload(log, commitment, **WHO)
    again = reopen()
    assert len(open_intents(again)) == 1
    assert [each.ref for each in open_erasures(again)] == [commitment]
    if by == "finish":
        assert len(finish_erasures(again)) == 1
    elif by == "resume":
        assert len(resume_erasures(again)) == 1
    else:
        erase_payload(again, commitment, **WHO)
    assert finish_erasures(again) == resume_erasures(again) == []
    assert open_erasures(again) == []
    assert again.size() == 3
    assert again.verify().erased == 1


def test_a_failed_erasure_does_not_count(log: EvidenceLog) -> None:
    log.append(ask(), {"a": 1})
    commitment = log.read(0).commitment
    log.append(ask(kind="outcome", operation="erase_payload", outcome="failed", ref=commitment), {})
    log.delete_payload(commitment)
    with pytest.raises(ProofFailure, match="no erasure is recorded"):
        log.verify()


def test_a_subjects_leaves_are_linked_while_the_key_lives(log: EvidenceLog, tmp_path: Path) -> None:
    keys = SubjectKeys(tmp_path / "state")
    first = subject_pseudonym(keys.get_or_create("buyer:42"), "buyer:42")
    log.append(ask(kind="use", subject=first), {})
    assert SubjectKeys(tmp_path / "state").get_or_create("buyer:42") == keys.find("buyer:42")
    assert subject_pseudonym(keys.get_or_create("buyer:42"), "buyer:42") == first
    assert subject_pseudonym(keys.get_or_create("buyer:43"), "buyer:43") != first
    assert b"buyer:42" not in everywhere(log.folder)
    key = keys.get_or_create("buyer:42")
    assert key in everywhere(tmp_path / "state")
    assert keys.destroy("buyer:42")
    assert not keys.destroy("buyer:42")
    assert keys.find("buyer:42") is None
    assert key not in everywhere(tmp_path)
    assert b"buyer:42" not in everywhere(tmp_path)
    assert keys.get_or_create("buyer:42") != key
    log.verify()


def test_the_pseudonym_is_an_hmac() -> None:
    """RFC 4231, test case 2."""
    assert subject_pseudonym(b"Jefe", "what do ya want for nothing?") == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )


def test_the_subject_keys_are_private_and_fail_as_ours(tmp_path: Path) -> None:
    keys = SubjectKeys(tmp_path / "state")
    keys.get_or_create("a")
    path = tmp_path / "state" / "subject-keys.sqlite"
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(b"no database" * 100)
    with pytest.raises(EnvironmentFailure) as failure:
        keys.get_or_create("a")
    assert failure.value.exit_code == 5
    (tmp_path / "file").write_text("x")
    with pytest.raises(EnvironmentFailure):
        SubjectKeys(tmp_path / "file" / "state").get_or_create("a")


def test_a_noted_erasure_without_an_intent_was_never_begun(log: EvidenceLog) -> None:
    log.append(ask(), {"a": 1})
    commitment = log.read(0).commitment
    log.erasures.begin(commitment)
    assert resume_erasures(log) == []
    assert log.erasures.begun() == []
    assert log.payload(log.read(0)) == {"a": 1}
    assert log.size() == 1


def test_the_leaves_of_an_operation_are_found_in_every_bundle(log: EvidenceLog) -> None:
    events = [ask(operation="transfer" if n % 100 == 7 else "use") for n in range(600)]
    log.append_many([(event, {}) for event in events])
    found = [leaf.index for leaf in log.of_operations(["transfer"])]
    assert found == [7, 107, 207, 307, 407, 507]
    assert list(PublishedLog.read_only(log.folder).of_operations(["transfer"]))[-1].index == 507
    assert list(log.of_operations(["share"])) == []

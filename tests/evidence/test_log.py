"""The log's promises in ordinary use."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from lawful.evidence import Event, EvidenceLog, SchemaError, open_intents, verify_proof
from lawful.evidence.notes import Signer, VerifierKey, open_checkpoint
from lawful.evidence.tiles import files_of, split_bundle
from lawful.evidence.tree import EMPTY_ROOT, leaf_hash, root_of
from lawful.terms.errors import ProofFailure, UsageError
from tests.evidence.making import MemoryCheckpointStore, ask, clock, new_id, open_log


def test_a_new_log_publishes_its_empty_head(log: EvidenceLog, store: MemoryCheckpointStore) -> None:
    note = (log.folder / "checkpoint").read_bytes()
    head = open_checkpoint(note, log.vkey)
    assert (head.size, head.root) == (0, EMPTY_ROOT)
    assert store.note == note
    assert log.size() == 0
    assert log.tail(5) == []
    assert log.verify().entries == 0


def test_the_key_is_kept_apart_and_private(log: EvidenceLog, tmp_path: Path) -> None:
    key = tmp_path / "state" / "keys" / "log-ed25519"
    assert key.stat().st_mode & 0o777 == 0o600
    assert (log.folder / "vkey").read_text() == f"{log.vkey}\n"
    kept = b"".join(path.read_bytes() for path in log.folder.rglob("*") if path.is_file())
    assert key.read_bytes() not in kept
    assert b"PRIVATE" not in kept


def test_an_entry_reads_back(log: EvidenceLog) -> None:
    event, payload = ask(), {"sql": "SELECT 1", "facts": {"purpose": "payment"}}
    receipt = log.append(event, payload)
    leaf = log.read(0)
    assert (receipt.id, receipt.index, receipt.size) == (event.id, 0, 1)
    assert log.verify().root == leaf_hash(leaf.data).hex()
    assert {name: getattr(leaf, name) for name in event.fields()} == event.fields()
    assert (leaf.node, leaf.seq) == ("node-a", 1)
    assert log.payload(leaf) == payload
    assert log.find(event.id) == leaf


def test_no_payload_leaves_no_file(log: EvidenceLog) -> None:
    log.append(ask(), {})
    assert log.read(0).commitment == ""
    assert log.payload(log.read(0)) is None
    assert not (log.folder / "payload").exists()


def test_equal_payloads_are_committed_to_differently(log: EvidenceLog) -> None:
    log.append_many([(ask(), {"a": 1}), (ask(), {"a": 1})])
    assert log.read(0).commitment != log.read(1).commitment


def test_the_payload_is_not_in_the_leaf(log: EvidenceLog) -> None:
    log.append(ask(), {"name": "王小明", "phone": "13800138000"})
    assert b"13800138000" not in log.read(0).data
    assert sha256(b'{"name":"\xe7\x8e\x8b"}').hexdigest() != log.read(0).commitment


def test_a_group_is_one_commit(log: EvidenceLog) -> None:
    log.append(ask(), {"a": 0})
    receipts = log.append_many([(ask(), {"a": i}) for i in range(5)])
    assert [receipt.index for receipt in receipts] == [1, 2, 3, 4, 5]
    assert {receipt.size for receipt in receipts} == {6}
    assert [log.read(i).seq for i in range(6)] == [1, 2, 3, 4, 5, 6]
    assert log.append_many([]) == []


def test_a_refused_event_leaves_no_trace(log: EvidenceLog, tmp_path: Path) -> None:
    log.append(ask(), {"a": 1})
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(SchemaError):
        log.append_many([(ask(), {"a": 1}), (ask(), {"a": {1}})])
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}


@pytest.mark.parametrize("batches", [[1] * 5, [255, 1, 1], [256], [257], [100, 700, 3], [1030]])
def test_the_files_are_those_of_the_standard(log: EvidenceLog, batches: list[int]) -> None:
    for batch in batches:
        log.append_many([(ask(), {}) for _ in range(batch)])
    size = sum(batches)
    log.settle()
    found = {p.relative_to(log.folder).as_posix() for p in log.folder.rglob("*") if p.is_file()}
    assert found == files_of(size) | {"checkpoint", "vkey"}
    assert not [p for p in (log.folder / "tile").rglob("*") if p.is_dir() and not any(p.iterdir())]
    bundles = sorted((log.folder / "tile" / "entries").rglob("*"))
    entries = [e for path in bundles if path.is_file() for e in split_bundle(path.read_bytes())]
    assert root_of([leaf_hash(entry) for entry in entries]).hex() == log.verify().root
    assert log.verify().entries == size


def test_every_entry_is_proved_offline(log: EvidenceLog) -> None:
    log.append_many([(ask(), {}) for _ in range(300)])
    log.append(ask(), {})
    for index in (0, 1, 255, 256, 299, 300):
        text = log.proof(index)
        verify_proof(text, log.read(index).data, str(log.vkey))
        with pytest.raises(ProofFailure):
            verify_proof(text, log.read((index + 1) % 301).data, str(log.vkey))


def test_what_is_not_there(log: EvidenceLog) -> None:
    log.append(ask(), {})
    assert log.find("dec_00000000000000000000000000") is None
    for index in (-1, 1):
        with pytest.raises(UsageError, match="no entry"):
            log.read(index)
        with pytest.raises(UsageError, match="no entry"):
            log.proof(index)


def test_the_tail_is_newest_first(log: EvidenceLog) -> None:
    log.append_many([(ask(), {}) for _ in range(300)])
    assert [leaf.index for leaf in log.tail(3)] == [299, 298, 297]
    assert [leaf.index for leaf in log.tail(2, before=257)] == [256, 255]
    assert [leaf.index for leaf in log.tail(5, before=2)] == [1, 0]
    assert log.tail(5, before=0) == log.tail(0) == []
    assert [leaf.index for leaf in log.tail(1, before=999)] == [299]


def test_finding_does_not_scan_again(log: EvidenceLog, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [log.append(ask(), {}).id for _ in range(5)]
    parsed: list[int] = []
    reader = log._reader
    real = reader.parsed

    def counting(data: bytes, index: int, size: int) -> object:
        parsed.append(index)
        return real(data, index, size)

    monkeypatch.setattr(reader, "parsed", counting)
    assert log.find(ids[0])
    assert sorted(parsed) == [0, 0, 1, 2, 3, 4]
    parsed.clear()
    newest = log.append(ask(), {}).id
    parsed.clear()
    assert log.find(ids[1])
    assert log.find(newest)
    assert sorted(parsed) == [1, 5, 5]


def test_two_handles_take_turns(log: EvidenceLog, reopen: Callable[[], EvidenceLog]) -> None:
    other = reopen()
    for handle in (log, other, other, log, other):
        handle.append(ask(), {"a": 1})
    assert [leaf.seq for leaf in log.tail(9)] == [5, 4, 3, 2, 1]
    assert other.find(log.tail(1)[0].id) == other.tail(1)[0]
    assert log.verify().entries == 5


def test_each_node_counts_for_itself(tmp_path: Path, store: MemoryCheckpointStore) -> None:
    a, b = (open_log(tmp_path, store, node=node) for node in ("node-a", "node-b"))
    for handle in (a, b, a, a, b):
        handle.append(ask(), {})
    again = open_log(tmp_path, store, node="node-b")
    again.append(ask(), {})
    assert [(leaf.node, leaf.seq) for leaf in reversed(a.tail(9))] == [
        ("node-a", 1),
        ("node-b", 1),
        ("node-a", 2),
        ("node-a", 3),
        ("node-b", 2),
        ("node-b", 3),
    ]
    assert again.verify().nodes == 2


def test_threads_share_a_handle(log: EvidenceLog) -> None:
    def work() -> None:
        for _ in range(10):
            receipt = log.append(ask(), {"a": 1})
            assert log.read(receipt.index).id == receipt.id
            assert log.find(receipt.id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(leaf.seq for leaf in log.tail(99)) == list(range(1, 41))
    assert log.verify().entries == 40


def test_opening_changes_nothing(log: EvidenceLog, reopen: Callable[[], EvidenceLog]) -> None:
    log.append_many([(ask(), {"a": 1}) for _ in range(3)])
    log.settle()
    files = [path for path in log.folder.parent.rglob("*") if path.is_file()]
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}
    assert reopen().size() == 3
    after = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}
    for name in ("evidence.lock", "evidence.lock.turn"):
        del before[log.folder.parent / "state" / name]
    assert {path: after[path] for path in before} == before


def test_intents_wait_for_their_outcome(log: EvidenceLog) -> None:
    intents = [ask(kind="intent", operation="approve"), ask(kind="intent", operation="approve")]
    for intent in intents:
        log.append(intent, {})
    assert [leaf.id for leaf in open_intents(log)] == [intent.id for intent in intents]
    log.append(ask(kind="outcome", outcome="done", operation="approve", ref=intents[0].id), {})
    assert [leaf.id for leaf in open_intents(log)] == [intents[1].id]


def test_the_state_may_not_lie_in_the_folder(tmp_path: Path, store: MemoryCheckpointStore) -> None:
    for state in (tmp_path, tmp_path / "state"):
        with pytest.raises(SchemaError, match="inside"):
            EvidenceLog.open(tmp_path, state=state, origin="o", node="n", store=store, clock=clock)


@pytest.mark.parametrize("node", ["", "a b", "x" * 65, "é"])
def test_a_node_has_a_plain_name(tmp_path: Path, store: MemoryCheckpointStore, node: str) -> None:
    with pytest.raises(SchemaError, match="node"):
        open_log(tmp_path, store, node=node)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("origin", ["", "a b", "a+b"])
def test_an_origin_has_a_plain_name(tmp_path: Path, origin: str) -> None:
    with pytest.raises(SchemaError, match="origin"):
        EvidenceLog.open(
            tmp_path / "e",
            state=tmp_path / "s",
            origin=origin,
            node="n",
            store=MemoryCheckpointStore(),
            clock=clock,
        )


def test_another_origin_is_another_log(log: EvidenceLog, store: MemoryCheckpointStore) -> None:
    base = log.folder.parent
    with pytest.raises(ProofFailure, match="verifier key"):
        EvidenceLog.open(
            log.folder, state=base / "state", origin="x", node="n", store=store, clock=clock
        )


def test_a_lost_key_is_not_replaced(log: EvidenceLog, reopen: Callable[[], EvidenceLog]) -> None:
    log.append(ask(), {})
    (log.folder.parent / "state" / "keys" / "log-ed25519").unlink()
    with pytest.raises(ProofFailure, match="private key is missing"):
        reopen()


def test_another_key_is_refused(log: EvidenceLog, reopen: Callable[[], EvidenceLog]) -> None:
    key = log.folder.parent / "state" / "keys" / "log-ed25519"
    key.write_bytes(Signer.generate("lawful.example/log").to_pem())
    with pytest.raises(ProofFailure, match="verifier key"):
        reopen()
    key.write_bytes(b"nonsense")
    with pytest.raises(ProofFailure, match="cannot be read"):
        reopen()


def test_a_key_changed_with_its_name_fails_in_the_second_place(
    log: EvidenceLog, reopen: Callable[[], EvidenceLog]
) -> None:
    """Whoever holds folder and state can re-sign everything, but not the second place."""
    log.append(ask(), {})
    log.settle()
    forger = Signer.generate("lawful.example/log")
    head = open_checkpoint((log.folder / "checkpoint").read_bytes(), log.vkey)
    (log.folder / "checkpoint").write_bytes(forger.sign(head))
    (log.folder / "vkey").write_text(f"{forger.verifier}\n")
    (log.folder.parent / "state" / "keys" / "log-ed25519").write_bytes(forger.to_pem())
    with pytest.raises(ProofFailure, match="another key") as refused:
        reopen()
    assert refused.value.location.file == "second place"


def test_events_are_values(log: EvidenceLog) -> None:
    event = Event(kind="refusal", id=new_id(), entity="dublin", operation="query")
    log.append(event, {"why": "two statements"})
    assert json.loads(log.read(0).data)["door"] == "python"
    assert VerifierKey.parse(str(log.vkey)) == log.vkey

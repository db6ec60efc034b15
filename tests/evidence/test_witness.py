"""Witnesses: C2SP add-checkpoint, cosignatures in the checkpoint, a quorum without which nothing goes."""

from __future__ import annotations

import errno
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import pytest

from lawful.evidence import (
    EvidenceLog,
    Policy,
    SchemaError,
    WitnessServer,
    export,
    verify,
    verify_proof,
)
from lawful.evidence.notes import Checkpoint, Signer, open_note
from lawful.evidence.policy import open_witnessed
from lawful.evidence.tree import consistency_path, consistent, leaf_hash, root_of
from lawful.evidence.witness import SIZE_TYPE
from lawful.evidence.witness_http import witness_server
from lawful.evidence.witnessing import Cosigner, post, request_body
from lawful.terms.errors import EnvironmentFailure, ProofFailure
from tests.evidence.faults import FailingDisk, RecordingDisk
from tests.evidence.making import ORIGIN, MemoryCheckpointStore, ask, open_log

HASHES = [leaf_hash(bytes([i])) for i in range(40)]


def tile_of(size: int, hashes: list[bytes] | None = None):  # type: ignore[no-untyped-def]
    return lambda level, n: (hashes or HASHES)[:size] if level == 0 else []


def head(size: int, hashes: list[bytes] | None = None) -> Checkpoint:
    return Checkpoint(origin=ORIGIN, size=size, root=root_of((hashes or HASHES)[:size]))


@pytest.fixture
def signer() -> Signer:
    return Signer.generate(ORIGIN)


@pytest.fixture
def witness(tmp_path: Path, signer: Signer) -> WitnessServer:
    return server(tmp_path / "witness", "one.example", signer)


def server(folder: Path, name: str, signer: Signer, disk: object = None) -> WitnessServer:
    logs = {ORIGIN: signer.verifier}
    return WitnessServer(folder, name, logs, now=lambda: 1_795_000_000, disk=disk)  # type: ignore[arg-type]


def body(signer: Signer, old: int, size: int, proof: list[bytes] | None = None) -> bytes:
    path = consistency_path(tile_of(size), old, size) if proof is None else proof
    return request_body(old, path, signer.sign(head(size)))


def test_consistency_paths_of_all_small_trees() -> None:
    for size in range(41):
        for old in range(size + 1):
            path = consistency_path(tile_of(size), old, size)
            roots = root_of(HASHES[:old]), root_of(HASHES[:size])
            assert consistent(old, roots[0], size, roots[1], path)
            if 0 < old < size:
                assert not consistent(old, roots[0], size, roots[1], path[:-1])
                assert not consistent(old, roots[0], size, roots[1], [*path, bytes(32)])
                assert not consistent(old, bytes(32), size, roots[1], path)
                assert not consistent(old, roots[0], size, bytes(32), path)
                for place in range(len(path)):
                    bad = [*path[:place], bytes(32), *path[place + 1 :]]
                    assert not consistent(old, roots[0], size, roots[1], bad)
            elif old:
                assert not consistent(old, bytes(32), size, roots[1], path)


def test_it_cosigns_what_goes_on(witness: WitnessServer, signer: Signer) -> None:
    for old, size in ((0, 3), (3, 3), (3, 17), (17, 40)):
        answer = witness.add_checkpoint(body(signer, old, size))
        assert answer.status == 200
        note = open_note(signer.sign(head(size)) + answer.text.encode(), signer.verifier)
        (line,) = note.others
        assert line.cosigns(head(size), witness.vkey)
        assert not line.cosigns(head(size - 1), witness.vkey)
        assert int.from_bytes(line.signature[:8], "big") == 1_795_000_000


def test_what_it_answers_otherwise(witness: WitnessServer, signer: Signer) -> None:
    def status(data: bytes) -> int:
        return witness.add_checkpoint(data).status

    assert witness.add_checkpoint(body(signer, 0, 5)).status == 200
    other = Signer.generate("lawful.example/other")
    unknown = request_body(0, [], other.sign(attrs.evolve(head(5), origin=other.name)))
    assert status(unknown) == 404
    forged = Signer.generate(ORIGIN)
    assert status(body(forged, 5, 8)) == 403
    conflict = witness.add_checkpoint(body(signer, 3, 8))
    assert (conflict.status, conflict.text, conflict.media) == (409, "5\n", SIZE_TYPE)
    assert status(body(signer, 0, 8, [])) == 409
    twisted = request_body(5, [], signer.sign(attrs.evolve(head(5), root=bytes(32))))
    assert status(twisted) == 409
    assert status(body(signer, 5, 8, [bytes(32)])) == 422
    assert status(body(signer, 5, 8, [])) == 422
    fork = [*HASHES[:4], bytes(32), *HASHES[5:]]
    proof = consistency_path(tile_of(8, fork), 5, 8)
    assert status(request_body(5, proof, signer.sign(head(8, fork)))) == 422
    for bad in (
        b"", b"\n\n", b"old 5\n", b"old -1\n\n", b"old 05\n\n", b"old x\n\n" + signer.sign(head(8)),
        b"old 5\nnot base64\n\n" + signer.sign(head(8)), body(signer, 5, 8, [bytes(31)]),
        body(signer, 5, 8, [bytes(32)] * 64), request_body(9, [], signer.sign(head(8))),
        b"\xff\n\n",
    ):  # fmt: skip
        assert status(bad) == 400, bad
    assert status(body(signer, 5, 8)) == 200


def test_what_it_signed_is_durable_before_it_answers(tmp_path: Path, signer: Signer) -> None:
    disk = RecordingDisk()
    witness = server(tmp_path / "w", "one.example", signer, disk)
    disk.calls.clear()
    assert witness.add_checkpoint(body(signer, 0, 5)).status == 200
    assert [call for call, _ in disk.calls] == ["fsync", "rename", "fsync"]
    again = server(tmp_path / "w", "one.example", signer)
    assert again.vkey == witness.vkey
    assert again.add_checkpoint(body(signer, 0, 8)).text == "5\n"


def test_it_answers_nothing_that_it_cannot_keep(tmp_path: Path, signer: Signer) -> None:
    disk = FailingDisk()
    witness = server(tmp_path / "w", "one.example", signer, disk)
    disk.error, disk.after, disk.calls = errno.ENOSPC, 0, 0
    with pytest.raises(EnvironmentFailure):
        witness.add_checkpoint(body(signer, 0, 5))
    disk.after = None
    assert witness.add_checkpoint(body(signer, 0, 5)).status == 200


def test_of_many_at_once_one_wins(tmp_path: Path, signer: Signer) -> None:
    """Two pasts of one size: never are both signed."""
    fork = [bytes(32), *HASHES[1:]]
    bodies = [request_body(0, [], signer.sign(head(9, each))) for each in (HASHES, fork)]
    for number in range(10):
        witness = server(tmp_path / str(number), "one.example", signer)
        with ThreadPoolExecutor(6) as pool:
            found = [answer.status for answer in pool.map(witness.add_checkpoint, bodies * 3)]
        assert sorted(found) == [200, 409, 409, 409, 409, 409]


@attrs.define
class Net:
    """Witnesses behind addresses, some of them away."""

    witnesses: dict[str, WitnessServer]
    away: set[str] = attrs.Factory(set)

    def send(self, url: str, data: bytes) -> tuple[int, bytes]:
        address = url.removesuffix("/add-checkpoint")
        if address in self.away:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "away")
        answer = self.witnesses[address].add_checkpoint(data)
        return answer.status, answer.text.encode()


@attrs.define
class Witnessed:
    """A log with three witnesses, two of whom make a quorum."""

    log: EvidenceLog
    net: Net
    policy: Policy
    store: MemoryCheckpointStore


def policy_text(signer: Signer, witnesses: dict[str, WitnessServer], quorum: str) -> str:
    lines = [f"log {signer.verifier}"]
    lines += [f"witness {name} {one.vkey} http://{name}" for name, one in witnesses.items()]
    return "\n".join([*lines, f"group two 2 {' '.join(witnesses)}", f"quorum {quorum}", ""])


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Witnessed:
    store = MemoryCheckpointStore()
    open_log(tmp_path, store).close()
    pem = (tmp_path / "state" / "keys" / "log-ed25519").read_bytes()
    signer = Signer.from_pem(ORIGIN, pem)
    found = {n: server(tmp_path / n, f"{n}.example", signer) for n in ("w1", "w2", "w3")}
    net = Net({f"http://{name}": one for name, one in found.items()})
    monkeypatch.setattr("lawful.evidence.log.Cosigner", lambda p, v: Cosigner(p, v, net.send))
    policy = Policy.parse(policy_text(signer, found, "two"))
    return Witnessed(open_log(tmp_path, store, policy=policy), net, policy, store)


def signed(log: EvidenceLog, policy: Policy) -> set[str]:
    note = open_note((log.folder / "checkpoint").read_bytes(), log.vkey)
    return policy.signed(note)


def test_a_checkpoint_carries_its_witnesses(watched: Witnessed, tmp_path: Path) -> None:
    log = watched.log
    for count in (1, 300, 2):
        log.append_many([(ask(), {"n": 1}) for _ in range(count)])
        log.settle()
        assert signed(log, watched.policy) == {"w1", "w2", "w3"}
    report = log.verify()
    assert "witnesses" in report.checked
    leaf = log.read(5)
    verify_proof(log.proof(5), leaf.data, str(log.vkey), policy=watched.policy)
    with pytest.raises(ProofFailure, match="no witness"):
        verify_proof(log.proof(5), leaf.data, str(log.vkey))
    log.settle()
    assert export(log.folder, tmp_path / "export", proofs=[5]).proofs == 1
    assert verify(tmp_path / "export", policy=watched.policy.text).entries == 303
    with pytest.raises(ProofFailure, match="not the one you know"):
        verify(tmp_path / "export", policy=watched.policy.text + "#\n")


def test_one_witness_may_be_away_two_may_not(watched: Witnessed) -> None:
    log, net = watched.log, watched.net
    net.away = {"http://w2"}
    log.append(ask(), {"n": 1})
    log.settle()
    assert signed(log, watched.policy) == {"w1", "w3"}
    net.away = {"http://w1", "http://w2"}
    receipt = log.append(ask(), {"n": 2})
    for attempt in (log.settle, log.probe, lambda: log.append(ask(), {"n": 3}), log.verify):
        with pytest.raises(EnvironmentFailure) as refused:
            attempt()
        assert refused.value.code == "evidence.quorum"
        assert refused.value.exit_code == 5
    assert b"\n1\n" in (log.folder / "checkpoint").read_bytes()
    net.away = set()
    assert log.read(receipt.index).id == receipt.id
    log.append(ask(), {"n": 4})
    log.verify()
    assert signed(log, watched.policy) == {"w1", "w2", "w3"}


def test_a_log_put_back_cannot_go_on_before_its_witnesses(
    watched: Witnessed, tmp_path: Path
) -> None:
    """Folder, state and second place all restored from a backup: the witnesses remember."""
    log = watched.log
    log.append(ask(), {})
    log.settle()
    note = watched.store.note
    for name in ("evidence", "state"):
        shutil.copytree(tmp_path / name, tmp_path / "backup" / name)
    log.append(ask(), {"gone": 1})
    log.settle()
    own = MemoryCheckpointStore()
    own.note = note
    twin = open_log(tmp_path / "backup", own, policy=watched.policy)
    twin.append(ask(), {"other": 1})
    with pytest.raises(EnvironmentFailure) as refused:
        twin.settle()
    assert refused.value.code == "evidence.quorum"


def test_a_policy_that_comes_or_goes(
    watched: Witnessed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched.log.append(ask(), {})
    watched.log.settle()
    bare = open_log(tmp_path, watched.store)
    assert bare.verify().checked == verify(bare.folder, watched.store).checked
    assert not (bare.folder / "policy").exists()
    again = open_log(tmp_path, watched.store, policy=watched.policy)
    assert signed(again, watched.policy) == {"w1", "w2", "w3"}
    assert "witnesses" in again.verify().checked
    other = watched.policy.text.replace(str(again.vkey), str(Signer.generate("x").verifier))
    with pytest.raises(SchemaError, match="another log"):
        open_log(tmp_path, watched.store, policy=Policy.parse(other))


def test_every_bit_of_a_cosigned_checkpoint_counts(watched: Witnessed) -> None:
    log = watched.log
    log.append(ask(), {})
    log.settle()
    note = (log.folder / "checkpoint").read_bytes()
    assert open_witnessed(note, log.vkey, watched.policy).size == 1
    for place in range(8 * len(note)):
        changed = bytearray(note)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises(ProofFailure):
            open_witnessed(bytes(changed), log.vkey, watched.policy)


def test_lines_that_nobody_may_add(watched: Witnessed) -> None:
    log, policy = watched.log, watched.policy
    log.append(ask(), {})
    log.settle()
    note = (log.folder / "checkpoint").read_bytes()
    found = open_note(note, log.vkey)
    lines = note.decode().splitlines(keepends=True)
    stranger = Signer.generate("w9.example").cosign(found.checkpoint, 5).encode()
    for bad in (note + stranger, note + lines[-1].encode()):
        with pytest.raises(ProofFailure):
            open_witnessed(bad, log.vkey, policy)
    one = "".join(lines[:6]).encode()
    with pytest.raises(ProofFailure, match="no quorum"):
        open_witnessed(one, log.vkey, policy)
    with pytest.raises(ProofFailure, match="no witness"):
        open_witnessed(note, log.vkey, None)


@pytest.fixture
def listening(tmp_path: Path, signer: Signer) -> Iterator[tuple[WitnessServer, str]]:
    witness = server(tmp_path / "http", "one.example", signer)
    web = witness_server(witness, "127.0.0.1", 0)
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield witness, f"http://127.0.0.1:{web.server_address[1]}"
    web.shutdown()
    thread.join()
    web.server_close()


def test_over_http(listening: tuple[WitnessServer, str], signer: Signer) -> None:
    witness, url = listening
    policy = Policy.parse(f"log {signer.verifier}\nwitness w {witness.vkey} {url}\nquorum w\n")
    cosigner = Cosigner(policy, signer.verifier)
    for size in (4, 9):
        shown = cosigner.cosigned(
            signer.sign(head(size)),
            head(size),
            lambda level, n, s: HASHES[:s] if level == 0 else [],
        )
        assert cosigner.satisfied(shown)
    assert post(f"{url}/elsewhere", b"x")[0] == 404
    assert post(f"{url}/add-checkpoint", b"x")[0] == 400
    assert post(f"{url}/add-checkpoint", bytes(70_000))[0] == 400
    assert post(f"{url}/add-checkpoint", body(signer, 3, 9)) == (409, b"9\n")
    with pytest.raises(ConnectionRefusedError):
        post("http://127.0.0.1:1/add-checkpoint", b"x")


KEY = Signer.generate("w.example").cosigner
LOG = Signer.generate(ORIGIN).verifier


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "a line 'log'"),
        (f"log {LOG}\n", "a line 'quorum'"),
        (f"log {LOG}\nquorum x\n", "no witness or group 'x'"),
        (f"log {LOG}\nwitness a {LOG} http://a\nquorum a\n", "not a verifier key"),
        (f"log {LOG}\nwitness a {KEY} ftp://a\nquorum a\n", "http"),
        (f"log {LOG}\nwitness a {KEY}\nwitness b {KEY}\nquorum a\n", "two witnesses"),
        (f"log {LOG}\nwitness a {KEY}\ngroup a any a\nquorum a\n", "taken"),
        (f"log {LOG}\nwitness a {KEY}\ngroup g 2 a\nquorum g\n", "threshold"),
        (f"log {LOG}\nwitness a {KEY}\ngroup g 1 a a\nquorum g\n", "distinct"),
        (f"log {LOG}\nwitness a {KEY}\ngroup g 0 a\nquorum g\n", "threshold"),
        (f"log {LOG}\nquorum none\nwitness a {KEY}\n", "follows"),
        (f"log {LOG}\nfriend a\n", "not of the form"),
    ],
)
def test_policies_that_are_none(text: str, why: str) -> None:
    with pytest.raises(SchemaError, match=why):
        Policy.parse(text)


def test_groups_of_groups_make_a_quorum() -> None:
    keys = {n: Signer.generate(f"{n}.example").cosigner for n in "abcd"}
    text = (
        f"# ours\nlog {LOG} http://log.example\n"
        + "".join(f"witness {n} {key}\n" for n, key in keys.items())
        + "group ab any a b\ngroup cd all c d\ngroup both all ab cd\nquorum both\n"
    )
    policy = Policy.parse(text)
    assert policy.satisfied({"a", "c", "d"})
    assert not policy.satisfied({"a", "b", "c"})
    assert not policy.satisfied({"c", "d"})

"""Verification: any byte, any file; what is wrong is named."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import attrs
import pytest

from lawful.evidence import EvidenceLog, auditing, erase_payload, export, folder, verify
from lawful.evidence.events import leaf_text
from lawful.evidence.folder import FolderFiles
from lawful.evidence.growth import Grower, Tip
from lawful.evidence.notes import Checkpoint, Signer
from lawful.evidence.packs import Pack
from lawful.evidence.payloads import commit, wrap
from lawful.evidence.tree import EMPTY_ROOT, Frontier, leaf_hash, root_of
from lawful.evidence.verify import verify_files
from lawful.evidence.wal import Run
from lawful.terms.errors import EnvironmentFailure, ProofFailure
from tests.evidence.making import ORIGIN, MemoryCheckpointStore, ask, open_log


@attrs.define
class MemoryFiles:
    """A folder's files in memory, to be altered quickly."""

    data: dict[str, bytes]

    def names(self) -> set[str]:
        return set(self.data)

    def read(self, name: str) -> bytes:
        return self.data[name]


def load(folder: Path) -> MemoryFiles:
    files = FolderFiles(folder)
    return MemoryFiles({name: files.read(name) for name in files.names()})


def refused(files: MemoryFiles, store: MemoryCheckpointStore | None = None) -> ProofFailure:
    with pytest.raises(ProofFailure) as failure:
        verify_files(files, store)
    assert failure.value.exit_code == 4
    assert failure.value.location.file
    return failure.value


@pytest.fixture
def small(log: EvidenceLog) -> MemoryFiles:
    for i in range(3):
        log.append(ask(), {"n": i} if i else {})
        log.settle()  # each in a pack of its own
    return load(log.folder)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> MemoryFiles:
    base = tmp_path_factory.mktemp("exported")
    log = open_log(base, MemoryCheckpointStore())
    log.append_many([(ask(), {"n": 1}), (ask(), {}), (ask(), {"n": 3})])
    erase_payload(log, log.read(2).commitment, entity="hangzhou-market", door="cli")
    export(log.folder, base / "export", proofs=[1])
    return load(base / "export")


def test_a_whole_log_verifies(
    log: EvidenceLog, store: MemoryCheckpointStore, small: MemoryFiles
) -> None:
    alone, compared = verify(log.folder), verify(log.folder, store, vkey=str(log.vkey))
    assert (alone.compared, compared.compared) == (False, True)
    assert (alone.entries, alone.checkpoint_size, alone.payloads) == (3, 3, 2)
    assert alone.origin == ORIGIN
    assert alone.root == root_of([leaf_hash(log.read(i).data) for i in range(3)]).hex()
    assert "second place" in compared.checked
    assert "second place" not in alone.checked


def test_every_byte_of_every_file_counts(exported: MemoryFiles) -> None:
    verify_files(exported)
    assert {name.split("/")[0] for name in exported.data} == {
        "tile", "payload", "proofs", "checkpoint", "vkey", "README.md", "verify.py",
    }  # fmt: skip
    for name, data in exported.data.items():
        if name == "verify.py":
            continue  # the README vouches for it: below
        kind = name.split("/")[0]
        for place in range(len(data)):
            changed = bytearray(data)
            changed[place] ^= 1 << (place + len(data)) % 8
            failure = refused(MemoryFiles({**exported.data, name: bytes(changed)}))
            place_named = failure.location.file
            if kind == "vkey":
                assert place_named in ("vkey", "checkpoint")
            else:
                assert place_named == name, (name, place, str(failure))


def test_the_verifier_that_goes_along_is_the_one_described(exported: MemoryFiles) -> None:
    data = exported.data["verify.py"]
    for place in range(0, len(data), 997):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        failure = refused(MemoryFiles({**exported.data, "verify.py": changed}))
        assert (failure.code, failure.location.file) == ("evidence.readme", "README.md")


def test_every_bit_of_the_small_files_counts(exported: MemoryFiles) -> None:
    for name in ("checkpoint", "vkey"):
        data = exported.data[name]
        for place in range(8 * len(data)):
            changed = bytearray(data)
            changed[place // 8] ^= 1 << place % 8
            refused(MemoryFiles({**exported.data, name: bytes(changed)}))


def test_cut_emptied_lengthened_missing_and_extra_files(exported: MemoryFiles) -> None:
    for name, data in exported.data.items():
        for other in (
            data[:-1],
            b"",
            data[: len(data) // 2],
            data + b"\x00",
            data + b"\n",
            data[1:],
        ):
            named = refused(MemoryFiles({**exported.data, name: other})).location.file
            assert named == (name if name != "verify.py" else "README.md")
        if name.split("/")[0] not in ("README.md", "proofs", "payload", "verify.py"):
            rest = {other: kept for other, kept in exported.data.items() if other != name}
            assert refused(MemoryFiles(rest)).location.file == name
    for name in (
        "x", "checkpoint.tmp", "tile/0/000", "tile/0/000.p/1", "tile/1/000.p/1", "tile/0/001.p/1",
        "tile/entries/000", "tile/entries/000.p/4", "payload/aa/x.json", "payload/x", ".hidden",
        "proofs/1.tlog-proof~", "proofs/01.tlog-proof", "proofs/9.tlog-proof", "tile/x",
    ):  # fmt: skip
        failure = refused(MemoryFiles({**exported.data, name: b"x"}))
        assert failure.location.file == name
        assert failure.code == "evidence.extra_file"


def test_the_leaf_and_the_hash_are_told_apart(log: EvidenceLog) -> None:
    log.append_many([(ask(), {}) for _ in range(300)])
    log.settle()
    files = load(log.folder)
    bundle, tile, upper = "tile/entries/001.p/44", "tile/0/001.p/44", "tile/1/000.p/1"
    at = files.data[bundle].index(b"lawful", 5000)
    spoilt = files.data[bundle][:at] + b"LAWFUL" + files.data[bundle][at + 6 :]
    index = 256 + entries_before(files.data[bundle], at)
    failure = refused(MemoryFiles({**files.data, bundle: spoilt}))
    assert failure.code == "evidence.leaf"
    assert f"leaf {index} " in failure.message
    spoilt = files.data[tile][:70] + bytes([files.data[tile][70] ^ 1]) + files.data[tile][71:]
    failure = refused(MemoryFiles({**files.data, tile: spoilt}))
    assert failure.code == "evidence.tile"
    assert "hash 2 " in failure.message
    failure = refused(MemoryFiles({**files.data, upper: bytes(32)}))
    assert (failure.code, failure.location.file) == ("evidence.tile", upper)


def entries_before(bundle: bytes, at: int) -> int:
    """How many entries end before a place in a bundle."""
    count, place = 0, 0
    while (stop := place + 2 + int.from_bytes(bundle[place : place + 2], "big")) <= at:
        count, place = count + 1, stop
    return count


def forged(
    leaves: list[bytes], payloads: Mapping[int, bytes] = MappingProxyType({})
) -> MemoryFiles:
    """A log with a good tree and signature over any leaves, and any payloads, at all."""
    signer = Signer.generate(ORIGIN)
    empty = Checkpoint(origin=ORIGIN, size=0, root=EMPTY_ROOT)
    tip = Tip(signer.sign(empty), empty, Frontier(), [])
    grower = Grower(tip)
    grower.add(Run(0, leaves, [payloads.get(i, b"") for i in range(len(leaves))]))
    growth = grower.cut()
    head = {"checkpoint": signer.sign(growth.head), "vkey": f"{signer.verifier}\n".encode()}
    return MemoryFiles({**growth.files, **head})


def leaf(node: str, seq: int, commitment: str = "", **changes: object) -> bytes:
    at = "2026-11-24T09:00:00.000Z"
    return leaf_text(ask(**changes), node, seq, at, commitment).encode()


def test_a_good_forgery_differs_only_in_what_is_forged() -> None:
    assert verify_files(forged([leaf("a", 1), leaf("b", 1), leaf("a", 2)])).nodes == 2


@pytest.mark.parametrize(
    "sequence",
    [
        [("a", 2)],
        [("a", 1), ("a", 3)],
        [("a", 1), ("a", 1)],
        [("a", 1), ("b", 2)],
        [("a", 1), ("b", 1), ("a", 1)],
    ],
)
def test_gaps_in_a_nodes_sequence(sequence: list[tuple[str, int]]) -> None:
    failure = refused(forged([leaf(node, seq) for node, seq in sequence]))
    assert failure.code == "evidence.sequence"
    assert f"leaf {len(sequence) - 1}" in failure.message


def test_a_payload_committed_to_twice_is_erased_in_both_places() -> None:
    salt, body = bytes(32), b'{"a":1}'
    made, kept = commit(salt, body), wrap(salt, body)
    leaves = [leaf("a", 1 + i, made if i in (5, 260) else "") for i in range(300)]
    erasing = {"operation": "erase_payload", "ref": made, "outcome": "done"}
    leaves += [leaf("a", 301, kind="intent", **erasing), leaf("a", 302, kind="outcome", **erasing)]
    assert verify_files(forged(leaves)).erased == 1
    for place, name in ((5, "payload/000/005.jsonl"), (260, "payload/001/004.jsonl")):
        failure = refused(forged(leaves, {place: kept}))
        assert (failure.code, failure.location.file) == ("evidence.payload", name)
        assert "still there" in failure.message


def test_nodes_that_take_turns_are_told_apart() -> None:
    turns = [leaf("abc"[i % 3], 1 + i // 3) for i in range(600)]
    assert verify_files(forged(turns)).nodes == 3
    wrong = [*turns[:400], leaf("b", 135), *turns[401:]]
    failure = refused(forged(wrong))
    assert failure.code == "evidence.sequence"
    assert "leaf 400: its node's entry 134 was due here, not 135" in failure.message


@pytest.mark.parametrize(
    "bad", [b"", b"{}", leaf("a", 2) + b" ", leaf("a", 2).replace(b"cli", b"sky")]
)
def test_leaves_that_do_not_fit_the_schema(bad: bytes) -> None:
    failure = refused(forged([leaf("a", 1), bad]))
    assert failure.code == "evidence.schema"
    assert "leaf 1" in failure.message
    assert failure.location.file == "tile/entries/000.p/2"


def test_a_payload_that_is_missing_or_altered_or_too_much(
    log: EvidenceLog, small: MemoryFiles
) -> None:
    name = next(name for name in small.data if name.startswith("payload/"))
    rest = {other: data for other, data in small.data.items() if other != name}
    failure = refused(MemoryFiles(rest))
    assert failure.code == "evidence.payload"
    assert "missing" in failure.message
    other = next(n for n in small.data if n.startswith("payload/") and n != name)
    failure = refused(MemoryFiles({**small.data, name: small.data[other]}))
    assert (failure.code, failure.location.file) == ("evidence.payload", name)


def test_a_shorter_log_is_noticed_in_the_second_place_only(
    log: EvidenceLog, store: MemoryCheckpointStore, small: MemoryFiles
) -> None:
    log.append(ask(), {})
    log.settle()
    assert not verify_files(small).compared
    failure = refused(small, store)
    assert failure.code == "evidence.rolled_back"
    assert "3 entries" in failure.message
    assert "4 were attested" in failure.message


def test_a_longer_log_continues_the_second_place(
    log: EvidenceLog, store: MemoryCheckpointStore, small: MemoryFiles
) -> None:
    note = store.note
    log.append_many([(ask(), {}) for _ in range(300)])
    log.settle()
    store.note = note
    assert verify(log.folder, store).entries == 303


def test_another_past_is_a_fork(log: EvidenceLog, store: MemoryCheckpointStore) -> None:
    log.append(ask(), {})
    log.settle()
    signer = Signer.from_pem(ORIGIN, (log.folder.parent / "state/keys/log-ed25519").read_bytes())
    store.note = signer.sign(Checkpoint(origin=ORIGIN, size=1, root=bytes(32)))
    with pytest.raises(ProofFailure) as failure:
        verify(log.folder, store)
    assert failure.value.code == "evidence.forked"


def test_a_forged_whole_is_noticed_by_key_and_second_place(
    log: EvidenceLog, store: MemoryCheckpointStore
) -> None:
    log.append(ask(), {})
    whole = forged([leaf("a", 1)])
    verify_files(whole)
    assert refused(whole, store).location.file == "second place"
    with pytest.raises(ProofFailure, match="not the one you know"):
        verify_files(whole, vkey=str(log.vkey))
    store.note = None
    assert refused(whole, store).code == "evidence.second_place"


def test_on_disk_as_in_memory(log: EvidenceLog, small: MemoryFiles, tmp_path: Path) -> None:
    for name, data in small.data.items():
        path = log.folder / name
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 4]))
        with pytest.raises(ProofFailure):
            verify(log.folder)
        path.unlink()
        with pytest.raises(ProofFailure):
            verify(log.folder)
        path.symlink_to(tmp_path)
        with pytest.raises(ProofFailure, match="neither file nor folder"):
            verify(log.folder)
        path.unlink()
        path.write_bytes(data)
        verify(log.folder)


def test_an_unreadable_folder_is_no_broken_proof(
    log: EvidenceLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: str, *rest: object, **more: object) -> object:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(folder, "open", fail, raising=False)
    with pytest.raises(EnvironmentFailure) as failure:
        verify(log.folder)
    assert failure.value.exit_code == 5


def test_a_copy_verifies_anywhere(
    log: EvidenceLog, small: MemoryFiles, tmp_path: Path, reopen: Callable[[], EvidenceLog]
) -> None:
    shutil.copytree(log.folder, tmp_path / "elsewhere")
    assert verify(tmp_path / "elsewhere") == verify(log.folder)


def test_several_processes_find_what_one_finds(
    log: EvidenceLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large log is audited in ranges; node-a's numbers go on from one range to the next."""
    log.append_many([(ask(), {"n": i} if i % 7 == 0 else {}) for i in range(1100)])
    erase_payload(log, log.read(700).commitment, entity="hangzhou-market", door="cli")
    alone = verify(log.folder)
    ranges: list[int] = []
    real = auditing._apart

    def counted(
        files: FolderFiles, size: int, parts: list[tuple[int, int]], packs: Mapping[int, list[Pack]]
    ) -> object:
        ranges.append(len(parts))
        found = real(files, size, parts, packs)
        assert found is not None or (log.folder / "tile/entries/001").stat().st_size < 1000
        return found

    monkeypatch.setattr(auditing, "_apart", counted)
    monkeypatch.setattr(auditing, "MANY", 1000)
    monkeypatch.setattr(auditing.os, "cpu_count", lambda: 3)
    assert verify(log.folder) == alone
    for name in (
        "tile/entries/000", "tile/entries/003", "tile/0/001", "tile/1/000.p/4",
        "payload/000/000.jsonl", "payload/003/002.jsonl",
    ):  # fmt: skip
        path = log.folder / name
        data = path.read_bytes()
        path.write_bytes(data[:100] + bytes([data[100] ^ 1]) + data[101:])
        with pytest.raises(ProofFailure) as failure:
            verify(log.folder)
        assert failure.value.location.file == name
        path.write_bytes(data)
    (log.folder / "tile/entries/001").write_bytes(b"cut")
    with pytest.raises(ProofFailure) as failure:
        verify(log.folder)
    assert failure.value.location.file == "tile/entries/001"
    assert ranges == [3] * 8

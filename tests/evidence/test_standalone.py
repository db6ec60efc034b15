"""The verifier that goes along with an export: alone, without Lawful, against every kind of file."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawful.evidence import EvidenceLog, Policy, erase_payload, export, standalone
from lawful.evidence.notes import Signer, VerifierKey
from tests.evidence.making import ORIGIN, MemoryCheckpointStore, ask, open_log


@pytest.fixture
def exported(log: EvidenceLog, tmp_path: Path) -> Path:
    log.append_many([(ask(), {"n": i} if i % 3 else {}) for i in range(300)])
    erase_payload(log, log.read(4).commitment, entity="hangzhou-market", door="cli")
    export(log.folder, tmp_path / "export", proofs=[0, 299, 301])
    return tmp_path / "export"


def test_it_runs_by_itself_in_an_empty_environment(
    exported: Path, log: EvidenceLog, tmp_path: Path
) -> None:
    def run(*args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-I", "-S", "verify.py", ".", *args],
            cwd=exported, env={}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    done = run("--vkey", str(log.vkey))
    assert (done.returncode, done.stderr) == (0, "")
    assert "302 entries" in done.stdout
    assert "199 payloads, 3 proofs; by the key that you named" in done.stdout
    assert "its own key" in run().stdout
    other = run("--vkey", str(Signer.generate(ORIGIN).verifier))
    assert (other.returncode, other.stderr) == (4, "does not verify: vkey: not the one you know\n")


def test_it_imports_nothing_but_the_standard_library() -> None:
    text = Path(standalone.__file__).read_text()
    found = {line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert found <= sys.stdlib_module_names | {"collections.abc"}
    assert not found & {"socket", "urllib", "http", "ssl", "subprocess"}


def test_any_flipped_bit_is_refused(exported: Path, log: EvidenceLog) -> None:
    names = sorted(
        p for p in exported.rglob("*") if p.is_file() and p.name not in ("README.md", "verify.py")
    )
    chance = random.Random(1)
    for name in names:
        data = name.read_bytes()
        for _ in range(3):
            place = chance.randrange(8 * len(data))
            changed = bytearray(data)
            changed[place // 8] ^= 1 << place % 8
            name.write_bytes(changed)
            with pytest.raises((standalone.Broken, ValueError, KeyError, TypeError)):
                standalone.verify(str(exported), str(log.vkey), None)
        name.write_bytes(data)
        name.rename(name.with_name("aside"))
        with pytest.raises((standalone.Broken, ValueError)):
            standalone.verify(str(exported), None, None)
        name.with_name("aside").rename(name)
    assert standalone.verify(str(exported), str(log.vkey), None)


def test_it_asks_for_the_quorum(tmp_path: Path) -> None:
    store = MemoryCheckpointStore()
    log = open_log(tmp_path, store)
    log.append(ask(), {})
    log.settle()
    witness = Signer.generate("w.example")
    text = f"log {log.vkey}\nwitness w {witness.cosigner}\nquorum w\n"
    export(log.folder, tmp_path / "export")
    (tmp_path / "export" / "policy").write_text(text)
    folder = str(tmp_path / "export")
    with pytest.raises(standalone.Broken, match="quorum"):
        standalone.verify(folder, None, None)
    head = log._reader.head()[1]
    note = tmp_path / "export" / "checkpoint"
    note.write_bytes(note.read_bytes() + witness.cosign(head, 1_795_000_000).encode())
    assert "1 entries" in standalone.verify(folder, str(log.vkey), text)
    with pytest.raises(standalone.Broken, match="policy"):
        standalone.verify(folder, None, text + "#")
    assert Policy.parse(text).quorum == "w"
    (tmp_path / "export" / "policy").unlink()
    with pytest.raises(standalone.Broken, match="vouches"):
        standalone.verify(folder, None, None)


def test_links_are_refused(exported: Path, tmp_path: Path) -> None:
    shutil.copy(exported / "vkey", tmp_path / "vkey")
    (exported / "vkey").unlink()
    (exported / "vkey").symlink_to(tmp_path / "vkey")
    with pytest.raises(standalone.Broken, match="a link"):
        standalone.verify(str(exported), None, None)


@given(st.binary(max_size=80), st.integers(0, 511), st.binary(min_size=32, max_size=32))
def test_its_ed25519_agrees_with_the_library(message: bytes, bit: int, seed: bytes) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.from_private_bytes(seed)
    key = Signer("x", private).verifier
    signature = private.sign(message)
    assert standalone.verifies(key.public, signature, message)
    changed = bytearray(signature)
    changed[bit // 8] ^= 1 << bit % 8
    ours = standalone.verifies(key.public, bytes(changed), message)
    assert (
        ours is VerifierKey(name="x", public=key.public).verifies(bytes(changed), message) is False
    )
    assert not standalone.verifies(key.public, signature, message + b"x")

"""Go's own transparency log and signed notes verify our folders, and refuse every flipped bit."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from lawful.evidence import EvidenceLog, export
from tests.evidence.making import MemoryCheckpointStore, ask, open_log

ROOT = Path(__file__).parents[2]
SEED = int(os.environ.get("LAWFUL_SEED", "1"))
FLIPS = 1000


@pytest.fixture(scope="module")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    check = subprocess.run(
        [ROOT / "scripts" / "install-go", "--check"], capture_output=True, text=True, check=False
    )
    assert check.returncode == 0, check.stdout
    place = tmp_path_factory.mktemp("go")
    env = {
        "PATH": os.environ["PATH"], "HOME": str(place), "GOPATH": "/usr/share/gocode",
        "GO111MODULE": "off", "GOCACHE": str(place / "cache"), "GOFLAGS": "", "CGO_ENABLED": "0",
    }  # fmt: skip
    source = ROOT / "tests" / "evidence" / "go" / "verify.go"
    subprocess.run(["go", "build", "-o", place / "verify", source], env=env, check=True)
    return place / "verify"


def accepts(verifier: Path, folder: Path) -> str:
    done = subprocess.run([verifier, folder], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout if done.returncode == 0 else ""


@pytest.mark.soak
def test_go_verifies_ours_and_refuses_every_flipped_bit(
    verifier: Path, log: EvidenceLog, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    log.append_many([(ask(), {}) for _ in range(700)])
    log.settle()
    log.append_many([(ask(), {"n": 1}) for _ in range(7)])
    log.settle()
    export(log.folder, tmp_path / "export", proofs=[0, 255, 256, 706])
    assert accepts(verifier, tmp_path / "export") == "verified: 707\n"
    files = [
        path for path in (tmp_path / "export").rglob("*")
        if path.is_file() and path.relative_to(tmp_path / "export").parts[0]
        in ("tile", "checkpoint", "proofs")  # the key is what an auditor brings along
    ]  # fmt: skip
    chance, refused = random.Random(SEED), 0
    for number in range(FLIPS):
        path = files[number % len(files)]
        data = path.read_bytes()
        place = chance.randrange(8 * len(data))
        changed = bytearray(data)
        changed[place // 8] ^= 1 << place % 8
        path.write_bytes(changed)
        assert not accepts(verifier, tmp_path / "export"), (path, place)
        path.write_bytes(data)
        refused += 1
    record_property("flipped bits", FLIPS)
    record_property("refused by Go", refused)


@pytest.mark.soak
def test_go_verifies_a_million(
    verifier: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    log = open_log(tmp_path, MemoryCheckpointStore())
    for _ in range(1000):
        log.append_many([(ask(), {}) for _ in range(1000)])
        if log._writer.pending() >= 50_000:
            log.settle()
    log.settle()
    assert accepts(verifier, log.folder) == "verified: 1000000\n"
    record_property("entries", 1_000_000)

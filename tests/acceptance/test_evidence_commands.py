"""``lawful evidence …``: exports that stand alone, events for security lakes, being a witness."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lawful.evidence import EvidenceLog, erase_payload
from lawful.evidence.notes import COSIGNATURE, VerifierKey
from lawful.gate import Deployment
from tests.acceptance.conftest import Command

FACT = ("--fact", "purpose=payment")


@pytest.fixture
def place(platform: Path, tmp_path: Path) -> Path:
    """A copy of the sample platform, to be written to."""
    shutil.copytree(platform, tmp_path / "copy")
    return tmp_path / "copy"


def test_an_export_verifies_with_and_without_us(
    lawful: Command, place: Path, tmp_path: Path
) -> None:
    at = ("--folder", str(place))
    assert lawful("ask", "share", *FACT, *at).code in (1, 3)
    with Deployment.open(place) as deployment:
        newest, key = deployment.evidence.tail(1)[0], str(deployment.evidence.vkey)
    to = tmp_path / "export"
    assert lawful("evidence", "export", str(to), "--proof", newest.id, *at).code == 0
    assert lawful("evidence", "verify", str(to), "--vkey", key).code == 0
    assert lawful("evidence", "verify", str(to), "--vkey", key[:-4] + "AAA=").code == 4
    alone = subprocess.run(
        [sys.executable, "-I", "-S", to / "verify.py", to, "--vkey", key], check=False
    )
    assert alone.returncode == 0
    assert (to / "proofs" / f"{newest.index}.tlog-proof").is_file()
    assert lawful("evidence", "export", str(to), *at).code == 2
    assert lawful("evidence", "export", *at).code == 2
    nowhere = lawful("evidence", "export", str(tmp_path / "x"), "--proof", "dec_0", *at)
    assert nowhere.code == 2


@pytest.mark.parametrize("form", ["ocsf", "cloudevents"])
def test_entries_as_events(lawful: Command, place: Path, tmp_path: Path, form: str) -> None:
    at = ("--folder", str(place))
    assert lawful("ask", "share", *FACT, *at).code in (1, 3)
    with Deployment.open(place) as deployment:
        size, newest = deployment.evidence.size(), deployment.evidence.tail(1)[0]
    ran = lawful("evidence", "export", "--as", form, *at)
    events = [json.loads(line) for line in ran.out.splitlines()]
    assert (ran.code, len(events)) == (0, size)
    ids = [each["metadata"]["uid"] if form == "ocsf" else each["id"] for each in events]
    assert ids[-1] == newest.id
    since = lawful("evidence", "export", "--as", form, "--since", str(size - 1), *at)
    assert [json.loads(line) for line in since.out.splitlines()] == events[-1:]
    assert f"--since {size}" in since.err
    to = tmp_path / "events.jsonl"
    assert lawful("evidence", "export", str(to), "--as", form, *at).code == 0
    assert to.read_text(encoding="utf-8") == ran.out
    assert lawful("evidence", "export", str(to), "--as", form, *at).code == 2
    assert lawful("evidence", "export", "--as", "xml", *at).code == 2


def test_a_witness_says_its_key_and_keeps_it(lawful: Command, tmp_path: Path) -> None:
    to = ("evidence", "witness", str(tmp_path / "w"), "--name", "w.example", "--key-only")
    first, again = lawful(*to), lawful(*to, "--json")
    assert (first.code, again.code) == (0, 0)
    key = json.loads(again.out)["vkey"]
    assert key in first.out
    assert VerifierKey.parse(key, kind=COSIGNATURE).name == "w.example"
    assert lawful(*to, "--log", "nonsense").code == 4


def test_a_deployment_whose_witnesses_are_away_gives_nothing(
    lawful: Command, place: Path, tmp_path: Path
) -> None:
    at = ("--folder", str(place))
    with Deployment.open(place) as deployment:
        key = deployment.evidence.vkey
    made = lawful(
        "evidence", "witness", str(tmp_path / "w"), "--name", "w.example", "--key-only", "--json"
    )
    witness = json.loads(made.out)["vkey"]
    (place / "witnesses.policy").write_text(
        f"log {key}\nwitness w {witness} http://127.0.0.1:1\nquorum w\n"
    )
    config = place / "lawful.toml"
    config.write_text(config.read_text() + '\n[evidence]\nwitnesses = "witnesses.policy"\n')
    refused = lawful("ask", "share", *FACT, *at)
    assert refused.code == 5
    assert "no quorum" in refused.err
    (place / "witnesses.policy").write_text("nonsense\n")
    assert lawful("ask", "share", *FACT, *at).code != 0
    (place / "witnesses.policy").unlink()
    assert lawful("ask", "share", *FACT, *at).code == 2


def test_deleted_evidence_is_not_evidence_that_never_was(
    lawful: Command, place: Path, tmp_path: Path
) -> None:
    (tmp_path / "new").mkdir()
    none = lawful("evidence", "verify", "--folder", str(tmp_path / "new"))
    assert none.code == 2
    assert list((tmp_path / "new").iterdir()) == []
    shutil.rmtree(place / ".lawful" / "evidence")
    gone = lawful("evidence", "verify", "--folder", str(place))
    assert gone.code == 4
    assert "evidence is gone" in gone.err
    (place / ".lawful" / "evidence").mkdir()
    assert lawful("evidence", "verify", "--folder", str(place)).code == 4


@pytest.mark.parametrize("name", ["renamed", "with + and\ttab", "x:y", "商店"])
def test_the_log_keeps_its_name_when_the_folder_is_renamed(
    lawful: Command, place: Path, name: str
) -> None:
    before = lawful("evidence", "verify", "--json", "--folder", str(place)).json["origin"]
    renamed = place.rename(place.with_name(name))
    at = ("--folder", str(renamed))
    assert lawful("ask", "share", *FACT, *at).code in (1, 3)
    assert lawful("evidence", "verify", "--json", *at).json["origin"] == before
    shutil.rmtree(renamed / ".lawful")
    assert lawful("ask", "share", *FACT, *at).code in (1, 3)
    begun = lawful("evidence", "verify", "--json", *at)
    assert begun.code == 0
    assert begun.json["origin"].startswith("lawful.local/")


def test_verifying_says_what_it_compared_with(lawful: Command, place: Path) -> None:
    found = lawful("evidence", "verify", "--folder", str(place))
    assert found.code == 0
    assert "kept in .lawful/state.db" in found.out
    assert "an older copy of the whole folder cannot be told" in found.out


@pytest.mark.parametrize("by", ["verify", "doctor"])
def test_an_interrupted_erasure_is_finished_by_whoever_opens_the_log(
    lawful: Command, place: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    at = ("--folder", str(place))
    assert lawful("ask", "share", *FACT, *at).code in (1, 3)
    real = EvidenceLog.delete_payload

    def killed(self: EvidenceLog, commitment: str) -> None:
        real(self, commitment)
        raise KeyboardInterrupt

    with Deployment.open(place) as deployment, monkeypatch.context() as patch:
        patch.setattr(EvidenceLog, "delete_payload", killed)
        commitment = deployment.evidence.tail(1)[0].commitment
        with pytest.raises(KeyboardInterrupt):
            erase_payload(deployment.evidence, commitment, entity="organisation", door="cli")
    if by == "doctor":
        assert "interrupted erasures finished just now: 1" in lawful("doctor", *at).out
    assert lawful("evidence", "verify", *at).code == 0
    assert "interrupted erasure" not in lawful("doctor", *at).out


def everything(place: Path) -> dict[str, tuple[int, bytes]]:
    """Each file with its time and bytes."""
    found = [path for path in sorted(place.rglob("*")) if path.is_file()]
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in found}


def test_a_copy_that_cannot_be_written_is_verified_and_read(
    lawful: Command, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = ("--folder", str(place))
    assert lawful("ask", "share", *FACT, *at).code in (1, 3)
    newest = lawful("evidence", "export", "--as", "ocsf", *at).out.splitlines()[-1]
    before = everything(place)
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    assert lawful("evidence", "verify", *at).code == 0
    assert lawful("evidence", "replay", *at).code == 0
    assert lawful("evidence", "show", json.loads(newest)["metadata"]["uid"], *at).code == 0
    assert lawful("evidence", "export", str(tmp_path / "export"), *at).code == 0
    assert lawful("evidence", "verify", str(tmp_path / "export")).code == 0
    assert everything(place) == before

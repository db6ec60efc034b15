from __future__ import annotations

from pathlib import Path

import pytest

from lawful.console import create_app
from lawful.console.pages import evidence
from lawful.evidence import erase_payload, verify_proof
from lawful.gate.deployment import Deployment
from tests.console.conftest import Door


def ask_some(door: Door, n: int = 1) -> list[str]:
    return [door.json("/ask?operation=share&data=phone")["answer"]["decision"] for _ in range(n)]


def test_the_newest_come_first_and_older_ones_follow(
    own: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "SHOWN", 3)
    door = Door(create_app(own))
    assert "Nothing is recorded yet" in door.get("/evidence").text
    made = ask_some(door, 5)
    first = door.json("/evidence")
    assert [each["id"] for each in first["entries"]] == made[:1:-1]
    assert first["older"] == 2
    rest = door.json(f"/evidence?before={first['older']}")
    assert [each["id"] for each in rest["entries"]] == made[1::-1]
    assert rest["older"] is None
    assert "/evidence?before=2" in door.get("/evidence").text


def test_a_decision_shows_leaf_payload_and_a_checked_proof(own: Deployment) -> None:
    door = Door(create_app(own))
    (decision,) = ask_some(door)
    body, html = door.json(f"/evidence/{decision}"), door.get(f"/evidence/{decision}").text
    assert body["leaf"]["operation"] == "share"
    assert body["payload"]["thing"]["facts"]["data"] == [
        "contact",
        "phone",
    ]
    assert body["failure"] is None
    assert "Proof checked" in html
    proof = door.get(body["proof"])
    assert proof.headers["content-disposition"] == f'attachment; filename="{decision}.tlog-proof"'
    leaf = own.evidence.find(decision)
    assert leaf is not None
    verify_proof(proof.text, leaf.data, str(own.evidence.vkey))


def test_verification_says_what_it_checked(own: Deployment) -> None:
    door = Door(create_app(own))
    ask_some(door, 3)
    report = door.post("/evidence/verify?format=json").json()["report"]
    assert report["entries"] == 3
    assert "second place" in report["checked"]
    html = door.post("/evidence/verify").text
    assert "The proof holds" in html
    assert "second place" in html


def payloads(deployment: Deployment) -> list[Path]:
    deployment.evidence.settle()
    return sorted((deployment.state / "evidence" / "payload").rglob("*.jsonl"))


def test_a_changed_payload_is_named(own: Deployment) -> None:
    door = Door(create_app(own))
    (decision,) = ask_some(door)
    (path,) = payloads(own)
    path.write_bytes(path.read_bytes().replace(b"share", b"shere"))
    failure = door.post("/evidence/verify?format=json").json()["failure"]
    assert failure["code"] == "evidence.payload"
    assert failure["place"].endswith(path.name)
    html = door.post("/evidence/verify").text
    assert "The proof does not hold" in html
    assert path.name in html
    assert "The proof holds" not in html
    page = door.get(f"/evidence/{decision}").text
    assert "The proof does not hold" in page
    assert "Proof checked" not in page


def test_a_changed_entry_is_named(own: Deployment) -> None:
    door = Door(create_app(own))
    ask_some(door, 2)
    own.evidence.settle()
    (bundle,) = (own.state / "evidence" / "tile" / "entries").rglob("*.p/*")
    bundle.write_bytes(
        bundle.read_bytes().replace(b'"operation":"share"', b'"operation":"shard"', 1)
    )
    failure = door.post("/evidence/verify?format=json").json()["failure"]
    assert failure["code"] == "evidence.leaf"
    assert "leaf 0" in failure["sentence"]


def test_an_entry_that_the_signed_head_does_not_attest_is_told(own: Deployment) -> None:
    """The entry itself is whole; a hash beside it was changed, so no proof leads to the root."""
    made = ask_some(Door(create_app(own)), 2)
    own.evidence.settle()
    (tile,) = (own.state / "evidence" / "tile" / "0").rglob("*.p/*")
    data = bytearray(tile.read_bytes())
    data[32] ^= 1
    tile.write_bytes(data)
    body = Door(create_app(own)).json(f"/evidence/{made[0]}")
    assert body["failure"]["code"] == "evidence.proof"
    assert "The proof does not hold" in Door(create_app(own)).get(f"/evidence/{made[0]}").text


def test_an_erased_payload_is_told_as_erased(own: Deployment) -> None:
    door = Door(create_app(own))
    (decision,) = ask_some(door)
    leaf = own.evidence.find(decision)
    assert leaf is not None
    erase_payload(own.evidence, leaf.commitment, entity="nobody", door="cli")
    html = door.get(f"/evidence/{decision}").text
    assert "Erased, and recorded as erased" in html
    assert "Proof checked" in html

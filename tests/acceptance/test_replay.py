"""Every recorded decision decided again: by the book that decided it agrees; by another one the differences."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lawful.evidence import Event
from lawful.gate import Deployment, ask, list_owed
from lawful.gate.rulebook import shipped_folder
from tests.acceptance.conftest import Command
from tests.acceptance.test_impact import ENDED, ENDS, TRANSFER


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A transfer to the United States and one to Canada, a duty list, a question about groups."""
    folder = tmp_path_factory.mktemp("replay") / "deployment"
    folder.mkdir()
    facts = {"operation": "transfer", **dict(each.split("=") for each in TRANSFER)}
    incident = {
        "people_located_in": ["DE"],
        "incident_effects": ["personal_data"],
        "aware_at": "2026-11-20T10:30Z",
    }
    people = [{"facts": {"recipient_certified": None}, "count": 3}]
    with Deployment.open(folder) as deployment:
        ids = {
            region: ask(deployment, {**facts, "recipient_region": region}).decision
            for region in ("US", "CA")
        }
        ids["incident"] = list_owed(deployment, "incident", incident).decision
        groups = ask(deployment, {**facts, "recipient_region": "US"}, people=people)
        ids["people"] = groups.decision
    return folder, dict(ids)


@pytest.fixture
def decided(
    lawful: Command,
    made: tuple[Path, dict[str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, str]:
    """The command line in a copy of the deployment, of the same name: a log knows its own."""
    folder, ids = made
    monkeypatch.chdir(shutil.copytree(folder, tmp_path / folder.name))
    return ids


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped rulebook, with the adequacy of the United States ended at the close of 2025."""
    folder = tmp_path_factory.mktemp("ended") / "rulebook"
    shutil.copytree(shipped_folder(), folder)
    article = folder / "eu" / "gdpr" / "art-045.md"
    text = article.read_text(encoding="utf-8")
    assert ENDS in text
    article.write_text(text.replace(ENDS, ENDED), encoding="utf-8")
    return folder


def test_the_book_that_decided_decides_the_same(lawful: Command, decided: dict[str, str]) -> None:
    ran = lawful("evidence", "replay", "--json")
    found = ran.json
    assert ran.code == 0, ran.out
    assert found["recorded"] == found["agreed"] == found["same_book"] == len(decided)
    assert found["errors"] == found["differences"] == found["not_replayable"] == []
    assert "4 agree" in lawful("evidence", "replay").out


def test_an_answer_that_does_not_agree_is_an_error(
    lawful: Command, decided: dict[str, str]
) -> None:
    with Deployment.open(Path()) as deployment:
        leaf = deployment.evidence.find(decided["US"])
        assert leaf is not None
        bad = deployment.new_id()
        event = Event(
            kind="use", id=bad, entity="nobody", book=leaf.book, outcome="prohibited", door="api"
        )
        deployment.evidence.append(event, deployment.evidence.payload(leaf) or {})
    ran = lawful("evidence", "replay", "--json")
    assert ran.code == 1
    (error,) = ran.json["errors"]
    assert (error["id"], error["door"], error["kind"]) == (bad, "api", "use")
    assert (error["recorded"].split()[0], error["replayed"].split()[0]) == ("prohibited", "lawful")
    assert bad in lawful("evidence", "replay").out


def test_another_rulebook_is_compared(
    lawful: Command, decided: dict[str, str], ended: Path
) -> None:
    ran = lawful("evidence", "replay", "--rulebook", str(ended), "--json")
    found = ran.json
    assert ran.code == 1
    assert found["errors"] == []
    differences = {each["id"]: each for each in found["differences"]}
    assert decided["US"] in differences
    assert decided["CA"] not in differences
    assert differences[decided["US"]]["recorded"].split()[0] == "lawful"
    assert differences[decided["US"]]["replayed"] == "not_yet eu.gdpr.44.transfer"
    assert found["by"]["hash"] not in found["books"]


def test_another_day_is_compared(lawful: Command, decided: dict[str, str], ended: Path) -> None:
    before = ["--rulebook", str(ended), "--on", "2025-12-30", "--json"]
    same = {each["id"] for each in lawful("evidence", "replay", *before).json["differences"]}
    assert decided["US"] not in same
    early = lawful("evidence", "replay", "--on", "2015-01-01", "--json")
    assert early.code == 1
    assert decided["CA"] in {each["id"] for each in early.json["differences"]}


def test_a_reading_is_compared(lawful: Command, decided: dict[str, str]) -> None:
    with Deployment.open(Path()) as deployment:
        readings = deployment.book.rulebook.readings
        name, known = sorted(readings.items())[0]
        other = next(each for each in known.options if each != known.default)
    ran = lawful("evidence", "replay", "--reading", f"{name}={other}", "--json")
    assert ran.json["by"]["readings"][name] == other
    assert ran.json["same_book"] == 0
    assert ran.code == (1 if ran.json["differences"] else 0)
    wrong = lawful("evidence", "replay", "--reading", f"{name}=nonsense")
    assert wrong.code == 2


def test_since_a_day(lawful: Command, decided: dict[str, str]) -> None:
    assert lawful("evidence", "replay", "--since", "2199-01-01", "--json").json["recorded"] == 0
    assert lawful("evidence", "replay", "--since", "soon").code == 2


def test_decisions_of_another_book_are_told_apart(lawful: Command, decided: dict[str, str]) -> None:
    """A policy of our own is added later: today's book is not the one that decided."""
    ads = Path(__file__).parents[2] / "src" / "lawful" / "sample" / "deployment" / "policy" / "ads"
    shutil.copytree(ads, Path("policy") / "ads")
    found = lawful("evidence", "replay", "--json")
    assert found.code == 0, "another answer of another book is no fault"
    assert (found.json["same_book"], found.json["errors"]) == (0, [])
    assert found.json["replayed"] == len(decided)


def test_what_cannot_be_replayed_is_counted_with_its_reason(
    lawful: Command, decided: dict[str, str]
) -> None:
    with Deployment.open(Path()) as deployment:
        for kind, payload in (("ask", {"thing": {"vector": 0}}), ("use", {})):
            event = Event(
                kind=kind, id=deployment.new_id(), entity="nobody", book=deployment.book.hash
            )
            deployment.evidence.append(event, payload)
    reasons = {
        each["reason"]: each["count"]
        for each in lawful("evidence", "replay", "--json").json["not_replayable"]
    }
    assert reasons == {"no_vector": 1, "unreadable": 1}


def test_nothing_recorded_is_nothing_to_replay(lawful: Command) -> None:
    ran = lawful("evidence", "replay", "--json")
    assert (ran.code, ran.json["recorded"]) == (0, 0)
    assert not Path(".lawful").exists()

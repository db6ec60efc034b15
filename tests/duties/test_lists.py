"""Duty lists worked out by hand from the fact sheets, against what ``list_owed`` answers.

Each file of this folder says what is known, how the list was worked out, and what is expected:
duties by id (or ``also``: met by the same act), what must not be there, and what is still asked.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from lawful.gate import Deployment, list_owed

FILES = sorted(Path(__file__).parent.glob("*.toml"))
KEYS = {"title", "about", "on", "at", "worked_out", "complete", "absent", "wanted", "facts", "duty"}
DUTY = {"id", "state", "last", "next", "keep", "to", "cites", "also"} | {
    "counting",
    "unshifted",
    "uncovered",
}


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with Deployment.open(tmp_path_factory.mktemp("duties")) as opened:
        yield opened


def read(file: Path) -> dict[str, Any]:
    case = tomllib.loads(file.read_text(encoding="utf-8"))
    assert not set(case) - KEYS
    assert not {key for each in case["duty"] for key in each} - DUTY
    return case


def listed(deployment: Deployment, case: Mapping[str, Any]) -> dict[str, Any]:
    found = list_owed(
        deployment,
        case["about"],
        case["facts"],
        on=date.fromisoformat(case["on"]) if "on" in case else None,
        at=datetime.fromisoformat(case["at"]) if "at" in case else None,
    )
    answer: dict[str, Any] = json.loads(json.dumps(found.wire()))
    return answer


def differences(case: Mapping[str, Any], answer: Mapping[str, Any]) -> list[str]:
    """What is missing, late, otherwise or extra; nothing where the lists agree."""
    duties = {each["id"]: each for each in answer["duties"]}
    also = {other["id"] for each in answer["duties"] for other in each["also"]}
    found = [
        f"{each['id']}: {name} is {said[name]!r}, not {value!r}"
        for each in case["duty"]
        if (said := shown(duties.get(each["id"])))
        for name, value in each.items()
        if said[name] != value
    ]
    found += [f"{each['id']}: missing" for each in case["duty"] if each["id"] not in duties]
    named = {each["id"] for each in case["duty"]}
    extra = sorted(set(duties) - named) if case.get("complete") else []
    found += [f"{each}: extra" for each in extra]
    for prefix in case.get("absent", ()):
        found += [
            f"{each}: must not be there" for each in {*duties, *also} if each.startswith(prefix)
        ]
    wanted = sorted(each["name"] for each in answer["wanted"])
    if "wanted" in case and wanted != case["wanted"]:
        found.append(f"wanted: {wanted}")
    return found


def shown(duty: Mapping[str, Any] | None) -> dict[str, Any]:
    """A duty of the wire by the names of these files."""
    if duty is None:
        return {}
    counting = duty["counting"] or {}
    return {
        "id": duty["id"],
        "state": duty["state"],
        "last": duty["last_on"] or duty["last"],
        "next": duty["next_on"],
        "keep": duty["keep_until"],
        "to": duty["to"],
        "cites": duty["citation_en"],
        "also": [each["id"] for each in duty["also"]],
        "counting": counting.get("rule"),
        "unshifted": counting.get("unshifted"),
        "uncovered": counting.get("uncovered"),
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_list_is_the_one_worked_out_by_hand(deployment: Deployment, file: Path) -> None:
    case = read(file)
    assert not differences(case, listed(deployment, case))


def test_a_wrong_expectation_is_found(deployment: Deployment) -> None:
    case = read(next(file for file in FILES if file.stem.startswith("a2")))
    answer = listed(deployment, case)
    first, *rest = case["duty"]
    assert differences({**case, "duty": rest}, answer) == [f"{first['id']}: extra"]
    late = {**first, "last": "2026-11-22T00:00:00Z"}
    assert len(differences({**case, "duty": [late, *rest]}, answer)) == 1
    none = {**first, "id": "cn.pipl.57.nothing"}
    assert len(differences({**case, "duty": [none, *case["duty"]]}, answer)) == 1
    assert differences({**case, "absent": ["eu.nis2"]}, answer)


def test_hours_run_to_the_minute(deployment: Deployment) -> None:
    case = read(next(file for file in FILES if file.stem.startswith("a2")))
    rule = "cn.cybersecurity_incident_reporting_2025.4.4.report"
    for at, state in (
        ("2026-11-21T02:30:00+00:00", "due"),
        ("2026-11-21T02:31:00+00:00", "overdue"),
    ):
        answer = listed(deployment, {**case, "at": at})
        assert next(each for each in answer["duties"] if each["id"] == rule)["state"] == state


def test_the_notice_and_the_law_ask_for_one_filing_by_one_day(deployment: Deployment) -> None:
    """Above the figure long before the notice of 2025-07-18: told once since when, 2025-08-29 for both."""
    case = read(next(file for file in FILES if file.stem.startswith("e3")))
    facts = {name: value for name, value in case["facts"].items() if "fulfilled" not in name}
    answer = listed(deployment, {**case, "facts": facts})
    filing = next(each for each in answer["duties"] if each["id"] == "cn.pipl.52.file")
    assert (filing["state"], filing["last_on"]) == ("overdue", "2025-08-29")
    notice = next(each for each in filing["also"] if each["id"].startswith("cn.cac_notices_2025"))
    assert notice["last_on"] == "2025-08-29"
    assert not [each for each in answer["wanted"] if "52" in each["name"] or "pipo" in each["name"]]


def test_nobody_is_asked_what_place_alone_decides(deployment: Deployment) -> None:
    """In no list is more than twenty things asked, and none for the law of a place that is not touched."""
    for file in FILES:
        answer = listed(deployment, read(file))
        assert len(answer["wanted"]) <= 20, file.stem
        places = {rule.partition(".")[0] for each in answer["wanted"] for rule in each["why"]}
        assert "us" not in places

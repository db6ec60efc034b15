"""Questions and duty lists that the first walk must answer rightly."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lawful.gate import Deployment, may
from lawful.terms import Outcome
from tests.acceptance.conftest import EXPORT, Command, answers, steps

FLOW = "cn.cross_border_flow_provisions_2024"
Ask = Callable[..., Any]
CONTRACT, CERTIFICATE, ASSESSMENT = (
    ("cn_standard_contract",),
    ("cn_certification",),
    ("cac_assessment",),
)


def test_before_the_provisions_the_export_waits_for_a_route(asked: Ask) -> None:
    answer = asked("--on", "2024-03-21")
    assert answer["outcome"] == "not_yet"
    assert answer["deciding"] == "cn.pipl.38.mechanism"


def test_two_days_later_it_is_exempt(asked: Ask) -> None:
    answer = asked("--on", "2024-03-23")
    assert answer["outcome"] == "lawful"
    assert f"{FLOW}.5.1.4" in answers(answer, "applies")
    assert "第五条" in next(r["citation"] for r in answer["rules"] if r["id"] == f"{FLOW}.5.1.4")


@pytest.mark.parametrize("count", [None, ...])
def test_an_unknown_count_is_not_a_small_one(asked: Ask, count: object) -> None:
    answer = asked("--on", "2024-03-23", exported_general_persons_ytd=count)
    assert answer["outcome"] == "undetermined"
    assert "exported_general_persons_ytd" in {each["name"] for each in answer["wanted"]}


def test_a_filed_contract_does_not_revive_the_old_measures(asked: Ask) -> None:
    answer = asked(
        "--on",
        "2024-03-23",
        exported_general_persons_ytd=500_000,
        transfer_routes=["cn_standard_contract"],
    )
    assert answer["outcome"] == "lawful"


@pytest.mark.parametrize(
    ("at", "outcome"), [("2024-03-21T17:00Z", "lawful"), ("2024-03-21T15:59Z", "not_yet")]
)
def test_the_day_begins_in_shanghai(asked: Ask, at: str, outcome: str) -> None:
    assert asked("--at", at)["outcome"] == outcome


@pytest.mark.parametrize(
    ("count", "outcome", "cures"),
    [
        (49_000, "lawful", set()),
        (99_999, "lawful", set()),
        (100_000, "not_yet", {CONTRACT, CERTIFICATE}),
        (999_999, "not_yet", {CONTRACT, CERTIFICATE}),
        (1_000_000, "not_yet", {ASSESSMENT}),
    ],
)
def test_the_volumes_and_their_cures_are_the_articles(
    asked: Ask, count: int, outcome: str, cures: set[tuple[str, ...]]
) -> None:
    answer = asked("--on", "2024-03-23", exported_general_persons_ytd=count)
    assert answer["outcome"] == outcome
    assert steps(answer) == cures


def test_the_old_volumes_on_the_last_old_day(asked: Ask) -> None:
    known = {
        "persons_held": 900_000,
        "exported_persons_2y": 60_000,
        "exported_sensitive_persons_2y": 0,
    }
    assert {CONTRACT, CERTIFICATE} <= steps(asked("--on", "2024-03-21", **known))
    known["exported_persons_2y"] = 100_000
    assert CONTRACT not in steps(asked("--on", "2024-03-21", **known))


def test_a_country_that_is_not_listed_is_not_covered(asked: Ask) -> None:
    answer = asked("--on", "2024-03-23", subject_located_in="KE")
    assert answer["outcome"] == "undetermined"
    assert {(each["name"], each.get("region")) for each in answer["wanted"]} >= {
        ("not covered", "KE")
    }


def test_a_foreign_court_is_refused_and_the_conflict_shows_both(lawful: Command) -> None:
    facts = [
        "stored_in=CN", "collected_in=CN", "subject_located_in=CN", "controller_region=CN", "data=contact",
        "purpose=authority_request", "recipient_role=authority", "authority_kind=court",
        "recipient_region=US", "compelled_by=US", "business=cloud",
    ]  # fmt: skip
    ran = lawful(
        "ask", "disclose", "--json", *(word for each in facts for word in ("--fact", each))
    )
    answer = ran.json
    assert (ran.code, answer["outcome"]) == (1, "prohibited")
    pairs = {(each["command"]["id"], each["rule"]["id"]) for each in answer["conflicts"]}
    assert ("us.cloud.2713.disclose", "cn.dsl.36.disclose") in pairs
    assert all(
        each["command"]["citation"] and each["rule"]["citation"] for each in answer["conflicts"]
    )
    assert not next(each for each in answer["conflicts"])["command"]["verified"]


def test_the_names_of_the_answer_are_stable(asked: Ask) -> None:
    answer = asked("--on", "2024-03-21")
    assert set(answer) >= {
        "outcome", "rules", "obligations", "wanted", "assumed", "cures", "conflicts", "not_examined", "people",
        "book", "decision",
    }  # fmt: skip
    assert set(answer["rules"][0]) >= {
        "id", "kind", "answer", "otherwise", "citation", "verified", "reviewed", "because",
    }  # fmt: skip


def test_a_typed_conclusion_is_assumed_and_opens_no_gate(asked: Ask, tmp_path: Path) -> None:
    rests = {"lawful_bases": ["contract"], "necessary_for_contract": True}
    answer = asked("--on", "2024-03-23", **rests)
    assert answer["outcome"] == "lawful"
    assert "necessary_for_contract" in {each["fact"] for each in answer["assumed"]}
    facts = {name: value for name, value in EXPORT.items() if not name.startswith("fulfilled")}
    with Deployment.open(tmp_path) as deployment:
        decided = may(deployment, {**facts, **rests})
    assert decided.outcome is not Outcome.LAWFUL


def test_people_in_groups_answer_each_for_themselves(asked: Ask, tmp_path: Path) -> None:
    groups = [
        {"facts": {"consent_separate": True}, "count": 20_994},
        {"facts": {"consent_separate": None}, "count": 412},
    ]
    (tmp_path / "people.jsonl").write_text("\n".join(map(json.dumps, groups)), encoding="utf-8")
    answer = asked("--on", "2024-03-23", "--people", "people.jsonl")
    assert answer["outcome"] == "undetermined"
    assert [(each["count"], each["outcome"]) for each in answer["people"]] == [
        (20_994, "lawful"),
        (412, "undetermined"),
    ]


INCIDENT = ["--fact", "people_located_in=DE,CN", "--fact", "incident_effects=personal_data",
            "--fact", "aware_at=2026-11-20T10:30Z", "--at", "2026-11-21T09:00Z", "--json"]  # fmt: skip


def duty(ran: Any, rule: str) -> Any:
    """A duty of the list."""
    return next(each for each in ran.json["duties"] if each["id"] == rule)


def test_an_incident_is_owed_to_both_authorities(lawful: Command) -> None:
    ran = lawful("duties", "incident", "--fact", "risk_to_persons=high", *INCIDENT)
    assert ran.code == 1
    there = duty(ran, "eu.gdpr.33.authority")
    assert (there["state"], there["last"]) == ("due", "2026-11-23T10:30:00Z")
    assert duty(ran, "cn.pipl.57.authority")["by"] == "promptly"
    assert {each["id"] for each in ran.json["owed"]} >= {
        "eu.gdpr.33.authority",
        "cn.pipl.57.authority",
    }


def test_with_the_risk_unknown_it_is_undetermined_and_wanted(lawful: Command) -> None:
    ran = lawful("duties", "incident", *INCIDENT)
    assert duty(ran, "eu.gdpr.33.authority")["state"] == "undetermined"
    assert "risk_to_persons" in {each["name"] for each in ran.json["wanted"]}


@pytest.mark.parametrize(
    ("done", "state"),
    [("true", "met"), ("2026-11-22T10:30Z", "met"), ("2026-11-24T14:30Z", "met_late")],
)
def test_a_record_meets_it_or_meets_it_late(lawful: Command, done: str, state: str) -> None:
    ran = lawful(
        "duties",
        "incident",
        "--fact",
        "risk_to_persons=high",
        "--fact",
        f"fulfilled:eu.gdpr.33={done}",
        *INCIDENT,
    )
    assert duty(ran, "eu.gdpr.33.authority")["state"] == state


def test_duties_of_an_incident_are_in_no_answer_about_a_use(asked: Ask) -> None:
    ids = {rule["id"] for rule in asked("--on", "2026-11-24")["rules"]}
    assert not {
        each
        for each in ids
        if each.startswith(("eu.gdpr.33", "cn.pipl.57", "cn.pipl.52", "eu.gdpr.37"))
    }


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["--fact", "stord_in=CN"], "stored_in"),
        (["--fact", "operation=transferr"], "transfer"),
        (["--fact", "stored_in"], "NAME=VALUE"),
        (["--on", "yesterday"], "date"),
        (["--on", "2024-03-22", "--at", "2024-03-22T00:00Z"], "not both"),
        (["--facts", "nowhere.json"], "cannot be read"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(lawful: Command, words: list[str], hint: str) -> None:
    ran = lawful("ask", *words)
    assert ran.code == 2
    assert hint in ran.err
    assert "Traceback" not in ran.err

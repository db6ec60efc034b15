from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from typer.testing import CliRunner

from lawful.cli.main import app as cli
from lawful.console.examples import examples
from lawful.console.question import fields_of
from lawful.gate.deployment import Deployment
from lawful.terms.outcomes import Outcome
from tests.console.conftest import Door

EXPORT = {
    "operation": "transfer",
    "purpose": "customer_service",
    "lawful_bases": "consent",
    "data": "phone",
    "needed_for_purpose": "true",
    "controller_region": "CN",
    "collected_in": "CN",
    "recipient_role": "controller",
    "recipient_region": "SG",
    "subject_located_in": "CN",
    "subject_resident_in": "CN",
    "birth_date": "1990-12-01",
    "consent_given": "true",
    "consent_separate": "true",
    "consent_withdrawn": "false",
    "ciio": "false",
    "told": "recipient_name,recipient_contact,purpose,method,categories,rights_route",
    "important_data": "none",
    "exported_general_persons_ytd": "50000",
    "exported_sensitive_persons_ytd": "0",
    "fulfilled:cn.pipl.55": "true",
    "exported_persons_2y": "50000",
    "exported_sensitive_persons_2y": "0",
    "persons_held": "900000",
}


def asked(door: Door, **changes: str) -> dict[str, Any]:
    facts = {name: value for name, value in {**EXPORT, **changes}.items() if value}
    return door.json("/ask?" + urlencode(facts))


def rule_of(answer: dict[str, Any], rule: str) -> dict[str, Any]:
    return next(each for each in answer["rules"] if each["id"].startswith(rule))


@pytest.mark.parametrize(("number", "outcome"), [(1, "not_yet"), (2, "lawful"), (3, "prohibited")])
def test_the_worked_questions_are_answered(
    number: int, outcome: str, door: Door, bare_door: Door
) -> None:
    for each in (door, bare_door):
        body = each.json(f"/ask?example={number}")
        assert body["answer"]["outcome"] == outcome
        assert body["problem"] is None
    html = door.get(f"/ask?example={number}").text
    word = {"not_yet": "Not yet", "lawful": "Clear to proceed", "prohibited": "Blocked"}[outcome]
    tone = "met" if outcome == "lawful" else "unmet"
    assert re.search(rf'<h2 id="v"><span class="out {tone}">{word}</span>', re.sub(r"\n", "", html))


def test_there_are_three_and_a_fourth_is_refused(door: Door) -> None:
    assert [each.number for each in examples()] == [1, 2, 3]
    found = door.get("/ask?example=4&format=json")
    assert (found.status_code, found.json()["problem"]["code"]) == (400, "console.example")


def test_the_answer_follows_the_day(door: Door) -> None:
    before, after = asked(door, on="2024-03-21")["answer"], asked(door, on="2024-03-23")["answer"]
    assert (before["outcome"], after["outcome"]) == ("not_yet", "lawful")
    assert rule_of(before, "cn.pipl.38.mechanism")["answer"] == "unmet"
    exempt = rule_of(after, "cn.cross_border_flow_provisions_2024.5.1.4")
    assert exempt["answer"] == "applies"
    assert exempt["id"] in after["order"]["carried"]
    turn = next(each for each in after["timeline"] if each["from"] == "2024-03-22")
    assert turn["outcome"] == "lawful"
    assert "on=2024-03-22" in turn["href"]


def test_facts_that_contradict_one_another_are_not_answered(door: Door) -> None:
    facts = {**EXPORT, "exported_persons_2y": "5"}
    found = door.get("/ask?" + urlencode(facts) + "&format=json").json()
    assert found["answer"] is None
    assert found["problem"]["code"] == "law.contradiction"
    assert "'exported_persons_2y' says 5" in found["problem"]["sentence"]


def test_a_count_not_known_is_wanted_and_asked_for(door: Door) -> None:
    body = asked(door, on="2024-03-23", exported_general_persons_ytd="null")
    assert body["answer"]["verdict"] == "facts"
    wanted = next(
        each for each in body["answer"]["wanted"] if each["name"] == "exported_general_persons_ytd"
    )
    assert wanted["why"]
    assert wanted["from"] == "meter"
    field = next(
        each for each in body["corrections"] if each["name"] == "exported_general_persons_ytd"
    )
    assert field["wanted"]
    assert field["value"] == "null"
    html = door.get(
        "/ask?" + urlencode({**EXPORT, "on": "2024-03-23", "exported_general_persons_ytd": "null"})
    ).text
    assert 'href="#fact-exported_general_persons_ytd"' in html
    assert 'id="fact-exported_general_persons_ytd"' in html


def test_a_place_that_is_not_covered_is_for_counsel(door: Door) -> None:
    body = asked(
        door, subject_located_in="BR", subject_resident_in="BR", offered_in="BR", on="2024-03-23"
    )
    assert body["answer"]["outcome"] == "undetermined"
    assert any(each["kind"] == "not_covered" for each in body["answer"]["wanted"])


@pytest.mark.parametrize(
    ("wanted", "verdict"),
    [
        ({"fact"}, "facts"),
        ({"fact", "counsel"}, "facts"),
        ({"record"}, "facts"),
        ({"place"}, "facts"),
        ({"counsel"}, "counsel"),
        ({"not_covered"}, "counsel"),
    ],
)
def test_what_people_read_when_it_is_open(wanted: set[str], verdict: str) -> None:
    from lawful.console.pages.ask import _verdict

    assert (
        _verdict({"outcome": "undetermined", "wanted": [{"kind": each} for each in wanted]})
        == verdict
    )


def test_two_laws_that_collide_are_both_cited(door: Door) -> None:
    body = door.json("/ask?example=3")
    html = door.get("/ask?example=3").text
    sides = {(each["command"]["id"], each["rule"]["id"]) for each in body["answer"]["conflicts"]}
    assert ("us.cloud.2713.disclose", "cn.dsl.36.disclose") in sides
    section = html[html.index("Two laws collide") :]
    assert "18 USC 2713" in section
    assert "数据安全法 第三十六条" in section
    assert "unverified" in section


def test_each_cure_leads_to_the_question_that_it_makes(door: Door) -> None:
    body = door.json("/ask?example=1")
    cures = body["answer"]["cures"]
    assert cures
    assert all(each["outcome"] == "lawful" for each in cures)
    for cure in cures:
        after = door.json(cure["href"])
        assert after["answer"]["outcome"] == "lawful", cure


def test_the_meter_shows_the_count_and_its_thresholds(door: Door) -> None:
    body = door.json("/ask?example=1")
    meter = body["answer"]["meters"][0]
    assert (meter["fact"], meter["value"]) == ("exported_general_persons_ytd", 102213)
    assert {100000, 1000000} <= set(meter["thresholds"])
    html = door.get("/ask?example=1").text
    assert 'aria-label="Count: 102,213. has reached 100,000 below 1,000,000"' in html
    none = asked(door, exported_general_persons_ytd="0", on="2024-03-23")["answer"]["meters"]
    assert "exported_general_persons_ytd" not in {each["fact"] for each in none}
    far = asked(door, persons_held="900000000")["answer"]["meters"]
    assert "persons_held" not in {each["fact"] for each in far}


def test_other_readings_are_answered_too(door: Door, platform: Deployment) -> None:
    """XB-6: sensitive data elsewhere takes the exemption away on the conservative reading."""
    body = asked(
        door,
        on="2024-03-23",
        exported_sensitive_persons_ytd="5000",
        exported_sensitive_persons_2y="5000",
    )
    assert body["answer"]["outcome"] == "lawful"
    reading = next(each for each in body["answer"]["readings"] if each["id"] == "XB-6")
    assert [(each["option"], each["outcome"]) for each in reading["others"]] == [
        ("conservative", "not_yet")
    ]


def test_an_unknown_fact_or_value_is_told_with_the_nearest(door: Door) -> None:
    for query, hint in (("/ask?operatoin=share", "operation"), ("/ask?operation=shar", "share")):
        found = door.get(query + "&format=json")
        problem = found.json()["problem"]
        assert found.status_code == 400
        assert hint in problem["hint"]
        assert problem["sentence"] in door.get(query).text.replace("&#39;", "'")


def test_what_was_said_is_said_again_by_the_form(door: Door, platform: Deployment) -> None:
    """Submitting the answered page unchanged asks the very same question."""
    html = door.get("/ask?example=1").text
    form = html[
        html.index('<form class="card ask"') : html.index(
            "</form>", html.index('<form class="card ask"')
        )
    ]
    said: list[tuple[str, str]] = []
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and value and value.group(1) and ("checkbox" not in tag or " checked" in tag):
            said.append((name.group(1), value.group(1)))
    for name, inner in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inner)
        if chosen and chosen.group(1):
            said.append((name, chosen.group(1)))
    again = door.json("/ask?" + urlencode([*said, ("on", "2026-11-24")]))
    first = door.json("/ask?example=1")
    assert in_order(again["question"]) == in_order(first["question"])
    assert again["answer"]["outcome"] == first["answer"]["outcome"]


def in_order(question: dict[str, Any]) -> dict[str, Any]:
    return {
        name: sorted(value) if isinstance(value, list) else value
        for name, value in question.items()
    }


def test_facts_survive_the_address(platform: Deployment) -> None:
    from lawful.console.language import languages
    from lawful.console.page import Preferences, Visit
    from lawful.console.question import facts_in

    facts = {
        "operation": "share",
        "ciio": None,
        "told": [],
        "data": ["phone", "?name"],
        "stored_in": ["CN", "SG"],
        "persons": "12",
        "fulfilled:cn.pipl.55": "true",
        "entity": "shop-dublin",
    }
    visit = Visit(
        deployment=platform,
        path="/ask",
        method="GET",
        fields=tuple(fields_of(facts)),
        words=languages()["en"],
        preferences=Preferences(lang="en"),
    )
    assert facts_in(visit) == facts


def test_the_shell_line_asks_the_same(
    door: Door, platform: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(platform.folder)
    for number in (1, 2, 3):
        body = door.json(f"/ask?example={number}")
        program, *words = shlex.split(body["answer"]["take_away"]["shell"])
        assert program == "lawful"
        done = CliRunner().invoke(cli, [*words, "--json"])
        assert f'"outcome": "{body["answer"]["outcome"]}"' in done.stdout


def test_the_python_asks_the_same(
    door: Door, platform: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(platform.folder)
    for number in (1, 2, 3):
        answer = door.json(f"/ask?example={number}")["answer"]
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(compile(answer["take_away"]["python"], "take-away", "exec"), {})
        assert said.getvalue().strip() == str(Outcome(answer["outcome"]))


def test_the_json_link_gives_the_answer(door: Door) -> None:
    answer = door.json("/ask?example=1")["answer"]
    twin = door.get(answer["take_away"]["json"])
    assert twin.headers["content-type"] == "application/json"
    assert twin.json()["answer"]["outcome"] == answer["outcome"]
    assert dict(parse_qsl(urlsplit(answer["take_away"]["json"]).query))["format"] == "json"


def test_each_answer_is_evidence_by_this_door(door: Door, platform: Deployment) -> None:
    before = platform.evidence.size()
    decision = door.json("/ask?example=1")["answer"]["decision"]
    leaf = platform.evidence.find(decision)
    assert leaf is not None
    assert (leaf.kind, leaf.door, leaf.index) == ("ask", "console", before)


def test_the_bare_form_asks_nothing(door: Door, platform: Deployment) -> None:
    before = platform.evidence.size()
    assert door.json("/ask")["answer"] is None
    assert platform.evidence.size() == before


def test_an_organisation_says_what_it_knows(door: Door, bare_door: Door) -> None:
    known = {
        each["fact"]: each["source"] for each in door.json("/ask?example=1")["answer"]["facts"]
    }
    typed = {
        each["fact"]: each["source"] for each in bare_door.json("/ask?example=1")["answer"]["facts"]
    }
    assert known["controller_region"] == "record"
    assert typed["controller_region"] == "typed"
    assert "entity" in door.json("/ask")["sentence"]
    assert "entity" not in bare_door.json("/ask")["sentence"]


def test_every_rule_on_the_page_links_to_its_article(door: Door) -> None:
    html = door.get("/ask?example=1").text
    links = set(re.findall(r'href="(/law/[^"#]+)', html))
    assert len(links) > 20
    for link in sorted(links)[::7]:
        assert door.get(link).status_code in (200, 303)


def test_evidence_that_cannot_be_written_gives_no_answer(
    own: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lawful.console import create_app

    door = Door(create_app(own))
    assert own.evidence.size() == 0

    def full(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("lawful.evidence.disk.Disk.append_synced", full)
    found = door.get("/ask?example=1", headers={"accept": "application/json"})
    assert found.status_code == 503
    assert found.json()["code"] == "evidence.unwritable"
    assert "answer" not in found.json()

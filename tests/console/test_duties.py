"""The page Duties: the form of a thing, its list with last days, and the law that each rests on."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from lawful.console.examples import things
from lawful.console.shelf import shelf_of
from lawful.console.things import FIRST, weights
from lawful.gate.deployment import Deployment
from tests.console.conftest import Door

INCIDENT = (
    "/duties?about=incident&on=2026-11-24T09:00Z&established_in=DE&offered_in=DE"
    "&controller_role=controller&aware_at=2026-11-23T08:00Z&incident_effects=personal_data"
    "&risk_to_persons=high&people_located_in=DE"
)


def test_every_thing_with_rules_can_be_chosen(door: Door, platform: Deployment) -> None:
    body = door.json("/duties")
    abouts = {each.about for each in platform.book.entries.values() if each.kind.value == "rule"}
    assert {each["id"] for each in body["things"]} == abouts - {"use"}
    assert body["answer"] is None
    for each in body["things"]:
        form = door.json(f"/duties?about={each['id']}")
        assert form["answer"] is None
        assert 0 < len(form["first"]) <= FIRST


def test_the_form_asks_what_rules_test_and_nothing_else(door: Door, platform: Deployment) -> None:
    tested = weights(shelf_of(platform.book), "incident")
    form = door.json("/duties?about=incident")
    asked = {each["name"] for each in form["first"]}
    asked |= {each["name"] for group in form["groups"] for each in group["fields"]}
    assert asked == set(tested)
    assert form["first"][0]["name"] == tested.most_common(1)[0][0]
    assert "system_version" not in asked  # no rule about an incident tests it


def test_last_moment_article_and_zone(door: Door) -> None:
    body = door.json(INCIDENT)
    duty = next(each for each in body["answer"]["owed"] if each["id"] == "eu.gdpr.33.authority")
    assert duty["last"] == "2026-11-26T08:00:00Z"
    assert duty["last_text"] == "2026-11-26 09:00 Europe/Brussels"
    assert (duty["group"], duty["state"]) == ("due", "due")
    html = door.get(INCIDENT).text
    assert "2026-11-26 09:00 Europe/Brussels" in html
    assert 'href="/law/eu.gdpr.33#eu.gdpr.33.authority"' in html
    assert re.search(r'href="/evidence/dec_\w+"', html)


def test_to_whom_and_with_what_in_the_reader_s_language(door: Door) -> None:
    english, chinese = door.get(INCIDENT).text, door.get(INCIDENT + "&lang=zh").text
    assert "to supervisory authority" in english
    assert "people and records concerned" in english
    assert "监管机构" in chinese
    assert "涉及的人数和记录数" in chinese
    for each in ("supervisory authority", "people and records", "people_and_records"):
        assert each not in chinese
    article = door.get("/law/eu.gdpr.33?lang=zh").text
    assert "涉及的人数和记录数" in article
    assert "people and records" not in article.replace("people_and_records", "")


@pytest.mark.parametrize("page", ["/duties", "/ask"])
def test_no_such_example(door: Door, page: str) -> None:
    shown = door.json(f"{page}?example=99")
    assert shown["problem"]["code"] == "console.example"
    assert shown["problem"]["hint"].startswith("There are ")


def test_what_is_wanted_most_is_asked_first(door: Door) -> None:
    body = door.json(INCIDENT)
    wanted = [each for each in body["answer"]["wanted"] if each["kind"] == "fact"]
    waits = [len(each["why"]) for each in body["answer"]["wanted"]]
    assert waits == sorted(waits, reverse=True)
    first = [each["name"] for each in body["first"]]
    assert first == [each["name"] for each in wanted][: len(first)]
    assert not set(first) & {each["name"] for each in body["said"]}


def test_what_was_said_comes_back_in_the_form(door: Door) -> None:
    html = door.get(INCIDENT).text
    assert 'name="aware_at" id="f-aware_at" value="2026-11-23T08:00Z"' in html
    assert re.search(r'name="incident_effects" value="personal_data" checked', html)
    assert re.search(r'<option value="high" selected>', html)


def test_a_duty_that_is_done_is_met(door: Door) -> None:
    duty = next(
        each
        for each in door.json(INCIDENT)["answer"]["owed"]
        if each["id"] == "eu.gdpr.33.authority"
    )
    body = door.json(duty["done"])
    assert "eu.gdpr.33.authority" in body["answer"]["groups"]["met"]
    assert ["fulfilled:eu.gdpr.33.authority", "true"] in body["carried"]


def test_a_last_day_cites_its_counting_rule(door: Door) -> None:
    body = door.json("/duties?example=5")
    counted = [each for each in body["answer"]["owed"] if each["counting"]]
    assert counted
    html = door.get("/duties?example=5").text
    assert "Regulation 1182/71 art. 3" in html
    assert all(each["last_text"] in html for each in counted)


def test_a_record_that_is_lacking_makes_its_duty_owed(door: Door) -> None:
    path = "/duties?about=entity&established_in=CN&offered_in=CN&persons_held=2000000"
    path += "&controller_role=controller&on=2026-11-24"
    rule = "cn.pipl.51.training"
    lacking = door.json(path + f"&fulfilled:{rule}=false")["answer"]
    assert rule in {each["id"] for each in lacking["owed"]}
    assert rule in door.json(path + f"&fulfilled:{rule}=true")["answer"]["groups"]["met"]
    unsaid = door.json(path + f"&fulfilled:{rule}=null")["answer"]
    assert rule in unsaid["groups"]["undetermined"]
    each = next(each for each in unsaid["duties"] if each["id"] == rule)
    assert rule in {one["id"] for one in door.json(each["not_done"])["answer"]["owed"]}


@pytest.mark.parametrize("number", range(1, len(things()) + 1))
@pytest.mark.parametrize("lang", ["en", "zh-Hans"])
def test_worked_things_owe_something(door: Door, number: int, lang: str) -> None:
    body = door.json(f"/duties?example={number}&lang={lang}")
    assert body["answer"]["owed"]
    shown = [each for group in body["answer"]["groups"].values() for each in group]
    assert sorted(shown) == sorted(each["id"] for each in body["answer"]["duties"])


def test_a_question_from_elsewhere_is_not_asked(door: Door, platform: Deployment) -> None:
    before = platform.evidence.size()
    html = door.get(INCIDENT, headers={"sec-fetch-site": "cross-site"}).text
    assert "This question came from another site" in html
    assert platform.evidence.size() == before


def test_without_facts_nothing_is_recorded(door: Door, platform: Deployment) -> None:
    before = platform.evidence.size()
    door.get("/duties")
    door.get("/duties?about=system")
    assert platform.evidence.size() == before


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/duties?about=weather&x=1", "console.about"),
        ("/duties?about=use", "console.about"),
        ("/duties?about=incident&on=soon&ciio=true", "console.date"),
        ("/duties?about=incident&no_such_fact=1", "law.unknown_fact"),
        ("/duties?about=incident&incident_effects=" + quote("nonsense"), "law.unknown_value"),
        ("/duties?example=99", "console.example"),
    ],
)
def test_what_cannot_be_asked_says_why(door: Door, path: str, code: str) -> None:
    html, twin = door.get(path), door.json(path)
    assert html.status_code == 400
    assert twin["problem"]["code"] == code
    assert 'role="alert"' in html.text


def test_why_a_duty_is_open_has_words_where_a_number_of_the_law_is_compared(door: Door) -> None:
    """A condition that names a dated number is told by what the number says."""
    body = door.json(
        "/duties?about=system&established_in=IE&offered_in=DE&services=online_platform"
    )
    texts = [part["words"] for each in body["answer"]["duties"] for part in each["because"]]
    assert texts
    assert all(isinstance(each, str) for each in texts)
    for about in ("entity", "activity", "incident", "deal", "order", "request", "content"):
        path = f"/duties?about={about}&established_in=CN,IE,US&offered_in=CN,DE,US"
        assert door.get(path).status_code == 200


def test_a_bare_deployment_answers_too(bare_door: Door) -> None:
    body = bare_door.json("/duties?example=1")
    assert body["entity"] is None
    assert body["answer"]["owed"]

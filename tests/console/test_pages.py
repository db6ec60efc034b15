from __future__ import annotations

import json
import re

import attrs
import pytest
from starlette.responses import Response

from lawful.console import app, create_app
from lawful.console.discovery import pages, tabs
from lawful.console.language import languages
from lawful.console.page import Shown, Visit, plain
from lawful.console.pages import ask, compare, duties, evidence, law, query, readings
from lawful.console.rendering import environment
from lawful.evidence import Event
from lawful.gate.deployment import Deployment
from tests.console.conftest import Door

PATHS = [
    "/ask",
    "/ask?example=1",
    "/ask?example=2",
    "/ask?example=3",
    "/ask?operation=share&on=2024-03-22",
    "/query",
    "/law",
    "/law?find=export",
    "/law?on=2020-01-01",
    "/law/cn.pipl",
    "/law/cn.app_pi_rules_draft_2026",
    "/law/cn.pipl.38",
    "/law/us.cloud.2713",
    "/law/readings",
    "/law/compare",
    "/law/compare?from=2024-03-21&to=2024-03-22",
    "/duties",
    "/duties?about=system",
    "/duties?example=1",
    "/duties?example=5",
    "/evidence",
]
LANGS = ["en", "zh-Hans"]
REMOTE = re.compile(r"""(?:src|href|action|data)\s*=\s*["'](?:https?:)?//|url\(|@import""")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("which", ["door", "bare_door"])
def test_every_page_answers_in_html_and_json(
    which: str, path: str, lang: str, request: pytest.FixtureRequest
) -> None:
    door: Door = request.getfixturevalue(which)
    address = path + ("&" if "?" in path else "?") + f"lang={lang}"
    html, json = door.get(address), door.get(address + "&format=json")
    assert html.status_code == json.status_code == 200
    assert f'<html lang="{lang}"' in html.text
    assert re.search(r"<title>\S.* · Lawful</title>", html.text)
    assert json.headers["content-type"] == "application/json"
    assert json.json()["lang"] == lang
    assert not REMOTE.search(html.text)


def test_pages_are_discovered() -> None:
    assert [each.name for each in tabs()] == ["ask", "duties", "query", "law", "evidence"]
    named = {each.name for each in pages()}
    assert named == {
        "ask",
        "duties",
        "query",
        "law",
        "compare",
        "conflicts",
        "readings",
        "evidence",
    }
    assert {each.under for each in pages() if each.tab is None} == {"law"}


def test_a_page_without_a_tab_marks_the_one_it_stands_under(door: Door) -> None:
    for path in ("/law/compare", "/law/readings", "/law/cn.pipl"):
        assert '<a href="/law" data-letter="l" aria-current="page">' in door.get(path).text


def test_each_tab_is_marked_where_it_is(door: Door) -> None:
    for tab in tabs():
        found = re.findall(r'<a href="([^"]+)"[^>]*aria-current="page"', door.get(tab.path).text)
        assert found == [tab.path]


def test_home_opens_an_answered_question(door: Door) -> None:
    home = door.get("/")
    assert (home.status_code, home.headers["location"]) == (303, "/ask?example=1")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/ask?example=1", ask.AskPage),
        ("/query", query.QueryPage),
        ("/law", law.LawPage),
        ("/law/cn.pipl", law.InstrumentPage),
        ("/law/cn.pipl.38", law.ArticlePage),
        ("/law/compare", compare.ComparePage),
        ("/law/readings", readings.ReadingsPage),
        ("/duties?example=1", duties.DutiesPage),
        ("/evidence", evidence.EvidencePage),
    ],
)
def test_the_twin_is_the_context(
    path: str, kind: type, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The JSON holds exactly the context that the template would have been given."""
    seen: list[Shown] = []
    made = app._json

    def watched(visit: Visit, answer: Shown, page: str) -> Response:
        seen.append(answer)
        return made(visit, answer, page)

    monkeypatch.setattr(app, "_json", watched)
    body = door.json(path)
    context = seen[0].context
    assert isinstance(context, kind)
    assert body.pop("page")
    assert body.pop("lang")
    assert set(body) == {each.name for each in attrs.fields(kind)}
    assert body == json.loads(json.dumps(plain(context)))


def test_templates_compile_and_name_what_they_show() -> None:
    for lang in languages():
        made = environment(lang)
        names = made.list_templates()
        assert len(names) >= 9
        for name in names:
            made.get_template(name)
            text, _, _ = made.loader.get_source(made, name)  # type: ignore[union-attr]  # it has one
            if '{% extends "base.html" %}' in text:
                assert "{% block title %}" in text, name


def test_health(door: Door) -> None:
    assert door.get("/healthz").text == "ok\n"
    assert door.get("/readyz").json()["ready"] is True


def test_not_ready_without_evidence(own: Deployment) -> None:
    own.evidence.append(Event(kind="refusal", id=own.new_id(), entity="dublin"), {})
    assert own.evidence.size() == 1
    (own.state / "evidence" / "checkpoint").unlink()
    ready = Door(create_app(own)).get("/readyz")
    assert (ready.status_code, ready.json()["code"]) == (503, "evidence.rolled_back")


def test_not_ready_while_evidence_cannot_be_written(own: Deployment) -> None:
    door = Door(create_app(own))
    assert door.get("/readyz").json()["evidence"] == 0
    (own.state / "evidence.probe.tmp").mkdir()
    ready = door.get("/readyz")
    assert (ready.status_code, ready.json()["code"]) == (503, "evidence.unwritable")
    assert door.get("/healthz").status_code == 200
    (own.state / "evidence.probe.tmp").rmdir()
    assert door.get("/readyz").json()["ready"] is True


def test_figures_tell_how_much_and_nothing_of_what(own: Deployment) -> None:
    door = Door(create_app(own))
    label = 'lawful_evidence_entries_total{door="console",kind="refusal"}'

    def told() -> float:
        lines = door.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(label))

    before = told()
    event = Event(kind="refusal", id=own.new_id(), entity="dublin", door="console")
    own.evidence.append(event, {"phone": "13800138000"})
    assert told() == before + 1
    text = door.get("/metrics").text
    assert "lawful_evidence_group_seconds_count" in text
    assert event.id not in text
    assert "dublin" not in text
    assert "13800138000" not in text


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/nowhere", 404, "console.404"),
        ("/law/nothing.of.the.kind", 404, "console.404"),
        ("/evidence/dec_0", 404, "console.404"),
        ("/static/../app.py", 404, "console.404"),
        ("/evidence?before=x", 400, "console.before"),
        ("/law?on=yesterday", 400, "console.date"),
        ("/law/compare?from=yesterday", 400, "console.date"),
        ("/law/compare?from=1066-10-14", 400, "console.date"),
    ],
)
def test_errors_have_code_sentence_hint(path: str, status: int, code: str, door: Door) -> None:
    html, twin = door.get(path), door.get(path, headers={"accept": "application/json"})
    assert html.status_code == twin.status_code == status
    assert twin.json()["code"] == code
    assert twin.json()["sentence"]
    assert code in html.text


def test_a_method_that_a_page_does_not_take(door: Door) -> None:
    assert door.post("/law").status_code == 405


def test_a_page_that_breaks_says_so_and_nothing_more(
    door: Door, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(evidence, "_log_page", broken)
    found = door.get("/evidence")
    assert found.status_code == 500
    assert "console.500" in found.text
    assert "secret" not in found.text
    assert "a page broke: RuntimeError" in caplog.text

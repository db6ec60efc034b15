from __future__ import annotations

import re

import pytest

from lawful.console.discovery import pages, tabs
from lawful.console.page import plain
from lawful.console.pages import ask, evidence, law, query
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
    "/law/cn.pipl.38",
    "/law/us.cloud.2713",
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
    assert [each.name for each in tabs()] == ["ask", "query", "law", "evidence"]
    assert {each.name for each in pages()} == {"ask", "query", "law", "evidence"}


def test_each_tab_is_marked_where_it_is(door: Door) -> None:
    for tab in tabs():
        found = re.findall(r'<a href="([^"]+)"[^>]*aria-current="page"', door.get(tab.path).text)
        assert found == [tab.path]


def test_home_opens_an_answered_question(door: Door) -> None:
    home = door.get("/")
    assert (home.status_code, home.headers["location"]) == (303, "/ask?example=1")


@pytest.mark.parametrize("module", [ask, law, query, evidence])
def test_the_twin_is_the_context(
    module: object, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The JSON is exactly the context dataclass that the template was given."""
    path = module.PATH  # type: ignore[attr-defined]  # a page's module
    seen: list[object] = []
    way = next(each for page in pages() for each in page.ways if each.path == path and "GET" in each.methods)
    handler = way.handler

    def watched(visit: object) -> object:
        shown = handler(visit)  # type: ignore[arg-type]  # a Visit
        seen.append(shown.context)  # type: ignore[union-attr]  # a page
        return shown

    monkeypatch.setattr("lawful.console.discovery.pages", pages)
    object.__setattr__(way, "handler", watched)
    try:
        app = Door(type(door.app) and __import__("lawful.console", fromlist=["x"]).create_app(door.app.state.deployment))
        body = app.json(path)
    finally:
        object.__setattr__(way, "handler", handler)
    assert {key: value for key, value in body.items() if key not in ("page", "lang")} == plain(seen[0])

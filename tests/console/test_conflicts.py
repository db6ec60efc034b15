"""Conflicts: worked out in the background, kept, shown with both citations; failures are said."""

from __future__ import annotations

import html
import json
import re
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from typer.testing import CliRunner

from lawful.analyse import Collisions, Kept
from lawful.analyse.solver import TooHard
from lawful.cli.main import app
from lawful.console import create_app
from lawful.console.background import Background, Progress
from lawful.console.pages import conflicts
from lawful.gate.deployment import Deployment
from tests.console.conftest import Door

PATH = "/law/conflicts"
FROM_ELSEWHERE = {"sec-fetch-site": "cross-site"}
Search = Callable[..., Collisions]


@pytest.fixture
def background(monkeypatch: pytest.MonkeyPatch) -> Iterator[Background]:
    """A worker of one test's own."""
    made = Background()
    monkeypatch.setattr(conflicts, "BACKGROUND", made)
    yield made
    made.stop()


@pytest.fixture
def search(monkeypatch: pytest.MonkeyPatch) -> Callable[[Search], None]:
    """Puts another search in the place of the solver's."""
    return partial(monkeypatch.setattr, "lawful.analyse.told.find_conflicts")


@pytest.fixture
def quick(search: Callable[[Search], None], collisions: Collisions) -> Search:
    """A search that has found already."""

    def found(*_: object) -> Collisions:
        return collisions

    search(found)
    return found


def ended(background: Background) -> None:
    """Wait for what is at work."""
    thread = background._thread
    assert thread is not None
    thread.join()


def page(door: Door, query: str = "") -> dict[str, Any]:
    return door.json(PATH + query)


def test_the_page_says_what_is_going_on_and_then_shows_it(
    own: Deployment,
    background: Background,
    search: Callable[[Search], None],
    collisions: Collisions,
) -> None:
    door, let_go = Door(create_app(own)), threading.Event()

    def slow(moment: Any, progress: Any) -> Collisions:
        progress(None, 2, 5)
        let_go.wait()
        return collisions

    search(slow)
    first = door.get(PATH)
    assert first.status_code == 200
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in first.text
    assert 'hx-trigger="every 2s"' in first.text
    while page(door)["of"] == 0:
        pass
    working = page(door)
    assert (working["state"], working["done"], working["of"]) == ("working", 1, 5)
    assert working["groups"] == []
    assert "Commands done: 1 of 5." in door.get(PATH).text
    assert "已查命令：1／5" in door.get(f"{PATH}?lang=zh").text
    other = page(door, "?on=2026-01-01")
    assert (other["state"], other["done"]) == ("waiting", 1)
    let_go.set()
    ended(background)
    told = page(door)
    assert told["state"] == "told"
    assert told["total"] > told["direct"] > 0
    text = door.get(PATH).text
    assert "http-equiv" not in text
    assert "hx-trigger" not in text
    assert len(list((own.state / "analyses").iterdir())) == 1


def directions(told: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (each["command"]["id"], each["rule"]["id"]): each
        for group in told["groups"]
        for each in group["direct"]
    }


def test_both_directions_can_be_read(conflicts_known: Deployment) -> None:
    """A foreign order against DSL 36 and PIPL 41, a mainland demand against GDPR 48."""
    door = Door(create_app(conflicts_known))
    found = directions(page(door))
    assert {
        ("us.cloud.2713.disclose", "cn.dsl.36.disclose"),
        ("us.cloud.2713.disclose", "cn.pipl.41.disclose"),
        ("cn.dsl.35.disclose", "eu.gdpr.48.order"),
    } <= set(found)
    text = html.unescape(door.get(PATH).text)
    chinese = html.unescape(door.get(f"{PATH}?lang=zh").text)
    for each in found.values():
        for side in ("command", "rule"):
            link = f'href="/law/{each[side]["article"]}#{each[side]["id"]}"'
            for shown in (text, chinese):
                assert link in shown
                assert each[side]["citation"] in shown
                assert each[side]["citation_en"] in shown
    assert "数据安全法 第三十六条" in text
    assert "GDPR art. 48" in chinese
    assert "不得" in chinese
    assert "do not follow a third country's order" in text
    assert "do not follow a third country's order" not in chinese


def test_a_case_stands_in_words_and_can_be_asked(conflicts_known: Deployment) -> None:
    door = Door(create_app(conflicts_known))
    each = directions(page(door))["us.cloud.2713.disclose", "cn.dsl.36.disclose"]
    assert "stored in includes any of: mainland China" in each["words"]
    shown = {one["label"]: one["shown"] for one in each["facts"]}
    assert shown["operation"] == "disclose"
    assert each["outcome"] == "prohibited"
    answer = door.json(each["ask"])["answer"]
    assert answer["outcome"] == "prohibited"
    met = {(one["command"]["id"], one["rule"]["id"]) for one in answer["conflicts"]}
    assert ("us.cloud.2713.disclose", "cn.dsl.36.disclose") in met
    chinese = directions(page(door, "?lang=zh"))["us.cloud.2713.disclose", "cn.dsl.36.disclose"]
    assert all(re.search(r"[\u4e00-\u9fff]", one) for one in chinese["words"])


def test_readings_that_resolve_a_conflict_are_named(conflicts_known: Deployment) -> None:
    door = Door(create_app(conflicts_known))
    found = [each for each in directions(page(door)).values() if each["resolved_by"]]
    readings = conflicts_known.book.rulebook.readings
    assert found
    for each in found:
        for one in each["resolved_by"]:
            option = readings[one["reading"]].options[one["option"]]
            assert one["says"] == option.en
            assert option.zh in html.unescape(door.get(f"{PATH}?lang=zh").text)
    assert 'href="/law/readings#' in door.get(PATH).text


def test_chance_pairs_stand_apart(conflicts_known: Deployment) -> None:
    told = page(Door(create_app(conflicts_known)))
    chance = {one["rule"]["id"] for each in told["groups"] for one in each["by_chance"]}
    assert "eu.dsa.28.2.minors" in chance
    assert "eu.gdpr.48.order" not in chance
    n = sum(len(each["direct"]) + len(each["by_chance"]) for each in told["groups"])
    assert n == told["total"] == told["shown"]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("?regime=EU", "EU"),
        ("?instrument=cn.dsl", "cn.dsl"),
        ("?instrument=cn.dsl&regime=EU", "EU"),
    ],
)
def test_filters_take_either_side(conflicts_known: Deployment, query: str, name: str) -> None:
    door = Door(create_app(conflicts_known))
    every, told = page(door), page(door, query)
    assert 0 < told["shown"] < every["shown"] == every["total"] == told["total"]
    for group in told["groups"]:
        for each in (*group["direct"], *group["by_chance"]):
            sides = (each["command"], each["rule"])
            assert name in {value for one in sides for value in (one["regime"], one["instrument"])}
    assert "selected" in door.get(PATH + query).text


def test_a_filter_that_fits_nothing_and_one_that_is_none(conflicts_known: Deployment) -> None:
    door = Door(create_app(conflicts_known))
    assert page(door, "?instrument=cn.calendar_none")["hint"]
    unknown = door.get(f"{PATH}?instrument=cn.dsll")
    assert unknown.status_code == 400
    assert "Did you mean 'cn.dsl'?" in html.unescape(unknown.text)
    nothing = page(door, "?instrument=cn.price_law")
    assert (nothing["state"], nothing["shown"], nothing["groups"]) == ("told", 0, [])
    assert "No two laws collide here." in door.get(f"{PATH}?instrument=cn.price_law").text


def test_a_search_that_fails_is_said_and_can_be_begun_again(
    own: Deployment,
    background: Background,
    search: Callable[[Search], None],
    collisions: Collisions,
) -> None:
    door = Door(create_app(own))

    def too_hard(*_: object) -> Collisions:
        raise TooHard("The solver did not answer in time, so nothing is proved or refuted.")

    search(too_hard)
    page(door)
    ended(background)
    failed = door.get(PATH)
    assert failed.status_code == 500
    assert "did not answer in time" in failed.text
    assert "nothing is claimed" in failed.text
    assert "不作任何断言" in door.get(f"{PATH}?lang=zh").text
    assert page(door)["problem"]["code"] == "analyse.too_hard"
    assert "http-equiv" not in failed.text
    search(lambda *_: collisions)
    again = door.post(f"{PATH}/again", {"on": "2026-11-24"})
    assert (again.status_code, again.headers["location"]) == (303, f"{PATH}?on=2026-11-24")
    ended(background)
    assert page(door)["state"] == "told"


def test_a_fault_of_ours_is_said_as_such(
    own: Deployment, background: Background, search: Callable[[Search], None]
) -> None:
    door = Door(create_app(own))

    def broken(*_: object) -> Collisions:
        raise ZeroDivisionError("secret")

    search(broken)
    page(door)
    ended(background)
    failed = door.get(PATH)
    assert failed.status_code == 500
    assert "secret" not in failed.text
    assert page(door)["problem"]["code"] == "console.500"


def test_a_page_of_another_site_begins_nothing(own: Deployment, background: Background) -> None:
    door = Door(create_app(own))
    asked = door.get(PATH, headers=FROM_ELSEWHERE)
    assert "opened from another site" in asked.text
    assert background.job() is None
    assert door.post(f"{PATH}/again", headers=FROM_ELSEWHERE).status_code == 403
    assert background.job() is None


def test_what_is_kept_and_cannot_be_read_is_worked_out_anew(
    own: Deployment, background: Background, quick: Search
) -> None:
    door = Door(create_app(own))
    page(door)
    ended(background)
    (file,) = (own.state / "analyses").iterdir()
    file.write_bytes(file.read_bytes()[:1000])
    other = Door(create_app(own))
    background.start("another day", lambda _: None)
    ended(background)
    assert page(other)["state"] == "working"
    ended(background)
    assert page(other)["state"] == "told"
    assert json.loads(file.read_bytes())["key"]["book"] == own.book.hash


def test_a_result_that_cannot_be_kept_is_shown_and_the_page_says_so(
    own: Deployment, background: Background, quick: Search
) -> None:
    own.state.mkdir(exist_ok=True)
    (own.state / "analyses").write_text("in the way")
    door = Door(create_app(own))
    page(door)
    ended(background)
    told = page(door)
    assert told["state"] == "told"
    assert told["total"] > 0
    assert "cannot be kept" in told["unkept"]
    assert "Not kept:" in door.get(PATH).text


def test_the_command_and_the_page_keep_for_each_other(
    own: Deployment,
    background: Background,
    search: Callable[[Search], None],
    collisions: Collisions,
) -> None:
    Kept.under(own.state).folder.mkdir(parents=True)
    words = ["law", "conflicts", "--on", "2026-11-24", "--json", "--folder", str(own.folder)]
    search(lambda *_: collisions)
    said = CliRunner().invoke(app, words)
    assert said.exit_code == 1

    def never(*_: object) -> Collisions:
        raise AssertionError("worked out twice")

    search(never)
    told = page(Door(create_app(own)))
    assert told["state"] == "told"
    assert told["total"] == len(json.loads(said.stdout)["conflicts"])
    assert json.loads(CliRunner().invoke(app, words).stdout) == json.loads(said.stdout)
    chinese = CliRunner().invoke(app, [*words, "--lang", "zh"])
    assert "不得" in chinese.stdout
    readings = CliRunner().invoke(app, [*words, "--reading", "CS-1=always"])
    assert readings.exit_code == 70  # another reading is another question


def test_the_command_leaves_a_folder_without_state_as_it_was(
    own: Deployment, quick: Search
) -> None:
    before = sorted(own.folder.rglob("*"))
    said = CliRunner().invoke(app, ["law", "conflicts", "--folder", str(own.folder)])
    assert said.exit_code == 1
    assert sorted(own.folder.rglob("*")) == before


def test_the_law_pages_lead_to_it(door: Door) -> None:
    assert f'href="{PATH}?on=2026-11-24"' in door.get("/law").text
    assert f'href="{PATH}?instrument=cn.dsl&amp;on=2026-11-24"' in door.get("/law/cn.dsl").text


def test_one_thing_is_at_work_at_a_time_and_stops_when_told() -> None:
    background, begun = Background(), threading.Event()

    def endless(progress: Progress) -> None:
        while True:
            begun.set()
            progress(1, 2)

    job = background.start("one", endless)
    begun.wait()
    assert background.start("other", endless) is job
    background.stop()
    assert job.ended
    assert (job.done, job.of, job.result) == (1, 2, None)
    other = background.start("other", lambda _: "done")
    assert other is not job
    thread = background._thread
    assert thread is not None
    thread.join()
    assert (other.result, other.error) == ("done", None)

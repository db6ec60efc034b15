from __future__ import annotations

import re
from html import escape

import attrs
import pytest

from lawful.console.articles import article_penalties, entry_view, source_view
from lawful.console.lanes import lanes
from lawful.console.language import languages
from lawful.console.shelf import shelf_of
from lawful.decide.prose import Prose
from lawful.gate.deployment import Deployment
from lawful.law.model import Instrument
from tests.console.conftest import NOW, Door


def test_every_instrument_stands_under_its_jurisdiction(door: Door, platform: Deployment) -> None:
    book = platform.book
    body = door.json("/law")
    rows = [row for place in body["jurisdictions"] for row in place["instruments"]]
    assert {row["id"] for row in rows} == set(book.rulebook.instruments)
    assert sum(row["articles"] for row in rows) == len(book.rulebook.articles)
    assert sum(row["entries"] for row in rows) == len(book.rulebook.entries)
    assert sum(row["person"] for row in rows) == len(book.rulebook.prose)
    assert sum(row["unverified"] for row in rows) == sum(
        1 for each in book.rulebook.entries if not each.verified
    )
    for place in body["jurisdictions"]:
        assert place["total"]["entries"] == sum(each["entries"] for each in place["instruments"])
    html = door.get("/law").text
    assert all(f'href="/law/{row["id"]}?on=' in html for row in rows)


def test_every_article_and_entry_has_its_page(door: Door, platform: Deployment) -> None:
    book = platform.book
    shown: set[str] = set()
    for instrument in book.rulebook.instruments:
        shown |= {each["id"] for each in door.json(f"/law/{instrument}")["articles"]}
    assert shown == set(book.rulebook.articles)
    for article in sorted(shown)[::9]:
        html = door.get(f"/law/{article}").text
        for entry in book.rulebook.articles[article].entries:
            assert f'id="{entry}"' in html


def test_an_instrument_shows_its_periods_and_its_page_for_people(door: Door) -> None:
    path = "/law/cn.data_export_security_assessment_2022?on=2026-11-24"
    body, html = door.json(path), door.get(path).text
    lanes = {(each["from"], each["to"]): each["state"] for each in body["lanes"]}
    assert lanes[("2022-09-01", "2024-03-21")] == "no_longer"
    assert lanes[("2022-09-01", None)] == "in_force"
    assert '<svg class="fluid"' in html
    assert "<strong>Left to a person.</strong>" in html
    assert '<table class="aside"><caption>' in html
    chinese = door.get(path + "&lang=zh-Hans").text
    assert "In force since" not in chinese
    assert "自2022-09-01起施行" in chinese


def test_who_reads_chinese_is_told_what_is_in_english_only(door: Door) -> None:
    def told(path: str, lang: str, sentence: str) -> bool:
        return f'<p class="meta">{sentence}</p>' in door.get(f"{path}?lang={lang}").text

    assert "有英文。" not in door.get("/law/eu.gdpr?lang=zh").text
    assert "有英文。" not in door.get("/law/eu.gdpr.28?lang=zh").text
    assert not told("/law/eu.gdpr.28", "zh", "以下解读目前只有英文。")
    for path in ("/law/eu.gdpr.28", "/law/eu.gdpr"):
        assert "in English only" not in door.get(path).text
    assert "Processor" in door.get("/law/eu.gdpr.28").text.partition("<h1")[2][:300]
    assert "<p>GDPR art" not in door.get("/law/eu.gdpr.28?lang=zh").text


def test_the_reason_of_an_example_is_in_the_language_of_the_page(
    door: Door, platform: Deployment
) -> None:
    rows = platform.book.rulebook.examples
    reason = next(each.because for each in rows if each.rule == "eu.gdpr.28.contract")
    assert reason.zh
    assert f'<td lang="en">{escape(reason.en)}</td>' in door.get("/law/eu.gdpr.28").text
    assert (
        f'<td lang="zh-Hans">{escape(reason.zh)}</td>' in door.get("/law/eu.gdpr.28?lang=zh").text
    )


def test_the_picture_has_a_bar_for_each_dated_period() -> None:
    drawn = lanes([{"from": None, "to": None, "state": "draft"}], "2026-01-01")
    assert (drawn.lanes, drawn.height) == ((), 26)
    drawn = lanes(
        [{"from": "1995-01-01", "to": None, "state": "in_force"},
         {"from": "2030-01-01", "to": "2030-01-02", "state": "not_yet"}],
        "2026-01-01",
    )  # fmt: skip
    assert all(each.x >= 0 and each.x + each.width <= 101 for each in drawn.lanes)
    assert drawn.lanes[1].width > 0
    assert len(drawn.ticks) <= 6


def test_the_official_text_is_shown_once_counsel_deposited_it(
    door: Door, platform: Deployment
) -> None:
    assert "not yet deposited" in door.get("/law/cn.pipl.38").text
    instrument = platform.book.rulebook.instruments["cn.pipl"]  # type: ignore[index]  # its id
    assert source_view(instrument, "npc.2021-08-20")["official_sha256"] == ""
    deposited = _with_source(instrument, {"url": "u", "official_sha256": "ab" * 32})
    assert source_view(deposited, "npc.2021-08-20")["official_sha256"] == "ab" * 32


def _with_source(instrument: Instrument, source: dict[str, str]) -> Instrument:
    return attrs.evolve(instrument, sources={"npc.2021-08-20": source})


def test_clocks_penalties_and_parameters_are_in_words(door: Door) -> None:
    html = door.get("/law/eu.gdpr.33").text
    assert "within 72 hours of: aware since" in html
    assert "the entity: up to EUR 10,000,000 or up to 2 % of worldwide turnover" in html
    entry = door.json("/law/eu.gdpr.33")["entries"][0]
    assert entry["clocks"]["by"] == "within 72 hours of: aware since"
    assert "counting" not in entry["clocks"]  # hours run through nights and holidays
    assert "id=" in door.get("/law/eu.gdpr.8").text


def test_every_clock_and_ceiling_has_words_in_every_language(platform: Deployment) -> None:
    """A clock, period, ceiling or condition without words would break its article's page."""
    shelf = shelf_of(platform.book)
    for words in languages().values():
        prose = Prose(platform.book, words.lang)
        for article in platform.book.rulebook.articles.values():
            assert article_penalties(shelf, article, words, prose) is not None
        for entry in platform.book.rulebook.entries:
            found = entry_view(shelf, entry, prose, words, NOW.date())
            assert all("{" not in text for text in found["clocks"].values())


@pytest.mark.parametrize(("lang", "word"), [("en", "safe default"), ("zh-Hans", "安全的默认")])
def test_readings_are_listed_with_what_turns_on_them(
    door: Door, platform: Deployment, lang: str, word: str
) -> None:
    body = door.json(f"/law/readings?lang={lang}")
    rows = [each for instrument in body["instruments"] for each in instrument["readings"]]
    assert {each["id"] for each in rows} == set(platform.book.rulebook.readings)
    cs1 = next(each for each in rows if each["id"] == "CS-1")
    assert "cn.pipl.23.consent" in {each["id"] for each in cs1["entries"]}
    html = door.get(f"/law/readings?lang={lang}").text
    assert word in html
    assert all(f'id="{each["id"]}"' in html for each in rows)


def test_two_days_are_compared(door: Door) -> None:
    body = door.json("/law/compare?from=2025-12-31&to=2026-01-01")
    changed = {each["id"]: each for each in body["changed"]}
    assert changed["cn.csl_2017"]["counts"]["after"] == 0
    assert changed["cn.csl_2026"]["counts"]["before"] == 0
    assert changed["cn.csl_2026"]["after"]
    assert "eu.gdpr" in {each["id"] for each in body["unchanged"]}
    back = door.json("/law/compare?from=2026-01-01&to=2025-12-31")
    assert back["total"]["before"] == body["total"]["after"]
    html = door.get("/law/compare?from=2025-12-31&to=2026-01-01").text
    assert 'role="img" aria-label="only on 2025-12-31: ' in html


def test_days_on_which_law_changes_lead_to_their_comparison(door: Door) -> None:
    for turn in door.json("/law/compare")["turns"][:4]:
        body = door.json(turn["href"])
        assert body["second"] == turn["on"]
        assert sum(len(each["after"]) for each in body["changed"]) == turn["begins"]
        assert sum(len(each["before"]) for each in body["changed"]) == turn["ends"]


def test_no_difference_says_so(door: Door) -> None:
    html = door.get("/law/compare?from=2026-02-02&to=2026-02-02").text
    assert "Nothing in the book differs" in html


def test_an_entry_leads_into_its_article(door: Door) -> None:
    for name in ("cn.pipl.38.mechanism", "XB-6", "cn.dsl.36.outside_mainland", "cn.pipl.38.4"):
        found = door.get(f"/law/{name}?on=2024-01-01")
        assert found.status_code == 303
        location = found.headers["location"]
        assert location.endswith(f"?on=2024-01-01#{name}")
        assert door.get(location.partition("#")[0]).status_code == 200


def test_an_article_shows_conditions_as_written_and_in_words(door: Door) -> None:
    html = door.get("/law/cn.pipl.38").text
    assert "has_any(stored_in, &#39;CN&#39;)" in html
    assert "stored in includes any of: mainland China" in html
    assert "Forbidden by default" in html
    assert "Freed from it by" in html
    assert "read and compared" in html
    assert "not yet reviewed" in html


def test_examples_stand_beside_the_entry(door: Door, platform: Deployment) -> None:
    body = door.json("/law/cn.pipl.23")
    rows = [row for entry in body["entries"] for row in entry["examples"]]
    assert len(rows) == sum(
        1 for each in platform.book.rulebook.examples if each.rule.startswith("cn.pipl.23.")
    )
    assert {row["expect"] for row in rows} >= {"met", "unmet", "undetermined", "not_applicable"}


def test_unverified_law_and_policy_say_so(door: Door) -> None:
    assert "unverified: the text was not read" in door.get("/law/us.cloud.2713").text
    assert "company policy" in door.get("/law/policy.ads.3").text


def test_the_state_is_that_of_the_day(door: Door) -> None:
    path = "/law/cn.data_export_security_assessment_2022.4"
    assert door.json(f"{path}?on=2024-03-21")["article"]["state"] == "in_force"
    assert door.json(f"{path}?on=2024-03-22")["article"]["state"] == "no_longer"
    assert door.json(f"{path}?on=2022-08-31")["article"]["state"] == "not_yet"


def test_finding_takes_words_ids_and_chinese(door: Door) -> None:
    def found(text: str) -> set[str]:
        body = door.json(f"/law?find={text}")
        return {each["id"] for instrument in body["instruments"] for each in instrument["articles"]}

    assert "cn.pipl.38" in found("PIPL+38")
    assert "cn.pipl.38" in found("第三十八条")
    assert found("no+such+thing") == set()
    assert door.get("/law?find=cn.pipl.38").headers["location"] == "/law/cn.pipl.38"


def test_the_coverage_table_is_the_rulebook_s(door: Door, platform: Deployment) -> None:
    body = door.json("/law")
    assert [each["jurisdiction"] for each in body["coverage"]] == [
        each.jurisdiction for each in platform.book.rulebook.coverage.covers
    ]
    html = door.get("/law").text
    assert 'id="coverage"' in html
    assert "provisional: not signed by counsel" in html


def test_readings_show_the_option_in_use(door: Door) -> None:
    html = door.get("/law/cn.cross_border_flow_provisions_2024.5").text
    assert re.search(
        r"<code class=\"meta\">literal</code> <b>in use</b> <span class=\"meta\">safe default", html
    )

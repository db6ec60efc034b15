from __future__ import annotations

import re

from lawful.gate.deployment import Deployment
from tests.console.conftest import Door


def test_every_article_and_entry_has_its_page(door: Door, platform: Deployment) -> None:
    book = platform.book
    body = door.json("/law")
    shown = {each["id"] for instrument in body["instruments"] for each in instrument["articles"]}
    assert shown == set(book.rulebook.articles)
    for article in sorted(shown)[::5]:
        html = door.get(f"/law/{article}").text
        for entry in book.rulebook.articles[article].entries:
            if any(each.id == entry for each in book.rulebook.entries):
                assert f'id="{entry}"' in html


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

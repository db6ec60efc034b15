from __future__ import annotations

import re
from typing import Any

import pytest

from lawful.console import create_app
from lawful.console.marks import pieces
from lawful.gate.deployment import Deployment
from tests.console.conftest import Door

ADS = {
    "store": "sample",
    "purpose": "personalised_advertising",
    "as": "shop-dublin/privacy_engineer",
}
SQL = (
    "SELECT customer_id, phone, birth_date FROM customers WHERE country = 'DE' ORDER BY customer_id"
)


def run(
    door: Door, sql: str = SQL, do: str = "run", status: int = 200, **changes: str
) -> dict[str, Any]:
    found = door.post("/query?format=json", {**ADS, "sql": sql, "do": do, **changes})
    assert found.status_code == status
    body: dict[str, Any] = found.json()
    return body


def page(door: Door, sql: str = SQL, do: str = "run", **changes: str) -> str:
    return door.post("/query", {**ADS, "sql": sql, "do": do, **changes}).text


def test_the_sample_statement_is_ready_to_run(door: Door, platform: Deployment) -> None:
    before = platform.evidence.size()
    body = door.json("/query")
    assert "FROM orders" in body["sql"]
    assert body["answer"] is None
    assert [each["value"] for each in body["stores"] if each["chosen"]] == ["sample"]
    assert platform.evidence.size() == before
    ready = {
        "sql": body["sql"],
        **{
            name: next(each["value"] for each in body[kind] if each["chosen"])
            for name, kind in (("store", "stores"), ("purpose", "purposes"), ("as", "actors"))
        },
    }
    answer = door.post("/query?format=json", {**ready, "do": "apply"}).json()["answer"]
    assert answer["outcome"] == "lawful"
    assert answer["conditions"] >= 4
    assert len(answer["changed"]) == 2


def test_apply_shows_what_would_run_and_reads_no_row(door: Door) -> None:
    body = run(door, do="apply")
    assert body["answer"]["executed"] is False
    assert body["answer"]["rows"] == []
    html = page(door, do="apply")
    assert "Clear after" in html
    assert "<mark>" in html
    assert "Result" not in html


def test_run_gives_rows_with_hidden_cells_hatched(door: Door) -> None:
    body = run(door)
    answer = body["answer"]
    assert answer["executed"]
    assert 0 < len(answer["rows"]) <= 20
    assert all(row[1] is None for row in answer["rows"])
    html = page(door)
    assert html.count('<span class="hid">') == len(answer["rows"])
    assert "an age band" in html
    assert re.search(r"<td>\d\d-\d\d</td>", html)


def test_given_and_withheld_are_all_rows_for_a_privacy_engineer(door: Door) -> None:
    for table in run(door, do="apply")["answer"]["withheld"]:
        assert table["given"] + sum(each["rows"] for each in table["groups"]) == table["rows"]
    html = page(door, do="apply")
    assert re.search(r"[\d,]+ of [\d,]+ rows of customers may be used", html)
    assert '<svg class="bar"' in html
    assert 'aria-label="customers: ' in html


def test_others_see_no_exact_counts(door: Door) -> None:
    answer = run(door, do="apply", **{"as": "shop-dublin/ads-analytics"})["answer"]
    assert not answer["exact"]
    assert all(each["rows"] is None and each["given"] is None for each in answer["withheld"])
    html = page(door, do="apply", **{"as": "shop-dublin/ads-analytics"})
    assert "exact counts are shown to privacy engineers only" in html
    assert '<svg class="bar"' not in html
    assert "Some rows of customers are withheld" in html


def test_policy_is_cited_as_policy_and_law_in_its_own_language(door: Door) -> None:
    html = page(door, do="apply")
    assert re.search(r'Company policy ADS-3</a>\s*<span class="flag">company policy', html)
    assert re.search(r'lang="zh-Hans">个人信息保护法', html)


def test_observing_says_so(door: Door) -> None:
    changes = {"purpose": "analytics", "as": "shop-dublin/data-science"}
    sql = "SELECT count(*) AS n FROM orders"
    assert run(door, sql, **changes)["answer"]["mode"] == "observe"
    html = page(door, sql, **changes)
    assert "Observing only" in html
    assert "We would run" in html


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM customers",
        "SELECT 1; SELECT 2",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELEC 1",
        "PRAGMA version",
        "SELECT * FROM other.customers",
    ],
)
def test_what_is_not_understood_is_refused_with_a_caret(
    sql: str, door: Door, platform: Deployment
) -> None:
    body = run(door, sql, status=400)
    assert body["answer"] is None
    assert "^" in body["refusal"]["caret"]
    leaf = platform.evidence.find(body["refusal"]["decision"])
    assert leaf is not None
    assert (leaf.kind, leaf.door) == ("refusal", "console")
    html = page(door, sql)
    assert "Not run" in html
    assert "caret" in html


def test_an_unknown_purpose_or_reader_is_told(door: Door) -> None:
    body = run(door, status=400, purpose="advertsing")
    assert body["problem"]["code"]
    assert body["answer"] is None
    assert run(door, status=400, **{"as": "shop-dublin/nobody"})["problem"]["sentence"]
    assert run(door, status=400, store="elsewhere")["problem"]["sentence"]


def test_the_form_keeps_what_was_typed(door: Door) -> None:
    html = page(door, "SELECT 1 AS x")
    assert ">SELECT 1 AS x</textarea>" in html
    again = door.json("/query?sql=SELECT+2&store=sample")
    assert again["sql"] == "SELECT 2"
    assert again["answer"] is None


def test_columns_that_shape_the_result_stand_apart(door: Door) -> None:
    answer = run(door, do="apply")["answer"]
    named = {(each["table"], each["column"]) for each in answer["influences"]}
    assert ("customers", "country") in named
    assert ("customers", "phone") not in named


def test_a_deployment_without_store_says_the_line_to_write(bare_door: Door) -> None:
    body = bare_door.json("/query")
    assert body["problem"]["hint"] == "lawful init URL"
    assert body["stores"] == []
    assert bare_door.post("/query?format=json", {"sql": "SELECT 1"}).status_code == 400


def test_a_store_without_activity_says_the_line_to_write(own: Deployment) -> None:
    (own.folder / "lawful.toml").write_text(
        'version = 1\n[stores.main]\nurl = "sqlite:///mine.db"\ndataset = "main.toml"\n'
    )
    with Deployment.open(own.folder, clock=own.now) as opened:
        body = Door(create_app(opened)).json("/query")
        assert body["problem"]["code"] == "console.no_activity"
        assert "lawful activity approve" in body["problem"]["hint"]


def test_marks_name_reasons_and_columns_once(door: Door) -> None:
    answer = run(door, do="apply")["answer"]
    marks = [*answer["marks"].values(), *(each["mark"] for each in answer["changed"])]
    assert len(marks) == len(set(marks)) == answer["conditions"] + len(answer["changed"])


LONG = (
    'SELECT a FROM (SELECT CAST(NULL AS VARCHAR) AS "phone", b."id" AS "id", '
    'CASE WHEN COALESCE(r0.c0, FALSE) THEN age(b."born", 1) END AS "born" '
    'FROM "t" AS b LEFT JOIN d AS r0 ON r0.k = b."id" WHERE COALESCE(r0.row_ok, FALSE)) AS t'
)


def test_a_view_put_in_shows_what_its_notes_are_about() -> None:
    cut = pieces("SELECT a FROM t", LONG, {"phone": "②", "": "①"})
    noted = [(each.text, each.note) for each in cut if each.note]
    assert noted == [
        ('CAST(NULL AS VARCHAR) AS "phone"', "②"),
        ("WHERE COALESCE(r0.row_ok, FALSE))", "①"),
    ]
    assert "".join(each.text for each in cut).endswith(" AS t")
    assert '"born"' not in "".join(each.text for each in cut)


def test_short_pieces_are_the_statement_itself() -> None:
    runs = "SELECT a FROM (SELECT b FROM t) AS t WHERE x = 'it''s'"
    cut = pieces("SELECT a FROM t WHERE x = 'it''s'", runs)
    assert "".join(each.text for each in cut) == runs
    assert any(each.added for each in cut)
    assert not cut[0].added

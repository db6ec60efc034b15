"""What is typed wrongly is refused with the words that mend it, and never taken in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from lawful.law.vocabulary import COUNT_MOST
from tests.acceptance.conftest import Command

ORDER = [
    "order_kind=production", "order_from=FR", "order_ground=criminal", "controller_role=controller",
    "controller_region=DE", "established_in=DE", "offered_in=DE,FR", "business=marketplace",
    "received_at=2026-09-01T09:00:00+02:00",
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["duties", "foo"], "There is no thing 'foo'"),
        (["law", "exposure", "foo"], "There is no thing 'foo'"),
        (["duties", "order", "--fact", "stored_in=CN"], "An order cannot know"),
        (["ask", "use", "--fact", "stored_in=中国"], "Did you mean 'CN' or"),
        (["ask", "use", "--fact", "stored_in=China"], "Did you mean 'CN'?"),
        (["ask", "use", "--fact", "ciio=true", "--fact", "ciio=false"], "'ciio' is given twice"),
        (["ask", "use", "--fact", f"persons_held={COUNT_MOST + 1}"], f"from 0 to {COUNT_MOST}"),
        (
            ["ask", "use", "--fact", "foreign_origin_only=true", "--fact", "collected_in=CN"],
            "'foreign_origin_only' says yes and 'collected_in' says CN",
        ),
        (
            [
                "duties",
                "incident",
                "--fact",
                "graded_major=yes",
                "--fact",
                "graded_relatively_large=no",
            ],
            "'graded_major' says yes and 'graded_relatively_large' says no",
        ),
        (["law", "exposure", "incident", "--base", "turnover=EUX:1"], "no currency of ISO 4217"),
        (["law", "prove", "never lawful when ciio and not ciio"], "no situation meets this"),
        (["law", "prove", "always lawful when ciio and not ciio"], "no situation meets this"),
        (["law", "prove", "never lawful when ciio unless ciio"], "without its exception 'ciio'"),
    ],
)
def test_it_says_what_is_wrong(lawful: Command, words: list[str], said: str) -> None:
    ran = lawful(*words)
    assert ran.code == 2
    assert said in ran.err


def test_the_greatest_count_is_read(lawful: Command) -> None:
    assert lawful("ask", "use", "--fact", f"persons_held={COUNT_MOST}").code == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [("", "holds no group"), ("\n", "holds no group"), ("[1, 2]", "no JSON object")],
)
def test_a_file_of_people_holds_groups(
    lawful: Command, tmp_path: Path, content: str, said: str
) -> None:
    (tmp_path / "people.jsonl").write_text(content, encoding="utf-8")
    ran = lawful("ask", "use", "--people", "people.jsonl")
    assert ran.code == 2
    assert said in ran.err


def test_a_key_that_stands_twice_in_a_facts_file_is_refused(
    lawful: Command, tmp_path: Path
) -> None:
    (tmp_path / "facts.json").write_text('{"ciio": true, "ciio": false}', encoding="utf-8")
    ran = lawful("ask", "use", "--facts", "facts.json")
    assert ran.code == 2
    assert "names 'ciio' twice" in ran.err


def test_what_an_order_is_is_asked_for_and_never_assumed_away(lawful: Command) -> None:
    facts = [word for each in ORDER for word in ("--fact", each)]
    ran = lawful("duties", "order", *facts, "--at", "2026-09-01T09:30:00+02:00", "--json")
    assert ran.code == 3
    assert "order_process" in {each["name"] for each in ran.json["wanted"]}


def test_a_base_that_no_ceiling_uses_is_named(lawful: Command) -> None:
    facts = ("people_located_in=DE", "incident_effects=personal_data", "risk_to_persons=high")
    words = [word for each in facts for word in ("--fact", each)]
    ran = lawful(
        "law", "exposure", "incident", *words, "--fact", "aware_at=2026-11-20T10:30Z",
        "--at", "2026-11-24T12:00Z", "--base", "turnover=EUR:1000", "--json",
    )  # fmt: skip
    assert ran.json["bases_unused"] == ["turnover"]
    assert "worldwide_turnover" in ran.json["bases_asked"]


def test_days_before_a_jurisdiction_is_covered_are_named(lawful: Command) -> None:
    words = ("law", "diff", "--about", "entity", "--from", "2015-10-05", "--to", "2015-10-06")
    (europe,) = [
        each
        for each in lawful(*words, "--json").json["not_covered"]
        if each["jurisdiction"] == "EU"
    ]
    assert (europe["on"], europe["from"]) == (["2015-10-05", "2015-10-06"], "2018-05-25")
    assert "Not covered on 2015-10-05 and 2015-10-06: European Union" in lawful(*words).out
    found = lawful("law", "conflicts", "--on", "1900-01-01", "--json").json["not_covered"]
    assert {each["jurisdiction"] for each in found} == {"CN", "EU", "US"}

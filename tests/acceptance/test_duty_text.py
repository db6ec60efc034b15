"""A duty list as a person reads it, and what a list takes as not done."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Command

LARGE = [
    *("--fact", "designations=very_large_platform", "--fact", "designated_on=2025-04-25"),
    *("--fact", "offered_in=DE", "--fact", "controller_region=IE", "--on", "2026-09-01"),
    *("--fact", "services=online_platform", "--fact", "enterprise_size=large"),
]
ERASURE = [
    *("--fact", "controller_region=CN", "--fact", "subject_located_in=CN"),
    *("--fact", "request_kind=erasure", "--fact", "requester=subject"),
    *("--fact", "system_kinds=app", "--fact", "received_at=2026-12-15T06:00Z"),
    *("--on", "2026-12-20"),
]


@pytest.mark.parametrize(
    ("lang", "texts"),
    [
        (
            "en",
            [
                "OVERDUE",
                "2025-10-28",
                "moved from 2025-10-25",
                "the same act: DSA art. 24",
                "1182/71",
            ],
        ),
        ("zh", ["已逾期", "自2025-10-25顺延", "同一行为", "对象：欧盟委员会", "期间计算"]),
    ],
)
def test_a_list_shows_the_shift_and_the_rule_by_which_days_are_counted(
    lawful: Command, lang: str, texts: list[str]
) -> None:
    ran = lawful("duties", "system", "--lang", lang, *LARGE)
    assert ran.code == 1
    for text in texts:
        assert text in ran.out, text


def test_a_record_that_must_be_kept_says_until_when(lawful: Command) -> None:
    made = "fulfilled:eu.dsa.34.yearly=2026-08-20T10:00Z"
    ran = lawful("duties", "system", *LARGE, "--fact", made)
    assert "again by 2027-08-20" in ran.out
    assert "keep until 2029-08-20" in ran.out


@pytest.mark.parametrize(
    ("lang", "text"), [("en", "no calendar covers CN 2027"), ("zh", "日历未覆盖CN 2027")]
)
def test_a_year_that_no_calendar_covers_is_named(lawful: Command, lang: str, text: str) -> None:
    assert text in lawful("duties", "request", "--lang", lang, *ERASURE).out


def test_what_no_record_shows_is_not_done_and_said_to_be_assumed(lawful: Command) -> None:
    audit = "eu.dsa.37.audit"
    ran = lawful("duties", "system", *LARGE, "--json")
    states = {each["id"]: each["state"] for each in ran.json["duties"]}
    assert states[audit] == "overdue"
    assert "records" in {each["fact"] for each in ran.json["assumed"]}
    unknown = lawful("duties", "system", *LARGE, "--fact", f"fulfilled:{audit}=null", "--json")
    states = {each["id"]: each["state"] for each in unknown.json["duties"]}
    assert states[audit] == "undetermined"
    assert audit in {each["name"] for each in unknown.json["wanted"]}

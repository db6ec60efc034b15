"""What unmet rules may cost: by regime, never added up, and said where there is nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.conftest import Command

INCIDENT = [
    "--fact", "people_located_in=DE,CN", "--fact", "incident_effects=personal_data",
    "--fact", "aware_at=2026-11-20T10:30Z", "--fact", "risk_to_persons=high", "--at", "2026-11-24T12:00Z",
]  # fmt: skip
USE = [
    "--fact", "operation=use", "--fact", "purpose=customer_service", "--fact", "data=contact",
    "--fact", "lawful_bases=consent", "--fact", "consent_given=false", "--fact", "controller_region=CN",
    "--fact", "collected_in=CN", "--fact", "subject_located_in=CN", "--on", "2026-05-01",
]  # fmt: skip


def tiers(answer: Any) -> dict[str, Any]:
    """Tiers by id."""
    return {each["id"]: each for regime in answer["regimes"] for each in regime["tiers"]}


def test_an_incident_by_regime_with_overdue_and_due_apart(lawful: Command) -> None:
    ran = lawful("law", "exposure", "incident", *INCIDENT, "--json")
    answer = ran.json
    assert (ran.code, answer["version"], answer["about"]) == (1, 1, "incident")
    assert [each["id"] for each in answer["unmet"]["overdue"]] == ["eu.gdpr.33.authority"]
    assert "cn.pipl.57.authority" in {each["id"] for each in answer["unmet"]["due"]}
    assert {each["jurisdiction"] for each in answer["regimes"]} >= {"CN", "EU"}
    lower = tiers(answer)["eu.gdpr.83.lower"]
    assert {"id": "eu.gdpr.33.authority", "how": "overdue"} in lower["rules"]
    (ceiling,) = lower["ceilings"]
    assert (ceiling["fixed"], ceiling["currency"], ceiling["percent"], ceiling["base"]) == (
        10_000_000,
        "EUR",
        "2",
        "worldwide_turnover",
    )
    assert ceiling["computed"] is None
    assert "whichever is higher" in ceiling["text"]
    serious = tiers(answer)["cn.pipl.66.serious"]
    assert serious["personal"]
    assert {each["on"] for each in serious["ceilings"]} == {"entity", "person"}
    assert "licence" in {each["measure"] for each in serious["measures"]}
    assert "eu.gdpr.83.higher" not in tiers(answer)
    named = {
        rule for each in tiers(answer).values() for rule in (one["id"] for one in each["rules"])
    }
    assert not named & set(answer["without_penalty"])
    assert answer["decision"].startswith("dec_")


def test_each_law_that_one_act_would_satisfy_has_its_own_fine(lawful: Command) -> None:
    """A guardian has data of a child erased: one act, under seven laws, with the fines of each."""
    asked = [
        "--fact", "established_in=CN", "--fact", "offered_in=CN", "--fact", "controller_role=controller",
        "--fact", "subject_located_in=CN", "--fact", "business=online_sales", "--fact", "request_kind=erasure",
        "--fact", "requester=guardian", "--fact", "birth_date=2015-01-01", "--fact", "refusal_ground=none",
        "--fact", "request_grounds=no_longer_needed", "--fact", "received_at=2026-11-01T00:00Z", "--on", "2026-11-24",
    ]  # fmt: skip
    owed = lawful("duties", "request", *asked, "--json").json["duties"]
    (act,) = [each for each in owed if each["id"] == "cn.children_pi_2019.19-20.delete"]
    assert "cn.minors_protection_law.72.correct" in {each["id"] for each in act["also"]}
    answer = lawful("law", "exposure", "request", *asked, "--json").json
    regimes = {each["instrument"] for each in answer["regimes"]}
    assert {"cn.minors_protection_law", "cn.pipl"} <= regimes


def test_nothing_is_added_up(lawful: Command) -> None:
    answer = lawful("law", "exposure", "incident", *INCIDENT, "--json").json
    assert "never added up" in answer["never_added"]
    assert not {"total", "sum", "maximum"} & set(answer)
    assert "never added up" in lawful("law", "exposure", "incident", *INCIDENT).out


def test_a_share_is_computed_of_the_base_that_was_given_and_of_no_other(lawful: Command) -> None:
    words = ["law", "exposure", "incident", *INCIDENT, "--base", "turnover=CNY:123000001", "--json"]
    found = tiers(lawful(*words).json)
    (entity,) = [each for each in found["cn.pipl.66.serious"]["ceilings"] if each["on"] == "entity"]
    assert (entity["computed"]["amount"], entity["computed"]["currency"]) == ("6150000.05", "CNY")
    assert "123,000,001" in entity["computed"]["text"]
    assert found["eu.gdpr.83.lower"]["ceilings"][0]["computed"] is None


@pytest.mark.parametrize("base", ["turnover", "turnover=123", "turnovr=CNY:1", "turnover=CNY:-5"])
def test_a_base_that_is_none_is_exit_2(lawful: Command, base: str) -> None:
    ran = lawful("law", "exposure", "incident", *INCIDENT, "--base", base)
    assert ran.code == 2
    assert "is not a base" in ran.err


def test_a_use_in_chinese(lawful: Command) -> None:
    answer = lawful("law", "exposure", "use", *USE, "--lang", "zh", "--json").json
    assert answer["outcome"] == "not_yet"
    (basis,) = [each for each in answer["unmet"]["violated"] if each["id"] == "cn.pipl.13.basis"]
    assert basis["penalties"][:2] == ["cn.pipl.66.ordinary", "cn.pipl.66.serious"]
    texts = [each["text"] for each in tiers(answer)["cn.pipl.66.serious"]["ceilings"]]
    assert texts[0] == (
        "单位：CNY 50,000,000以下或者上一年度营业额的5%以下（条文未写明以何者为准）"
    )
    assert "不相加" in answer["never_added"]


def test_a_penalty_of_a_later_day_and_one_whose_condition_is_not_known(lawful: Command) -> None:
    """The AI Act's fines for transparency hang on the enterprise's size, and begin with its article."""
    made = [
        "--fact", "content_kind=image", "--fact", "ai_made=generated", "--fact", "labels=",
        "--fact", "controller_role=provider", "--fact", "offered_in=DE", "--fact", "published_in=DE",
        "--fact", "controller_region=DE",
    ]  # fmt: skip
    late = lawful("law", "exposure", "content", *made, "--on", "2027-02-01", "--json").json
    early = lawful("law", "exposure", "content", *made, "--on", "2025-02-01", "--json").json
    fines = {"eu.aiact.99.transparency", "eu.aiact.99.transparency_sme"}
    assert not fines & set(tiers(early))
    for each in fines & set(tiers(late)):
        assert tiers(late)[each]["holds"] is None
        assert tiers(late)[each]["when"]


def test_every_base_and_measure_has_words_in_both_languages() -> None:
    from lawful.decide import exposure_wire
    from lawful.law.clauses import BASES, MEASURES

    for known, told in ((BASES, exposure_wire._BASES), (MEASURES, exposure_wire._MEASURES)):
        assert set(told) == set(known)
        assert all(text["en"] and text["zh"] for text in told.values())
    assert set(exposure_wire._WORDS["en"]) == set(exposure_wire._WORDS["zh"])

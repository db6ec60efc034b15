"""The Python door: the same verbs, the same answers."""

from __future__ import annotations

from pathlib import Path

import pytest

import lawful
from lawful.terms import Outcome
from lawful.terms.errors import UsageError

USE = {
    "purpose": "customer_service",
    "data": ["phone"],
    "needed_for_purpose": True,
    "lawful_bases": ["contract"],
    "necessary_for_contract": True,
    "controller_region": "CN",
    "controller_role": "controller",
    "collected_in": "CN",
    "stored_in": ["CN"],
    "processed_in": ["CN"],
    "subject_located_in": "CN",
    "recipient_role": "none",
    "recipient_region": "CN",
    "birth_date": "1990-01-01",
    "compelled_by": "none",
    "automated_decision": False,
    "processing_features": [],
    "established_in": ["CN"],
}


def test_a_typed_conclusion_opens_nothing(tmp_path: Path) -> None:
    with lawful.open(tmp_path) as door:
        answer = door.may("use", **USE)
        assert answer.outcome is not Outcome.LAWFUL
        told = door.explain(answer.decision)
    assert '"kind":"use"' in told["leaf"]
    assert told["payload"]["thing"]["facts"]["necessary_for_contract"] is None


def test_duties_from_python(tmp_path: Path) -> None:
    with lawful.open(tmp_path) as door:
        owed = door.duties(
            "incident",
            people_located_in=["DE"],
            aware_at="2026-11-20T10:30Z",
            incident_effects=["personal_data"],
            risk_to_persons="high",
        )
    assert "eu.gdpr.33.authority" in [each.rule.id for each in owed.duties.owed]


def test_an_unknown_name_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with lawful.open(tmp_path) as door, pytest.raises(UsageError, match="stord_in"):
        door.may("use", stord_in=["CN"])


def test_no_decision_of_facts_that_contradict_one_another(tmp_path: Path) -> None:
    """Not even where a gate would not have believed one of them."""
    with lawful.open(tmp_path) as door:
        for facts in (
            {"foreign_origin_only": True},
            {"data_state": "non_personal", "data": ["name"]},
        ):
            with pytest.raises(UsageError, match="contradict one another"):
                door.may("use", **{**USE, **facts})


def test_what_is_filled_in_contradicts_nothing_that_was_said(tmp_path: Path) -> None:
    """On a list without a zone named: the zone is asked for, not taken as none."""
    with lawful.open(tmp_path) as door:
        answer = door.may(
            "use",
            **{**USE, "authority_kind": "court", "on_negative_list": True, "recipient_role": None},
        )
    assert "recipient_role" in {each.name for each in answer.explanation.wanted}


def test_an_unknown_decision(tmp_path: Path) -> None:
    with lawful.open(tmp_path) as door, pytest.raises(UsageError, match="no decision"):
        door.explain("dec_00000000000000000000000000")


def test_what_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError):
        lawful.nothing  # noqa: B018

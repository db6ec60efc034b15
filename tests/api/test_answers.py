"""What we answer: yes only to what is lawful, no with all that a person needs, each on record before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import lawful.api
from lawful.api.mapping import FACT_OF, OWN
from lawful.decide.explain import explain
from lawful.decide.vector import from_json
from lawful.gate.deployment import Deployment
from tests.api.conftest import (
    GERMAN,
    LAWFUL,
    MANY,
    Door,
    changed,
    data_subject,
)

SEX = {"type": "field", "id": "sample.customers.sex"}
"""What customer support does not need."""
ADS: dict[str, Any] = {
    "subject": {"type": "staff", "id": "shop-dublin/ads-analytics"},
    "action": {"name": "profile"},
    "resource": {"type": "field", "id": "sample.customers.customer_id"},
}
CONSENTING = {
    **GERMAN,
    "age_assurance": "verified",
    "consent_given": True,
    "consent_withdrawn": False,
    "objected": False,
    "channel": "none",
}
"""Advertising profiles rest on consent: more of the person matters."""
PRESUMED = ("birth_date",)
"""Where nothing is known the law itself presumes: DSA 28(2) presumes nobody a minor."""


def test_a_lawful_use_is_a_yes(door: Door, platform: Deployment) -> None:
    answer = door.answer(LAWFUL)
    context = answer["context"]
    assert answer["decision"] is True
    assert (context["outcome"], context["activity"]) == ("lawful", "support-eu")
    assert (context["on"], context["book"]) == ("2026-11-24", platform.book.hash)
    assert context["evidence"] == f"/evidence/{context['decision_id']}"
    assert context["ignored"] == context["not_believed"] == []
    assert {each["properties"]["rule"] for each in context["obligations"]} == {
        "eu.gdpr.14.contact",
        "eu.gdpr.6.4.compatible",
    }
    for each in context["obligations"]:
        assert each["type"] == "custom"
        assert set(each["properties"]["says"]) == {"en", "zh-Hans"}


def test_the_answer_is_on_record_and_replays(door: Door, platform: Deployment) -> None:
    for asked, outcome in ((LAWFUL, "lawful"), (data_subject(collected_in=None), "undetermined")):
        context = door.answer(asked)["context"]
        leaf = platform.evidence.find(context["decision_id"])
        assert leaf is not None
        assert (leaf.kind, leaf.door, leaf.outcome) == ("use", "api", outcome)
        assert (leaf.book, leaf.entity) == (platform.book.hash, "shop-dublin")
        assert (leaf.purpose, leaf.operation, leaf.basis) == ("customer_service", "use", "contract")
        payload = platform.evidence.payload(leaf)
        assert payload is not None
        thing = from_json(platform.vocabulary, payload["thing"])  # type: ignore[arg-type]
        assert explain(platform.decider, thing).outcome.value == outcome


@pytest.mark.parametrize("given", [None, False])
@pytest.mark.parametrize("located", ["DE", "CN", "BR"])
def test_a_no_says_why_and_what_would_help(given: bool | None, located: str, door: Door) -> None:
    facts = {**CONSENTING, "consent_given": given, "subject_located_in": located}
    answer = door.answer({**ADS, "context": {"data_subject": facts}})
    context = answer["context"]
    assert answer["decision"] is False
    assert context["outcome"] in ("prohibited", "not_yet", "undetermined")
    assert context["reason_codes"][0] == context["outcome"]
    for name in ("reason_admin", "reason_user"):
        assert all(context[name][lang] for lang in ("en", "zh-Hans"))
    first = context["deciding_rule"]
    if first is not None:
        assert context["rules"][0]["id"] == first["id"] == context["reason_codes"][1]
        assert first["citation"]
        assert first["citation_en"]
        assert set(first["says"]) == {"en", "zh-Hans"}
    assert context["missing_facts"]
    for each in context["missing_facts"]:
        assert each["fact"]
        assert each["ask"]
        assert each["question"]["en"] != each["question"]["zh-Hans"]


def test_what_would_make_it_lawful(door: Door) -> None:
    """The purpose does not need the field, and leaving it out cures that."""
    context = door.answer(changed(resource=SEX))["context"]
    assert (context["outcome"], context["deciding_rule"]["id"]) == (
        "not_yet",
        "eu.gdpr.5.minimisation",
    )
    steps = [step for cure in context["make_lawful"] for step in cure["do"]]
    assert "needed_for_purpose" in {step["fact"] for step in steps}
    assert all(step["says"]["en"] and step["says"]["zh-Hans"] for step in steps)


def test_brief_answers_leave_out_the_why(door: Door) -> None:
    asked = changed(context={"detail": "brief"})
    context = door.answer(asked)["context"]
    assert context["deciding_rule"] is not None
    assert "missing_facts" not in context
    assert door.answer(changed(context={"detail": "some"}))["context"]["error"]["status"] == 400


def test_consent_is_asked_for_and_a_minor_is_refused(door: Door) -> None:
    def ask(**facts: Any) -> dict[str, Any]:
        return door.answer({**ADS, "context": {"data_subject": {**CONSENTING, **facts}}})

    assert ask()["decision"] is True
    assert ask(consent_given=False)["context"]["outcome"] == "not_yet"
    assert ask(consent_withdrawn=True)["decision"] is False
    minor = ask(birth_date="2012-01-01")
    assert (minor["decision"], minor["context"]["outcome"]) == (False, "prohibited")
    assert minor["context"]["deciding_rule"]["id"] == "eu.dsa.28.2.minors"


@pytest.mark.parametrize("name", sorted(CONSENTING))
def test_what_is_not_given_is_unknown_never_assumed(name: str, door: Door) -> None:
    """Without one fact of the person the answer is not yes, unless nothing hangs on it; and it is asked for."""
    facts = {key: value for key, value in CONSENTING.items() if key != name}
    missing = door.answer({**ADS, "context": {"data_subject": facts}})
    null = door.answer({**ADS, "context": {"data_subject": {**facts, name: None}}})
    assert missing["decision"] == null["decision"]
    assert missing["decision"] is (name in PRESUMED)
    if not missing["decision"]:
        assert missing["context"]["outcome"] == "undetermined"
        assert name in {each["fact"] for each in missing["context"]["missing_facts"]}


@pytest.mark.parametrize("name", ["fly", "USE", "use ", "", "can_read", "may use", "消"])
def test_an_unknown_action_is_a_no_with_its_error(
    name: str, door: Door, platform: Deployment
) -> None:
    answer = door.answer(changed(action={"name": name}))
    assert answer["decision"] is False
    context = answer["context"]
    assert context["error"]["status"] == 404
    assert name in context["error"]["message"]
    leaf = platform.evidence.find(context["decision_id"])
    assert leaf is not None
    assert (leaf.kind, leaf.outcome, leaf.operation) == ("refusal", "refused", "")
    assert platform.evidence.payload(leaf) == {"code": "api.action"}


REFUSALS = [
    ({"subject": {"type": "staff", "id": "shop-paris/support"}}, 404, "shop-paris"),
    ({"subject": {"type": "staff", "id": "shop-dublin/suport"}}, 404, "support"),
    ({"subject": {**LAWFUL["subject"], "properties": {"legal_entity": "shop-hangzhou"}}}, 409, "two"),
    ({"resource": {"type": "field", "id": "sample.customers.phne"}}, 404, "phone"),
    ({"resource": {"type": "table", "id": "customers"}}, 404, "customers"),
    ({"resource": {"type": "dataset", "id": "warehouse"}}, 404, "sample"),
    ({"context": {"activity": "support-us"}}, 404, "support-us"),
    ({"context": {"activity": "ads-eu"}}, 403, "role"),
    ({"context": {"activity": "support-eu", "purpose": "analytics"}}, 403, "customer_service"),
    ({"context": {"purpose": "fun"}}, 400, "purpose"),
    ({"context": {"birth_date": "yesterday"}}, 400, "birth_date"),
    ({"context": {"birth_date": {"year": 1980}}}, 400, "birth_date"),
    ({"context": {"persons_held": 1.5}}, 400, "persons_held"),
    ({"context": {"data_subject": "42"}}, 400, "data_subject"),
    ({"context": {"on": "today"}}, 400, "context.on"),
    ({"context": {"on": "0001-01-01"}}, 400, "context.on"),
    ({"context": {"on": 20261124}}, 400, "context.on"),
    ({"context": {"rulebook": "1999.1"}}, 409, "rulebook"),
    ({"context": {"controller_region": "US"}}, 409, "controller_region"),
    ({"context": {"birth_date": "1980-01-01", "data_subject": {"birth_date": "1990-01-01"}}}, 400, "twice"),
    ({"context": {"data_subject": {"birth_date": "1990-01-01", "deceased_on": "1980-01-01"}}}, 409, "contradict"),
    ({"context": {"foreign_origin_only": True, "collected_in": "CN"}}, 409, "'collected_in' says CN"),
    ({"context": {"supported_obligations": "custom"}}, 400, "supported_obligations"),
    ({"resource": {"type": "query", "id": "sample"}, "context": {}}, 400, "sql"),
    ({"resource": {"type": "query", "id": "sample", "properties": {"sql": "SELECT 1"}},
      "action": {"name": "train"}, "context": {"purpose": "customer_service"}}, 403, "train"),
    ({"resource": {"type": "query", "id": "wrhs", "properties": {"sql": "SELECT 1"}}, "context": {}}, 404, "wrhs"),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "status", "word"), REFUSALS)
def test_what_names_nothing_or_contradicts_is_a_no(
    parts: dict[str, Any], status: int, word: str, door: Door
) -> None:
    answer = door.answer(changed(**parts))
    assert answer["decision"] is False
    error = answer["context"]["error"]
    assert error["status"] == status, error
    assert word in error["message"]


def test_a_refusal_keeps_nothing_of_what_was_said(door: Door, platform: Deployment) -> None:
    secret = "Erika Mustermann"
    context = door.answer(changed(context={"birth_date": secret}))["context"]
    leaf = platform.evidence.find(context["decision_id"])
    assert leaf is not None
    assert secret not in json.dumps([leaf.data.decode(), platform.evidence.payload(leaf)])


def test_conclusions_of_a_caller_are_not_believed(door: Door) -> None:
    """A bare claim of necessity and of a basis opens nothing; from the approved activity it does."""
    claims = {
        "lawful_bases": ["contract"],
        "necessary_for_contract": True,
        "needed_for_purpose": True,
    }
    asked = {
        "subject": {"type": "workload", "id": "shop-seattle"},
        "action": {"name": "use", "properties": {"purpose": "customer_service", **claims}},
        "resource": {"type": "service", "id": "crm", "properties": {"data_categories": ["phone"]}},
        "context": {"data_subject": GERMAN},
    }
    answer = door.answer(asked)
    assert answer["decision"] is False
    assert set(answer["context"]["not_believed"]) == set(claims)
    assert answer["context"]["activity"] is None


def test_a_conclusion_cannot_be_turned_by_a_caller(door: Door) -> None:
    """The purpose does not need the field, whatever the caller says of it."""
    answer = door.answer(changed(resource={**SEX, "properties": {"needed_for_purpose": True}}))
    assert answer["decision"] is False
    assert answer["context"]["not_believed"] == ["needed_for_purpose"]


def test_another_operation_than_the_activity_was_approved_for(door: Door) -> None:
    for operation in ("share", "train", "publish", "sell", "transfer"):
        assert door.answer(changed(action={"name": operation}))["decision"] is False


def test_names_of_the_profile_mean_facts(door: Door, platform: Deployment) -> None:
    asked = {
        "subject": {"type": "application", "id": "crm", "properties": {"country": "SG", "team": "x"}},
        "action": {
            "name": "transfer",
            "properties": {"purpose": "customer_service", "lawful_basis": ["consent"], "recipient": "controller"},
        },
        "resource": {"type": "api", "id": "people", "properties": {"data_categories": ["phone"]}},
        "context": {"on": "2024-03-22", "consent_given": True, "time": "now"},
    }  # fmt: skip
    context = door.answer(asked)["context"]
    leaf = platform.evidence.find(context["decision_id"])
    assert leaf is not None
    thing = platform.evidence.payload(leaf)["thing"]  # type: ignore[index]
    facts = thing["facts"]
    assert thing["on"] == "2024-03-22"
    assert facts["recipient_region"] == "SG"
    assert facts["recipient_role"] == "controller"
    assert "phone" in facts["data"]
    assert "contact" in facts["data"], "categories hold their parents"
    assert facts["consent_given"] is True
    assert facts["lawful_bases"] is None
    assert context["ignored"] == ["subject.properties.team", "context.time"]


def test_every_name_of_the_profile_is_in_the_readme_and_means_a_fact(platform: Deployment) -> None:
    text = (Path(lawful.api.__file__).parent / "README.md").read_text(encoding="utf-8")
    for path in (*FACT_OF, *OWN):
        assert f"`{path}`" in text, path
    assert set(FACT_OF.values()) <= set(platform.vocabulary.facts)
    assert not {path.rpartition(".")[2] for path in (*FACT_OF, *OWN)} & set(
        platform.vocabulary.facts
    )


def test_no_yes_to_a_caller_who_cannot_do_what_goes_with_it(door: Door) -> None:
    for can, expected in ((["custom", "step-up"], True), (["notification"], False), ([], False)):
        context = {**LAWFUL["context"], "supported_obligations": can}
        answer = door.answer(changed(context=context))
        assert answer["decision"] is expected
        assert answer["context"]["obligations"]
        assert (answer["context"]["reason_codes"] == ["obligation_not_supported"]) is not expected


def test_a_table_and_a_dataset_are_as_bad_as_their_worst_part(
    door: Door, platform: Deployment
) -> None:
    for id, kind in (("sample.customers", "table"), ("sample", "dataset")):
        before = platform.evidence.size()
        answer = door.answer(changed(resource={"type": kind, "id": id}))
        assert answer["decision"] is False
        recorded = platform.evidence.size() - before
        assert recorded == len(answer["context"].get("decision_ids", ["one"]))
        assert (recorded > 1) == (kind == "dataset")
        leaves = [platform.evidence.read(before + n) for n in range(recorded)]
        deciding = next(each for each in leaves if each.id == answer["context"]["decision_id"])
        assert deciding.outcome == answer["context"]["outcome"]


def test_a_query_is_lawful_only_as_lawful_runs_it(door: Door, platform: Deployment) -> None:
    sql = "SELECT customer_id, phone FROM customers"
    asked = changed(
        resource={"type": "query", "id": "sample", "properties": {"sql": sql}}, context={}
    )
    answer = door.answer(asked)
    (obligation,) = answer["context"]["obligations"]
    assert answer["decision"] is True
    assert obligation["properties"] == {
        "vendor": "lawful",
        "action": "run_through_lawful",
        "store": "sample",
        "purpose": "customer_service",
        "actor": "shop-dublin/support",
    }
    leaf = platform.evidence.find(answer["context"]["decision_id"])
    assert leaf is not None
    assert (leaf.kind, leaf.door) == ("query", "api")
    asked = changed(
        resource={"type": "query", "id": "sample", "properties": {"sql": "DROP TABLE x"}},
        context={},
    )
    refused = door.answer(asked)
    assert refused["decision"] is False
    leaf = platform.evidence.find(refused["context"]["decision_id"])
    assert leaf is not None
    assert leaf.kind == "refusal"


@pytest.mark.parametrize(
    ("context", "fact"),
    [({"stored_in": ["US"]}, "stored_in"), ({"data": ["health"]}, "data"),
     ({"data_subject": {"subject_located_in": "CN"}}, "subject_located_in")],
)  # fmt: skip
def test_a_query_cannot_be_told_facts(context: dict[str, Any], fact: str, door: Door) -> None:
    sql = {"sql": "SELECT phone FROM customers"}
    asked = changed(resource={"type": "query", "id": "sample", "properties": sql}, context=context)
    answer = door.answer(asked)
    error = answer["context"]["error"]
    assert (answer["decision"], error["status"]) == (False, 400)
    assert f"'{fact}'" in error["message"]


def test_one_question_does_not_poison_its_neighbours(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lawful.api import answering

    nobody = changed(subject={"type": "staff", "id": "/support"})
    found = door.answer({"evaluations": [LAWFUL, nobody]}, MANY)["evaluations"]
    assert [each["decision"] for each in found] == [True, False]
    assert found[1]["context"]["error"]["status"] == 404
    real = answering.read_uses

    def broken(bases: Any, question: Any) -> Any:
        if question.subject.id == "/support":
            raise KeyError("x")
        return real(bases, question)

    monkeypatch.setattr(answering, "read_uses", broken)
    found = door.answer({"evaluations": [LAWFUL, nobody]}, MANY)["evaluations"]
    assert [each["decision"] for each in found] == [True, False]
    assert found[1]["context"]["error"]["status"] == 500


def test_one_request_is_of_few_days(door: Door) -> None:
    items = [changed(context={"on": f"2026-01-{day:02}"}) for day in range(1, 18)]
    refused = door.post(MANY, {"evaluations": items})
    assert refused.status_code == 400
    assert "17 different days" in refused.text

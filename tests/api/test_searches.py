"""What a search finds: what is on a register, decided as the single question is; nothing is guessed."""

from __future__ import annotations

from typing import Any

import pytest

from lawful.gate.deployment import Deployment
from tests.api.conftest import (
    LAWFUL,
    SEARCH,
    Door,
    changed,
)


@pytest.mark.parametrize("sought", ["subject", "resource", "action"])
def test_each_result_is_a_yes_when_asked_singly(sought: str, door: Door) -> None:
    answer = door.answer(LAWFUL, SEARCH + sought)
    assert answer["results"]
    for each in answer["results"]:
        assert door.answer(changed(**{sought: each}))["decision"] is True


def test_what_is_not_found_is_a_no_when_asked_singly(door: Door, platform: Deployment) -> None:
    found = {each["name"] for each in door.answer(LAWFUL, f"{SEARCH}action")["results"]}
    assert found == {"use"}
    for name in set(platform.vocabulary.values_of("operation")) - found:
        assert door.answer(changed(action={"name": name}))["decision"] is False
    people = [each["id"] for each in door.answer(LAWFUL, f"{SEARCH}subject")["results"]]
    assert "shop-dublin/support" in people
    assert "shop-dublin/ads-analytics" not in people


def test_resources_found_are_what_the_purpose_needs(door: Door) -> None:
    found = {each["id"] for each in door.answer(LAWFUL, f"{SEARCH}resource")["results"]}
    assert {"sample.customers.phone", "sample.customers.email"} <= found
    assert not {"sample.customers.sex", "sample.customers.birth_date"} & found


def test_pages_hold_the_same_as_one(door: Door) -> None:
    whole = door.answer(LAWFUL, f"{SEARCH}resource")["results"]
    found: list[Any] = []
    page: dict[str, Any] = {"limit": 15}
    while True:
        answer = door.answer({**LAWFUL, "page": page}, f"{SEARCH}resource")
        assert len(answer["results"]) == answer["page"]["count"] <= 15
        found += answer["results"]
        if not answer["page"]["next_token"]:
            break
        page = {"limit": 15, "token": answer["page"]["next_token"]}
    assert found == whole


def test_a_search_is_on_record_and_opens_nothing(door: Door, platform: Deployment) -> None:
    before = platform.evidence.size()
    context = door.answer(LAWFUL, f"{SEARCH}action")["context"]
    leaves = [platform.evidence.read(n) for n in range(before, platform.evidence.size())]
    assert {each.kind for each in leaves} == {"ask"}
    assert [each.id for each in leaves] == context["decision_ids"]


@pytest.mark.parametrize(
    ("sought", "asked"),
    [
        ("subject", {"subject": {"type": "workload"}}),
        ("subject", {"subject": {"type": "customer"}}),
        ("resource", {"resource": {"type": "query"}}),
        ("resource", {"resource": {"type": "record"}}),
    ],
)
def test_what_is_on_no_register_is_not_guessed(
    sought: str, asked: dict[str, Any], door: Door, platform: Deployment
) -> None:
    before = platform.evidence.size()
    answer = door.answer(changed(**asked), SEARCH + sought)
    assert answer["results"] == []
    assert answer["context"]["reason"]["en"]
    assert platform.evidence.read(before).kind == "refusal"


def test_a_search_with_an_error_in_it_says_which(door: Door) -> None:
    answer = door.answer(changed(context={"purpose": "fun"}), f"{SEARCH}action")
    assert answer["results"] == []
    assert "purpose" in answer["context"]["error"]["message"]


def test_what_may_be_done_with_a_statement(door: Door, platform: Deployment) -> None:
    sql = "SELECT customer_id, phone FROM customers"
    statement = {"type": "query", "id": "sample", "properties": {"sql": sql}}
    asked = changed(resource=statement, context={"purpose": "customer_service"})
    answer = door.answer(asked, f"{SEARCH}action")
    assert answer["results"] == [{"name": "use"}]
    assert "reason" not in answer["context"]
    (decision,) = answer["context"]["decision_ids"]
    leaf = platform.evidence.find(decision)
    assert leaf is not None
    assert leaf.kind == "query"

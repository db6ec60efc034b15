"""Every published scenario in scope, and our own, through the public entry point: facts and answers are data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from lawful.gate import Deployment
from lawful.gate.asking import ask, list_owed
from tests.scenarios.reading import (
    FILES,
    Case,
    cases,
    named_by_the_mapping,
    outside,
    read,
    translated,
)

ALL = [(name, each) for name in FILES for each in cases(name)]
ANSWERS = ("unmet", "undetermined", "met", "not_applicable", "applies")


@pytest.mark.parametrize(("name", "case"), ALL, ids=lambda each: getattr(each, "id", each))
def test_it_comes_out_as_published(
    deployment: Deployment,
    record_property: Callable[[str, object], None],
    name: str,
    case: Case,
) -> None:
    record_property("scenario", f"{name}:{case.id}")
    expected = read("mapping")["outcome"][case.expect]
    answer = asked(deployment, case)
    assert found(answer, expected, case) == wanted(expected, case), case.title


def asked(deployment: Deployment, case: Case) -> Any:
    """The wire of the answer, or of the duty list."""
    facts = translated(case)
    if case.about == "use":
        return ask(deployment, facts, on=case.on, at=case.at).wire()
    return list_owed(deployment, case.about, facts, on=case.on, at=case.at).wire()


def wanted(expected: Any, case: Case) -> dict[str, Any]:
    """What the outcome code asks of the answer."""
    parts = {key: value for key, value in expected.items() if key in ("answer", "routes")}
    if "routes_with" in expected:
        parts["routes_with"] = True
    if case.last:
        parts["last"] = case.last
    parts |= {rule: kind for kind in ANSWERS for rule in expected.get(kind, ())}
    if "state" in expected:
        parts["state"] = expected["state"]
    return parts


def found(answer: Any, expected: Any, case: Case) -> dict[str, Any]:
    """The same parts of the answer that was given."""
    parts: dict[str, Any] = {}
    rules = {each["id"]: each["answer"] for each in answer["rules"]}
    if "answer" in expected:
        parts["answer"] = answer["outcome"]
    if "routes" in expected:
        parts["routes"] = routes(answer)
    if "routes_with" in expected:
        parts["routes_with"] = set(expected["routes_with"]) <= set(routes(answer))
    shown = [one for each in answer.get("duties", ()) for one in (each, *each["also"])]
    duty = next((each for each in shown if each["id"] == expected.get("duty")), None)
    if case.last:
        parts["last"] = moment(duty, case) if duty else None
    for kind in ANSWERS:
        parts |= {rule: rules.get(rule, "not_applicable") for rule in expected.get(kind, ())}
    if "state" in expected:
        parts["state"] = duty["state"] if duty else None
    return parts


def routes(answer: Any) -> list[str]:
    """The transfer routes that lead to *lawful*, each alone."""
    return sorted(
        {
            each["value"]
            for cure in answer["cures"]
            if cure["outcome"] == "lawful"
            for each in cure["changes"]
            if each["fact"] == "transfer_routes"
        }
    )


def moment(duty: Any, case: Case) -> Any:
    """The last day of a duty, or its last minute where the scenario gives one."""
    if isinstance(case.last, datetime):
        return datetime.fromisoformat(duty["last"])
    return datetime.fromisoformat(duty["last_on"]).date() if duty["last_on"] else None


@pytest.mark.parametrize("name", FILES)
def test_every_fact_of_a_scenario_is_mapped_or_says_why_not(name: str) -> None:
    unread = set(read("mapping")["unread"])
    for case in cases(name):
        assert set(case.facts) <= named_by_the_mapping(case.about) | unread, case.id


@pytest.mark.parametrize("name", ["cn-export", "intl"])
def test_every_published_scenario_is_here_or_out_of_scope(name: str) -> None:
    document = read(name)
    here = {each.sheet for each in cases(name)}
    prefix = document["prefix"]
    out = {each.sheet for each in outside() if each.sheet.startswith(prefix) and not each.variants}
    assert not here & out
    assert len(here | out) == document["published"]


def test_every_outcome_is_expected_somewhere() -> None:
    assert set(read("mapping")["outcome"]) == {each.expect for _, each in ALL}

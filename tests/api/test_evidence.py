"""Evidence before answers: on record as far as it was decided, replayable, and no answer without it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lawful.api import create_app
from lawful.api.bases import Bases
from lawful.gate.deployment import Deployment
from lawful.gate.replaying import replay
from lawful.terms.errors import EnvironmentFailure
from tests.api.conftest import (
    ALICE,
    LAWFUL,
    MANY,
    NOW,
    ONE,
    READ,
    RECORD_1,
    SEARCH,
    Door,
    changed,
    data_subject,
)


def test_without_evidence_there_is_no_decision(
    platform: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise EnvironmentFailure("The evidence cannot be written: no space left on device.")

    door = Door(create_app(platform))
    monkeypatch.setattr(type(platform.evidence), "append", fail)
    monkeypatch.setattr(type(platform.evidence), "append_many", fail)
    for path, body in (
        (ONE, LAWFUL),
        (ONE, changed(action={"name": "fly"})),
        (MANY, {**LAWFUL, "evaluations": [{}, {}]}),
        (f"{SEARCH}action", LAWFUL),
        (f"{SEARCH}subject", changed(subject={"type": "workload"})),
    ):
        found = door.post(path, body)
        assert found.status_code == 503
        assert "proved" in found.json()
        assert "decision" not in found.text.replace("no decision", "")


def test_without_evidence_on_a_real_disk_there_is_no_decision(own: Deployment) -> None:
    """The folder of the log becomes a file: nothing can be appended any more."""
    door = Door(create_app(own))
    asked = {"subject": ALICE, "action": {"name": "use"}, "resource": RECORD_1}
    assert door.post(ONE, asked).status_code == 200
    (own.state / "evidence").rename(own.state / "elsewhere")
    (own.state / "evidence").write_text("", encoding="utf-8")
    found = door.post(ONE, asked)
    assert found.status_code == 503
    assert isinstance(found.json(), str)


def test_a_batch_is_recorded_as_far_as_it_was_decided(door: Door, platform: Deployment) -> None:
    before = platform.evidence.size()
    options = {"evaluations_semantic": "deny_on_first_deny"}
    items = [{}, {"action": {"name": "fly"}}, {}]
    answer = door.answer({**LAWFUL, "options": options, "evaluations": items}, MANY)
    assert [each["decision"] for each in answer["evaluations"]] == [True, False]
    leaves = [platform.evidence.read(n) for n in range(before, platform.evidence.size())]
    assert [each.kind for each in leaves] == ["use", "refusal"]
    assert [each.id for each in leaves] == [
        each["context"]["decision_id"] for each in answer["evaluations"]
    ]


def test_all_that_this_door_decided_replays(door: Door, platform: Deployment) -> None:
    for asked in (LAWFUL, data_subject(subject_located_in="CN"), changed(action=READ)):
        door.answer(asked)
    door.answer(LAWFUL, f"{SEARCH}action")
    found = replay(platform)
    assert found.doors["api"] >= 20
    assert (found.errors, found.differences, dict(found.not_replayable)) == ([], [], {})
    assert found.agreed == found.recorded == found.same_book


def test_an_empty_deployment_answers_and_permits_nothing(own: Deployment) -> None:
    door = Door(create_app(own))
    for name in own.vocabulary.values_of("operation"):
        asked = {"subject": ALICE, "action": {"name": name}, "resource": RECORD_1}
        assert door.answer(asked)["decision"] is False
    for sought in ("subject", "resource", "action"):
        assert door.answer({**LAWFUL, "context": {}}, SEARCH + sought)["results"] == []


def test_registers_count_within_a_second(
    platform: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer a second later is by the registers of then, and of its own moment."""
    at = NOW + timedelta(days=1)
    moments = iter([at, at + timedelta(milliseconds=10), at + timedelta(seconds=1)])
    reads: list[object] = []
    real = platform.known

    def known(*words: Any) -> Any:
        reads.append(words)
        return real(*words)

    bases = Bases(platform)
    (activity,) = [each for each in platform.activities if each.id == "support-eu"]
    monkeypatch.setattr(platform, "known", known)
    found = []
    for moment, expected in zip(moments, (1, 1, 2), strict=True):
        monkeypatch.setattr(platform, "now", lambda moment=moment: moment)
        found.append(bases.base("shop-dublin", "support", activity, None, None))
        assert (found[-1].at, len(reads)) == (moment, expected)
    assert found[0].values == found[2].values

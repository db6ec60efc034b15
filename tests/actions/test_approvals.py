from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest
from sqlalchemy import Engine, event

import lawful.actions.approvals as module
from lawful.actions import approve_activity, approve_organisation, reconcile
from lawful.db import SettingCheckpoint, migrate, open_state, reading
from lawful.evidence import Event, EvidenceLog, Leaf, new_decision_id, open_intents
from lawful.inventory import activities, find_organisation
from lawful.terms.errors import EnvironmentFailure, UsageError
from tests.inventory.material import ACTIVITY, ORGANISATION, VOCABULARY

START = datetime(2026, 11, 24, 9, tzinfo=UTC)
WHO = {"author": "ann", "approver": "ben"}
ORIGIN = "lawful.example/log"


@attrs.frozen
class Place:
    """A deployment's folder with its state and log open."""

    folder: Path
    engine: Engine
    log: EvidenceLog
    clock: Callable[[], datetime]

    def organisation(self, **changes: str) -> None:
        approve_organisation(
            self.engine, self.log, VOCABULARY, self.folder, clock=self.clock, **{**WHO, **changes}
        )

    def activity(self, file: str = "ads-eu.toml", **changes: str) -> None:
        approve_activity(
            self.engine,
            self.log,
            VOCABULARY,
            self.folder,
            file,
            clock=self.clock,
            **{**WHO, **changes},
        )

    def approved(self) -> list[str]:
        with reading(self.engine) as connection:
            return [each.id for each in activities(connection, VOCABULARY)]

    def leaves(self) -> list[Leaf]:
        return [self.log.read(index) for index in range(self.log.size())]

    def told(self) -> list[tuple[str, str, str]]:
        return [(leaf.kind, leaf.operation, leaf.outcome) for leaf in self.leaves()]


def open_place(folder: Path, start: datetime = START) -> Place:
    ticks = itertools.count()

    def clock() -> datetime:
        return start + timedelta(milliseconds=next(ticks))

    engine = open_state(folder / ".lawful" / "state.db")
    migrate(engine)
    log = EvidenceLog.open(
        folder / ".lawful" / "evidence",
        state=folder / ".lawful",
        origin=ORIGIN,
        node="node-1",
        store=SettingCheckpoint(engine, "evidence.checkpoint"),
        clock=clock,
    )
    return Place(folder, engine, log, clock)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "activities").mkdir()
    (tmp_path / "organisation.toml").write_text(ORGANISATION)
    (tmp_path / "activities" / "ads-eu.toml").write_text(ACTIVITY)
    return tmp_path


@pytest.fixture
def place(folder: Path) -> Iterator[Place]:
    place = open_place(folder)
    yield place
    place.engine.dispose()


def test_intent_and_outcome_stand_in_the_log(place: Place) -> None:
    place.organisation()
    place.activity()
    assert place.told() == [
        ("intent", "approve_organisation", ""),
        ("outcome", "approve_organisation", "done"),
        ("intent", "approve_activity", ""),
        ("outcome", "approve_activity", "done"),
    ]
    intent, outcome = place.leaves()[2:]
    assert outcome.ref == intent.id
    assert (intent.entity, intent.purpose) == ("shop", "personalised_advertising")
    assert place.leaves()[0].entity == "organisation"
    payload = place.log.payload(intent)
    assert payload is not None
    assert (payload["author"], payload["approver"]) == ("ann", "ben")
    assert payload["file"] == "activities/ads-eu.toml"
    assert open_intents(place.log) == []
    assert place.approved() == ["ads-eu"]
    place.log.verify()


def test_a_refusal_changes_nothing(place: Place) -> None:
    place.organisation()
    size = place.log.size()
    for changes in ({"approver": "ann"}, {"approver": "dan"}):
        with pytest.raises(UsageError):
            place.activity(**changes)
    with pytest.raises(UsageError, match="no such file"):
        place.activity("none.toml")
    (place.folder / "activities" / "ads-eu.toml").write_text(ACTIVITY.replace("shop", "stop"))
    with pytest.raises(UsageError, match="no entity"):
        place.activity()
    assert (place.log.size(), place.approved()) == (size, [])


def test_a_path_leads_nowhere_else(place: Place) -> None:
    place.organisation()
    (place.folder / "outside.toml").write_text(ACTIVITY)
    with pytest.raises(UsageError, match="no such file"):
        place.activity("../outside.toml")


def test_the_intent_is_durable_before_anything_changes(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise EnvironmentFailure("The evidence cannot be written.", code="evidence.unwritable")

    monkeypatch.setattr(place.log, "append", refuse)
    with pytest.raises(EnvironmentFailure):
        place.organisation()
    with reading(place.engine) as connection:
        assert find_organisation(connection, VOCABULARY) is None


def test_a_transaction_that_fails_is_said(place: Place) -> None:
    place.organisation()

    def fail(_c: object, _u: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO approvals"):
            raise EnvironmentFailure("The disk is full.", code="db.unreachable")

    event.listen(place.engine, "before_cursor_execute", fail)
    with pytest.raises(EnvironmentFailure, match="full"):
        place.activity()
    event.remove(place.engine, "before_cursor_execute", fail)
    assert place.told()[-1] == ("outcome", "approve_activity", "not_done")
    assert place.approved() == []
    assert open_intents(place.log) == []
    place.activity()
    assert place.approved() == ["ads-eu"]


KILLED = """
import os, sys
from pathlib import Path
import lawful.actions.approvals as module
from tests.actions.test_approvals import open_place
where, folder = sys.argv[1], Path(sys.argv[2])
place = open_place(folder)
place.organisation()
if where == "before":
    module.reaching = lambda engine: os._exit(9)
elif where == "inside":
    module.approve = lambda *a, **k: os._exit(9)
else:
    module.outcome_of = lambda *a: os._exit(9)
place.activity()
"""


@pytest.mark.parametrize(
    ("where", "outcome", "approved"),
    [("before", "not_done", []), ("inside", "not_done", []), ("after", "done", ["ads-eu"])],
)
def test_killed_between_intent_and_outcome(
    folder: Path, where: str, outcome: str, approved: list[str]
) -> None:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", KILLED, where, str(folder)]
    done = subprocess.run(command, cwd=root, check=False, env={"PYTHONPATH": f"{root}:{root}/src"})
    assert done.returncode == 9
    place = open_place(folder, START + timedelta(hours=1))
    (intent,) = open_intents(place.log)
    assert intent.operation == "approve_activity"
    assert place.approved() == approved
    (receipt,) = reconcile(place.engine, place.log, clock=place.clock)
    leaf = place.log.find(receipt.id)
    assert leaf is not None
    assert (leaf.ref, leaf.outcome, leaf.entity) == (intent.id, outcome, "shop")
    assert open_intents(place.log) == []
    assert reconcile(place.engine, place.log, clock=place.clock) == []
    assert place.approved() == approved
    place.activity()
    assert place.approved() == ["ads-eu"]
    place.log.verify()
    place.engine.dispose()


def test_what_was_given_up_meanwhile_does_not_come_after(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.organisation()
    real = module.reaching

    def late(engine: Engine) -> object:
        monkeypatch.setattr(module, "reaching", real)
        reconcile(place.engine, place.log, clock=place.clock)
        return real(engine)

    monkeypatch.setattr(module, "reaching", late)
    with pytest.raises(UsageError, match="given up"):
        place.activity()
    assert place.approved() == []
    outcomes = [leaf.outcome for leaf in place.leaves() if leaf.operation == "approve_activity"]
    assert outcomes == ["", "not_done"]


def test_reconciling_leaves_the_intents_of_others(place: Place) -> None:
    place.organisation()
    place.log.append(
        Event(
            kind="intent",
            id=new_decision_id(START, bytes(10)),
            entity="shop",
            operation="something_else",
        ),
        {},
    )
    assert reconcile(place.engine, place.log, clock=place.clock) == []
    assert [leaf.operation for leaf in open_intents(place.log)] == ["something_else"]

"""What ``fulfilled`` means: contents, phases, binds, expiry, periods, kept registers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import attrs
import pytest

from lawful.law.oracle import Court, Kleene
from lawful.law.records import latest
from lawful.law.thing import Record, Thing
from lawful.terms.ids import RuleId
from lawful.terms.values import Value, set_of
from tests.law.files import rule, small_book

AT = datetime(2026, 6, 15, 12, tzinfo=UTC)
A = "xx.act.1.a"


def state(
    thing: Thing, more: str = "", requires: str = "fulfilled", about: str = "", name: str = "a"
) -> Kleene:
    """Is the rule's duty seen as done? Read off ``violated`` of a rule that always applies."""
    other = rule(name="z", about=about or thing.about, more=more)
    book = small_book(rule(requires=requires, about=thing.about, more=more) + other)
    violated = Court(book, thing).judged(book.entries[RuleId(f"xx.act.1.{name}")]).violated
    return None if violated is None else not violated


def thing(*records: Record, about: str = "entity", **values: Value | None) -> Thing:
    return Thing(about=about, at=AT, values=values, records=records)


def record(*items: str, rule_id: str = A, **more: object) -> Record:
    return Record(rule=rule_id, items=frozenset(items), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("about", "kept", "expected"),
    [
        ("use", frozenset(), None),
        ("entity", frozenset(), None),
        ("entity", frozenset({A}), False),
        ("entity", frozenset({"xx.act.1"}), False),
        ("entity", frozenset({"xx.act.2"}), None),
        ("incident", frozenset(), False),
    ],
)
def test_without_a_record(about: str, kept: frozenset[str], expected: Kleene) -> None:
    assert state(attrs.evolve(thing(about=about), kept=kept)) is expected


def test_a_record_of_the_rule_or_of_its_article() -> None:
    assert state(thing(record())) is True
    assert state(thing(Record(rule="xx.act.1"))) is True
    assert state(thing(record(rule_id="xx.act.1.z"))) is None
    assert state(thing(record(rule_id="xx.act.1.aa"))) is None
    assert state(thing(record(rule_id="xx.act.1.z")), requires="fulfilled('xx.act.1.z')") is True


def test_contents() -> None:
    more = 'contents = ["name", { item = "why", when = "ciio" }]'
    whole = record("name", "why")
    assert state(thing(whole, ciio=True), more) is True
    assert state(thing(record("name"), ciio=False), more) is True
    assert state(thing(record("name")), more) is None  # is the second item owed?
    kept = attrs.evolve(thing(record("name"), ciio=True), kept=frozenset({A}))
    assert state(kept, more) is False
    assert state(thing(record("why"), about="incident"), 'contents = ["name"]') is False


def test_a_record_typed_by_hand_is_complete() -> None:
    assert state(thing(Record(rule=A)), 'contents = ["name"]\nbinds = ["designations"]') is True


def test_phases_add_up() -> None:
    more = 'contents = ["name", "why"]'
    first, second = record("name", done_at=AT), record("why", done_at=AT - timedelta(days=1))
    assert state(thing(first, about="incident"), more) is False
    assert state(thing(first, second, about="incident"), more) is True


def test_bound_facts_stand_as_they_stood() -> None:
    more = 'binds = ["purpose", "data"]'
    now: dict[str, Value | None] = {"purpose": "direct_marketing", "data": set_of(["contact"])}
    made = record(bound=now)
    assert state(thing(made, about="use", **now), more) is True
    moved = {**now, "data": set_of(["contact", "health"])}
    assert (
        state(attrs.evolve(thing(made, about="use", **moved), kept=frozenset({A})), more) is False
    )
    assert state(thing(made, about="use", purpose="direct_marketing"), more) is None
    unbound = record(bound={"purpose": "direct_marketing"})
    assert state(thing(unbound, about="use", **now), more) is None
    activity = attrs.evolve(thing(made, about="use", **moved), activity=now)
    assert state(activity, more) is True


def test_expiry_is_a_day_of_the_instruments_zone() -> None:
    made = record(expires_on=date(2026, 6, 15))
    kept = attrs.evolve(thing(made), kept=frozenset({A}))
    assert state(attrs.evolve(kept, at=datetime(2026, 6, 15, 15, 59, tzinfo=UTC))) is True
    assert state(attrs.evolve(kept, at=datetime(2026, 6, 15, 16, 0, tzinfo=UTC))) is False


@pytest.mark.parametrize(
    ("every", "done", "expected"),
    [
        # the calendar year, in Shanghai's days
        ('{ n = 1, unit = "years", from = "01-01" }', "2025-12-31T15:59:59", False),
        ('{ n = 1, unit = "years", from = "01-01" }', "2025-12-31T16:00:00", True),
        # half years by the calendar
        ('{ n = 6, unit = "months", from = "01-01" }', "2026-01-02T00:00:00", True),
        ('{ n = 3, unit = "months", from = "01-01" }', "2026-03-30T00:00:00", False),
        ('{ n = 3, unit = "months", from = "01-01" }', "2026-04-01T00:00:00", True),
        # from the last one: a year back from today
        ('{ n = 1, unit = "years", from = "last" }', "2025-06-14T00:00:00", False),
        ('{ n = 1, unit = "years", from = "last" }', "2025-06-16T00:00:00", True),
        # a first period that ends on a 31st comes back to the 31st
        ('{ n = 1, unit = "months", first = 2026-01-31 }', "2026-05-31T00:00:00", False),
        ('{ n = 1, unit = "months", first = 2026-01-31 }', "2026-06-01T00:00:00", True),
    ],
)
def test_periods(every: str, done: str, expected: bool) -> None:
    made = record(done_at=datetime.fromisoformat(done).replace(tzinfo=UTC))
    kept = attrs.evolve(thing(made), kept=frozenset({A}))
    assert state(kept, f"every = {every}") is expected


def test_the_latest_act_comes_first_and_undated_ones_before_it() -> None:
    old, new = record(done_at=AT - timedelta(days=9)), record(done_at=AT)
    undated = record()
    assert latest((old, undated, new), A) == [undated, new, old]

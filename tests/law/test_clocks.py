"""Last moments: hours through weekends and a change of the clock, days in zones, periods."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawful.law.book import Book
from lawful.law.clocks import Due, DutyState, Last, due, last_moment
from lawful.law.model import Clock
from lawful.law.oracle import Court
from lawful.law.records import latest
from lawful.law.thing import Record, Thing
from lawful.terms.ids import RuleId
from lawful.terms.values import NEVER_AT, NEVER_ON, Value
from tests.law.files import INSTRUMENT, rule, small_book

A = "xx.act.1.a"
AWARE = datetime(2026, 3, 27, 20, 0, tzinfo=UTC)  # a Friday; clocks change on Sunday in Brussels
BRUSSELS = INSTRUMENT.replace("Asia/Shanghai", "Europe/Brussels")
HOURS = '{ within = 72, unit = "hours", from = "aware_at" }'


def stands(
    by: str,
    *records: Record,
    at: datetime = AWARE,
    zone: str = INSTRUMENT,
    more: str = "",
    **facts: Any,
) -> Due:
    clock = f"by = {by}\n" if by else ""
    book = small_book(rule(requires="fulfilled", about="incident", more=clock + more), zone)
    values: dict[str, Value | None] = {"controller_role": "controller", "aware_at": AWARE, **facts}
    thing = Thing(about="incident", at=at, values=values, records=records)
    court = Court(book, thing)
    entry = book.entries[RuleId(A)]
    return due(court, entry, court.judged(entry).answer, latest(records, A))


def done(at: datetime) -> Record:
    return Record(rule=A, done_at=at, items=frozenset())


@pytest.mark.parametrize("zone", [INSTRUMENT, BRUSSELS])
def test_hours_run_through_nights_weekends_and_changes_of_the_clock(zone: str) -> None:
    found = stands(HOURS, zone=zone)
    assert found.last == AWARE + timedelta(hours=72)
    assert found.last_on is None
    assert found.state is DutyState.DUE


def test_due_then_overdue_to_the_second() -> None:
    last = AWARE + timedelta(hours=72)
    assert stands(HOURS, at=last).state is DutyState.DUE
    assert stands(HOURS, at=last + timedelta(seconds=1)).state is DutyState.OVERDUE


def test_met_and_met_late_go_by_the_act() -> None:
    last, later = AWARE + timedelta(hours=72), AWARE + timedelta(hours=100)
    assert stands(HOURS, done(last), at=later).state is DutyState.MET
    late = stands(HOURS, done(later), at=later)
    assert (late.state, late.done_at, late.last) == (DutyState.MET_LATE, later, last)
    assert stands(HOURS, done(later), done(AWARE)).state is DutyState.MET  # the first phase
    assert stands(HOURS, Record(rule=A)).state is DutyState.MET  # when is not known


@pytest.mark.parametrize(
    ("by", "last_on", "last"),
    [
        ('{ within = 1, unit = "days", from = "aware_at" }', "2026-03-29", "2026-03-29T15:59:59"),
        ('{ within = 1, unit = "weeks", from = "aware_at" }', "2026-04-04", "2026-04-04T15:59:59"),
        ('{ within = 1, unit = "months", from = "aware_at" }', "2026-04-28", "2026-04-28T15:59:59"),
        ('{ before = 7, unit = "days", from = "aware_at" }', "2026-03-21", "2026-03-21T15:59:59"),
        ('{ on = "12-31" }', "2026-12-31", "2026-12-31T15:59:59"),
    ],
)
def test_days_end_with_the_civil_day(by: str, last_on: str, last: str) -> None:
    found = stands(by)  # 28 March already in Shanghai
    assert found.last_on == date.fromisoformat(last_on)
    assert found.last == datetime.fromisoformat(last).replace(tzinfo=UTC)


def test_the_last_second_of_the_last_day_is_in_time() -> None:
    by = '{ within = 1, unit = "days", from = "aware_at" }'
    last = datetime(2026, 3, 29, 15, 59, 59, 900_000, tzinfo=UTC)
    assert stands(by, at=last).state is DutyState.DUE
    assert stands(by, done(last), at=last).state is DutyState.MET
    after = last + timedelta(milliseconds=100)
    assert stands(by, at=after).state is DutyState.OVERDUE
    assert stands(by, done(after), at=after).state is DutyState.MET_LATE


def test_a_day_of_twenty_three_hours() -> None:
    by = '{ within = 2, unit = "days", from = "aware_at" }'
    assert stands(by, zone=BRUSSELS).last == datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC)


def test_months_end_where_a_month_is_short() -> None:
    by = '{ within = 1, unit = "months", from = "aware_at" }'
    found = stands(by, aware_at=datetime(2026, 1, 31, 8, tzinfo=UTC))
    assert found.last_on == date(2026, 2, 28)


def test_promptly_is_owed_at_once_and_never_overdue() -> None:
    by = '{ within = "promptly", from = "aware_at" }'
    found = stands(by, at=AWARE + timedelta(days=400))
    assert (found.state, found.last, found.last_on) == (DutyState.PROMPTLY, None, None)
    assert stands(by, done(AWARE + timedelta(days=90))).state is DutyState.MET


def clocked(clock: Clock, values: dict[str, Value | None]) -> Last:
    book = small_book(rule(requires="fulfilled", about="incident"))
    court = Court(book, Thing(about="incident", at=AWARE, values=values))
    return last_moment(court, attrs.evolve(book.entries[RuleId(A)], by=clock))


def test_of_a_list_the_latest_that_happened() -> None:
    clock = Clock(within=1, unit="hours", origin=("one", "two"))
    both = {"one": AWARE, "two": AWARE + timedelta(hours=5)}
    assert clocked(clock, both).at == AWARE + timedelta(hours=6)
    assert clocked(clock, {**both, "two": NEVER_AT}).at == AWARE + timedelta(hours=1)
    assert clocked(clock, {"one": AWARE}) == Last(wanted=("two",))
    assert clocked(clock, {"one": NEVER_AT, "two": NEVER_AT}) == Last()


def test_a_start_or_a_day_that_is_not_known_is_wanted() -> None:
    assert clocked(Clock(on="held_on"), {}) == Last(wanted=("held_on",))
    assert clocked(Clock(on="held_on"), {"held_on": NEVER_ON}) == Last()
    assert clocked(Clock(on="held_on"), {"held_on": date(2026, 4, 1)}).on == date(2026, 4, 1)
    assert clocked(Clock(on="held_at"), {"held_at": AWARE}) == Last(at=AWARE)
    assert stands(HOURS, aware_at=None).wanted == ("aware_at",)


def test_hours_from_a_date_run_from_its_first_moment() -> None:
    found = clocked(Clock(within=1, unit="hours", origin=("one",)), {"one": date(2026, 1, 1)})
    assert found.at == datetime(2025, 12, 31, 17, tzinfo=UTC)  # one o'clock in Shanghai


def test_a_period_ends_and_is_counted_from_its_first_end() -> None:
    every = 'every = { n = 1, unit = "months", first = 2026-01-31 }'
    found = stands("", at=datetime(2026, 3, 5, tzinfo=UTC), more=every)
    assert found.last_on == date(2026, 3, 31)
    old = done(datetime(2026, 2, 27, tzinfo=UTC))
    assert stands("", old, at=datetime(2026, 3, 5, tzinfo=UTC), more=every).state is DutyState.DUE
    new = done(datetime(2026, 3, 1, tzinfo=UTC))
    both = stands("", old, new, at=datetime(2026, 3, 5, tzinfo=UTC), more=every)
    assert (both.state, both.done_at) == (DutyState.MET, datetime(2026, 3, 1, tzinfo=UTC))


def test_undetermined_keeps_its_last_moment() -> None:
    more = 'unless = ["harm_avoided"]'
    found = stands(HOURS, more=more)
    assert (found.state, found.last) == (DutyState.UNDETERMINED, AWARE + timedelta(hours=72))


@given(st.integers(0, 400), st.integers(0, 400), st.sampled_from(["hours", "days", "months"]))
def test_clocks_are_monotone(one: int, other: int, unit: str) -> None:
    clock = Clock(within=5, unit=unit, origin=("start",))
    first, last = sorted((one, other))
    moments = [clocked(clock, {"start": AWARE + timedelta(hours=7 * n)}).at for n in (first, last)]
    assert moments[0] <= moments[1]


def owed(about: str, more: str, on: str, *records: Record, when: str = "TRUE", **facts: Any) -> Due:
    """How a duty of an entity or a system stands on a day, all its records being known."""
    zone = INSTRUMENT.replace("entity =", 'system = ["TRUE"]\nentity =')
    book = small_book(rule(when, requires="fulfilled", about=about, more=more), zone)
    at = datetime.combine(date.fromisoformat(on), datetime.min.time(), UTC)
    kept = frozenset({A})
    thing = Thing(about=about, at=at, values=facts, records=records, kept=kept)
    court = Court(book, thing)
    entry = book.entries[RuleId(A)]
    return due(court, entry, court.judged(entry).answer, latest(records, A))


YEARLY = 'every = { n = 1, unit = "years", from = "last" }\n'
REPORT = (
    'by = { within = 2, unit = "months", from = "period" }\n'
    'every = { n = 1, unit = "years", from = "12-31", after = "live_at" }'
)


@pytest.mark.parametrize(
    ("live_at", "on", "last_on"),
    [
        (None, "2026-11-24", "2026-02-28"),
        ("2025-12-01", "2026-11-24", "2026-02-28"),
        ("2026-12-10", "2026-11-24", "2027-02-28"),  # not live yet
        ("2026-12-10", "2026-12-20", "2027-02-28"),  # live, in a year that has not ended
        ("2026-12-10", "2027-03-20", "2027-02-28"),
        ("2026-12-10", "2027-12-31", "2028-02-29"),
    ],
)
def test_the_first_period_begins_after_its_fact(live_at: str | None, on: str, last_on: str) -> None:
    live = datetime.fromisoformat(f"{live_at}T02:00:00+00:00") if live_at else None
    assert owed("system", REPORT, on, live_at=live).last_on == date.fromisoformat(last_on)


def test_what_is_met_says_when_it_falls_due_again() -> None:
    made = done(datetime(2027, 1, 10, 8, tzinfo=UTC))
    live = datetime(2026, 12, 10, 2, tzinfo=UTC)
    report = owed("system", REPORT, "2027-01-20", made, live_at=live)
    assert (report.state, report.last_on) == (DutyState.MET, date(2027, 2, 28))
    assert report.next_on == date(2028, 2, 29)
    assert owed("entity", YEARLY, "2027-06-01", made).next_on == date(2028, 1, 10)
    assert owed("entity", "", "2027-06-01", made).next_on is None


def test_an_act_counts_to_the_end_of_the_day_on_which_it_falls_due_again() -> None:
    made = done(datetime(2025, 11, 24, 8, tzinfo=UTC))
    last_day = owed("entity", YEARLY, "2026-11-24", made)
    assert (last_day.state, last_day.next_on) == (DutyState.MET, date(2026, 11, 24))
    late = owed("entity", YEARLY, "2026-11-25", made)
    assert (late.state, late.last_on) == (DutyState.OVERDUE, date(2026, 11, 24))


@pytest.mark.parametrize("by", ["", 'by = { within = 1, unit = "years", from = "done" }'])
def test_the_first_yearly_act_counts_from_when_a_status_took_effect(by: str) -> None:
    when = "passed(designated_on, 4, 'months')"
    on = "2026-09-01"
    found = owed("entity", YEARLY + by, on, when=when, designated_on=date(2025, 4, 25))
    assert (found.state, found.last_on) == (DutyState.OVERDUE, date(2026, 8, 25))
    assert owed("entity", YEARLY + by, on).wanted == (f"since:{A}",)


@pytest.mark.parametrize(
    ("when", "asked"), [("ciio", "xx.act.1.b"), ("ciio AND labour_rules", A), ("NOT ciio", A)]
)
def test_one_act_for_the_same_reason_is_asked_once_since_when(when: str, asked: str) -> None:
    """A rule met by another's record, and waiting for the same, runs from when that other began to apply."""
    clock = 'by = { within = 30, unit = "days", from = "applies" }'
    book = small_book(
        rule(when=when, requires="fulfilled('xx.act.1.b')", about="entity", more=clock)
        + rule(when="ciio", name="b", requires="fulfilled", about="entity", more=clock)
    )
    values: dict[str, Value | None] = {"ciio": True, "labour_rules": True}
    thing = Thing(about="entity", at=AWARE, values=values)
    entry = book.entries[RuleId(A)]
    assert last_moment(Court(book, thing), entry).wanted == (f"since:{asked}",)
    told = attrs.evolve(thing, since={asked: date(2026, 1, 5)})
    assert last_moment(Court(book, told), entry).on == date(2026, 2, 4)


@pytest.mark.parametrize(
    ("since", "more", "last_on"),
    [
        (None, "", "2026-01-31"),
        (date(2026, 1, 20), "", "2026-01-31"),
        (date(2026, 6, 1), "", "2027-01-31"),  # January's day had gone by before it was owed
        (None, "in_force = 2026-03-01\n", "2027-01-31"),
        (date(2025, 6, 1), "in_force = 2026-03-01\n", "2027-01-31"),
    ],
)
def test_a_day_that_had_gone_by_before_the_rule_applied_is_not_owed(
    since: date | None, more: str, last_on: str
) -> None:
    clock = 'by = { on = "01-31" }\nevery = { n = 1, unit = "years", from = "01-01" }\n'
    book = small_book(rule(requires="fulfilled", about="entity", more=more + clock))
    known = {A: since} if since else {}
    at = datetime(2026, 11, 24, tzinfo=UTC)
    thing = Thing(about="entity", at=at, values={}, since=known, kept=frozenset({A}))
    assert last_moment(Court(book, thing), book.entries[RuleId(A)]).on == date.fromisoformat(
        last_on
    )


AUDIT = "cn.pi_compliance_audit_2025.4.audit"
ASSESSED = "cn.network_data_regulations_2025.33.assess"
FILED = "cn.network_data_risk_assessment_2026.16.file"
YEAR = 'every = { n = 1, unit = "years", from = "last" }\n'
IN_FORCE = "in_force = 2026-01-01\n"


@pytest.mark.parametrize("by", ["", 'by = { within = 1, unit = "years", from = "done" }\n'])
@pytest.mark.parametrize(
    ("act", "since", "on", "state", "last_on"),
    [
        # never done: the first period begins with the rule, or with what made it apply
        (None, None, "2026-06-01", DutyState.DUE, None),
        (None, "2020-01-01", "2026-06-01", DutyState.DUE, "2027-01-01"),
        (None, "2020-01-01", "2027-01-02", DutyState.OVERDUE, "2027-01-01"),
        (None, "2026-05-01", "2026-06-01", DutyState.DUE, "2027-05-01"),
        # done long before the rule: as if never done, and not overdue before the rule was there
        ("2020-03-01", "2019-01-01", "2026-01-01", DutyState.DUE, "2027-01-01"),
        ("2020-03-01", None, "2026-01-01", DutyState.DUE, "2027-01-01"),
        ("2020-03-01", None, "2027-01-02", DutyState.OVERDUE, "2027-01-01"),
        # done shortly before the rule: it counts for its own year, and the first period runs on
        ("2025-09-01", "2019-01-01", "2026-06-01", DutyState.MET, "2027-01-01"),
        ("2025-09-01", "2019-01-01", "2026-09-02", DutyState.DUE, "2027-01-01"),
        ("2025-09-01", None, "2027-01-02", DutyState.OVERDUE, "2027-01-01"),
        # done since: a year from the act
        ("2026-01-01", None, "2026-06-01", DutyState.MET, "2027-01-01"),
        ("2026-03-01", "2019-01-01", "2027-03-02", DutyState.OVERDUE, "2027-03-01"),
        # done before a status came: the first period begins with the status
        ("2026-03-01", "2026-05-01", "2027-04-01", DutyState.DUE, "2027-05-01"),
    ],
)  # fmt: skip
def test_a_period_does_not_begin_before_its_rule(
    act: str | None, since: str | None, on: str, state: DutyState, last_on: str | None, by: str
) -> None:
    book = small_book(rule(requires="fulfilled", about="entity", more=IN_FORCE + YEAR + by))
    day = date.fromisoformat(on)
    thing = Thing(
        about="entity",
        at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
        on=day,
        records=(done(datetime.fromisoformat(f"{act}T04:00:00+00:00")),) if act else (),
        since={A: date.fromisoformat(since)} if since else {},
        kept=frozenset({A}),
    )
    court, entry = Court(book, thing), book.entries[RuleId(A)]
    found = due(court, entry, court.judged(entry).answer, latest(thing.records, A))
    assert (found.state, found.last_on) == (state, last_on and date.fromisoformat(last_on))
    assert found.wanted == (() if last_on else (f"since:{A}",))


@pytest.mark.parametrize(
    ("act", "last_on"),
    [
        (datetime(2026, 1, 5, 4, tzinfo=UTC), "2026-02-04"),
        (datetime(2025, 12, 20, 4, tzinfo=UTC), "2026-01-19"),  # runs into the rule's time
        (
            datetime(2025, 3, 1, 4, tzinfo=UTC),
            "2026-01-01",
        ),  # had run out before: owed on the first day
    ],
)
def test_nothing_is_overdue_before_its_rule_was_in_force(act: datetime, last_on: str) -> None:
    clock = IN_FORCE + 'by = { within = 30, unit = "days", from = "fulfilled(\'xx.act.1.b\')" }\n'
    book = small_book(
        rule(requires="fulfilled", about="entity", more=clock)
        + rule(name="b", requires="fulfilled", about="entity")
    )
    records = (Record(rule="xx.act.1.b", done_at=act, items=frozenset()),)
    at = datetime(2026, 3, 1, tzinfo=UTC)
    thing = Thing(about="entity", at=at, records=records, kept=frozenset({A}))
    entry = book.entries[RuleId(A)]
    assert last_moment(Court(book, thing), entry).on == date.fromisoformat(last_on)


@pytest.mark.parametrize(
    ("rule_id", "act", "since", "last_on"),
    [
        # the amended law goes on from the old one: an assessment on record there, and its time
        ("cn.csl_2026.40.assess", ("cn.csl_2017.38.assess", "2025-02-01"), None, "2026-02-01"),
        ("cn.csl_2026.40.assess", ("cn.csl_2017.38.assess", "2025-02-01"), "2019-01-01", "2026-02-01"),
        ("cn.csl_2026.40.assess", None, "2019-01-01", "2020-01-01"),
        ("cn.csl_2026.40.assess", None, "2026-03-01", "2027-03-01"),
        # audits: the first two years run from 2025-05-01, whatever audit was made before
        (AUDIT, (AUDIT, "2024-06-01"), None, "2027-05-01"),
        (AUDIT, None, "2022-01-01", "2027-05-01"),
        # the report of an assessment finished before the measures: never before their first day
        (FILED, (ASSESSED, "2026-03-02"), None, "2026-08-20"),
        (FILED, (ASSESSED, "2026-08-03"), None, "2026-08-31"),
    ],
)  # fmt: skip
def test_laws_that_begin_while_a_clock_runs(
    book: Book, rule_id: str, act: tuple[str, str] | None, since: str | None, last_on: str
) -> None:
    records = (
        (Record(rule=act[0], done_at=datetime.fromisoformat(f"{act[1]}T04:00:00+00:00")),)
        if act
        else ()
    )
    entry = book.entries[RuleId(rule_id)]
    thing = Thing(
        about=entry.about,
        at=datetime(2026, 11, 24, 4, tzinfo=UTC),
        values={"controller_region": "CN"},
        records=records,
        since={rule_id: date.fromisoformat(since)} if since else {},
    )
    assert last_moment(Court(book, thing), entry).on == date.fromisoformat(last_on)

"""How laws count: working days, holidays at the end of a period, years that no calendar covers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawful.law.clocks import Due, DutyState, due
from lawful.law.counting import Library, Uncovered
from lawful.law.oracle import Court
from lawful.law.records import latest
from lawful.law.thing import Record, Thing
from lawful.terms.ids import RuleId
from lawful.terms.values import Value
from tests.law.files import INSTRUMENT, rule, small_book

A = "xx.act.1.a"
CHINA = INSTRUMENT.replace("in_force", 'counting = "cn.civil_code.201"\nin_force')
EUROPE = CHINA.replace("Asia/Shanghai", "Europe/Brussels").replace("cn.civil_code.201", "eu.1182.3")
ALL = "[scope]\nrequest = ['TRUE']\nsystem = ['TRUE']\norder = ['TRUE']\ndeal = ['TRUE']"
CHINA, EUROPE = (each.replace("[scope]", ALL) for each in (CHINA, EUROPE))
BRUSSELS_PARAMETER = """
[[parameter]]
id = "xx.act.1.eea"
name = "eea"
means = { en = "members", zh = "成员" }
list = ["DE", "FR", "IE"]
"""


def stands(
    by: str,
    start: datetime,
    *records: Record,
    about: str = "deal",
    fact: str = "effective_at",
    zone: str = CHINA,
    at: datetime | None = None,
    more: str = "",
    extend_by: str = "",
    **facts: Any,
) -> Due:
    text = rule(requires="fulfilled", about=about, more=f"by = {by}\n{more}")
    book = small_book(
        text
        + rule(name="extend", requires="fulfilled", about=about, more=extend_by)
        + BRUSSELS_PARAMETER,
        zone,
    )
    values: dict[str, Value | None] = {fact: start, "controller_role": "controller", **facts}
    since = {A: start} if fact == "since" else {}
    values.pop("since", None)
    thing = Thing(about=about, at=at or start, values=values, records=records, since=since)
    court = Court(book, thing)
    entry = book.entries[RuleId(A)]
    return due(court, entry, court.judged(entry).answer, latest(records, A))


def noon(day: str) -> datetime:
    """Noon in Shanghai."""
    return datetime.fromisoformat(f"{day}T04:00:00+00:00")


@pytest.mark.parametrize(
    ("start", "n", "last_on"),
    [  # the examples of the fact sheet cn.workdays
        ("2026-09-28", 10, "2026-10-16"),
        ("2026-09-15", 30, "2026-11-02"),
        ("2026-04-28", 10, "2026-05-14"),
        ("2026-02-06", 15, "2026-03-05"),
        ("2026-09-30", 1, "2026-10-08"),  # the eve of a holiday
    ],
)
def test_chinese_working_days(start: str, n: int, last_on: str) -> None:
    clock = f'{{ within = {n}, unit = "working_days", from = "effective_at" }}'
    found = stands(clock, noon(start))
    assert found.last_on == date.fromisoformat(last_on)
    assert found.ends.counting == "cn.civil_code.201"


@pytest.mark.parametrize(
    ("zone", "start", "n", "last_on"),
    [
        (CHINA, "2026-06-30", 1, "2026-07-31"),  # months alone would end on the 30th
        (CHINA, "2025-12-31", 1, "2026-01-31"),
        (CHINA, "2026-01-01", 1, "2026-02-28"),
        (CHINA, "2026-02-28", 2, "2026-04-30"),
        (EUROPE, "2026-09-30", 1, "2026-11-02"),  # the 31st is a Saturday
    ],
)
def test_calendar_months_run_to_the_end_of_the_last(
    zone: str, start: str, n: int, last_on: str
) -> None:
    clock = f'{{ within = {n}, unit = "calendar_months", from = "effective_at" }}'
    assert stands(clock, noon(start), zone=zone).last_on == date.fromisoformat(last_on)


def test_working_days_before_a_day() -> None:
    clock = '{ before = 60, unit = "working_days", from = "effective_at" }'
    found = stands(clock, noon("2025-06-30"), at=noon("2025-01-05"))
    assert found.last_on == date(2025, 4, 1)


def test_a_year_that_no_calendar_covers_has_no_last_day() -> None:
    clock = '{ within = 10, unit = "working_days", from = "effective_at" }'
    found = stands(clock, noon("2026-12-25"))
    assert (found.last, found.last_on) == (None, None)
    assert found.ends.uncovered == "CN 2027"


def test_a_day_that_could_not_be_moved_says_so() -> None:
    clock = '{ within = 30, unit = "days", from = "effective_at" }'
    found = stands(clock, noon("2026-12-25"))
    assert found.last_on == date(2027, 1, 24)  # never later than the law's
    assert found.ends.uncovered == "CN 2027"


def test_a_chinese_holiday_moves_the_last_day_but_not_of_an_incident() -> None:
    clock = '{{ within = 15, unit = "days", from = "{}" }}'
    found = stands(clock.format("effective_at"), noon("2026-09-20"))
    assert (found.last_on, found.ends.unshifted) == (date(2026, 10, 8), date(2026, 10, 5))
    same = stands(clock.format("aware_at"), noon("2026-09-20"), about="incident", fact="aware_at")
    assert (same.last_on, same.ends.unshifted) == (date(2026, 10, 5), None)


@pytest.mark.parametrize(
    ("start", "within", "unit", "region", "last_on", "unshifted"),
    [
        ("2026-01-31", 1, "months", None, "2026-03-02", "2026-02-28"),  # a Saturday
        ("2025-01-31", 1, "months", None, "2025-02-28", None),
        ("2026-03-25", 30, "days", "DE", "2026-04-24", None),
        ("2026-03-06", 1, "months", "DE", "2026-04-07", "2026-04-06"),  # Easter Monday
        ("2026-03-06", 1, "months", None, "2026-04-06", None),  # whose holidays is not known
        ("2026-04-02", 2, "days", "DE", "2026-04-08", "2026-04-04"),  # two working days at least
    ],
)
def test_union_periods(
    start: str, within: int, unit: str, region: str | None, last_on: str, unshifted: str | None
) -> None:
    clock = f'{{ within = {within}, unit = "{unit}", from = "received_at" }}'
    found = stands(
        clock,
        noon(start),
        about="request",
        fact="received_at",
        zone=EUROPE,
        controller_region=region,
    )
    assert found.last_on == date.fromisoformat(last_on)
    assert found.ends.unshifted == (date.fromisoformat(unshifted) if unshifted else None)


def test_hours_are_never_moved() -> None:
    clock = '{ within = 24, unit = "hours", from = "received_at" }'
    saturday = datetime(2026, 2, 27, 20, tzinfo=UTC)
    found = stands(clock, saturday, about="request", fact="received_at", zone=EUROPE)
    assert (found.last, found.last_on) == (saturday + timedelta(hours=24), None)


@pytest.mark.parametrize(
    ("told", "last_on", "extended"),
    [
        (None, "2026-06-01", False),
        ("2026-05-29", "2026-07-30", True),
        ("2026-06-01", "2026-07-30", True),
        ("2026-06-02", "2026-06-01", False),  # told too late
    ],
)
def test_an_extension_counts_from_the_same_start(
    told: str | None, last_on: str, extended: bool
) -> None:
    more = ', extended = { by = 2, unit = "months", if = "fulfilled(\'xx.act.1.extend\')" }'
    clock = f'{{ within = 1, unit = "months", from = "received_at"{more} }}'
    records = [Record(rule="xx.act.1.extend", done_at=noon(told))] if told else []
    found = stands(
        clock, noon("2026-04-30"), *records, about="request", fact="received_at", zone=EUROPE
    )
    assert found.ends.extended is extended
    assert found.last_on == date.fromisoformat(last_on)


@pytest.mark.parametrize(("told", "extended"), [("2026-05-11", True), ("2026-05-12", False)])
def test_an_extension_is_told_by_its_own_clock(told: str, extended: bool) -> None:
    """A clock of its own may end before the one that it extends."""
    more = ', extended = { by = 6, unit = "weeks", if = "fulfilled(\'xx.act.1.extend\')" }'
    found = stands(
        f'{{ within = 8, unit = "weeks", from = "received_at"{more} }}',
        noon("2026-04-10"),
        Record(rule="xx.act.1.extend", done_at=noon(told)),
        about="request",
        fact="received_at",
        zone=EUROPE,
        extend_by='by = { within = 1, unit = "months", from = "received_at" }',
    )
    assert found.ends.extended is extended
    assert found.last_on == date(2026, 7, 17) if extended else date(2026, 6, 5)


def test_since_when_a_rule_applies_is_wanted_and_then_counts() -> None:
    clock = '{ within = 30, unit = "working_days", from = "applies" }'
    unknown = stands(clock, noon("2026-09-15"))
    assert (unknown.last, unknown.wanted) == (None, (f"since:{A}",))
    assert stands(clock, noon("2026-09-15"), fact="since").last_on == date(2026, 11, 2)


def test_from_another_act() -> None:
    clock = '{ within = 15, unit = "working_days", from = "fulfilled(\'xx.act.1.extend\')" }'
    assert stands(clock, noon("2026-02-01")).ends.at is None
    act = Record(rule="xx.act.1.extend", done_at=noon("2026-02-06"))
    assert stands(clock, noon("2026-02-01"), act).last_on == date(2026, 3, 5)


def test_from_when_the_record_went_out_of_date() -> None:
    clock = '{ within = 10, unit = "working_days", from = ["effective_at", "stale"] }'
    binds = 'binds = ["deal_kind"]'
    fresh = Record(
        rule=A, items=frozenset(), done_at=noon("2026-04-01"), bound={"deal_kind": "sale"}
    )
    same = stands(clock, noon("2026-04-28"), fresh, more=binds, deal_kind="sale")
    assert same.last_on == date(2026, 5, 14)
    changed = stands(clock, noon("2026-04-28"), fresh, more=binds, deal_kind="merger")
    assert changed.wanted == (f"stale:{A}",)


def test_how_long_a_record_is_kept() -> None:
    keep = 'keep = { at_least = 3, unit = "years", from = "done" }'
    made = Record(rule=A, done_at=noon("2026-02-28"))
    found = stands('{ within = "promptly" }', noon("2026-02-01"), made, more=keep)
    assert (found.state, found.keep_until) == (DutyState.MET, date(2029, 2, 28))


def test_the_library_refuses_years_outside_its_own() -> None:
    with pytest.raises(Uncovered, match="does not cover 1500"):
        Library(country="DE").is_working(date(1500, 1, 5))


@given(st.dates(date(2021, 1, 1), date(2026, 11, 1)), st.integers(1, 25))
def test_working_days_count_exactly(start: date, n: int) -> None:
    book = small_book(rule(), CHINA)
    table = book.rulebook.calendars.tables["CN"]
    clock = f'{{ within = {n}, unit = "working_days", from = "effective_at" }}'
    last = stands(clock, datetime(start.year, start.month, start.day, 4, tzinfo=UTC)).last_on
    if last is not None:
        days = [start + timedelta(days=k) for k in range(1, (last - start).days + 1)]
        assert sum(table.is_working(day) for day in days) == n
        assert table.is_working(last)

"""Civil dates, cut-offs and periods: month ends, leap days, zones, inverses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawful.law.days import add, cutoff, has_passed, last_since, of_age_on, start_of
from lawful.terms.values import NEVER_AT, NEVER_ON

days = st.dates(min_value=date(1950, 1, 1), max_value=date(2200, 12, 31))
counts = st.integers(0, 40)
units = st.sampled_from(["days", "weeks", "months", "years"])
ages = st.integers(1, 25)


@given(days, days, counts, units)
def test_last_since_is_the_inverse_of_add(start: date, day: date, n: int, unit: str) -> None:
    assert (add(start, n, unit) <= day) == (start <= last_since(day, n, unit))


@given(days, counts, units)
def test_last_since_is_the_latest(day: date, n: int, unit: str) -> None:
    last = last_since(day, n, unit)
    assert add(last, n, unit) <= day < add(last + timedelta(days=1), n, unit)


@given(days, days, counts, units)
def test_add_is_monotone(one: date, other: date, n: int, unit: str) -> None:
    first, last = sorted((one, other))
    assert add(first, n, unit) <= add(last, n, unit)


@given(days, ages)
def test_the_day_one_comes_of_age(born: date, years: int) -> None:
    day = of_age_on(born, years)
    assert not born > cutoff(day, years)
    assert born > cutoff(day - timedelta(days=1), years)


@pytest.mark.parametrize(
    ("day", "n", "unit", "result"),
    [
        (date(2026, 1, 31), 1, "months", date(2026, 2, 28)),
        (date(2028, 1, 31), 1, "months", date(2028, 2, 29)),
        (date(2024, 2, 29), 1, "years", date(2025, 2, 28)),
        (date(2026, 3, 31), -1, "months", date(2026, 2, 28)),
        (date(2026, 12, 31), 2, "months", date(2027, 2, 28)),
        (date(2026, 12, 31), 1, "weeks", date(2027, 1, 7)),
        (date(2026, 12, 31), 1, "days", date(2027, 1, 1)),
    ],
)
def test_add(day: date, n: int, unit: str, result: date) -> None:
    assert add(day, n, unit) == result


def test_a_birthday_on_the_leap_day() -> None:
    assert of_age_on(date(2012, 2, 29), 14) == date(2026, 3, 1)
    assert of_age_on(date(2012, 2, 29), 16) == date(2028, 2, 29)


def test_never_has_not_passed() -> None:
    day = date(2026, 1, 1)
    assert not has_passed(NEVER_ON, 0, "days", day, "UTC")
    assert not has_passed(NEVER_AT, 0, "days", day, "UTC")
    assert not has_passed(date(9999, 12, 1), 4, "months", day, "UTC")


def test_time_passes_by_the_civil_day_of_the_zone() -> None:
    at = datetime(2026, 1, 31, 16, tzinfo=UTC)  # already 1 February in Shanghai
    assert has_passed(at, 1, "months", date(2026, 2, 28), "UTC")
    assert not has_passed(at, 1, "months", date(2026, 2, 28), "Asia/Shanghai")
    assert has_passed(at, 1, "months", date(2026, 3, 1), "Asia/Shanghai")


def test_days_of_other_lengths() -> None:
    spring = date(2026, 3, 29)
    hours = start_of(spring + timedelta(days=1), "Europe/Brussels") - start_of(
        spring, "Europe/Brussels"
    )
    assert hours == timedelta(hours=23)
    assert start_of(date(2024, 3, 22), "Asia/Shanghai") == datetime(2024, 3, 21, 16, tzinfo=UTC)

"""Civil dates, cut-offs and periods, as the instrument counts."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lawful.terms.errors import Location, UsageError
from lawful.terms.values import NEVER_AT, NEVER_ON, Value

YEARS = range(1900, 2200)
"""Days asked about lie in these years: others are slips of the pen, and no law in the book was in force on them.

Facts that are dates (a birth, a deadline) may be of any year.
"""


def check_asked(moment: date, location: Location | None = None) -> None:
    """Refuse a day or instant asked about that lies outside of ``YEARS``.

    Raises: UsageError: it does.
    """
    if moment.year not in YEARS:
        raise UsageError(
            f"The day asked about, {moment.isoformat()[:10]}, is not between "
            f"{YEARS[0]}-01-01 and {YEARS[-1]}-12-31.",
            code="usage.day",
            location=location,
            hint="Write one such as 2026-11-24.",
        )


def within(moment: datetime) -> datetime:
    """An instant that is a fact, moved into ``YEARS``: the law of before and after is that of their ends."""
    year = min(max(moment.year, YEARS[0]), YEARS[-1])
    return moment if year == moment.year else moment.replace(year=year, month=6, day=30)


def add(day: date, n: int, unit: str) -> date:
    """``day`` plus ``n`` days, weeks, months or years; a day that the month lacks becomes its last.

    Where the calendar ends, so does the count: what falls behind its last day is that day, *never*.

    >>> add(date(2026, 1, 31), 1, "months")
    datetime.date(2026, 2, 28)
    >>> add(date(2026, 3, 1), -1, "days")
    datetime.date(2026, 2, 28)
    >>> add(date(9999, 12, 30), 1, "years") == NEVER_ON
    True
    """
    try:
        return _added(day, n, unit)
    except (OverflowError, ValueError):
        return date.max if n > 0 else date.min


def _added(day: date, n: int, unit: str) -> date:
    if unit == "days":
        return day + timedelta(days=n)
    if unit == "weeks":
        return day + timedelta(weeks=n)
    months = n * 12 if unit == "years" else n
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def cutoff(day: date, years: int) -> date:
    """The birth date of one who reaches an age on ``day``; who is younger was born later.

    >>> cutoff(date(2026, 11, 24), 14)
    datetime.date(2012, 11, 24)
    """
    return add(day, -years, "years")


def of_age_on(born: date, years: int) -> date:
    """The first day on which one born on ``born`` is no longer younger than ``years``.

    >>> of_age_on(date(2012, 2, 29), 14)
    datetime.date(2026, 3, 1)
    """
    guess = add(born, years, "years")
    while guess < date.max and cutoff(guess, years) < born:
        guess += timedelta(days=1)
    return guess


def civil(value: date | datetime, zone: str) -> date:
    """The civil day of a date or an instant in a zone."""
    return value.astimezone(ZoneInfo(zone)).date() if isinstance(value, datetime) else value


def has_passed(value: Value, n: int, unit: str, day: date, zone: str) -> bool:
    """Has so much time gone by since a date or instant? *Never* has not."""
    if isinstance(value, datetime):
        if value >= NEVER_AT:
            return False
        value = value.astimezone(ZoneInfo(zone)).date()
    if not isinstance(value, date) or value == NEVER_ON or value > day:
        return False
    return add(value, n, unit) <= day


def start_of(day: date, zone: str) -> datetime:
    """The first instant of a civil day in a zone, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def last_since(day: date, n: int, unit: str) -> date:
    """The latest day from which ``n`` units have passed on ``day``.

    The inverse of ``add``: ``add(d, n, unit) <= day`` when, and only when,
    ``d <= last_since(day, n, unit)``.

    >>> last_since(date(2026, 2, 28), 1, "months")
    datetime.date(2026, 1, 31)
    """
    guess = add(day, -n, unit)
    while add(guess + timedelta(days=1), n, unit) <= day:
        guess += timedelta(days=1)
    while add(guess, n, unit) > day:
        guess -= timedelta(days=1)
    return guess

"""How a law counts days: whose working days, and where a period ends that would end on a holiday.

The tables of mainland China stand in the rulebook; other places come from the ``holidays`` library.
Neither guesses: a year that is not covered is an ``Uncovered`` error, never a date.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

import attrs

from lawful.law.clauses import only
from lawful.law.days import add
from lawful.terms.errors import LawfulError, Location, UsageError
from lawful.terms.texts import Text

SATURDAY = 5
SHIFTS = ("", "holidays", "working_day")
_KEYS = ("calendar", "shift", "not_for", "two_working_days", "verified", "text")


class Uncovered(LawfulError):
    """A calendar does not know a year."""

    def __init__(self, calendar: str, year: int) -> None:
        super().__init__(
            f"The calendar of working days of {calendar} does not cover {year}.",
            code="law.calendar",
            hint="Add the year's notice to the rulebook's calendars; nothing is guessed.",
        )
        self.calendar, self.year = calendar, year


@attrs.frozen(kw_only=True)
class Table:
    """A calendar written out: holidays, and days on which people work all the same."""

    id: str
    holidays: Mapping[int, frozenset[date]] = attrs.field(hash=False)
    worked: Mapping[int, frozenset[date]] = attrs.field(hash=False)

    def is_holiday(self, day: date) -> bool:
        """Is it a public holiday? Raises Uncovered."""
        if day.year not in self.holidays:
            raise Uncovered(self.id, day.year)
        return day in self.holidays[day.year]

    def is_working(self, day: date) -> bool:
        """Is it a working day? Raises Uncovered."""
        if self.is_holiday(day):
            return False
        return day.weekday() < SATURDAY or day in self.worked.get(day.year, frozenset())


@attrs.frozen(kw_only=True)
class Library:
    """A country's calendar in the ``holidays`` library; without a country only weekends are free."""

    country: str = ""

    def is_holiday(self, day: date) -> bool:
        """Is it a public holiday? Raises Uncovered."""
        if not self.country:
            return False
        first, last, days = _library(self.country, day.year)
        if not first <= day.year <= last:
            raise Uncovered(self.country, day.year)
        return day in days

    def is_working(self, day: date) -> bool:
        """Is it a working day? Raises Uncovered."""
        return day.weekday() < SATURDAY and not self.is_holiday(day)


@cache
def _library(country: str, year: int) -> tuple[int, int, frozenset[date]]:
    import holidays  # only where a period ends outside China

    found = holidays.country_holidays(country, years=year)
    return found.start_year, found.end_year, frozenset(found)


Calendar = Table | Library


@attrs.frozen(kw_only=True)
class Counting:
    """One law's way of counting; ``shift`` is empty, ``holidays`` or ``working_day``."""

    id: str
    calendar: str
    text: Text
    shift: str = ""
    not_for: tuple[str, ...] = ()
    two_working_days: bool = False
    verified: bool = False


@attrs.frozen(kw_only=True)
class Calendars:
    """All ways of counting, and the tables that they use."""

    countings: Mapping[str, Counting] = attrs.field(factory=dict, hash=False)
    tables: Mapping[str, Table] = attrs.field(factory=dict, hash=False)

    def counting(self, name: str) -> Counting:
        """A way of counting by its id; an instrument that names none counts civil days as they are."""
        return self.countings.get(name) or Counting(
            id=name, calendar="", text=Text("calendar days", "按日历日计算")
        )

    def calendar(self, of: Counting, country: str) -> Calendar:
        """The calendar that a law counts by; a Union law by the holidays of ``country``, if one is known."""
        if of.calendar in self.tables:
            return self.tables[of.calendar]
        if of.calendar == "EU":
            return Library(country=country)
        return Library(country=of.calendar)


@attrs.frozen(kw_only=True)
class Counted:
    """The last civil day of a period; ``unshifted`` is the day before holidays moved it.

    ``uncovered``: the calendar and year that kept it from being moved, or from being worked out at
    all, and then ``last_on`` is None.
    """

    last_on: date | None
    unshifted: date | None = None
    uncovered: str = ""


def count_days(of: Counting, calendar: Calendar, start: date, n: int, unit: str) -> Counted:
    """The day that ends a period of ``n`` (negative: counted back) units after ``start``.

    Calendar months run to the end of the last of them: *in the month after the quarter*.
    """
    try:
        if unit == "working_days":
            return Counted(last_on=_working(calendar, start, n))
    except Uncovered as error:
        return Counted(last_on=None, uncovered=f"{error.calendar} {error.year}")
    plain = add(start, n, "months" if unit == "calendar_months" else unit)
    if unit == "calendar_months":
        plain = plain.replace(day=monthrange(plain.year, plain.month)[1])
    if n <= 0 or not of.shift:
        return Counted(last_on=plain)
    try:
        last_on = _shifted(of, calendar, start, plain)
    except Uncovered as error:
        return Counted(last_on=plain, unshifted=plain, uncovered=f"{error.calendar} {error.year}")
    return Counted(last_on=last_on, unshifted=plain if last_on != plain else None)


def _working(calendar: Calendar, start: date, n: int) -> date:
    """The n-th working day after (or before) a day, which itself does not count."""
    step = timedelta(days=1 if n > 0 else -1)
    day, left = start, abs(n)
    while left:
        day += step
        left -= calendar.is_working(day)
    return day


def _shifted(of: Counting, calendar: Calendar, start: date, last: date) -> date:
    if of.shift == "holidays":
        while calendar.is_holiday(last):
            last += timedelta(days=1)
        return last
    while not calendar.is_working(last):
        last += timedelta(days=1)
    if of.two_working_days and (last - start).days > 1:
        last = max(last, _working(calendar, start, 2))
    return last


def load_calendars(parsed: Mapping[str, Mapping[str, Any]]) -> Calendars:
    """Calendars from the parsed files of ``rulebook/calendars``, by file name.

    Raises: UsageError: a key, a shift or a day is not right.
    """
    countings, tables = {}, {}
    for name, raw in parsed.items():
        at = Location(file=f"calendars/{name}")
        if name != "counting.toml":
            tables[raw["id"]] = Table(
                id=raw["id"],
                holidays=_days(raw["holidays"], at),
                worked=_days(raw["makeup_workdays"], at),
            )
            continue
        for key, each in raw.items():
            only(each, _KEYS, at, "way of counting")
            if each.get("shift", "") not in SHIFTS:
                raise UsageError(
                    f"'{each['shift']}' is not a shift: holidays or working_day.", location=at
                )
            countings[key] = Counting(
                id=key,
                calendar=each["calendar"],
                text=Text(**each["text"]),
                shift=each.get("shift", ""),
                not_for=tuple(each.get("not_for", ())),
                two_working_days=each.get("two_working_days", False),
                verified=each.get("verified", False),
            )
    return Calendars(countings=countings, tables=tables)


def _days(raw: Mapping[str, list[date]], at: Location) -> dict[int, frozenset[date]]:
    found = {int(year): frozenset(days) for year, days in raw.items()}
    for year, days in found.items():
        for day in days:
            if day.year != year:
                raise UsageError(f"{day} does not lie in {year}.", location=at)
    return found

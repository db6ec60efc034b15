"""Until when: the last moment at which a duty can still be met, as the instrument counts.

Hours run through nights and holidays from the very moment. Days, weeks, months and years end with
the last civil day in the instrument's zone. Working days want a calendar, which no book holds yet.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import attrs

from lawful.law.days import add, start_of
from lawful.law.model import Clock, Entry, Period
from lawful.law.thing import Record
from lawful.terms.errors import UsageError
from lawful.terms.outcomes import Answer
from lawful.terms.values import NEVER_AT, NEVER_ON, Value

if TYPE_CHECKING:
    from lawful.law.oracle import Court


class DutyState(Enum):
    """How a duty stands."""

    DUE = "due"
    OVERDUE = "overdue"
    PROMPTLY = "promptly"
    MET = "met"
    MET_LATE = "met_late"
    UNDETERMINED = "undetermined"


@attrs.frozen(kw_only=True)
class Due:
    """When a duty ends. ``last`` is the last moment (hours) or second of the last day, in UTC.

    ``last_on`` is the civil day where the clock counts days. Both are None for *promptly* and where
    the start is not known; ``wanted`` then names the facts that are.
    """

    state: DutyState
    last: datetime | None = None
    last_on: date | None = None
    wanted: tuple[str, ...] = ()
    done_at: datetime | None = None


def due(court: Court, entry: Entry, answer: Answer, records: list[Record]) -> Due:
    """How the duty of a rule stands at the thing's moment.

    Met late: the act, when it was done (with phases the first), came after the last moment.
    """
    last, last_on, wanted = last_moment(court, entry)
    zone = court.book.instrument(entry).zone
    running = [each for each in records if in_running_period(each, court, entry)]
    done = min((each.done_at for each in running if each.done_at), default=None)
    if answer is Answer.UNDETERMINED:
        return Due(state=DutyState.UNDETERMINED, last=last, last_on=last_on, wanted=wanted)
    if answer is Answer.MET:
        late = done is not None and _is_after(
            done, done.astimezone(ZoneInfo(zone)).date(), last, last_on
        )
        return Due(
            state=DutyState.MET_LATE if late else DutyState.MET,
            last=last,
            last_on=last_on,
            done_at=done,
        )
    if entry.by is not None and entry.by.promptly:
        return Due(state=DutyState.PROMPTLY)
    overdue = _is_after(court.thing.at, court.thing.day(zone), last, last_on)
    return Due(
        state=DutyState.OVERDUE if overdue else DutyState.DUE,
        last=last,
        last_on=last_on,
        wanted=wanted,
    )


def _is_after(at: datetime, on: date, last: datetime | None, last_on: date | None) -> bool:
    """Is it after the last day, or the last moment where none is a day's end?"""
    return on > last_on if last_on is not None else last is not None and at > last


def last_moment(court: Court, entry: Entry) -> tuple[datetime | None, date | None, tuple[str, ...]]:
    """The last moment of a rule's clock, its civil day, and the facts that are missing for it."""
    clock = entry.by
    if clock is None:
        return (*_end_of_period(court, entry), ())
    if clock.promptly:
        return None, None, ()
    if clock.on:
        known = clock.on[:1].isdigit() or court.thing.values.get(clock.on) is not None
        return (*_fixed(court, entry, clock), () if known else (clock.on,))
    start, wanted = _start(court, clock)
    if start is None:
        return None, None, wanted
    return (*_count(court, entry, clock, start), ())


def _start(court: Court, clock: Clock) -> tuple[date | datetime | None, tuple[str, ...]]:
    """The latest of the clock's origins that has happened; else the facts wanted for it."""
    happened: list[date | datetime] = []
    wanted: list[str] = []
    for name in clock.origin:
        value: Value | None = court.thing.values.get(name)
        if value is None:
            wanted.append(name)
        elif isinstance(value, date) and value not in (NEVER_ON, NEVER_AT):
            happened.append(value)
    if wanted or not happened:
        return None, tuple(wanted)
    return max(happened, key=_as_instant), ()


def _as_instant(value: date | datetime) -> datetime:
    return (
        value
        if isinstance(value, datetime)
        else datetime(value.year, value.month, value.day, tzinfo=UTC)
    )


def _count(
    court: Court, entry: Entry, clock: Clock, start: date | datetime
) -> tuple[datetime, date | None]:
    zone = court.book.instrument(entry).zone
    n = -clock.within if clock.before else clock.within
    if clock.unit == "hours":
        if not isinstance(start, datetime):
            raise UsageError(f"{entry.id} counts hours from a date.", code="law.clock")
        return start + timedelta(hours=n), None
    day = start.astimezone(ZoneInfo(zone)).date() if isinstance(start, datetime) else start
    last_on = add(day, n, clock.unit)
    return end_of(last_on, zone), last_on


def end_of(day: date, zone: str) -> datetime:
    """The last second of a civil day in a zone, in UTC."""
    return start_of(day + timedelta(days=1), zone) - timedelta(seconds=1)


def _fixed(court: Court, entry: Entry, clock: Clock) -> tuple[datetime | None, date | None]:
    """``on``: a date fact, or a month and day of the running year."""
    zone = court.book.instrument(entry).zone
    value = court.thing.values.get(clock.on)
    if value in (NEVER_ON, NEVER_AT):
        return None, None
    if isinstance(value, datetime):
        return value, None
    if isinstance(value, date):
        return end_of(value, zone), value
    if clock.on[:1].isdigit():
        month, day = (int(part) for part in clock.on.split("-"))
        last_on = date(court.day(entry).year, month, day)
        return end_of(last_on, zone), last_on
    return None, None


def running_period(period: Period, court: Court, entry: Entry) -> tuple[date | None, date | None]:
    """First and last day of the period that runs on the thing's day.

    ``first`` is the last day of the first period; from ``01-01`` periods follow the calendar. The
    last day is None where the start is open: then the period is the stretch up to today.
    """
    day = court.thing.day(court.book.instrument(entry).zone)
    if period.origin[:1].isdigit():
        month, first_day = (int(part) for part in period.origin.split("-"))
        anchor = date(day.year, month, first_day)
        if anchor > day:
            anchor = add(anchor, -1, "years")
        k = 0
        while add(anchor, (k + 1) * period.n, period.unit) <= day:
            k += 1
        start = add(anchor, k * period.n, period.unit)
        return start, add(anchor, (k + 1) * period.n, period.unit) - timedelta(days=1)
    if period.first is None:
        return add(day, -period.n, period.unit) + timedelta(days=1), None
    k = 0  # counted from the first end, so that a 31st comes back after a short month
    while add(period.first, k * period.n, period.unit) < day:
        k += 1
    before = add(period.first, (k - 1) * period.n, period.unit)
    return before + timedelta(days=1), add(period.first, k * period.n, period.unit)


def in_running_period(record: Record, court: Court, entry: Entry) -> bool:
    """Does an act fall in the running period of a rule, where it has one?"""
    if entry.every is None or record.done_at is None:
        return True
    start, _ = running_period(entry.every, court, entry)
    zone = ZoneInfo(court.book.instrument(entry).zone)
    return start is None or record.done_at.astimezone(zone).date() >= start


def _end_of_period(court: Court, entry: Entry) -> tuple[datetime | None, date | None]:
    if entry.every is None:
        return None, None
    _, end = running_period(entry.every, court, entry)
    if end is None:
        return None, None
    return end_of(end, court.book.instrument(entry).zone), end

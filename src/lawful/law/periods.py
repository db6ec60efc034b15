"""Which period of a rule with ``every`` runs on a thing's day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lawful.law.days import add, civil
from lawful.law.model import Entry, Period
from lawful.law.thing import Record
from lawful.terms.values import NEVER_AT, NEVER_ON

if TYPE_CHECKING:
    from lawful.law.oracle import Court


def running_period(period: Period, court: Court, entry: Entry) -> tuple[date | None, date | None]:
    """First and last day of the period that runs on the thing's day.

    ``first`` is the last day of the first period; from ``01-01`` periods follow the calendar, and
    before the first that begins after the fact ``after`` that one counts as running. The last day
    is None where the start is open: then the period is the stretch up to today, and an act counts to the
    end of its corresponding day.
    """
    day = court.thing.day(court.book.instrument(entry).zone)
    if period.origin[:1].isdigit():
        month, first_day = (int(part) for part in period.origin.split("-"))
        anchor = date(day.year, month, first_day)
        if anchor > day:
            anchor = add(anchor, -1, "years")
        begun = court.thing.values.get(period.after)
        if not isinstance(begun, date) or begun in (NEVER_ON, NEVER_AT):
            begun = anchor
        begun, k = civil(begun, court.book.instrument(entry).zone), 0
        while (
            add(anchor, (k + 1) * period.n, period.unit) <= day
            or add(anchor, k * period.n, period.unit) < begun
        ):
            k += 1
        start = add(anchor, k * period.n, period.unit)
        return start, add(anchor, (k + 1) * period.n, period.unit) - timedelta(days=1)
    if period.first is None:
        return add(day, -period.n, period.unit), None
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

"""Periods of a rule that have ended without its act: they stay overdue.

An act made up for later counts: where a period holds more acts than its own, the rest stand for the
periods missed before it, the earliest first. Nothing is said of periods before a rule is known to apply.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import attrs

from lawful.law.clocks import Last, moment_of_period
from lawful.law.days import civil
from lawful.law.model import Entry
from lawful.law.origins import applies_since, zone_of
from lawful.law.periods import running_period
from lawful.law.thing import Record
from lawful.terms.values import NEVER_AT, NEVER_ON

if TYPE_CHECKING:
    from lawful.law.oracle import Court

LOOKED_BACK = 40
"""Periods."""


def missed_periods(court: Court, entry: Entry, records: Iterable[Record]) -> tuple[Last, ...]:
    """The last moments of the periods before the running one in which nothing was done, the earliest first.

    None where it is not known since when the rule has applied, or when an act was done.
    """
    found = list(records)
    if entry.every is None or any(each.done_at is None for each in found):
        return ()
    zone = ZoneInfo(zone_of(court, entry))
    days = [each.done_at.astimezone(zone).date() for each in found if each.done_at]
    missed: list[Last] = []
    for start, end, last in [*_earlier(court, entry)][::-1]:
        made = sum(start <= day <= end for day in days)
        if made:
            del missed[: made - 1]
        else:
            missed.append(last)
    running, _ = running_period(entry.every, court, entry)
    if running is not None:
        made = sum(running <= day for day in days)
        del missed[: max(0, made - 1)]
    return tuple(missed)


def _earlier(court: Court, entry: Entry) -> Iterator[tuple[date, date, Last]]:
    """First day, last day and last moment of the periods before the running one, the latest first."""
    assert entry.every is not None
    begun, wanted = applies_since(court, entry)
    if wanted or not isinstance(begun, date) or begun in (NEVER_ON, NEVER_AT):
        return
    since = civil(begun, zone_of(court, entry))
    start, end = running_period(entry.every, court, entry)
    for _ in range(LOOKED_BACK):
        if start is None or end is None:  # periods that follow the act
            return
        day = start - timedelta(days=1)
        if day < since or (entry.in_force is not None and day < entry.in_force):
            return
        then = type(court)(court.book, attrs.evolve(court.thing, on=day))
        start, end = running_period(entry.every, then, entry)
        if start is None or end is None or end != day:  # the first, which begins after a fact
            return
        last = moment_of_period(then, entry)
        if (
            last.on is None or last.on >= since
        ):  # else its day had gone by before it was owed at all
            yield start, end, last

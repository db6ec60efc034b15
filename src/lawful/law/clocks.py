"""Until when: the last moment at which a duty can still be met, as the instrument counts.

Hours run through nights and holidays from the very moment. Days, weeks, months and years end with
the last civil day in the instrument's zone, moved where the law's way of counting moves it; working
days follow a calendar. Where the calendar knows no such year there is no last day, and it says so.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import attrs

from lawful.law.clauses import OF_INSTANTS
from lawful.law.counting import Counted, count_days
from lawful.law.days import add, civil, start_of
from lawful.law.model import Clock, Entry
from lawful.law.origins import (
    act_that_counts,
    applies_since,
    in_force_since,
    latest_act,
    start_of_clock,
    zone_of,
)
from lawful.law.periods import in_running_period, running_period
from lawful.law.thing import Record
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Answer
from lawful.terms.values import NEVER_AT, NEVER_ON

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
class Last:
    """The last moment of a clock: ``at`` in UTC, and the civil day ``on`` where it counts days.

    ``wanted`` names what is missing for it: facts, ``since:RULE`` or ``stale:RULE``. ``uncovered``
    is the calendar and year that are not there; ``unshifted`` the day before holidays moved it;
    ``counting`` the law's way of counting, by id, where it mattered.
    """

    at: datetime | None = None
    on: date | None = None
    wanted: tuple[str, ...] = ()
    counting: str = ""
    unshifted: date | None = None
    uncovered: str = ""
    extended: bool = False


NOTHING = Last()


@attrs.frozen(kw_only=True)
class Due:
    """How a duty stands and when it ends; ``keep_until`` is the end of a ``keep`` that runs.

    ``next_on``: when what is met now falls due again.
    """

    state: DutyState
    ends: Last = NOTHING
    done_at: datetime | None = None
    next_on: date | None = None
    keep_until: date | None = None
    at_most: bool = False

    @property
    def last(self) -> datetime | None:
        """The last moment (hours) or last second of the last day, in UTC."""
        return self.ends.at

    @property
    def last_on(self) -> date | None:
        """The civil day where the clock counts days."""
        return self.ends.on

    @property
    def wanted(self) -> tuple[str, ...]:
        """What is missing for the last moment."""
        return self.ends.wanted


def due(court: Court, entry: Entry, answer: Answer, records: list[Record]) -> Due:
    """How the duty of a rule stands at the thing's moment.

    Met late: the act, when it was done (with phases the first), came after the last moment.
    """
    ends = last_moment(court, entry)
    zone = zone_of(court, entry)
    running = [each for each in records if in_running_period(each, court, entry)]
    done = min((each.done_at for each in running if each.done_at), default=None)
    until = _kept_until(court, entry, done)
    most = entry.keep is not None and entry.keep.at_most > 0
    if answer is Answer.UNDETERMINED:
        return Due(state=DutyState.UNDETERMINED, ends=ends)
    if answer is Answer.MET:
        late = done is not None and is_after(done, done.astimezone(ZoneInfo(zone)).date(), ends)
        state = DutyState.MET_LATE if late else DutyState.MET
        again = _again(court, entry, ends)
        return Due(
            state=state,
            ends=ends,
            done_at=done,
            next_on=again,
            keep_until=until,
            at_most=most,
        )
    if entry.by is not None and entry.by.promptly:
        return Due(state=DutyState.PROMPTLY, keep_until=until, at_most=most)
    overdue = is_after(court.thing.at, court.thing.day(zone), ends)
    state = DutyState.OVERDUE if overdue else DutyState.DUE
    return Due(state=state, ends=ends, keep_until=until, at_most=most)


def _again(court: Court, entry: Entry, ends: Last) -> date | None:
    """The last day in the period after the running one; where periods follow the act, they end anyway."""
    if entry.every is None:
        return None
    later = next_period(court, entry)
    return last_moment(later, entry).on if later else ends.on


def is_after(at: datetime, on: date, ends: Last) -> bool:
    """Is it after the last day, or the last moment where none is a day's end?"""
    return on > ends.on if ends.on is not None else ends.at is not None and at > ends.at


def _kept_until(court: Court, entry: Entry, done: datetime | None) -> date | None:
    """The last day of a ``keep``: from when it was done, or from a fact."""
    if entry.keep is None:
        return None
    keep = entry.keep
    start = done if keep.origin == "done" else court.thing.values.get(keep.origin)
    if not isinstance(start, date) or start in (NEVER_ON, NEVER_AT):
        return None
    return add(civil(start, zone_of(court, entry)), keep.at_least or keep.at_most, keep.unit)


def last_moment(court: Court, entry: Entry) -> Last:
    """The last moment of a rule's clock; of a clock and a period, the earlier.

    A day of the running period that had gone by before the rule applied is none: the next one is. Where
    there is no next one, nothing was owed before the rule applied, and it is owed on the first day.
    """
    ends = moment_of_period(court, entry)
    since = _known_since(court, entry)
    while ends.on is not None and since is not None and ends.on < since:
        later = next_period(court, entry)
        if later is None:
            break
        court, ends = later, moment_of_period(later, entry)
    first = since or entry.in_force
    if ends.on is not None and first is not None and ends.on < first:
        return Last(at=end_of(first, zone_of(court, entry)), on=first)
    return ends


def _known_since(court: Court, entry: Entry) -> date | None:
    """The day since when a rule with periods has applied: as told, at the earliest that it was in force."""
    if entry.every is None:
        return None
    since, missing = applies_since(court, entry)
    if missing or not isinstance(since, date) or since in (NEVER_ON, NEVER_AT):
        return in_force_since(court, entry)
    return civil(since, zone_of(court, entry))


def next_period(court: Court, entry: Entry) -> Court | None:
    """The thing on the first day after the running period; None where periods follow the act."""
    _, end = running_period(entry.every, court, entry) if entry.every else (None, None)
    if end is None:
        return None
    return type(court)(court.book, attrs.evolve(court.thing, on=end + timedelta(days=1)))


def moment_of_period(court: Court, entry: Entry) -> Last:
    """The last moment of the running period, whether or not the rule applied by then."""
    period = _end_of_period(court, entry)
    clock = entry.by
    if clock is None:
        return period
    if clock.promptly:
        return NOTHING
    if clock.on:
        return _fixed(court, entry, clock)
    start, wanted = start_of_clock(court, entry, clock)
    if start is None:
        return Last(wanted=wanted) if wanted else period
    ends = _count(court, entry, clock, start, clock.within)
    if clock.extension and _extended(court, entry, clock, ends):
        longer = _count(court, entry, clock, start, clock.within + clock.extension)
        return attrs.evolve(longer, extended=True)
    return ends


def _extended(court: Court, entry: Entry, clock: Clock, ends: Last) -> bool:
    """Was the record that extends the clock made in time: by its own rule's clock, else before the plain end?"""
    zone = ZoneInfo(zone_of(court, entry))
    extending = court.book.entries.get(RuleId(clock.extended_if))
    own = last_moment(court, extending) if extending else NOTHING
    until = ends if own.at is None and own.on is None else own
    acts = (each.done_at for each in court.thing.records if each.is_of(clock.extended_if))
    return any(
        act is not None and not is_after(act, act.astimezone(zone).date(), until) for act in acts
    )


def _count(court: Court, entry: Entry, clock: Clock, start: date | datetime, n: int) -> Last:
    zone = zone_of(court, entry)
    n = -n if clock.before else n
    if clock.unit in OF_INSTANTS:
        moment = start if isinstance(start, datetime) else start_of(start, zone)
        return Last(at=moment + timedelta(**{clock.unit: n}))
    counted = counted_from(court, entry, civil(start, zone), n, clock.unit)
    counting = court.book.instrument(entry).counting
    return Last(
        at=end_of(counted.last_on, zone) if counted.last_on else None,
        on=counted.last_on,
        counting=counting,
        unshifted=counted.unshifted,
        uncovered=counted.uncovered,
    )


def counted_from(court: Court, entry: Entry, start: date, n: int, unit: str) -> Counted:
    """The last day of a period as the entry's instrument counts it, by the holidays of the entity's place."""
    calendars = court.book.rulebook.calendars
    counting = calendars.counting(court.book.instrument(entry).counting)
    if entry.about in counting.not_for:
        counting = attrs.evolve(counting, shift="")
    region = court.thing.values.get("controller_region")
    members = court.list_of("eea") if "eea" in court.book.parameters else ()
    country = str(region) if region in (members or ()) else ""
    return count_days(counting, calendars.calendar(counting, country), start, n, unit)


def end_of(day: date, zone: str) -> datetime:
    """The last second of a civil day in a zone, in UTC."""
    return start_of(day + timedelta(days=1), zone) - timedelta(seconds=1)


def _fixed(court: Court, entry: Entry, clock: Clock) -> Last:
    """``on``: a date fact, or a month and day of the running year."""
    zone = zone_of(court, entry)
    if clock.on[:1].isdigit():
        month, day = (int(part) for part in clock.on.split("-"))
        last_on = date(court.day(entry).year, month, day)
        return Last(at=end_of(last_on, zone), on=last_on)
    value = court.thing.values.get(clock.on)
    if value is None:
        return Last(wanted=(clock.on,))
    if value in (NEVER_ON, NEVER_AT) or not isinstance(value, date):
        return NOTHING
    if isinstance(value, datetime):
        return Last(at=value)
    return Last(at=end_of(value, zone), on=value)


def _end_of_period(court: Court, entry: Entry) -> Last:
    """The end of the running period; without a first one, a period after the last act, else after the rule applied.

    An act done before the rule applied begins none: the first period begins with the rule.
    """
    every = entry.every
    if every is None:
        return NOTHING
    zone = zone_of(court, entry)
    _, end = running_period(every, court, entry)
    if end is None:
        start = act_that_counts(court, entry)
        if start == NEVER_AT:
            since, missing = applies_since(court, entry)
            if missing and latest_act(court.thing.records, entry.id) != NEVER_AT:
                since, missing = in_force_since(court, entry), ""  # never later than the law allows
            if missing or not isinstance(since, date):
                return Last(wanted=(missing,) if missing else ())
            start = since
        assert isinstance(start, date)
        end = add(civil(start, zone), every.n, every.unit)
    return Last(at=end_of(end, zone), on=end)

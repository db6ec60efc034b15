"""Until when: the last moment at which a duty can still be met, as the instrument counts.

Hours run through nights and holidays from the very moment. Days, weeks, months and years end with
the last civil day in the instrument's zone, moved where the law's way of counting moves it; working
days follow a calendar. Where the calendar knows no such year there is no last day, and it says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import attrs

from lawful.law.clauses import OF_INSTANTS, ORIGINS, day_named, record_named
from lawful.law.counting import Counted, count_days
from lawful.law.days import add, civil, start_of
from lawful.law.model import Clock, Entry
from lawful.law.periods import in_running_period, running_period
from lawful.law.thing import Record
from lawful.law.tree import And, Flag, Fulfilled, Node, Passed
from lawful.terms.ids import RuleId
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
    _, end = running_period(entry.every, court, entry)
    if end is None:
        return ends.on
    later = attrs.evolve(court.thing, on=end + timedelta(days=1))
    return last_moment(type(court)(court.book, later), entry).on


def zone_of(court: Court, entry: Entry) -> str:
    """The zone of an entry's instrument."""
    return court.book.instrument(entry).zone


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
    """The last moment of a rule's clock; of a clock and a period, the earlier."""
    period = _end_of_period(court, entry)
    clock = entry.by
    if clock is None:
        return period
    if clock.promptly:
        return NOTHING
    if clock.on:
        return _fixed(court, entry, clock)
    start, wanted = _start(court, entry, clock)
    if start is None:
        return Last(wanted=wanted) if wanted else period
    ends = _count(court, entry, clock, start, clock.within)
    if clock.extension and _extended(court, entry, clock, ends):
        longer = _count(court, entry, clock, start, clock.within + clock.extension)
        return attrs.evolve(longer, extended=True)
    return ends


def _extended(court: Court, entry: Entry, clock: Clock, ends: Last) -> bool:
    """Was the record that extends the clock made before the plain end?"""
    zone = ZoneInfo(zone_of(court, entry))
    acts = (each.done_at for each in court.thing.records if each.is_of(clock.extended_if))
    return any(
        act is not None and not is_after(act, act.astimezone(zone).date(), ends) for act in acts
    )


def _start(
    court: Court, entry: Entry, clock: Clock
) -> tuple[date | datetime | None, tuple[str, ...]]:
    """The latest of the clock's origins that has happened; else what is wanted for it."""
    happened: list[date | datetime] = []
    wanted: list[str] = []
    for name in clock.origin:
        value, missing = _origin(court, entry, name)
        wanted += [missing] if missing else []
        if isinstance(value, date) and value not in (NEVER_ON, NEVER_AT):
            happened.append(value)
    if wanted or not happened:
        return None, tuple(wanted)
    return max(happened, key=_as_instant), ()


def _origin(court: Court, entry: Entry, name: str) -> tuple[Value | None, str]:
    """When an origin happened, or the name of what is wanted to know."""
    if name in ORIGINS:
        return _OWN[name](court, entry)
    if rule := record_named(name):
        return _act(court.thing.records, rule), ""
    if day := day_named(name):
        return day, ""
    value = court.thing.values.get(name)
    return value, "" if value is not None else name


def applies_since(court: Court, entry: Entry) -> tuple[Value | None, str]:
    """Since when a rule applies: as told, and never before it was in force."""
    asked = _same_act(court, entry)
    told = court.thing.since.get(entry.id) or court.thing.since.get(asked.id)
    since = told or _status_since(court, entry)
    if since is None:
        return None, f"since:{asked.id}"
    zone = zone_of(court, entry)
    if entry.in_force is not None and civil(since, zone) < entry.in_force:
        return entry.in_force, ""
    return since, ""


def _same_act(court: Court, entry: Entry) -> Entry:
    """The rule of which is asked since when: another whose record is required and that waits for the same."""
    for line in entry.requires or ():
        if isinstance(line.node, Fulfilled) and line.node.rule:
            other = court.book.entries.get(RuleId(line.node.rule))
            if other is not None and _waits_for(other) == _waits_for(entry):
                return other
    return entry


def _waits_for(entry: Entry) -> tuple[str, tuple[Node, ...], tuple[Node, ...]]:
    """What makes a rule apply to a thing."""
    when, unless = (tuple(line.node for line in lines) for lines in (entry.when, entry.unless))
    return entry.about, when, unless


def _status_since(court: Court, entry: Entry) -> date | None:
    """Since when a status has had its effect: where a rule waits for a known day to have passed, that day."""
    zone = zone_of(court, entry)
    days = [
        each.turns_on(civil(value, zone))
        for line in entry.when
        for each in _waits(court, line.node)
        if isinstance(value := court.thing.values.get(each.fact), date)
        and value not in (NEVER_ON, NEVER_AT)
    ]
    return max(days, default=None)


def _waits(court: Court, node: Node) -> Iterator[Passed]:
    """The tests of days gone by that must hold for a condition, through definitions."""
    match node:
        case Passed():
            yield node
        case And(items):
            for item in items:
                yield from _waits(court, item)
        case Flag(name) if name in court.book.definitions:
            for live in court.book.definitions[name]:
                if court.in_force(live):
                    for line in live.when:
                        yield from _waits(court, line.node)
        case _:
            return


def _stale_since(court: Court, entry: Entry) -> tuple[Value | None, str]:
    """When what the record binds changed; never, where no record is or it still stands."""
    told = court.thing.since.get(f"stale:{entry.id}")
    if told is not None:
        return told, ""
    found = [each for each in court.thing.records if each.is_of(entry.id)]
    now = {**court.thing.values, **court.thing.activity}
    changed = any(now.get(name) != value for each in found for name, value in each.bound.items())
    return (None, f"stale:{entry.id}") if changed else (NEVER_ON, "")


def _done(court: Court, entry: Entry) -> tuple[Value | None, str]:
    return _act(court.thing.records, entry.id), ""


def _act(records: Iterable[Record], rule: str) -> Value:
    """The moment of the latest act of a rule; never, where none of known time is."""
    return max(
        (each.done_at for each in records if each.is_of(rule) and each.done_at), default=NEVER_AT
    )


def _period_start(court: Court, entry: Entry) -> tuple[Value | None, str]:
    if entry.every is None:
        return NEVER_ON, ""
    return running_period(entry.every, court, entry)[0], ""


_OWN: dict[str, Callable[[Court, Entry], tuple[Value | None, str]]] = {
    "applies": applies_since,
    "stale": _stale_since,
    "done": _done,
    "period": _period_start,
}


def _as_instant(value: date | datetime) -> datetime:
    return (
        value
        if isinstance(value, datetime)
        else datetime(value.year, value.month, value.day, tzinfo=UTC)
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
    """The end of the running period; without a first one, a period after the last act, else after the rule applied."""
    every = entry.every
    if every is None:
        return NOTHING
    zone = zone_of(court, entry)
    _, end = running_period(every, court, entry)
    if end is None:
        start = _act(court.thing.records, entry.id)
        if start == NEVER_AT:
            since, missing = applies_since(court, entry)
            if missing or not isinstance(since, date):
                return Last(wanted=(missing,) if missing else ())
            start = since
        assert isinstance(start, date)
        end = add(civil(start, zone), every.n, every.unit)
    return Last(at=end_of(end, zone), on=end)

"""When a clock starts: with a fact, with another act, or since when a rule has applied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from lawful.law.clauses import ORIGINS, day_named, record_named
from lawful.law.days import civil
from lawful.law.model import Clock, Entry
from lawful.law.periods import running_period
from lawful.law.thing import Record
from lawful.law.tree import And, Flag, Fulfilled, Node, Or, Passed
from lawful.terms.ids import RuleId
from lawful.terms.values import NEVER_AT, NEVER_ON, Value

if TYPE_CHECKING:
    from lawful.law.oracle import Court


def zone_of(court: Court, entry: Entry) -> str:
    """The zone of an entry's instrument."""
    return court.book.instrument(entry).zone


def start_of_clock(
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
        return latest_act(court.thing.records, rule), ""
    if day := day_named(name):
        return day, ""
    value = court.thing.values.get(name)
    return value, "" if value is not None else name


def applies_since(court: Court, entry: Entry) -> tuple[Value | None, str]:
    """Since when a rule applies: as told, and never before it, or one that it goes on from, was in force."""
    asked = _same_act(court, entry)
    told = court.thing.since.get(entry.id) or court.thing.since.get(asked.id)
    since = told or _status_since(court, entry)
    if since is None:
        return None, f"since:{asked.id}"
    zone = zone_of(court, entry)
    first = in_force_since(court, entry)
    if first is not None and civil(since, zone) < first:
        return first, ""
    return since, ""


def in_force_since(court: Court, entry: Entry) -> date | None:
    """The first day of a rule, or of an earlier rule of the same exposure whose act stands in for its own."""
    others = (court.book.entries.get(RuleId(each)) for each in acts_of(entry))
    days = [
        each.in_force
        for each in (entry, *(x for x in others if x and _waits_for(x) == _waits_for(entry)))
    ]
    return None if None in days else min(day for day in days if day)


def acts_of(entry: Entry) -> tuple[str, ...]:
    """The rules whose act is a rule's own or, by ``requires``, stands in for it: its own first."""
    found = [str(entry.id)]
    for line in entry.requires or ():
        items = line.node.items if isinstance(line.node, Or) else (line.node,)
        named = [each.rule or str(entry.id) for each in items if isinstance(each, Fulfilled)]
        if entry.id in named:
            found += [each for each in named if each not in found]
    return tuple(found)


def act_that_counts(court: Court, entry: Entry) -> Value:
    """The latest act from which a period or clock runs on; never, where none was done since the rule applied."""
    acts = [latest_act(court.thing.records, rule) for rule in acts_of(entry)]
    last = max((act for act in acts if isinstance(act, datetime) and act != NEVER_AT), default=None)
    since, missing = applies_since(court, entry)
    first = in_force_since(court, entry) if missing or not isinstance(since, date) else since
    zone = zone_of(court, entry)
    if last is None or (first is not None and civil(last, zone) < civil(first, zone)):
        return NEVER_AT
    return last


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
    return act_that_counts(court, entry), ""


def latest_act(records: Iterable[Record], rule: str) -> Value:
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

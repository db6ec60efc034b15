"""What ``fulfilled`` means: does an approved record of a rule count for this thing now?"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lawful.law.clauses import record_named
from lawful.law.clocks import is_after, last_moment
from lawful.law.model import Entry
from lawful.law.origins import zone_of
from lawful.law.periods import in_running_period
from lawful.law.thing import Record
from lawful.law.tree import IN_TIME, AnyOf, Beside, Fulfilled, Recorded
from lawful.terms.ids import RuleId

if TYPE_CHECKING:
    from lawful.law.oracle import Court, Kleene

NO_RECORD_IS_NO = ("incident", "request", "order")


def by_rule(records: tuple[Record, ...]) -> dict[str, list[tuple[int, Record]]]:
    """Records by the rule that they name, each with its place among them."""
    filed: dict[str, list[tuple[int, Record]]] = {}
    for place, record in enumerate(records):
        filed.setdefault(record.rule, []).append((place, record))
    return filed


def latest(records: tuple[Record, ...], rule: str) -> list[Record]:
    """The records of a rule, the latest act first; acts of unknown time come first of all."""
    found = [each for each in records if each.is_of(rule)]
    dated = sorted(
        (each for each in found if each.done_at),
        key=lambda each: each.done_at.timestamp() if each.done_at else 0.0,
        reverse=True,
    )
    return [each for each in found if each.done_at is None] + dated


@cache
def ids_above(rule: str) -> tuple[str, ...]:
    """The rule's id, and those of the article and instrument that it extends."""
    parts = rule.split(".")
    return tuple(".".join(parts[:n]) for n in range(1, len(parts) + 1))


def counts(court: Court, rule: str, reader: Entry) -> Kleene:
    """Does a record of ``rule`` count? Phases add up: contents are gathered over all records.

    None counts: false for an incident, request or order; for the rest false once the register of
    that rule's records is declared kept, and until then unknown.
    """
    entry = court.book.entries.get(RuleId(rule), reader)
    found = [each for each in court.records_of(rule) if _may_count(court, each, entry)]
    states = [_stands(court, each, entry) for each in found]
    complete = _complete(
        court, [each for each, state in zip(found, states, strict=True) if state], entry
    )
    if complete is True:
        return True
    if complete is None or (states and any(state is None for state in states)):
        return None
    kept = not court.thing.kept.isdisjoint(ids_above(rule))
    return False if court.thing.about in NO_RECORD_IS_NO or kept else None


def recorded(court: Court, node: Recorded) -> Kleene:
    """Was an approved record of a rule made, and does the latest one say so?

    None made: false for an incident, request or order; for the rest false once that register is kept.
    """
    found = court.records_of(node.rule)
    if not found:
        kept = not court.thing.kept.isdisjoint(ids_above(node.rule))
        return False if court.thing.about in NO_RECORD_IS_NO or kept else None
    if not node.item:
        return True
    if node.item == IN_TIME and not any(IN_TIME in each.says for each in found):
        timely = _in_time(court, court.book.entries[RuleId(node.rule)], found)
        return None if timely is None else timely is (node.value == "yes")
    dated = [each for each in found if each.done_at]
    newest = dated[0] if dated else found[0]
    said = newest.says.get(node.item)
    return None if said is None else said == node.value


def _in_time(court: Court, entry: Entry, found: list[Record]) -> Kleene:
    """Was the act, the first of them with phases, done by the last moment of its rule's clock?"""
    done = min((each.done_at for each in found if each.done_at), default=None)
    ends = last_moment(court, entry)
    if done is None or (ends.at is None and ends.on is None):
        return None
    return not is_after(done, done.astimezone(ZoneInfo(zone_of(court, entry))).date(), ends)


def state_of(court: Court, node: Beside, reader: Entry) -> Kleene:
    """The state of what stands beside the facts of a court's thing."""
    match node:
        case Fulfilled(rule):
            return counts(court, rule or reader.id, reader)
        case Recorded():
            return recorded(court, node)
        case AnyOf(about, item):
            return court.any_of(about, item, reader)
        case _:
            raise TypeError(f"{type(node).__name__} has no state")


def _may_count(court: Court, record: Record, entry: Entry) -> bool:
    """Has it not expired, and was it made for this period, and for the latest act that it follows?"""
    if record.expires_on is not None:
        day = court.thing.day(court.book.instrument(entry).zone)
        if record.expires_on < day:
            return False
    if _is_before_what_it_follows(court, record, entry):
        return False
    return in_running_period(record, court, entry)


def _is_before_what_it_follows(court: Court, record: Record, entry: Entry) -> bool:
    """Where the clock runs from another act, each such act wants a record of its own."""
    if entry.by is None or record.done_at is None:
        return False
    rules = [record_named(name) for name in entry.by.origin]
    acts = [
        each.done_at
        for each in court.thing.records
        if each.done_at and any(rule and each.is_of(rule) for rule in rules)
    ]
    return bool(acts) and record.done_at < max(acts)


def _stands(court: Court, record: Record, entry: Entry) -> Kleene:
    """Do the facts that the record binds stand as they stood when it was made?"""
    state: Kleene = True
    for name in entry.binds:
        if record.items is None:
            continue
        now = court.thing.activity.get(name, court.thing.values.get(name))
        if now is None or record.bound.get(name) is None:
            state = None
        elif now != record.bound[name]:
            return False
    return state


def _complete(court: Court, records: list[Record], entry: Entry) -> Kleene:
    """Do the records together hold every item of the contents that applies?"""
    if not records:
        return False
    if any(each.items is None for each in records):
        return True
    held = frozenset().union(*(each.items or frozenset() for each in records))
    state: Kleene = True
    for item in entry.contents:
        applies = True if item.when is None else court.value(item.when, entry)
        if item.name not in held and applies is not False:
            if applies:
                return False
            state = None
    return state

"""When the answer changes: the days, past and coming, on which the same facts answer otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import attrs

from lawful.law.book import Book
from lawful.law.coverage import touched
from lawful.law.days import add, of_age_on
from lawful.law.model import Cover, Entry, Kind, Parameter
from lawful.law.oracle import Court, worst
from lawful.law.thing import Thing
from lawful.law.tree import Compare, Cutoff, FactTerm, Node, Passed, PresumedTerm, walk
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Otherwise, Outcome

FIRST = date(2018, 1, 1)


@attrs.frozen(kw_only=True)
class Span:
    """Days on which one answer holds; ``last`` is None for as far as the book knows."""

    first: date
    last: date | None
    outcome: Outcome
    deciding: RuleId | None


def timeline(book: Book, thing: Thing, today: date) -> tuple[Span, ...]:
    """The answers to a use over time, all facts but the day staying as they are."""
    days = sorted(
        each for each in turning_days(book, thing) if FIRST <= each <= add(today, 15, "years")
    )
    spans: list[Span] = []
    for day in days:
        outcome, deciding = _answer(book, thing, day)
        if spans and (spans[-1].outcome, spans[-1].deciding) == (outcome, deciding):
            continue
        if spans:
            spans[-1] = attrs.evolve(spans[-1], last=day - timedelta(days=1))
        spans.append(Span(first=day, last=None, outcome=outcome, deciding=deciding))
    return tuple(spans)


def turning_days(book: Book, thing: Thing) -> set[date]:
    """Days on which something in the book begins or ends to hold, or a fact comes of an age."""
    found = {FIRST}
    dated: tuple[Entry | Parameter | Cover, ...] = (
        *_weighing(book, thing.about),
        *book.rulebook.parameters,
        *book.rulebook.coverage.covers,
    )
    for each in dated:
        if each.in_force:
            found.add(each.in_force)
        if each.until:
            found.add(each.until + timedelta(days=1))
    for name, value in thing.values.items():
        if isinstance(value, date) and value.year < 9000:
            found |= set(_coming_of_age(book, name, value))
    return found


def _weighing(book: Book, about: str) -> list[Entry]:
    """The entries on which an outcome can rest: what stands in the way, what lifts it, definitions."""
    waiting = [each.id for each in _standing_in_the_way(book, about)]
    found = {each.id for entries in book.definitions.values() for each in entries}
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += book.defeaters.get(each, ())
    return [book.entries[each] for each in sorted(found)]


def _standing_in_the_way(book: Book, about: str) -> Iterator[Entry]:
    for each in book.entries.values():
        in_the_way = each.otherwise in (Otherwise.BLOCK, Otherwise.BEFORE)
        if in_the_way and each.kind is Kind.RULE and each.about == about:
            yield each


def _coming_of_age(book: Book, name: str, value: date) -> Iterator[date]:
    """Days on which a test of a date or instant against the day may turn."""
    civil = value.date() if isinstance(value, datetime) else value
    for node in _conditions(book):
        match node:
            case Compare(_, FactTerm(fact) | PresumedTerm(fact), Cutoff(years, table)) if (
                fact == name
            ):
                for age in _ages(book, table) if table else {years}:
                    turn = of_age_on(civil, age)
                    yield from (turn, turn + timedelta(days=1))  # by > and by >=
            case Passed(fact) if fact == name:
                turn = node.turns_on(civil)
                yield from (turn, turn + timedelta(days=1))  # an instant's civil day by zone
            case _:
                continue


def _ages(book: Book, table: str) -> set[int]:
    """Every number of a table by region, at any time."""
    found: set[int] = set()
    for each in book.parameters[table]:
        found |= {*each.by_region.values()} | ({each.other} if each.other is not None else set())
    return found


def _conditions(book: Book) -> Iterator[Node]:
    for entry in book.entries.values():
        for line in (*entry.when, *entry.unless, *(entry.requires or ())):
            yield from walk(line.node)
    for topic in book.rulebook.coverage.topics:
        for line in topic.when:
            yield from walk(line.node)


def _answer(book: Book, thing: Thing, day: date) -> tuple[Outcome, RuleId | None]:
    moment = attrs.evolve(thing, on=day, at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    court = Court(book, moment)
    rules = (
        (each.id, each, court.judged(each).violated)
        for each in _standing_in_the_way(book, thing.about)
    )
    outcome, deciding = worst(rules)
    if outcome is Outcome.LAWFUL and not touched(court).covered:
        return Outcome.UNDETERMINED, None
    return outcome, deciding

"""When the answer changes: the days, past and coming, on which the same facts answer otherwise."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import attrs

from lawful.law.book import Book
from lawful.law.coverage import touched
from lawful.law.days import add
from lawful.law.model import Kind
from lawful.law.oracle import Court, worst
from lawful.law.thing import Thing
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Outcome
from lawful.terms.values import NEVER_ON

AGES = (13, 14, 15, 16, 18)
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
    """Days on which something in the book begins or ends to hold, or the data subject comes of an age."""
    found = {FIRST}
    for each in (*book.entries.values(), *book.rulebook.parameters, *book.rulebook.coverage.covers):
        if each.in_force:
            found.add(each.in_force)
        if each.until:
            found.add(each.until + timedelta(days=1))
    born = thing.values.get("birth_date")
    if isinstance(born, date) and not isinstance(born, datetime) and born != NEVER_ON:
        found |= {add(born, age, "years") for age in AGES}
    return found


def _answer(book: Book, thing: Thing, day: date) -> tuple[Outcome, RuleId | None]:
    moment = attrs.evolve(thing, on=day, at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    court = Court(book, moment)
    rules = (
        (each.id, each, court.judged(each).violated)
        for each in book.entries.values()
        if each.kind is Kind.RULE and each.about == thing.about
    )
    outcome, deciding = worst(rules)
    if outcome is Outcome.LAWFUL and not touched(court).covered:
        return Outcome.UNDETERMINED, None
    return outcome, deciding

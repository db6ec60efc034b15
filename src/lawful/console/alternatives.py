"""What a use would answer if a contested reading were chosen otherwise, by the oracle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from lawful.law.book import Book
from lawful.law.coverage import touched
from lawful.law.model import Kind
from lawful.law.oracle import Court, worst
from lawful.law.thing import Thing
from lawful.terms.outcomes import Outcome


def other_outcomes(
    book: Book, thing: Thing, readings: Iterable[str]
) -> dict[str, dict[str, Outcome]]:
    """For each reading, the outcome under each option that is not in use."""
    found: dict[str, dict[str, Outcome]] = {}
    for name in readings:
        options = (
            each for each in book.rulebook.readings[name].options if each != book.readings[name]
        )
        found[name] = {
            each: outcome_under(book, thing, {**book.readings, name: each}) for each in options
        }
    return found


def outcome_under(book: Book, thing: Thing, readings: Mapping[str, str]) -> Outcome:
    """The outcome of a use under other readings, all else the same."""
    court = Court(attrs.evolve(book, readings=readings), thing)
    rules = (
        (each.id, each, court.judged(each).violated)
        for each in book.entries.values()
        if each.kind is Kind.RULE and each.about == thing.about
    )
    outcome, _ = worst(rules)
    if outcome is Outcome.LAWFUL and not touched(court).covered:
        return Outcome.UNDETERMINED
    return outcome

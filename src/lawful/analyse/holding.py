"""What always holds among facts, told to the solver: nothing that cannot be is a witness."""

from __future__ import annotations

from datetime import date

from lawful.analyse.facts import Choice, Facts, Members, Scale
from lawful.analyse.invariants import COUNTS, DATES, ENUMS


def hold_invariants(facts: Facts, first: date | None) -> None:
    """Hold what always holds among the facts; ``first`` is the first day looked at."""
    if first is not None:
        _hold_dates(facts, first)
    for count in COUNTS:
        if {count.less, count.more} <= facts.given.facts.keys():
            continue  # what is given is as it is
        less, more = facts.shapes.get(count.less), facts.shapes.get(count.more)
        if isinstance(less, Scale) and isinstance(more, Scale):
            for limit in less.limits:
                too_few = facts.at_least(count.more, limit)[1]
                facts.circuit.hold(-facts.at_least(count.less, limit)[0], -too_few)
    for enum in ENUMS:
        if {enum.fact, enum.other} <= facts.given.facts.keys():
            continue
        fact, other = facts.shapes.get(enum.fact), facts.shapes.get(enum.other)
        if isinstance(fact, Choice) and isinstance(other, Choice):
            told = zip(fact.bits, fact.classes, strict=True)
            allowed = zip(other.bits, other.classes, strict=True)
            refused = [bit for bit, each in allowed if not set(each) & set(enum.members)]
            for bit, members in told:
                if enum.absent not in members:
                    for each in refused:
                        facts.circuit.hold(-bit, -each)


def _hold_dates(facts: Facts, first: date) -> None:
    """What is held was not made after the first day looked at."""
    for each in DATES:
        if {each.fact, each.date} <= facts.given.facts.keys():
            continue
        held, made = facts.shapes.get(each.fact), facts.shapes.get(each.date)
        if not isinstance(held, Members) or not isinstance(made, Scale):
            continue
        later = [
            bit
            for bit, limit in zip(made.reached, made.limits, strict=True)
            if limit > first.toordinal()
        ]
        for bit, members in zip(held.held, held.classes, strict=True):
            if each.member in members:
                for after in later:
                    facts.circuit.hold(-bit, -after)

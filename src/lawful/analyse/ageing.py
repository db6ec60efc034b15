"""What the mere passing of time does between two days, so that it can be set aside.

A person who comes of age, or a period that ends, between two days is no change of the law. Set
aside means: each date stands on the same side of each age and period on both days.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from lawful.analyse.circuit import Bit
from lawful.analyse.facts import Scale
from lawful.analyse.probes import ordinal
from lawful.analyse.world import Moment, World
from lawful.decide.program import days_of
from lawful.law.book import Book
from lawful.law.days import cutoff, last_since, start_of
from lawful.law.model import Entry
from lawful.law.tree import (
    And,
    Compare,
    Cutoff,
    Doubted,
    FactTerm,
    Literal,
    Lookup,
    Node,
    Not,
    Or,
    Passed,
    Presumed,
    PresumedTerm,
    Term,
    walk,
)

Turn = tuple[str, int, int]
"""A fact, and the limits that one test of it has on the first and on the second day."""


def turns(one: Moment, other: Moment) -> list[Turn]:
    """Every test of a date or instant that moves with the day."""
    found: set[Turn] = set()
    days_in = [days_of(other.book, each.at, each.day) for each in (one, other)]
    for node, zone in _conditions(other.book):
        days = [each[zone] for each in days_in]
        match node:
            case Compare(_, FactTerm(name) | PresumedTerm(name), Cutoff(years, table)):
                for age in _ages(other.book, table) if table else {years}:
                    first, second = sorted(ordinal(cutoff(day, age)) for day in days)
                    found |= {(name, first, second), (name, first, second + 1)}
            case Passed(name, n, unit):
                days = [node.day(each) for each in days]
                if other.book.vocabulary.facts[name].type == "date":
                    first, second = (last_since(day, n, unit).toordinal() for day in days)
                    found.add((name, first + 1, second + 1))
                else:
                    first, second = (_instant(day, n, unit, zone) for day in days)
                    found.add((name, first, second))
            case _:
                continue
    return sorted(found)


def _instant(day: date, n: int, unit: str, zone: str) -> int:
    return ordinal(start_of(last_since(day, n, unit) + timedelta(days=1), zone))


def _ages(book: Book, table: str) -> set[int]:
    found: set[int] = set()
    for each in book.parameters[table]:
        found |= {*each.by_region.values()} | ({each.other} if each.other is not None else set())
    return found


def _conditions(book: Book) -> Iterator[tuple[Node, str]]:
    """Every node of every condition, with the zone in which it is read."""
    for entry in book.entries.values():
        for node in _of(entry):
            yield node, book.instrument(entry).zone
    first = next(iter(book.entries.values()))
    for topic in book.rulebook.coverage.topics:
        for line in topic.when:
            for node in walk(line.node):
                yield node, book.instrument(first).zone


def _of(entry: Entry) -> Iterator[Node]:
    for line in (*entry.when, *entry.unless, *(entry.requires or ())):
        yield from walk(line.node)


def only_time(one: Node, other: Node, found: frozenset[Turn]) -> bool:
    """Do two conditions differ by nothing but tests of dates that move with the day?"""
    if one == other:
        return True
    match one, other:
        case (And(items), And(others)) | (Or(items), Or(others)):
            pairs = zip(items, others, strict=False)
            return len(items) == len(others) and all(only_time(a, b, found) for a, b in pairs)
        case (Not(item), Not(its)) | (Doubted(item), Doubted(its)):
            return only_time(item, its, found)
        case Presumed(), Presumed():
            return one.value is other.value and only_time(one.item, other.item, found)
        case Compare(op, left, right), Compare(sign, start, end):
            return (op, left) == (sign, start) and _moved(left, right, end, found)
        case _:
            return False


def _moved(left: Term, one: Term, other: Term, found: frozenset[Turn]) -> bool:
    """Is one written date the other, moved with the day?"""
    if not isinstance(left, (FactTerm, PresumedTerm)):
        return False
    match one, other:
        case Literal(date() as first), Literal(date() as second):
            pair = sorted((ordinal(first), ordinal(second)))
            return any((left.name, pair[0] + by, pair[1] + by) in found for by in (0, 1))
        case Lookup(key, table), Lookup(its, others):
            regions = [[region for region, _ in each] for each in (table, others)]
            return (key, regions[0]) == (its, regions[1]) and all(
                a == b or _moved(left, Literal(a), Literal(b), found)
                for (_, a), (_, b) in zip(table, others, strict=True)
            )
        case _:
            return False


def limits(found: list[Turn]) -> dict[str, set[int]]:
    """The limits of some turns, by fact."""
    cuts: dict[str, set[int]] = {}
    for name, first, second in found:
        cuts.setdefault(name, set()).update((first, second))
    return cuts


def set_aside(world: World, found: list[Turn]) -> Bit:
    """Does every date stand on the same side of each test on both days?"""
    same = []
    for name, first, second in found:
        if isinstance(world.facts.shapes.get(name), Scale):
            one = world.facts.at_least(name, first)[0]
            other = world.facts.at_least(name, second)[0]
            same += [world.circuit.some((one, -other)), world.circuit.some((-one, other))]
    return world.circuit.all(same)

"""Values to try for a fact: closed ones that conditions name, boundaries and their neighbours, unknown."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cached_property

from lawful.law.book import Book
from lawful.law.coverage import PLACES
from lawful.law.days import cutoff, last_since, start_of
from lawful.law.printing import text_of
from lawful.law.thing import Thing
from lawful.law.tree import (
    AnyOf,
    Compare,
    Cutoff,
    FactTerm,
    HasAll,
    HasAny,
    In,
    Literal,
    Node,
    Number,
    Passed,
    PresumedTerm,
    Recorded,
    Term,
    facts_in,
    walk,
)
from lawful.terms.values import NEVER_AT, NEVER_ON, SetValue, Value

UNKNOWN_SHARE = 0.2
"""How often a changed fact becomes unknown."""
NEVER_SHARE = 0.1


class Values:
    """What the conditions of a book tell apart, and values of facts on each side."""

    def __init__(self, book: Book, chance: random.Random) -> None:
        self.book, self.random = book, chance
        self._tested: dict[str, list[str]] = {}

    @cached_property
    def conditions(self) -> list[Node]:
        """Every node of every condition of the book, those put to things beside included."""
        lines = []
        for entry in self.book.entries.values():
            lines += [*entry.when, *entry.unless, *(entry.requires or ()), *entry.commands]
        for instrument in self.book.rulebook.instruments.values():
            lines += [line for group in instrument.scope.values() for line in group]
        lines += [line for topic in self.book.rulebook.coverage.topics for line in topic.when]
        items = (each.when for entry in self.book.entries.values() for each in entry.contents)
        return [
            *(node for line in lines for node in _within(line.node)),
            *(node for item in items if item is not None for node in walk(item)),
        ]

    @cached_property
    def _named(self) -> dict[str, set[str]]:
        """For each enum or set fact the values that conditions name."""
        found: dict[str, set[str]] = {}
        for node in self.conditions:
            match node:
                case HasAny(fact, members, listed) | In(FactTerm(fact), members, listed):
                    found.setdefault(fact, set()).update(members or self._listed(listed))
                case HasAll(fact, members):
                    found.setdefault(fact, set()).update(members)
                case Compare(_, FactTerm(fact), Literal(str(value))):
                    found.setdefault(fact, set()).add(value)
                case _:
                    continue
        return found

    def _listed(self, name: str) -> set[str]:
        return {member for each in self.book.parameters[name] for member in each.listed[:12]}

    @cached_property
    def _limits(self) -> dict[str, set[int]]:
        """For each count fact its boundary numbers; for each date fact its boundary ages."""
        found: dict[str, set[int]] = {}
        for fact, other in self._compared():
            match other:
                case Literal(int(value)):
                    found.setdefault(fact, set()).add(value)
                case Number(name):
                    for each in self.book.parameters[name]:
                        numbers = {each.number, each.other, *each.by_region.values()}
                        found.setdefault(fact, set()).update(n for n in numbers if n is not None)
                case Cutoff(years, table):
                    found.setdefault(fact, set()).update({years} if years else set(range(12, 18)))
                    assert years or table
                case _:
                    continue
        return found

    @cached_property
    def _spans(self) -> dict[str, set[Passed]]:
        """For each date or instant the times that conditions let pass since then."""
        found: dict[str, set[Passed]] = {}
        for node in self.conditions:
            if isinstance(node, Passed):
                found.setdefault(node.fact, set()).add(node)
        return found

    @cached_property
    def _days(self) -> dict[str, set[date]]:
        """For each date or instant the days with which conditions compare it."""
        found: dict[str, set[date]] = {}
        for fact, other in self._compared():
            match other:
                case Literal(datetime() as moment):
                    found.setdefault(fact, set()).add(moment.date())
                case Literal(date() as day) if day != NEVER_ON:
                    found.setdefault(fact, set()).add(day)
                case _:
                    continue
        return found

    @cached_property
    def _peers(self) -> dict[str, set[str]]:
        """For each fact the facts with which conditions compare it."""
        found: dict[str, set[str]] = {}
        for fact, other in self._compared():
            if isinstance(other, FactTerm):
                found.setdefault(fact, set()).add(other.name)
                found.setdefault(other.name, set()).add(fact)
        return found

    def _compared(self) -> Iterator[tuple[str, Term]]:
        for node in self.conditions:
            match node:
                case Compare(_, FactTerm(fact) | PresumedTerm(fact), other):
                    yield fact, other
                case _:
                    continue

    @cached_property
    def asked_items(self) -> dict[tuple[str, str], set[str]]:
        """What conditions ask that a record says, by its rule and item."""
        found: dict[tuple[str, str], set[str]] = {}
        for node in self.conditions:
            if isinstance(node, Recorded) and node.item:
                found.setdefault((node.rule, node.item), set()).add(node.value)
        return found

    def tested(self, about: str) -> list[str]:
        """The facts that a kind of thing can know and some condition tests."""
        if about not in self._tested:
            names = frozenset().union(*(facts_in(node) for node in self.conditions), PLACES)
            facts, knows = self.book.vocabulary.facts, self.book.vocabulary.knows_fact
            self._tested[about] = sorted(n for n in names if n in facts and knows(about, n))
        return self._tested[about]

    def value(self, name: str, thing: Thing) -> Value | None:
        """A value of a fact, boundary or closed, sometimes unknown."""
        if self.random.random() < UNKNOWN_SHARE:
            return None
        peers = sorted(self._peers.get(name, ()))
        if peers and self.random.random() < 0.5:
            return self._beside(thing.values.get(self.random.choice(peers)))
        match self.book.vocabulary.facts[name].type:
            case "flag":
                return self.random.random() < 0.5
            case "enum":
                return self._one_of(name)
            case "set":
                return self._set(name, thing.values.get(name))
            case "count":
                limit = self.random.choice(sorted(self._limits.get(name, {1})))
                return max(0, limit + self._step())
            case "date":
                return self._date(name, thing)
            case _:
                return self._instant(name, thing)

    def _step(self) -> int:
        return self.random.choice((-1, 0, 1))

    def _beside(self, other: Value | None) -> Value | None:
        """A number or moment as large as another, or a step away."""
        match other:
            case datetime():
                return other if other == NEVER_AT else other + timedelta(minutes=self._step())
            case date():
                return other if other == NEVER_ON else other + timedelta(days=self._step())
            case bool() | str() | SetValue() | None:
                return other
            case _:
                return max(0, other + self._step())

    def _one_of(self, name: str) -> str:
        named = sorted(self._named.get(name, ()))
        known = list(self.book.vocabulary.values_of(name))
        return self.random.choice(named if named and self.random.random() < 0.7 else known)

    def _set(self, name: str, now: Value | None) -> SetValue:
        current = now if isinstance(now, SetValue) else SetValue()
        members, unknown = set(current.members), set(current.unknown)
        for _ in range(self.random.randint(1, 3)):
            member = self._one_of(name)
            members.discard(member)
            unknown.discard(member)
            self.random.choice((members, unknown, set())).add(member)
        closed = self.book.vocabulary.close(
            name, SetValue(frozenset(members), frozenset(unknown - members))
        )
        assert isinstance(closed, SetValue)
        return closed

    def _date(self, name: str, thing: Thing) -> date:
        if self.random.random() < NEVER_SHARE:
            return NEVER_ON
        return self._boundary(name, thing, self.random.choice(self.book.zones))

    def _boundary(self, name: str, thing: Thing, zone: str) -> date:
        """A day on which a condition about the fact turns, or its neighbour."""
        today = thing.day(zone)
        born = [cutoff(today, age) for age in sorted(self._limits.get(name, ()))]
        spans = sorted(self._spans.get(name, ()), key=text_of)
        since = [last_since(each.day(today), each.n, each.unit) for each in spans]
        turns = [*born, *since, *sorted(self._days.get(name, ()))] or [today]
        return self.random.choice(turns) + timedelta(days=self._step())

    def _instant(self, name: str, thing: Thing) -> datetime:
        """Never, some hours before the thing's moment or after it, or about a boundary's midnight."""
        if self.random.random() < NEVER_SHARE:
            return NEVER_AT
        if name not in self._spans or self.random.random() < 0.3:
            return thing.at - timedelta(hours=self.random.randint(-30, 200))
        zone = self.random.choice(self.book.zones)
        midnight = start_of(self._boundary(name, thing, zone), zone)
        return midnight + timedelta(minutes=self.random.choice((-1, 0, 1, 600)))


def _within(node: Node) -> Iterator[Node]:
    for each in walk(node):
        yield each
        if isinstance(each, AnyOf):
            yield from walk(each.item)

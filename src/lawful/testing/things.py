"""Things to try a book on: its own examples, mutated; seeded, and grouped in batches.

A batch shares its moment, its records and a half of its facts (which a back end may fold away);
its things differ in the rest. Facts take any closed value, boundary dates and counts, and unknown.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import attrs

from lawful.decide.decider import FOLDED
from lawful.law.book import Book
from lawful.law.examples import situation
from lawful.law.model import Entry, Example, Parameter
from lawful.law.thing import Thing
from lawful.terms.values import Value
from lawful.testing.beside import Surroundings
from lawful.testing.values import Values


@attrs.frozen(kw_only=True)
class Seed:
    """An example row: the entry that it is about, its thing, and the answer that it expects."""

    entry: Entry
    thing: Thing
    answer: str


@attrs.frozen(kw_only=True)
class Batch:
    """Things of one moment and one set of records; ``fixed`` facts are the same in all of them.

    ``asked``: the entries that they are made for; without them all about this kind of thing.
    """

    base: Thing
    fixed: Mapping[str, Value | None]
    things: tuple[Thing, ...]
    asked: tuple[Entry, ...] | None = None


def decisive(book: Book) -> list[Example]:
    """The examples of what this book decides by, under its own readings: no guidance, no drafts."""
    return [
        each
        for each in book.rulebook.examples
        if each.rule in book.entries and "reading:" not in each.change
    ]


class Things:
    """Generates things for one book from a seed; the same seed gives the same things."""

    def __init__(self, book: Book, seed: int) -> None:
        self.book, self.random = book, random.Random(seed)
        self.values = Values(book, self.random)
        self.surroundings = Surroundings(book, self.values, self.random)
        self.seeds = seeds_of(book)

    @cached_property
    def boundary_days(self) -> list[date]:
        """The days on which something of the book begins or ends, and their neighbours."""
        found: set[date] = set()
        every: list[Entry | Parameter] = [
            *self.book.entries.values(),
            *self.book.rulebook.parameters,
        ]
        for each in every:
            found |= {day for day in (each.in_force, each.until) if day}
        return sorted({day + timedelta(days=by) for day in found for by in (-1, 0, 1)})

    def tested(self, about: str) -> list[str]:
        """The facts that a kind of thing can know and some condition tests."""
        return self.values.tested(about)

    def value(self, name: str, thing: Thing) -> Value | None:
        """A value of a fact, boundary or closed, sometimes unknown."""
        return self.values.value(name, thing)

    def batches(self, rows: int) -> Iterator[Batch]:
        """Batches without end: an example row, changed here and there, at any boundary."""
        while True:
            seed = self.random.choice(self.seeds)
            yield self.batch(self._anywhere(seed.thing), rows)

    def held(self, thing: Thing) -> frozenset[str]:
        """Facts that a batch shares: its moment, what stands beside it rests on, what folds away."""
        moment = self.book.vocabulary.law_of.get(thing.about, "at")
        folded = FOLDED if thing.about == "use" else ()
        return frozenset({moment, *self.surroundings.bound(thing), *folded})

    def batch(self, base: Thing, rows: int) -> Batch:
        """Things that differ from ``base`` in a few facts each; about half of the facts differ."""
        if self.random.random() < 0.7:
            base = self.surroundings.around(base)
        names = self.tested(base.about)
        held = self.held(base)
        free = [name for name in names if name not in held and self.random.random() < 0.5]
        fixed = {name: base.values.get(name) for name in names if name not in free}
        things = [base]
        while len(things) < rows:
            things.append(self.changed(base, free, self.random.randint(1, 6)))
        return Batch(base=base, fixed=fixed, things=tuple(things))

    def _anywhere(self, thing: Thing) -> Thing:
        """The thing at another moment, and with some facts changed."""
        if self.random.random() < 0.6:
            thing = self._moved(thing)
        return self.changed(thing, self.tested(thing.about), self.random.randint(0, 5))

    def _moved(self, thing: Thing) -> Thing:
        """At a boundary day: on it everywhere, or within minutes of midnight in some zone."""
        day = self.random.choice(self.boundary_days)
        zone = ZoneInfo(self.random.choice(self.book.zones))
        minutes = timedelta(minutes=self.random.randint(-90, 90))
        at = datetime.combine(day, time(), zone).astimezone(UTC) + minutes
        moment = self.book.vocabulary.law_of.get(thing.about)
        if moment:
            thing = thing.with_values({moment: at})
        if self.random.random() < 0.5:
            return attrs.evolve(thing, on=day, at=datetime.combine(day, time(12), UTC))
        return attrs.evolve(thing, on=None, at=at)

    def changed(self, thing: Thing, names: list[str], how_many: int) -> Thing:
        """The thing with some of the named facts changed."""
        chosen = self.random.sample(names, min(how_many, len(names)))
        return thing.with_values({name: self.value(name, thing) for name in chosen})


_SEEDS: dict[str, tuple[Seed, ...]] = {}
_KEPT = 4


def seeds_of(book: Book) -> tuple[Seed, ...]:
    """The things of a book's decisive examples; kept for the last few books, since they take seconds to make."""
    found = _SEEDS.get(book.hash)
    if found is None:
        if len(_SEEDS) >= _KEPT:
            _SEEDS.clear()
        found = _SEEDS[book.hash] = tuple(_seed(book, each) for each in decisive(book))
    return found


def _seed(book: Book, example: Example) -> Seed:
    entry, thing = situation(book, example)
    return Seed(entry=entry, thing=thing, answer=example.expect)

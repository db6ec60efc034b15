"""What stands beside a thing's facts, to try a book on: records of every kind, kept registers, systems."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

import attrs

from lawful.decide.beside import asked_beside
from lawful.law.book import Book
from lawful.law.days import start_of
from lawful.law.model import Entry
from lawful.law.oracle import Court
from lawful.law.periods import running_period
from lawful.law.thing import Record, Thing
from lawful.law.tree import AnyOf, Beside, Fulfilled, Recorded, facts_in
from lawful.terms.ids import RuleId
from lawful.terms.values import Value
from lawful.testing.values import Values

LONG_AGO = date.min


class Surroundings:
    """Makes what the entries about a kind of thing ask of what stands beside its facts."""

    def __init__(self, book: Book, values: Values, chance: random.Random) -> None:
        self.book, self.values, self.random = book, values, chance
        self._asked: dict[str, tuple[Beside, ...]] = {}

    def asked(self, about: str) -> tuple[Beside, ...]:
        """All that is asked beside the facts of a kind of thing."""
        if about not in self._asked:
            self._asked[about] = asked_beside(self.book, about)
        return self._asked[about]

    def around(self, thing: Thing) -> Thing:
        """The thing with records typed, complete, lacking an item, lapsed; kept registers; systems."""
        records: list[Record] = []
        kept: set[str] = set()
        asked = self.asked(thing.about)
        for rule in sorted({x.rule for x in asked if isinstance(x, (Fulfilled, Recorded))}):
            match self.random.randint(0, 6):
                case 0:
                    records.append(Record(rule=rule, says=self._says(rule)))
                case 1 | 2 | 3 as kind:
                    records.append(self._record(rule, thing, kind))
                case 4:
                    kept.add(rule)
                case _:
                    continue
        found = attrs.evolve(thing, records=tuple(records), kept=frozenset(kept))
        return self._with_systems(found, [x for x in asked if isinstance(x, AnyOf)])

    def _record(self, rule: str, thing: Thing, kind: int) -> Record:
        entry = self.book.entries.get(RuleId(rule))
        items = [item.name for item in entry.contents] if entry else []
        day = thing.day("UTC")
        near = day + timedelta(days=self.random.choice((-1, 0, 1)))
        return Record(
            rule=rule,
            done_at=self._done(entry, thing),
            items=frozenset(items[1:] if kind == 2 else items),
            expires_on=self.random.choice((near, LONG_AGO)) if kind == 3 else None,
            bound={name: thing.values.get(name) for name in entry.binds} if entry else {},
            says=self._says(rule),
        )

    def _done(self, entry: Entry | None, thing: Thing) -> datetime:
        """Some hours ago; or, where the rule has periods, about the start of the running one."""
        if entry and entry.every and self.random.random() < 0.7:
            start, _ = running_period(entry.every, Court(self.book, thing), entry)
            if start is not None:
                midnight = start_of(start, self.book.instrument(entry).zone)
                return midnight + timedelta(minutes=self.random.choice((-1, 0, 1)))
        return thing.at - timedelta(hours=self.random.randint(0, 300))

    def _says(self, rule: str) -> dict[str, str]:
        """An asked item: what is asked of it, something else, or nothing."""
        found = {}
        for (of, item), values in self.values.asked_items.items():
            if of == rule and self.random.random() < 0.8:
                found[item] = self.random.choice([*sorted(values), "something else"])
        return found

    def _with_systems(self, thing: Thing, asked: list[AnyOf]) -> Thing:
        if not asked or self.random.random() < 0.2:
            return thing
        systems = tuple(self._system(thing, asked) for _ in range(self.random.randint(0, 2)))
        kept = {"system"} if self.random.random() < 0.6 else set()
        return attrs.evolve(thing, systems=systems, kept=thing.kept | kept)

    def _system(self, thing: Thing, asked: list[AnyOf]) -> Mapping[str, Value | None]:
        names = sorted(frozenset[str]().union(*(facts_in(each.item) for each in asked)))
        return {name: self.values.value(name, thing) for name in names}

    def period_facts(self, rule: str) -> Iterator[str]:
        """The facts after which periods begin in which records of a rule, or of an article's rules, count."""
        for entry in self.book.entries.values():
            mine = entry.id == rule or entry.id.startswith(f"{rule}.")
            if mine and entry.every is not None and entry.every.after:
                yield entry.every.after

    def bound(self, thing: Thing) -> Iterator[str]:
        """The facts on which the state of what stands beside a thing depends."""
        for record in thing.records:
            yield from record.bound
            yield from self.period_facts(record.rule)
            entry = self.book.entries.get(RuleId(record.rule))
            for item in entry.contents if entry and record.items is not None else ():
                if item.when is not None:
                    yield from facts_in(item.when)
        if thing.systems:
            for each in self.asked(thing.about):
                if isinstance(each, AnyOf):
                    yield from facts_in(each.item)

"""Things to try a book on: its own examples, mutated; seeded, and grouped in batches.

A batch shares its moment, its records and a half of its facts (which a back end may fold away);
its things differ in the rest. Facts take any closed value, boundary dates and counts, and unknown.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import attrs

from lawful.decide.decider import FOLDED, Decider, fulfilments
from lawful.law.book import Book
from lawful.law.coverage import PLACES
from lawful.law.days import cutoff
from lawful.law.examples import situation
from lawful.law.model import Entry, Example, Parameter
from lawful.law.thing import Record, Thing
from lawful.law.tree import (
    Compare,
    Cutoff,
    FactTerm,
    HasAll,
    HasAny,
    In,
    Literal,
    Node,
    PresumedTerm,
    Ref,
    facts_in,
    walk,
)
from lawful.terms.ids import RuleId
from lawful.terms.values import NEVER_ON, SetValue, Value

UNKNOWN_SHARE = 0.2
"""How often a changed fact becomes unknown."""
AIMED = 16
"""How many answers at most share an aimed batch."""


@attrs.frozen(kw_only=True)
class Seed:
    """An example row: the entry that it is about, its thing, and the answer that it expects."""

    entry: Entry
    thing: Thing
    answer: str


@attrs.frozen(kw_only=True)
class Batch:
    """Things of one moment and one set of records; ``fixed`` facts are the same in all of them."""

    base: Thing
    fixed: Mapping[str, Value | None]
    things: tuple[Thing, ...]


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
        self._decider = Decider(book)
        self._tested: dict[str, list[str]] = {}
        self.seeds = [_seed(book, each) for each in decisive(book)]

    @cached_property
    def _conditions(self) -> list[Node]:
        """Every node of every condition of the book."""
        lines = []
        for entry in self.book.entries.values():
            lines += [*entry.when, *entry.unless, *(entry.requires or ()), *entry.commands]
        for instrument in self.book.rulebook.instruments.values():
            lines += [line for group in instrument.scope.values() for line in group]
        lines += [line for topic in self.book.rulebook.coverage.topics for line in topic.when]
        return [node for line in lines for node in walk(line.node)]

    @cached_property
    def _named(self) -> dict[str, set[str]]:
        """For each enum or set fact the values that conditions name."""
        found: dict[str, set[str]] = {}
        for node in self._conditions:
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
        for node in self._conditions:
            match node:
                case Compare(_, FactTerm(fact) | PresumedTerm(fact), Literal(int(value))):
                    found.setdefault(fact, set()).add(value)
                case Compare(_, FactTerm(fact) | PresumedTerm(fact), Cutoff(years, table)):
                    ages = {years} if years else set(range(12, 18))
                    found.setdefault(fact, set()).update(ages)
                    assert years or table
                case _:
                    continue
        return found

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
        if about not in self._tested:
            self._tested[about] = self._tests(about)
        return self._tested[about]

    def _tests(self, about: str) -> list[str]:
        names = frozenset().union(*(facts_in(node) for node in self._conditions), PLACES)
        facts = self.book.vocabulary.facts
        return sorted(
            name for name in names if name in facts and self.book.vocabulary.knows_fact(about, name)
        )

    def rests_on(self, entry: Entry, thing: Thing) -> frozenset[str]:
        """The facts that an entry's answer rests on, through definitions and defeaters too."""
        program = self._decider.program(entry.about, thing.at, thing.on)
        keys = [f"app:{entry.id}", f"vio:{entry.id}", f"def:{entry.name}"]
        seen: set[str] = set()
        facts: set[str] = set()
        while keys:
            key = keys.pop()
            if key in seen or key not in program.nodes:
                continue
            seen.add(key)
            facts |= facts_in(program.nodes[key])
            keys += [each.key for each in walk(program.nodes[key]) if isinstance(each, Ref)]
        return frozenset(facts)

    def batches(self, rows: int) -> Iterator[Batch]:
        """Batches without end: an example row, changed here and there, at any boundary."""
        while True:
            seed = self.random.choice(self.seeds)
            yield self.batch(self._anywhere(seed.thing), rows)

    def aimed(self, targets: Iterable[tuple[Entry, str]], rows: int) -> Iterator[Batch]:
        """Batches whose things are likely to give certain answers, ``rows`` for each.

        Each thing is an example row that gives the answer, with facts changed on which the answer
        does not rest. Targets of one moment and one set of records share a batch.
        """
        groups: dict[object, list[tuple[Thing, Entry]]] = {}
        for thing, entry in self._chosen(list(targets)):
            groups.setdefault(self._shares(thing), []).append((thing, entry))
        for pairs in sorted(groups.values(), key=len, reverse=True):
            for start in range(0, len(pairs), AIMED):
                part = pairs[start : start + AIMED]
                yield self._shared([x for pair in part for x in self._like(*pair, rows)])

    def _like(self, thing: Thing, entry: Entry, rows: int) -> Iterator[Thing]:
        """The thing, and others that differ in what the entry's answer does not rest on."""
        keep = self.rests_on(entry, thing) | self._held(thing)
        names = [name for name in self.tested(thing.about) if name not in keep]
        yield thing
        for _ in range(rows - 1):
            yield self._changed(thing, names, self.random.randint(1, 6))

    def _chosen(self, targets: list[tuple[Entry, str]]) -> Iterator[tuple[Thing, Entry]]:
        """A row for each target, so that many share a moment: few batches then serve all."""
        shown = [self._showing(entry, answer) for entry, answer in targets]
        common = Counter(key for things in shown for key in {self._shares(x) for x in things})
        for (entry, _), things in zip(targets, shown, strict=True):
            most = max(common[self._shares(each)] for each in things)
            best = [each for each in things if common[self._shares(each)] == most]
            yield self.random.choice(best), entry

    def _shares(self, thing: Thing) -> object:
        """What the things of a batch must have in common."""
        moment = thing.values.get(self.book.vocabulary.law_of.get(thing.about, ""))
        return (thing.about, thing.at, thing.on, moment, thing.records, thing.kept)

    def _showing(self, entry: Entry, answer: str) -> list[Thing]:
        return [x.thing for x in self.seeds if x.entry.id == entry.id and x.answer == answer]

    def _shared(self, things: list[Thing]) -> Batch:
        """A batch that fixes a half of the facts that happen to be the same in all its things."""
        first = things[0]
        held = self._held(first)
        fixed = {}
        for name in self.tested(first.about):
            value = first.values.get(name)
            same = all(each.values.get(name) == value for each in things)
            if same and (name in held or self.random.random() < 0.5):
                fixed[name] = value
        return Batch(base=first, fixed=fixed, things=tuple(things))

    def _held(self, thing: Thing) -> frozenset[str]:
        """Facts that a batch shares: its moment, what records bind, what folds away."""
        moment = self.book.vocabulary.law_of.get(thing.about, "at")
        bound = {name for each in thing.records for name in each.bound}
        return frozenset({moment, *bound, *FOLDED})

    def batch(self, base: Thing, rows: int) -> Batch:
        """Things that differ from ``base`` in a few facts each; about half of the facts differ."""
        if self.random.random() < 0.7:
            base = self._with_records(base)
        names = self.tested(base.about)
        held = self._held(base)
        free = [name for name in names if name not in held and self.random.random() < 0.5]
        fixed = {name: base.values.get(name) for name in names if name not in free}
        things = [base]
        while len(things) < rows:
            things.append(self._changed(base, free, self.random.randint(1, 6)))
        return Batch(base=base, fixed=fixed, things=tuple(things))

    def _anywhere(self, thing: Thing) -> Thing:
        """The thing at another moment, and with some facts changed."""
        if self.random.random() < 0.6:
            thing = self._moved(thing)
        return self._changed(thing, self.tested(thing.about), self.random.randint(0, 5))

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

    def _changed(self, thing: Thing, names: list[str], how_many: int) -> Thing:
        chosen = self.random.sample(names, min(how_many, len(names)))
        return thing.with_values({name: self.value(name, thing) for name in chosen})

    def value(self, name: str, thing: Thing) -> Value | None:
        """A value of a fact, boundary or closed, sometimes unknown."""
        if self.random.random() < UNKNOWN_SHARE:
            return None
        fact = self.book.vocabulary.facts[name]
        match fact.type:
            case "flag":
                return self.random.random() < 0.5
            case "enum":
                return self._one_of(name)
            case "set":
                return self._set(name, thing.values.get(name))
            case "count":
                limit = self.random.choice(sorted(self._limits.get(name, {1})))
                return max(0, limit + self.random.choice((-1, 0, 1)))
            case "date":
                return self._date(name, thing)
            case _:
                return thing.at - timedelta(hours=self.random.randint(0, 200))

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
        if self.random.random() < 0.1:
            return NEVER_ON
        day = thing.day(self.random.choice(self.book.zones))
        ages = sorted(self._limits.get(name, {0}))
        born = cutoff(day, self.random.choice(ages))
        return born + timedelta(days=self.random.choice((-1, 0, 1)))

    def _with_records(self, thing: Thing) -> Thing:
        """Records of some rules: typed, complete, lacking an item, expired; or a kept register."""
        records: list[Record] = []
        kept: set[str] = set()
        for rule in fulfilments(self.book, thing.about):
            match self.random.randint(0, 6):
                case 0:
                    records.append(Record(rule=rule))
                case 1 | 2 | 3 as kind:
                    records.append(self._record(rule, thing, kind))
                case 4:
                    kept.add(rule)
                case _:
                    continue
        return attrs.evolve(thing, records=tuple(records), kept=frozenset(kept))

    def _record(self, rule: str, thing: Thing, kind: int) -> Record:
        entry = self.book.entries[RuleId(rule)]
        items = [item.name for item in entry.contents]
        day = thing.day("UTC")
        return Record(
            rule=rule,
            done_at=thing.at - timedelta(hours=self.random.randint(0, 300)),
            items=frozenset(items[1:] if kind == 2 else items),
            expires_on=day + timedelta(days=self.random.choice((-1, 0, 1))) if kind == 3 else None,
            bound={name: thing.values.get(name) for name in entry.binds},
        )


def _seed(book: Book, example: Example) -> Seed:
    entry, thing = situation(book, example)
    return Seed(entry=entry, thing=thing, answer=example.expect)

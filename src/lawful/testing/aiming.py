"""Batches that are likely to give wanted answers, for the entries that can give them alone.

A thing is put together from example rows of several entries, each of which gives a wanted answer, as
far as the facts on which these answers rest agree; then some of these facts are changed. What stands
beside the things is put together too. A row may move to another day if its answer stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

import attrs

from lawful.decide.decider import Decider
from lawful.decide.program import beside, cone, keys_of
from lawful.law.examples import answer_of
from lawful.law.model import Entry
from lawful.law.records import ids_above
from lawful.law.thing import Thing
from lawful.law.tree import AnyOf, Fulfilled, Recorded, facts_in
from lawful.terms.values import Value
from lawful.testing.things import Batch, Seed, Things

MEMBERS = 16
"""How many entries at most share a batch."""
CHANGED_SHARE = 0.75
"""How many of the things differ from what the example rows say."""

Moment = tuple[datetime, date | None, Value | None]


@attrs.frozen(kw_only=True)
class Ground:
    """What an entry's answer rests on at a moment, through definitions and defeaters too."""

    facts: frozenset[str]
    rules: frozenset[str]
    systems: bool

    def beside(self, thing: Thing) -> tuple[object, ...]:
        """What it rests on of all that stands beside a thing's facts."""
        records = [each for each in thing.records if any(map(each.is_of, self.rules))]
        kept = thing.kept.intersection(*([{a for r in self.rules for a in ids_above(r)}]))
        systems = (thing.systems, "system" in thing.kept) if self.systems else ()
        return (records, kept, systems)


@attrs.frozen(kw_only=True)
class Member:
    """An entry of a batch, and rows of its own that give answers wanted."""

    entry: Entry
    ground: Ground
    stems: tuple[Thing, ...]


class Pieced:
    """The facts of one thing, put together from several."""

    def __init__(self, base: Thing, held: frozenset[str]) -> None:
        self.values, self.taken = dict(base.values), set(held)

    def agrees(self, thing: Thing, facts: frozenset[str]) -> bool:
        """Are these facts of a thing still open, or the same?"""
        return all(thing.values.get(n) == self.values.get(n) for n in facts & self.taken)

    def put_in(self, thing: Thing, facts: frozenset[str]) -> None:
        """Take these facts from a thing."""
        self.values.update({name: thing.values.get(name) for name in facts - self.taken})
        self.taken |= facts


class Aim:
    """Makes batches for the answers that an entry can give and gave too seldom."""

    def __init__(self, things: Things) -> None:
        self.things, self.book, self.random = things, things.book, things.random
        self._decider = Decider(things.book)
        self._seeds: dict[tuple[str, str], list[Seed]] = {}
        for each in things.seeds:
            self._seeds.setdefault((each.entry.id, each.answer), []).append(each)
        self._grounds: dict[tuple[str, Moment], Ground] = {}
        self._placed: dict[tuple[int, Moment], Thing | None] = {}
        self.tried: Counter[tuple[str, str]] = Counter()

    def batch(self, lacking: Sequence[tuple[Entry, str]], rows: int) -> Batch:
        """A batch for one of the answers tried least, and for others that go with it."""
        entry, answer = min(
            lacking, key=lambda each: (self.tried[each[0].id, each[1]], self.random.random())
        )
        self.tried[entry.id, answer] += 1
        base = self.random.choice(self._seeds[entry.id, answer]).thing
        base, members = self._gathered(base, entry, lacking)
        held = self.things.held(base)
        found = [self._thing(base, held, members) for _ in range(rows)]
        return Batch(
            base=found[0],
            fixed=self._fixed(found, held),
            things=tuple(found),
            asked=tuple(each.entry for each in members),
        )

    def _gathered(
        self, base: Thing, lead: Entry, lacking: Sequence[tuple[Entry, str]]
    ) -> tuple[Thing, list[Member]]:
        """Entries about the same kind of thing that can share its moment, and their records."""
        wanted: dict[str, list[str]] = {}
        entries: dict[str, Entry] = {}
        for entry, answer in lacking:
            if entry.about == base.about:
                wanted.setdefault(entry.id, []).append(answer)
                entries[entry.id] = entry
        near = sorted(
            entries.values(),
            key=lambda each: (
                each is not lead,
                each.instrument != lead.instrument,
                self.random.random(),
            ),
        )
        shared, joined = base, list[tuple[Entry, Ground, tuple[object, ...]]]()
        pieced = Pieced(base, self.things.held(base))
        for entry in near[: 6 * MEMBERS]:
            ground = self._ground(entry, base)
            stems = [base] if entry is lead else list(self._stems(entry, wanted[entry.id], base))
            self.random.shuffle(stems)
            for stem in stems:
                both = _joined(shared, stem)
                others = [*joined, (entry, ground, ground.beside(stem))]
                fits = pieced.agrees(stem, ground.facts)
                if fits and all(each.beside(both) == seen for _, each, seen in others):
                    shared, joined = both, others
                    pieced.put_in(stem, ground.facts)
                    break
            if len(joined) == MEMBERS:
                break
        return shared, [
            Member(entry=entry, ground=ground, stems=self._alike(entry, ground, wanted, shared))
            for entry, ground, _ in joined
        ]

    def _alike(
        self, entry: Entry, ground: Ground, wanted: dict[str, list[str]], base: Thing
    ) -> tuple[Thing, ...]:
        """The rows of an entry that have what a batch has beside its things."""
        stems = self._stems(entry, wanted[entry.id], base)
        return tuple(each for each in stems if ground.beside(each) == ground.beside(base))

    def _stems(self, entry: Entry, answers: Iterable[str], base: Thing) -> Iterator[Thing]:
        """An entry's rows with wanted answers that give these at the moment of ``base`` too."""
        for answer in answers:
            for seed in self._seeds.get((entry.id, answer), ()):
                moment = self._moment(base)
                key = (id(seed), moment)
                if key not in self._placed:
                    self._placed[key] = self._at(seed, base)
                placed = self._placed[key]
                if placed is not None:
                    yield placed

    def _at(self, seed: Seed, base: Thing) -> Thing | None:
        """The row at the moment of another thing, if its answer stays."""
        if self._moment(seed.thing) == self._moment(base):
            return seed.thing
        moved = attrs.evolve(seed.thing, at=base.at, on=base.on)
        fact = self.book.vocabulary.law_of.get(base.about)
        if fact:
            moved = moved.with_values({fact: base.values.get(fact)})
        return moved if answer_of(self.book, seed.entry, moved) == seed.answer else None

    def _moment(self, thing: Thing) -> Moment:
        fact = self.book.vocabulary.law_of.get(thing.about, "")
        return (thing.at, thing.on, thing.values.get(fact))

    def _ground(self, entry: Entry, thing: Thing) -> Ground:
        key = (entry.id, self._moment(thing))
        if key not in self._grounds:
            program = cone(self._decider.program_of(thing), keys_of(entry))
            nodes = beside(program)
            rules = frozenset(x.rule for x in nodes if isinstance(x, (Fulfilled, Recorded)))
            periods = (self.things.surroundings.period_facts(rule) for rule in rules)
            self._grounds[key] = Ground(
                facts=frozenset[str]().union(*map(facts_in, program.nodes.values()), *periods),
                rules=rules,
                systems=any(isinstance(each, AnyOf) for each in nodes),
            )
        return self._grounds[key]

    def _thing(self, base: Thing, held: frozenset[str], members: list[Member]) -> Thing:
        """Rows of as many members as agree with each other, one the first to be put in."""
        pieced = Pieced(base, held)
        order = self.random.sample(members, len(members))
        for member in members if self.random.random() < 0.5 else order:
            for stem in self.random.sample(member.stems, len(member.stems)):
                if pieced.agrees(stem, member.ground.facts):
                    pieced.put_in(stem, member.ground.facts)
                    break
        found = attrs.evolve(base, values=pieced.values)
        free = sorted(pieced.taken.difference(held).intersection(self.things.tested(base.about)))
        if self.random.random() >= CHANGED_SHARE:
            return found
        most = max(3, len(free) // 8)
        return self.things.changed(found, free, self.random.randint(1, most))

    def _fixed(self, things: list[Thing], held: frozenset[str]) -> dict[str, Value | None]:
        """The held facts, and a half of those that happen to be the same in all things."""
        fixed = {}
        for name in self.things.tested(things[0].about):
            value = things[0].values.get(name)
            same = all(each.values.get(name) == value for each in things)
            if name in held or (same and self.random.random() < 0.5):
                fixed[name] = value
        return fixed


def _joined(one: Thing, other: Thing) -> Thing:
    """A thing with what stands beside another, too."""
    records = (*one.records, *(each for each in other.records if each not in one.records))
    return attrs.evolve(
        one,
        records=records,
        kept=one.kept | other.kept,
        systems=one.systems or other.systems,
        activity=one.activity or other.activity,
    )

"""What changed between two moments for everything but a use: duties that begin, end or change.

A rule of an entity, an incident or a system answers by itself, so a class is one rule, the facts that
make it owed at one moment and not at the other, and a witness.
"""

from __future__ import annotations

import attrs

from lawful.analyse.ageing import limits, set_aside, turns
from lawful.analyse.changes import Change, change_of, changed_keys, unit_of
from lawful.analyse.circuit import Bit
from lawful.analyse.encoding import Side
from lawful.analyse.faults import DoesNotReplay
from lawful.analyse.plain import plainest
from lawful.analyse.situations import Situation, atoms, situation
from lawful.analyse.world import Moment, World, vio
from lawful.decide.partial import specialise
from lawful.decide.program import Program
from lawful.law.model import Entry
from lawful.law.oracle import Kleene
from lawful.law.thing import Thing


@attrs.frozen(kw_only=True)
class RuleClass:
    """A rule whose unmet answer comes or goes: ``before`` and ``after``: is it violated?

    ``witness`` stands on the first day. A thing that is judged by when it came has ``then`` besides: the
    same thing, come on the second day.
    """

    rule: Entry
    changes: tuple[Change, ...]
    facts: Situation
    witness: Thing
    before: Kleene
    after: Kleene
    then: Thing | None = None


@attrs.frozen(kw_only=True)
class ThingDiff:
    """How the duties of one kind of thing differ; every rule was asked, so no class is missing."""

    first: Moment
    second: Moment
    about: str
    changes: tuple[Change, ...]
    freed: tuple[RuleClass, ...]
    tightened: tuple[RuleClass, ...]


def diff_things(first: Moment, second: Moment, about: str) -> ThingDiff:
    """Compare what rules about one kind of thing answer at two moments, all facts being known.

    Raises: TooHard: the solver gave up. DoesNotReplay: ours.
    """
    found = _Things(first, second, about)
    return ThingDiff(
        first=first,
        second=second,
        about=about,
        changes=found.changes,
        freed=tuple(found.classes(worse=False)),
        tightened=tuple(found.classes(worse=True)),
    )


class _Things:
    def __init__(self, first: Moment, second: Moment, about: str) -> None:
        self.first, self.second = first, second
        one, other = (_at_its_moment(each, about) for each in (first, second))
        self.changed = changed_keys(one, other)
        found = turns(first, second)
        rules = {each.id: each for each in (*one.rules, *other.rules)}
        self.world = World((first, second), about, programs=(one, other), limits=limits(found))
        resting = [each.resting_on(self.changed) for each in self.world.references]
        self.dirty = resting[0] | resting[1]
        self.rules = [each for each in rules.values() if vio(each) in self.dirty]
        units = sorted({unit_of(key) for key in self.changed})
        self.changes = tuple(change_of(first, second, (one, other), each) for each in units)
        self.aside = set_aside(self.world, found)
        self.base = self.world.side(0)
        self.then = Side(
            self.world.encoder, self.world.programs[1], shared=self.base, own=self.dirty
        )

    def classes(self, *, worse: bool) -> list[RuleClass]:
        found = []
        for rule in self.rules:
            violated = [side.read(vio(rule))[0] for side in (self.base, self.then)]
            certain = self.world.circuit.all(
                (-violated[0], violated[1]) if worse else (violated[0], -violated[1])
            )
            if plainest(self.world, self.aside, certain):
                found.append(self.class_of(rule, certain))
        return found

    def class_of(self, rule: Entry, certain: Bit) -> RuleClass:
        thing = self.world.thing()
        before, after = (_violated(each, rule, thing) for each in (self.first, self.second))
        case = atoms(self.world)
        predicted = [
            {(True, False): True, (False, True): False}.get(
                (self.world.solver.is_true(yes), self.world.solver.is_true(no))
            )
            for yes, no in (side.read(vio(rule)) for side in (self.base, self.then))
        ]
        if [before, after] != predicted:
            raise DoesNotReplay(f"A witness for {rule.id} answers otherwise than was found.")
        cone = set().union(*(each.cone([vio(rule)]) for each in self.world.references))
        units = {unit_of(key) for key in cone & self.changed}
        by_instant = rule.about in self.second.book.vocabulary.law_of
        return RuleClass(
            rule=rule,
            changes=tuple(each for each in self.changes if each.unit in units),
            facts=situation(self.world, (self.aside, -certain), case).when,
            witness=thing,
            before=before,
            after=after,
            then=self.second.place(thing) if by_instant else None,
        )


def _at_its_moment(moment: Moment, about: str) -> Program:
    """The program of a moment; where a thing is judged by when it came, it came then."""
    program = moment.program(about)
    fact = moment.book.vocabulary.law_of.get(about)
    return specialise(program, {fact: moment.at}) if fact else program


def _violated(moment: Moment, rule: Entry, thing: Thing) -> Kleene:
    """Is a rule violated on a day? One that its book does not have is not."""
    there = moment.book.entries.get(rule.id)
    return moment.court(thing).judged(there).violated if there else False

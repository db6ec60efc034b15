"""What changed between two moments: minimal classes of situations freed and tightened.

A class is a least set of changes of the law that alone gives some use its new outcome, the fewest
facts that make it certain, and a witness that was decided again on both days. Classes are found
until every situation freed (or tightened) is accounted for by them, alone or together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

import attrs

from lawful.analyse.ageing import Turn, limits, only_time, set_aside, turns
from lawful.analyse.changes import Change, Mixed, by_unit, change_of, changed_keys, only, unit_of
from lawful.analyse.circuit import TRUE, Bit
from lawful.analyse.encoding import Side, better, is_outcome, pairs_of_outcomes
from lawful.analyse.faults import DoesNotReplay
from lawful.analyse.plain import plainest
from lawful.analyse.situations import Situation, atoms, situation
from lawful.analyse.solver import Solver
from lawful.analyse.world import Moment, World, vio
from lawful.decide.compiler import stops
from lawful.law.thing import Thing
from lawful.law.tree import FALSE as NEVER
from lawful.law.tree import Const
from lawful.terms.outcomes import Outcome

LIMIT = 48
"""Classes in one direction; where there are more the answer says so."""

Bad = tuple[Bit, Bit, Bit]
Progress = Callable[[str], None]


@attrs.frozen(kw_only=True)
class Class:
    """A class of situations: the changes that make it, its facts, and a use of it, replayed."""

    changes: tuple[Change, ...]
    facts: Situation
    witness: Thing
    before: Outcome
    after: Outcome


@attrs.frozen(kw_only=True)
class Direction:
    """What was freed, or tightened.

    ``proved``: the classes, alone and together, are all there are (no class: nothing at all).
    ``by_time``: an example where the passing of time does it, which is set aside otherwise.
    """

    classes: tuple[Class, ...]
    proved: bool
    by_time: Class | None = None


@attrs.frozen(kw_only=True)
class Question:
    """A use that becomes a question, because of facts that are ``unknown``; replayed."""

    witness: Thing
    before: Outcome
    after: Outcome
    unknown: tuple[str, ...]


@attrs.frozen(kw_only=True)
class UseDiff:
    """How uses answer differently at two moments, all facts being known.

    ``opened``: a refusal that becomes a question where facts are unknown; ``closed``: a lawful use that
    does. None where there is no such use.
    """

    first: Moment
    second: Moment
    changes: tuple[Change, ...]
    freed: Direction
    tightened: Direction
    opened: Question | None = None
    closed: Question | None = None


def diff_uses(first: Moment, second: Moment, progress: Progress = lambda _: None) -> UseDiff:
    """Compare how uses answer at two moments.

    Raises: TooHard: the solver gave up. DoesNotReplay: ours.
    """
    found = _Difference(first, second)
    progress(f"{len(found.changes)} changes, {len(found.dirty)} conditions rest on them")
    freed = found.direction(worse=False, progress=progress)
    tightened = found.direction(worse=True, progress=progress)
    unknown = _Difference(first, second, complete=False, like=found)
    return UseDiff(
        first=first,
        second=second,
        changes=found.changes,
        freed=freed,
        tightened=tightened,
        opened=unknown.into_question(worse=False),
        closed=unknown.into_question(worse=True),
    )


def tightens(first: Moment, second: Moment) -> bool:
    """Is any use tightened between two moments, the passing of time set aside?

    Raises: TooHard: the solver gave up.
    """
    found = _Difference(first, second)
    worse = better(found.world.circuit, *reversed(found.whole))
    return found.world.holds(worse, found.aside)


class _Difference:
    """Two moments side by side over the same facts, what only time changes set aside."""

    def __init__(
        self,
        first: Moment,
        second: Moment,
        *,
        complete: bool = True,
        like: _Difference | None = None,
    ) -> None:
        self.first, self.second = first, second
        self.turns: list[Turn] = turns(first, second) if like is None else like.turns
        self.moving = frozenset(self.turns)
        self.world: World = World(
            (first, second),
            "use",
            programs=None if like is None else like.world.programs,
            limits=limits(self.turns),
            complete=complete,
        )
        self.base = self.world.side(0)
        self.aside = set_aside(self.world, self.turns)
        one, other = self.world.programs
        self.every = changed_keys(one, other) & self.world.reached
        self.changed = frozenset(key for key in sorted(self.every) if self.matters(key))
        self.dirty = self.resting_on(self.changed)
        units = sorted({unit_of(key) for key in self.changed})
        self.changes = tuple(change_of(first, second, (one, other), each) for each in units)
        self.units = tuple(units)
        self._mixed: dict[tuple[tuple[str, Bit], ...], Bad] = {}
        self._alone: dict[tuple[bool, bool], Bad] = {}  # by moment, and whether coverage counts
        rules = {each.id: each for each in (*one.rules, *other.rules) if stops(each)}
        self.rules = tuple(rules.values())
        self.touched = tuple(each for each in self.rules if vio(each) in self.dirty)

    def resting_on(self, keys: frozenset[str]) -> frozenset[str]:
        return frozenset().union(*(each.resting_on(keys) for each in self.world.references))

    def matters(self, key: str) -> bool:
        """Does a node differ by more than the passing of time, all that it refers to being equal?"""
        nodes = [each.nodes.get(key, NEVER) for each in self.world.programs]
        if any(isinstance(node, Const) for node in nodes):
            return True
        if only_time(nodes[0], nodes[1], self.moving):
            return False
        one, other = (self.world.encoder.node(node, self.base.read) for node in nodes)
        circuit = self.world.circuit
        differ = [
            bit
            for a, b in zip(one, other, strict=True)
            for bit in (circuit.all((a, -b)), circuit.all((-a, b)))
        ]
        return self.world.local.holds(self.aside, circuit.some(differ))

    @cached_property
    def then(self) -> Side:
        return Side(self.world.encoder, self.world.programs[1], shared=self.base, own=self.dirty)

    @cached_property
    def with_time(self) -> Side:
        """The second program as it is, time having passed."""
        own = self.resting_on(self.every)
        return Side(self.world.encoder, self.world.programs[1], shared=self.base, own=own)

    @cached_property
    def switches(self) -> dict[str, Bit]:
        return {unit: self.world.circuit.new() for unit in self.units}

    @cached_property
    def unchanged(self) -> Side:
        """No change made, though time has passed."""
        return Mixed(self.world, self.base, self.dirty, self.changed, {})

    @cached_property
    def resting(self) -> dict[str, frozenset[str]]:
        return by_unit(self.changed, self.dirty, self.world.references)

    def mixed_side(self, switches: dict[str, Bit]) -> Side:
        """Some changes made: what rests on none of them is as without any."""
        own = frozenset().union(*(self.resting[unit] for unit in switches))
        return Mixed(self.world, self.unchanged, own, self.changed, switches)

    def mixed(self, switches: dict[str, Bit]) -> Bad:
        key = tuple(sorted(switches.items()))
        if key not in self._mixed:
            self._mixed[key] = self.narrow(self.mixed_side(switches))
        return self._mixed[key]

    @cached_property
    def whole(self) -> tuple[Bad, Bad]:
        """The outcomes at both moments, all rules together."""
        one, other = (each.bad(self.rules, covered=True) for each in (self.base, self.then))
        return one, other

    def narrow(self, side: Side) -> Bad:
        """The outcome of those rules alone that rest on a change.

        A whole outcome cannot differ unless this one does, and differs so in the same direction.
        """
        return side.bad(self.touched, covered="covered" in self.dirty)

    before = property(lambda self: self.alone(later=False, covered="covered" in self.dirty))
    after = property(lambda self: self.alone(later=True, covered="covered" in self.dirty))

    def alone(self, *, later: bool, covered: bool) -> Bad:
        """The outcome at one moment of those rules alone that rest on a change."""
        found = self._alone.get((later, covered))
        if found is None:
            side = self.then if later else self.base
            found = self._alone[later, covered] = side.bad(self.touched, covered=covered)
        return found

    def differs(self, worse: bool) -> Bit:
        """Is the second outcome worse (or better) than the first?"""
        one, other = (self.after, self.before) if worse else (self.before, self.after)
        return better(self.world.circuit, one, other)

    def reaches(self, bad: Bad, worse: bool) -> Bit:
        """Is this outcome as bad (or as good) as the second?"""
        circuit = self.world.circuit
        if worse:
            return circuit.all(
                [circuit.some((b, -a)) for b, a in zip(bad, self.after, strict=True)]
            )
        return circuit.all([circuit.some((-b, a)) for b, a in zip(bad, self.after, strict=True)])

    def direction(self, *, worse: bool, progress: Progress) -> Direction:
        """All classes in one direction."""
        one, other = reversed(self.whole) if worse else self.whole
        seen = better(self.world.circuit, one, other)
        good, refused = (self.before, self.after) if worse else (self.after, self.before)
        plainly = self.world.circuit.all((-good[2], refused[1]))
        asked = [self.differs(worse), self.aside]
        classes: list[Class] = []
        listed: set[str] = set()
        proved = False
        for what in ([*asked, plainly], [*asked, plainly, seen], [*asked, seen]):
            solver = self.world.solver if seen in what else self.world.local
            proved = False
            for units in self.reasons(solver, what, worse, listed):
                found = self.class_of(what, worse, units)
                if found is None or len(classes) == LIMIT:
                    break
                listed |= set(units)
                classes.append(found)
                progress(f"{'tightened' if worse else 'freed'}: class {len(classes)}")
            else:
                proved = True
        rest = -self.reaches(self.mixed(only(listed)), worse)
        proved = proved and not self.world.holds(*asked, seen, rest)
        return Direction(
            classes=tuple(sorted(classes, key=_order)),
            proved=proved,
            by_time=self.by_time(worse),
        )

    def by_time(self, worse: bool) -> Class | None:
        """An example that time alone frees or tightens, the law that it finds being the same."""
        after = self.with_time.bad(self.rules, covered=True)
        pair = (after, self.whole[1]) if worse else (self.whole[1], after)
        if not plainest(self.world, better(self.world.circuit, *pair)):
            return None
        thing = self.world.thing()
        return self.replayed(thing, (), ())

    def reasons(
        self, solver: Solver, what: list[Bit], worse: bool, listed: set[str]
    ) -> Iterator[tuple[str, ...]]:
        """Least sets of changes that alone give some situation its new outcome: first single ones.

        Each gives an outcome that those ``listed`` by then do not give together.
        """
        circuit = self.world.circuit
        switches = self.switches
        asked = [*what, self.reaches(self.mixed(switches), worse)]
        for unit in self.units:
            others = [-switches[each] for each in self.units if each != unit]
            if unit not in listed and solver.holds(
                *asked, *self.unexplained(listed, worse), switches[unit], *others
            ):
                yield (unit,)
        while True:
            now = [*asked, *self.unexplained(listed, worse)]
            fresh = circuit.some([switches[each] for each in self.units if each not in listed])
            if not solver.holds(*now, fresh):
                return
            on = list(self.units)
            new = fewer = TRUE
            while solver.holds(
                *now, *(-switches[each] for each in self.units if each not in on), fewer, new, fresh
            ):
                on = [each for each in self.units if solver.is_true(switches[each])]
                fewer = circuit.some([-switches[each] for each in on])
                new = circuit.some([switches[each] for each in on if each not in listed])
            yield tuple(on)

    def unexplained(self, listed: set[str], worse: bool) -> list[Bit]:
        """Do the changes listed, all together, not give the new outcome?"""
        return [-self.reaches(self.mixed(only(listed)), worse)] if listed else []

    def class_of(self, what: list[Bit], worse: bool, units: tuple[str, ...]) -> Class | None:
        """The facts and a witness of the class that some changes make.

        None where every use of the class is stopped by other rules at both moments.
        """
        side = self.mixed_side(only(units))
        reached = self.reaches(self.narrow(side), worse)
        needed = [
            -self.reaches(self.mixed(only(each for each in units if each != spared)), worse)
            for spared in units
            if len(units) > 1
        ]
        pairs = pairs_of_outcomes(worse)
        for before, after, kept in [(*p, n) for n in (needed, []) for p in pairs]:
            asked = (
                *what,
                reached,
                *kept,
                is_outcome(self.world.circuit, self.whole[0], before),
                is_outcome(self.world.circuit, self.whole[1], after),
            )
            if plainest(self.world, *asked):
                thing = self.world.thing()
                facts = self.facts_of(worse, side)
                changes = tuple(each for each in self.changes if each.unit in units)
                return self.replayed(thing, facts, changes, (before, after))
        return None

    def replayed(
        self,
        thing: Thing,
        facts: Situation,
        changes: tuple[Change, ...],
        wanted: tuple[Outcome, Outcome] | None = None,
    ) -> Class:
        """A class with its witness, decided again on both days."""
        before, after = (each.outcome(thing) for each in (self.first, self.second))
        if wanted not in (None, (before, after)):
            raise DoesNotReplay(
                f"A witness answers {before.value} and then {after.value}, not what was found."
            )
        return Class(changes=changes, facts=facts, witness=thing, before=before, after=after)

    def facts_of(self, worse: bool, side: Side) -> Situation:
        """The fewest facts with which the changes alone, and all of them, make the difference."""
        circuit, case = self.world.circuit, atoms(self.world)
        for covered in (False, True):
            one = self.alone(later=False, covered=covered)
            later = self.alone(later=True, covered=covered)
            certain = circuit.all(
                [
                    better(circuit, other, one) if worse else better(circuit, one, other)
                    for other in (side.bad(self.touched, covered=covered), later)
                ]
            )
            if certain == TRUE:
                return ()
            if not self.world.local.holds(*(each.bit for each in case), self.aside, -certain):
                return situation(self.world, (self.aside, -certain), case).when
        return ()

    def into_question(self, *, worse: bool) -> Question | None:
        """An example that facts unknown turn into a question: from lawful, or from a refusal."""
        circuit, (before, after) = self.world.circuit, self.whole
        was = before[1] if not worse else is_outcome(circuit, before, Outcome.LAWFUL)
        now = is_outcome(circuit, after, Outcome.UNDETERMINED)
        doubt = -self.then.read("covered")[1]
        if not plainest(self.world, was, now, self.aside, doubt):
            return None
        thing = self.world.thing()
        found = self.replayed(thing, (), ())
        return Question(
            witness=thing,
            before=found.before,
            after=found.after,
            unknown=tuple(each for each in self.world.facts.shapes if each not in thing.values),
        )


def _order(found: Class) -> tuple[int, list[str]]:
    return len(found.changes), [each.unit for each in found.changes]

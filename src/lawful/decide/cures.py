"""What would make it lawful: alternative sets of changes, each decided again before it is shown.

A cure changes only what somebody can change (``changed_by`` us, the data subject or an authority,
with an ``effort``). It never switches the lawful basis, and offers consent only where consent is
what is asked.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from itertools import count, product

import attrs

from lawful.decide.asking import DONE, curable
from lawful.decide.compiler import stops
from lawful.decide.decider import Decider, Decision
from lawful.law.model import Entry, Line
from lawful.law.oracle import Court
from lawful.law.thing import Record, Thing
from lawful.law.tree import And, Flag, Fulfilled, HasAll, HasAny, Node, Not, Or
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Outcome
from lawful.terms.values import SetValue, Value

SHOWN = 8
TRIED = 400
TRIED_PARTIAL = 40
STEPS = 6
ACT_EFFORT = 3


@attrs.frozen(order=True)
class Change:
    """One step: ``do`` is ``set`` (a flag), ``add`` (a member) or ``act`` (fulfil a rule)."""

    do: str
    name: str
    value: str = ""

    @property
    def target(self) -> str:
        """What it changes: a fact, by name, or a rule's record (``fulfilled:RULE``)."""
        return f"{DONE}{self.name}" if self.do == "act" else self.name


@attrs.frozen(kw_only=True)
class Cure:
    """Steps to take together, their effort, and what the use would then answer."""

    changes: tuple[Change, ...]
    effort: int
    outcome: Outcome


def find_cures(decider: Decider, thing: Thing, decision: Decision) -> tuple[Cure, ...]:
    """Cures of a use that is not lawful, cheapest first.

    Where none leads to *lawful* because facts are missing that nobody changes, those that lead from
    a refusal to *undetermined* are given, and say so.
    """
    if decision.outcome is Outcome.LAWFUL:
        return ()
    search = _Search(decider, thing)
    return search.run(decision)


def steps_asked(decider: Decider, thing: Thing, *, standing: bool = True) -> frozenset[Change]:
    """Every step by which some rule in the way would be met or defeated.

    Without ``standing``, of every rule that could stop the use, in its way or not.
    """
    ways = Ways(decider, thing)
    if standing:
        rules: Iterable[RuleId] = decider.decide(thing).ruling.standing
    else:
        rules = (each.id for each in decider.compiled(thing).program.rules if stops(each))
    return frozenset(step for rule in rules for step in ways.of(rule))


class Ways:
    """The steps that rules ask for of a use as it is; a rule is looked at when it is first asked about."""

    def __init__(self, decider: Decider, thing: Thing) -> None:
        self._search, self._asking = _Search(decider, thing), decider.asking
        self._court = Court(decider.book, thing)
        self._found: dict[RuleId, frozenset[Change]] = {}

    def of(self, rule: RuleId) -> frozenset[Change]:
        """The steps by which a rule would be met or defeated."""
        found = self._found.get(rule)
        if found is None:
            entry, found = self._search.book.entries[rule], frozenset()
            if self._court.in_force(entry):
                found = found.union(*self._search.clearing(self._court, entry))
            self._found[rule] = found
        return found

    def on(self, target: str) -> frozenset[Change]:
        """The steps that change a fact or record, of every rule that could stop the use."""
        rules = self._asking.get(target, ())
        return frozenset(each for rule in rules for each in self.of(rule) if each.target == target)

    def is_asked(self, step: Change, rules: Iterable[RuleId]) -> bool:
        """Does one of some rules ask for a step?"""
        asking = self._asking.get(step.target, frozenset())
        return any(step in self.of(rule) for rule in rules if rule in asking)


class _Search:
    def __init__(self, decider: Decider, thing: Thing) -> None:
        self.decider, self.thing, self.book = decider, thing, decider.book

    def run(self, decision: Decision) -> tuple[Cure, ...]:
        order = count()
        queue: list[tuple[int, int, int, frozenset[Change]]] = [(0, 0, next(order), frozenset())]
        seen: set[frozenset[Change]] = {frozenset()}
        cures: list[Cure] = []
        partial: list[Cure] = []
        tried = 0
        while queue and tried < TRIED and len(cures) < SHOWN:
            effort, _, _, changes = heapq.heappop(queue)
            if any(set(each.changes) <= changes for each in cures):
                continue
            after = apply(self.book.vocabulary.close, self.thing, changes)
            found = decision if not changes else self.decider.decide(after)
            tried += 1
            cure = Cure(changes=tuple(sorted(changes)), effort=effort, outcome=found.outcome)
            if found.outcome is Outcome.LAWFUL:
                least = self.least(cure)
                if not any(set(each.changes) <= set(least.changes) for each in cures):
                    cures.append(least)
                continue
            if (
                changes
                and found.outcome is Outcome.UNDETERMINED
                and decision.outcome is not Outcome.UNDETERMINED
            ):
                partial.append(cure)
            if len(changes) < STEPS:
                for step in self.steps(after, found):
                    wider = changes | step
                    if wider not in seen:
                        seen.add(wider)
                        heapq.heappush(queue, (self.effort(wider), len(wider), next(order), wider))
        found_all = cures or _least([self.least(each) for each in partial[:TRIED_PARTIAL]])
        return tuple(sorted(found_all, key=lambda each: (each.effort, each.changes)))

    def least(self, cure: Cure) -> Cure:
        """The cure without the steps that it does not need."""
        kept = set(cure.changes)
        for each in cure.changes:
            fewer = frozenset(kept - {each})
            after = apply(self.book.vocabulary.close, self.thing, fewer)
            if self.decider.decide(after).outcome is cure.outcome:
                kept.discard(each)
        changes = frozenset(kept)
        return attrs.evolve(cure, changes=tuple(sorted(changes)), effort=self.effort(changes))

    def effort(self, changes: frozenset[Change]) -> int:
        """The sum of the efforts of the steps."""
        facts = self.book.vocabulary.facts
        return sum(ACT_EFFORT if each.do == "act" else facts[each.name].effort for each in changes)

    def steps(self, thing: Thing, decision: Decision) -> Iterator[frozenset[Change]]:
        """Sets of changes that would clear one rule which now stands in the way."""
        court, ruling = Court(self.book, thing), decision.ruling
        for rule in ruling.standing:
            ways = list(self.clearing(court, self.book.entries[rule]))
            yield from ways
            if ways or rule in ruling.violated:
                return

    def clearing(self, court: Court, entry: Entry) -> Iterator[frozenset[Change]]:
        """Ways to clear one rule: meet it, or make one of its bases hold."""
        if entry.requires is not None:
            yield from _combined([self.making(court, line, entry) for line in entry.requires])
        for defeater in self.book.defeaters.get(entry.id, ()):
            basis = self.book.entries[defeater]
            if basis.verified and court.in_force(basis) and court.scope(basis) is not False:
                lines = [self.making(court, line, basis) for line in basis.when]
                if all(lines):
                    yield from _combined(lines)

    def making(self, court: Court, line: Line, entry: Entry) -> list[frozenset[Change]]:
        """Ways to make a line true; the empty way if it is; none if nobody can."""
        return list(self.ways(court, line.node, entry, True))

    def ways(
        self, court: Court, node: Node, entry: Entry, wanted: bool
    ) -> Iterator[frozenset[Change]]:
        if court.value(node, entry) is wanted:
            yield frozenset()
            return
        match node:
            case Not(item):
                yield from self.ways(court, item, entry, not wanted)
            case And(items) if wanted:
                yield from _combined([list(self.ways(court, item, entry, True)) for item in items])
            case Or(items) if wanted:
                for item in items:
                    yield from self.ways(court, item, entry, True)
            case Flag(name) if name in self.book.definitions:
                for definition in self.book.definitions[name]:
                    if wanted and court.in_force(definition) and definition.verified:
                        yield from _combined(
                            [self.making(court, each, definition) for each in definition.when]
                        )
            case Flag(name) if curable(self.book, name):
                yield frozenset({Change("set", name, "true" if wanted else "false")})
            case HasAny(fact, members) if wanted and curable(self.book, fact):
                for member in members:
                    yield frozenset({Change("add", fact, member)})
            case HasAll(fact, members) if wanted and curable(self.book, fact):
                held = court.thing.values.get(fact)
                missing = [
                    each
                    for each in members
                    if not isinstance(held, SetValue) or each not in held.members
                ]
                yield frozenset(Change("add", fact, each) for each in missing)
            case Fulfilled(rule) if wanted:
                yield frozenset({Change("act", rule or entry.id)})
            case _:
                return


def _combined(lines: list[list[frozenset[Change]]]) -> Iterator[frozenset[Change]]:
    for choice in product(*lines):
        changes: frozenset[Change] = frozenset().union(*choice)
        if changes:
            yield changes


def _least(cures: list[Cure]) -> list[Cure]:
    kept: list[Cure] = []
    for cure in cures:
        if not any(set(each.changes) <= set(cure.changes) for each in kept):
            kept.append(cure)
    return kept[:SHOWN]


def apply(
    close: Callable[[str, Value | None], Value | None], thing: Thing, changes: frozenset[Change]
) -> Thing:
    """The thing after the steps were taken."""
    values: dict[str, Value | None] = {}
    records = list(thing.records)
    for each in sorted(changes):
        if each.do == "act":
            records = [record for record in records if record.rule != each.name] + [
                Record(rule=each.name)
            ]
        elif each.do == "set":
            values[each.name] = each.value == "true"
        else:
            held = values.get(each.name, thing.values.get(each.name))
            known = held if isinstance(held, SetValue) else SetValue()
            values[each.name] = close(
                each.name, SetValue(known.members | {each.value}, known.unknown - {each.value})
            )
    return attrs.evolve(thing, values={**thing.values, **values}, records=tuple(records))

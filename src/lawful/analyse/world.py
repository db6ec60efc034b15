"""A question's world: what is asked about which days of which books, and a solver over its facts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Any

import attrs

from lawful.analyse.beside import states_in, with_records
from lawful.analyse.circuit import Bit, Circuit
from lawful.analyse.encoding import Encoder, References, Side
from lawful.analyse.facts import Choice, Facts, Given, rails_are
from lawful.analyse.faults import DoesNotReplay
from lawful.analyse.holding import hold_invariants, tested_too
from lawful.analyse.probes import Probes
from lawful.analyse.solver import LIMIT, Solver
from lawful.decide.asking import DONE
from lawful.decide.compiler import stops
from lawful.decide.decider import Decider
from lawful.decide.program import Program, assemble, days_of, folded
from lawful.law.book import Book
from lawful.law.coverage import touched
from lawful.law.model import Entry
from lawful.law.oracle import Court, Kleene, outcome_of
from lawful.law.thing import Thing
from lawful.law.tree import Flag, Fulfilled, HasAll, HasAny, Node, Ref, walk
from lawful.terms.outcomes import Otherwise, Outcome
from lawful.terms.values import Value

NOON = time(12, 0, tzinfo=UTC)


@attrs.frozen(kw_only=True, slots=False)
class Moment:
    """A book on a civil day, the same in every zone; an incident, request or order came at its noon."""

    book: Book
    day: date

    @property
    def at(self) -> datetime:
        """Noon of the day, UTC."""
        return datetime.combine(self.day, NOON)

    @cached_property
    def decider(self) -> Decider:
        """What decides by the book."""
        return Decider(self.book)

    def program(self, about: str) -> Program:
        """The book folded onto the day, for one kind of thing."""
        found = self._programs.get(about)
        if found is None:
            found = self._programs[about] = self._assembled(about)
        return found

    @cached_property
    def _programs(self) -> dict[str, Program]:
        return {}

    def _assembled(self, about: str) -> Program:
        by_instant = about in self.book.vocabulary.law_of
        return assemble(
            self.book, about, days_of(self.book, self.at, None if by_instant else self.day)
        )

    def outcome(self, thing: Thing) -> Outcome:
        """What a use answers on this day, by the oracle: one witness is sooner judged than a function made for it."""
        court = self.court(thing)
        found = Outcome.LAWFUL
        for rules in self._worst_first:
            if court.scope(rules[0]) is False:
                continue  # most instruments do not reach the use at all
            for each in rules:
                outcome = outcome_of(each, court.judged(each).violated)
                if outcome is Outcome.PROHIBITED:
                    return outcome
                found = outcome if outcome.rank < found.rank else found
        if found is Outcome.LAWFUL and not touched(court).covered:
            return Outcome.UNDETERMINED
        return found

    @cached_property
    def _worst_first(self) -> list[list[Entry]]:
        """The rules in force about a use that may stop it, by instrument, those that prohibit it first."""
        found: dict[tuple[bool, str], list[Entry]] = {}
        for each in self.program("use").rules:
            if stops(each) and each.in_force_on(self.day):
                key = (each.otherwise is not Otherwise.BLOCK, each.instrument)
                found.setdefault(key, []).append(each)
        return [found[key] for key in sorted(found)]

    def court(self, thing: Thing) -> Court:
        """A thing before the oracle, as it stands on this day."""
        return Court(self.book, self.place(thing))

    def place(self, thing: Thing) -> Thing:
        """The thing as it stands on this day, judged by the law of it."""
        fact = self.book.vocabulary.law_of.get(thing.about)
        moved = attrs.evolve(thing, at=self.at, on=self.day)
        return moved.with_values({fact: self.at}) if fact else moved


class World:
    """Facts, rails and solvers for some programs about one kind of thing.

    ``solver`` is asked about whole cases; ``local`` about a few conditions, of which it knows no more.

    ``keys``: only these nodes and what they rest on are looked at; all entries' without it. ``nodes``:
    conditions besides.
    ``programs``: in place of those of the moments.
    """

    def __init__(
        self,
        moments: Iterable[Moment],
        about: str,
        *,
        keys: Collection[str] | None = None,
        nodes: Collection[Node] = (),
        limits: Mapping[str, Iterable[int]] | None = None,
        programs: Iterable[Program] | None = None,
        complete: bool = True,
        given: Given | None = None,
        circuit: Circuit | None = None,
        limit: int = LIMIT,
    ) -> None:
        self.moments = tuple(moments)
        self.about = about
        self.programs = tuple(programs or (each.program(about) for each in self.moments))
        studies = [study(each) for each in self.programs]
        self.references = tuple(each.references for each in studies)
        self.reached = frozenset().union(*(each.reached for each in studies))
        tests = Probes.of(nodes)
        for each in studies:
            tests.add(each.probes if keys is None else each.of((*keys, *references_in(nodes))))
            if keys is None and nodes:
                tests.add(each.of(references_in(nodes)))
        for name, cuts in (limits or {}).items():
            if name in tests.facts:
                tests.limit(name, *cuts)
        self.vocabulary = self.moments[-1].book.vocabulary
        self.circuit = circuit or Circuit()
        first = min((each.day for each in self.moments), default=None)
        tests.add(Probes.of([*tested_too(self.vocabulary, about, tests, first)]))
        self.facts = Facts(self.circuit, self.vocabulary, tests, complete=complete, given=given)
        self.encoder = Encoder(self.circuit, self.facts)
        hold_invariants(self.facts, self.encoder, about, first)
        self.solver = Solver(self.circuit, limit)
        self.local = Solver(self.circuit, limit)
        for (
            shape
        ) in self.facts.shapes.values():  # one value holds in every case, asked about or not
            if isinstance(shape, Choice) and shape.one:
                self.solver.take_up(shape.bits)
        self.given_up: list[Bit] = []
        self.wished: tuple[int, list[Bit], dict[Bit, int]] | None = None

    @cached_property
    def order(self) -> dict[str, int]:
        """The place of each fact among those that the vocabulary declares."""
        return {name: index for index, name in enumerate(self.vocabulary.facts)}

    def side(self, index: int = 0) -> Side:
        """A program as rails."""
        return Side(self.encoder, self.programs[index])

    def holds(self, *bits: Bit) -> bool:
        """Is there a case in which all of ``bits`` hold?"""
        return self.solver.holds(*bits)

    def thing(self, only: frozenset[str] | None = None) -> Thing:
        """The thing of the last case found, on the first day; of its facts ``only`` these.

        What is not known is left out; a record that does not count is one of a kept register.
        """
        values: dict[str, Value | None] = {}
        for name in self.facts.shapes if only is None else sorted(only & self.facts.shapes.keys()):
            value = self.facts.value_in(name, self.solver.is_true)
            if value is not None:
                values[name] = value
        first = min(self.moments, key=lambda each: each.day)
        states = states_in(self.facts.records, self.solver.is_true)
        thing = with_records(
            first.place(Thing(about=self.about, at=first.at, values=values)), states
        )
        return self._with_systems(self.moments[0].place(thing), states)

    def _with_systems(self, thing: Thing, states: Mapping[str, Kleene]) -> Thing:
        """The thing with systems of which some meet the conditions that some must, and no others."""
        nodes = {key: node for key, node in self.facts.nodes.items() if key.startswith("any_of:")}
        if not nodes:
            return thing
        systems = [self._system(nodes, states, key) for key in nodes if states.get(key)]
        known = None not in [states.get(key) for key in nodes]
        kept = thing.kept | ({"system"} if known else set())
        extra: dict[str, Any] = {"systems": tuple(systems), "kept": frozenset(kept)}
        return attrs.evolve(thing, **extra)

    def _system(
        self, nodes: Mapping[str, Any], states: Mapping[str, Kleene], wanted: str
    ) -> Mapping[str, Value | None]:
        moment = self.moments[0]
        days = dict.fromkeys(moment.book.zones, moment.day)
        folds = {
            key: folded(moment.book, node.about, days, node.item) for key, node in nodes.items()
        }
        world = World((moment,), nodes[wanted].about, keys=(), nodes=tuple(folds.values()))
        side = world.side()
        rails = {key: side.value(node) for key, node in folds.items()}
        others = [rails[key][1] for key in nodes if states.get(key) is False]
        if not world.holds(rails[wanted][0], *others):
            raise DoesNotReplay("A case asks for a system that cannot be.")
        return world.thing().values


@attrs.frozen(kw_only=True, slots=False)
class Study:
    """What is worked out once of a program, each when it is first asked for."""

    program: Program

    @cached_property
    def references(self) -> References:
        """Which nodes refer to which."""
        return References.of(self.program)

    @cached_property
    def reached(self) -> frozenset[str]:
        """What the entries reach."""
        return self.references.cone(key for key in self.program.nodes if key[:4] != "def:")

    @cached_property
    def probes(self) -> Probes:
        """What that tests."""
        return Probes.of(
            self.program.nodes[key] for key in self.reached & self.program.nodes.keys()
        )

    def of(self, keys: Iterable[str]) -> Probes:
        """What some nodes, and all that they rest on, test."""
        nodes = self.program.nodes
        return Probes.of(nodes[key] for key in self.references.cone(keys) if key in nodes)

    @cached_property
    def tests(self) -> dict[str, list[Node]]:
        """The conditions that test each flag, set and record (``fulfilled:RULE``)."""
        found: dict[str, list[Node]] = {}
        for nodes in self._testing.values():
            for each in nodes:
                found.setdefault(target_of(each), []).append(each)
        return found

    @cached_property
    def _testing(self) -> dict[str, list[Node]]:
        """By key, the conditions of a node that test a flag, set or record."""
        return {
            key: [each for each in walk(node) if target_of(each)]
            for key, node in self.program.nodes.items()
        }

    @cached_property
    def _tested(self) -> dict[str, frozenset[str]]:
        """By key, the flags, sets and records that a node tests itself."""
        return {key: frozenset(map(target_of, nodes)) for key, nodes in self._testing.items()}

    @cached_property
    def _below(self) -> dict[str, frozenset[str]]:
        return {}

    def tested_below(self, key: str) -> frozenset[str]:
        """The flags, sets and records that a node, and all that it rests on, tests."""
        found = self._below.get(key)
        if found is None:
            below = map(self.tested_below, self.references.below.get(key, ()))
            found = self._below[key] = self._tested.get(key, frozenset()).union(*below)
        return found

    def testing(self, targets: Collection[str]) -> frozenset[str]:
        """The nodes that test some flags, sets and records, and all that rest on these nodes."""
        nodes = (key for key, tested in self._tested.items() if not tested.isdisjoint(targets))
        return self.references.resting_on(nodes)


def target_of(node: Node) -> str:
    """The flag, set or record (``fulfilled:RULE``) that a condition tests, empty where it is none of these."""
    match node:
        case Flag(name) | HasAny(name) | HasAll(name):
            return name
        case Fulfilled(rule):
            return f"{DONE}{rule}"
        case _:
            return ""


_STUDIES: OrderedDict[int, Study] = OrderedDict()
_KEPT = 16


def study(program: Program) -> Study:
    """The study of a program; the last few are kept."""
    found = _STUDIES.get(id(program))
    if found is None or found.program is not program:
        found = _STUDIES[id(program)] = Study(program=program)
        while len(_STUDIES) > _KEPT:
            _STUDIES.popitem(last=False)
    return found


def references_in(nodes: Iterable[Node]) -> list[str]:
    """The keys that some conditions refer to."""
    return [each.key for node in nodes for each in walk(node) if isinstance(each, Ref)]


def program_of(decider: Decider, thing: Thing) -> Program:
    """The program that decides a thing, at its very moment."""
    known = getattr(decider, "program_of", None)  # where a decider tells law and today apart
    if known is not None:
        found: Program = known(thing)
        return found
    fact = decider.book.vocabulary.law_of.get(thing.about)
    moment = thing.values.get(fact) if fact else None
    if isinstance(moment, datetime):
        return decider.program(thing.about, moment)
    return decider.program(thing.about, thing.at, thing.on)


def vio(entry: Entry) -> str:
    """The key of a rule's being violated."""
    return f"vio:{entry.id}"


def pinned(world: World, thing: Thing, records: Mapping[str, Kleene]) -> list[Bit]:
    """The bits that fix every fact and record of a world as a thing has them."""
    bits: list[Bit] = []
    for name in world.facts.shapes:
        bits += world.facts.bits_of(name, thing.values.get(name))
    for rule, rails in world.facts.records.items():
        bits += rails_are(rails, records.get(rule))
    return bits

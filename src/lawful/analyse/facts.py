"""The facts of a thing as bits: one for each class of values, each limit and each record.

``complete``: every fact is known. Otherwise each may be unknown: no class of an enum holds, a member
of a set only may be in it, a number has no known stretch. Facts that are ``given`` are constants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise

import attrs

from lawful.analyse.beside import hold_together
from lawful.analyse.circuit import FALSE, NO, OPEN, TRUE, YES, Bit, Circuit, Rails, choose_rails
from lawful.analyse.probes import EPOCH, Limits, Probes, ancestors, classes, joined, ordinal
from lawful.law.oracle import Kleene
from lawful.law.tree import Node
from lawful.law.vocabulary import COUNT_MOST, Vocabulary
from lawful.terms.values import NEVER_AT, NEVER_ON, SetValue, Value

CONSTANT: dict[Kleene, Rails] = {True: YES, False: NO, None: OPEN}
"""A value that is given, as rails."""


@attrs.frozen(kw_only=True)
class Given:
    """What is fixed beforehand: facts by name (None: unknown for good), records by rule.

    ``steps``: changes of them, each with the bit that says whether it is taken: of a flag by
    ``true`` or ``false``, of a set by the member added, of a record (``fulfilled:RULE``) by ``true``.
    """

    facts: Mapping[str, Value | None] = attrs.field(factory=dict)
    records: Mapping[str, Kleene] = attrs.field(factory=dict)
    steps: Mapping[str, Mapping[str, Bit]] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Choice:
    """An enum: its classes of values, and the bit that says which. ``one``: one of them holds, it is known."""

    classes: tuple[tuple[str, ...], ...]
    bits: tuple[Bit, ...]
    one: bool = False


@attrs.frozen(kw_only=True)
class Members:
    """A set: for each class of members whether one is in it, and whether one may be."""

    classes: tuple[tuple[str, ...], ...]
    held: tuple[Bit, ...]
    possible: tuple[Bit, ...]
    known: Bit


@attrs.frozen(kw_only=True)
class Scale:
    """A count, date or instant: for each limit, in order, whether it is reached."""

    limits: tuple[int, ...]
    reached: tuple[Bit, ...]
    known: Bit
    least: int
    most: int


FAMILIAR = ("CN", "US", "DE", "SG", "IN", "GB", "JP", "HK", "TW", "BR", "use", "customer_service")
"""Values that a person pictures first, where a class has one of them."""

LONG_AGO = 7_305
"""Days before the first limit of a date at which a thing stands that has passed none: 20 years."""

Shape = Choice | Members | Scale | Rails
_NEVER = 10**18
_BOUNDS = {
    "count": (0, COUNT_MOST),
    "date": (1, date.max.toordinal()),
    "instant": (-_NEVER, _NEVER),
}


def rails_are(rails: Rails, value: Kleene) -> list[Bit]:
    """The bits that say what a condition is."""
    yes, no = rails
    return [-yes, -no] if value is None else [yes if value else no]


class Facts:
    """Bits for the facts and records that some conditions test."""

    def __init__(
        self,
        circuit: Circuit,
        vocabulary: Vocabulary,
        tests: Probes,
        *,
        complete: bool = True,
        given: Given | None = None,
    ) -> None:
        self.circuit, self.vocabulary, self.complete = circuit, vocabulary, complete
        self.given = given or Given()
        self.shapes: dict[str, Shape] = {}
        self.records: dict[str, Rails] = {}
        self.nodes: dict[str, Node] = {}
        self.add(tests)

    def add(self, tests: Probes) -> None:
        """Give bits to what is tested for the first time."""
        pairs = [each.order for each in self.vocabulary.invariants if each.order]
        limits = joined(tests.limits, pairs)
        for name in sorted((tests.facts & set(self.vocabulary.facts)) - self.shapes.keys()):
            self.shapes[name] = self._shape(name, tests.groups.get(name, set()), limits)

    def _shape(self, name: str, groups: Iterable[frozenset[str]], limits: Limits) -> Shape:
        match self.vocabulary.facts[name].type:
            case "flag":
                return self._flag(name)
            case "enum":
                return self._choice(name, classes(self.vocabulary, name, groups))
            case "set":
                return self._members(name, classes(self.vocabulary, name, groups))
            case kind:
                return self._scale(name, kind, sorted(limits.get(name, ())))

    def _flag(self, name: str) -> Rails:
        if name in self.given.facts:
            value = self.given.facts[name]
            return self._stepped(name, CONSTANT[value if isinstance(value, bool) else None])
        return self._open()

    def _stepped(self, name: str, rails: Rails) -> Rails:
        """A given condition, changed where a step is taken."""
        steps = self.given.steps.get(name, {})
        for text, to in (("false", NO), ("true", YES)):
            if text in steps:
                rails = choose_rails(self.circuit, steps[text], to, rails)
        return rails

    def _open(self) -> Rails:
        """A condition of its own: true, false or, unless all is known, unknown."""
        bit = self.circuit.new()
        if self.complete:
            return bit, -bit
        other = self.circuit.new()
        self.circuit.hold(-bit, -other)
        return bit, other

    def _choice(self, name: str, found: tuple[tuple[str, ...], ...]) -> Choice:
        if name in self.given.facts:
            value = self.given.facts[name]
            bits = tuple(TRUE if value in members else FALSE for members in found)
            return Choice(classes=found, bits=bits)
        if len(found) == 1 and self.complete:
            return Choice(classes=found, bits=(TRUE,))
        free = [self.circuit.new() for _ in found]
        self.circuit.at_most_one(free)
        if self.complete:
            self.circuit.hold(*free)
        return Choice(classes=found, bits=tuple(free), one=self.complete)

    def _members(self, name: str, found: tuple[tuple[str, ...], ...]) -> Members:
        value = self.given.facts.get(name)
        if name in self.given.facts:
            now = value if isinstance(value, SetValue) else SetValue()
            held = [TRUE if now.members.intersection(each) else FALSE for each in found]
            may = held if value is not None else [TRUE] * len(found)
            possible = [
                TRUE if bit == TRUE or now.unknown.intersection(each) else bit
                for bit, each in zip(may, found, strict=True)
            ]
            known = FALSE if value is None else TRUE
            if name in self.given.steps:
                held, possible, known = self._added(name, found, held, possible, known)
        else:
            held = [self.circuit.new() for _ in found]
            possible, known = held, TRUE
            if not self.complete:
                possible = [self.circuit.new() for _ in found]
                known = self.circuit.new()
                for bit, may_be in zip(held, possible, strict=True):
                    self.circuit.hold(-bit, may_be)
                    self.circuit.hold(known, -bit)
                    self.circuit.hold(known, may_be)
            self._close(name, found, held)
            if possible is not held:
                self._close(name, found, possible)
        return Members(classes=found, held=tuple(held), possible=tuple(possible), known=known)

    def _added(
        self,
        name: str,
        found: tuple[tuple[str, ...], ...],
        held: list[Bit],
        possible: list[Bit],
        known: Bit,
    ) -> tuple[list[Bit], list[Bit], Bit]:
        """A given set with the members that steps add; one that was unknown is then known."""
        circuit, steps = self.circuit, self.given.steps[name]
        taken = circuit.some(steps.values())
        adds = [
            circuit.some([bit for member, bit in steps.items() if self._brings(name, member, each)])
            for each in found
        ]
        held = [circuit.some(pair) for pair in zip(held, adds, strict=True)]
        if known == FALSE:
            possible = [circuit.some((-taken, add)) for add in adds]
            known = taken
        else:
            possible = [circuit.some(pair) for pair in zip(possible, adds, strict=True)]
        return held, possible, known

    def _brings(self, name: str, member: str, members: tuple[str, ...]) -> bool:
        """Does adding a member put one of these into the set?"""
        if self.vocabulary.facts[name].values == "categories":
            return not ancestors(self.vocabulary, member).isdisjoint(members)
        return member in members

    def _close(self, name: str, found: tuple[tuple[str, ...], ...], bits: list[Bit]) -> None:
        """A category is never held without those above it."""
        if self.vocabulary.facts[name].values != "categories":
            return
        for bit, members in zip(bits, found, strict=True):
            above = ancestors(self.vocabulary, members[0])
            for other, theirs in zip(bits, found, strict=True):
                if other != bit and above.intersection(theirs):
                    self.circuit.hold(-bit, other)

    def _scale(self, name: str, kind: str, limits: list[int]) -> Scale:
        least, most = _BOUNDS[kind]
        inner = tuple(each for each in limits if least < each <= most)
        if name in self.given.facts:
            value = self.given.facts[name]
            known = FALSE if value is None else TRUE
            reached = tuple(
                TRUE if value is not None and ordinal(value) >= each else FALSE for each in inner
            )
        else:
            known = TRUE if self.complete else self.circuit.new()
            reached = tuple(self.circuit.new() for _ in inner)
            for bit in reached:
                self.circuit.hold(-bit, known)
            for low, high in pairwise(reached):
                self.circuit.hold(-high, low)
        return Scale(limits=inner, reached=reached, known=known, least=least, most=most)

    def beside(self, node: Node, key: str) -> Rails:
        """The state of what stands beside the facts: a record, the systems of an entity."""
        found = self.records.get(key)
        if found is None:
            self.nodes[key] = node
            if key in self.given.records:
                found = self._stepped(f"fulfilled:{key}", CONSTANT[self.given.records[key]])
                self.records[key] = found
            else:
                found = self.records[key] = self._open()
                hold_together(self.circuit, self.records)
        return found

    def at_least(self, name: str, limit: int) -> Rails:
        """Has a count, date or instant reached ``limit``?"""
        shape = self.shapes[name]
        assert isinstance(shape, Scale)
        if limit <= shape.least:
            return shape.known, FALSE
        if limit > shape.most:
            return FALSE, shape.known
        bit = shape.reached[shape.limits.index(limit)]
        return bit, self.circuit.all((shape.known, -bit))

    def bits_of(self, name: str, value: Value | None) -> list[Bit]:
        """The bits that say a fact has a value (None: is unknown)."""
        shape = self.shapes[name]
        match shape:
            case Choice(classes=found, bits=bits):
                return [
                    bit if value in members else -bit
                    for bit, members in zip(bits, found, strict=True)
                ]
            case Members(classes=found, held=held, possible=possible, known=known):
                if not isinstance(value, SetValue):
                    return [-known]
                told = [known]
                for bit, may_be, members in zip(held, possible, found, strict=True):
                    inside = bool(value.members.intersection(members))
                    told.append(bit if inside else -bit)
                    maybe = inside or bool(value.unknown.intersection(members))
                    told.append(may_be if maybe else -may_be)
                return told
            case Scale(limits=limits, reached=reached, known=known):
                if value is None:
                    return [-known]
                at = ordinal(value)
                return [
                    known,
                    *(b if at >= each else -b for b, each in zip(reached, limits, strict=True)),
                ]
            case (yes, no):
                return rails_are((yes, no), value if isinstance(value, bool) else None)

    def knowing(self, name: str) -> list[Bit]:
        """Bits of which one holds when, and only when, a fact is known."""
        match self.shapes[name]:
            case Choice(bits=bits):
                return list(bits)
            case (yes, no):
                return [yes, no]
            case shape:
                return [shape.known]

    def known_of(self, name: str, value: SetValue) -> list[Bit]:
        """The bits that fix what is known of a set; classes that only may be in it are left open."""
        shape = self.shapes[name]
        assert isinstance(shape, Members)
        bits = []
        for bit, members in zip(shape.held, shape.classes, strict=True):
            if value.members.intersection(members):
                bits.append(bit)
            elif not value.unknown.intersection(members):
                bits.append(-bit)
        return bits

    def value_in(self, name: str, is_true: Callable[[Bit], bool]) -> Value | None:
        """A fact's value in a case: the plainest of its class or stretch."""
        shape = self.shapes[name]
        match shape:
            case Choice(classes=found, bits=bits):
                chosen = [each for bit, each in zip(bits, found, strict=True) if is_true(bit)]
                return self.plainest(name, chosen[0]) if chosen else None
            case Members(classes=found, held=held, possible=possible, known=known):
                if not is_true(known):
                    return None
                members = [
                    self.one_of(name, m) for b, m in zip(held, found, strict=True) if is_true(b)
                ]
                maybe = [
                    self.one_of(name, m) for b, m in zip(possible, found, strict=True) if is_true(b)
                ]
                value = SetValue(frozenset(members), frozenset(maybe) - frozenset(members))
                return self.vocabulary.close(name, value)
            case Scale():
                return self._number(name, shape, is_true) if is_true(shape.known) else None
            case (yes, no):
                return True if is_true(yes) else (False if is_true(no) else None)

    def one_of(self, name: str, members: tuple[str, ...]) -> str:
        """The member that stands for a class; of categories the first, whose parents are all told apart."""
        if self.vocabulary.facts[name].values == "categories":
            return members[0]
        return self.plainest(name, members)

    def plainest(self, name: str, members: Iterable[str]) -> str:
        """The value of a class that a person pictures most easily."""
        found = list(members)
        absent = self.vocabulary.facts[name].absent
        return next((each for each in (absent, *FAMILIAR) if each in found), found[0])

    def _number(self, name: str, shape: Scale, is_true: Callable[[Bit], bool]) -> Value:
        """A number, date or instant of the stretch that holds; ``never`` where that may be."""
        fact = self.vocabulary.facts[name]
        past = [each for b, each in zip(shape.reached, shape.limits, strict=True) if is_true(b)]
        if fact.type == "count":
            return past[-1] if past else 0
        on_last = len(past) == len(shape.limits)
        if fact.type == "date":
            if on_last and (fact.absent == "never" or not past):
                return NEVER_ON
            return date.fromordinal(past[-1] if past else max(1, shape.limits[0] - LONG_AGO))
        if on_last and (fact.absent == "never" or not past):
            return NEVER_AT
        at = past[-1] if past else shape.limits[0] - LONG_AGO * 86_400_000_000
        return EPOCH + timedelta(microseconds=at)

"""Writes the steps of a plan.

Every condition has two rails, *definitely true* and *definitely false*, and each is plain two-valued logic; what is on
neither is unknown. So AND, OR and NOT are jumps between tests.
"""

from __future__ import annotations

import sys
from array import array
from collections import Counter
from collections.abc import Iterable
from functools import reduce
from operator import or_

import attrs

from lawful.decide.partial import valuer
from lawful.decide.program import Program
from lawful.decide.sieve import steps as s
from lawful.decide.sieve.plan import ByAny, ByFact, ByTest, First, Kept, Plan, Prices
from lawful.decide.sieve.steps import Listed, Side, Sifter, Slot, Steps
from lawful.law.tree import (
    And,
    Beside,
    Compare,
    Const,
    Doubted,
    FactTerm,
    Flag,
    HasAll,
    HasAny,
    In,
    Literal,
    Lookup,
    Node,
    Not,
    Or,
    Presumed,
    PresumedTerm,
    Ref,
    Term,
    walk,
)
from lawful.terms.values import Value

OPPOSITE = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", "<=": ">", ">": "<="}
SHORT = 3
"""Below this price a shared condition is written where it stands."""


def steps_of(program: Program, plan: Plan) -> Steps:
    """The steps of a plan.

    Raises: OverflowError: there are more rules, or steps, than words have bits for.
    """
    if len(plan.keys) > s.MOST_KEYS:
        raise OverflowError("a rulebook of this size has more rules than there are numbers for")
    return _Writer(program).all(plan)


@attrs.frozen(eq=False)
class _Label:
    """A place among the steps that is not known yet."""


@attrs.frozen
class _Mask:
    """Codes of an enum fact: of some members or (``other``) of none of them; and of *unknown*, or not."""

    name: str
    members: frozenset[str]
    other: bool
    unknown: bool


class _Writer:
    def __init__(self, program: Program) -> None:
        self.program, self.prices = program, Prices(program)
        self.rows: list[tuple[int, int, int, bool, _Label | None, int]] = []
        self.places: dict[_Label, int] = {}
        self.slots: dict[tuple[str, int], int] = {}
        self.named, self.codes = program.named, program.named.codes
        self.masks: dict[_Mask | int, int] = {}
        self.lists: dict[tuple[str, frozenset[str]], int] = {}
        self.sides: dict[Term, tuple[int, Side]] = {}
        self.constants: dict[frozenset[str], int] = {}
        self.states: dict[str, int] = {}
        self.called: dict[tuple[Node, bool], tuple[int, _Label]] = {}
        self.shared: set[Node] = set()

    def add(
        self,
        operation: int,
        a: int = 0,
        b: int = 0,
        *,
        on: bool = True,
        to: _Label | None = None,
        by: int = 0,
    ) -> None:
        """One step."""
        self.rows.append((operation, a, b, on, to, by))

    def place(self, label: _Label) -> None:
        self.places[label] = len(self.rows)

    def all(self, plan: Plan) -> Steps:
        counts = Counter(part for each in plan.then for part in set(each.left))
        self.shared = {part for part, times in counts.items() if times > 1}
        first = [self.first(each) for each in plan.first]
        begins = tuple(self.alone(each) for each in plan.then)
        self.calls()
        return Steps(
            keys=plan.keys,
            sifters=tuple(
                self.sifter(each, at, len(plan.keys))
                for each, at in zip(plan.first, first, strict=True)
            ),
            begins=begins,
            calls=tuple(self.places[begin] for _, begin in self.called.values()),
            rows=array(
                "q",
                (
                    s.packed(operation, a, b, on, 0 if to is None else self.places[to], by)
                    for operation, a, b, on, to, by in self.rows
                ),
            ),
            slots=tuple(Slot(name, kind, self._codes_of(name, kind)) for name, kind in self.slots),
            masks=tuple(map(self._mask, self.masks)),
            lists=tuple(
                Listed(members, sum(1 << self.codes[name][each] for each in members))
                for name, members in self.lists
            ),
            sides=tuple(side for _, side in self.sides.values()),
            constants=tuple(self.constants),
            states=tuple(self.states),
        )

    def first(self, each: First) -> int:
        """What is looked at for many keys: its slot, or where its test begins."""
        if isinstance(each, ByAny):
            for fact in each.facts:
                self.first(fact)
            return 0
        if isinstance(each, ByTest):
            begin = len(self.rows)
            self.answer(each.test, rail=False)
            return begin
        return self.slot(each.name, self._kind(each))

    def _kind(self, each: ByFact) -> int:
        if each.kind != "code":
            return s.POSSIBLE if each.kind == "possible" else s.MEMBERS
        flags = (isinstance(node, Flag) for one in each.conditions for node in walk(one))
        return s.FLAG if any(flags) else s.CODE

    def alone(self, kept: Kept) -> int:
        """The steps of a key: is it passed, and if not, is it certain?"""
        begin, passed, unsure = len(self.rows), _Label(), _Label()
        for each in kept.left:
            self.jump(each, rail=False, on=True, to=passed)
        for each in kept.all:
            self.jump(each, rail=True, on=False, to=unsure)
        self.add(s.RETURN, s.CERTAIN)
        self.place(passed)
        self.add(s.RETURN, s.PASSED)
        self.place(unsure)
        self.add(s.RETURN, s.UNSURE)
        return begin

    def answer(self, node: Node, *, rail: bool) -> None:
        """Steps that end with 1 where one rail of a condition holds, else with 0."""
        holds = _Label()
        self.write(node, rail=rail, on=True, to=holds)
        self.add(s.RETURN, 0)
        self.place(holds)
        self.add(s.RETURN, 1)

    def calls(self) -> None:
        """The conditions that are called, and those that these call."""
        done = 0
        while done < len(self.called):
            (node, rail), (_, begin) = list(self.called.items())[done]
            self.place(begin)
            self.answer(self.program.nodes[node.key] if isinstance(node, Ref) else node, rail=rail)
            done += 1

    def sifter(self, each: First, at: int, keys: int) -> Sifter:
        if isinstance(each, ByAny):
            tests = tuple(test.keys for test in each.tests)
            facts = (self.sifter(fact, self.first(fact), len(tests)) for fact in each.facts)
            return Sifter(s.BY_ANY, 0, _union(tests), tests=tests, facts=tuple(facts))
        if isinstance(each, ByTest):
            return Sifter(s.BY_TEST, at, each.keys)
        mine = _union(each.conditions.values())
        everything, kind = (1 << keys) - 1, self._kind(each)
        if kind in (s.CODE, s.FLAG):
            values: list[Value | None] = [None, ""]
            values += s.FLAG_CODES if kind == s.FLAG else self.codes[each.name]
            leaves = tuple(everything ^ self._passed(each, value) for value in values)
            return Sifter(s.BY_CODE, at, mine, leaves)
        left = []
        for member in self.codes[each.name]:
            named = _union(on for node, on in each.conditions.items() if member in _members(node))
            left.append(named if kind == s.POSSIBLE else everything ^ named)
        return Sifter(s.BY_POSSIBLE if kind == s.POSSIBLE else s.BY_MEMBERS, at, mine, tuple(left))

    def _passed(self, each: ByFact, value: Value | None) -> int:
        """The keys whose condition a value makes definitely false."""
        of = valuer({each.name: value}, lambda _: None)
        return _union(keys for condition, keys in each.conditions.items() if of(condition) is False)

    def jump(self, node: Node, *, rail: bool, on: bool, to: _Label) -> None:
        """Go to a place where one rail of a condition is as ``on`` says, else on."""
        if node in self.shared and self.prices.of(node) >= SHORT:
            self.call(node, rail=rail, on=on, to=to)
        else:
            self.write(node, rail=rail, on=on, to=to)

    def write(self, node: Node, *, rail: bool, on: bool, to: _Label) -> None:
        """The steps of a jump, written where they stand."""
        match node:
            case Const(value):
                if (value is rail) is on:
                    self.add(s.GO, to=to)
            case And(items) | Or(items):
                self._junction(items, rail=rail, all_of=isinstance(node, And) is rail, on=on, to=to)
            case Not(item):
                self.jump(item, rail=not rail, on=on, to=to)
            case Doubted(item):
                self.jump(Const(None) if rail else item, rail=rail, on=on, to=to)
            case Presumed(item, value):  # where it is unknown it is on the rail of what is presumed
                if value is rail:
                    self.jump(item, rail=not rail, on=not on, to=to)
                else:
                    self.jump(item, rail=rail, on=on, to=to)
            case Ref(key) if self.prices.of(self.program.nodes[key]) < SHORT:
                self.jump(self.program.nodes[key], rail=rail, on=on, to=to)
            case Ref():
                self.call(node, rail=rail, on=on, to=to)
            case _:
                self._leaf(node, rail=rail, on=on, to=to)

    def call(self, node: Node, *, rail: bool, on: bool, to: _Label) -> None:
        answer, _ = self.called.setdefault((node, rail), (len(self.called), _Label()))
        self.add(s.CALL, answer, on=on, to=to)

    def _junction(
        self, items: Iterable[Node], *, rail: bool, all_of: bool, on: bool, to: _Label
    ) -> None:
        """One rail of several: that all are on it, or that some is; the cheapest first."""
        parts = sorted(items, key=self.prices.of)
        if all_of is not on:
            for each in parts:
                self.jump(each, rail=rail, on=on, to=to)
            return
        after = _Label()
        for each in parts[:-1]:
            self.jump(each, rail=rail, on=not on, to=after)
        self.jump(parts[-1], rail=rail, on=on, to=to)
        self.place(after)

    def _leaf(self, node: Node, *, rail: bool, on: bool, to: _Label) -> None:
        match node:
            case Flag(name):
                mask = self.masks.setdefault(1 << s.FLAG_CODES[rail], len(self.masks))
                self.add(s.CODED, self.slot(name, s.FLAG), mask, on=on, to=to)
            case Beside():
                state = self.states.setdefault(node.key, len(self.states))
                self.add(s.STATE_TRUE if rail else s.STATE_FALSE, state, on=on, to=to)
            case HasAny(name, members) | HasAll(name, members):
                yes, no = (s.ANY, s.NONE) if isinstance(node, HasAny) else (s.ALL, s.LACKS)
                listed = self.lists.setdefault((name, frozenset(members)), len(self.lists))
                test, kind = (yes, s.MEMBERS) if rail else (no, s.POSSIBLE)
                self.add(test, self.slot(name, kind), listed, on=on, to=to)
            case In(FactTerm(name), members):
                self.coded(name, members, other=not rail, unknown=False, on=on, to=to)
            case In(PresumedTerm(name, value), members):
                unknown = (value in members) is rail
                self.coded(name, members, other=not rail, unknown=unknown, on=on, to=to)
            case In(left, members):
                place = self.constants.setdefault(frozenset(members), len(self.constants))
                self.add(s.MEMBER, self.side(left), place, on=on, to=to, by=int(rail))
            case Compare("=" | "<>" as op, FactTerm(name), Literal(str(value))) if self.named.has(
                name, value
            ):
                other = (op == "=") is not rail
                self.coded(name, (value,), other=other, unknown=False, on=on, to=to)
            case Compare(op, left, right):
                by = s.OPERATORS.index(op if rail else OPPOSITE[op])
                self.add(s.COMPARED, self.side(left), self.side(right), on=on, to=to, by=by)
            case _:
                raise TypeError(f"{type(node).__name__} has no step")

    def coded(
        self, name: str, members: Iterable[str], *, other: bool, unknown: bool, on: bool, to: _Label
    ) -> None:
        """A test of an enum fact by the code of its value: one of the members, or (``other``) none of them."""
        mask = _Mask(name, frozenset(members), other, unknown)
        number = self.masks.setdefault(mask, len(self.masks))
        self.add(s.CODED, self.slot(name, s.CODE), number, on=on, to=to)

    def slot(self, name: str, kind: int = s.VALUE) -> int:
        return self.slots.setdefault((sys.intern(name), kind), len(self.slots))

    def side(self, term: Term) -> int:
        found = self.sides.get(term)
        if found is None:
            found = self.sides[term] = len(self.sides), self._side(term)
        return found[0]

    def _side(self, term: Term) -> Side:
        match term:
            case Literal(value):
                return Side(s.LITERAL, value=value)
            case FactTerm(name):
                return Side(s.FACT, self.slot(name))
            case PresumedTerm(name, value):
                return Side(s.PRESUMED, self.slot(name), value)
            case Lookup(key, table):
                return Side(s.LOOKED_UP, self.slot(key), dict(table))
            case _:
                raise TypeError(f"{type(term).__name__} has no side")

    def _codes_of(self, name: str, kind: int) -> dict[Value, int] | None:
        return None if kind in (s.VALUE, s.FLAG) else self.codes[name]

    def _mask(self, mask: _Mask | int) -> int:
        if isinstance(mask, int):
            return mask
        codes = self.codes[mask.name]
        named = sum(1 << code for value, code in codes.items() if value in mask.members)
        known = sum(1 << code for code in codes.values()) | 1 << s.OTHER_CODE
        return (known ^ named if mask.other else named) | mask.unknown << s.UNKNOWN_CODE


def _union(some: Iterable[int]) -> int:
    return reduce(or_, some, 0)


def _members(node: Node) -> tuple[str, ...]:
    """The members that a test of a set names, itself or what it denies."""
    for each in walk(node):
        if isinstance(each, HasAny):
            return each.members
    return ()

"""What to test in which order, so that one look passes as many rules as it can.

A rule is passed when some condition on which its being violated rests is definitely false. So each
rule is a list of conditions, opened through references. Those that one fact alone decides are looked
up for all rules together: a value of the fact, the rules that it leaves. A condition of several facts
that several rules share is tested once. What all this leaves is tested rule by rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import islice
from math import inf

import attrs

from lawful.decide.program import Program, refs_in
from lawful.law.tree import (
    FALSE,
    TRUE,
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
    Node,
    Not,
    Or,
    Presumed,
    PresumedTerm,
    Ref,
    children,
    conjunction,
    disjunction,
    facts_in,
    walk,
)

COVERED = "covered"
"""Among the keys that a sieve keeps: it is not certain that everything touched is covered."""
WORD = 63
"""So many conditions that hold for any of several facts are looked at together."""
SET = 3
"""What reading a set costs, where reading another fact costs 1."""
SHARED = 6
"""A fact or a condition on which so many keys rest is looked at before single keys are."""


@attrs.frozen
class ByFact:
    """A fact whose value passes the keys of each condition on it that is definitely false.

    ``kind``: *code* of an enum or flag; *possible* or *members* of a set, where a condition names some members.
    """

    name: str
    kind: str
    conditions: Mapping[Node, int] = attrs.field(hash=False)
    """The keys of each, as bits."""


@attrs.frozen
class ByTest:
    """A condition that passes keys where it is definitely false."""

    test: Node
    keys: int
    """As bits."""


@attrs.frozen
class ByAny:
    """Conditions that hold where one of several facts says so: the places to which laws apply.

    ``facts``: what must be definitely false of each fact; by the number of the test, not the key.
    """

    tests: tuple[ByTest, ...]
    facts: tuple[ByFact, ...]


@attrs.frozen
class Kept:
    """What is to test of a key alone: passed where one of ``left`` is definitely false, certain where ``all`` hold."""

    left: tuple[Node, ...]
    all: tuple[Node, ...]


First = ByFact | ByTest | ByAny


@attrs.frozen
class Plan:
    """The keys that may be kept, by position; what is looked at for many, in order; and for each alone."""

    keys: tuple[str, ...]
    first: tuple[First, ...]
    then: tuple[Kept, ...]


def plan(program: Program, keys: Iterable[str]) -> Plan:
    """The plan for those of ``keys`` that do not clearly fail.

    ``covered`` comes last, as not known, unless it is certain.
    """
    live = [key for key in keys if program.nodes[key] != FALSE]
    nodes = [program.nodes[key] for key in live]
    if program.nodes.get(COVERED, TRUE) != TRUE:
        live.append(COVERED)
        nodes.append(Doubted(Not(Ref(COVERED))))
    return _Planner(program, nodes).plan(tuple(live))


class Prices:
    """How much there is to do for a condition of a program, about."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._known: dict[Node, int] = {}

    def of(self, node: Node) -> int:
        """The price of one condition, through what it refers to."""
        found = self._known.get(node)
        if found is None:
            match node:
                case Beside():
                    found = 50
                case Ref(key):
                    found = 1 + self.of(self._program.nodes[key])
                case HasAny() | HasAll():
                    found = 2
                case _:
                    found = 1 + sum(self.of(each) for each in children(node))
            self._known[node] = found
        return found


class _Planner:
    def __init__(self, program: Program, nodes: list[Node]) -> None:
        self.program, self.prices = program, Prices(program)
        self.rests = [self.parts(node) for node in nodes]
        self._facts: dict[Node, frozenset[str]] = {}

    def parts(self, node: Node) -> tuple[Node, ...]:
        """Conditions that all hold exactly when a node does; what it refers to is opened."""
        nodes = self.program.nodes
        match node:
            case And(items):
                return tuple(dict.fromkeys(part for each in items for part in self.parts(each)))
            case Ref(key) if isinstance(nodes[key], (And, Not, Ref)):
                return self.parts(nodes[key])
            case Not(Or(items)):
                return self.parts(And(tuple(Not(each) for each in items)))
            case Not(Not(item)):
                return self.parts(item)
            case Not(Ref(key)) if isinstance(nodes[key], (Or, Not, Ref)):
                return self.parts(Not(nodes[key]))
            case _:
                return (node,)

    def plan(self, keys: tuple[str, ...]) -> Plan:
        by_fact: dict[tuple[str, str], dict[int, list[Node]]] = defaultdict(dict)
        by_test: dict[Node, list[int]] = defaultdict(list)
        for position, parts in enumerate(self.rests):
            for part in parts:
                place = self._place(part)
                if place is None:
                    by_test[part].append(position)
                elif place[1] == "code" or position not in by_fact[place]:
                    by_fact[place].setdefault(position, []).append(part)
        first: list[tuple[float, First]] = []
        done: set[tuple[int, Node]] = set()
        for (name, kind), found in by_fact.items():
            if len(found) >= SHARED:
                done |= {(position, each) for position, parts in found.items() for each in parts}
                price = 1 if kind == "code" else SET
                first.append((len(found) / price, self._by_fact(name, kind, found)))
        shared = {test: mine for test, mine in by_test.items() if len(mine) >= SHARED}
        done |= {(position, test) for test, mine in shared.items() for position in mine}
        places = {test: items for test in shared if (items := self._disjuncts(test))}
        waiting = iter(places.items())
        while some := dict(islice(waiting, WORD)):
            first.append((inf, self._by_any(some, shared)))
        for test, mine in shared.items():
            if test not in places:
                first.append((len(mine) / self.prices.of(test), ByTest(test, _bits(mine))))
        then = []
        for position, parts in enumerate(self.rests):
            ordered = tuple(sorted(parts, key=self.prices.of))
            left = tuple(part for part in ordered if (position, part) not in done)
            then.append(Kept(left, ordered))
        first.sort(key=lambda each: -each[0])
        return Plan(keys, tuple(each for _, each in first), tuple(then))

    def _by_fact(self, name: str, kind: str, found: Mapping[int, list[Node]]) -> ByFact:
        conditions: dict[Node, int] = defaultdict(int)
        for number, parts in found.items():
            conditions[conjunction(tuple(map(self.opened, parts)))] |= 1 << number
        return ByFact(name, kind, conditions)

    def _by_any(
        self,
        tests: Mapping[Node, dict[tuple[str, str], list[Node]]],
        keys: Mapping[Node, list[int]],
    ) -> ByAny:
        by_fact: dict[tuple[str, str], dict[int, list[Node]]] = defaultdict(dict)
        for number, found in enumerate(tests.values()):
            for place, items in found.items():
                by_fact[place][number] = items
        return ByAny(
            tuple(ByTest(test, _bits(keys[test])) for test in tests),
            tuple(self._by_fact(*place, found) for place, found in by_fact.items()),
        )

    def _disjuncts(self, test: Node) -> dict[tuple[str, str], list[Node]]:
        """What a condition asks of each of its facts where any one will do; nothing where it is none such."""
        opened = self.opened(test)
        found: dict[tuple[str, str], list[Node]] = defaultdict(list)
        for item in opened.items if isinstance(opened, Or) else ():
            place = self._place(item)
            if (
                place is None
                or place[1] == "members"
                or (place[1] == "possible" and place in found)
            ):
                return {}
            found[place].append(item)
        return {place: [disjunction(tuple(items))] for place, items in found.items()}

    def _place(self, part: Node) -> tuple[str, str] | None:
        """The fact that alone decides a condition, and what of it; None where more does."""
        facts = self.facts(part)
        if len(facts) != 1:
            return None
        (name,) = facts
        match self.opened(part):
            case HasAny():
                return name, "possible"
            case Not(HasAny()):
                return name, "members"
            case opened:
                return (name, "code") if all(map(self.is_coded, walk(opened))) else None

    def is_coded(self, node: Node) -> bool:
        """Is a condition one that numbers of values decide, as far as it stands here?"""
        match node:
            case Compare("=" | "<>", FactTerm(name) | PresumedTerm(name), Literal(str(value))):
                return self.program.named.has(name, value)
            case Flag() | In(FactTerm() | PresumedTerm()):
                return True
            case Const() | And() | Or() | Not() | Doubted() | Presumed():
                return True
            case _:
                return False

    def facts(self, node: Node) -> frozenset[str]:
        """The facts that a condition reads, through what it refers to."""
        found = self._facts.get(node)
        if found is None:
            below = (self.facts(self.program.nodes[key]) for key in refs_in(node))
            found = self._facts[node] = facts_in(node).union(*below)
        return found

    def opened(self, node: Node) -> Node:
        """A condition with what it refers to written out."""
        match node:
            case Ref(key):
                return self.opened(self.program.nodes[key])
            case And(items) | Or(items):
                return type(node)(tuple(self.opened(each) for each in items))
            case Not(item) | Doubted(item):
                return type(node)(self.opened(item))
            case _:
                return node


def _bits(positions: Iterable[int]) -> int:
    return sum(1 << each for each in positions)

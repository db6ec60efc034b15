"""From a folded program to bits: every node as two rails, every use as four nested outcomes.

A kind of node that is not known here raises ``NoEncoding``; adding one is one branch of
``Encoder.node``. What only a record shows is a free three-valued bit, one for each record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import attrs

from lawful.analyse.beside import key_of
from lawful.analyse.circuit import (
    FALSE,
    NO,
    OPEN,
    TRUE,
    YES,
    Bit,
    Circuit,
    Rails,
    all_rails,
    doubted,
    opposite,
    some_rails,
)
from lawful.analyse.facts import CONSTANT, Choice, Facts, Members
from lawful.analyse.probes import ordinal
from lawful.decide.compiler import stops
from lawful.decide.program import Program
from lawful.law.model import Entry
from lawful.law.oracle import Kleene, compare
from lawful.law.tree import (
    And,
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
    children,
)
from lawful.terms.errors import LawfulError
from lawful.terms.outcomes import Otherwise, Outcome

ORDER = (Outcome.PROHIBITED, Outcome.NOT_YET, Outcome.UNDETERMINED, Outcome.LAWFUL)
"""Worst first."""


class NoEncoding(LawfulError):
    """A kind of condition that analysis does not know yet; nothing is claimed about the book then."""

    code = "analyse.no_encoding"


NO_KEYS: frozenset[str] = frozenset()
Read = Callable[[str], Rails]
"""The rails of a program's node, by key."""


class Encoder:
    """Conditions as rails, over the bits of some facts."""

    def __init__(self, circuit: Circuit, facts: Facts) -> None:
        self.circuit, self.facts = circuit, facts
        self._leaves: dict[Node, Rails] = {}
        self._kept: dict[int, tuple[Node, Rails | None]] = {}
        self._reads = 0

    def node(self, node: Node, read: Read) -> Rails:
        """The rails of a condition; references are read from ``read``.

        Raises: NoEncoding: a kind of node that is not known here.
        """
        kept = self._kept.get(id(node))  # with the node itself: no other comes to have its id
        if kept is None:
            before = self._reads
            found = self._work_out(node, read)
            self._kept[id(node)] = (node, found if self._reads == before else None)
            return found
        return kept[1] or self._work_out(node, read)

    def _work_out(self, node: Node, read: Read) -> Rails:
        match node:
            case And(items):
                found: list[Rails] = []
                for item in items:
                    rails = self.node(item, read)
                    if rails == NO:
                        return NO
                    found.append(rails)
                return all_rails(self.circuit, found)
            case Or(items):
                found = []
                for item in items:
                    rails = self.node(item, read)
                    if rails == YES:
                        return YES
                    found.append(rails)
                return some_rails(self.circuit, found)
            case Not(item):
                return opposite(self.node(item, read))
            case Doubted(item):
                return doubted(self.node(item, read))
            case Ref(key):
                self._reads += 1
                return read(key)
            case Const(value):
                return CONSTANT[value]
            case _:
                leaf = self._leaves.get(node)
                if leaf is None:
                    leaf = self._leaves[node] = self._leaf(node)
                return leaf

    def _leaf(self, node: Node) -> Rails:
        key = key_of(node)
        if key is not None:
            return self.facts.beside(node, key)
        match node:
            case Flag(name):
                return self._flag(name)
            case Presumed(item, value):
                return _presuming(self._leaf(item), value)
            case HasAny(name, members):
                return self._has_any(name, members)
            case HasAll(name, members):
                return all_rails(self.circuit, [self._has_any(name, (m,)) for m in members])
            case In(left, members):
                return self._in(left, members)
            case Compare(op, left, Literal(str(value))):
                inside = self._in(left, (value,))
                return inside if op == "=" else opposite(inside)
            case Compare(op, left, Literal(value)):
                return self._compared(op, left, ordinal(value))
            case Compare(op, left, Lookup(key, table)):
                return self._looked_up(op, left, key, dict(table))
            case _:
                raise NoEncoding(
                    f"Analysis does not know conditions of the kind {type(node).__name__}.",
                    hint="Everything else answers as before; report this.",
                )

    def _flag(self, name: str) -> Rails:
        shape = self.facts.shapes.get(name, OPEN)
        assert isinstance(shape, tuple)
        return shape

    def _has_any(self, name: str, members: tuple[str, ...]) -> Rails:
        shape = self.facts.shapes[name]
        assert isinstance(shape, Members)
        asked = frozenset(members)
        inside = [index for index, each in enumerate(shape.classes) if each[0] in asked]
        yes = self.circuit.some([shape.held[index] for index in inside])
        no = self.circuit.all([shape.known, *(-shape.possible[index] for index in inside)])
        return yes, no

    def _in(self, left: Term, members: tuple[str, ...]) -> Rails:
        name = _name(left)
        shape = self.facts.shapes[name]
        assert isinstance(shape, Choice)
        asked = frozenset(members)
        inside = [bit for bit, c in zip(shape.bits, shape.classes, strict=True) if c[0] in asked]
        outside = [bit for bit in shape.bits if bit not in inside]
        if TRUE in shape.bits:  # given, or of one class only
            rails = YES if TRUE in inside else NO
        elif shape.one:
            fewer = len(inside) <= len(outside)
            few = self.circuit.some(inside if fewer else outside)
            rails = (few, -few) if fewer else (-few, few)
        else:
            rails = self.circuit.some(inside), self.circuit.some(outside)
        if isinstance(left, PresumedTerm):
            return _presuming(rails, left.value in asked)
        return rails

    def _compared(self, op: str, left: Term, limit: int) -> Rails:
        name = _name(left)
        rails = self._ordered(op, name, limit)
        if isinstance(left, PresumedTerm):
            value = compare(op, ordinal(left.value), limit) if not _is_text(left.value) else None
            return _presuming(rails, value)
        return rails

    def _ordered(self, op: str, name: str, limit: int) -> Rails:
        at_least = self.facts.at_least
        match op:
            case ">=":
                return at_least(name, limit)
            case "<":
                return opposite(at_least(name, limit))
            case ">":
                return at_least(name, limit + 1)
            case "<=":
                return opposite(at_least(name, limit + 1))
            case _:
                both = [at_least(name, limit), opposite(at_least(name, limit + 1))]
                equal = all_rails(self.circuit, both)
                return equal if op == "=" else opposite(equal)

    def _looked_up(self, op: str, left: Term, key: str, table: Mapping[str, object]) -> Rails:
        """A comparison with a value by region: of each class of regions its own; else unknown."""
        shape = self.facts.shapes[key]
        assert isinstance(shape, Choice)
        yes, no = [], []
        for bit, members in zip(shape.bits, shape.classes, strict=True):
            value = table.get(members[0])
            if value is not None:
                rails = self._compared(op, left, ordinal(value))  # type: ignore[arg-type]  # a table holds numbers or dates
                yes.append(self.circuit.all((bit, rails[0])))
                no.append(self.circuit.all((bit, rails[1])))
        return self.circuit.some(yes), self.circuit.some(no)


def _presuming(rails: Rails, value: Kleene) -> Rails:
    """What a test gives where it is certain, else what is presumed of it."""
    yes, no = rails
    if value is None:
        return rails
    return (-no, no) if value else (yes, -yes)


def _name(term: Term) -> str:
    if isinstance(term, (FactTerm, PresumedTerm)):
        return term.name
    raise NoEncoding(f"Analysis does not know comparisons that begin with {type(term).__name__}.")


def _is_text(value: object) -> bool:
    return isinstance(value, str)


class Side:
    """One program as rails, each node worked out when it is first asked for.

    What another side has already worked out may be ``shared``, for keys not in ``own``.
    """

    def __init__(
        self,
        encoder: Encoder,
        program: Program,
        *,
        shared: Side | None = None,
        own: frozenset[str] = frozenset(),
    ) -> None:
        self.encoder, self.program, self._shared, self._own = encoder, program, shared, own
        self._rails: dict[str, Rails] = {}

    def read(self, key: str) -> Rails:
        """The rails of a node; one that this program does not have is false."""
        if self._shared is not None and key not in self._own:
            return self._shared.read(key)
        found = self._rails.get(key)
        if found is None:
            found = self._rails[key] = self._work_out(key)
        return found

    def _work_out(self, key: str) -> Rails:
        node = self.program.nodes.get(key)
        return NO if node is None else self.encoder.node(node, self.read)

    def value(self, node: Node) -> Rails:
        """The rails of a condition that refers to this program."""
        return self.encoder.node(node, self.read)

    def bad(self, rules: Iterable[Entry], *, covered: bool) -> tuple[Bit, Bit, Bit]:
        """Is the outcome of some rules ``prohibited``; at most ``not_yet``; at most ``undetermined``?

        ``covered``: coverage counts too.
        """
        circuit = self.encoder.circuit
        stopping = [(each, self.read(f"vio:{each.id}")) for each in rules if stops(each)]
        blocks = [r[0] for each, r in stopping if each.otherwise is Otherwise.BLOCK]
        prohibited = circuit.some(blocks)
        not_yet = circuit.some([rails[0] for _, rails in stopping])
        doubts = [-rails[1] for _, rails in stopping]
        if covered:
            doubts.append(-self.read("covered")[0])
        return prohibited, not_yet, circuit.some([not_yet, *doubts])


def is_outcome(circuit: Circuit, bad: tuple[Bit, Bit, Bit], outcome: Outcome) -> Bit:
    """Is this the outcome?"""
    steps = (FALSE, *bad, TRUE)
    index = ORDER.index(outcome)
    return circuit.all((steps[index + 1], -steps[index]))


def better(circuit: Circuit, one: tuple[Bit, Bit, Bit], other: tuple[Bit, Bit, Bit]) -> Bit:
    """Is the outcome of ``other`` better than that of ``one``?"""
    return circuit.some([circuit.all((a, -b)) for a, b in zip(one, other, strict=True)])


def pairs_of_outcomes(worse: bool) -> list[tuple[Outcome, Outcome]]:
    """Every pair of which the second is worse (or better), what shows best first.

    That is between lawful and a refusal, then whatever is farthest apart.
    """
    found = [(a, b) for a in ORDER for b in ORDER if a is not b and (b.rank < a.rank) is worse]
    return sorted(found, key=_shows_best)


def _shows_best(pair: tuple[Outcome, Outcome]) -> tuple[int, int]:
    ranks = sorted(each.rank for each in pair)
    return -ranks[1], abs(ranks[0] - Outcome.NOT_YET.rank)


@attrs.frozen
class References:
    """Which nodes of a program refer to which."""

    below: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, program: Program) -> References:
        """The references of every node."""
        kept: dict[int, frozenset[str]] = {}  # by part; the program holds them all
        return cls({key: _references(node, kept) for key, node in program.nodes.items()})

    def cone(self, keys: Iterable[str]) -> frozenset[str]:
        """Some keys, and all that they rest on."""
        found: set[str] = set()
        waiting = list(keys)
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                waiting += self.below.get(key, ())
        return frozenset(found)

    def resting_on(self, keys: Iterable[str]) -> frozenset[str]:
        """Some keys, and all that rest on them."""
        found = set(keys)
        for key, below in self.below.items():  # in an order in which each comes after its own
            if not found.isdisjoint(below):
                found.add(key)
        return frozenset(found)


def _references(node: Node, kept: dict[int, frozenset[str]]) -> frozenset[str]:
    if isinstance(node, Ref):
        return frozenset((node.key,))
    below = children(node)
    if not below:
        return NO_KEYS
    found = kept.get(id(node))
    if found is None:
        found = kept[id(node)] = NO_KEYS.union(*[_references(each, kept) for each in below])
    return found

"""What the conditions of some programs test of each fact: its groups of values and its limits.

Values that no condition tells apart are one class, so that 249 places become a dozen; numbers, dates
and instants are cut at the limits that conditions name. Nothing is lost: two values of one class, or
between two limits, give every condition the same value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

import attrs

from lawful.law.tree import (
    Compare,
    FactTerm,
    Flag,
    HasAll,
    HasAny,
    In,
    Literal,
    Lookup,
    Node,
    PresumedTerm,
    Term,
    children,
)
from lawful.law.vocabulary import Vocabulary
from lawful.terms.values import Value

Limits = dict[str, set[int]]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ordinal(value: Value) -> int:
    """A count, date or instant as a whole number: itself, its day, its microsecond."""
    if isinstance(value, datetime):
        past = value - EPOCH
        return (past.days * 86_400 + past.seconds) * 1_000_000 + past.microseconds
    if isinstance(value, date):
        return value.toordinal()
    assert isinstance(value, int)
    return value


@attrs.define
class Probes:
    """Groups of values, limits and flags that conditions name, by fact."""

    groups: dict[str, set[frozenset[str]]] = attrs.field(factory=dict)
    limits: Limits = attrs.field(factory=dict)
    flags: set[str] = attrs.field(factory=set)
    empty: set[str] = attrs.field(factory=set)

    @classmethod
    def of(cls, nodes: Iterable[Node]) -> Probes:
        """Everything that some conditions test."""
        found = cls()
        waiting = list(nodes)
        seen: dict[int, Node] = {}  # kept, so that no other comes to have its id
        while waiting:
            node = waiting.pop()
            if id(node) not in seen:
                seen[id(node)] = node
                found._take(node)
                waiting += children(node)
        return found

    @property
    def facts(self) -> frozenset[str]:
        """Names of the facts tested."""
        return frozenset((*self.groups, *self.limits, *self.flags, *self.empty))

    def add(self, other: Probes) -> None:
        """Test what the other tests too."""
        for name, groups in other.groups.items():
            self.groups.setdefault(name, set()).update(groups)
        for name, limits in other.limits.items():
            self.limits.setdefault(name, set()).update(limits)
        self.flags |= other.flags
        self.empty |= other.empty

    def limit(self, name: str, *values: int) -> None:
        """Cut a count, date or instant so that each of ``values`` begins a new stretch."""
        self.limits.setdefault(name, set()).update(values)

    def group(self, name: str, members: Iterable[str]) -> None:
        """Tell ``members`` of a fact apart from its other values."""
        self.groups.setdefault(name, set()).add(frozenset(members))

    def _take(self, node: Node) -> None:
        match node:
            case Flag(name):
                self.flags.add(name)
            case HasAny(name, members):
                self.group(name, members)
                if not members:
                    self.empty.add(name)
            case HasAll(name, members):
                for member in members:
                    self.group(name, (member,))
            case In(FactTerm(name) | PresumedTerm(name), members):
                self.group(name, members)
                self._presumed(name, node.left)
            case Compare(op, FactTerm(name) | PresumedTerm(name) as left, right):
                self._compared(name, op, right)
                self._presumed(name, left)
            case _:
                pass

    def _presumed(self, name: str, left: Term) -> None:
        if isinstance(left, PresumedTerm) and isinstance(left.value, str):
            self.group(name, (left.value,))

    def _compared(self, name: str, op: str, right: Term) -> None:
        match right:
            case Literal(str(value)):
                self.group(name, (value,))
            case Literal(value):
                self.limit(name, *cuts(op, ordinal(value)))
            case Lookup(key, table):
                self.group(key, [region for region, _ in table])
                by_value: dict[Value, list[str]] = {}
                for region, value in table:
                    by_value.setdefault(value, []).append(region)
                    self.limit(name, *cuts(op, ordinal(value)))
                for regions in by_value.values():
                    self.group(key, regions)
            case _:
                pass


def cuts(op: str, limit: int) -> tuple[int, ...]:
    """Where a comparison with a number turns: the first number after each turn.

    >>> cuts("<", 100), cuts("=", 100)
    ((100,), (100, 101))
    """
    if op in ("<", ">="):
        return (limit,)
    return (limit + 1,) if op in ("<=", ">") else (limit, limit + 1)


Classes = tuple[tuple[str, ...], ...]
_CLASSES: dict[tuple[int, str, frozenset[frozenset[str]]], tuple[Vocabulary, Classes]] = {}
_KEPT = 2048


def classes(vocabulary: Vocabulary, name: str, groups: Iterable[frozenset[str]]) -> Classes:
    """The values of an enum or set fact in classes that no group tells apart.

    Of a tree of categories, what holds their parents is told apart too. The class of *nothing*, or
    else of a value that most conditions leave aside, comes first; in a class, the value declared first.
    """
    asked = frozenset(groups)
    key = (id(vocabulary), name, asked)
    kept = _CLASSES.get(key)
    if kept is None or kept[0] is not vocabulary:
        if len(_CLASSES) >= _KEPT:
            _CLASSES.clear()
        kept = _CLASSES[key] = (vocabulary, _classes(vocabulary, name, asked))
    return kept[1]


def _classes(vocabulary: Vocabulary, name: str, groups: frozenset[frozenset[str]]) -> Classes:
    fact = vocabulary.facts[name]
    values = list(vocabulary.values_of(name))
    told = [each for each in groups if each]
    if fact.values == "categories":
        named = frozenset().union(*told) if told else frozenset()
        told += [_below(vocabulary, member) for member in sorted(named)]
    found: dict[tuple[bool, ...], list[str]] = {}
    for value in values:
        found.setdefault(tuple(value in group for group in told), []).append(value)
    ordered = sorted(
        found.items(), key=lambda each: (fact.absent not in each[1], sum(each[0]), each[1][0])
    )
    return tuple(tuple(members) for _, members in ordered)


def _below(vocabulary: Vocabulary, category: str) -> frozenset[str]:
    """A category and all below it."""
    return frozenset(
        each for each in vocabulary.categories if category in ancestors(vocabulary, each)
    )


def ancestors(vocabulary: Vocabulary, category: str) -> frozenset[str]:
    """A category and all above it."""
    found: set[str] = set()
    while category:
        found.add(category)
        category = vocabulary.categories[category].parent
    return frozenset(found)


def joined(limits: Mapping[str, set[int]], names: Iterable[tuple[str, str]]) -> Limits:
    """Limits, with those of facts that are compared with one another put together."""
    found = {name: set(values) for name, values in limits.items()}
    pairs = [(one, other) for one, other in names if one in found and other in found]
    for _ in pairs:
        for one, other in pairs:
            both = found[one] | found[other]
            found[one], found[other] = set(both), set(both)
    return found

"""The tree that a condition is parsed into: about fifteen kinds of node, three-valued throughout.

Nodes are values: equal by content, hashable, without positions. ``walk`` visits them; every back
end (oracle, generated function, SQL, prose) is one function over these kinds, and refuses others.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import attrs

from lawful.law.days import add


class Node:
    """A condition: true, false or unknown."""

    __slots__ = ()


class Term:
    """One side of a comparison."""

    __slots__ = ()


@attrs.frozen
class Const(Node):
    """A condition already decided; ``None`` is unknown."""

    value: bool | None


@attrs.frozen
class Flag(Node):
    """A flag fact, or a definition by its name."""

    name: str


@attrs.frozen
class Compare(Node):
    """``left op right``; enums know only ``=`` and ``<>``."""

    op: str
    left: Term
    right: Term


@attrs.frozen
class In(Node):
    """An enum fact is one of ``members``, or of the parameter list ``listed``."""

    left: Term
    members: tuple[str, ...] = ()
    listed: str = ""


@attrs.frozen
class HasAny(Node):
    """Some of ``members`` (or of the parameter list ``listed``) is in the set."""

    fact: str
    members: tuple[str, ...] = ()
    listed: str = ""


@attrs.frozen
class HasAll(Node):
    """All ``members`` are in the set."""

    fact: str
    members: tuple[str, ...]


@attrs.frozen
class Passed(Node):
    """So much time has gone by since a date or instant fact, on the instrument's day.

    ``passed(…)`` holds from the corresponding day on; ``over(…)``, with ``last`` set, from the day
    after it: a period that runs to the end of its last day is over when that day is.
    """

    fact: str
    n: int
    unit: str
    last: bool = False

    def day(self, today: date) -> date:
        """The day on which the time must have gone by for the test to hold ``today``."""
        return today - timedelta(days=1) if self.last else today

    def turns_on(self, start: date) -> date:
        """The first day on which the test holds, for a start on that civil day."""
        turn = add(start, self.n, self.unit)
        return turn + timedelta(days=1) if self.last else turn


@attrs.frozen
class Presumed(Node):
    """A test of one fact, with what the law presumes of it where it is unknown.

    ``item`` is a ``Flag``, a ``Passed``, a ``HasAny`` or ``HasAll`` with its members written out: so
    what is unknown is always the fact, or members that may be in it.
    """

    item: Node
    value: bool


class Beside(Node, ABC):
    """What stands beside a thing's facts: its records, the systems of its entity. Opaque to back ends.

    The oracle works it out for a thing; every other back end is given its state by ``key``.
    """

    __slots__ = ()

    @property
    @abstractmethod
    def key(self) -> str:
        """A name that is the same for nodes that always have the same state."""


@attrs.frozen
class Fulfilled(Beside):
    """An approved record of a rule counts; ``rule`` empty means the rule it stands in."""

    rule: str = ""

    @property
    def key(self) -> str:
        """The rule's id."""
        return self.rule


IN_TIME = "in_time"
"""What every record of a rule with a clock says: was the act done by the last moment, *yes* or *no*?"""


@attrs.frozen
class Recorded(Beside):
    """An approved record of a rule was made, whether or not it still counts.

    With ``item``: the latest one says ``value`` of it. ``in_time`` is worked out from the rule's clock.
    """

    rule: str
    item: str = ""
    value: str = ""

    @property
    def key(self) -> str:
        """``recorded:RULE``, and what is asked of it."""
        return f"recorded:{self.rule}" + (f":{self.item}={self.value}" if self.item else "")


@attrs.frozen
class AnyOf(Beside):
    """One of the things of a kind that belong to this one meets a condition.

    ``reader``: the entry that reads it, once it stands in a program.
    """

    about: str
    item: Node
    reader: str = ""

    @property
    def key(self) -> str:
        """``any_of:READER`` and the condition."""
        return f"any_of:{self.reader}:{self.about}:{self.item!r}"


@attrs.frozen
class ReadingIs(Node):
    """A reading was chosen so; folded when the book is built."""

    reading: str
    option: str


@attrs.frozen
class And(Node):
    """All are true."""

    items: tuple[Node, ...]


@attrs.frozen
class Or(Node):
    """Some is true."""

    items: tuple[Node, ...]


@attrs.frozen
class Not(Node):
    """The opposite; unknown stays unknown."""

    item: Node


@attrs.frozen
class Ref(Node):
    """The value of another node of a program, by key (only in programs, never in texts)."""

    key: str


@attrs.frozen
class Doubted(Node):
    """What unverified law grants: false stays false, true becomes unknown."""

    item: Node


@attrs.frozen
class FactTerm(Term):
    """A fact's value."""

    name: str


@attrs.frozen
class Literal(Term):
    """A written value: enum member, count, date or instant."""

    value: str | int | date | datetime


@attrs.frozen
class Cutoff(Term):
    """The birth date of one who reaches an age on the instrument's day; younger is later."""

    years: int = 0
    table: str = ""
    key: str = ""


@attrs.frozen
class Number(Term):
    """A dated number parameter, by name, or by region where ``key`` names a region fact."""

    name: str
    key: str = ""


@attrs.frozen
class PresumedTerm(Term):
    """A fact's value, or what the law presumes where it is unknown."""

    name: str
    value: str | int | date


@attrs.frozen
class Lookup(Term):
    """A value by region, folded from a table; unknown where the key is (only in programs)."""

    key: str
    table: tuple[tuple[str, str | int | date], ...]


TRUE = Const(True)
FALSE = Const(False)
UNKNOWN = Const(None)


def children(node: Node) -> tuple[Node, ...]:
    """The conditions directly below ``node``."""
    match node:
        case And(items) | Or(items):
            return items
        case Not(item) | Doubted(item) | Presumed(item):
            return (item,)
        case _:
            return ()


def terms(node: Node) -> tuple[Term, ...]:
    """The terms directly in ``node``."""
    match node:
        case Compare(_, left, right):
            return (left, right)
        case In(left):
            return (left,)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """``node`` and all below it, parents first."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield each
        waiting.extend(reversed(children(each)))


def facts_in(node: Node) -> frozenset[str]:
    """Names of the facts and definitions that ``node`` tests."""
    found: set[str] = set()
    for each in walk(node):
        match each:
            case Flag(name):
                found.add(name)
            case HasAny(fact) | HasAll(fact) | Passed(fact):
                found.add(fact)
            case _:
                pass
        for term in terms(each):
            found |= _facts_of(term)
    return frozenset(found)


def _facts_of(term: Term) -> set[str]:
    match term:
        case FactTerm(name) | PresumedTerm(name):
            return {name}
        case Cutoff(_, _, key) | Number(_, key):
            return {key} if key else set()
        case Lookup(key):
            return {key}
        case _:
            return set()


def conjunction(items: tuple[Node, ...]) -> Node:
    """All of ``items``; true of none."""
    return items[0] if len(items) == 1 else (And(items) if items else TRUE)


def disjunction(items: tuple[Node, ...]) -> Node:
    """Some of ``items``; false of none."""
    return items[0] if len(items) == 1 else (Or(items) if items else FALSE)


def with_numbers(node: Node, names: frozenset[str]) -> Node:
    """``node`` with bare names of parameters read as numbers instead of facts."""
    match node:
        case And(items):
            return And(tuple(with_numbers(item, names) for item in items))
        case Or(items):
            return Or(tuple(with_numbers(item, names) for item in items))
        case Not(item):
            return Not(with_numbers(item, names))
        case AnyOf(about, item):
            return AnyOf(about, with_numbers(item, names))
        case Compare(op, left, right):
            return Compare(op, _number(left, names), _number(right, names))
        case _:
            return node


def _number(term: Term, names: frozenset[str]) -> Term:
    return Number(term.name) if isinstance(term, FactTerm) and term.name in names else term

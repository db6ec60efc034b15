"""What can never be among facts, declared by the vocabulary: nobody decides, and nothing is proved, from it.

Each is a condition of the language over facts alone, with its reason. Facts contradict one another only
where one holds for certain: what is unknown contradicts nothing. What is merely usual does not belong here.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from lawful.law.days import has_passed, last_since
from lawful.law.parse import parse
from lawful.law.thing import Thing
from lawful.law.tree import (
    And,
    Compare,
    FactTerm,
    Flag,
    HasAny,
    In,
    Literal,
    Node,
    Not,
    Or,
    Passed,
    facts_in,
    walk,
)
from lawful.terms.errors import Location, UsageError
from lawful.terms.texts import Text
from lawful.terms.values import NEVER_AT, NEVER_ON, SetValue, Value

if TYPE_CHECKING:
    from lawful.law.vocabulary import Fact, Vocabulary

CODE = "law.contradiction"
HINT = "Correct one of them, or leave out the one that is not known."
FILE = "invariants.toml"
AHEAD = timedelta(hours=14)
"""The zone in which a civil day begins first: what has come somewhere is not said to lie ahead."""

_WORD = re.compile(r"\w+")
Values = Mapping[str, "Value | None"]
Certain = Callable[[Values, Thing], bool]
"""Does a condition certainly hold (or certainly not) of some facts, at a thing's moment?"""

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@attrs.frozen(kw_only=True)
class Invariant:
    """A condition that never holds, and why; of the kinds of thing in ``about`` (none named: of all).

    ``facts`` in the order of the text; without the first of them it cannot hold. ``implies``: the two flags
    of one that says *the first, but not the second*: of one such answer the other follows. ``order``: the
    two facts of one that says *the first is more than the second*.
    """

    text: str
    never: Node
    why: Text
    about: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    implies: tuple[str, str] | None = None
    order: tuple[str, str] | None = None
    certain: Certain = attrs.field(eq=False, repr=False)

    def concerns(self, about: str, known: frozenset[str]) -> bool:
        """Is it said of things of this kind, which can know these facts?"""
        return known.issuperset(self.facts) and (not self.about or about in self.about)


def read_invariants(entries: list[dict[str, Any]]) -> tuple[Invariant, ...]:
    """The invariants that a vocabulary declares.

    Raises: UsageError: one is not declared rightly.
    """
    return tuple(_read(entry) for entry in entries)


def _read(entry: dict[str, Any]) -> Invariant:
    text = str(entry.get("never", ""))
    at = Location(file=FILE, record=text)
    if set(entry) - {"about"} != {"never", "why"} or set(entry["why"]) != {"en", "zh"}:
        raise UsageError(
            "An invariant is not declared rightly.",
            location=at,
            hint='Write never = "…" and why = { en = "…", zh = "…" }.',
        )
    node = parse(text, at)
    first = node.items[0] if isinstance(node, And) else node
    single = isinstance(first, Compare) or len(facts_in(first)) == 1
    if not single or not all(map(_is_plain, walk(node))):
        raise UsageError(
            "An invariant compares two facts, or begins with a condition on one fact.",
            location=at,
            hint="Write comparisons, IN, has_any and passed(fact) over facts, joined by AND, OR and NOT.",
        )
    return Invariant(
        text=text,
        never=node,
        why=Text(**entry["why"]),
        about=tuple(entry.get("about", ())),
        facts=tuple(name for name in dict.fromkeys(_WORD.findall(text)) if name in facts_in(node)),
        implies=_implied(node),
        order=_ordered(node),
        certain=_certain(node, True),
    )


def _implied(node: Node) -> tuple[str, str] | None:
    match node:
        case And((Flag(one), Not(Flag(other)))):
            return one, other
        case _:
            return None


def _ordered(node: Node) -> tuple[str, str] | None:
    match node:
        case Compare(">", FactTerm(less), FactTerm(more)):
            return less, more
        case _:
            return None


def _is_plain(node: Node) -> bool:
    """Does a condition speak of facts alone, without parameters?"""
    match node:
        case And() | Or() | Not() | Flag() | Passed():
            return True
        case HasAny(_, _, listed) | In(FactTerm(), _, listed):
            return not listed
        case Compare(_, FactTerm(), Literal() | FactTerm()):
            return True
        case _:
            return False


def _certain(node: Node, wanted: bool) -> Certain:
    """Whether a condition is certainly true, or (``wanted`` of false) certainly false."""
    match node:
        case Not(item):
            return _certain(item, not wanted)
        case And(items) | Or(items):
            parts = tuple(_certain(each, wanted) for each in items)
            if isinstance(node, And) is not wanted:
                return lambda values, thing: any(part(values, thing) for part in parts)
            if len(parts) == 2:
                one, two = parts
                return lambda values, thing: one(values, thing) and two(values, thing)
            return lambda values, thing: all(part(values, thing) for part in parts)
        case Flag(name):
            return lambda values, _: values.get(name) is wanted
        case HasAny(fact, members):
            return _has_any(fact, frozenset(members), wanted)
        case In(FactTerm(fact), members):
            return lambda values, _: (
                (found := values.get(fact)) is not None and (found in members) is wanted
            )
        case Compare(op, FactTerm(left), right):
            return _compared(_ORDERS[op], left, right, wanted)
        case Passed(fact, n, unit):
            return lambda values, thing: (
                (found := values.get(fact)) is not None
                and has_passed(found, n, unit, node.day(_latest_day(thing)), "UTC") is wanted
            )
        case _:
            raise TypeError(f"{type(node).__name__} has no meaning here")


def _has_any(fact: str, members: frozenset[str], wanted: bool) -> Certain:
    def inside(values: Values, _: Thing) -> bool:
        found = values.get(fact)
        return isinstance(found, SetValue) and not members.isdisjoint(found.members)

    def outside(values: Values, _: Thing) -> bool:
        found = values.get(fact)
        return isinstance(found, SetValue) and members.isdisjoint(found.possible)

    return inside if wanted else outside


def _compared(order: Callable[[Any, Any], bool], left: str, right: Any, wanted: bool) -> Certain:
    if isinstance(right, Literal):
        return lambda values, _: (
            (found := values.get(left)) is not None and order(found, right.value) is wanted
        )
    other = right.name
    return lambda values, _: (
        (one := values.get(left)) is not None
        and (two := values.get(other)) is not None
        and order(one, two) is wanted
    )


def _latest_day(thing: Thing) -> date:
    """The latest civil day that it is anywhere at a thing's moment."""
    return thing.on or (min(thing.at, NEVER_AT - AHEAD) + AHEAD).date()


def on_day(node: Node, day: date) -> Node:
    """What can never be, with *has come* as a comparison with a day: for back ends that know no other."""
    match node:
        case And(items):
            return And(tuple(on_day(each, day) for each in items))
        case Or(items):
            return Or(tuple(on_day(each, day) for each in items))
        case Not(item):
            return Not(on_day(item, day))
        case Passed(fact, n, unit):
            return Compare("<=", FactTerm(fact), Literal(last_since(node.day(day), n, unit)))
        case _:
            return node


@attrs.frozen(kw_only=True)
class Contradiction:
    """Facts that cannot be together, what they say, and why not."""

    invariant: Invariant
    facts: tuple[str, ...]
    said: tuple[str, ...]

    @property
    def message(self) -> str:
        """One sentence: each fact, what it says, and the reason."""
        told = " and ".join(f"'{n}' says {v}" for n, v in zip(self.facts, self.said, strict=True))
        return f"Facts contradict one another: {told}; {self.invariant.why.en}."


def find_contradictions(vocabulary: Vocabulary, thing: Thing) -> Iterator[Contradiction]:
    """What cannot be together among the known facts of a thing, one by one."""
    values = thing.values
    for each in vocabulary.invariants_of[thing.about]:
        if values.get(each.facts[0]) is not None and each.certain(values, thing):
            facts = tuple(name for name in each.facts if values.get(name) is not None)
            said = tuple(_said(vocabulary.facts[name], values[name]) for name in facts)
            yield Contradiction(invariant=each, facts=facts, said=said)


def verify_consistent(vocabulary: Vocabulary, thing: Thing, at: Location | None = None) -> None:
    """Check that the known facts of a thing, and those of each of its systems, can be together.

    Raises: UsageError: they cannot (``law.contradiction``); it names both and what each says.
    """
    for found in find_contradictions(vocabulary, thing):
        raise UsageError(found.message, code=CODE, location=at, hint=HINT)
    for system in thing.systems:
        own = Thing(about="system", at=thing.at, on=thing.on, values=system)
        verify_consistent(vocabulary, own, at)


def with_what_follows(vocabulary: Vocabulary, thing: Thing) -> Thing:
    """The thing with the flags that follow from others: who is *at least major* is at least all below it."""
    rules = [each.implies for each in vocabulary.invariants_of[thing.about] if each.implies]
    found: dict[str, bool] = {}
    for _ in rules:  # one may follow from another that follows
        known = {**thing.values, **found}
        for one, other in rules:
            if known.get(one) is True and known.get(other) is None:
                found[other] = True
            if known.get(other) is False and known.get(one) is None:
                found[one] = False
    return thing.with_values(found) if found else thing


def _said(fact: Fact, value: Value | None) -> str:
    """A value in a message; a day in a person's life is not told."""
    if fact.type in ("date", "instant") and "subject" in fact.grain:
        return "the day given"
    match value:
        case SetValue(members, unknown):
            return (
                ", ".join([*sorted(members), *(f"?{each}" for each in sorted(unknown))]) or "none"
            )
        case bool():
            return "yes" if value else "no"
        case date():
            return "never" if value in (NEVER_ON, NEVER_AT) else value.isoformat()
        case _:
            return str(value)

"""What stands beside a thing's facts, for decisions: its records, and the systems of its entity.

Of each thing only what a decision asks for is worked out. It is kept for the things that share these very
records on the same day, an activity's, by the few facts on which it rests.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping

from lawful.decide.sieve.walk import Records
from lawful.law.book import Book
from lawful.law.model import Entry, Kind
from lawful.law.oracle import Court, Kleene
from lawful.law.records import by_rule, ids_above, state_of
from lawful.law.thing import Thing
from lawful.law.tree import IN_TIME, AnyOf, Beside, Fulfilled, Node, Recorded, facts_in, walk
from lawful.terms.ids import RuleId
from lawful.terms.values import Value

SHELVES = 256
"""Sets of records of which states are kept."""
KEPT = 4096
"""States kept of one set."""


def asked_beside(book: Book, about: str) -> tuple[Beside, ...]:
    """All that the entries about a kind of thing ask of what stands beside its facts, by key."""
    found: dict[str, Beside] = {}
    for entry in book.entries.values():
        mine = entry.about == about or (entry.kind is Kind.DEFINITION and about == "use")
        scope = book.instrument(entry).scope.get(about, ()) if mine else ()
        for line in (*scope, *entry.when, *entry.unless, *(entry.requires or ())):
            for node in walk(line.node):
                match node:
                    case Fulfilled(rule) if rule or mine:
                        node = Fulfilled(rule or entry.id)
                    case AnyOf(other, item) if mine:
                        node = AnyOf(other, item, entry.id)
                    case Recorded():
                        pass
                    case _:
                        continue
                found[node.key] = node
    return tuple(found[key] for key in sorted(found))


class Besides:
    """The states of what stands beside the things that one book decides; safe to share between threads."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._rests_on: dict[str, tuple[str, ...] | None] = {}
        self._shelves: OrderedDict[tuple[int, int, object], _Shelf] = OrderedDict()

    def of(self, thing: Thing, nodes: Mapping[str, Beside], day: object) -> Records:
        """The states of ``nodes`` for a thing by key, each worked out when ``get`` first asks for it.

        ``day``: equal for moments that no zone's civil date parts.
        """
        if not (thing.records or thing.kept or thing.systems):
            return _NOTHING if thing.about == "use" else _States(self, thing, nodes, _Shelf(thing))
        key = (id(thing.records), id(thing.kept), day)
        shelf = self._shelves.get(key)
        if shelf is None:
            shelf = self._shelves[key] = _Shelf(thing)
            while len(self._shelves) > SHELVES:
                self._shelves.popitem(last=False)
        return _States(self, thing, nodes, shelf)

    def states(self, thing: Thing, nodes: Iterable[Beside]) -> dict[str, Kleene]:
        """The states of some nodes for a thing, all at once."""
        found = _States(self, thing, {each.key: each for each in nodes}, _Shelf(thing))
        known = (key for key, node in found.nodes.items() if found.may_be_known(node))
        return {key: found.get(key) for key in known}

    def reader(self, node: Beside) -> Entry:
        """The entry by whose instrument and record a node is read."""
        return self.book.entries[RuleId(_reader(node))]

    def rests_on(self, node: Beside) -> tuple[str, ...] | None:
        """The facts on which a state rests besides the records and the day; None: more than that."""
        if node.key not in self._rests_on:
            self._rests_on[node.key] = self._facts(node)
        return self._rests_on[node.key]

    def _facts(self, node: Beside) -> tuple[str, ...] | None:
        match node:
            case Recorded(_, said):
                return None if said == IN_TIME else ()
            case Fulfilled():
                entry = self.reader(node)
                found = {*entry.binds, *([entry.every.after] if entry.every else [])}
                for item in entry.contents:
                    if item.when is not None:
                        below = self._tested(item.when)
                        if below is None:
                            return None
                        found |= below
                return tuple(sorted(found - {""}))
            case _:
                return None

    def _tested(self, node: Node) -> set[str] | None:
        """The facts that a condition tests, through definitions; None where it asks for more than facts."""
        found: set[str] = set()
        waiting, seen = [node], set[str]()
        while waiting:
            each = waiting.pop()
            if any(isinstance(part, Beside) for part in walk(each)):
                return None
            for name in facts_in(each):
                if name not in self.book.definitions:
                    found.add(name)
                elif name not in seen:
                    seen.add(name)
                    lines = (one.when for one in self.book.definitions[name])
                    waiting += [line.node for when in lines for line in when]
        return found


class _Shelf:
    """What is known of some records on a day. Their thing is kept too: no others come to have their id."""

    __slots__ = ("_thing", "filed", "states")

    def __init__(self, thing: Thing) -> None:
        self._thing, self.filed = thing, by_rule(thing.records)
        self.states: dict[tuple[object, ...], Kleene] = {}


class _States:
    """States by key; ``get`` works out what is not there yet."""

    __slots__ = ("_besides", "_court", "_own", "_shelf", "_thing", "nodes")

    def __init__(
        self, besides: Besides, thing: Thing, nodes: Mapping[str, Beside], shelf: _Shelf
    ) -> None:
        self._besides, self._thing, self.nodes, self._shelf = besides, thing, nodes, shelf
        self._own: dict[str, Kleene] = {}
        self._court: Court | None = None

    def get(self, key: str, /) -> Kleene:
        """The state of a node; unknown where nothing is known of it."""
        node = self.nodes[key]
        names = self._besides.rests_on(node) if self._thing.about == "use" else None
        if names is None:
            if key not in self._own:
                self._own[key] = self._work_out(node)
            return self._own[key]
        states = self._shelf.states
        place = (key, *self._values(names)) if names else (key,)
        if place not in states:
            if len(states) >= KEPT:
                states.clear()
            states[place] = self._work_out(node)
        return states[place]

    def _values(self, names: tuple[str, ...]) -> Iterator[Value | None]:
        """The facts on which a state rests, as the activity has them and as the use has them."""
        activity, values = self._thing.activity, self._thing.values
        for name in names:
            yield activity.get(name)
            yield values.get(name)

    def _work_out(self, node: Beside) -> Kleene:
        if not self.may_be_known(node):
            return None
        if self._court is None:
            self._court = Court(self._besides.book, self._thing, self._shelf.filed)
        return state_of(self._court, node, self._besides.reader(node))

    def may_be_known(self, node: Beside) -> bool:
        """Is it not plain that the state is unknown? Of a use it is without a record and a kept register."""
        thing = self._thing
        if thing.about != "use":
            return True
        if isinstance(node, AnyOf):
            return bool(thing.systems) or node.about in thing.kept
        above = ids_above(_reader(node))
        return not thing.kept.isdisjoint(above) or any(each.rule in above for each in thing.records)


def _reader(node: Beside) -> str:
    match node:
        case AnyOf():
            return node.reader
        case Fulfilled(rule) | Recorded(rule):
            return rule
        case _:
            raise TypeError(f"{type(node).__name__} has no reader")


_NOTHING: dict[str, Kleene] = {}

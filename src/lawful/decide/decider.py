"""Decisions in process: generated functions, one per days and folded facts.

They are made when first needed. What the hot path needs beyond them is kept by quarter of an hour
(no zone's civil date turns in between), by kind of thing and by folded facts.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import TypeVar

import attrs

from lawful.decide.compiler import Compiled, compile_program
from lawful.decide.partial import specialise
from lawful.decide.program import Program, assemble, days_of
from lawful.law.book import Book
from lawful.law.model import Kind
from lawful.law.oracle import Court, Kleene, outcome_of
from lawful.law.records import ids_above, state_of
from lawful.law.thing import Thing
from lawful.law.tree import AnyOf, Beside, Fulfilled, Recorded, walk
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Outcome
from lawful.terms.values import Value

FOLDED = ("operation", "recipient_role", "compelled_by", "data_state", "controller_role")
KEPT = 512
QUARTER_S = 900
MODERN = 1973
"""From this year on every zone's offset is a multiple of a quarter of an hour."""

Days = tuple[date, ...]
"""The civil date in each zone of the book, in the order of its zones."""


@attrs.frozen(kw_only=True)
class Decision:
    """A use's outcome and its deciding rule (None when lawful or not covered).

    ``values``: every entry's ``applies`` and ``violated``, worked out when asked for.
    """

    outcome: Outcome
    deciding: RuleId | None
    covered: bool
    work: Callable[[], Mapping[str, Kleene]] = attrs.field(eq=False, repr=False)

    @property
    def values(self) -> Mapping[str, Kleene]:
        """The value of each entry (``app:``, ``vio:``) and of ``covered``."""
        return self.work()


class Decider:
    """Decides things by one book; safe to share between threads.

    A function made twice is the same; one that is dropped is made again.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self._programs: OrderedDict[tuple[str, Days, Days], Program] = OrderedDict()
        self._compiled: OrderedDict[tuple[object, ...], Compiled] = OrderedDict()
        self._days: OrderedDict[int, Days] = OrderedDict()
        self._law_of = dict(book.vocabulary.law_of)
        self._rules = {each.id: each for each in book.entries.values()}
        self._wanted: dict[str, tuple[Beside, ...]] = {}

    def program(self, about: str, at: datetime, on: date | None = None) -> Program:
        """The book folded onto the days of a moment."""
        days = self._days_at(at, on)
        return self._program(about, days, days)

    def program_of(self, thing: Thing) -> Program:
        """The book folded onto the days of a thing: of the law that judges it, and of its own moment."""
        return self._program(thing.about, *self._law_and_today(thing))

    def _law_and_today(self, thing: Thing) -> tuple[Days, Days]:
        today = self._days_at(thing.at, thing.on)
        fact = self._law_of.get(thing.about)
        if fact is not None and isinstance(moment := thing.values.get(fact), datetime):
            return self._days_at(moment, None), today
        return today, today

    def _program(self, about: str, days: Days, today: Days) -> Program:
        key = (about, days, today)
        found = self._programs.get(key)
        if found is None:
            law, now = (dict(zip(self.book.zones, each, strict=True)) for each in (days, today))
            found = assemble(self.book, about, law, now)
            _keep(self._programs, key, found)
        return found

    def _days_at(self, at: datetime, on: date | None) -> Days:
        if on is not None:
            return (on,) * len(self.book.zones)
        if at.year < MODERN:
            return tuple(days_of(self.book, at).values())
        quarter = int(at.timestamp()) // QUARTER_S
        found = self._days.get(quarter)
        if found is None:
            found = tuple(days_of(self.book, at).values())
            _keep(self._days, quarter, found)
        return found

    def compiled(self, thing: Thing) -> Compiled:
        """The generated functions for a thing: its days, and the facts that fold away."""
        values = thing.values
        days, today = self._law_and_today(thing)
        folded = [values.get(name) for name in FOLDED] if thing.about == "use" else []
        key = (thing.about, days, today, *folded)
        found = self._compiled.get(key)
        if found is None:
            known = dict(zip(FOLDED, folded, strict=True)) if folded else {}
            found = compile_program(specialise(self._program(thing.about, days, today), known))
            _keep(self._compiled, key, found)
        return found

    def values(self, thing: Thing) -> dict[str, Kleene]:
        """The value of each entry (``app:``, ``vio:``) and of ``covered``."""
        compiled = self.compiled(thing)
        records = self._records(thing, compiled.records)
        return dict(zip(compiled.keys, compiled.run(thing.values, records), strict=True))

    def decide(self, thing: Thing, records: Mapping[str, Kleene] | None = None) -> Decision:
        """Decide a use. ``records``: what stands beside its facts, where that is worked out already."""
        compiled = self.compiled(thing)
        if records is None:
            records = self._records(thing, compiled.records) if compiled.records else _NONE
        index = compiled.quick(thing.values, records)
        outcome, deciding, covered = compiled.verdicts[index]
        work = partial(_values, compiled, thing.values, records)
        return Decision(outcome=outcome, deciding=deciding, covered=covered, work=work)

    def decision(self, values: Mapping[str, Kleene]) -> Decision:
        """The outcome that the values of a use's entries give."""
        outcome, deciding = Outcome.LAWFUL, None
        for key, violated in values.items():
            if violated is not False and key.startswith("vio:"):
                rule = self._rules[RuleId(key[4:])]
                found = outcome_of(rule, violated)
                first = deciding is not None and rule.id < deciding
                if found.rank < outcome.rank or (found is outcome and first):
                    outcome, deciding = found, rule.id
        covered = values["covered"] is True
        if not covered and outcome is Outcome.LAWFUL:
            outcome = Outcome.UNDETERMINED
        return Decision(outcome=outcome, deciding=deciding, covered=covered, work=lambda: values)

    def records(self, thing: Thing, wanted: tuple[Beside, ...] | None = None) -> dict[str, Kleene]:
        """The state of what entries ask of what stands beside the thing's facts, by key.

        ``wanted``: what of it; all that is asked about such a thing, where none is named.
        """
        if wanted is None:
            if thing.about not in self._wanted:
                self._wanted[thing.about] = asked_beside(self.book, thing.about)
            wanted = self._wanted[thing.about]
        return self._records(thing, wanted)

    def _records(self, thing: Thing, wanted: tuple[Beside, ...]) -> dict[str, Kleene]:
        if thing.about == "use":  # without a record and a kept register it is unknown anyway
            named = thing.kept.union([each.rule for each in thing.records])
            wanted = tuple(each for each in wanted if _may_be_known(each, named, thing))
        if not wanted:
            return {}
        court = Court(self.book, thing)
        readers = self.book.entries
        return {each.key: state_of(court, each, readers[RuleId(_reader(each))]) for each in wanted}


def _may_be_known(node: Beside, named: frozenset[str], thing: Thing) -> bool:
    if isinstance(node, AnyOf):
        return bool(thing.systems) or node.about in thing.kept
    return not named.isdisjoint(ids_above(_reader(node)))


def _reader(node: Beside) -> str:
    """The entry by whose instrument and record the node is read."""
    match node:
        case AnyOf():
            return node.reader
        case Fulfilled(rule) | Recorded(rule):
            return rule
        case _:
            raise TypeError(f"{type(node).__name__} has no reader")


_NONE: dict[str, Kleene] = {}


def _values(
    compiled: Compiled, facts: Mapping[str, Value | None], records: Mapping[str, Kleene]
) -> dict[str, Kleene]:
    return dict(zip(compiled.keys, compiled.run(facts, records), strict=True))


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


def fulfilments(book: Book, about: str) -> tuple[str, ...]:
    """Ids of the rules whose records the entries about a kind of thing ask for."""
    asked = asked_beside(book, about)
    return tuple(each.rule for each in asked if isinstance(each, Fulfilled))


def records_asked(book: Book, about: str) -> tuple[str, ...]:
    """Ids of the rules of whose records the entries about a kind of thing ask anything."""
    asked = asked_beside(book, about)
    return tuple(each.rule for each in asked if isinstance(each, (Fulfilled, Recorded)))


Key = TypeVar("Key")
Found = TypeVar("Found")


def _keep(cache: OrderedDict[Key, Found], key: Key, value: Found) -> None:
    cache[key] = value
    while len(cache) > KEPT:
        cache.popitem(last=False)

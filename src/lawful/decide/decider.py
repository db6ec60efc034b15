"""Decisions in process: functions (``compiler``) by days and by the facts that fold away.

They are made when first needed, from what is left of the law when the facts are put in one by one. What
the hot path needs beyond them is kept by quarter of an hour (no zone's civil date turns in between), by
kind of thing and by folded facts.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

import attrs

from lawful.decide.asking import Asking, asking
from lawful.decide.beside import Besides, asked_beside
from lawful.decide.compiler import Compiled, Ruling, compile_program, ruling_of, stops
from lawful.decide.partial import specialise
from lawful.decide.program import Program, assemble, days_of
from lawful.decide.sieve.walk import Facts, Records
from lawful.law.book import Book
from lawful.law.days import check_asked, within
from lawful.law.oracle import Kleene
from lawful.law.thing import Thing
from lawful.law.tree import Beside, Fulfilled, Recorded
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Outcome
from lawful.terms.values import Value

FOLDED = OPERATION, DATA_STATE, CONTROLLER_ROLE = "operation", "data_state", "controller_role"
"""Facts of a use that are put in before its functions are made: few values, and most rules test them."""
KEPT = 1024
QUARTER_S = 900
MODERN = 1973
"""From this year on every zone's offset is a multiple of a quarter of an hour."""

Rule = Callable[[Facts, Records], Ruling]
"""The ruling on a use by its facts and what stands beside them."""
Days = tuple[date, ...]
"""The civil date in each zone of the book, in the order of its zones."""
LANES = 64
"""Quarters of an hour whose uses go the short way."""


@attrs.frozen(eq=False)
class Lane:
    """The short way for the uses of a quarter of an hour: its days, and functions by the facts that fold away.

    ``begin`` belongs to it, ``end`` does not.
    """

    begin: datetime
    end: datetime
    today: Days
    compiled: dict[tuple[Value | None, ...], tuple[Compiled, Rule]] = attrs.field(factory=dict)


NO_LANE = Lane(datetime.max.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), ())
"""No moment lies in it."""


class Decision:
    """A use's ruling.

    What stands beside the use's facts is looked up where the ruling first asks for some of it, which
    many never do. ``values``: every entry's ``applies`` and ``violated``, worked out when asked for.
    """

    __slots__ = ("_besides", "_records", "_thing", "_today", "compiled", "ruling")

    _thing: Thing
    _besides: Besides
    _today: Days
    _records: Records | None
    compiled: Compiled
    ruling: Ruling

    def get(self, key: str, /) -> Kleene:
        """The state of something that stands beside the use's facts."""
        return self.records.get(key)

    @property
    def facts(self) -> Facts:
        """The facts that were decided on."""
        return self._thing.values

    @property
    def records(self) -> Records:
        """The state of all that stands beside them."""
        if self._records is None:
            nodes = self.compiled.records
            self._records = self._besides.of(self._thing, nodes, self._today)
        return self._records

    @property
    def outcome(self) -> Outcome:
        """What the use answers."""
        return self.ruling.outcome

    @property
    def deciding(self) -> RuleId | None:
        """The deciding rule; None when lawful or not covered."""
        return self.ruling.deciding

    @property
    def covered(self) -> bool:
        """Is everything that the use touches covered?"""
        return self.ruling.covered

    @property
    def values(self) -> dict[str, Kleene]:
        """The value of each entry (``app:``, ``vio:``) and of ``covered``."""
        return _values(self.compiled, self.facts, self.records)


class Decider:
    """Decides things by one book; safe to share between threads.

    A function made twice is the same; one that is dropped is made again.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self._programs: OrderedDict[tuple[str, Days, Days], Program] = OrderedDict()
        self._residuals: OrderedDict[tuple[object, ...], Program] = OrderedDict()
        self._compiled: OrderedDict[tuple[object, ...], Compiled] = OrderedDict()
        self._days: OrderedDict[int, Days] = OrderedDict()
        self._lanes: OrderedDict[int, Lane] = OrderedDict()
        self._lane = NO_LANE
        self._law_of = dict(book.vocabulary.law_of)
        self._rules = {each.id: each for each in book.entries.values()}
        self._besides = Besides(book)
        self._asked: dict[str, tuple[Beside, ...]] = {}
        self._asking: Asking | None = None

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
            return self._days_at(within(moment), None), today
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
            check_asked(on)
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
        return self._compiled_on(thing, *self._law_and_today(thing))

    def warm(self, at: datetime) -> int:
        """Make all that a day's usual uses need before they are asked for; how many kinds have machine code then.

        Usual is every operation on personal data by a controller; whatever else is asked makes its own.
        """
        usual = {"data_state": "personal", "controller_role": "controller"}
        for operation in self.book.vocabulary.values_of("operation"):
            use = Thing(about="use", at=at, values={**usual, "operation": operation})
            _ = self.compiled(use).ruling
        return self.harden()

    def harden(self) -> int:
        """Take machine code for every kind of use that was asked for so far; how many kinds have it then."""
        uses = (each for (about, *_), each in self._compiled.items() if about == "use")
        return sum(each.sieve.harden() for each in uses)

    def _compiled_on(self, thing: Thing, days: Days, today: Days) -> Compiled:
        folded = tuple(map(thing.values.get, FOLDED)) if thing.about == "use" else ()
        key = (thing.about, days, today, folded)
        found = self._compiled.get(key)
        if found is None:
            found = compile_program(self._residual(thing.about, days, today, folded))
            _keep(self._compiled, key, found)
            if len(self._compiled) >= KEPT:  # what is dropped there must not live on in a lane
                self._lanes.clear()
                self._lane = NO_LANE
        return found

    def _residual(
        self, about: str, days: Days, today: Days, folded: tuple[Value | None, ...]
    ) -> Program:
        """What is left of the law when the first of ``FOLDED`` are put in, one after the other."""
        if not folded:
            return self._program(about, days, today)
        key = (about, days, today, *folded)
        found = self._residuals.get(key)
        if found is None:
            above = self._residual(about, days, today, folded[:-1])
            found = specialise(above, {FOLDED[len(folded) - 1]: folded[-1]})
            _keep(self._residuals, key, found)
        return found

    def values(self, thing: Thing) -> dict[str, Kleene]:
        """The value of each entry (``app:``, ``vio:``) and of ``covered``."""
        days, today = self._law_and_today(thing)
        compiled = self._compiled_on(thing, days, today)
        records = self._besides.of(thing, compiled.records, today)
        return _values(compiled, thing.values, records)

    def decide(self, thing: Thing, records: Records | None = None) -> Decision:
        """Decide a use. ``records``: what stands beside its facts, where that is worked out already.

        Raises: TypeError: the thing is no use.
        """
        if thing.on is None and thing.about == "use":
            at, lane = thing.at, self._lane
            if not lane.begin <= at < lane.end:
                lane = self._lane = self._lanes.get(int(at.timestamp()) // QUARTER_S, NO_LANE)
            get = thing.values.get
            made = lane.compiled.get((get(OPERATION), get(DATA_STATE), get(CONTROLLER_ROLE)))
            if made is not None:
                compiled, rule = made
                return _decided(thing, compiled, rule, self._besides, lane.today, records)
        days, today = self._law_and_today(thing)
        compiled = self._compiled_on(thing, days, today)
        found = _decided(thing, compiled, compiled.ruling, self._besides, today, records)
        if thing.on is None and days is today and thing.at.year >= MODERN:
            self._shorten(thing, compiled, today)
        return found

    def _shorten(self, thing: Thing, compiled: Compiled, today: Days) -> None:
        """Let the uses like this one that follow in its quarter of an hour go the short way."""
        quarter = int(thing.at.timestamp()) // QUARTER_S
        lane = self._lanes.get(quarter)
        if lane is None:
            begin = datetime.fromtimestamp(quarter * QUARTER_S, UTC)
            lane = Lane(begin, begin + timedelta(seconds=QUARTER_S), today)
            _keep(self._lanes, quarter, lane, LANES)
        lane.compiled[tuple(map(thing.values.get, FOLDED))] = compiled, compiled.ruling

    def decision(self, values: Mapping[str, Kleene]) -> Ruling:
        """The ruling that the values of a use's entries give."""
        open_or_not = {
            RuleId(key[4:]): violated
            for key, violated in values.items()
            if violated is not False and key.startswith("vio:")
        }
        rules = {key: rule for key in open_or_not if stops(rule := self._rules[key])}
        sure = [rule for key, rule in rules.items() if open_or_not[key]]
        unsure = [rule for key, rule in rules.items() if open_or_not[key] is None]
        return ruling_of(sure, unsure, values["covered"] is True)

    def asked_beside(self, about: str) -> tuple[Beside, ...]:
        """All that the entries about a kind of thing ask of what stands beside its facts, by key."""
        if about not in self._asked:
            self._asked[about] = asked_beside(self.book, about)
        return self._asked[about]

    @property
    def asking(self) -> Asking:
        """The rules that may ever ask for a change, by what it changes."""
        if self._asking is None:
            self._asking = asking(self.book)
        return self._asking

    def records(self, thing: Thing, wanted: Iterable[Beside] | None = None) -> dict[str, Kleene]:
        """The state of what entries ask of what stands beside the thing's facts, by key.

        ``wanted``: what of it; all that is asked about such a thing, where none is named.
        """
        nodes = self.asked_beside(thing.about) if wanted is None else wanted
        return self._besides.states(thing, nodes)


def _decided(
    thing: Thing,
    compiled: Compiled,
    rule: Rule,
    besides: Besides,
    today: Days,
    records: Records | None,
) -> Decision:
    """A decision; a plain function, since a call of the class itself takes longer."""
    found: Decision = _NEW(Decision)
    found._thing, found.compiled, found._besides = thing, compiled, besides
    found._today, found._records = today, records
    found.ruling = rule(thing.values, found)
    return found


_NEW = object.__new__


def _values(compiled: Compiled, facts: Facts, records: Records) -> dict[str, Kleene]:
    return dict(zip(compiled.keys, compiled.run(facts, records), strict=True))


def fulfilments(nodes: Iterable[Beside]) -> tuple[str, ...]:
    """Ids of the rules whose records count, or not, among what is asked beside."""
    return tuple(each.rule for each in nodes if isinstance(each, Fulfilled))


def records_asked(nodes: Iterable[Beside]) -> tuple[str, ...]:
    """Ids of the rules of whose records anything is asked."""
    return tuple(each.rule for each in nodes if isinstance(each, (Fulfilled, Recorded)))


Key = TypeVar("Key")
Found = TypeVar("Found")


def _keep(cache: OrderedDict[Key, Found], key: Key, value: Found, most: int = KEPT) -> None:
    cache[key] = value
    while len(cache) > most:
        cache.popitem(last=False)

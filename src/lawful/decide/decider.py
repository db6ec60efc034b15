"""Decisions in process: generated functions, one per days and folded facts, made when first needed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from datetime import date, datetime

import attrs

from lawful.decide.compiler import Compiled, compile_program
from lawful.decide.partial import specialise
from lawful.decide.program import Program, assemble, days_of
from lawful.law.book import Book
from lawful.law.oracle import Court, Kleene, outcome_of
from lawful.law.records import counts
from lawful.law.thing import Thing
from lawful.law.tree import Fulfilled, walk
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Outcome

FOLDED = ("operation", "recipient_role", "compelled_by", "data_state", "controller_role")
KEPT = 512


@attrs.frozen(kw_only=True)
class Decision:
    """A use's outcome, its deciding rule (None when lawful or not covered), and every entry's two values."""

    outcome: Outcome
    deciding: RuleId | None
    covered: bool
    values: Mapping[str, Kleene] = attrs.field(hash=False, repr=False)


class Decider:
    """Decides things by one book; safe to share between threads (a function made twice is the same)."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._programs: OrderedDict[tuple[object, ...], Program] = OrderedDict()
        self._compiled: OrderedDict[tuple[object, ...], Compiled] = OrderedDict()
        self._rules = {each.id: each for each in book.entries.values()}

    def program(self, about: str, at: datetime, on: date | None = None) -> Program:
        """The book folded onto the days of a moment."""
        days = days_of(self.book, at, on)
        key = (about, *sorted(days.items()))
        found = self._programs.get(key)
        if found is None:
            found = assemble(self.book, about, days)
            _keep(self._programs, key, found)
        return found

    def compiled(self, thing: Thing) -> Compiled:
        """The generated function for a thing: its days, and the facts that fold away."""
        folded = {name: thing.values.get(name) for name in FOLDED} if thing.about == "use" else {}
        moment = law_moment(self.book, thing)
        days = days_of(self.book, moment.at, moment.on)
        key = (thing.about, *days.values(), *folded.values())
        found = self._compiled.get(key)
        if found is None:
            program = specialise(self.program(thing.about, moment.at, moment.on), folded)
            found = compile_program(program)
            _keep(self._compiled, key, found)
        return found

    def values(self, thing: Thing) -> dict[str, Kleene]:
        """The value of each entry (``app:``, ``vio:``) and of ``covered``."""
        compiled = self.compiled(thing)
        return dict(
            zip(compiled.keys, compiled.run(thing.values, self.records(thing)), strict=True)
        )

    def decide(self, thing: Thing) -> Decision:
        """Decide a use."""
        return self.decision(self.values(thing))

    def decision(self, values: Mapping[str, Kleene]) -> Decision:
        """The outcome that the values of a use's entries give."""
        outcome, deciding = Outcome.LAWFUL, None
        for key, violated in values.items():
            if violated is not False and key.startswith("vio:"):
                rule = self._rules[RuleId(key[4:])]
                found = outcome_of(rule, violated)
                if found.rank < outcome.rank or (
                    found is outcome and deciding is not None and rule.id < deciding
                ):
                    outcome, deciding = found, rule.id
        covered = values["covered"] is True
        if not covered and outcome is Outcome.LAWFUL:
            outcome = Outcome.UNDETERMINED
        return Decision(outcome=outcome, deciding=deciding, covered=covered, values=values)

    def records(self, thing: Thing) -> dict[str, Kleene]:
        """For each rule whose record some entry asks for: does one count?"""
        wanted = fulfilments(self.book, thing.about)
        if not wanted:
            return {}
        court = Court(self.book, thing)
        return {rule: counts(court, rule, self.book.entries[RuleId(rule)]) for rule in wanted}


def fulfilments(book: Book, about: str) -> tuple[str, ...]:
    """Ids of the rules whose records the entries about a kind of thing ask for."""
    found: set[str] = set()
    for entry in book.entries.values():
        if entry.about == about:
            for line in (*entry.when, *entry.unless, *(entry.requires or ())):
                found |= {
                    node.rule or entry.id for node in walk(line.node) if isinstance(node, Fulfilled)
                }
    return tuple(sorted(found))


def law_moment(book: Book, thing: Thing) -> Thing:
    """The thing at the moment whose law judges it."""
    return Court(book, thing).moment


def _keep(
    cache: OrderedDict[tuple[object, ...], object], key: tuple[object, ...], value: object
) -> None:
    cache[key] = value
    while len(cache) > KEPT:
        cache.popitem(last=False)

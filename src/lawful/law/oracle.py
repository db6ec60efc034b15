"""The meaning of the law: a tree walk in Kleene logic. Every other back end equals it.

applies  = in force and scope and bearer and when and not some unless and not some defeater applies
violated = applies and not requires          (no requires: never met)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

import attrs

from lawful.law.book import Book
from lawful.law.days import cutoff, has_passed
from lawful.law.model import Entry, Kind, Line, Parameter
from lawful.law.records import by_rule, ids_above, latest, state_of
from lawful.law.thing import Record, Thing
from lawful.law.tree import (
    And,
    Beside,
    Compare,
    Const,
    Cutoff,
    FactTerm,
    Flag,
    HasAll,
    HasAny,
    In,
    Literal,
    Node,
    Not,
    Number,
    Or,
    Passed,
    Presumed,
    PresumedTerm,
    ReadingIs,
    Term,
)
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Answer, Otherwise, Outcome
from lawful.terms.values import SetValue, Value

Kleene = bool | None


def all_of(values: Iterable[Kleene]) -> Kleene:
    """False if one is; else unknown if one is; else true."""
    found: Kleene = True
    for value in values:
        if value is False:
            return False
        if value is None:
            found = None
    return found


def some_of(values: Iterable[Kleene]) -> Kleene:
    """True if one is; else unknown if one is; else false."""
    return inverse(all_of(inverse(value) for value in values))


def inverse(value: Kleene) -> Kleene:
    """The opposite; unknown stays unknown."""
    return None if value is None else not value


def doubted(value: Kleene) -> Kleene:
    """What unverified law grants: true becomes unknown."""
    return None if value else value


@attrs.frozen(kw_only=True)
class Judged:
    """How one entry stands: its answer and the two values it comes from."""

    answer: Answer
    applies: Kleene
    violated: Kleene


NOT_APPLICABLE = Judged(answer=Answer.NOT_APPLICABLE, applies=False, violated=False)


class Oracle:
    """Judges things by one book. Keeps nothing between things."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def judge(self, thing: Thing) -> dict[RuleId, Judged]:
        """Every rule, command and basis about this kind of thing, by id in order."""
        court = Court(self.book, thing)
        return {
            each.id: court.judged(each)
            for each in self.book.entries.values()
            if each.about == thing.about and each.kind is not Kind.DEFINITION
        }


class Court:
    """One thing before one book; remembers what it has worked out.

    ``readings``: how contested questions are read, where not as in the book.
    """

    def __init__(
        self,
        book: Book,
        thing: Thing,
        filed: Mapping[str, list[tuple[int, Record]]] | None = None,
        readings: Mapping[str, str] | None = None,
    ) -> None:
        self.book, self.thing = book, thing
        self.readings = book.readings if readings is None else readings
        self.moment = self._moment()
        self._applies: dict[RuleId, Kleene] = {}
        self._defined: dict[str, Kleene] = {}
        self._days: dict[str, date] = {}
        self._scopes: dict[tuple[str, str], Kleene] = {}
        self._systems: list[Court] | None = None
        self._filed = filed

    def _moment(self) -> Thing:
        """The thing at the moment whose law judges it."""
        fact = self.book.vocabulary.law_of.get(self.thing.about)
        value = self.thing.values.get(fact) if fact else None
        if isinstance(value, datetime):
            return attrs.evolve(self.thing, at=value, on=None)
        return self.thing

    def records_of(self, rule: str) -> list[Record]:
        """The thing's records of a rule, the latest act first (see ``law.records``)."""
        if self._filed is None:
            self._filed = by_rule(self.thing.records)
        found = [each for above in ids_above(rule) for each in self._filed.get(above, ())]
        return latest(tuple(record for _, record in sorted(found, key=_place)), rule)

    def day(self, of: Entry | Parameter) -> date:
        """The civil day on which an entry's instrument reads this thing."""
        zone = self.book.instrument(of).zone
        if zone not in self._days:
            self._days[zone] = self.moment.day(zone)
        return self._days[zone]

    def in_force(self, of: Entry | Parameter) -> bool:
        """Is the entry in force for this thing?"""
        return of.in_force_on(self.day(of))

    def judged(self, entry: Entry) -> Judged:
        """How an entry stands."""
        applies = self.applies(entry)
        if entry.kind is not Kind.RULE:
            answer = {
                True: Answer.APPLIES,
                False: Answer.NOT_APPLICABLE,
                None: Answer.UNDETERMINED,
            }[applies]
            return Judged(answer=answer, applies=applies, violated=False)
        if applies is False:
            return NOT_APPLICABLE
        requires = False if entry.requires is None else self.lines(entry.requires, entry)
        violated = all_of((applies, inverse(requires)))
        answer = {True: Answer.UNMET, False: Answer.MET, None: Answer.UNDETERMINED}[violated]
        return Judged(answer=answer, applies=applies, violated=violated)

    def applies(self, entry: Entry) -> Kleene:
        """Does an entry apply, its exceptions and defeaters considered?"""
        if entry.id not in self._applies:
            self._applies[entry.id] = self._work_out(entry)
        return self._applies[entry.id]

    def _work_out(self, entry: Entry) -> Kleene:
        if not self.in_force(entry):
            return False
        value = all_of(self._parts(entry))
        return doubted(value) if entry.kind is Kind.BASIS and not entry.verified else value

    def _parts(self, entry: Entry) -> Iterator[Kleene]:
        """What must all hold for an entry to apply, the cheapest first: the rest is idle once one is false."""
        yield self.scope(entry)
        yield self.bears(entry)
        yield self.lines(entry.when, entry)
        exempt = some_of(self.value(line.node, entry) for line in entry.unless)
        yield inverse(exempt if entry.verified else doubted(exempt))
        yield inverse(some_of(self.defeats(each) for each in self.book.defeaters.get(entry.id, ())))

    def defeats(self, defeater: RuleId) -> Kleene:
        """Does a defeater apply? Unverified law never frees for certain."""
        entry = self.book.entries[defeater]
        applies = self.applies(entry)
        return applies if entry.verified else doubted(applies)

    def scope(self, entry: Entry) -> Kleene:
        """Does the instrument reach this kind of thing, and this one?"""
        key = (entry.instrument, entry.about)
        if key not in self._scopes:
            scope = self.book.instrument(entry).scope.get(entry.about)
            self._scopes[key] = False if scope is None else self.lines(scope, entry)
        return self._scopes[key]

    def bears(self, entry: Entry) -> Kleene:
        """Has the entity one of the roles that the entry binds?"""
        test = self.book.vocabulary.role_test(entry.about, entry.bearer)
        return True if test is None else self.value(test, entry)

    def lines(self, lines: tuple[Line, ...], entry: Entry) -> Kleene:
        """All of some condition lines."""
        return all_of(self.value(line.node, entry) for line in lines)

    def value(self, node: Node, entry: Entry) -> Kleene:
        """The value of a condition, read as the entry's instrument reads it."""
        match node:
            case Const(value):
                return value
            case And(items):
                return all_of([self.value(item, entry) for item in items])
            case Or(items):
                return some_of([self.value(item, entry) for item in items])
            case Not(item):
                return inverse(self.value(item, entry))
            case ReadingIs(reading, option):
                return self.readings[reading] == option
            case Beside():
                return state_of(self, node, entry)
            case Flag(name):
                return self._flag(name)
            case Presumed(item, presumed):
                known = self.value(item, entry)
                return presumed if known is None else known
            case HasAny(fact, members, listed):
                return self._has_any(fact, self.list_of(listed) if listed else members)
            case HasAll(fact, members):
                return all_of([self._has_any(fact, (each,)) for each in members])
            case Passed():
                return self._passed(node, entry)
            case Compare(op, left, right):
                return compare(op, self.term(left, entry), self.term(right, entry))
            case In(left, members, listed):
                return self._in(left, self.list_of(listed) if listed else members, entry)
            case _:
                raise TypeError(f"{type(node).__name__} has no meaning here")

    def any_of(self, about: str, item: Node, entry: Entry) -> Kleene:
        """Does one of the thing's systems meet a condition? False only if none is missing."""
        found = some_of(court.value(item, entry) for court in self._beside(about))
        complete = about in self.thing.kept
        return None if found is False and not complete else found

    def _beside(self, about: str) -> list[Court]:
        """A court for each system that belongs to the thing; the entity's own facts stand in it too."""
        if self._systems is None:
            shared = {
                name: value
                for name, value in self.thing.values.items()
                if name in self.book.vocabulary.facts
                and "entity" in self.book.vocabulary.facts[name].grain
            }
            self._systems = [
                Court(
                    self.book,
                    Thing(
                        about=about,
                        at=self.moment.at,
                        on=self.moment.on,
                        values={**shared, **system},
                    ),
                    readings=self.readings,
                )
                for system in self.thing.systems
            ]
        return self._systems

    def _in(self, left: Term, members: tuple[str, ...] | None, entry: Entry) -> Kleene:
        value = self.term(left, entry)
        return None if value is None or members is None else value in members

    def _passed(self, node: Passed, entry: Entry) -> Kleene:
        value = self.thing.values.get(node.fact)
        zone = self.book.instrument(entry).zone
        today = self.thing.day(zone)  # whatever law judges the thing: time goes on
        if value is None:
            return None
        return has_passed(value, node.n, node.unit, node.day(today), zone)

    def _flag(self, name: str) -> Kleene:
        if name in self.book.definitions:
            return self.defined(name)
        value = self.thing.values.get(name)
        return value if isinstance(value, bool) else None

    def defined(self, name: str) -> Kleene:
        """A definition's value; unknown outside its dates, and where its source was not read."""
        if name not in self._defined:
            live = [each for each in self.book.definitions[name] if self.in_force(each)]
            known = bool(live) and live[0].verified
            self._defined[name] = self.lines(live[0].when, live[0]) if known else None
        return self._defined[name]

    def _has_any(self, fact: str, members: tuple[str, ...] | None) -> Kleene:
        value = self.thing.values.get(fact)
        if not isinstance(value, SetValue) or members is None:
            return None
        if value.members.intersection(members):
            return True
        return None if value.unknown.intersection(members) else False

    def parameter(self, name: str) -> Parameter | None:
        """The value of a parameter in force; unverified ones are unknown."""
        live = [
            each for each in self.book.parameters[name] if self.in_force(each) and each.verified
        ]
        return live[0] if live else None

    def list_of(self, name: str) -> tuple[str, ...] | None:
        """The members of a parameter list on the day, or unknown."""
        parameter = self.parameter(name)
        return parameter.listed if parameter else None

    def number(self, name: str, key: str) -> int | None:
        """A number parameter, by region where ``key`` names a region fact."""
        parameter = self.parameter(name)
        if parameter is None:
            return None
        if not key:
            return parameter.number
        region = self.thing.values.get(key)
        return None if region is None else parameter.by_region.get(str(region), parameter.other)

    def term(self, term: Term, entry: Entry) -> Value | None:
        """The value of one side of a comparison."""
        match term:
            case FactTerm(name):
                return self.thing.values.get(name)
            case Literal(value):
                return value
            case Number(name, key):
                return self.number(name, key)
            case PresumedTerm(name, value):
                known = self.thing.values.get(name)
                return value if known is None else known
            case Cutoff(years, table, key):
                age = self.number(table, key) if table else years
                return None if age is None else cutoff(self.day(entry), age)
            case _:
                raise TypeError(f"{type(term).__name__} has no meaning here")


def _place(filed: tuple[int, Record]) -> int:
    return filed[0]


def compare(op: str, left: Value | None, right: Value | None) -> Kleene:
    """A comparison; unknown if a side is."""
    if left is None or right is None:
        return None
    match op:
        case "=":
            return left == right
        case "<>":
            return left != right
        case "<":
            return left < right  # type: ignore[operator]  # the linter lets only ordered types pass
        case "<=":
            return left <= right  # type: ignore[operator]  # as above
        case ">":
            return left > right  # type: ignore[operator]  # as above
        case _:
            return left >= right  # type: ignore[operator]  # as above


def worst(judged: Iterable[tuple[RuleId, Entry, Kleene]]) -> tuple[Outcome, RuleId | None]:
    """A use's outcome and its deciding rule: the worst answer's smallest id.

    ``judged`` holds (id, rule, violated) of rules; bases and commands do not come here.
    """
    found: tuple[Outcome, RuleId | None] = (Outcome.LAWFUL, None)
    for rule_id, entry, violated in sorted(judged, key=lambda each: each[0]):
        outcome = outcome_of(entry, violated)
        if outcome.rank < found[0].rank:
            found = (outcome, rule_id)
    return found


def outcome_of(entry: Entry, violated: Kleene) -> Outcome:
    """What one rule alone does to a use."""
    if entry.otherwise not in (Otherwise.BLOCK, Otherwise.BEFORE) or violated is False:
        return Outcome.LAWFUL
    if violated is None:
        return Outcome.UNDETERMINED
    return Outcome.PROHIBITED if entry.otherwise is Otherwise.BLOCK else Outcome.NOT_YET

"""A book folded onto its days: one node per definition and entry, ready for every back end.

Readings, parameters, cut-offs and dates in force are gone; what is left are tests of facts. Keys:
``def:NAME``, ``app:ID`` (applies), ``met:ID`` (requires), ``vio:ID`` (violated), ``covered``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from graphlib import TopologicalSorter
from zoneinfo import ZoneInfo

import attrs

from lawful.decide.sieve.naming import Named
from lawful.law.book import Book
from lawful.law.coverage import MAY_BE_UNKNOWN, NOBODY, OF_SUBJECTS, PLACES, holds
from lawful.law.days import check_asked, cutoff, last_since, start_of
from lawful.law.model import Entry, Kind, Line, Parameter
from lawful.law.tree import (
    FALSE,
    TRUE,
    UNKNOWN,
    And,
    AnyOf,
    Beside,
    Compare,
    Const,
    Cutoff,
    Doubted,
    FactTerm,
    Flag,
    Fulfilled,
    HasAny,
    In,
    Literal,
    Lookup,
    Node,
    Not,
    Number,
    Or,
    Passed,
    Presumed,
    PresumedTerm,
    ReadingIs,
    Ref,
    Term,
    conjunction,
    disjunction,
    walk,
)
from lawful.terms.ids import RuleId

Days = Mapping[str, date]


@attrs.frozen(kw_only=True)
class Program:
    """Nodes in an order in which each comes after those it refers to."""

    about: str
    nodes: Mapping[str, Node]
    entries: tuple[Entry, ...]
    named: Named = attrs.field(
        default=attrs.Factory(lambda self: Named(self.nodes), takes_self=True), eq=False, repr=False
    )
    """The values that its tests name, and those of every program that is left of it."""

    @property
    def rules(self) -> tuple[Entry, ...]:
        """The rules among the entries, in order of id."""
        return tuple(each for each in self.entries if each.kind is Kind.RULE)


def assemble(book: Book, about: str, days: Days, today: Days | None = None) -> Program:
    """Fold a book onto the civil days of its zones, for one kind of thing.

    ``days`` say which law judges it; ``today``, where it is later, how much time has passed.
    """
    return _Folder(book, about, days, today or days).program()


class _Folder:
    def __init__(self, book: Book, about: str, days: Days, today: Days) -> None:
        self.book, self.about, self.days, self.today = book, about, days, today
        self._scopes: dict[str, Node] = {}

    def program(self) -> Program:
        nodes: dict[str, Node] = {}
        entries = tuple(
            each
            for each in self.book.entries.values()
            if each.about == self.about and each.kind is not Kind.DEFINITION
        )
        for name in self.book.definitions:
            nodes[f"def:{name}"] = self.definition(name)
        for entry in entries:
            nodes[f"app:{entry.id}"] = self.applies(entry)
            if entry.kind is Kind.RULE:
                requires = FALSE if entry.requires is None else self.lines(entry.requires, entry)
                nodes[f"vio:{entry.id}"] = And((Ref(f"app:{entry.id}"), Not(requires)))
        if self.about == "use":
            nodes["covered"] = self.covered()
        return Program(about=self.about, nodes=in_order(nodes), entries=entries)

    def day(self, of: Entry | Parameter) -> date:
        return self.days[self.book.instrument(of).zone]

    def definition(self, name: str) -> Node:
        live = [each for each in self.book.definitions[name] if each.in_force_on(self.day(each))]
        return self.lines(live[0].when, live[0]) if live and live[0].verified else UNKNOWN

    def applies(self, entry: Entry) -> Node:
        scope = self.book.instrument(entry).scope.get(entry.about)
        if not entry.in_force_on(self.day(entry)) or scope is None:
            return FALSE
        exempt = disjunction(tuple(self.fold(line.node, entry) for line in entry.unless))
        node = conjunction(
            (
                self.scope(scope, entry),
                self.bears(entry),
                self.lines(entry.when, entry),
                Not(exempt if entry.verified else Doubted(exempt)),
                Not(
                    disjunction(
                        tuple(self.defeats(each) for each in self.book.defeaters.get(entry.id, ()))
                    )
                ),
            )
        )
        return Doubted(node) if entry.kind is Kind.BASIS and not entry.verified else node

    def defeats(self, defeater: RuleId) -> Node:
        ref = Ref(f"app:{defeater}")
        return ref if self.book.entries[defeater].verified else Doubted(ref)

    def bears(self, entry: Entry) -> Node:
        return self.book.vocabulary.role_test(entry.about, entry.bearer) or TRUE

    def scope(self, lines: tuple[Line, ...], entry: Entry) -> Node:
        """An instrument's scope: one node for all its entries, unless each asks for what is its own."""
        found = self._scopes.get(entry.instrument)
        if found is None:
            found = self.lines(lines, entry)
            if not any(isinstance(each, Beside) for line in lines for each in walk(line.node)):
                self._scopes[entry.instrument] = found
        return found

    def lines(self, lines: tuple[Line, ...], entry: Entry) -> Node:
        return conjunction(tuple(self.fold(line.node, entry) for line in lines))

    def fold(self, node: Node, entry: Entry) -> Node:
        """A condition as the entry's instrument reads it on its day."""
        match node:
            case And(items):
                return And(tuple(self.fold(item, entry) for item in items))
            case Or(items):
                return Or(tuple(self.fold(item, entry) for item in items))
            case Not(item):
                return Not(self.fold(item, entry))
            case Presumed(item, value):
                return Presumed(self.fold(item, entry), value)
            case ReadingIs(reading, option):
                return Const(self.book.readings[reading] == option)
            case Fulfilled(rule):
                return Fulfilled(rule or entry.id)
            case AnyOf(about, item):
                return AnyOf(about, item, entry.id)
            case Flag(name) if name in self.book.definitions:
                return Ref(f"def:{name}")
            case HasAny(fact, _, listed):
                return self._members(node, listed, lambda found: HasAny(fact, found))
            case In(left, _, listed):
                return self._members(node, listed, lambda found: In(left, members=found))
            case Passed():
                return self._passed(node, entry)
            case Compare(op, left, right):
                term = self._term(right, entry)
                return UNKNOWN if term is None else Compare(op, left, term)
            case _:
                return node

    def _members(self, node: Node, listed: str, make: Callable[[tuple[str, ...]], Node]) -> Node:
        if not listed:
            return node
        parameter = self.parameter(listed)
        return UNKNOWN if parameter is None else make(parameter.listed)

    def _passed(self, node: Passed, entry: Entry) -> Node:
        zone = self.book.instrument(entry).zone
        limit = last_since(node.day(self.today[zone]), node.n, node.unit)
        if self.book.vocabulary.facts[node.fact].type == "date":
            return Compare("<=", FactTerm(node.fact), Literal(limit))
        after = start_of(limit + timedelta(days=1), zone)
        return Compare("<", FactTerm(node.fact), Literal(after))

    def parameter(self, name: str) -> Parameter | None:
        live = [
            each
            for each in self.book.parameters[name]
            if each.in_force_on(self.day(each)) and each.verified
        ]
        return live[0] if live else None

    def _term(self, term: Term, entry: Entry) -> Term | None:
        match term:
            case Cutoff(years, table, key):
                day = self.day(entry)
                return (
                    self._lookup(table, key, lambda age: cutoff(day, age))
                    if table
                    else Literal(cutoff(day, years))
                )
            case Number(name, key) if key:
                return self._lookup(name, key, lambda number: number)
            case Number(name):
                parameter = self.parameter(name)
                return (
                    None
                    if parameter is None or parameter.number is None
                    else Literal(parameter.number)
                )
            case _:
                return term

    def _lookup(self, name: str, key: str, of: Callable[[int], int | date]) -> Term | None:
        parameter = self.parameter(name)
        if parameter is None:
            return None
        rows = []
        for region in self.book.vocabulary.values_of(key):
            number = parameter.by_region.get(region, parameter.other)
            if number is not None:
                rows.append((region, of(number)))
        return Lookup(key, tuple(rows))

    def covered(self) -> Node:
        """True when each topic touched is answered at each place touched (see ``law.coverage``).

        Topics answered in the same regions share one test of the places.
        """
        reader = next(iter(self.book.entries.values()))
        touched: dict[tuple[str, ...], list[Node]] = {}
        for topic in self.book.rulebook.coverage.topics:
            lines = self.lines(topic.when, reader)
            touched.setdefault(self.regions(topic.id), []).append(lines)
        parts = []
        for regions, topics in touched.items():
            places = conjunction(tuple(self._place(name, regions) for name in PLACES))
            parts.append(Or((Not(disjunction(tuple(topics))), places)))
        return conjunction(tuple(parts))

    def regions(self, topic: str) -> tuple[str, ...]:
        """The regions whose law on a topic the book answers on the day."""
        found: set[str] = set()
        for cover in self.book.rulebook.coverage.covers:
            if topic in cover.topics and holds(cover, self.days[cover.zone]):
                found |= set(cover.regions)
                listed = self.parameter(cover.listed) if cover.listed else None
                found |= set(listed.listed) if listed else set()
        return tuple(sorted(found))

    def _place(self, name: str, regions: tuple[str, ...]) -> Node:
        fact = self.book.vocabulary.facts[name]
        if fact.type == "set":
            return Not(
                HasAny(
                    name,
                    tuple(
                        each for each in self.book.vocabulary.values_of(name) if each not in regions
                    ),
                )
            )
        if not regions:
            return FALSE
        left: Term = PresumedTerm(name, regions[0]) if name in MAY_BE_UNKNOWN else FactTerm(name)
        place = In(left, members=regions)
        if name in OF_SUBJECTS:
            return Or((Compare("=", FactTerm("data_state"), Literal(NOBODY)), place))
        return place


def cone(program: Program, keys: Iterable[str]) -> Program:
    """The part of a program that some of its nodes rest on, these included.

    Of entries that are left only because others rest on them there is ``app:`` alone.
    """
    waiting, kept = list(keys), set[str]()
    while waiting:
        key = waiting.pop()
        if key not in kept:
            kept.add(key)
            waiting += refs_in(program.nodes[key])
    return attrs.evolve(
        program,
        nodes={key: node for key, node in program.nodes.items() if key in kept},
        entries=tuple(each for each in program.entries if f"app:{each.id}" in kept),
    )


def keys_of(entry: Entry) -> tuple[str, ...]:
    """The nodes in which an entry's answer stands."""
    match entry.kind:
        case Kind.DEFINITION:
            return (f"def:{entry.name}",)
        case Kind.RULE:
            return (f"app:{entry.id}", f"vio:{entry.id}")
        case _:
            return (f"app:{entry.id}",)


def refs_in(node: Node) -> set[str]:
    """Keys of the nodes that a node refers to."""
    return {each.key for each in walk(node) if isinstance(each, Ref)}


def beside(program: Program) -> tuple[Beside, ...]:
    """All that a program asks of what stands beside a thing's facts, by key."""
    nodes = (each for node in program.nodes.values() for each in walk(node))
    found = {each for each in nodes if isinstance(each, Beside)}
    return tuple(sorted(found, key=lambda each: each.key))


def in_order(nodes: Mapping[str, Node]) -> dict[str, Node]:
    """Nodes so that each comes after those it refers to; the order is stable."""
    graph = {key: refs_in(node) for key, node in nodes.items()}
    return {key: nodes[key] for key in TopologicalSorter(graph).static_order()}


def days_of(book: Book, at: datetime, on: date | None = None) -> dict[str, date]:
    """The civil date in each zone of a book; ``on`` sets it everywhere.

    Raises: UsageError: the day lies outside of the years that may be asked about.
    """
    check_asked(on or at)
    return {zone: on or at.astimezone(ZoneInfo(zone)).date() for zone in book.zones}


def folded(book: Book, about: str, days: Days, node: Node) -> Node:
    """A condition that stands in no entry, as it reads on some days; ages by the first entry's zone."""
    return _Folder(book, about, days, days).fold(node, next(iter(book.entries.values())))

"""Why an entry answers as it does, and which facts are missing where it cannot say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from lawful.law.model import Entry, Kind, Line
from lawful.law.oracle import Court, Judged, Kleene
from lawful.law.tree import (
    IN_TIME,
    And,
    AnyOf,
    Compare,
    Cutoff,
    Doubted,
    FactTerm,
    Flag,
    Fulfilled,
    HasAll,
    HasAny,
    In,
    Node,
    Not,
    Number,
    Or,
    Passed,
    PresumedTerm,
    Recorded,
    Term,
    children,
    terms,
    walk,
)
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Answer


@attrs.frozen(kw_only=True)
class Reason:
    """One part of why: which part of the entry, its number from 1, its text as written, its value.

    ``part`` is ``in_force | scope | bearer | when | unless | requires | defeated_by |
    nothing_permits | unverified``; for ``defeated_by`` the text is the defeater's id.
    """

    part: str
    index: int = 0
    text: str = ""
    value: Kleene = None
    facts: tuple[str, ...] = ()


@attrs.frozen
class Missing:
    """What is wanted: ``kind`` says of what ``name`` is the name.

    ``fact``; a ``record`` of a rule; the ``systems`` that an entry asks about; ``since`` or ``stale``
    (since when a rule applies, or its record is out of date); ``counsel`` on an entry.
    """

    kind: str
    name: str


def reasons(court: Court, entry: Entry, judged: Judged) -> tuple[Reason, ...]:
    """Why an entry answers so: the lines that decided, none that did not."""
    if not court.in_force(entry):
        return (
            Reason(
                part="in_force", text=f"{entry.in_force or ''}/{entry.until or ''}", value=False
            ),
        )
    parts = list(_parts(court, entry))
    match judged.answer:
        case Answer.NOT_APPLICABLE:
            return tuple(_blocking(parts)[:1])
        case Answer.UNDETERMINED:
            unknown = [each for each in parts if each.value is None]
            exempt = any(each.part == "unless" and each.value for each in parts)
            if not entry.verified and (entry.kind is Kind.BASIS or exempt):
                unknown.append(Reason(part="unverified", text=entry.source))
            return tuple(unknown)
        case Answer.UNMET if entry.requires is None:
            defeaters = court.book.defeaters.get(entry.id, ())
            return (Reason(part="nothing_permits", text=", ".join(defeaters), value=False),)
        case Answer.UNMET:
            return tuple(each for each in parts if each.part == "requires" and each.value is False)
        case _:
            part = "requires" if judged.answer is Answer.MET else "when"
            return tuple(each for each in parts if each.part == part)


def _blocking(parts: list[Reason]) -> list[Reason]:
    """The parts that keep an entry from applying."""
    return [
        each
        for each in parts
        if each.part != "requires" and each.value is (each.part in ("unless", "defeated_by"))
    ]


def _parts(court: Court, entry: Entry) -> Iterator[Reason]:
    yield from _lines(
        "scope", court, entry, court.book.instrument(entry).scope.get(entry.about, ())
    )
    fact = court.book.vocabulary.role_in.get(entry.about, "")
    if entry.bearer and fact:
        yield Reason(
            part="bearer", text=", ".join(entry.bearer), value=court.bears(entry), facts=(fact,)
        )
    yield from _lines("when", court, entry, entry.when)
    yield from _lines("unless", court, entry, entry.unless)
    for defeater in court.book.defeaters.get(entry.id, ()):
        yield Reason(part="defeated_by", text=defeater, value=court.defeats(defeater))
    yield from _lines("requires", court, entry, entry.requires or ())


def _lines(part: str, court: Court, entry: Entry, lines: tuple[Line, ...]) -> Iterator[Reason]:
    for index, line in enumerate(lines, 1):
        value = court.value(line.node, entry)
        yield Reason(
            part=part,
            index=index,
            text=line.text,
            value=value,
            facts=tuple(sorted(all_facts(court, line.node))),
        )


def all_facts(court: Court, node: Node) -> set[str]:
    """Facts that a condition tests, through definitions too."""
    found: set[str] = set()
    for each in walk(node):
        match each:
            case Flag(name) if name in court.book.definitions:
                for entry in court.book.definitions[name]:
                    for line in entry.when:
                        found |= all_facts(court, line.node)
            case Flag(name):
                found.add(name)
            case HasAny(fact) | HasAll(fact) | Passed(fact):
                found.add(fact)
            case _:
                pass
        for term in terms(each):
            found |= _term_facts(term)
    return found


def _term_facts(term: Term) -> set[str]:
    match term:
        case FactTerm(name) | PresumedTerm(name):
            return {name}
        case Cutoff(_, _, key) | Number(_, key) if key:
            return {key}
        case _:
            return set()


def entry_facts(court: Court, entry: Entry) -> set[str]:
    """All facts that an entry itself tests: scope, bearer and conditions."""
    found: set[str] = set()
    scope = court.book.instrument(entry).scope.get(entry.about, ())
    for line in (*scope, *entry.when, *entry.unless, *(entry.requires or ())):
        found |= all_facts(court, line.node)
    return found


def missing(court: Court, entry: Entry, judged: Judged) -> set[Missing]:
    """What is missing for an answer that is undetermined; collected through exceptions too."""
    if judged.answer is not Answer.UNDETERMINED:
        return set()
    found = _missing_applies(court, entry) if judged.applies is None else set()
    for line in entry.requires or ():
        found |= _missing(court, line.node, entry)
    return found


def next_missing(court: Court, entry: Entry, judged: Judged) -> set[Missing]:
    """What is missing to go one step on: of scope, role and conditions in their order, the first that is open.

    What an entry requires is asked for once it is known to apply, so that nobody answers in vain.
    """
    if judged.answer is not Answer.UNDETERMINED:
        return set()
    if judged.applies is not None:
        return set().union(*(_next(court, line.node, entry) for line in entry.requires or ()))
    scope = court.book.instrument(entry).scope.get(entry.about, ())
    if found := _first_open(court, scope, entry):
        return found
    if court.bears(entry) is None:
        return {Missing("fact", court.book.vocabulary.role_in[entry.about])}
    if found := _first_open(court, entry.when, entry):
        return found
    found = set().union(*(_next(court, line.node, entry) for line in entry.unless))
    return found or _missing_applies(court, entry)


def _first_open(court: Court, lines: Iterable[Line], entry: Entry) -> set[Missing]:
    return next((found for line in lines if (found := _next(court, line.node, entry))), set())


def _next(court: Court, node: Node, entry: Entry, *, denied: bool = False) -> set[Missing]:
    """What to ask first below an unknown node: of conditions that must all hold, only the first open one."""
    if court.value(node, entry) is not None:
        return set()
    match node:
        case Not(item):
            return _next(court, item, entry, denied=not denied)
        case And() | Or():
            each = (_next(court, item, entry, denied=denied) for item in children(node))
            if isinstance(node, Or) is denied:
                return next((found for found in each if found), set())
            return set().union(*each)
        case Flag(name) if name in court.book.definitions and not denied:
            live = [each for each in court.book.definitions[name] if court.in_force(each)]
            if live and live[0].verified:
                return _first_open(court, live[0].when, live[0])
            return _missing(court, node, entry)
        case _:
            return _missing(court, node, entry)


def _missing_applies(court: Court, entry: Entry) -> set[Missing]:
    found: set[Missing] = set()
    scope = court.book.instrument(entry).scope.get(entry.about, ())
    for line in (*scope, *entry.when, *entry.unless):
        found |= _missing(court, line.node, entry)
    if court.bears(entry) is None:
        found.add(Missing("fact", court.book.vocabulary.role_in[entry.about]))
    for defeater in court.book.defeaters.get(entry.id, ()):
        found |= _missing_defeat(court, court.book.entries[defeater])
    if not entry.verified and entry.unless:
        found |= {
            Missing("counsel", entry.id) for line in entry.unless if court.value(line.node, entry)
        }
    return found


def _missing_defeat(court: Court, entry: Entry) -> set[Missing]:
    if court.defeats(RuleId(entry.id)) is not None:
        return set()
    if not entry.verified and all(court.value(line.node, entry) for line in entry.when):
        return {Missing("counsel", entry.id)}
    return _missing_applies(court, entry)


def _missing(court: Court, node: Node, entry: Entry) -> set[Missing]:
    """Unknown leaves below a node that is itself unknown."""
    if court.value(node, entry) is not None:
        return set()
    match node:
        case And() | Or() | Not() | Doubted():
            return set().union(*(_missing(court, each, entry) for each in children(node)))
        case Fulfilled(rule):
            return {Missing("record", rule or entry.id)}
        case Recorded(rule, item) if item not in ("", IN_TIME) and court.records_of(rule):
            return {Missing("item", f"{rule}:{item}")}  # it was made, and does not say
        case Recorded(rule):
            return {Missing("record", rule)}
        case AnyOf():
            return {Missing("systems", entry.id)}
        case Flag(name) if name in court.book.definitions:
            return _missing_definition(court, name)
        case Flag(name):
            return {Missing("fact", name)}
        case HasAny(fact, _, listed) if listed and court.list_of(listed) is None:
            return _undated(court, listed)
        case HasAny(fact) | HasAll(fact) | Passed(fact):
            return {Missing("fact", fact)}
        case In(left, _, listed):
            found = _missing_term(court, left, entry)
            return found | (_undated(court, listed) if listed else set())
        case Compare(_, left, right):
            return _missing_term(court, left, entry) | _missing_term(court, right, entry)
        case _:
            return set()


def _missing_term(court: Court, term: Term, entry: Entry) -> set[Missing]:
    """What an unknown side of a comparison wants: its fact, or counsel on its parameter."""
    if court.term(term, entry) is not None:
        return set()
    names = {name for name in _term_facts(term) if court.thing.values.get(name) is None}
    if names:
        return {Missing("fact", name) for name in names}
    match term:
        case Cutoff(_, name) | Number(name):
            return _undated(court, name)
        case _:
            return set()


def _undated(court: Court, name: str) -> set[Missing]:
    """Counsel, where no parameter of this name is in force and verified."""
    if court.parameter(name) is not None:
        return set()
    return {Missing("counsel", court.book.parameters[name][0].id)}


def _missing_definition(court: Court, name: str) -> set[Missing]:
    live = [each for each in court.book.definitions[name] if court.in_force(each)]
    if not live or not live[0].verified:
        return {Missing("counsel", court.book.definitions[name][0].id)}
    return set().union(*(_missing(court, line.node, live[0]) for line in live[0].when))

"""What conditions may not say: names, values and types of each line, before a book is used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import attrs

from lawful.law.book import Book
from lawful.law.invariants import FILE
from lawful.law.model import Entry, Kind, Line
from lawful.law.tree import (
    IN_TIME,
    AnyOf,
    Beside,
    Compare,
    Cutoff,
    FactTerm,
    Flag,
    Fulfilled,
    HasAll,
    HasAny,
    In,
    Literal,
    Node,
    Number,
    Passed,
    Presumed,
    PresumedTerm,
    ReadingIs,
    Recorded,
    Term,
    facts_in,
    walk,
)
from lawful.law.vocabulary import Fact, nearest
from lawful.terms.errors import Location, UsageError
from lawful.terms.ids import RuleId
from lawful.terms.texts import a_or_an

ORDERED = ("count", "date", "instant")


@attrs.frozen(kw_only=True)
class Asked:
    """One condition line, the kind of thing that it is asked about, and where it stands."""

    line: Line
    about: str
    at: Location


def asked_in(entry: Entry) -> Iterator[Asked]:
    """Every condition line of an entry."""
    lines = (*entry.when, *entry.unless, *(entry.requires or ()))
    yield from (_asked(entry, line, entry.about) for line in lines)
    yield from (_asked(entry, line, "use") for line in entry.commands)
    for item in entry.contents:
        if item.when is not None:
            line = Line(text=f"contents: {item.name}", node=item.when, line=entry.line)
            yield _asked(entry, line, entry.about)


def _asked(entry: Entry, line: Line, about: str) -> Asked:
    at = Location(file=entry.file, line=line.line or entry.line, record=entry.id)
    return Asked(line=line, about=about, at=at)


def asked_elsewhere(book: Book) -> Iterator[Asked]:
    """Every condition line that stands in no entry: scopes and topics of the coverage table."""
    for instrument in book.rulebook.instruments.values():
        for about, lines in instrument.scope.items():
            for line in lines:
                yield Asked(line=line, about=about, at=Location(file=instrument.file))
    for topic in book.rulebook.coverage.topics:
        for line in topic.when:
            yield Asked(line=line, about="use", at=Location(file="coverage.toml", record=topic.id))


def check_line(book: Book, asked: Asked) -> Iterator[UsageError]:
    """Facts, values, words and types of one line."""
    if asked.about not in book.vocabulary.knows:
        hint = nearest(asked.about, book.vocabulary.knows)
        yield UsageError(f"There is no thing '{asked.about}'.", location=asked.at, hint=hint)
        return
    for node in walk(asked.line.node):
        try:
            _check_node(book, node, asked.about)
        except UsageError as error:
            message = f"{error.message}\n  {asked.line.text}"
            yield UsageError(message, code="law.lint", hint=error.hint, location=asked.at)


def check_invariants(book: Book) -> Iterator[UsageError]:
    """What the vocabulary says can never be: facts that some thing knows together, their values and types."""
    for each in book.vocabulary.invariants:
        kinds = [kind for kind, found in book.vocabulary.invariants_of.items() if each in found]
        for about in kinds or each.about or ("use",):
            for node in walk(each.never):
                try:
                    _check_between(book, node, about)
                except UsageError as error:
                    at = Location(file=f"vocabulary/{FILE}", record=each.text)
                    yield UsageError(error.message, code="law.lint", hint=error.hint, location=at)


def _check_between(book: Book, node: Node, about: str) -> None:
    """A node of an invariant: as one of a rule, but it may compare two facts."""
    match node:
        case Compare(_, FactTerm(left), FactTerm(right)):
            _typed(book, right, about, _typed(book, left, about, *ORDERED).type)
        case Flag(name):
            _typed(book, name, about, "flag")
        case _:
            _check_node(book, node, about)


def _check_node(book: Book, node: Node, about: str) -> None:
    match node:
        case Presumed(Flag(name)) if name in book.definitions:
            _typed(book, name, about, "flag")
        case Flag(name) if name in book.definitions:
            _definition(book, name, about)
        case Flag(name):
            _typed(book, name, about, "flag")
        case HasAny(fact, members, listed):
            _typed(book, fact, about, "set")
            _members(book, fact, members, listed)
        case HasAll(fact, members):
            _typed(book, fact, about, "set")
            _members(book, fact, members, "")
        case Passed(name):
            _typed(book, name, about, "date", "instant")
        case In(left, members, listed):
            _members(book, _left(book, left, about, "enum").name, members, listed)
        case Compare(op, left, right):
            _comparison(book, op, _left(book, left, about, "enum", *ORDERED), right, about)
        case ReadingIs(reading, option):
            _reading(book, reading, option)
        case Fulfilled(rule) | Recorded(rule) if rule and rule not in book.entries:
            raise UsageError(f"There is no rule '{rule}'.", hint=nearest(rule, book.entries))
        case Recorded(rule, item) if item == IN_TIME and book.entries[RuleId(rule)].by is None:
            raise UsageError(f"'{rule}' has no clock, so nothing of it is in time or late.")
        case AnyOf(other, item):
            _any_of(book, other, item, about)
        case _:
            pass


def _any_of(book: Book, other: str, item: Node, about: str) -> None:
    """Asked of a thing that systems belong to; the condition is one over a system's own facts."""
    if about == other:
        raise UsageError(
            f"{a_or_an(about).capitalize()} has no {other} of its own: write the condition itself."
        )
    for node in walk(item):
        if isinstance(node, Beside):
            raise UsageError("Inside any_of stand tests of facts only.")
        _check_node(book, node, other)


def _definition(book: Book, name: str, about: str) -> None:
    """A definition used of a thing tests only facts that this thing can know."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        each = waiting.pop()
        if each in seen:
            continue
        seen.add(each)
        lines = [line for entry in book.definitions[each] for line in entry.when]
        for found in sorted(fact for line in lines for fact in facts_in(line.node)):
            if found in book.definitions:
                waiting.append(found)
            elif found in book.vocabulary.facts and not book.vocabulary.knows_fact(about, found):
                raise UsageError(
                    f"'{name}' rests on '{found}', a fact that {a_or_an(about)} cannot know.",
                    hint="Write a definition for this kind of thing.",
                )


def _typed(book: Book, name: str, about: str, *types: str) -> Fact:
    if name in book.definitions:
        raise UsageError(f"'{name}' is a definition: it stands alone.")
    try:
        fact = book.vocabulary.find(name, about)
    except UsageError as error:
        names = [*book.vocabulary.facts, *book.definitions]
        unknown = error.code == "law.unknown_fact"
        hint = (
            nearest(name, names) if unknown else "Ask it of a thing that knows it, or not at all."
        )
        raise UsageError(error.message, hint=hint) from None
    if fact.type not in types:
        raise UsageError(f"'{name}' is {a_or_an(fact.type)}, not {a_or_an(' or '.join(types))}.")
    return fact


def _left(book: Book, term: Term, about: str, *types: str) -> Fact:
    if not isinstance(term, (FactTerm, PresumedTerm)):
        raise UsageError("A comparison begins with a fact.", hint="Write fact = value.")
    fact = _typed(book, term.name, about, *types)
    if isinstance(term, PresumedTerm):
        _literal(book, fact, term.value)
    return fact


def _members(book: Book, fact: str, members: tuple[str, ...], listed: str) -> None:
    if listed:
        _parameter(book, listed, "listed", "list")
    for member in members:
        book.vocabulary.member(fact, member)


def _parameter(book: Book, name: str, field: str, what: str) -> None:
    if name not in book.parameters:
        raise UsageError(f"There is no {what} '{name}'.", hint=nearest(name, book.parameters))
    if not all(getattr(each, field) not in (None, (), {}) for each in book.parameters[name]):
        raise UsageError(f"'{name}' is a parameter, but not a {what}.")


def _reading(book: Book, reading: str, option: str) -> None:
    known = book.rulebook.readings
    if reading not in known:
        raise UsageError(f"There is no reading '{reading}'.", hint=nearest(reading, known))
    options = known[reading].options
    if option not in options:
        hint = nearest(option, options)
        raise UsageError(f"'{option}' is not an option of {reading}.", hint=hint)


def _comparison(book: Book, op: str, fact: Fact, right: Term, about: str) -> None:
    if fact.type == "enum" and op not in ("=", "<>"):
        raise UsageError(f"'{fact.name}' has no order: only = and <>.")
    match right:
        case Literal(value):
            _literal(book, fact, value)
        case Cutoff(_, table, key):
            if fact.type != "date":
                raise UsageError("cutoff(…) is a date: compare a date with it.")
            _table(book, table, key, about)
        case Number(name, key):
            if fact.type != "count":
                raise UsageError(f"'{fact.name}' is {a_or_an(fact.type)}, not a count.")
            if key:
                _table(book, name, key, about)
            else:
                _parameter(book, name, "number", "number")
        case _:
            raise UsageError(
                "A fact is compared with a value, not with another fact.",
                hint="What compares two facts is a computed fact or a definition.",
            )


def _table(book: Book, table: str, key: str, about: str) -> None:
    if table:
        _parameter(book, table, "by_region", "table by region")
        if _typed(book, key, about, "enum").values != "regions":
            raise UsageError(f"'{key}' is no region: a table is read by region.")


def _literal(book: Book, fact: Fact, value: str | int | date | datetime) -> None:
    if fact.type == "enum" and isinstance(value, str):
        book.vocabulary.member(fact.name, value)
        return
    kinds = {"count": int, "date": date, "instant": datetime}
    right = kinds.get(fact.type)
    if right is None or type(value) is not right:
        wanted = {
            "enum": "one of its values in quotes",
            "count": "a whole number",
            "date": "a date: DATE '2024-03-22'",
            "instant": "an instant: TIMESTAMPTZ '2024-03-22T00:00:00+08:00'",
        }
        raise UsageError(
            f"'{fact.name}' is {a_or_an(fact.type)}: compare it with {wanted[fact.type]}."
        )


def check_conditions(book: Book, entry: Entry) -> Iterator[UsageError]:
    """Every condition line of one entry, and what a definition's name may be."""
    for asked in asked_in(entry):
        yield from check_line(book, asked)
    if entry.kind is Kind.DEFINITION and entry.name in book.vocabulary.facts:
        at = Location(file=entry.file, line=entry.line, record=entry.id)
        yield UsageError(
            f"'{entry.name}' is a fact already.",
            code="law.lint",
            location=at,
            hint="Give the definition another name.",
        )

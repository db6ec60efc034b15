"""What a rulebook may not say, found before a book is built; each finding names file, line and remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter

from lawful.law.book import Book
from lawful.law.model import Entry, Kind, Line
from lawful.law.tree import (
    And,
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
    Not,
    Number,
    Or,
    Passed,
    PresumedFlag,
    PresumedTerm,
    ReadingIs,
    Term,
    walk,
)
from lawful.law.vocabulary import Fact, nearest
from lawful.terms.errors import LawfulError, Location, UsageError

ORDERED = ("count", "date", "instant")


def lint(book: Book) -> list[LawfulError]:
    """Everything that is wrong with the entries of a book, in order of file and line."""
    found: list[LawfulError] = []
    for entry in book.rulebook.entries:
        for check in CHECKS:
            found += check(book, entry)
    found += _cycles(book)
    found += _double_definitions(book)
    return sorted(found, key=lambda each: (each.location.file, each.location.line))


def _error(entry: Entry, message: str, hint: str = "", line: int = 0) -> UsageError:
    return UsageError(
        message,
        code="law.lint",
        hint=hint,
        location=Location(file=entry.file, line=line or entry.line, record=entry.id),
    )


def _all_lines(entry: Entry) -> Iterator[Line]:
    for lines in (entry.when, entry.unless, entry.requires or (), entry.commands):
        yield from lines


def check_conditions(book: Book, entry: Entry) -> Iterator[LawfulError]:
    """Facts, values, words and types of each condition line."""
    about = "use" if entry.kind is Kind.COMMAND else entry.about
    for line in _all_lines(entry):
        for node in walk(line.node):
            try:
                _check_node(book, node, about if line in entry.commands else entry.about)
            except UsageError as error:
                yield _error(entry, f"{error.message}\n  {line.text}", error.hint, line.line)


def _check_node(book: Book, node: Node, about: str) -> None:
    match node:
        case Flag(name) | PresumedFlag(name):
            if name not in book.definitions:
                _typed(book, name, about, "flag")
        case HasAny(fact, members, listed) | HasAny(fact, members, listed):
            _typed(book, fact, about, "set")
            _members(book, fact, members, listed)
        case HasAll(fact, members):
            _typed(book, fact, about, "set")
            _members(book, fact, members, "")
        case Passed(name):
            _typed(book, name, about, "date", "instant")
        case In(FactTerm(name), members, listed):
            _typed(book, name, about, "enum")
            _members(book, name, members, listed)
        case Compare(op, left, right):
            _comparison(book, op, left, right, about)
        case ReadingIs(reading, option):
            _reading(book, reading, option)
        case Fulfilled(rule) if rule:
            if rule not in book.entries:
                raise UsageError(f"There is no rule '{rule}'.", hint=nearest(rule, book.entries))
        case _:
            pass


def _typed(book: Book, name: str, about: str, *types: str) -> Fact:
    if name in book.definitions and "flag" not in types:
        raise UsageError(f"'{name}' is a definition: it stands alone.")
    try:
        fact = book.vocabulary.find(name, about)
    except UsageError as error:
        names = [*book.vocabulary.facts, *book.definitions]
        raise UsageError(
            error.message,
            hint=error.hint if error.code != "law.unknown_fact" else nearest(name, names),
        ) from None
    if fact.type not in types:
        raise UsageError(f"'{name}' is a {fact.type}, not a {' or '.join(types)}.")
    return fact


def _members(book: Book, fact: str, members: tuple[str, ...], listed: str) -> None:
    if listed and listed not in book.parameters:
        raise UsageError(f"There is no list '{listed}'.", hint=nearest(listed, book.parameters))
    for member in members:
        book.vocabulary.member(fact, member)


def _reading(book: Book, reading: str, option: str) -> None:
    known = book.rulebook.readings
    if reading not in known:
        raise UsageError(f"There is no reading '{reading}'.", hint=nearest(reading, known))
    if option not in known[reading].options:
        raise UsageError(
            f"'{option}' is not an option of {reading}.",
            hint=nearest(option, known[reading].options),
        )


def _comparison(book: Book, op: str, left: Term, right: Term, about: str) -> None:
    if not isinstance(left, (FactTerm, PresumedTerm)):
        raise UsageError("A comparison begins with a fact.")
    fact = _typed(book, left.name, about, "enum", *ORDERED)
    if fact.type == "enum":
        if op not in ("=", "<>"):
            raise UsageError(f"'{left.name}' has no order: only = and <>.")
        if not isinstance(right, Literal) or not isinstance(right.value, str):
            raise UsageError(f"'{left.name}' is compared with one of its values in quotes.")
        book.vocabulary.member(left.name, right.value)
        return
    match right:
        case Number(name) | Cutoff(_, name) if name and name not in book.parameters:
            raise UsageError(
                f"There is no parameter '{name}'.", hint=nearest(name, book.parameters)
            )
        case Cutoff() if fact.type != "date":
            raise UsageError("cutoff(…) is a date: compare a date with it.")
        case Literal(value) if isinstance(value, str):
            raise UsageError(f"'{left.name}' is a {fact.type}, not a text.")
        case Literal() | Cutoff() | Number():
            return
        case _:
            raise UsageError(
                "A fact is compared with a value, not with another fact.",
                hint="What compares two facts is a computed fact or a definition.",
            )


def check_shape(book: Book, entry: Entry) -> Iterator[LawfulError]:
    """Thing, scope, name and defeaters of an entry."""
    if entry.about not in book.vocabulary.knows:
        yield _error(
            entry,
            f"There is no thing '{entry.about}'.",
            nearest(entry.about, book.vocabulary.knows),
        )
        return
    if entry.kind is not Kind.DEFINITION and entry.about not in book.instrument(entry).scope:
        yield _error(
            entry,
            f"{book.instrument(entry).file} has no scope for a {entry.about}.",
            "A kind of thing without a scope is not covered: add it under [scope].",
        )
    if entry.kind is Kind.DEFINITION and not entry.name:
        yield _error(entry, "A definition wants the name that conditions use.")
    if entry.kind is Kind.COMMAND and not entry.commands:
        yield _error(entry, "A command says which use of data it commands.")
    for name in entry.binds:
        if name not in book.vocabulary.facts:
            yield _error(
                entry, f"There is no fact '{name}' to bind.", nearest(name, book.vocabulary.facts)
            )


def check_defeat(book: Book, entry: Entry) -> Iterator[LawfulError]:
    """Defeaters are named where they defeat; policy never defeats; a basis defeats something."""
    for pattern in (*entry.defeats, *entry.defeated_by):
        if not book.matching(pattern) and not any(
            each.id == pattern for each in book.rulebook.entries
        ):
            yield _error(entry, f"'{pattern}' names no entry.", nearest(pattern, book.entries))
    if entry.force == "policy" and (entry.defeats or entry.kind is Kind.BASIS):
        yield _error(entry, "Company policy may be stricter than law; it never defeats.")
    if (
        entry.kind is Kind.BASIS
        and not entry.defeats
        and not any(entry.id in ids for ids in book.defeaters.values())
    ):
        yield _error(entry, "A basis only defeats, and this one defeats nothing.")


def check_permitting(book: Book, entry: Entry) -> Iterator[LawfulError]:
    """A fact that is *no* where nothing is recorded may only permit: turning to yes never makes it worse."""
    frees = entry.kind is Kind.BASIS or bool(entry.defeats)
    binds = entry.kind in (Kind.RULE, Kind.COMMAND)
    for lines, good in ((entry.when, True), (entry.unless, False), (entry.requires or (), None)):
        for line in lines:
            for name, positive in _polarities(book, line.node, True):
                helps = positive if good is None else (positive is good if frees else None)
                hurts = good is not None and binds and positive is good
                if helps is False or hurts:
                    yield _error(
                        entry,
                        f"'{name}' is no where nothing is recorded, but here yes makes it worse.\n  {line.text}",
                        "Leave it unknown (take `unrecorded` away), or turn the condition round.",
                        line.line,
                    )


def _polarities(book: Book, node: Node, positive: bool) -> Iterator[tuple[str, bool]]:
    """The facts declared ``unrecorded`` below a node, and whether *yes* makes the node truer."""
    match node:
        case Not(item):
            yield from _polarities(book, item, not positive)
        case And(items) | Or(items):
            for item in items:
                yield from _polarities(book, item, positive)
        case Flag(name) if name in book.definitions:
            for definition in book.definitions[name]:
                for line in definition.when:
                    yield from _polarities(book, line.node, positive)
        case Flag(name) | PresumedFlag(name) | HasAny(name) | HasAll(name) if (
            book.vocabulary.only_permits(name)
        ):
            yield name, positive
        case In(FactTerm(name), members) if book.vocabulary.only_permits(name):
            yield name, positive is (book.vocabulary.facts[name].absent not in members)
        case Compare(op, FactTerm(name), Literal(value)) if book.vocabulary.only_permits(name):
            is_absent = value == book.vocabulary.facts[name].absent
            yield name, positive is ((op == "<>") is is_absent)
        case _:
            return


CHECKS: tuple[Callable[[Book, Entry], Iterator[LawfulError]], ...] = (
    check_conditions,
    check_shape,
    check_defeat,
    check_permitting,
)


def _cycles(book: Book) -> Iterator[LawfulError]:
    graph: dict[str, set[str]] = {each: set(ids) for each, ids in book.defeaters.items()}
    for name, entries in book.definitions.items():
        used = {
            fact for entry in entries for line in _all_lines(entry) for fact in _names(line.node)
        }
        graph[name] = used & set(book.definitions)
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        ring = [str(each) for each in error.args[1]]
        entry = book.entries.get(ring[0]) or book.definitions[ring[0]][0]  # type: ignore[call-overload]  # a rule id or a name
        yield _error(
            entry,
            f"These go round in a ring: {' → '.join(ring)}.",
            "Take one of the defeaters away.",
        )


def _names(node: Node) -> set[str]:
    return {each.name for each in walk(node) if isinstance(each, Flag)}


def _double_definitions(book: Book) -> Iterator[LawfulError]:
    for name, entries in book.definitions.items():
        ordered = sorted(entries, key=lambda each: str(each.in_force or ""))
        for one, other in zip(ordered, ordered[1:], strict=False):
            if one.until is None or other.in_force is None or other.in_force <= one.until:
                yield _error(
                    other,
                    f"'{name}' is defined twice for the same days.",
                    f"The other stands in {one.file}.",
                )
        if name in book.vocabulary.facts:
            yield _error(entries[0], f"'{name}' is a fact already.")

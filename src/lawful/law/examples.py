"""Examples beside the law: each row is run, and each entry has one for every answer it can give."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from lawful.law.book import BINDING, Book
from lawful.law.changes import change, thing_from
from lawful.law.invariants import CODE, HINT, find_contradictions, with_what_follows
from lawful.law.model import Entry, Example, Kind
from lawful.law.oracle import Court
from lawful.law.thing import Thing
from lawful.terms.errors import LawfulError, Location, UsageError

_KLEENE = {True: "true", False: "false", None: "unknown"}


def possible_answers(entry: Entry) -> tuple[str, ...]:
    """The answers an entry can give: those its examples must show."""
    match entry.kind:
        case Kind.DEFINITION:
            return ("true", "false", "unknown") if entry.verified else ("unknown",)
        case Kind.BASIS:
            return (
                ("applies", "not_applicable", "undetermined")
                if entry.verified
                else ("not_applicable", "undetermined")
            )
        case Kind.COMMAND:
            return ("applies", "not_applicable", "undetermined")
        case _:
            met = () if entry.requires is None else ("met",)
            return (*met, "unmet", "undetermined", "not_applicable")


def situation(book: Book, example: Example) -> tuple[Entry, Thing]:
    """The entry that an example is about, and the thing that its row describes.

    Raises: UsageError: the rule or a fact is not known.
    """
    at = Location(file=example.file, line=example.line)
    entry = book.entries.get(example.rule)
    if entry is None:
        raise UsageError(f"There is no entry '{example.rule}'.", location=at, code="law.example")
    thing = thing_from(book.vocabulary, entry.about, example.base, at)
    return entry, with_what_follows(
        book.vocabulary, change(book.vocabulary, thing, example.change, at)
    )


def answer_of(book: Book, entry: Entry, thing: Thing) -> str:
    """What the oracle answers, in the words of the examples."""
    court = Court(book, thing)
    if entry.kind is Kind.DEFINITION:
        return _KLEENE[court.defined(entry.name) if court.in_force(entry) else None]
    return court.judged(entry).answer.value


def readings_in(change_text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """A row's change without the readings that it chooses, and these: ``reading:CS-1 = always``."""
    parts = [each.strip() for each in change_text.split(";")]
    chosen = [each for each in parts if each.startswith("reading:")]
    pairs = (each.removeprefix("reading:").partition("=") for each in chosen)
    rest = "; ".join(each for each in parts if each not in chosen)
    return rest, tuple((name.strip(), option.strip()) for name, _, option in pairs)


def check_examples(book: Book) -> Iterator[LawfulError]:
    """Every row that answers otherwise than it expects or contradicts itself, and every answer without a row."""
    shown: dict[str, set[str]] = {}
    whole = book.everything
    forces = {each.id: (each.force, each.instrument) for each in whole.entries.values()}
    books: dict[tuple[object, ...], Book] = {}
    for example in book.rulebook.examples:
        force, instrument = forces.get(example.rule, ("law", ""))
        change_text, readings = readings_in(example.change)
        key = (force, instrument if force == "draft" else "", readings)
        if key not in books:
            kept = book if force in BINDING else book.reading_all_of(*key[:2])
            books[key] = kept.read_as(dict(readings))
        example = attrs.evolve(example, change=change_text)
        at = Location(file=example.file, line=example.line, record=example.rule)
        try:
            entry, thing = situation(books[key], example)
        except LawfulError as error:
            yield error
            continue
        for each in find_contradictions(book.vocabulary, thing):
            yield UsageError(each.message, location=at, code=CODE, hint=HINT)
        shown.setdefault(entry.id, set()).add(example.expect)
        found = answer_of(books[key], entry, thing)
        if found != example.expect:
            yield UsageError(
                f"{example.rule} answers {found}, not {example.expect}, "
                f"when: {example.change or 'base'}.",
                location=at,
                code="law.example",
            )
    for entry in whole.entries.values():
        missing = [
            each for each in possible_answers(entry) if each not in shown.get(entry.id, set())
        ]
        if missing:
            yield UsageError(
                f"{entry.id} has no example that answers {', '.join(missing)}.",
                location=Location(file=entry.file, line=entry.line, record=entry.id),
                code="law.example",
                hint="The loader wants one row for each answer an entry can give.",
            )

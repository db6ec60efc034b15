"""Contested readings in an analysis: which ones a question rests on, and the book read otherwise."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import attrs

from lawful.analyse.world import Moment
from lawful.law.book import Book
from lawful.law.model import Entry
from lawful.law.vocabulary import nearest
from lawful.terms.errors import UsageError


def read_as(book: Book, reading: str, option: str) -> Book:
    """The book with one reading chosen otherwise.

    Raises: UsageError: an unknown reading or option; the nearest is offered.
    """
    known = book.rulebook.readings
    if reading not in known:
        raise UsageError(f"There is no reading '{reading}'.", hint=nearest(reading, known))
    if option not in known[reading].options:
        raise UsageError(
            f"'{option}' is not an option of {reading}.",
            hint=nearest(option, known[reading].options),
        )
    digest = hashlib.sha256(f"{book.hash} {reading}={option}".encode()).hexdigest()
    return attrs.evolve(book, readings={**book.readings, reading: option}, hash=digest)


def options_of(book: Book, reading: str) -> tuple[str, ...]:
    """The options of a reading, the chosen one first.

    Raises: UsageError: an unknown reading; the nearest is offered.
    """
    known = book.rulebook.readings
    if reading not in known:
        raise UsageError(f"There is no reading '{reading}'.", hint=nearest(reading, known))
    chosen = book.readings[reading]
    return (chosen, *(each for each in known[reading].options if each != chosen))


def readings_in(book: Book, entries: Iterable[Entry]) -> tuple[str, ...]:
    """The readings on which some entries rest, through definitions and defeaters too."""
    names = {each.id for each in entries}
    return tuple(
        sorted(each for each, turns in book.turning_on.items() if not turns.isdisjoint(names))
    )


def otherwise(moment: Moment, entries: Iterable[Entry]) -> Iterator[tuple[str, str, Moment]]:
    """The moment under every other option of every reading that some entries rest on."""
    for reading in readings_in(moment.book, entries):
        for option in options_of(moment.book, reading)[1:]:
            read = read_as(moment.book, reading, option)
            yield reading, option, attrs.evolve(moment, book=read)

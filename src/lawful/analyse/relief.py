"""Whether what was tightened rests on a contested reading, so that another reading takes it away."""

from __future__ import annotations

import attrs

from lawful.analyse.diff import Class, UseDiff, tightens
from lawful.analyse.readings import otherwise, read_as
from lawful.analyse.world import Moment
from lawful.law.book import Book


@attrs.frozen(kw_only=True)
class Relief:
    """A reading under which some classes are not tightened; ``nothing``: under it nothing is, proved."""

    reading: str
    option: str
    classes: tuple[Class, ...]
    nothing: bool


def reliefs(found: UseDiff) -> tuple[Relief, ...]:
    """Every other option of a reading that takes away a class of what was tightened.

    Raises: TooHard: the solver gave up.
    """
    classes = found.tightened.classes
    entries = {
        each.entry.id: each.entry
        for one in classes
        for each in one.changes
        if each.entry is not None
    }
    answers = []
    for reading, option, second in otherwise(found.second, entries.values()):
        first = attrs.evolve(found.first, book=_read_alike(found.first, second, reading))
        gone = tuple(each for each in classes if not _is_worse(first, second, each))
        if gone:
            nothing = len(gone) == len(classes) and not tightens(first, second)
            answers.append(Relief(reading=reading, option=option, classes=gone, nothing=nothing))
    return tuple(answers)


def _read_alike(first: Moment, second: Moment, reading: str) -> Book:
    if reading not in first.book.rulebook.readings:
        return first.book
    return read_as(first.book, reading, second.book.readings[reading])


def _is_worse(first: Moment, second: Moment, found: Class) -> bool:
    """Does a witness fare worse at the second moment?"""
    ranks = [each.outcome(found.witness).rank for each in (first, second)]
    return ranks[1] < ranks[0]

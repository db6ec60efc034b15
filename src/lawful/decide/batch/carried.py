"""A book that travels: the bytes it is built from, and the hash that the built book must have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache

import attrs
import pyarrow as pa

from lawful.decide.batch.uses import SCHEMA, BatchDecider
from lawful.law.book import Book, build_book
from lawful.terms.errors import UsageError

OPENED = 8
"""So many deciders a process keeps; each holds a book."""


@attrs.frozen(kw_only=True)
class Carried:
    """A rulebook's files by path, the readings chosen, and the hash of the book that they make."""

    files: Mapping[str, bytes] = attrs.field(repr=False, hash=False)
    readings: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    hash: str

    @property
    def schema(self) -> pa.Schema:
        """What an answer holds."""
        return SCHEMA

    def built(self) -> Book:
        """The book, built anew.

        Raises: UsageError: it is another one than was sent.
        """
        book = build_book(self.files, self.readings)
        if book.hash != self.hash:
            raise UsageError(
                f"The book built here is {book.hash[:8]}, the book sent is {self.hash[:8]}.",
                code="batch.book",
                hint="Give every machine the same release of Lawful, and send the book again.",
            )
        return book

    def opened(
        self, on: date | None, at: datetime | None, kept: Iterable[str] = ()
    ) -> BatchDecider:
        """A decider by the book; made once in a process for one moment.

        Raises: UsageError: another book than was sent; a register of no rule.
        """
        return _opened(self, on, at, frozenset(kept))


@lru_cache(maxsize=OPENED)
def _opened(
    carried: Carried, on: date | None, at: datetime | None, kept: frozenset[str]
) -> BatchDecider:
    return BatchDecider(_built(carried), on=on, at=at, kept=kept)


@lru_cache(maxsize=OPENED)
def _built(carried: Carried) -> Book:
    return carried.built()


def carry(files: Mapping[str, bytes], readings: Mapping[str, str] | None = None) -> Carried:
    """A rulebook's files made ready to travel.

    Raises: UsageError: no book comes of them.
    """
    chosen = dict(readings or {})
    return Carried(files=dict(files), readings=chosen, hash=build_book(files, chosen).hash)

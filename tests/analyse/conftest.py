"""One book for the room, and its two days; tests only read them."""

from __future__ import annotations

from datetime import date

import pytest

from lawful.analyse import Moment, UseDiff, diff_uses
from lawful.law.book import Book, build_book
from tests.law.files import rulebook_files

BEFORE, AFTER, NOW = date(2024, 3, 21), date(2024, 3, 23), date(2026, 11, 24)


@pytest.fixture(scope="session")
def book() -> Book:
    return build_book(rulebook_files())


@pytest.fixture(scope="session")
def now(book: Book) -> Moment:
    return Moment(book=book, day=NOW)


@pytest.fixture(scope="session")
def spring(book: Book) -> UseDiff:
    """The export rules of 2024 coming into force."""
    return diff_uses(Moment(book=book, day=BEFORE), Moment(book=book, day=AFTER))

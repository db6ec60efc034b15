"""One book for the room; tests only read it."""

from __future__ import annotations

import pytest

from lawful.law.book import Book, build_book
from tests.law.files import rulebook_files


@pytest.fixture(scope="session")
def book() -> Book:
    return build_book(rulebook_files())

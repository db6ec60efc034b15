"""The law as data: language, rulebook, books, and the oracle that says what a book means."""

from lawful.law.book import Book, build_book
from lawful.law.examples import check_examples
from lawful.law.lint import lint
from lawful.law.oracle import Court, Judged, Oracle
from lawful.law.thing import Record, Thing
from lawful.law.vocabulary import Fact, Vocabulary

__all__ = [
    "Book",
    "Court",
    "Fact",
    "Judged",
    "Oracle",
    "Record",
    "Thing",
    "Vocabulary",
    "build_book",
    "check_examples",
    "lint",
]

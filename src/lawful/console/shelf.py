"""What the pages need of a book again and again, worked out once for each book."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import attrs

from lawful.law.account import Account, account, fact_uses
from lawful.law.book import Book
from lawful.law.contents import Contents, contents_of, examples_by_rule, lines_on_readings
from lawful.law.model import Article, Entry, Example, Line
from lawful.terms.ids import InstrumentId, RuleId

_BOOKS_MAX = 4


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Shelf:
    """A book's contents in the order in which people look for them."""

    book: Book

    @cached_property
    def contents(self) -> Mapping[str, Contents]:
        """What stands in each article."""
        return contents_of(self.book.rulebook)

    @cached_property
    def articles(self) -> Mapping[InstrumentId, tuple[Article, ...]]:
        """The articles of each instrument, in the order of their files."""
        found: dict[InstrumentId, list[Article]] = {}
        for each in sorted(self.book.rulebook.articles.values(), key=lambda each: each.file):
            found.setdefault(each.instrument, []).append(each)
        return {name: tuple(found.get(name, ())) for name in self.book.rulebook.instruments}

    def entries(self, instrument: InstrumentId) -> tuple[Entry, ...]:
        """The entries of an instrument, article by article."""
        return tuple(
            entry for each in self.articles[instrument] for entry in self.contents[each.id].entries
        )

    @cached_property
    def examples(self) -> Mapping[RuleId, tuple[Example, ...]]:
        """The examples of each entry."""
        return examples_by_rule(self.book.rulebook)

    @cached_property
    def on_readings(self) -> Mapping[str, tuple[tuple[Entry, Line], ...]]:
        """The entries that turn on each reading, each with its line."""
        return lines_on_readings(self.book.rulebook)

    @cached_property
    def account(self) -> Account:
        """How the book accounts for the provisions of the sheets."""
        return account(self.book)

    @cached_property
    def fact_uses(self) -> Mapping[str, tuple[str, ...]]:
        """The entries, scopes and topics that test each fact."""
        return fact_uses(self.book)

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """All that can be found of an article, in small letters: ids, titles, citations, entries."""
        return {
            name: " ".join(
                (
                    article.id,
                    article.title,
                    article.citation,
                    article.citation_en,
                    *(
                        text
                        for each in self.contents[name].entries
                        for text in (each.id, each.says.en, each.says.zh)
                    ),
                )
            ).lower()
            for name, article in self.book.rulebook.articles.items()
        }


_SHELVES: dict[str, Shelf] = {}


def shelf_of(book: Book) -> Shelf:
    """The shelf of a book: made once, for a book never changes and its hash names it."""
    found = _SHELVES.get(book.hash)
    if found is None:
        if len(_SHELVES) >= _BOOKS_MAX:
            _SHELVES.clear()
        found = _SHELVES[book.hash] = Shelf(book=book)
    return found

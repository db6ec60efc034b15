"""An article and its entries as the Law page shows them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from lawful.decide import wire
from lawful.decide.prose import Prose
from lawful.law.book import Book
from lawful.law.model import Article, Entry, Line
from lawful.terms.ids import RuleId


def place_of(book: Book, name: str) -> str | None:
    """The article in which an article, entry, parameter, prose item or reading stands."""
    rulebook = book.rulebook
    if name in rulebook.articles:
        return name
    if name in rulebook.readings:
        return rulebook.readings[name].article
    entries = {str(each.id): each.article for each in rulebook.entries}
    parameters = {str(each.id): each.article for each in rulebook.parameters}
    prose = {str(each.id): each.article for each in rulebook.prose}
    return entries.get(name) or parameters.get(name) or prose.get(name)


def state_of(first: date | None, last: date | None, on: date) -> str:
    """``in_force``, ``not_yet`` or ``no_longer`` on a day."""
    if first is not None and on < first:
        return "not_yet"
    return "no_longer" if last is not None and last < on else "in_force"


def article_view(book: Book, article: Article, lang: str, on: date) -> dict[str, Any]:
    """The head of an article: citations, dates, where its text was read, review state."""
    instrument = book.rulebook.instruments[article.instrument]
    source = instrument.sources[article.source]
    return {
        "id": article.id,
        "title": article.title,
        "citation": article.citation,
        "citation_en": article.citation_en,
        "lang": instrument.lang,
        "instrument": instrument.title.in_(lang),
        "force": article.force,
        "jurisdiction": instrument.jurisdiction,
        "zone": instrument.zone,
        "in_force": wire.plain(article.in_force),
        "until": wire.plain(article.until),
        "state": state_of(article.in_force, article.until, on),
        "verified": article.verified,
        "reviewed": [dict(each) for each in article.reviewed],
        "provisions": list(article.provisions),
        "source": {"id": article.source, **{key: str(value) for key, value in source.items()}},
        "file": article.file,
    }


def entry_view(book: Book, entry: Entry, prose: Prose, on: date) -> dict[str, Any]:
    """An entry: conditions as written and in words, exceptions both ways, examples."""
    lines = {
        "when": entry.when,
        "unless": entry.unless,
        "requires": entry.requires or (),
        "commands": entry.commands,
    }
    return {
        **wire.entry(entry, book, prose),
        "about": entry.about,
        "bearer": list(entry.bearer),
        "name": entry.name,
        "state": state_of(entry.in_force, entry.until, on),
        "binding": entry.id in book.entries,
        "never_met": entry.kind.value == "rule" and entry.requires is None,
        "conditions": {
            part: [_line(each, prose) for each in found] for part, found in lines.items() if found
        },
        "defeated_by": _named(book, book.defeaters.get(entry.id, ()), prose),
        "defeats": _named(
            book, (each for each, by in book.defeaters.items() if entry.id in by), prose
        ),
        "examples": [
            {
                "change": each.change,
                "expect": each.expect,
                "because": each.because,
                "line": each.line,
            }
            for each in book.rulebook.examples
            if each.rule == entry.id
        ],
    }


def _line(line: Line, prose: Prose) -> dict[str, str]:
    return {"text": line.text, "words": prose.node(line.node)}


def _named(book: Book, ids: Iterable[RuleId], prose: Prose) -> list[dict[str, str]]:
    return [
        {"id": each, "article": book.entries[each].article, "says": prose.rule(each)}
        for each in sorted(ids)
    ]

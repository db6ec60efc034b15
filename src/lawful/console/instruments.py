"""An instrument as the Law pages show it: counts, dates, who is bound, what is left to a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from lawful.console.articles import role_word, source_view, standing_of, subject_of
from lawful.console.language import Words
from lawful.console.shelf import Shelf
from lawful.decide import wire
from lawful.decide.prose import Prose
from lawful.law.account import asks_record
from lawful.law.model import Article, Entry, Instrument

JURISDICTIONS = ("CN", "EU", "US")
"""Shown in this order; others after them by name."""


def jurisdiction_word(shelf: Shelf, code: str, words: Words) -> str:
    """A jurisdiction as a person reads it."""
    regions = shelf.book.vocabulary.lists["regions"]
    if words.has(f"jurisdiction.{code}"):
        return words(f"jurisdiction.{code}")
    return regions[code].in_(words.lang) if code in regions else code


def by_jurisdiction(shelf: Shelf, words: Words, on: date) -> list[Mapping[str, Any]]:
    """All instruments, each jurisdiction with its sums."""
    prose = Prose(shelf.book, words.lang)
    groups: dict[str, list[dict[str, Any]]] = {}
    for each in shelf.book.rulebook.instruments.values():
        groups.setdefault(each.jurisdiction, []).append(
            instrument_row(shelf, each, prose, words, on)
        )

    def place(code: str) -> tuple[int, str]:
        return (JURISDICTIONS.index(code) if code in JURISDICTIONS else 9, code)

    return [
        {
            "id": code,
            "text": jurisdiction_word(shelf, code, words),
            "total": {
                "instruments": len(rows),
                **{
                    key: sum(row[key] for row in rows)
                    for key in ("articles", "entries", "unverified", "person")
                },
                **{
                    force: sum(1 for row in rows if row["force"] == force)
                    for force in ("draft", "guidance")
                },
            },
            "instruments": sorted(rows, key=lambda row: (row["in_force"] or "9", row["id"])),
        }
        for code, rows in sorted(groups.items(), key=lambda each: place(each[0]))
    ]


def instrument_row(
    shelf: Shelf, instrument: Instrument, prose: Prose, words: Words, on: date
) -> dict[str, Any]:
    """One line about an instrument."""
    entries = shelf.entries(instrument.id)
    articles = shelf.articles[instrument.id]
    return {
        "id": str(instrument.id),
        "title": instrument.title.in_(words.lang),
        "short": instrument.short.in_(words.lang),
        "lang": instrument.lang,
        "force": instrument.force,
        "jurisdiction": instrument.jurisdiction,
        "in_force": wire.plain(instrument.in_force),
        "until": wire.plain(instrument.until),
        "state": standing_of(instrument.force, instrument.in_force, instrument.until, on),
        "articles": len(articles),
        "entries": len(entries),
        "unverified": sum(1 for each in entries if not each.verified),
        "reviewed": sum(1 for each in entries if each.reviewed),
        "person": sum(len(shelf.contents[each.id].prose) for each in articles),
        "binds": bound_by(entries, prose, words),
    }


def bound_by(entries: Iterable[Entry], prose: Prose, words: Words) -> list[str]:
    """The roles that entries bind, the one bound most often first."""
    counted = Counter(role for each in entries for role in each.bearer)
    return [role_word(prose, role, words) for role, _ in counted.most_common()]


def readme_of(instrument: Instrument, lang: str) -> tuple[str, str]:
    """The page for people beside an instrument, and its language: the reader's where it is written."""
    text = instrument.readme.in_(lang)
    return (text, lang) if text else (instrument.readme.en, "en")


def instrument_view(
    shelf: Shelf, instrument: Instrument, prose: Prose, words: Words, on: date
) -> dict[str, Any]:
    """The head of an instrument's page."""
    entries = shelf.entries(instrument.id)
    rulebook = shelf.book.rulebook
    articles = shelf.articles[instrument.id]
    provisions = {name for each in articles for name in each.provisions}
    reasons = Counter(each.reason for one in articles for each in shelf.contents[one.id].prose)
    return {
        **instrument_row(shelf, instrument, prose, words, on),
        "title_en": instrument.title.en,
        "title_zh": instrument.title.zh,
        "zone": instrument.zone,
        "counting": rulebook.calendars.counting(instrument.counting).text.in_(words.lang),
        "sources": [source_view(instrument, name) for name in instrument.sources],
        "reaches": {
            about: [{"text": line.text, "words": prose.node(line.node)} for line in lines]
            for about, lines in instrument.scope.items()
            if any(each.about == about for each in entries)
        },
        "about": dict(Counter(each.about for each in entries).most_common()),
        "by_facts": sum(1 for each in entries if not asks_record(each)),
        "by_record": sum(1 for each in entries if asks_record(each)),
        "by_person": dict(reasons),
        "examples": sum(len(shelf.examples.get(each.id, ())) for each in entries),
        "provisions": len(provisions),
        "executable": len(provisions & shelf.account.executable),
        "readings": [each.id for one in articles for each in shelf.contents[one.id].readings],
        "penalties": sum(len(shelf.contents[each.id].penalties) for each in articles),
        "file": instrument.file,
    }


def article_row(shelf: Shelf, article: Article, lang: str, on: date) -> dict[str, Any]:
    """One line about an article, with every interval in which entries of it are in force."""
    own = shelf.contents[article.id]
    instrument = shelf.book.rulebook.instruments[article.instrument]
    return {
        "id": article.id,
        "title": article.title.partition(" · ")[2] or article.title,
        "subject": subject_of(article, own.entries, lang),
        "citation": article.citation,
        "citation_en": article.citation_en,
        "lang": instrument.lang,
        "force": article.force,
        "entries": len(own.entries),
        "person": len(own.prose),
        "verified": article.verified,
        "unverified_entries": sum(1 for each in own.entries if not each.verified),
        "reviewed": bool(article.reviewed),
        "state": standing_of(article.force, article.in_force, article.until, on),
        "intervals": [
            {"from": wire.plain(first), "to": wire.plain(last)}
            for first, last in sorted(_intervals(own.entries, article), key=_by_day)
        ],
    }


def lanes_of(shelf: Shelf, instrument: Instrument, on: date) -> list[dict[str, Any]]:
    """The intervals in which entries of an instrument are in force, each with how many and where."""
    groups: dict[tuple[date | None, date | None], list[Entry]] = {}
    for each in shelf.entries(instrument.id):
        groups.setdefault((each.in_force, each.until), []).append(each)
    return [
        {
            "from": wire.plain(first),
            "to": wire.plain(last),
            "entries": len(found),
            "articles": len({each.article for each in found}),
            "state": standing_of(found[0].force, first, last, on),
        }
        for (first, last), found in sorted(groups.items(), key=lambda each: _by_day(each[0]))
    ]


def _intervals(
    entries: tuple[Entry, ...], article: Article
) -> set[tuple[date | None, date | None]]:
    return {(each.in_force, each.until) for each in entries} or {(article.in_force, article.until)}


def _by_day(each: tuple[date | None, date | None]) -> tuple[date, date]:
    return (each[0] or date.max, each[1] or date.max)

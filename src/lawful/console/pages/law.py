"""Law: which instruments and articles there are, and what each says, reads, shows and rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import attrs
from starlette.exceptions import HTTPException

from lawful.console.articles import (
    article_penalties,
    article_view,
    entry_view,
    parameter_view,
    place_of,
    reading_view,
    sections_of,
    state_of,
)
from lawful.console.instruments import (
    article_row,
    by_jurisdiction,
    instrument_view,
    lanes_of,
    readme_of,
)
from lawful.console.page import Answer, Elsewhere, Shown, Tab, Visit, Way, address, day_from
from lawful.console.shelf import Shelf, shelf_of
from lawful.decide.prose import Prose
from lawful.law.model import Article, Instrument
from lawful.terms.ids import InstrumentId

PATH = "/law"
TAB = Tab(name="law", path=PATH, order=4, letter="l")


@attrs.frozen(kw_only=True)
class LawPage:
    """Instruments by jurisdiction as they stand on a day, or the articles found; the coverage table."""

    on: str
    find: str
    found: int
    instruments: tuple[Mapping[str, Any], ...]
    jurisdictions: tuple[Mapping[str, Any], ...]
    topics: tuple[Mapping[str, Any], ...]
    coverage: tuple[Mapping[str, Any], ...]
    readings: int
    book: Mapping[str, Any] = attrs.field(hash=False)


@attrs.frozen(kw_only=True)
class InstrumentPage:
    """One instrument: what it is, its page for people, its articles and when they are in force."""

    on: str
    instrument: Mapping[str, Any] = attrs.field(hash=False)
    readme: str
    readme_lang: str
    lanes: tuple[Mapping[str, Any], ...]
    articles: tuple[Mapping[str, Any], ...]


@attrs.frozen(kw_only=True)
class ArticlePage:
    """One article: prose, entries, readings, cost, examples, source and review state."""

    on: str
    article: Mapping[str, Any] = attrs.field(hash=False)
    sections: tuple[Mapping[str, str], ...]
    entries: tuple[Mapping[str, Any], ...]
    parameters: tuple[Mapping[str, Any], ...]
    readings: tuple[Mapping[str, Any], ...]
    penalties: tuple[Mapping[str, Any], ...]
    prose: tuple[Mapping[str, Any], ...]


def show_all(visit: Visit) -> Answer:
    """The instruments by jurisdiction; with words to find, the articles that have them all."""
    shelf, on = shelf_of(visit.deployment.book), _day(visit)
    find = visit.one("find").strip()
    if find in shelf.book.rulebook.instruments or place_of(shelf.book, find):
        return Elsewhere(to=address(f"{PATH}/{find}", []))
    matches = _matches(shelf, find) if find else []
    book = shelf.book
    page = LawPage(
        on=on.isoformat(),
        find=find,
        found=len(matches),
        instruments=tuple(_grouped(shelf, matches, visit.lang, on)),
        jurisdictions=() if find else tuple(by_jurisdiction(shelf, visit.words, on)),
        topics=tuple(
            {"id": each.id, "text": each.text.in_(visit.lang)}
            for each in book.rulebook.coverage.topics
        ),
        coverage=tuple(_coverage(visit, on)),
        readings=len(book.rulebook.readings),
        book={
            "version": book.rulebook.version,
            "hash": book.hash,
            "entries": len(book.entries),
            "reviewed_entries": sum(1 for each in book.entries.values() if each.reviewed),
        },
    )
    return Shown(template="law.html", context=page)


def show_one(visit: Visit) -> Answer:
    """An instrument or an article; an entry's or reading's id leads to its place in its article."""
    book, name = visit.deployment.book, visit.params["id"]
    if instrument := book.rulebook.instruments.get(InstrumentId(name)):
        return _instrument(visit, shelf_of(book), instrument)
    if article := book.rulebook.articles.get(name):
        return _article(visit, shelf_of(book), article)
    place = place_of(book, name)
    if place is None:
        raise HTTPException(404)
    return Elsewhere(to=f"{address(f'{PATH}/{place}', visit.fields)}#{name}")


WAYS = (Way(path=PATH, handler=show_all), Way(path=PATH + "/{id}", handler=show_one))


def _day(visit: Visit) -> date:
    return day_from(visit.one("on")) or visit.deployment.today()


def _instrument(visit: Visit, shelf: Shelf, instrument: Instrument) -> Answer:
    on, prose = _day(visit), Prose(shelf.book, visit.lang)
    readme, lang = readme_of(instrument, visit.lang)
    page = InstrumentPage(
        on=on.isoformat(),
        instrument=instrument_view(shelf, instrument, prose, visit.words, on),
        readme=readme.partition("\n")[2].strip() if readme.startswith("# ") else readme,
        readme_lang=lang,
        lanes=tuple(lanes_of(shelf, instrument, on)),
        articles=tuple(
            article_row(shelf, each, visit.lang, on) for each in shelf.articles[instrument.id]
        ),
    )
    return Shown(template="instrument.html", context=page)


def _article(visit: Visit, shelf: Shelf, article: Article) -> Answer:
    on, prose = _day(visit), Prose(shelf.book, visit.lang)
    own = shelf.contents[article.id]
    entries = tuple(entry_view(shelf, each, prose, visit.words, on) for each in own.entries)
    readings = dict.fromkeys(
        (
            *(each.id for each in own.readings),
            *(one for each in entries for one in each["readings"]),
        )
    )
    page = ArticlePage(
        on=on.isoformat(),
        article=article_view(shelf.book, article, visit.lang, on),
        sections=sections_of(article, visit.lang),
        entries=entries,
        parameters=tuple(parameter_view(each, prose, on) for each in own.parameters),
        readings=tuple(reading_view(shelf, each, prose) for each in readings),
        penalties=tuple(article_penalties(shelf, article, visit.words, prose)),
        prose=tuple(
            {"id": str(each.id), "says": each.says.in_(visit.lang), "reason": each.reason}
            for each in own.prose
        ),
    )
    return Shown(template="article.html", context=page)


def _matches(shelf: Shelf, find: str) -> list[Article]:
    """The articles in which every word stands: in id, title, citations, or what entries say."""
    words = find.lower().split()
    return [
        article
        for name, article in shelf.book.rulebook.articles.items()
        if all(word in shelf.texts[name] for word in words)
    ]


def _grouped(
    shelf: Shelf, articles: Iterable[Article], lang: str, on: date
) -> Iterable[Mapping[str, Any]]:
    """The articles found, under their instruments."""
    groups: dict[InstrumentId, list[Article]] = {}
    for each in articles:
        groups.setdefault(each.instrument, []).append(each)
    for name, instrument in shelf.book.rulebook.instruments.items():
        if name in groups:
            found = sorted(groups[name], key=lambda each: each.file)
            yield {
                "id": str(name),
                "title": instrument.title.in_(lang),
                "lang": instrument.lang,
                "force": instrument.force,
                "jurisdiction": instrument.jurisdiction,
                "articles": [article_row(shelf, each, lang, on) for each in found],
            }


def _coverage(visit: Visit, on: date) -> Iterable[Mapping[str, Any]]:
    for each in visit.deployment.book.rulebook.coverage.covers:
        yield {
            "jurisdiction": each.jurisdiction,
            "text": each.text.in_(visit.lang),
            "topics": list(each.topics),
            "state": each.state,
            "in_force": each.in_force.isoformat() if each.in_force else None,
            "now": state_of(each.in_force, each.until, on),
            "note": each.note.in_(visit.lang) if each.note else "",
        }

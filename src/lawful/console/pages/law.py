"""Law: which articles there are, and what each says, reads, shows and rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import attrs
from starlette.exceptions import HTTPException

from lawful.console.articles import article_view, entry_view, place_of, state_of
from lawful.console.page import Answer, Elsewhere, Shown, Tab, Visit, Way, address, day_from
from lawful.decide.prose import Prose
from lawful.law.book import Book
from lawful.law.model import Article

PATH = "/law"
TAB = Tab(name="law", path=PATH, order=3, letter="l")


@attrs.frozen(kw_only=True)
class LawPage:
    """Instruments with their articles as they stand on a day, and the coverage table."""

    on: str
    find: str
    articles: int
    instruments: tuple[Mapping[str, Any], ...]
    topics: tuple[Mapping[str, Any], ...]
    coverage: tuple[Mapping[str, Any], ...]
    book: Mapping[str, Any] = attrs.field(hash=False)


@attrs.frozen(kw_only=True)
class ArticlePage:
    """One article: prose, entries, readings, examples, source and review state."""

    on: str
    article: Mapping[str, Any] = attrs.field(hash=False)
    sections: tuple[Mapping[str, str], ...]
    entries: tuple[Mapping[str, Any], ...]
    readings: tuple[Mapping[str, Any], ...]
    prose: tuple[Mapping[str, Any], ...]


def show_all(visit: Visit) -> Answer:
    """The instruments and the articles that a search finds, all without one."""
    book, on = visit.deployment.book, day_from(visit.one("on")) or visit.deployment.today()
    find = visit.one("find").strip()
    if place_of(book, find):
        return Elsewhere(to=address(f"{PATH}/{find}", []))
    articles = [each for each in book.rulebook.articles.values() if _matches(book, each, find)]
    page = LawPage(
        on=on.isoformat(),
        find=find,
        articles=len(articles),
        instruments=tuple(_instruments(visit, articles, on)),
        topics=tuple(
            {"id": each.id, "text": each.text.in_(visit.lang)}
            for each in book.rulebook.coverage.topics
        ),
        coverage=tuple(_coverage(visit, on)),
        book={
            "version": book.rulebook.version,
            "hash": book.hash,
            "entries": len(book.entries),
            "reviewed_entries": sum(1 for each in book.entries.values() if each.reviewed),
        },
    )
    return Shown(template="law.html", context=page)


def show_one(visit: Visit) -> Answer:
    """One article; an entry's or reading's id leads to its place in it."""
    book, name = visit.deployment.book, visit.params["id"]
    article = book.rulebook.articles.get(name)
    if article is None:
        place = place_of(book, name)
        if place is None:
            raise HTTPException(404)
        return Elsewhere(to=f"{address(f'{PATH}/{place}', visit.fields)}#{name}")
    on = day_from(visit.one("on")) or visit.deployment.today()
    prose = Prose(book, visit.lang)
    page = ArticlePage(
        on=on.isoformat(),
        article=article_view(book, article, visit.lang, on),
        sections=_sections(article, visit.lang),
        entries=tuple(
            entry_view(book, each, prose, on)
            for each in book.rulebook.entries
            if each.article == article.id
        ),
        readings=tuple(_readings(book, article, visit.lang)),
        prose=tuple(
            {"id": str(each.id), "says": each.says.in_(visit.lang), "reason": each.reason}
            for each in book.rulebook.prose
            if each.article == article.id
        ),
    )
    return Shown(template="article.html", context=page)


WAYS = (Way(path=PATH, handler=show_all), Way(path=PATH + "/{id}", handler=show_one))


def _matches(book: Book, article: Article, find: str) -> bool:
    """Does every word stand in the article's id, title, citations, or in what its entries say?"""
    says = (
        text
        for each in book.rulebook.entries
        if each.article == article.id
        for text in (each.id, each.says.en, each.says.zh)
    )
    text = " ".join(
        (article.id, article.title, article.citation, article.citation_en, *says)
    ).lower()
    return all(word in text for word in find.lower().split())


def _instruments(
    visit: Visit, articles: Iterable[Article], on: date
) -> Iterable[Mapping[str, Any]]:
    book = visit.deployment.book
    groups: dict[str, list[Article]] = {}
    for each in articles:
        groups.setdefault(str(each.instrument), []).append(each)
    for instrument in book.rulebook.instruments.values():
        found = groups.get(str(instrument.id))
        if found:
            rows = [_row(visit, each, on) for each in sorted(found, key=lambda each: each.file)]
            yield {
                "id": str(instrument.id),
                "title": instrument.title.in_(visit.lang),
                "lang": instrument.lang,
                "force": instrument.force,
                "jurisdiction": instrument.jurisdiction,
                "articles": rows,
            }


def _row(visit: Visit, article: Article, on: date) -> dict[str, Any]:
    entries = [
        each for each in visit.deployment.book.rulebook.entries if each.article == article.id
    ]
    title = article.title.partition(" · ")[2] or article.title
    subject = title if visit.lang == "en" or not entries else entries[0].says.in_(visit.lang)
    return {
        "id": article.id,
        "title": title,
        "subject": subject,
        "citation": article.citation,
        "citation_en": article.citation_en,
        "entries": len(entries),
        "verified": article.verified,
        "unverified_entries": sum(1 for each in entries if not each.verified),
        "reviewed": bool(article.reviewed),
        "state": state_of(article.in_force, article.until, on),
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


def _sections(article: Article, lang: str) -> tuple[Mapping[str, str], ...]:
    """The prose in the page's language; what is written in English only is marked so."""
    ours = {"In our words": "en", "用我们的话说": "zh-Hans"}
    kept = []
    for heading, body in article.sections:
        written = ours.get(heading, "en")
        if heading in ours and written != lang:
            continue
        kept.append(
            {
                "key": "words"
                if heading in ours
                else "reading"
                if heading == "How we read it"
                else "",
                "heading": heading,
                "body": body,
                "lang": written,
            }
        )
    return tuple(kept)


def _readings(book: Book, article: Article, lang: str) -> Iterable[Mapping[str, Any]]:
    for each in book.rulebook.readings.values():
        if each.article == article.id:
            yield {
                "id": each.id,
                "question": each.question.in_(lang),
                "chosen": book.readings[each.id],
                "default": each.default,
                "confidence": each.confidence,
                "options": {key: text.in_(lang) for key, text in each.options.items()},
            }

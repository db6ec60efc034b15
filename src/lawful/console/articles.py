"""An article and its entries as the Law page shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from lawful.console.clocks import clocks_of
from lawful.console.language import Words
from lawful.console.penalties import penalty_view
from lawful.console.shelf import Shelf
from lawful.decide import wire
from lawful.decide.prose import Prose
from lawful.law.book import Book
from lawful.law.contents import penalties_of, readings_in
from lawful.law.model import Article, Entry, Instrument, Line, Parameter, Penalty
from lawful.law.model import Prose as ProseItem
from lawful.terms.ids import RuleId

PROSE_IN = {
    "In our words": ("words", "en"),
    "用我们的话说": ("words", "zh-Hans"),
    "How we read it": ("reading", "en"),
    "我们的理解": ("reading", "zh-Hans"),
}
"""The headings of an article's own prose: which part of it, and the language."""


def place_of(book: Book, name: str) -> str | None:
    """The article in which an article, entry, parameter, penalty, prose item or reading stands."""
    rulebook = book.rulebook
    if name in rulebook.articles:
        return name
    if name in rulebook.readings:
        return rulebook.readings[name].article
    every: tuple[Entry | Parameter | Penalty | ProseItem, ...] = (
        *rulebook.entries,
        *rulebook.parameters,
        *rulebook.penalties,
        *rulebook.prose,
    )
    return next((each.article for each in every if each.id == name), None)


def state_of(first: date | None, last: date | None, on: date) -> str:
    """``in_force``, ``not_yet`` or ``no_longer`` on a day."""
    if first is not None and on < first:
        return "not_yet"
    return "no_longer" if last is not None and last < on else "in_force"


def standing_of(force: str, first: date | None, last: date | None, on: date) -> str:
    """The state on a day; a draft is ``draft`` until it has a day of its own."""
    return "draft" if force == "draft" and first is None else state_of(first, last, on)


def source_view(instrument: Instrument, name: str) -> dict[str, str]:
    """Where a text was read, and the hash of the official text that counsel deposited (or none)."""
    known = {key: str(value) for key, value in instrument.sources[name].items()}
    return {"id": name, "url": "", "read": "", "official_sha256": "", **known}


def subject_of(article: Article, entries: Iterable[Entry], lang: str) -> str:
    """What an article is about: its heading, or in Chinese what its first entry says."""
    title = article.title.partition(" · ")[2] or article.title
    first = next(iter(entries), None)
    return title if lang == "en" or first is None else first.says.in_(lang)


def sections_of(article: Article, lang: str) -> tuple[Mapping[str, str], ...]:
    """The prose in the page's language; a part that is written in another only is marked so."""
    written = {PROSE_IN[heading] for heading, _ in article.sections if heading in PROSE_IN}
    kept = []
    for heading, body in article.sections:
        key, own = PROSE_IN.get(heading, ("", "en"))
        if own == lang or (key, lang) not in written:
            kept.append({"key": key, "heading": heading, "body": body, "lang": own})
    return tuple(kept)


def role_word(prose: Prose, role: str, words: Words) -> str:
    """A role as a person reads it."""
    roles = prose.book.vocabulary.values_of("roles")
    if role in roles:
        return roles[role].in_(words.lang)
    return words(f"role.{role}") if words.has(f"role.{role}") else role


def article_view(book: Book, article: Article, lang: str, on: date) -> dict[str, Any]:
    """The head of an article: citations, dates, where its text was read, review state."""
    instrument = book.rulebook.instruments[article.instrument]
    return {
        "id": article.id,
        "title": article.title,
        "citation": article.citation,
        "citation_en": article.citation_en,
        "lang": instrument.lang,
        "instrument": instrument.title.in_(lang),
        "instrument_id": str(instrument.id),
        "force": article.force,
        "jurisdiction": instrument.jurisdiction,
        "zone": instrument.zone,
        "in_force": wire.plain(article.in_force),
        "until": wire.plain(article.until),
        "state": standing_of(article.force, article.in_force, article.until, on),
        "verified": article.verified,
        "reviewed": [dict(each) for each in article.reviewed],
        "provisions": list(article.provisions),
        "source": source_view(instrument, article.source),
        "file": article.file,
    }


def entry_view(shelf: Shelf, entry: Entry, prose: Prose, words: Words, on: date) -> dict[str, Any]:
    """An entry: conditions as written and in words, clocks, exceptions both ways, cost, examples."""
    book = shelf.book
    lines = {
        "when": entry.when,
        "unless": entry.unless,
        "requires": entry.requires or (),
        "commands": entry.commands,
    }
    every = [line for found in lines.values() for line in found]
    return {
        **wire.entry(entry, book, prose),
        "about": entry.about,
        "bearer": [role_word(prose, each, words) for each in entry.bearer],
        "name": entry.name,
        "state": standing_of(entry.force, entry.in_force, entry.until, on),
        "binding": entry.id in book.entries,
        "never_met": entry.kind.value == "rule" and entry.requires is None,
        "to": entry.to,
        "to_says": prose.addressee(entry.to),
        "contents": [
            {
                "name": each.name,
                "says": prose.item(each.name),
                "when": prose.node(each.when) if each.when else "",
            }
            for each in entry.contents
        ],
        "binds": [prose.fact(each) for each in entry.binds],
        "clocks": dict(clocks_of(entry, words, prose)),
        "conditions": {
            part: [_line(each, prose) for each in found] for part, found in lines.items() if found
        },
        "readings": sorted({name for line in every for name in readings_in(line.node)}),
        "defeated_by": _named(book, book.defeaters.get(entry.id, ()), prose),
        "defeats": _named(
            book, (each for each, by in book.defeaters.items() if entry.id in by), prose
        ),
        "penalties": [
            {"id": each.id, "article": each.article, "says": each.says.in_(words.lang)}
            for each in penalties_of(book.rulebook, entry.id)
        ],
        "examples": [
            {
                "change": each.change,
                "expect": each.expect,
                "because": each.because.in_(words.lang) or each.because.en,
                "lang": words.lang if each.because.in_(words.lang) else "en",
                "line": each.line,
            }
            for each in shelf.examples.get(entry.id, ())
        ],
    }


def parameter_view(parameter: Parameter, prose: Prose, on: date) -> dict[str, Any]:
    """A dated number, list of places, or table of numbers by place."""
    regions = prose.book.vocabulary.lists["regions"]

    def place(code: str) -> str:
        return regions[code].in_(prose.lang) if code in regions else code

    return {
        "id": parameter.id,
        "name": parameter.name,
        "says": parameter.says.in_(prose.lang),
        "number": parameter.number,
        "listed": [place(each) for each in parameter.listed],
        "by_region": {place(code): n for code, n in parameter.by_region.items()},
        "other": parameter.other,
        "in_force": wire.plain(parameter.in_force),
        "until": wire.plain(parameter.until),
        "state": state_of(parameter.in_force, parameter.until, on),
        "verified": parameter.verified,
        "force": "law",
    }


def reading_view(shelf: Shelf, name: str, prose: Prose) -> dict[str, Any]:
    """A contested question: its options, the one in use, and the entries that turn on it."""
    book, known = shelf.book, shelf.book.rulebook.readings[name]
    return {
        "id": name,
        "question": known.question.in_(prose.lang),
        "chosen": book.readings[name],
        "default": known.default,
        "confidence": known.confidence,
        "article": known.article,
        "options": {key: text.in_(prose.lang) for key, text in known.options.items()},
        "entries": [
            {
                "id": entry.id,
                "article": entry.article,
                "says": entry.says.in_(prose.lang),
                "citation": entry.citation,
                "citation_en": entry.citation_en,
                "lang": book.instrument(entry).lang,
                "line": line.text,
                "words": prose.node(line.node),
            }
            for entry, line in shelf.on_readings[name]
        ],
    }


def article_penalties(shelf: Shelf, article: Article, words: Words, prose: Prose) -> list[Any]:
    """The penalties that stand in an article, and those elsewhere that its entries may cost."""
    own = shelf.contents[article.id]
    found = {each.id: each for each in own.penalties}
    for entry in own.entries:
        found |= {each.id: each for each in penalties_of(shelf.book.rulebook, entry.id)}
    return [penalty_view(each, words, prose) for each in found.values()]


def _line(line: Line, prose: Prose) -> dict[str, str]:
    return {"text": line.text, "words": prose.node(line.node)}


def _named(book: Book, ids: Iterable[RuleId], prose: Prose) -> list[dict[str, str]]:
    return [
        {"id": each, "article": book.entries[each].article, "says": prose.rule(each)}
        for each in sorted(ids)
    ]

"""Readings: every contested question, its options, its safe default, and what turns on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from lawful.console.articles import reading_view
from lawful.console.page import Answer, Shown, Visit, Way
from lawful.console.shelf import shelf_of
from lawful.decide.prose import Prose
from lawful.law.model import Instrument

PATH = "/law/readings"
UNDER = "law"


@attrs.frozen(kw_only=True)
class ReadingsPage:
    """The readings, under the instruments in which they stand."""

    total: int
    changed: int
    instruments: tuple[Mapping[str, Any], ...]


def show(visit: Visit) -> Answer:
    """Every reading of the book."""
    shelf, prose = shelf_of(visit.deployment.book), Prose(visit.deployment.book, visit.lang)
    rulebook = shelf.book.rulebook
    groups: dict[str, list[Mapping[str, Any]]] = {}
    owners: dict[str, Instrument] = {}
    for each in sorted(rulebook.readings.values(), key=lambda each: each.id):
        owner = rulebook.instruments[rulebook.articles[each.article].instrument]
        owners[str(owner.id)] = owner
        view = reading_view(shelf, each.id, prose)
        article = rulebook.articles[each.article]
        groups.setdefault(str(owner.id), []).append(
            {
                **view,
                "citation": article.citation,
                "citation_en": article.citation_en,
                "lang": owner.lang,
            }
        )
    page = ReadingsPage(
        total=len(rulebook.readings),
        changed=sum(
            1 for each in rulebook.readings.values() if shelf.book.readings[each.id] != each.default
        ),
        instruments=tuple(
            {"id": name, "title": owners[name].title.in_(visit.lang), "readings": groups[name]}
            for name in sorted(groups)
        ),
    )
    return Shown(template="readings.html", context=page)


WAYS = (Way(path=PATH, handler=show),)

"""Compare: what of the law is in force on two days, on both of them or on one only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import attrs

from lawful.console.page import Answer, Shown, Visit, Way, address, day_from
from lawful.console.shelf import Shelf, shelf_of
from lawful.law.model import Entry, Instrument, Parameter, Penalty
from lawful.terms.errors import UsageError

PATH = "/law/compare"
UNDER = "law"
SIDES = ("before", "both", "after")
_TURNS_MAX = 16

Dated = Entry | Parameter | Penalty


@attrs.frozen(kw_only=True)
class ComparePage:
    """Two days: per instrument how many entries are in force on both, and which on one only."""

    first: str
    second: str
    swap: str
    total: Mapping[str, int] = attrs.field(hash=False)
    most: int
    changed: tuple[Mapping[str, Any], ...]
    unchanged: tuple[Mapping[str, Any], ...]
    turns: tuple[Mapping[str, Any], ...]


def show(visit: Visit) -> Answer:
    """Compare two days; without them, today with the same day a year ago."""
    shelf = shelf_of(visit.deployment.book)
    second = day_from(visit.one("to")) or visit.deployment.today()
    first = day_from(visit.one("from")) or _year_before(second)
    if not date(1950, 1, 1) <= min(first, second) <= max(first, second) <= date(2100, 1, 1):
        raise UsageError("The book knows no law of that day.", code="console.date")
    rows = [_row(shelf, each, first, second, visit.lang) for each in _instruments(shelf)]
    there = [each for each in rows if any(each["counts"].values())]
    page = ComparePage(
        first=first.isoformat(),
        second=second.isoformat(),
        swap=address(PATH, [("from", second.isoformat()), ("to", first.isoformat())]),
        total={side: sum(each["counts"][side] for each in there) for side in SIDES},
        most=max((sum(each["counts"].values()) for each in there), default=1),
        changed=tuple(each for each in there if each["before"] or each["after"]),
        unchanged=tuple(each for each in there if not (each["before"] or each["after"])),
        turns=tuple(_turns(shelf, visit.deployment.today())),
    )
    return Shown(template="compare.html", context=page)


WAYS = (Way(path=PATH, handler=show),)


def _year_before(day: date) -> date:
    return (
        day.replace(year=day.year - 1) if (day.month, day.day) != (2, 29) else day - timedelta(365)
    )


def _instruments(shelf: Shelf) -> Iterator[Instrument]:
    yield from shelf.book.rulebook.instruments.values()


def _dated(shelf: Shelf, instrument: Instrument) -> Iterator[Dated]:
    """Everything of an instrument that begins and ends on a day: no draft, for it is no law yet."""
    for article in shelf.articles[instrument.id]:
        if article.force != "draft":
            own = shelf.contents[article.id]
            yield from own.entries
            yield from own.parameters
            yield from own.penalties


def _row(
    shelf: Shelf, instrument: Instrument, first: date, second: date, lang: str
) -> dict[str, Any]:
    sides: dict[str, list[Dated]] = {side: [] for side in SIDES}
    for each in _dated(shelf, instrument):
        was, will = each.in_force_on(first), each.in_force_on(second)
        if was or will:
            sides["both" if was and will else "before" if was else "after"].append(each)
    return {
        "id": str(instrument.id),
        "title": instrument.title.in_(lang),
        "jurisdiction": instrument.jurisdiction,
        "counts": {side: len(found) for side, found in sides.items()},
        "before": [_shown(shelf, each, lang) for each in sides["before"]],
        "after": [_shown(shelf, each, lang) for each in sides["after"]],
    }


def _shown(shelf: Shelf, each: Dated, lang: str) -> dict[str, Any]:
    article = shelf.book.rulebook.articles[each.article]
    return {
        "id": each.id,
        "article": each.article,
        "says": each.says.in_(lang),
        "kind": each.kind.value if isinstance(each, Entry) else type(each).__name__.lower(),
        "citation": getattr(each, "citation", "") or article.citation,
        "citation_en": getattr(each, "citation_en", "") or article.citation_en,
        "lang": shelf.book.rulebook.instruments[each.instrument].lang,
        "in_force": each.in_force.isoformat() if each.in_force else None,
        "until": each.until.isoformat() if each.until else None,
    }


def _turns(shelf: Shelf, today: date) -> Iterator[Mapping[str, Any]]:
    """The days nearest to today on which something begins to be in force or no longer is."""
    begins: dict[date, int] = {}
    ends: dict[date, int] = {}
    for instrument in _instruments(shelf):
        for each in _dated(shelf, instrument):
            if each.in_force:
                begins[each.in_force] = begins.get(each.in_force, 0) + 1
            if each.until:
                day = each.until + timedelta(days=1)
                ends[day] = ends.get(day, 0) + 1
    days = sorted({*begins, *ends}, key=lambda day: abs((day - today).days))[:_TURNS_MAX]
    for day in sorted(days, reverse=True):
        eve = day - timedelta(days=1)
        yield {
            "on": day.isoformat(),
            "begins": begins.get(day, 0),
            "ends": ends.get(day, 0),
            "href": address(PATH, [("from", eve.isoformat()), ("to", day.isoformat())]),
        }

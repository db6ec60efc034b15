"""Conflicts as the page shows them: by whose command and whose prohibition, each with its case in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from lawful.console.instruments import jurisdiction_word
from lawful.console.language import Words
from lawful.console.page import address
from lawful.console.question import fields_of
from lawful.console.shelf import Shelf
from lawful.decide.prose import Prose
from lawful.law.vocabulary import nearest
from lawful.terms.errors import UsageError
from lawful.terms.ids import RuleId

Json = Mapping[str, Any]
_NOTHING = (False, None, "none", 0)
"""Facts of a case that only say *no* or *nothing*; an empty list is one of them too."""


def with_sides(shelf: Shelf, told: Iterable[Json]) -> list[dict[str, Any]]:
    """The conflicts, each side with its article, its instrument and that instrument's regime."""
    return [
        {**each, **{side: _side(shelf, each[side]) for side in ("command", "rule")}}
        for each in told
    ]


def _side(shelf: Shelf, cited: Json) -> dict[str, Any]:
    entry = shelf.book.entries[RuleId(cited["id"])]
    instrument = shelf.book.instrument(entry)
    return {
        **cited,
        "article": entry.article,
        "force": entry.force,
        "instrument": str(instrument.id),
        "regime": instrument.jurisdiction,
        "lang": instrument.lang,
    }


def choices(
    shelf: Shelf, found: Sequence[Json], words: Words, key: str
) -> tuple[Mapping[str, Any], ...]:
    """The instruments (or regimes) that stand on either side, by name, with how many conflicts each has."""
    counts: dict[str, int] = {}
    for each in found:
        for name in {each["command"][key], each["rule"][key]}:
            counts[name] = counts.get(name, 0) + 1
    titles = {
        str(each.id): each.short.in_(words.lang)
        for each in shelf.book.rulebook.instruments.values()
    }

    def title(name: str) -> str:
        return titles[name] if key == "instrument" else jurisdiction_word(shelf, name, words)

    rows = ({"id": name, "text": title(name), "n": n} for name, n in counts.items())
    return tuple(sorted(rows, key=lambda row: str(row["text"])))


def chosen(shelf: Shelf, found: Iterable[Json], key: str, wanted: str) -> list[Json]:
    """Those with ``wanted`` on either side; all of them where nothing is wanted.

    Raises: UsageError: the book has no such instrument or regime; the nearest is offered.
    """
    if not wanted:
        return list(found)
    every = shelf.book.rulebook.instruments.values()
    names = {str(each.id) if key == "instrument" else each.jurisdiction for each in every}
    if wanted not in names:
        raise UsageError(
            f"There is no {key} '{wanted}' in this book.",
            code="console.conflicts",
            hint=nearest(wanted, sorted(names)),
        )
    return [each for each in found if wanted in (each["command"][key], each["rule"][key])]


def grouped(
    shelf: Shelf, found: Iterable[Json], words: Words, on: date
) -> tuple[Mapping[str, Any], ...]:
    """By the regime that commands and the one that forbids; two regimes come before one by itself."""
    prose = Prose(shelf.book, words.lang)
    groups: dict[tuple[str, str], list[Json]] = {}
    for each in found:
        groups.setdefault((each["command"]["regime"], each["rule"]["regime"]), []).append(each)

    def place(pair: tuple[str, str]) -> tuple[bool, bool, tuple[str, str]]:
        within = pair[0] == pair[1]
        return (within, not any(each["direct"] for each in groups[pair]), pair)

    return tuple(
        {
            "id": "-".join(pair).lower(),
            "command": jurisdiction_word(shelf, pair[0], words),
            "rule": jurisdiction_word(shelf, pair[1], words),
            "within": pair[0] == pair[1],
            "direct": [_shown(shelf, each, prose, on) for each in groups[pair] if each["direct"]],
            "by_chance": [
                {side: each[side] for side in ("command", "rule", "sure")}
                for each in groups[pair]
                if not each["direct"]
            ],
        }
        for pair in sorted(groups, key=place)
    )


def _shown(shelf: Shelf, each: Json, prose: Prose, on: date) -> dict[str, Any]:
    return {
        "id": f"{each['command']['id']}--{each['rule']['id']}",
        "command": each["command"],
        "rule": each["rule"],
        "sure": each["sure"],
        "outcome": each["outcome"],
        "words": each["words"],
        "facts": _facts(each["witness"], prose),
        "ask": address("/ask", fields_of(each["witness"]), on=on.isoformat()),
        "resolved_by": [_resolution(shelf, one, prose) for one in each["resolved_by"]],
    }


def _resolution(shelf: Shelf, one: Json, prose: Prose) -> dict[str, Any]:
    reading = shelf.book.rulebook.readings[one["reading"]]
    return {
        "reading": one["reading"],
        "question": reading.question.in_(prose.lang),
        "option": one["option"],
        "says": reading.options[one["option"]].in_(prose.lang),
        "wholly": one["wholly"],
    }


def _facts(witness: Json, prose: Prose) -> list[Mapping[str, str]]:
    """The case's facts in words, without what only says *no*; records after the facts."""
    vocabulary = prose.book.vocabulary
    found: list[Mapping[str, str]] = []
    for name, raw in witness.items():
        if raw == [] or any(raw is each or raw == each for each in _NOTHING):
            continue
        if name in vocabulary.facts:
            shown = prose.value(name, vocabulary.convert(name, raw, "use"))
            found.append({"label": prose.fact(name), "shown": shown})
        elif name.startswith("fulfilled:"):
            found.append({"label": prose.fact(name), "shown": prose.words["yes"]})
        else:
            found.append({"label": name, "shown": str(raw)})
    return found

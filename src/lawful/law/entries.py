"""From the tables of a ``toml`` fence to entries; every key known, every error with its line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import attrs

from lawful.law.clauses import ceiling_from, clock_from, keep_from, only, period_from
from lawful.law.markdown import Fence, line_of
from lawful.law.model import (
    Article,
    Entry,
    Instrument,
    Item,
    Kind,
    Line,
    Parameter,
    Penalty,
    Prose,
    Reading,
)
from lawful.law.parse import parse
from lawful.law.tree import IN_TIME
from lawful.terms.errors import Location, UsageError
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Otherwise
from lawful.terms.texts import Text

_SHARED = {
    "id",
    "about",
    "when",
    "unless",
    "in_force",
    "until",
    "verified",
    "defeats",
    "defeated_by",
    "citation",
    "citation_en",
    "why",
    "bearer",
    "covers",
}
KEYS: dict[str, set[str]] = {
    "rule": _SHARED
    | {"duty", "requires", "otherwise", "by", "every", "keep", "to", "contents", "binds"},
    "command": _SHARED | {"duty", "commands", "by"},
    "basis": _SHARED | {"permits", "by", "to", "contents"},
    "definition": _SHARED | {"name", "means"},
    "parameter": {
        "id",
        "name",
        "means",
        "number",
        "list",
        "by_region",
        "else",
        "in_force",
        "until",
        "verified",
    },
    "reading": {"id", "question", "options", "default", "confidence"},
    "penalty": {
        "id",
        "says",
        "unmet",
        "when",
        "ceiling",
        "measures",
        "covers",
        "citation",
        "citation_en",
        "in_force",
        "until",
        "verified",
    },
    "prose": {"id", "says", "reason", "decides"},
}
TEXT_KEY = {"rule": "duty", "command": "duty", "basis": "permits", "definition": "means"}
REASONS = (
    "standard of conduct",
    "authority's discretion",
    "institutional",
    "no effect on us",
    "decided by another entry",
)


@attrs.frozen(kw_only=True)
class Place:
    """Where a table stands: its file, its fence, and the article and instrument it belongs to."""

    file: str
    fence: Fence
    article: Article
    instrument: Instrument

    def at(self, needle: str) -> Location:
        """The location of a text in the fence."""
        return Location(file=self.file, line=line_of(self.fence, needle), record=self.article.id)


def text_in(raw: object, at: Location, what: str) -> Text:
    """A text in both languages from ``{ en, zh }``.

    Raises: UsageError: one is missing.
    """
    if not isinstance(raw, dict) or set(raw) != {"en", "zh"} or not all(raw.values()):
        raise UsageError(
            f"{what} wants a text in both languages.",
            location=at,
            code="law.text",
            hint='Write { en = "…", zh = "…" }.',
        )
    return Text(raw["en"], raw["zh"])


def lines_of(raw: object, place: Place) -> tuple[Line, ...]:
    """Condition lines, each parsed at its own line of the file."""
    if not isinstance(raw, list) or not all(isinstance(each, str) for each in raw):
        raise UsageError(
            "Conditions are a list of texts, one condition a line.",
            location=place.at(""),
            code="law.key",
        )
    found = []
    for text in raw:
        at = place.at(text)
        found.append(Line(text=text, node=parse(text, at), line=at.line))
    return tuple(found)


def entry_from(
    kind: str, table: Mapping[str, Any], place: Place
) -> Entry | Parameter | Penalty | Reading | Prose:
    """One entry of an article file, with what it inherits from the article.

    Raises: UsageError: a key, text, date or condition is not right.
    """
    at = place.at(str(table.get("id", "")))
    only(table, KEYS[kind], at, kind)
    if "id" not in table:
        raise UsageError(f"A {kind} wants an id.", location=at, code="law.key")
    match kind:
        case "parameter":
            return _parameter(table, place, at)
        case "reading":
            return _reading(table, place, at)
        case "penalty":
            return _penalty(table, place, at)
        case "prose":
            return _prose(table, place, at)
        case _:
            return _entry(kind, table, place, at)


def _entry(kind: str, table: Mapping[str, Any], place: Place, at: Location) -> Entry:
    article = place.article
    if not str(table["id"]).startswith(f"{article.id}.") and table["id"] != article.id:
        raise UsageError(
            f"'{table['id']}' does not extend its article's id '{article.id}'.",
            location=at,
            code="law.id",
        )
    bearer = table.get("bearer", ())
    otherwise = table.get("otherwise")
    if kind == "rule" and otherwise not in {each.value for each in Otherwise}:
        raise UsageError(
            "A rule says otherwise = block, before, with or after.", location=at, code="law.key"
        )
    requires = table.get("requires")
    entry = Entry(
        id=RuleId(table["id"]),
        kind=Kind(kind),
        about=table.get("about", "use"),
        article=article.id,
        instrument=article.instrument,
        says=text_in(table.get(TEXT_KEY[kind]), at, f"'{TEXT_KEY[kind]}'"),
        when=lines_of(table.get("when", []), place),
        unless=lines_of(table.get("unless", []), place),
        requires=None if requires is None else lines_of(requires, place),
        commands=lines_of(table.get("commands", []), place),
        bearer=(bearer,) if isinstance(bearer, str) else tuple(bearer),
        otherwise=Otherwise(otherwise) if otherwise else None,
        name=table.get("name", ""),
        defeats=tuple(table.get("defeats", ())),
        defeated_by=tuple(table.get("defeated_by", ())),
        by=clock_from(table["by"], at) if "by" in table else None,
        every=period_from(table["every"], at) if "every" in table else None,
        keep=keep_from(table["keep"], at) if "keep" in table else None,
        to=table.get("to", ""),
        contents=tuple(_item(each, place) for each in table.get("contents", ())),
        binds=tuple(table.get("binds", ())),
        covers=tuple(table.get("covers", ())),
        in_force=_later(article.in_force, _day(table.get("in_force"), at)),
        until=_earlier(article.until, _day(table.get("until"), at)),
        citation=table.get("citation", article.citation),
        citation_en=table.get("citation_en", article.citation_en),
        source=article.source,
        verified=bool(table.get("verified", article.verified)),
        reviewed=article.reviewed,
        force=article.force,
        why=text_in(table["why"], at, "'why'") if "why" in table else None,
        file=place.file,
        line=at.line,
    )
    if entry.kind is Kind.BASIS and entry.by:
        return _in_time(entry, at)
    return _barring(entry, at) if entry.keep and entry.about == "use" else entry


def _in_time(entry: Entry, at: Location) -> Entry:
    """A permission with a clock (an objection, an option): it holds if its record was made by then."""
    texts = ("fulfilled", f"recorded('{entry.id}', '{IN_TIME}') = 'yes'")
    lines = tuple(Line(text=text, node=parse(text, at), line=at.line) for text in texts)
    return attrs.evolve(entry, when=(*entry.when, *lines))


def _barring(entry: Entry, at: Location) -> Entry:
    """A rule about a use with ``keep``: what ``when`` names is not erased before, or not used after."""
    keep = entry.keep
    assert keep is not None
    if entry.otherwise is not Otherwise.BLOCK or entry.requires is not None:
        raise UsageError(
            "A rule about a use that keeps data says otherwise = block, and requires nothing.",
            location=at,
            code="law.key",
        )
    over = f"over({keep.origin}, {keep.at_least or keep.at_most}, '{keep.unit}')"
    texts = (
        ("operation = 'erase'", f"NOT {over}") if keep.at_least else ("operation <> 'erase'", over)
    )
    lines = tuple(Line(text=text, node=parse(text, at), line=at.line) for text in texts)
    return attrs.evolve(entry, when=(*entry.when, *lines))


def _day(raw: object, at: Location) -> date | None:
    if raw is None or (isinstance(raw, date)):
        return raw
    raise UsageError("A date is written bare: 2024-03-22.", location=at, code="law.key")


def _later(one: date | None, other: date | None) -> date | None:
    return max(filter(None, (one, other)), default=None)


def _earlier(one: date | None, other: date | None) -> date | None:
    return min(filter(None, (one, other)), default=None)


def _item(raw: object, place: Place) -> Item:
    if isinstance(raw, str):
        return Item(name=raw)
    if isinstance(raw, dict) and set(raw) == {"item", "when"}:
        return Item(name=raw["item"], when=parse(raw["when"], place.at(raw["when"])))
    raise UsageError(
        "An item is a name, or { item, when }.", location=place.at("contents"), code="law.key"
    )


def _parameter(table: Mapping[str, Any], place: Place, at: Location) -> Parameter:
    if sum(key in table for key in ("number", "list", "by_region")) != 1:
        raise UsageError(
            "A parameter has a number, a list, or a table by_region with its else.",
            location=at,
            code="law.key",
        )
    if "by_region" in table and "else" not in table:
        raise UsageError(
            "A table by region says what holds elsewhere: else = …", location=at, code="law.key"
        )
    if table.get("list", [""]) == []:
        raise UsageError("A list has members.", location=at, code="law.key")
    article = place.article
    return Parameter(
        id=RuleId(table["id"]),
        name=table["name"],
        instrument=article.instrument,
        says=text_in(table.get("means"), at, "'means'"),
        number=table.get("number"),
        listed=tuple(table.get("list", ())),
        by_region=dict(table.get("by_region", {})),
        other=table.get("else"),
        in_force=_later(article.in_force, _day(table.get("in_force"), at)),
        until=_earlier(article.until, _day(table.get("until"), at)),
        verified=bool(table.get("verified", article.verified)),
        article=article.id,
        file=place.file,
        line=at.line,
    )


def _reading(table: Mapping[str, Any], place: Place, at: Location) -> Reading:
    options = {
        key: text_in(raw, at, f"option '{key}'") for key, raw in table.get("options", {}).items()
    }
    if table.get("default") not in options:
        raise UsageError("A reading's default is one of its options.", location=at, code="law.key")
    return Reading(
        id=table["id"],
        question=text_in(table.get("question"), at, "'question'"),
        options=options,
        default=table["default"],
        article=place.article.id,
        confidence=table.get("confidence", ""),
        file=place.file,
        line=at.line,
    )


def _prose(table: Mapping[str, Any], place: Place, at: Location) -> Prose:
    if table.get("decides", "a person") != "a person" or table.get("reason") not in REASONS:
        raise UsageError(
            'Prose says decides = "a person" and a reason.',
            location=at,
            code="law.key",
            hint=f"Reasons: {'; '.join(REASONS)}.",
        )
    return Prose(
        id=RuleId(table["id"]),
        says=text_in(table.get("says"), at, "'says'"),
        reason=table["reason"],
        article=place.article.id,
        instrument=place.instrument.id,
    )


def _penalty(table: Mapping[str, Any], place: Place, at: Location) -> Penalty:
    article = place.article
    unmet = table.get("unmet", ())
    ceilings = tuple(ceiling_from(each, at) for each in table.get("ceiling", ()))
    measures = tuple(table.get("measures", ()))
    if not unmet or not (ceilings or measures):
        raise UsageError(
            "A penalty names the rules that are unmet, and a ceiling or a measure.",
            location=at,
            code="law.key",
        )
    return Penalty(
        id=RuleId(table["id"]),
        says=text_in(table.get("says"), at, "'says'"),
        unmet=(unmet,) if isinstance(unmet, str) else tuple(unmet),
        article=article.id,
        instrument=article.instrument,
        when=lines_of(table.get("when", []), place),
        ceilings=ceilings,
        measures=measures,
        covers=tuple(table.get("covers", ())),
        citation=table.get("citation", article.citation),
        citation_en=table.get("citation_en", article.citation_en),
        verified=bool(table.get("verified", article.verified)),
        in_force=_later(article.in_force, _day(table.get("in_force"), at)),
        until=_earlier(article.until, _day(table.get("until"), at)),
        file=place.file,
        line=at.line,
    )

"""A thing as JSON and back: the fact vector that a recorded decision keeps, so that it can be replayed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from lawful.decide.wire import plain
from lawful.law.thing import Record, Thing
from lawful.law.vocabulary import Vocabulary, instant_of
from lawful.terms.errors import UsageError
from lawful.terms.values import NEVER_AT, NEVER_ON, SetValue, Value

VERSION = 1


def to_json(thing: Thing) -> dict[str, Any]:
    """Everything that a book could read of a thing; sources are left out, since no rule reads them."""
    return {
        "vector": VERSION,
        "about": thing.about,
        "at": thing.at.isoformat(),
        "on": thing.on.isoformat() if thing.on else None,
        "facts": _plain(thing.values),
        "records": [_record(each) for each in thing.records],
        "kept": sorted(thing.kept),
        "activity": _plain(thing.activity),
        "systems": [_plain(each) for each in thing.systems],
        "since": {name: plain(value) for name, value in thing.since.items()},
    }


def from_json(vocabulary: Vocabulary, raw: Mapping[str, Any]) -> Thing:
    """The thing again. A fact that the vocabulary no longer knows is left out; a value that it never knew is unknown.

    Raises: UsageError: not a vector of this version.
    """
    if raw.get("vector") != VERSION or raw.get("about") not in vocabulary.knows:
        raise UsageError(
            "This is not a recorded thing that can be read again.", code="vector.version"
        )
    return Thing(
        about=raw["about"],
        at=datetime.fromisoformat(raw["at"]),
        on=date.fromisoformat(raw["on"]) if raw["on"] else None,
        values=_values(vocabulary, raw["facts"]),
        records=tuple(_read_record(vocabulary, each) for each in raw["records"]),
        kept=frozenset(raw["kept"]),
        activity=_values(vocabulary, raw["activity"]),
        systems=tuple(_values(vocabulary, each) for each in raw["systems"]),
        since={name: _moment(text) for name, text in raw["since"].items()},
    )


def changes(base: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """What makes one vector into another: facts that differ, facts that are not there, other parts whole."""
    here, there = base["facts"], other["facts"]
    found: dict[str, Any] = {key: other[key] for key in other if other[key] != base.get(key)}
    found["facts"] = {
        name: value for name, value in there.items() if name not in here or here[name] != value
    }
    found["gone"] = sorted(here.keys() - there.keys())
    return found


def changed(base: Mapping[str, Any], by: Mapping[str, Any]) -> dict[str, Any]:
    """The vector that ``changes`` tells of."""
    gone = set(by["gone"])
    facts = {name: value for name, value in base["facts"].items() if name not in gone}
    rest = {key: value for key, value in by.items() if key not in ("facts", "gone")}
    return {**base, **rest, "facts": {**facts, **by["facts"]}}


def _plain(values: Mapping[str, Value | None]) -> dict[str, Any]:
    return {name: plain(value) for name, value in values.items()}


def _record(record: Record) -> dict[str, Any]:
    return {
        "rule": record.rule,
        "done_at": record.done_at.isoformat() if record.done_at else None,
        "items": None if record.items is None else sorted(record.items),
        "expires_on": record.expires_on.isoformat() if record.expires_on else None,
        "bound": _plain(record.bound),
        "says": dict(record.says),
    }


def _read_record(vocabulary: Vocabulary, raw: Mapping[str, Any]) -> Record:
    return Record(
        rule=raw["rule"],
        done_at=datetime.fromisoformat(raw["done_at"]) if raw["done_at"] else None,
        items=None if raw["items"] is None else frozenset(raw["items"]),
        expires_on=date.fromisoformat(raw["expires_on"]) if raw["expires_on"] else None,
        bound=_values(vocabulary, raw["bound"]),
        says=raw["says"],
    )


def _values(vocabulary: Vocabulary, raw: Mapping[str, Any]) -> dict[str, Value | None]:
    return {
        name: read_value(vocabulary, name, value)
        for name, value in raw.items()
        if name in vocabulary.facts
    }


def read_value(vocabulary: Vocabulary, name: str, raw: Any) -> Value | None:
    """A fact's value again; one that the vocabulary never knew, or knows otherwise, is unknown."""
    try:
        return _read(vocabulary, name, raw)
    except (TypeError, ValueError, AttributeError):
        return None


def _read(vocabulary: Vocabulary, name: str, raw: Any) -> Value | None:
    fact = vocabulary.facts[name]
    if raw is None:
        return None
    if fact.type == "set":
        known = vocabulary.values_of(name)
        members = frozenset(each for each in raw if each in known)
        doubted = frozenset(each[1:] for each in raw if each.startswith("?") and each[1:] in known)
        return SetValue(members, doubted - members)
    if fact.type == "enum":
        return str(raw) if raw in vocabulary.values_of(name) else None
    if fact.type == "date":
        return NEVER_ON if raw == "never" else date.fromisoformat(raw)
    if fact.type == "instant":
        return NEVER_AT if raw == "never" else instant_of(raw)
    return bool(raw) if fact.type == "flag" else int(raw)


def _moment(text: str) -> date | datetime:
    return instant_of(text) if "T" in text else date.fromisoformat(text)

"""The small notation in which rows and people change a fact: ``told -= recipient_name``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time

import attrs

from lawful.law.thing import Record, Thing
from lawful.law.vocabulary import Vocabulary, instant_of, nearest
from lawful.terms.errors import Location, UsageError
from lawful.terms.values import SetValue, Value

_CHANGE = re.compile(
    r"^((?:fulfilled|recorded|since|stale):[\w.:\-]+|[\w.]+)\s*(\+=|-=|\?=|=)\s*(.*)$", re.DOTALL
)
_SYSTEM = re.compile(r"systems?\d*(\.|$)")
NOON = time(12, 0, tzinfo=UTC)

UNKNOWN = ("none", "null", "unknown", "")
"""What a record is typed as, of which nobody knows."""


def thing_from(
    vocabulary: Vocabulary, about: str, facts: Mapping[str, object], at: Location | None = None
) -> Thing:
    """A thing from named facts; ``on``, ``at`` and ``fulfilled:RULE`` have their own meaning.

    Raises: UsageError: an unknown fact, value or thing.
    """
    if about not in vocabulary.knows:
        raise UsageError(
            f"There is no thing '{about}'.", hint=nearest(about, vocabulary.knows), location=at
        )
    thing = Thing(about=about, at=datetime(2000, 1, 1, 12, tzinfo=UTC))
    for name, raw in facts.items():
        thing = set_fact(vocabulary, thing, name, raw, at)
    return thing


def change(vocabulary: Vocabulary, thing: Thing, text: str, at: Location | None = None) -> Thing:
    """The thing after changes such as ``told -= recipient_contact; on = 2021-10-31``.

    Raises: UsageError: not a change, or an unknown fact or value.
    """
    for part in filter(None, (each.strip() for each in text.split(";"))):
        match = _CHANGE.match(part)
        if match is None:
            raise UsageError(
                f"'{part}' is not a change.",
                location=at,
                hint="Write name = value, name += member, name -= member or name ?= member.",
            )
        name, op, value = match.groups()
        if op == "=":
            thing = set_fact(vocabulary, thing, name, value.strip(), at)
        elif op == "?=" and not value.strip():
            thing = set_fact(vocabulary, thing, name, None, at)
        elif _SYSTEM.match(name):
            place, fact = _place(vocabulary, name, at)
            now = thing.systems[place].get(fact) if place < len(thing.systems) else None
            found = _members(vocabulary, "system", fact, now, op, value, at)
            thing = _with_system(thing, place, fact, found)
        else:
            now = thing.values.get(name)
            found = _members(vocabulary, thing.about, name, now, op, value, at)
            thing = thing.with_values({name: found})
    return thing


def set_fact(
    vocabulary: Vocabulary, thing: Thing, name: str, raw: object, at: Location | None = None
) -> Thing:
    """The thing with one fact, moment (``on``, ``at``) or record (``fulfilled:RULE``) set.

    Raises: UsageError: unknown fact or value.
    """
    if name == "on":
        day = raw if isinstance(raw, date) else _date(str(raw), at)
        return attrs.evolve(thing, on=day, at=datetime.combine(day, NOON))
    if name == "at":
        moment = vocabulary.convert("at", raw, "", at)
        assert isinstance(moment, datetime)
        return attrs.evolve(thing, at=moment, on=None)
    kind, _, rest = name.partition(":")
    if rest and kind in _BESIDE:
        return _BESIDE[kind](thing, rest, raw, at)
    if _SYSTEM.match(name):
        return _system(vocabulary, thing, name, raw, at)
    own = vocabulary.find(name, thing.about, at).name  # one object everywhere
    return thing.with_values(
        {own: vocabulary.close(name, vocabulary.convert(name, raw, thing.about, at))}
    )


def _date(text: str, at: Location | None) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"'{text}' is not a date such as 2024-03-22.", location=at) from None


def _record(thing: Thing, rule: str, raw: object, at: Location | None) -> Thing:
    """A record as typed: true, false (none counts), unknown, or the instant of the act."""
    others = tuple(each for each in thing.records if each.rule != rule)
    kept = thing.kept - {rule}
    text = raw.isoformat() if isinstance(raw, datetime) else str(raw).strip().lower()
    if text in UNKNOWN:
        return attrs.evolve(thing, records=others, kept=kept)
    if text in ("false", "no"):
        return attrs.evolve(thing, records=others, kept=kept | {rule})
    if text in ("true", "yes"):
        return attrs.evolve(thing, records=(*others, Record(rule=rule)), kept=kept)
    try:
        done = instant_of(text.upper() if text.endswith("z") else text)
    except ValueError:
        raise UsageError(
            f"'{raw}' does not say whether {rule} was fulfilled.",
            location=at,
            hint="Write true, false, null, or the instant at which it was done.",
        ) from None
    return attrs.evolve(thing, records=(*others, Record(rule=rule, done_at=done)), kept=kept)


def _recorded(thing: Thing, name: str, raw: object, at: Location | None) -> Thing:
    """``recorded:RULE = true`` (made, but it no longer counts) or ``recorded:RULE:ITEM = what it says``."""
    rule, _, item = name.partition(":")
    if item:
        found = [each for each in thing.records if each.rule == rule] or [Record(rule=rule)]
        others = tuple(each for each in thing.records if each.rule != rule)
        says = {**found[-1].says, item: str(raw).strip()}
        return attrs.evolve(
            thing, records=(*others, *found[:-1], attrs.evolve(found[-1], says=says))
        )
    thing = _record(thing, rule, raw, at)
    lapsed = tuple(
        attrs.evolve(each, expires_on=date.min) if each.rule == rule else each
        for each in thing.records
    )
    return attrs.evolve(thing, records=lapsed)


def _since(thing: Thing, rule: str, raw: object, at: Location | None) -> Thing:
    """``since:RULE``: the day or instant at which the rule began to apply to the thing."""
    return attrs.evolve(thing, since={**thing.since, rule: _moment(raw, at)})


def _stale(thing: Thing, rule: str, raw: object, at: Location | None) -> Thing:
    """``stale:RULE``: when the facts that the rule's record binds changed."""
    return attrs.evolve(thing, since={**thing.since, f"stale:{rule}": _moment(raw, at)})


def _moment(raw: object, at: Location | None) -> date | datetime:
    if isinstance(raw, date):
        return raw
    text = str(raw).strip()
    try:
        return instant_of(text) if "T" in text else date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"'{text}' is neither a date nor an instant.",
            location=at,
            hint="Write 2026-11-24, or 2026-11-24T08:00:00Z.",
        ) from None


_BESIDE: Mapping[str, Callable[[Thing, str, object, Location | None], Thing]] = {
    "fulfilled": _record,
    "recorded": _recorded,
    "since": _since,
    "stale": _stale,
}


def _system(
    vocabulary: Vocabulary, thing: Thing, name: str, raw: object, at: Location | None
) -> Thing:
    """``system.FACT`` (or ``system2.FACT`` …) of a system that belongs to the thing; ``systems = all``."""
    if name == "systems":
        if str(raw).strip() not in ("all", "some"):
            raise UsageError(
                f"'{raw}' does not say whether these are all systems.",
                location=at,
                hint="Write systems = all, or systems = some.",
            )
        kept = thing.kept | {"system"} if str(raw).strip() == "all" else thing.kept - {"system"}
        return attrs.evolve(thing, kept=kept)
    place, fact = _place(vocabulary, name, at)
    value = vocabulary.close(fact, vocabulary.convert(fact, raw, "system", at))
    return _with_system(thing, place, fact, value)


def _place(vocabulary: Vocabulary, name: str, at: Location | None) -> tuple[int, str]:
    """Which system ``system2.FACT`` names, from 0, and which of its facts."""
    place, _, fact = name.partition(".")
    vocabulary.find(fact, "system", at)
    return int(place.removeprefix("systems").removeprefix("system") or 1) - 1, fact


def _with_system(thing: Thing, place: int, fact: str, value: Value | None) -> Thing:
    systems = [dict(each) for each in thing.systems]
    systems += [{} for _ in range(place + 1 - len(systems))]
    systems[place][fact] = value
    return attrs.evolve(thing, systems=tuple(systems))


def _members(
    vocabulary: Vocabulary,
    about: str,
    name: str,
    now: Value | None,
    op: str,
    text: str,
    at: Location | None,
) -> Value:
    """A set that a thing of a kind has ``now``, after members were added, taken away or made unknown."""
    fact = vocabulary.find(name, about, at)
    if fact.type != "set":
        raise UsageError(
            f"'{name}' is not a set.",
            location=at,
            hint=f"Write {name} = value, or {name} ?= for unknown.",
        )
    current = now if isinstance(now, SetValue) else SetValue()
    asked = frozenset(vocabulary.member(name, each.strip(), at) for each in text.split(","))
    members = (
        current.members | asked if op == "+=" else current.members - asked
    )  # -= and ?= take away
    unknown = (current.unknown | asked if op == "?=" else current.unknown - asked) - members
    value = vocabulary.close(name, SetValue(members, unknown))
    assert isinstance(value, SetValue)
    return value

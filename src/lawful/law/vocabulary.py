"""The facts that rules may test, and the closed values they may have."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

import attrs

from lawful.law.invariants import FILE, Invariant, read_invariants
from lawful.law.legible import legible, read_toml
from lawful.law.tree import FactTerm, HasAny, In, Node
from lawful.terms.errors import Location, UsageError
from lawful.terms.texts import Text, a_or_an, labelled
from lawful.terms.values import NEVER_AT, NEVER_ON, SetValue, Value

COUNT_MOST = 10**18
"""The greatest count that is read, compared or proved about; every store holds it."""
TYPES = ("enum", "set", "flag", "count", "date", "instant")


@attrs.frozen(kw_only=True)
class Fact:
    """One declared fact; see ``rulebook/vocabulary/README.md`` for the fields."""

    name: str = attrs.field(converter=sys.intern)
    type: str
    grain: tuple[str, ...]
    label: Text
    question: Text
    supplier: str
    changed_by: str
    values: str = ""
    unit: str = ""
    effort: int = 0
    concluded: bool = False
    absent: str = ""
    assumed: str = ""
    unrecorded: str = ""
    unrecorded_reason: str = ""
    claimed_by: str = ""
    cure: Text | None = None
    single_use: str = ""
    counting: Mapping[str, str] = attrs.field(factory=dict, hash=False)


@attrs.frozen(kw_only=True)
class Category:
    """A category of data and what other vocabularies call it."""

    id: str = attrs.field(converter=sys.intern)
    text: Text
    parent: str = ""
    fideslang: str = ""
    dpv: str = ""
    cfr202: str = ""


@attrs.frozen(kw_only=True, slots=False)
class Vocabulary:
    """All facts, closed value lists, regions, categories and things.

    ``contents``, ``addressees`` and ``said`` name what a record contains, to whom it goes, and what
    an item of it says. ``invariants``: what can never be among facts.
    """

    facts: Mapping[str, Fact] = attrs.field(hash=False)
    lists: Mapping[str, Mapping[str, Text]] = attrs.field(hash=False)
    categories: Mapping[str, Category] = attrs.field(hash=False)
    dpv: Mapping[str, str] = attrs.field(hash=False)
    knows: Mapping[str, tuple[str, ...]] = attrs.field(hash=False)
    law_of: Mapping[str, str] = attrs.field(hash=False)
    role_in: Mapping[str, str] = attrs.field(hash=False)
    contents: Mapping[str, Text] = attrs.field(hash=False)
    addressees: Mapping[str, Text] = attrs.field(hash=False)
    said: Mapping[str, Text] = attrs.field(hash=False)
    invariants: tuple[Invariant, ...] = attrs.field(default=(), hash=False)

    def values_of(self, name: str) -> Mapping[str, Text]:
        """The closed values of an enum or set fact, in order; ``absent`` comes last."""
        fact = self.facts[name]
        values = self.lists[fact.values]
        if fact.absent and fact.type != "set" and fact.absent not in values:
            values = {**values, fact.absent: Text("none", "无")}
        return values

    def role_test(self, about: str, bearer: tuple[str, ...]) -> Node | None:
        """The condition that the entity has one of the roles that an entry binds; ``None``: any role."""
        fact = self.role_in.get(about)
        if not bearer or not fact or "authority" in bearer:
            return None
        if self.facts[fact].type == "set":
            return HasAny(fact, bearer)
        return In(FactTerm(fact), members=bearer)

    def knows_fact(self, about: str, name: str) -> bool:
        """Can a thing of kind ``about`` know the fact?"""
        return any(grain in self.knows[about] for grain in self.facts[name].grain)

    def facts_of(self, about: str) -> list[Fact]:
        """The facts that a thing of kind ``about`` can know, in order of declaration."""
        return [fact for fact in self.facts.values() if self.knows_fact(about, fact.name)]

    @cached_property
    def invariants_of(self) -> dict[str, tuple[Invariant, ...]]:
        """What can never be among the facts of a thing, by its kind."""
        known = {a: frozenset(each.name for each in self.facts_of(a)) for a in self.knows}
        return {
            about: tuple(each for each in self.invariants if each.concerns(about, facts))
            for about, facts in known.items()
        }

    def nothing(self, name: str) -> Value:
        """The value that says *no* where nothing is recorded: false, the empty set, ``absent``."""
        fact = self.facts[name]
        if fact.type == "flag":
            return False
        return (
            SetValue() if fact.type == "set" else (fact.absent or next(iter(self.values_of(name))))
        )

    def only_permits(self, name: str) -> bool:
        """Must each entry by itself treat *yes* of this fact as never worse than *no*?"""
        fact = self.facts.get(name)
        return fact is not None and bool(fact.unrecorded) and not fact.unrecorded_reason

    def find(self, name: str, about: str = "", at: Location | None = None) -> Fact:
        """The fact called ``name``.

        Raises: UsageError: unknown, or the thing cannot know it; the nearest name is offered.
        """
        fact = self.facts.get(name)
        if fact is None:
            raise UsageError(
                f"There is no fact '{name}'.",
                code="law.unknown_fact",
                location=at,
                hint=nearest(name, self.facts),
            )
        if about and not self.knows_fact(about, name):
            raise UsageError(
                f"{a_or_an(about).capitalize()} cannot know the fact '{name}' "
                f"(it belongs to: {', '.join(fact.grain)}).",
                code="law.fact_of_another_thing",
                location=at,
            )
        return fact

    @cached_property
    def _ancestors(self) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for name in self.categories:
            chain, current = set(), name
            while current:
                chain.add(current)
                current = self.categories[current].parent
            found[name] = frozenset(chain)
        return found

    def close(self, name: str, value: Value | None) -> Value | None:
        """A set of categories with all their parents; any other value as it is."""
        if not isinstance(value, SetValue) or self.facts[name].values != "categories":
            return value
        members = frozenset().union(*(self._ancestors[each] for each in value.members))
        unknown = frozenset().union(*(self._ancestors[each] for each in value.unknown))
        return SetValue(members, unknown - members)

    def read(
        self, name: str, text: str, about: str = "", at: Location | None = None
    ) -> Value | None:
        """A value as typed by a person: ``true``, ``50000``, ``2024-03-22``, ``a,b``, ``null``.

        Raises: UsageError: unknown fact or value; the nearest is offered.
        """
        fact = self.find(name, about, at)
        text = text.strip()
        if text.lower() in ("null", "unknown", ""):
            return None
        if fact.type == "set":
            return self._read_set(fact, text, at)
        return self._read_one(fact, text, at)

    def _read_set(self, fact: Fact, text: str, at: Location | None) -> SetValue:
        for opening, closing in (("[", "]"), ("{", "}")):
            if text.startswith(opening) and text.endswith(closing):
                text = text[1:-1]
        members: set[str] = set()
        unknown: set[str] = set()
        for part in filter(None, (each.strip().strip("\"'") for each in text.split(","))):
            target = unknown if part.startswith("?") else members
            target.add(self.member(fact.name, part.lstrip("?"), at))
        return SetValue(frozenset(members), frozenset(unknown - members))

    def member(self, name: str, text: str, at: Location | None = None) -> str:
        """``text`` if it is a closed value of the fact.

        Raises: UsageError: with the nearest value.
        """
        values = self.values_of(name)
        if text not in values:
            raise UsageError(
                f"'{text}' is not a value of '{name}'.",
                code="law.unknown_value",
                location=at,
                hint=nearest(text, values, values),
            )
        return text

    def _read_one(self, fact: Fact, text: str, at: Location | None) -> Value:
        try:
            match fact.type:
                case "flag":
                    return {"true": True, "yes": True, "false": False, "no": False}[text.lower()]
                case "count":
                    number = int(text.replace("_", "").replace(",", ""))
                    if not 0 <= number <= COUNT_MOST:
                        raise ValueError
                    return number
                case "date":
                    return NEVER_ON if text == "never" else date.fromisoformat(text)
                case "instant":
                    return NEVER_AT if text == "never" else instant_of(text)
                case _:
                    values = self.values_of(fact.name)
                    if text.lower() in ("false", "no") and text not in values and "none" in values:
                        return "none"
                    return self.member(fact.name, text.strip("\"'"), at)
        except (ValueError, KeyError):
            wanted = {
                "flag": "true or false",
                "count": f"a whole number from 0 to {COUNT_MOST}",
                "date": "a date such as 2024-03-22, or never",
                "instant": "an instant with its zone such as 2024-03-21T17:00Z, or never",
            }
            raise UsageError(
                f"'{text}' is not a value of '{fact.name}'.",
                code="law.unknown_value",
                location=at,
                hint=f"Write {wanted.get(fact.type, 'one of its values')}.",
            ) from None

    def convert(
        self, name: str, raw: object, about: str = "", at: Location | None = None
    ) -> Value | None:
        """A value from TOML, JSON or Python: lists are sets, text is read as typed.

        Raises: UsageError: unknown fact or value.
        """
        fact = self.find(name, about, at)
        if raw is None:
            return None
        if isinstance(raw, SetValue):
            return raw
        if fact.type == "set" and isinstance(raw, (list, tuple, set, frozenset)):
            return self._read_set(fact, ",".join(map(str, raw)), at)
        if fact.type == "instant" and isinstance(raw, datetime) and raw.tzinfo:
            return raw.astimezone(UTC)
        if fact.type == "date" and isinstance(raw, date) and not isinstance(raw, datetime):
            return raw
        if isinstance(raw, bool):
            if fact.type == "flag":
                return raw
            raw = str(raw).lower()
        return self.read(name, str(raw), about, at)


def instant_of(text: str) -> datetime:
    """An instant in UTC from ISO text that names its zone.

    Raises: ValueError: not ISO, or without a zone.
    """
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError("no zone")
    return value.astimezone(UTC)


def nearest(text: str, names: Iterable[str], labels: Mapping[str, Text] | None = None) -> str:
    """A sentence that offers the name so labelled in a language, the nearest name, or lists a few."""
    known = list(names)
    named = labelled(text, labels or {})
    if named:
        return f"Did you mean {' or '.join(map(repr, named))}?"
    close = difflib.get_close_matches(text, known, n=1, cutoff=0.5)
    if close:
        return f"Did you mean '{close[0]}'?"
    return f"Known: {', '.join(known[:12])}{' …' if len(known) > 12 else ''}."


def load_vocabulary(files: Mapping[str, bytes]) -> Vocabulary:
    """The vocabulary from the bytes of ``rulebook/vocabulary/*.toml``, by file name.

    Raises: UsageError: a file does not parse, or a declaration is not right.
    """
    parsed = {name: read_toml(name, data) for name, data in sorted(files.items())}
    with legible("vocabulary"):
        return _vocabulary(parsed)


def _texts(entries: Mapping[str, Any]) -> dict[str, Text]:
    """Texts by name; a name is one object everywhere, so that it is found without comparing letters."""
    return {sys.intern(key): Text(each["en"], each["zh"]) for key, each in entries.items()}


def _vocabulary(parsed: Mapping[str, dict[str, Any]]) -> Vocabulary:
    values = parsed["values.toml"]
    lists = {name: _texts(entries) for name, entries in values.items()}
    every = {f"{name}.{key}": each for name in values for key, each in values[name].items()}
    dpv = {name: each["dpv"] for name, each in every.items() if "dpv" in each}
    lists["regions"] = _texts(parsed["regions.toml"])
    categories = {
        key: Category(id=key, text=Text(**entry.pop("text")), **entry)
        for key, entry in parsed["categories.toml"].items()
    }
    for each in categories.values():
        if each.parent and each.parent not in categories:
            raise UsageError(
                f"The category '{each.id}' has no parent '{each.parent}'.",
                location=Location(file="categories.toml"),
                hint=nearest(each.parent, categories),
            )
    lists["categories"] = {each.id: each.text for each in categories.values()}
    things = parsed["things.toml"]
    facts: dict[str, Fact] = {}
    for name, content in parsed.items():
        if name.startswith("facts-"):
            for entry in content["fact"]:
                with legible(name):
                    fact = _fact(name, entry, lists)
                if fact.name in facts:
                    raise UsageError(
                        f"The fact '{fact.name}' is declared twice.", location=Location(file=name)
                    )
                facts[fact.name] = fact
    return Vocabulary(
        facts=facts,
        lists=lists,
        categories=categories,
        dpv=dpv,
        knows={key: tuple(grains) for key, grains in things["knows"].items()},
        law_of=things["law_of"],
        role_in=things["role_in"],
        invariants=read_invariants(parsed.get(FILE, {}).get("invariant", [])),
        **_labels(parsed["records.toml"]),
    )


def _labels(tables: Mapping[str, Any]) -> dict[str, dict[str, Text]]:
    """The labels of ``records.toml``.

    Raises: UsageError: a label is not there in both languages.
    """
    found: dict[str, dict[str, Text]] = {}
    for table in ("contents", "addressees", "said"):
        found[table] = {}
        for name, label in tables[table].items():
            if set(label) != {"en", "zh"} or not all(label.values()):
                raise UsageError(
                    f"'{name}' has no label in both languages.",
                    location=Location(file="records.toml", record=table),
                    hint='Write it so: name = { en = "…", zh = "…" }.',
                )
            found[table][name] = Text(**label)
    return found


def _fact(
    file: str,
    entry: dict[str, Any],
    lists: Mapping[str, Mapping[str, Text]],
) -> Fact:
    where = Location(file=file, record=str(entry.get("name", "")))
    entry = dict(entry)
    if entry.get("type") not in TYPES:
        raise UsageError(
            f"'{entry.get('name')}' has no known type.",
            location=where,
            hint=f"Types: {', '.join(TYPES)}.",
        )
    if entry["type"] in ("enum", "set") and entry.get("values") not in lists:
        raise UsageError(f"'{entry['name']}' names no value list.", location=where)
    if "cure" in entry:
        entry["cure"] = Text(**entry["cure"])
    for key in ("label", "question"):
        if not isinstance(entry.get(key), dict) or set(entry[key]) != {"en", "zh"}:
            raise UsageError(
                f"'{entry['name']}' has no {key} in both languages.",
                location=where,
                hint=f'Write {key} = {{ en = "…", zh = "…" }}.',
            )
        entry[key] = Text(**entry[key])
    entry["grain"] = tuple(entry["grain"])
    try:
        return Fact(**entry)
    except TypeError as error:
        raise UsageError(f"The fact is not declared rightly: {error}", location=where) from None

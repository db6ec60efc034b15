"""What stands in each article, by kind, and which entries turn on which reading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import attrs

from lawful.law.load import Rulebook
from lawful.law.model import Entry, Example, Line, Parameter, Penalty, Prose, Reading
from lawful.law.tree import AnyOf, Node, ReadingIs, walk
from lawful.terms.ids import RuleId

Kept = TypeVar("Kept", Entry, Parameter, Penalty, Reading, Prose)


@attrs.frozen(kw_only=True)
class Contents:
    """Everything that one article holds, each kind in the order of its file, all forces together."""

    entries: tuple[Entry, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    penalties: tuple[Penalty, ...] = ()
    readings: tuple[Reading, ...] = ()
    prose: tuple[Prose, ...] = ()


def contents_of(rulebook: Rulebook) -> dict[str, Contents]:
    """The contents of every article, by its id."""
    entries = _by_article(rulebook.entries)
    parameters = _by_article(rulebook.parameters)
    penalties = _by_article(rulebook.penalties)
    readings = _by_article(tuple(rulebook.readings.values()))
    prose = _by_article(rulebook.prose)
    return {
        name: Contents(
            entries=tuple(entries.get(name, ())),
            parameters=tuple(parameters.get(name, ())),
            penalties=tuple(penalties.get(name, ())),
            readings=tuple(readings.get(name, ())),
            prose=tuple(prose.get(name, ())),
        )
        for name in rulebook.articles
    }


def examples_by_rule(rulebook: Rulebook) -> dict[RuleId, tuple[Example, ...]]:
    """The examples of every entry, in order."""
    found: dict[RuleId, list[Example]] = {}
    for each in rulebook.examples:
        found.setdefault(each.rule, []).append(each)
    return {name: tuple(rows) for name, rows in found.items()}


def lines_on_readings(rulebook: Rulebook) -> dict[str, tuple[tuple[Entry, Line], ...]]:
    """For each reading the entries that turn on it, each with the line that asks for it."""
    found: dict[str, list[tuple[Entry, Line]]] = {name: [] for name in rulebook.readings}
    for entry in rulebook.entries:
        for line in (*entry.when, *entry.unless, *(entry.requires or ()), *entry.commands):
            for name in readings_in(line.node):
                found[name].append((entry, line))
    return {name: tuple(pairs) for name, pairs in found.items()}


def readings_in(node: Node) -> set[str]:
    """The readings that a condition asks for, those inside a question about systems too."""
    found: set[str] = set()
    for each in walk(node):
        if isinstance(each, ReadingIs):
            found.add(each.reading)
        elif isinstance(each, AnyOf):
            found |= readings_in(each.item)
    return found


def penalties_of(rulebook: Rulebook, entry: RuleId) -> tuple[Penalty, ...]:
    """The penalties that an unmet entry may cost."""
    return tuple(
        each for each in rulebook.penalties if any(_names(pattern, entry) for pattern in each.unmet)
    )


def _names(pattern: str, entry: RuleId) -> bool:
    return entry.startswith(pattern[:-1]) if pattern.endswith("*") else entry == pattern


def _by_article(found: tuple[Kept, ...]) -> Mapping[str, list[Kept]]:
    groups: dict[str, list[Kept]] = {}
    for each in found:
        groups.setdefault(each.article, []).append(each)
    return groups

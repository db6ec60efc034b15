"""What stands beside a thing's facts, from states back to records, registers and systems.

A condition on records or on the systems of an entity is one three-valued bit, by the node's ``key``.
Here its states in a case become records that count, lapsed or never were made, and systems.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import attrs

from lawful.analyse.circuit import Circuit, Rails
from lawful.law.oracle import Kleene
from lawful.law.thing import Record, Thing
from lawful.law.tree import Fulfilled, Node

MADE = "recorded:"
LAPSED_DAYS = 40
"""So many days before the first moment a record lapsed that was made and no longer counts."""


def key_of(node: Node) -> str | None:
    """The key of a node that stands beside the facts; None for any other."""
    if isinstance(node, Fulfilled):
        return node.rule
    key = getattr(node, "key", None)
    return key if isinstance(key, str) else None


@attrs.frozen
class Asked:
    """A key taken apart: a rule's record, and whether it counts, was made, or says something."""

    rule: str
    made: bool = False
    item: str = ""
    value: str = ""

    @classmethod
    def of(cls, key: str) -> Asked:
        """What a key asks of a record.

        >>> Asked.of("recorded:cn.pipl.55.assess:opinion=negative").item
        'opinion'
        """
        if not key.startswith(MADE):
            return cls(key)
        rule, _, said = key.removeprefix(MADE).partition(":")
        item, _, value = said.partition("=")
        return cls(rule, True, item, value)


def hold_together(circuit: Circuit, states: Mapping[str, Rails]) -> None:
    """What must hold between the newest state and the others: a record that counts was made."""
    newest = list(states)[-1]
    for key in states:
        if key != newest:
            for one, other in ((key, newest), (newest, key)):
                _hold(circuit, Asked.of(one), states[one], Asked.of(other), states[other])


def _hold(circuit: Circuit, one: Asked, rails: Rails, other: Asked, theirs: Rails) -> None:
    if one.rule == other.rule:
        if not one.made and other.made and not other.item:  # counts, was made
            circuit.hold(-rails[0], theirs[0])
            circuit.hold(-theirs[1], rails[1])
        if one.item and other.made and not other.item:  # says, was made
            circuit.hold(-rails[0], theirs[0])
            circuit.hold(-theirs[1], rails[1])
        if one.item and one.item == other.item:
            circuit.hold(-rails[0], -theirs[0])
    elif other.rule.startswith(f"{one.rule}.") and not one.made and not other.made:
        circuit.hold(-rails[0], theirs[0])
        circuit.hold(-rails[1], *theirs)


def states_in(states: Mapping[str, Rails], is_true: Any) -> dict[str, Kleene]:
    """Each key's state in a case."""
    return {
        key: True if is_true(yes) else (False if is_true(no) else None)
        for key, (yes, no) in sorted(states.items())
    }


def with_records(thing: Thing, states: Mapping[str, Kleene]) -> Thing:
    """The thing with records and kept registers that give these states."""
    asked = [
        (Asked.of(key), state) for key, state in states.items() if not key.startswith("any_of:")
    ]
    records: list[Record] = []
    kept: set[str] = set()
    for rule in sorted({each.rule for each, _ in asked}):
        mine = [(each, state) for each, state in asked if each.rule == rule]
        counts = next((state for each, state in mine if not each.made), None)
        made = next((state for each, state in mine if each.made and not each.item), counts)
        says = _says(mine)
        if counts or made or any(value for value in says.values()):
            lapsed = thing.day("UTC") - timedelta(days=LAPSED_DAYS)
            extra: dict[str, Any] = {"says": says} if says else {}
            expires = None if counts or (counts is None and not _asks(mine)) else lapsed
            records.append(Record(rule=rule, expires_on=expires, **extra))
        if False in (counts, made):
            kept.add(rule)
    return attrs.evolve(thing, records=tuple(records), kept=frozenset(kept))


def _asks(mine: list[tuple[Asked, Kleene]]) -> bool:
    """Does some condition ask whether the record counts?"""
    return any(not each.made for each, _ in mine)


def _says(mine: list[tuple[Asked, Kleene]]) -> dict[str, str]:
    """What the record says of each item: the value asked for, or another."""
    says: dict[str, str] = {}
    for each, state in mine:
        if each.item and state:
            says[each.item] = each.value
        elif each.item and state is False:
            says.setdefault(each.item, "otherwise")
    return says

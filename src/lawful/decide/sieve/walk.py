"""Walks the steps in plain Python: for the first uses of a kind, and where facts are no plain dict."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, ne, or_
from typing import Any, Protocol

from lawful.decide.sieve import steps as s
from lawful.decide.sieve.steps import Side, Sifter, Slot, Steps
from lawful.law.oracle import Kleene
from lawful.terms.values import SetValue, Value

Facts = Mapping[str, "Value | None"]
COMPARE: tuple[Callable[[Any, Any], Any], ...] = (lt, le, eq, ne, gt, ge)
"""In the order of ``OPERATORS``."""
UNREAD = object()


class Records(Protocol):
    """What stands beside a thing's facts: a state by key, unknown where nothing is known."""

    def get(self, key: str, /) -> Kleene:
        """The state."""


def walk(steps: Steps, facts: Facts, records: Records) -> bytes:
    """The positions of the keys that are kept, in order: ``n`` for certain, ``~n`` not known; as 16-bit numbers."""
    return _Walk(steps, facts, records).all()


def positions(kept: bytes) -> array[int]:
    """What ``walk`` gives, as numbers."""
    found = array("h")
    found.frombytes(kept)
    return found


class _Walk:
    def __init__(self, steps: Steps, facts: Facts, records: Records) -> None:
        self.steps, self.facts, self.records = steps, facts, records
        self.slots: list[object] = [UNREAD] * len(steps.slots)
        self.answers: list[bool | None] = [None] * len(steps.calls)

    def all(self) -> bytes:
        left = (1 << len(self.steps.keys)) - 1
        for sifter in self.steps.sifters:
            if left & sifter.keys:
                left &= self.leaves(sifter)
        kept = array("h")
        while left:
            position = (left & -left).bit_length() - 1
            left &= left - 1
            answer = self.run(self.steps.begins[position])
            if answer != s.PASSED:
                kept.append(position if answer == s.CERTAIN else ~position)
        return kept.tobytes()

    def leaves(self, sifter: Sifter) -> int:
        """The keys that a look for many of them leaves."""
        if sifter.kind == s.BY_TEST:
            return ~sifter.keys if self.run(sifter.at) else -1
        if sifter.kind == s.BY_ANY:
            live = reduce(or_, (self.leaves(each) & each.keys for each in sifter.facts))
            dead = (keys for n, keys in enumerate(sifter.tests) if not live >> n & 1)
            return ~reduce(or_, dead, 0)
        value = self.read(sifter.at)
        if isinstance(value, int):
            return sifter.leaves[value]
        if not isinstance(value, frozenset):
            return -1
        codes = self.steps.slots[sifter.at].codes or {}
        named = [sifter.leaves[codes[member]] for member in value if member in codes]
        if sifter.kind == s.BY_MEMBERS:
            return reduce(and_, named, -1)
        return reduce(or_, named, ~sifter.keys)

    def run(self, at: int) -> int:
        """The answer of the steps that begin there."""
        calls, rows = list[int](), self.steps.rows
        while True:
            row = rows[at]
            operation, a = row & 15, row >> s.A & s.A_BITS
            if operation == s.GO:
                at = row >> s.TARGET
            elif operation == s.CALL and self.answers[a] is None:
                calls.append(at)
                at = self.steps.calls[a]
            elif operation == s.RETURN:
                if not calls:
                    return a
                at = calls.pop()
                self.answers[rows[at] >> s.A & s.A_BITS] = bool(a)
            else:
                holds = self.test(operation, a, row >> s.B & s.B_BITS, row >> s.BY & s.BY_BITS)
                at = row >> s.TARGET if holds is bool(row >> s.ON & 1) else at + 1

    def test(self, operation: int, a: int, b: int, by: int) -> bool:
        steps = self.steps
        match operation:
            case s.CODED:
                return bool(steps.masks[b] >> self.code(a) & 1)
            case s.ANY | s.NONE | s.ALL | s.LACKS:
                return self.listed(operation, self.read(a), steps.lists[b].members)
            case s.CALL:
                return self.answers[a] is True
            case s.STATE_TRUE:
                return self.records.get(steps.states[a]) is True
            case s.STATE_FALSE:
                return self.records.get(steps.states[a]) is False
            case s.COMPARED:
                one, other = self.side(steps.sides[a]), self.side(steps.sides[b])
                return one is not None and other is not None and bool(COMPARE[by](one, other))
            case _:
                one = self.side(steps.sides[a])
                return one is not None and (one in steps.constants[b]) is bool(by)

    def read(self, slot: int) -> object:
        """What a slot holds, read where it is first needed."""
        found = self.slots[slot]
        if found is UNREAD:
            found = self.slots[slot] = _of(self.steps.slots[slot], self.facts)
        return found

    def code(self, slot: int) -> int:
        found = self.read(slot)
        assert isinstance(found, int)
        return found

    def listed(self, operation: int, held: object, wanted: frozenset[str]) -> bool:
        if not isinstance(held, frozenset):
            return False
        if operation in (s.ANY, s.NONE):
            return held.isdisjoint(wanted) is (operation == s.NONE)
        return held.issuperset(wanted) is (operation == s.ALL)

    def side(self, side: Side) -> object:
        found = side.value if side.slot < 0 else self.read(side.slot)
        if side.kind == s.PRESUMED:
            return side.value if found is None else found
        if side.kind == s.LOOKED_UP:
            assert isinstance(side.value, dict)
            return side.value.get(found)
        return found


def _of(slot: Slot, facts: Facts) -> object:
    value = facts.get(slot.name)
    if slot.kind == s.FLAG:
        return s.FLAG_CODES[value] if isinstance(value, bool) else s.UNKNOWN_CODE
    if slot.kind == s.CODE:
        assert slot.codes is not None
        return s.UNKNOWN_CODE if value is None else slot.codes.get(value, s.OTHER_CODE)
    if slot.kind == s.VALUE or value is None:
        return value
    assert isinstance(value, SetValue)
    return value.members if slot.kind == s.MEMBERS else value.possible

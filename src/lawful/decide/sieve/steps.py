"""A plan laid out: tables from the value of a fact to the keys it leaves, and steps for what is tested.

A step is a test of one fact or state, and where to go on when it comes out as the step says. A condition
that several share is called, and its answer kept.
"""

from __future__ import annotations

from array import array

import attrs

from lawful.terms.values import Value

RETURN, GO = 0, 1
"""End with answer ``a``; go to the target."""
CODED, ANY, NONE, ALL, LACKS, CALL, STATE_TRUE, STATE_FALSE, COMPARED, MEMBER = range(2, 12)
"""Tests. ``a``: a slot; of CALL an answer's place, of STATE a state, of COMPARED and MEMBER a side.
``b``: of CODED a mask, of ANY to LACKS a list, of COMPARED the other side, of MEMBER a constant.
NONE and LACKS (some) are known and do not have them.
"""
OPERATORS = ("<", "<=", "=", "<>", ">", ">=")
VALUE, CODE, FLAG, MEMBERS, POSSIBLE = range(5)
"""What of a fact a slot holds: the value, the code of an enum's or a flag's, what is in a set, what may be."""
UNKNOWN_CODE, OTHER_CODE, FIRST_CODE = 0, 1, 2
"""Codes of an enum fact: unknown, and a value that no test names; from 2 on those that one names."""
FLAG_CODES: dict[Value, int] = {True: 2, False: 3}
BY_CODE, BY_POSSIBLE, BY_MEMBERS, BY_TEST, BY_ANY = range(5)
"""How keys are passed: by the code of a value; by what may be, or is, in a set; by the test that begins at a step;
by several facts together."""
PASSED, CERTAIN, UNSURE = range(3)
"""Answers of a key's own steps."""
LITERAL, FACT, PRESUMED, LOOKED_UP = range(4)

ON, BY, A, B, TARGET = 4, 5, 8, 26, 43
"""A step is one word: from bit 0 the operation, then the answer that jumps, the operator, ``a``, ``b``, the target."""
BY_BITS, A_BITS, B_BITS = (1 << A - BY) - 1, (1 << B - A) - 1, (1 << TARGET - B) - 1
MOST_STEPS, MOST_KEYS = 1 << 63 - TARGET, (1 << 15) - 1


def packed(operation: int, a: int, b: int, on: bool, target: int, by: int) -> int:
    """A step as one word.

    Raises: OverflowError: a number has too many bits.
    """
    if not (0 <= a <= A_BITS and 0 <= b <= B_BITS and 0 <= target < MOST_STEPS):
        raise OverflowError("a rulebook of this size has more steps than words have bits for")
    return operation | on << ON | by << BY | a << A | b << B | target << TARGET


@attrs.frozen
class Slot:
    """What of which fact; the codes of its values where tests name some."""

    name: str
    kind: int
    codes: dict[Value, int] | None = attrs.field(default=None, eq=False)


@attrs.frozen
class Listed:
    """Members of a set fact, and the bits of their codes."""

    members: frozenset[str]
    mask: int


@attrs.frozen
class Side:
    """One side of a comparison: a constant, a slot, or both."""

    kind: int
    slot: int = -1
    value: object = attrs.field(default=None, eq=False)


@attrs.frozen
class Sifter:
    """What is looked at for many keys: nothing where none of ``keys`` is left, else it leaves some of them.

    ``at``: a slot, or the step where a test begins; where that answers 1 the keys are passed.
    ``leaves`` by code: of BY_CODE the keys that a value leaves; of BY_POSSIBLE those that a member
    leaves, besides all that are not among ``keys``; of BY_MEMBERS what a member leaves.
    """

    kind: int
    at: int
    keys: int
    leaves: tuple[int, ...] = ()
    tests: tuple[int, ...] = ()
    """Of BY_ANY the keys of each condition, which are passed unless one of ``facts`` leaves it."""
    facts: tuple[Sifter, ...] = ()
    """BY_CODE or BY_POSSIBLE, of conditions instead of keys."""


@attrs.frozen(kw_only=True)
class Steps:
    """The tables and steps of a plan, and what they name by number. Sets of keys, codes and members are bits."""

    keys: tuple[str, ...]
    sifters: tuple[Sifter, ...]
    begins: tuple[int, ...]
    """Where the steps of each key begin."""
    calls: tuple[int, ...]
    """Where each condition that is called begins."""
    rows: array[int] = attrs.field(eq=False)
    """Each a word (``packed``)."""
    slots: tuple[Slot, ...]
    masks: tuple[int, ...]
    lists: tuple[Listed, ...]
    sides: tuple[Side, ...]
    constants: tuple[frozenset[str], ...]
    states: tuple[str, ...]

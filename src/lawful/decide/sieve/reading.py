"""What a walk of machine code reads: the words of a plan's tables, facts and states, each where it is first needed."""

from __future__ import annotations

import numpy as np
from numba import njit

from lawful.decide.sieve import steps as s
from lawful.decide.sieve.calls import (
    attribute_of,
    call,
    get,
    hold,
    integer_of,
    item_of,
    iterator_of,
    let_go,
    next_of,
    put,
    raised,
    size_of,
)  # fmt: skip

# mypy: ignore-errors
# numba finds the types of what it compiles in its calls, and says nothing of them to others.

(
    SIFTERS, COUNT_SIFTERS, COUNT_KEYS, KEY_WIDTH, BEGINS, CALLS, ROWS, SLOTS, COUNT_SLOTS, MASKS, MASK_WIDTH,
    LISTS, LIST_WIDTH, COUNT_SETS, SIDES, CONSTANTS, STATES, COUNT_STATES, COUNT_CALLS,
    NAME_MEMBERS, NAME_POSSIBLE, NAME_GET, NOTHING_KNOWN, TRUE, FALSE, HEADER,
) = range(26)  # fmt: skip
"""The words of a plan's header: addresses of its tables, counts, widths of sets in words, and objects."""

SLOT = 4
"""Words of a slot: the fact's name, what of it, the codes, where the bits of a set begin."""
FAILED = np.int64(-1)
"""A test that raised."""
TRUE_CODE, FALSE_CODE = s.FLAG_CODES[True], s.FLAG_CODES[False]
SETS, CODED = (s.MEMBERS, s.POSSIBLE), (s.CODE, s.FLAG)
SIFTER = 6
"""Words of a sifter: its kind, where it looks, its keys, what it leaves, the first of its keys' words that matters,
the one after the last."""


@njit
def read(head, slots, scratch, facts, slot):
    """What a slot holds, read where it is first needed: an object, or a code and 1. 0: it raised."""
    found = get(scratch, slot)
    if found != 0:
        return found
    kind = get(slots, SLOT * slot + 1)
    found = item_of(facts, get(slots, SLOT * slot))
    if found == 0:
        if raised() != 0:
            return 0
        found = get(head, NOTHING_KNOWN)
    if kind == s.FLAG:
        code = s.UNKNOWN_CODE
        if found == get(head, TRUE):
            code = TRUE_CODE
        elif found == get(head, FALSE):
            code = FALSE_CODE
        found = code + 1
    elif kind == s.CODE:
        if found == get(head, NOTHING_KNOWN):
            code = s.UNKNOWN_CODE
        else:
            number = item_of(get(slots, SLOT * slot + 2), found)
            if number != 0:
                code = integer_of(number)
            elif raised() != 0:
                return 0
            else:
                code = s.OTHER_CODE
        found = code + 1
    elif kind != s.VALUE and found != get(head, NOTHING_KNOWN):
        name = get(head, NAME_MEMBERS) if kind == s.MEMBERS else get(head, NAME_POSSIBLE)
        found = attribute_of(found, name)
        if found == 0:
            return 0
        let_go(found)  # the set value holds it
        if fill(scratch, get(slots, SLOT * slot + 2), get(slots, SLOT * slot + 3), found) < 0:
            return 0
    if kind != s.CODE and kind != s.FLAG and get(scratch, get(head, COUNT_SLOTS)) != 0:
        hold(found)
    put(scratch, slot, found)
    return found


@njit
def fill(scratch, codes, mask, members):
    """Set the bits of the codes of what is in a set. -1: it raised."""
    size = size_of(members)
    if size <= 0:
        return size
    each = iterator_of(members)
    if each == 0:
        return FAILED
    while True:
        member = next_of(each)
        if member == 0:
            break
        number = item_of(codes, member)
        let_go(member)
        if number != 0:
            code = integer_of(number)
            place = mask + (code >> 6)
            put(scratch, place, get(scratch, place) | (np.int64(1) << (code & 63)))
    let_go(each)
    return FAILED if raised() != 0 else np.int64(0)


@njit
def is_object(slots, scratch, slot):
    """Was a slot read, and is it an object that it holds?"""
    kind = get(slots, SLOT * slot + 1)
    return get(scratch, slot) != 0 and kind != s.CODE and kind != s.FLAG


@njit
def hold_all(head, slots, scratch):
    """Take hold of all objects that were read."""
    for slot in range(get(head, COUNT_SLOTS)):
        if is_object(slots, scratch, slot):
            hold(get(scratch, slot))
    put(scratch, get(head, COUNT_SLOTS), 1)


@njit
def let_all_go(head, slots, scratch):
    """Let them go."""
    for slot in range(get(head, COUNT_SLOTS)):
        if is_object(slots, scratch, slot):
            let_go(get(scratch, slot))


@njit
def state_of(head, slots, scratch, records, state):
    """A state that stands beside the facts: 1 unknown, 2 true, 3 false. 0: it raised."""
    place = get(head, COUNT_SLOTS) + 1 + state
    if get(scratch, place) != 0:
        return get(scratch, place)
    if get(scratch, get(head, COUNT_SLOTS)) == 0:
        hold_all(head, slots, scratch)
    ask = attribute_of(records, get(head, NAME_GET))
    if ask == 0:
        return 0
    found = call(ask, get(get(head, STATES), state))
    let_go(ask)
    if found == 0:
        return 0
    put(scratch, place, 2 if found == get(head, TRUE) else (3 if found == get(head, FALSE) else 1))
    let_go(found)
    return get(scratch, place)


@njit
def side_of(head, slots, scratch, facts, side):
    """One side of a comparison, an object. 0: it raised."""
    sides = get(head, SIDES)
    kind, slot, value = get(sides, 3 * side), get(sides, 3 * side + 1), get(sides, 3 * side + 2)
    if kind == s.LITERAL:
        return value
    found = read(head, slots, scratch, facts, slot)
    if found == 0 or kind == s.FACT:
        return found
    if kind == s.PRESUMED:
        return value if found == get(head, NOTHING_KNOWN) else found
    found = item_of(value, found)
    if found == 0:
        return get(head, NOTHING_KNOWN) if raised() == 0 else 0
    return found

"""Walks the steps as machine code, on the facts as they lie: nothing is copied or encoded before it is needed.

One function serves every plan, whose tables are data (``layout``), so that nothing is compiled for a
kind of use. It looks into no object itself: Python's own functions do. What it reads is borrowed from
the facts, which do not change while it runs; before other Python code may run (a state is asked for)
it takes hold of what it has read. It trusts its tables: what is written into them is checked before.

This module is imported when uses have come often, never before: numba takes its time. The machine code
is kept for the next process, under a name that changes with these sources (numba itself would look at
this file only).
"""

from __future__ import annotations

import sys
from hashlib import sha256
from inspect import getsource

import numpy as np
from numba import cfunc, njit, types

from lawful.decide.sieve import calls, reading
from lawful.decide.sieve import steps as s
from lawful.decide.sieve.calls import (
    bytes_of,
    compare,
    contains,
    get,
    integer_of,
    lowest,
    put,
    put_quarter,
    raised,
    room,
)  # fmt: skip
from lawful.decide.sieve.reading import (
    BEGINS,
    CALLS,
    CONSTANTS,
    COUNT_CALLS,
    COUNT_KEYS,
    COUNT_SETS,
    COUNT_SIFTERS,
    COUNT_SLOTS,
    COUNT_STATES,
    FAILED,
    KEY_WIDTH,
    LIST_WIDTH,
    LISTS,
    MASK_WIDTH,
    MASKS,
    NOTHING_KNOWN,
    ROWS,
    SIFTER,
    SIFTERS,
    SLOT,
    SLOTS,
    let_all_go,
    read,
    side_of,
    state_of,
)  # fmt: skip

# mypy: ignore-errors
# numba finds the types of what it compiles in its calls, and says nothing of them to others.


@njit
def _listed(head, scratch, mask, listed, every):
    """Is one of the members, or every one, in a set?"""
    width, lists = get(head, LIST_WIDTH), get(head, LISTS)
    for n in range(width):
        wanted, held = get(lists, width * listed + n), get(scratch, mask + n)
        if every and wanted & ~held != 0:
            return False
        if not every and wanted & held != 0:
            return True
    return every


@njit
def _compared(head, slots, scratch, facts, operation, a, b, by):
    """COMPARED and MEMBER."""
    one = side_of(head, slots, scratch, facts, a)
    if one == 0:
        return FAILED
    if one == get(head, NOTHING_KNOWN):
        return np.int64(0)
    if operation == s.MEMBER:
        found = contains(get(get(head, CONSTANTS), b), one)
        return found if found < 0 else np.int64(found == by)
    other = side_of(head, slots, scratch, facts, b)
    if other == 0:
        return FAILED
    if other == get(head, NOTHING_KNOWN):
        return np.int64(0)
    return compare(one, other, by)


@njit
def _test(head, slots, scratch, facts, records, operation, a, b, by):
    """Does a test hold? -1: it raised."""
    if operation == s.STATE_TRUE or operation == s.STATE_FALSE:
        state = state_of(head, slots, scratch, records, a)
        if state == 0:
            return FAILED
        return np.int64(state == (2 if operation == s.STATE_TRUE else 3))
    if operation == s.COMPARED or operation == s.MEMBER:
        return _compared(head, slots, scratch, facts, operation, a, b, by)
    found = read(head, slots, scratch, facts, a)
    if found == 0:
        return FAILED
    if found == get(head, NOTHING_KNOWN):
        return np.int64(0)
    every = operation == s.ALL or operation == s.LACKS
    holds = _listed(head, scratch, get(slots, SLOT * a + 3), b, every)
    return np.int64(holds == (operation == s.ANY or operation == s.ALL))


@njit
def _run(head, scratch, stack, facts, records, at):
    """The answer of the steps that begin there. -1: it raised."""
    rows, slots = get(head, ROWS), get(head, SLOTS)
    masks, mask_width = get(head, MASKS), get(head, MASK_WIDTH)
    answers = get(head, COUNT_SLOTS) + 1 + get(head, COUNT_STATES)
    depth = np.int64(0)
    while True:
        row = get(rows, at)
        operation, a, b = row & 15, row >> s.A & s.A_BITS, row >> s.B & s.B_BITS
        target = row >> s.TARGET
        if operation == s.GO:
            at = target
            continue
        if operation == s.RETURN:
            if depth == 0:
                return a
            depth -= 1
            at = get(stack, depth)
            put(scratch, answers + (get(rows, at) >> s.A & s.A_BITS), a + 1)
            continue
        if operation == s.CALL:
            answer = get(scratch, answers + a)
            if answer == 0:
                put(stack, depth, at)
                depth += 1
                at = get(get(head, CALLS), a)
                continue
            holds = answer - 1
        elif operation == s.CODED:
            found = get(scratch, a)
            if found == 0:
                found = read(head, slots, scratch, facts, a)
                if found == 0:
                    return FAILED
            word = get(masks, mask_width * b + (found - 1 >> 6))
            holds = word >> (found - 1 & 63) & 1
        else:
            holds = _test(
                head, slots, scratch, facts, records, operation, a, b, row >> s.BY & s.BY_BITS
            )
            if holds < 0:
                return FAILED
        at = target if holds == row >> s.ON & 1 else at + 1


@njit
def _by_set(head, scratch, mask, keys, leaves, left, low, high, everything):
    """Leave the keys that some member of a set leaves, or that every one does."""
    width = get(head, KEY_WIDTH)
    for word in range(low, high):
        found = np.int64(-1) if everything else ~get(keys, word)
        for n in range(get(head, LIST_WIDTH)):
            bits = get(scratch, mask + n)
            while bits != 0:
                one = get(leaves, width * (64 * n + lowest(bits)) + word)
                found = found & one if everything else found | one
                bits &= bits - 1
        put(left, word, get(left, word) & found)


@njit
def _by_any(head, slots, scratch, left, facts, tests, parts):
    """Pass the keys of all conditions that no fact leaves. -1: it raised."""
    live = np.int64(0)
    for part in range(get(parts, 0)):
        this = parts + 8 * (1 + SIFTER * part)
        kind, at, mine, leaves = get(this, 0), get(this, 1), get(get(this, 2), 0), get(this, 3)
        found = read(head, slots, scratch, facts, at)
        if found == 0:
            return FAILED
        if kind == s.BY_CODE:
            live |= get(leaves, found - 1) & mine
        elif found == get(head, NOTHING_KNOWN):
            live |= mine
        else:
            mask = get(slots, SLOT * at + 3)
            for n in range(get(head, LIST_WIDTH)):
                bits = get(scratch, mask + n)
                while bits != 0:
                    live |= get(leaves, 64 * n + lowest(bits))
                    bits &= bits - 1
    for test in range(get(tests, 0)):
        if live >> test & 1 == 0:
            this = tests + 8 * (1 + 3 * test)
            for word in range(get(this, 1), get(this, 2)):
                put(left, word, get(left, word) & ~get(get(this, 0), word))
    return np.int64(0)


@njit
def _sift(head, scratch, stack, left, facts, records):
    """Pass all keys that a look for many passes. -1: it raised."""
    width, sifters, slots = get(head, KEY_WIDTH), get(head, SIFTERS), get(head, SLOTS)
    for sifter in range(get(head, COUNT_SIFTERS)):
        kind, at = get(sifters, SIFTER * sifter), get(sifters, SIFTER * sifter + 1)
        keys, leaves = get(sifters, SIFTER * sifter + 2), get(sifters, SIFTER * sifter + 3)
        low, high = get(sifters, SIFTER * sifter + 4), get(sifters, SIFTER * sifter + 5)
        some = np.int64(0)
        for word in range(low, high):
            some |= get(left, word) & get(keys, word)
        if some == 0:
            continue
        if kind == s.BY_ANY:
            if _by_any(head, slots, scratch, left, facts, leaves, at) < 0:
                return FAILED
            continue
        if kind == s.BY_TEST:
            found = _run(head, scratch, stack, facts, records, at)
            if found < 0:
                return FAILED
            if found == 1:
                for word in range(low, high):
                    put(left, word, get(left, word) & ~get(keys, word))
            continue
        found = read(head, slots, scratch, facts, at)
        if found == 0:
            return FAILED
        if kind == s.BY_CODE:
            for word in range(low, high):
                put(left, word, get(left, word) & get(leaves, width * (found - 1) + word))
        elif found != get(head, NOTHING_KNOWN):
            mask = get(slots, SLOT * at + 3)
            _by_set(head, scratch, mask, keys, leaves, left, low, high, kind == s.BY_MEMBERS)
    return np.int64(0)


@njit
def _all(head, scratch, stack, left, kept, facts, records):
    """How many keys are kept. -1: it raised."""
    if _sift(head, scratch, stack, left, facts, records) < 0:
        return FAILED
    count = np.int64(0)
    for word in range(get(head, KEY_WIDTH)):
        bits = get(left, word)
        while bits != 0:
            key = 64 * word + lowest(bits)
            bits &= bits - 1
            found = _run(head, scratch, stack, facts, records, get(get(head, BEGINS), key))
            if found < 0:
                return FAILED
            if found != s.PASSED:
                put_quarter(kept, count, key if found == s.CERTAIN else ~key)
                count += 1
    return count


def _walker(sources: str):
    """The function that Python calls; its machine code is kept for the next process under these sources' name."""

    @cfunc(types.intp(types.intp, types.intp, types.intp), cache=True)
    def walk(this, given, count):  # noqa: ARG001  # Python gives them
        """``walk(header's address, facts, records)``: the positions of what is kept, as bytes; 0 where it raised."""
        len(sources)  # a name that it uses is part of the key under which numba keeps it
        head = integer_of(get(given, 0))
        if head == -1 and raised() != 0:
            return 0
        keys, width, marks = get(head, COUNT_KEYS), get(head, KEY_WIDTH), get(head, COUNT_SLOTS)
        answers, sets = get(head, COUNT_CALLS), get(head, COUNT_SETS) * get(head, LIST_WIDTH)
        empty = marks + 1 + get(head, COUNT_STATES) + answers + sets
        positions = keys // 4 + 1
        scratch = room(empty + width + positions + answers, empty)
        left = scratch + 8 * empty
        kept, stack = left + 8 * width, left + 8 * (width + positions)
        for word in range(keys // 64):
            put(left, word, np.int64(-1))
        if keys % 64 != 0:
            put(left, keys // 64, (np.int64(1) << keys % 64) - 1)
        found = _all(head, scratch, stack, left, kept, get(given, 1), get(given, 2))
        if get(scratch, marks) != 0:
            let_all_go(head, get(head, SLOTS), scratch)
        return 0 if found < 0 else bytes_of(kept, 2 * found)

    return walk


def _digest() -> str:
    """Of all that this code is made of."""
    made_of = (s, calls, reading, sys.modules[__name__])
    return sha256("".join(map(getsource, made_of)).encode()).hexdigest()


COMPILED = _walker(_digest())

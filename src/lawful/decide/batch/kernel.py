"""The batch kernel: 512 rows at a time, one bit a row, no branch on what a row says.

1. Of each plane the words of a row's values are ORed, and 64 rows are turned over, so that a word holds
   one test of 64 rows. 2. Each leaf gets its two rails. 3. Each gate is an AND or OR of eight words.
4. The rules are gone through from the worst answer to the best; the first that holds decides.

This module is imported when the first batch is decided, never before: numba takes its time. The
machine code is kept (``cache=True``) for the next process. Rails are ``[rail, lane]``: row ``r`` of a block
is bit ``r % 64`` of lane ``r // 64``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray, njit, types
from numba.core import cgutils
from numba.extending import intrinsic

# mypy: ignore-errors
# numba finds the types of what it compiles in its calls, and says nothing of them to others.

LANES = 8
BLOCK = 64 * LANES
ENUM, STEPS, SET = 0, 1, 2
FULL = np.uint64(0xFFFFFFFFFFFFFFFF)
ONE = np.uint64(1)


@intrinsic
def _pointer(context: Any, address: Any) -> Any:  # noqa: ARG001  # numba gives it
    """An address as a pointer, so that Arrow's buffers are read where they lie."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ARG001  # as above
        return builder.inttoptr(args[0], cgutils.voidptr_t)

    return types.voidptr(address), code


@intrinsic
def _lowest(context: Any, word: Any) -> Any:  # noqa: ARG001  # as above
    """The place of the lowest bit that is set; the word is not 0."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ARG001  # as above
        return builder.cttz(args[0], cgutils.true_bit)

    return types.int64(types.uint64), code


@njit(cache=True, nogil=True)
def _look_up(found, count, words, line):
    """OR the word of each number into its row; a number out of the list has the last word: returns 1."""
    total = words.shape[0] - 1
    worst = 0
    for row in range(count):
        code = np.int64(found[row])
        if code < 0 or code > total:
            worst, code = 1, total
        line[row] |= words[code]
    return worst


@njit(cache=True, nogil=True)
def _step(found, count, limits, codes):
    """The stretch between limits that each value lies in: 2i below limit i, 2i + 1 on it."""
    codes[:count] = 0
    for n in range(limits.shape[0]):
        limit = limits[n]
        for row in range(count):
            value = np.int64(found[row])
            codes[row] += np.int64(value >= limit) + np.int64(value > limit)


@njit(cache=True, nogil=True)
def _numbers(found, part, count, words, limits, codes, line):
    if part[0] == STEPS:
        _step(found, count, limits[part[5] : part[6]], codes)
        return _look_up(codes, count, words, line)
    return _look_up(found, count, words, line)


@njit(cache=True, nogil=True)
def _members(children, offsets, count, words, owners, line):
    """OR the words of each row's members; a row's members are found without asking how many they are."""
    total = words.shape[0] - 1
    worst, first = 0, offsets[0]
    many = np.int64(offsets[count] - first)
    if words[total]:
        for row in range(count):
            line[row] |= words[total]
    if many > owners.shape[0] - 1:
        for row in range(count):
            for at in range(offsets[row], offsets[row + 1]):
                code = np.int64(children[at])
                if code < 0 or code >= total:
                    worst, code = 1, total
                line[row] |= words[code]
        return worst
    owners[: many + 1] = 0
    for row in range(1, count):
        owners[offsets[row] - first] += 1
    row = 0
    for at in range(many):
        row += owners[at]
        code = np.int64(children[first + at])
        if code < 0 or code >= total:
            worst, code = 1, total
        line[row] |= words[code]
    return worst


@njit(cache=True, nogil=True)
def _gather(part, start, count, words, limits, codes, owners, line):
    """OR one part's words into a plane, a word a row; a size below zero is signed."""
    kind, address, size = part[0], part[1], part[2]
    mine = words[part[4] : part[4] + part[3] + 1]
    if kind == SET:
        children = carray(_pointer(address), 1 << 40, np.int32)
        offsets = _pointer(part[5] + start * part[6])
        if part[6] == 4:
            narrow = carray(offsets, count + 1, np.int32)
            return _members(children, narrow, count, mine, owners, line)
        return _members(children, carray(offsets, count + 1, np.int64), count, mine, owners, line)
    at = _pointer(address + start * abs(size))
    if size == 4:
        return _numbers(carray(at, count, np.uint32), part, count, mine, limits, codes, line)
    if size == -4:
        return _numbers(carray(at, count, np.int32), part, count, mine, limits, codes, line)
    if size == 1:
        return _numbers(carray(at, count, np.uint8), part, count, mine, limits, codes, line)
    if size == -1:
        return _numbers(carray(at, count, np.int8), part, count, mine, limits, codes, line)
    if size == 2:
        return _numbers(carray(at, count, np.uint16), part, count, mine, limits, codes, line)
    if size == -2:
        return _numbers(carray(at, count, np.int16), part, count, mine, limits, codes, line)
    return _numbers(carray(at, count, np.int64), part, count, mine, limits, codes, line)


@njit(cache=True, nogil=True)
def _turn(line, plane):
    """Turn over eight squares of 64 by 64 bits: from a word a row to a word a test and lane."""
    for lane in range(LANES):
        for row in range(64):
            plane[row, lane] = line[64 * lane + row]
    width, mask = 32, np.uint64(0x00000000FFFFFFFF)
    while width:
        shift, low = np.uint64(width), 0
        while low < 64:
            for row in range(low, low + width):
                for lane in range(LANES):
                    swap = ((plane[row, lane] >> shift) ^ plane[row + width, lane]) & mask
                    plane[row, lane] ^= swap << shift
                    plane[row + width, lane] ^= swap
            low += 2 * width
        width >>= 1
        mask ^= mask << np.uint64(width)


@njit(cache=True, nogil=True)
def _planes(parts, bounds, start, count, words, limits, codes, owners, line, planes):
    """Every plane of a block; returns 1 where some number was out of its list."""
    worst = 0
    for plane in range(bounds.shape[0] - 1):
        if bounds[plane] < bounds[plane + 1]:
            line[:] = 0
            for n in range(bounds[plane], bounds[plane + 1]):
                worst |= _gather(parts[n], start, count, words, limits, codes, owners, line)
            _turn(line, planes[plane])
    return worst


@njit(cache=True, nogil=True)
def _copy(address, size, start, count, out):
    at = _pointer(address + start * abs(size))
    if size == 4:
        out[:count] = carray(at, count, np.uint32)
    elif size == -4:
        out[:count] = carray(at, count, np.int32)
    elif size == 1:
        out[:count] = carray(at, count, np.uint8)
    elif size == -1:
        out[:count] = carray(at, count, np.int8)
    elif size == 2:
        out[:count] = carray(at, count, np.uint16)
    elif size == -2:
        out[:count] = carray(at, count, np.int16)
    else:
        out[:count] = carray(at, count, np.int64)


@njit(cache=True, nogil=True)
def _side(side, start, count, tables, knowns, bits, values, known):
    """The numbers of one side of a comparison, and where they are known."""
    kind, base = side[0], side[3]
    if kind == 2:
        values[:count] = side[5]
        known[:count] = 1
        return
    if side[1] == 0:
        values[:count] = 0
    else:
        _copy(side[1], side[2], start, count, values)
    for row in range(count):
        at = start + row
        there = np.int64((bits[side[4], at >> 6] >> np.uint64(at & 63)) & ONE)
        if kind == 0 and there:
            code = base + values[row]
            values[row] = tables[code]
            there = np.int64(knowns[code])
        if not there and side[6]:
            values[row], there = side[5], 1
        known[row] = there


@njit(cache=True, nogil=True)
def _holds(op, one, other):
    if op == 0:
        return one == other
    if op == 1:
        return one != other
    if op == 2:
        return one < other
    if op == 3:
        return one <= other
    if op == 4:
        return one > other
    return one >= other


@njit(cache=True, nogil=True)
def _compare(op, left, right, start, count, tables, knowns, bits, rooms, out):
    """A comparison of two columns: 8 words of *true*, then 8 of *false*."""
    _side(left, start, count, tables, knowns, bits, rooms[0], rooms[1])
    _side(right, start, count, tables, knowns, bits, rooms[2], rooms[3])
    out[:] = 0
    for row in range(count):
        if rooms[1, row] and rooms[3, row]:
            place = (row >> 6) + (0 if _holds(op, rooms[0, row], rooms[2, row]) else LANES)
            out[place] |= ONE << np.uint64(row & 63)


@njit(cache=True, nogil=True)
def _leaves(leaves, block, bits, planes, compared, rails):
    """Both rails of every leaf."""
    for n in range(leaves.shape[0]):
        where, place, row = leaves[n, 0], leaves[n, 1], leaves[n, 2]
        presumed, maybe = leaves[n, 3], leaves[n, 4]
        true, false = 2 + 2 * n, 3 + 2 * n
        for lane in range(LANES):
            at = block * LANES + lane
            if where == 2:
                rails[true, lane] = compared[place, lane]
                rails[false, lane] = compared[place, LANES + lane]
                continue
            known = bits[row, at]
            if where == 0:
                yes = bits[place, at] & known
            else:
                yes = planes[place >> 6, place & 63, lane] & known
            no = known & ~yes
            if maybe >= 0:
                no &= ~planes[maybe >> 6, maybe & 63, lane]
            if presumed == 1:
                yes = FULL & ~no
            if presumed == 0:
                no = FULL & ~yes
            rails[true, lane] = yes
            rails[false, lane] = no


@njit(cache=True, nogil=True)
def _gates(kinds, bounds, inputs, first, rails):
    """Every gate, each after those it rests on; the eight lanes stand side by side in registers."""
    for n in range(kinds.shape[0]):
        low, high = bounds[n], bounds[n + 1]
        r = rails[inputs[low]]
        a, b, c, d, e, f, g, h = r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]
        if kinds[n] == 0:
            for at in range(low + 1, high):
                r = rails[inputs[at]]
                a, b, c, d = a & r[0], b & r[1], c & r[2], d & r[3]
                e, f, g, h = e & r[4], f & r[5], g & r[6], h & r[7]
        else:
            for at in range(low + 1, high):
                r = rails[inputs[at]]
                a, b, c, d = a | r[0], b | r[1], c | r[2], d | r[3]
                e, f, g, h = e | r[4], f | r[5], g | r[6], h | r[7]
        r = rails[first + n]
        r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7] = a, b, c, d, e, f, g, h


@njit(cache=True, nogil=True)
def _mark(word, base, value, rule, outcomes, deciding):
    """Write an outcome and its rule for each row of a word."""
    while word:
        row = base + _lowest(word)
        outcomes[row] = value
        deciding[row] = rule
        word &= word - ONE


@njit(cache=True, nogil=True)
def _decide(stops, rails, covered, lane, base, outcomes, deciding):
    """Outcomes and deciding rules of 64 rows; ``stops`` hold (outcome, rule, rail, is it *not false*)."""
    left = FULL
    for n in range(stops.shape[0]):
        word = rails[stops[n, 2], lane]
        hit = left & (~word if stops[n, 3] else word)
        if hit:
            _mark(hit, base, stops[n, 0], stops[n, 1], outcomes, deciding)
            left ^= hit
            if not left:
                return
    word = rails[covered, lane]
    _mark(left & word, base, 3, -1, outcomes, deciding)
    _mark(left & ~word, base, 2, -1, outcomes, deciding)


@njit(cache=True, nogil=True)
def _list(rules, which, rails, count, offsets, start, ids, used, room, pairs):
    """The rules that are violated (``which`` 0) or unknown (1), row by row, in order of rule.

    Returns how many stand in ``ids`` after the block, or -1 where there is no room for them.
    """
    room[:] = 0
    many = 0
    for n in range(rules.shape[0]):
        true, false = rules[n, 1], rules[n, 2]
        for lane in range(LANES):
            word = rails[true, lane]
            if which:
                word = ~(word | rails[false, lane])
            while word:
                row = 64 * lane + _lowest(word)
                word &= word - ONE
                pairs[many] = (row << 16) | rules[n, 0]
                room[row + 1] += 1
                many += 1
    for row in range(count):
        room[row + 1] += room[row]
    if used + room[count] > ids.shape[0]:
        return -1
    for row in range(count):
        offsets[start + row + 1] = used + room[row + 1]
    total = room[count]
    for at in range(many):
        row = pairs[at] >> 16
        if row < count:
            ids[used + room[row]] = pairs[at] & 0xFFFF
            room[row] += 1
    return used + total


@njit(cache=True, nogil=True)
def run(
    blocks, rows, parts, bounds, words, limits, bits, leaves, ops, sides, tables, knowns, kinds,
    gate_bounds, inputs, watched, seen, stops, covered, rules, outcomes, deciding, covers, lists, state,
):  # fmt: skip
    """Decide the blocks ``blocks[0]`` to ``blocks[1]``; returns the block at which it stopped.

    ``state``: 0 and 1 how many ids stand in the two lists, 2 set where a code was out of its list. It
    stops early where a list is full: the caller makes room and goes on.
    """
    planes = np.zeros((max(1, bounds.shape[0] - 1), 64, LANES), np.uint64)
    compared = np.zeros((max(1, ops.shape[0]), 2 * LANES), np.uint64)
    line, rooms = np.zeros(BLOCK, np.uint64), np.zeros((4, BLOCK), np.int64)
    owners, room = np.zeros(16 * BLOCK, np.int64), np.zeros(BLOCK + 1, np.int64)
    pairs = np.empty(BLOCK * rules.shape[0], np.int32)
    first = 2 + 2 * leaves.shape[0]
    rails = np.zeros((first + kinds.shape[0], LANES), np.uint64)
    rails[1, :] = FULL
    for block in range(blocks[0], blocks[1]):
        start = block * BLOCK
        count = min(BLOCK, rows - start)
        state[2] |= _planes(
            parts, bounds, start, count, words, limits, rooms[0], owners, line, planes
        )
        for n in range(ops.shape[0]):
            left, right = sides[n, 0], sides[n, 1]
            _compare(ops[n], left, right, start, count, tables, knowns, bits, rooms, compared[n])
        _leaves(leaves, block, bits, planes, compared, rails)
        _gates(kinds, gate_bounds, inputs, first, rails)
        for n in range(watched.shape[0]):
            for lane in range(LANES):
                seen[n, block * LANES + lane] = rails[watched[n], lane]
        if covered < 0:
            continue
        used = _list(rules, 0, rails, count, lists[0], start, lists[2], state[0], room, pairs)
        other = _list(rules, 1, rails, count, lists[1], start, lists[3], state[1], room, pairs)
        if used < 0 or other < 0:
            return block
        state[0], state[1] = used, other
        for lane in range(LANES):
            _decide(stops, rails, covered, lane, start + 64 * lane, outcomes, deciding)
            covers[block * LANES + lane] = rails[covered, lane]
    return blocks[1]

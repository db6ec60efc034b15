"""The steps of a plan laid out for machine code, and the function that walks them."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lawful.decide.sieve import reading as k
from lawful.decide.sieve import steps as s
from lawful.decide.sieve.kernel import COMPILED
from lawful.decide.sieve.steps import Sifter, Steps
from lawful.decide.sieve.walk import Facts, Records

Walk = Callable[[int, Facts, Records], bytes]
"""Called with the address of a layout, facts in a ``dict``, and records."""


class _Method(ctypes.Structure):
    """How Python is told of a C function (``PyMethodDef``)."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


METH_FASTCALL = 0x80
_METHOD = _Method(b"walk", COMPILED.address, METH_FASTCALL, None)


def _as_python() -> Walk:
    """The machine code as a function that Python calls without delay."""
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.argtypes = (ctypes.POINTER(_Method), ctypes.c_void_p, ctypes.c_void_p)
    make.restype = ctypes.py_object
    made: Walk = make(ctypes.byref(_METHOD), None, None)
    return made


WALK = _as_python()


class Layout:
    """Steps laid out for the machine, as long as this object lives; ``address``: of the header."""

    def __init__(self, steps: Steps) -> None:
        self._kept: list[object] = []
        head = np.zeros(k.HEADER, dtype=np.int64)
        head[k.KEY_WIDTH] = width = -(-len(steps.keys) // 64)
        head[k.MASK_WIDTH], head[k.LIST_WIDTH] = _width(steps, k.CODED), _width(steps, k.SETS)
        masks = _words(steps.masks, int(head[k.MASK_WIDTH]))
        lists = _words([each.mask for each in steps.lists], int(head[k.LIST_WIDTH]))
        for place, number in {
            k.COUNT_SIFTERS: len(steps.sifters),
            k.COUNT_KEYS: len(steps.keys),
            k.COUNT_SLOTS: len(steps.slots),
            k.COUNT_SETS: sum(each.kind in k.SETS for each in steps.slots),
            k.COUNT_STATES: len(steps.states),
            k.COUNT_CALLS: len(steps.calls),
        }.items():
            head[place] = number
        first = len(steps.slots) + 1 + len(steps.states) + len(steps.calls)
        for place, rows in {
            k.SIFTERS: [self._sifter(each, width) for each in steps.sifters],
            k.BEGINS: steps.begins,
            k.CALLS: steps.calls,
            k.ROWS: steps.rows,
            k.SLOTS: self._slots(steps, first, int(head[k.LIST_WIDTH])),
            k.SIDES: [(each.kind, each.slot, self._id(each.value)) for each in steps.sides],
            k.CONSTANTS: [self._id(each) for each in steps.constants],
            k.STATES: [self._id(each) for each in steps.states],
        }.items():
            head[place] = self._address(np.array(rows, dtype=np.int64))
        head[k.MASKS], head[k.LISTS] = self._address(masks), self._address(lists)
        for place, value in {
            k.NAME_MEMBERS: "members",
            k.NAME_POSSIBLE: "possible",
            k.NAME_GET: "get",
            k.NOTHING_KNOWN: None,
            k.TRUE: True,
            k.FALSE: False,
        }.items():
            head[place] = self._id(value)
        self.address = self._address(head)

    def _slots(self, steps: Steps, first: int, width: int) -> list[tuple[int, int, int, int]]:
        """Slots; the bits of each set have their place in what a walk writes on."""
        found = []
        for each in steps.slots:
            found.append((self._id(each.name), each.kind, self._id(each.codes), first))
            first += width * (each.kind in k.SETS)
        return found

    def _sifter(self, sifter: Sifter, width: int) -> tuple[int, ...]:
        """A sifter of keys that are so many words wide; the facts and conditions of BY_ANY have tables of their own."""
        keys = self._keys(sifter.keys, width)
        if sifter.kind != s.BY_ANY:
            return sifter.kind, sifter.at, keys[0], self._words(sifter.leaves, width), *keys[1:]
        facts = [number for each in sifter.facts for number in self._sifter(each, 1)]
        tests = [number for each in sifter.tests for number in self._keys(each, width)]
        return (
            sifter.kind,
            self._address(np.array([len(sifter.facts), *facts], dtype=np.int64)),
            keys[0],
            self._address(np.array([len(sifter.tests), *tests], dtype=np.int64)),
            *keys[1:],
        )

    def _keys(self, keys: int, width: int) -> tuple[int, int, int]:
        """Where a set of keys lies, the first word of it that matters, and the one after the last."""
        low = ((keys & -keys).bit_length() - 1) // 64
        return self._words([keys], width), low, -(-keys.bit_length() // 64)

    def _words(self, masks: Sequence[int], width: int) -> int:
        return self._address(_words(masks, width)) if masks else 0

    def _id(self, value: object) -> int:
        """Where an object lies; it is kept as long as the plan is."""
        self._kept.append(value)
        return id(value)

    def _address(self, table: Any) -> int:
        """Where a table lies; it is kept as long as the plan is."""
        self._kept.append(table)
        return int(table.ctypes.data)


def _width(steps: Steps, kinds: tuple[int, ...]) -> int:
    """How many words the codes of any fact take, of those of some kinds."""
    codes = [len(each.codes or s.FLAG_CODES) for each in steps.slots if each.kind in kinds]
    return 1 + (s.FIRST_CODE + max(codes, default=0)) // 64


def _words(masks: Sequence[int], width: int) -> Any:
    words = [mask >> 64 * n & (1 << 64) - 1 for mask in masks for n in range(width)]
    return np.array(words, dtype=np.uint64)

"""Payloads: their canonical bytes, and packs read whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from enum import Enum, IntEnum

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawful.evidence.payloads import canonical_json, commitment_of, commitments_of, wrap


def said_of(way: Callable[[object], bytes], value: object) -> bytes | None:
    """What a writer of JSON makes of a value; ``None``: it refuses."""
    try:
        return way(value)
    except (TypeError, ValueError, RecursionError):
        return None


def plainly(value: object) -> bytes:
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


class Name(str):
    """A text of a class of its own."""


class Shade(Enum):
    RED = "red"


class Size(IntEnum):
    LARGE = 3


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(-(1 << 70), 1 << 70) | st.floats()
    | st.floats(-1e-3, 1e-3) | st.floats(1e15, 1e23) | st.text(st.characters()) | st.dates()
    | st.uuids() | st.sampled_from([Name("x"), Shade.RED, Size.LARGE, b"x", "1e-7", "a 0.00001"]),
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner)
    | st.dictionaries(
        st.text(st.characters()) | st.integers() | st.floats() | st.sampled_from([None, True, Name("k")]),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(anything)
def test_canonical_json_is_the_standard_librarys(value: object) -> None:
    assert said_of(canonical_json, value) == said_of(plainly, value)


@pytest.mark.parametrize(
    "value",
    [
        1.5e-7, 1e-5, 0.0001, 9.999e-5, -1.5e-7, 1e16, 1e22, 1.5e300, 5e-324, -0.0, 0.1, 1 << 63,
        1 << 64, -(1 << 63), -(1 << 63) - 1, float("inf"), float("-inf"), float("nan"), "\ud800",
        {"\ud800": 1}, {1: 2}, {1.5e-7: 2}, {None: 1, True: 2}, {"a": 1, 2: 3}, "\x00\x1f\x7f\u2028/\"\\",
        {"\U0001f600": 1, "\uffff": 2}, (1, (2,)), Shade.RED, Size.LARGE, Name("x"), b"", {1, 2},
        datetime(2026, 1, 1), orjson.Fragment(b"{}"), "3e-4", "0.00001", [[[]]],
    ],
)  # fmt: skip
def test_canonical_json_where_writers_differ(value: object) -> None:
    for each in (value, [value], {"a": value}, [1.5, value, "x"]):
        assert said_of(canonical_json, each) == said_of(plainly, each)


@pytest.mark.parametrize("deep", [10, 200, 254, 255, 300, 900])
def test_canonical_json_of_deep_values(deep: int) -> None:
    value: object = 1
    for _ in range(deep):
        value = [value]
    assert canonical_json(value) == b"[" * deep + b"1" + b"]" * deep


@given(
    st.lists(st.binary(max_size=9).map(lambda b: b.replace(b"\n", b"")), max_size=3),
    st.integers(0, 10_000),
    st.binary(max_size=3),
    st.integers(0, 90),
)
def test_a_pack_is_opened_as_its_lines_are(
    bodies: list[bytes], place: int, put: bytes, drop: int
) -> None:
    pack = b"".join(
        [wrap(bytes(range(at, at + 32)), body) + b"\n" for at, body in enumerate(bodies)]
    )
    at = place % (len(pack) + 1)
    for each in (pack, pack[:at] + put + pack[at + drop :]):
        found = commitments_of(each)
        lines = [commitment_of(line) for line in each.split(b"\n")[:-1]]
        whole = each.endswith(b"\n") or not each
        assert found == (lines if whole and None not in lines else None)

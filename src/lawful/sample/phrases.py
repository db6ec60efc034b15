"""Phrases of SQL that several tables need: times and lists."""

from __future__ import annotations

from collections.abc import Iterable

from lawful.sample.cast import REFERENCE_ON

TODAY = f"DATE '{REFERENCE_ON}'"
"""The reference day, as SQL."""


def epoch(moment: str) -> str:
    """SQL: whole seconds since 1970 of a DATE or TIMESTAMP expression."""
    return f"(epoch_us(({moment})::TIMESTAMP) // 1000000)"


def instant(seconds: str) -> str:
    """SQL: the TIMESTAMP (in UTC) of whole seconds since 1970."""
    return f"make_timestamp(({seconds}) * 1000000)"


def listed(names: Iterable[str]) -> str:
    """SQL: a list of VARCHAR.

    >>> listed(["chef's knife", "kite"])
    "['chef''s knife', 'kite']"
    """
    return "[" + ", ".join("'" + name.replace("'", "''") + "'" for name in names) + "]"

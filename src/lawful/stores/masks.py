"""What masks compute: keyed tokens and age bands, in Python, and the same as DuckDB macros."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import date, datetime
from typing import Any

TOKEN_HEX = 16
KEY_BYTES_MIN = 16
BANDS = (
    (13, "0-13"),
    (15, "14-15"),
    (17, "16-17"),
    (24, "18-24"),
    (34, "25-34"),
    (44, "35-44"),
    (54, "45-54"),
    (64, "55-64"),
)
"""Last completed year of each band; the open one is ``OLDEST``."""
OLDEST = "65+"

_BLOCK = 64
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?=$|[ T])", re.ASCII)


def token(key: bytes, value: Any) -> str | None:
    """A keyed token of a value's text: 16 hex digits of HMAC-SHA256; ``None`` for ``None``.

    The same value gives the same token under the same key, so that tokens join and group.
    """
    if value is None:
        return None
    text = value if isinstance(value, bytes) else str(value).encode()
    return hmac.new(key, text, hashlib.sha256).hexdigest()[:TOKEN_HEX]


def age_band(born: Any, on: Any) -> str | None:
    """The band of completed years between two dates; ``None`` if one is none, or born later.

    >>> age_band("2010-11-24", "2026-11-23"), age_band("2010-11-24", "2026-11-24")
    ('14-15', '16-17')
    """
    first, last = _day(born), _day(on)
    if first is None or last is None or first > last:
        return None
    years = last.year - first.year - ((last.month, last.day) < (first.month, first.day))
    return next((band for upto, band in BANDS if years <= upto), OLDEST)


def _day(value: Any) -> date | None:
    """A date from a date, or from ISO text that begins with one."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    found = _ISO.match(str(value))
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None


def token_macro(key: bytes) -> str:
    """DuckDB: ``lawful_token`` as a temporary macro of the connection (HMAC written out)."""
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner, outer = (
        bytes(each ^ 0x36 for each in block).hex(),
        bytes(each ^ 0x5C for each in block).hex(),
    )
    text = "encode(CAST(v AS VARCHAR))"
    return (
        f"CREATE TEMP MACRO lawful_token(v) AS left(sha256(unhex('{outer}') || "
        f"unhex(sha256(unhex('{inner}') || {text}))), {TOKEN_HEX})"
    )


def age_band_macro() -> str:
    """DuckDB: ``lawful_age_band`` as a temporary macro."""
    born, at = "TRY_CAST(born AS DATE)", "TRY_CAST(at_day AS DATE)"

    def number(day: str) -> str:
        return f"(year({day}) * 10000 + month({day}) * 100 + day({day}))"

    years = f"(({number(at)} - {number(born)}) // 10000)"
    bands = " ".join(f"WHEN {years} <= {upto} THEN '{band}'" for upto, band in BANDS)
    return (
        "CREATE TEMP MACRO lawful_age_band(born, at_day) AS CASE "
        f"WHEN {born} IS NULL OR {at} IS NULL "
        f"OR {born} > {at} THEN NULL {bands} ELSE '{OLDEST}' END"
    )

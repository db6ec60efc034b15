"""Decision ids: they sort by time and say nothing else."""

from __future__ import annotations

import re
from base64 import b32encode
from datetime import UTC, datetime

from lawful.terms.ids import DecisionId

_CROCKFORD = bytes.maketrans(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)
_SPARE = 160 - 130  # 26 letters are 130 bits, of the 160 that 32 letters are
DECISION_ID = re.compile(r"dec_[0-7][0-9A-HJKMNP-TV-Z]{25}")


def new_decision_id(at: datetime, randomness: bytes) -> DecisionId:
    """``dec_`` and 26 Crockford letters: 48 bits of milliseconds, 80 of randomness.

    >>> new_decision_id(datetime(2026, 11, 24, tzinfo=UTC), bytes(10))
    'dec_01M85DMB000000000000000000'
    """
    if len(randomness) != 10:
        raise ValueError("a decision id takes ten random bytes")
    if at.tzinfo is None:
        raise ValueError("a decision id takes an aware instant")
    seconds = at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    millis = (seconds.days * 86_400 + seconds.seconds) * 1000 + seconds.microseconds // 1000
    number = (millis << 80) | int.from_bytes(randomness, "big")
    letters = b32encode((number << _SPARE).to_bytes(20, "big"))[:26].translate(_CROCKFORD)
    return DecisionId("dec_" + letters.decode())

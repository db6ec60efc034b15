"""The write-ahead record: what was accepted but may not yet be in tiles. Pure.

One record: length (4 bytes) and CRC-32 (4 bytes) of the body; the body is the entry's place in
the log (8), the length of its leaf (2), the leaf, and its payload's file (the rest).
"""

from __future__ import annotations

from zlib import crc32

import attrs

_HEAD = 8
_BODY_MIN = 10


@attrs.frozen
class Record:
    """An accepted entry: its index, its leaf and its payload's file (empty: none)."""

    index: int
    leaf: bytes
    payload: bytes


def encode(record: Record) -> bytes:
    """A record as bytes."""
    body = (
        record.index.to_bytes(8, "big")
        + len(record.leaf).to_bytes(2, "big")
        + record.leaf
        + record.payload
    )
    return len(body).to_bytes(4, "big") + crc32(body).to_bytes(4, "big") + body


def decode(data: bytes) -> list[Record]:
    """The whole records at the start of ``data``; a torn or damaged rest is dropped.

    Nothing in the rest was ever acknowledged: an entry is, only after it is in the tiles.
    """
    records: list[Record] = []
    at = 0
    while (body := _body(data, at)) is not None:
        cut = _BODY_MIN + int.from_bytes(body[8:10], "big")
        if cut > len(body):
            break
        index = int.from_bytes(body[:8], "big")
        records.append(Record(index, body[_BODY_MIN:cut], body[cut:]))
        at += _HEAD + len(body)
    return records


def _body(data: bytes, at: int) -> bytes | None:
    """The record body at ``at``, if it is whole and its checksum holds."""
    length = int.from_bytes(data[at : at + 4], "big")
    body = data[at + _HEAD : at + _HEAD + length]
    if length < _BODY_MIN or len(body) != length:
        return None
    return body if crc32(body) == int.from_bytes(data[at + 4 : at + _HEAD], "big") else None

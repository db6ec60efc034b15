"""Payloads: what a leaf commits to, kept apart and erasable. Pure."""

from __future__ import annotations

import json
import re
from binascii import unhexlify
from collections.abc import Mapping
from hashlib import sha256
from typing import cast

import orjson

from lawful.evidence.failures import SchemaError

SALT_BYTES = 32
PAYLOAD_BYTES_MAX = 16 * 1024 * 1024
_OPTIONS = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)
_TAG = b"lawful-commitment/v1\0"
_HEAD = b'{"payload":'
_MIDDLE = b',"salt":"'
_FOOT = b'"}'
_TAIL = len(_MIDDLE) + 2 * SALT_BYTES + len(_FOOT)


def canonical_json(value: object) -> bytes:
    """Sorted keys, no spaces, UTF-8, numbers as Python writes them.

    orjson's bytes count where they read back as the value and hold no small float; all else,
    refusals too, is the standard library's.

    >>> canonical_json({"b": 1, "a": "é"}).decode()
    '{"a":"é","b":1}'
    >>> canonical_json({"a": 1.5e-7}).decode()
    '{"a":1.5e-07}'
    """
    try:
        data = orjson.dumps(value, option=_OPTIONS)
        if not _has_small_float(data) and orjson.loads(data) == value:
            return data
    except (TypeError, ValueError, RecursionError):  # large integers, keys that are no text, ...
        pass
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def _has_small_float(data: bytes) -> bool:
    """Whether there may be a float that orjson and Python spell differently; a text may look so."""
    return b"0.0000" in data or (b"e-" in data and re.search(rb"\de-\d", data) is not None)


def payload_bytes(payload: Mapping[str, object]) -> bytes:
    """A payload as canonical JSON; what JSON cannot hold is a schema error."""
    try:
        data = canonical_json(payload if type(payload) is dict else dict(payload))
    except (TypeError, ValueError, RecursionError):
        raise SchemaError(
            "a payload holds something that JSON cannot", hint="give text, numbers, lists, maps"
        ) from None
    if len(data) > PAYLOAD_BYTES_MAX:
        raise SchemaError(f"a payload is larger than {PAYLOAD_BYTES_MAX} bytes")
    return data


def commit(salt: bytes, payload: bytes) -> str:
    """The salted commitment that goes into the leaf, as hex."""
    return sha256(_TAG + salt + payload).hexdigest()


def payload_path(commitment: str) -> str:
    """Where logs of before 2026-11-28 keep a payload: one file each."""
    return f"payload/{commitment[:2]}/{commitment}.json"


def wrap(salt: bytes, payload: bytes) -> bytes:
    """What is kept of a payload: JSON with the payload and its salt."""
    return _HEAD + payload + _MIDDLE + salt.hex().encode() + _FOOT


def commitment_of(line: bytes) -> str | None:
    """What a kept payload is the opening of; ``None`` if it is malformed."""
    parts = _parts(line)
    return None if parts is None else commit(*parts)


def commitments_of(pack: bytes) -> list[str] | None:
    """What each line of a pack is the opening of; ``None`` if not every byte is as it should be."""
    lines = pack.split(b"\n")
    if lines.pop():
        return None
    bodies = [line[len(_HEAD) : -_TAIL] for line in lines]
    spelt = [line[-_TAIL + len(_MIDDLE) : -len(_FOOT)] for line in lines]
    try:
        salts = unhexlify(b"".join(spelt))
    except ValueError:
        return None
    if len(salts) != SALT_BYTES * len(lines) or salts.hex().encode() != b"".join(spelt):
        return None
    around = zip(bodies, spelt, strict=True)
    if b"".join([_HEAD + body + _MIDDLE + salt + _FOOT + b"\n" for body, salt in around]) != pack:
        return None
    starts = range(0, len(salts), SALT_BYTES)
    return [
        sha256(_TAG + salts[at : at + SALT_BYTES] + body).hexdigest()
        for at, body in zip(starts, bodies, strict=True)
    ]


def _parts(data: bytes) -> tuple[bytes, bytes] | None:
    """Salt and payload as kept, if every byte around them is as it should be."""
    payload, tail = data[len(_HEAD) : -_TAIL], data[-_TAIL:]
    try:
        salt = bytes.fromhex(tail[len(_MIDDLE) : -len(_FOOT)].decode())
    except ValueError:
        return None
    return (salt, payload) if wrap(salt, payload) == data else None


def unwrap(data: bytes, commitment: str) -> Mapping[str, object] | None:
    """The payload in what was kept; ``None`` unless every byte of it is as committed to."""
    parts = _parts(data)
    if parts is None or commit(*parts) != commitment:
        return None
    return cast("Mapping[str, object]", json.loads(parts[1]))

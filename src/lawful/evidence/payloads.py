"""Payloads: what a leaf commits to, kept apart and erasable. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import cast

from lawful.evidence.failures import SchemaError

SALT_BYTES = 32
PAYLOAD_BYTES_MAX = 16 * 1024 * 1024
_TAG = b"lawful-commitment/v1\0"
_HEAD = b'{"payload":'
_MIDDLE = b',"salt":"'
_FOOT = b'"}'


def canonical_json(value: object) -> bytes:
    """Sorted keys, no spaces, UTF-8.

    >>> canonical_json({"b": 1, "a": "é"}).decode()
    '{"a":"é","b":1}'
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def payload_bytes(payload: Mapping[str, object]) -> bytes:
    """A payload as canonical JSON; what JSON cannot hold is a schema error."""
    try:
        data = canonical_json(dict(payload))
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


def _parts(data: bytes) -> tuple[bytes, bytes] | None:
    """Salt and payload as kept, if every byte around them is as it should be."""
    foot = len(_MIDDLE) + 2 * SALT_BYTES + len(_FOOT)
    payload, tail = data[len(_HEAD) : -foot], data[-foot:]
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

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
    """Where a payload is kept, relative to the evidence folder."""
    return f"payload/{commitment[:2]}/{commitment}.json"


def wrap(salt: bytes, payload: bytes) -> bytes:
    """The payload's file: JSON with the payload and its salt."""
    return _HEAD + payload + _MIDDLE + salt.hex().encode() + _FOOT


def unwrap(data: bytes, commitment: str) -> Mapping[str, object] | None:
    """The payload in a file; ``None`` unless every byte of it is as committed to."""
    foot = len(_MIDDLE) + 2 * SALT_BYTES + len(_FOOT)
    payload, tail = data[len(_HEAD) : -foot], data[-foot:]
    try:
        salt = bytes.fromhex(tail[len(_MIDDLE) : -len(_FOOT)].decode())
    except ValueError:
        return None
    if wrap(salt, payload) != data or commit(salt, payload) != commitment:
        return None
    return cast("Mapping[str, object]", json.loads(payload))

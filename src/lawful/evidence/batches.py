"""A batch is one leaf: what went in, how many passed, what came out, and, erasable, who.

The leaf has the input's digest, the counts, and the root over the result file. Its payload has the
bitmap of subject ordinals, so that one person's batches can be found while the payload is kept,
and nothing of it is left when it is erased. Pure, but for reading the files given.
"""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import IO, Any

import attrs

from lawful.evidence.events import Event
from lawful.evidence.failures import SchemaError
from lawful.evidence.tree import leaf_hash, root_of

CHUNK = 1 << 16
"""Bytes of a result file in each leaf of its tree."""
ORDINAL_MAX = (1 << 31) - 1
_BITMAP_BYTES_MAX = (ORDINAL_MAX + 8) // 8


@attrs.frozen(kw_only=True)
class Batch:
    """A batch as recorded: the event to append, and the payload that holds its subjects."""

    event: Event
    payload: Mapping[str, Any] = attrs.field(hash=False)


def batch(
    *,
    id: str,
    entity: str,
    book: str,
    input: str,
    result: str,
    given: int,
    withheld: int,
    subjects: Iterable[int] = (),
    more: Mapping[str, object] | None = None,
    **fields: Any,
) -> Batch:
    """One leaf for a whole batch.

    Args:
        id: its decision id.
        entity: who decides.
        book: the book's hash.
        input: digest of the input (``file_digest``).
        result: root over the result file (``file_root``).
        given: rows given.
        withheld: rows withheld.
        subjects: ordinals of the data subjects in it (as ``facts`` numbers them), in any order.
        more: what else the payload keeps.
        fields: further fields of the event: purpose, basis, outcome, rule, operation, door.

    Raises: SchemaError: a field does not fit, or an ordinal is out of range.
    """
    event = Event(
        kind="batch", id=id, entity=entity, book=book, input=input, result=result, given=given,
        withheld=withheld, **fields,
    )  # fmt: skip
    payload = {**(more or {}), **pack_subjects(subjects)}
    return Batch(event=event, payload=payload)


def pack_subjects(ordinals: Iterable[int]) -> dict[str, object]:
    """A bitmap of ordinals as it stands in a payload: ``subjects`` and how many they are.

    Bit ``n & 7`` of byte ``n >> 3`` is ordinal ``n``; deflated, in base64.
    """
    found = set(ordinals)
    if not found:
        return {}
    if min(found) < 0 or max(found) > ORDINAL_MAX:
        raise SchemaError(f"a subject's ordinal is a whole number from 0 to {ORDINAL_MAX}")
    bits = bytearray(max(found) // 8 + 1)
    for ordinal in found:
        bits[ordinal >> 3] |= 1 << (ordinal & 7)
    return {
        "subjects": b64encode(zlib.compress(bytes(bits), 6)).decode(),
        "subject_count": len(found),
    }


def subjects_in(payload: Mapping[str, Any]) -> Iterator[int]:
    """The ordinals in a batch's payload, ascending; none if it keeps none.

    Raises: SchemaError: it holds no bitmap that ``pack_subjects`` could have made.
    """
    text = payload.get("subjects")
    if text is None:
        return
    for place, byte in enumerate(_bits(text)):
        for bit in range(8):
            if byte >> bit & 1:
                yield 8 * place + bit


def concerns(payload: Mapping[str, Any], ordinal: int) -> bool:
    """Whether a data subject is in the batch."""
    text = payload.get("subjects")
    if text is None or ordinal < 0:
        return False
    bits = _bits(text)
    return ordinal >> 3 < len(bits) and bool(bits[ordinal >> 3] >> (ordinal & 7) & 1)


def _bits(text: object) -> bytes:
    try:
        opened = zlib.decompressobj()
        bits = opened.decompress(b64decode(str(text), validate=True), _BITMAP_BYTES_MAX)
    except (ValueError, zlib.error):
        raise SchemaError("the batch's subjects are no bitmap") from None
    if not opened.eof or opened.unused_data:
        raise SchemaError("the batch's subjects are no bitmap")
    return bits


def file_digest(file: IO[bytes]) -> str:
    """SHA-256 of a file, in hex; ``input`` of a batch."""
    digest = sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def file_root(file: IO[bytes]) -> str:
    """Root (RFC 6962) over a file's chunks of 64 KiB, in hex; ``result`` of a batch.

    So that a part of a large result can be shown to be of it, without the rest.
    """
    hashes: list[bytes] = []
    while chunk := file.read(CHUNK):
        hashes.append(leaf_hash(chunk))
    return root_of(hashes).hex()

"""A batch is one leaf; who was in it can be asked while the payload is kept, and not after."""

from __future__ import annotations

import io
import zlib
from base64 import b64encode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawful.evidence import EvidenceLog, SchemaError, batch, erase_payload
from lawful.evidence.batches import (
    CHUNK,
    ORDINAL_MAX,
    concerns,
    file_digest,
    file_root,
    pack_subjects,
    subjects_in,
)
from lawful.evidence.tree import leaf_hash, root_of
from tests.evidence.making import BOOK, new_id


def test_a_batch_is_one_leaf_and_its_subjects_can_be_erased(log: EvidenceLog) -> None:
    data, result = b"a,b\n" * 50_000, b"x" * (2 * CHUNK + 5)
    made = batch(
        id=new_id(),
        entity="hangzhou-market",
        book=BOOK,
        input=file_digest(io.BytesIO(data)),
        result=file_root(io.BytesIO(result)),
        given=49_000,
        withheld=1_000,
        subjects=[7, 3, 1_000_000, 3],
        more={"store": "orders"},
        purpose="payment",
        outcome="lawful",
    )
    log.append(made.event, made.payload)
    leaf = log.read(0)
    assert (leaf.kind, leaf.given, leaf.withheld) == ("batch", 49_000, 1_000)
    assert leaf.input == sha256(data).hexdigest()
    chunks = [leaf_hash(result[i : i + CHUNK]) for i in range(0, len(result), CHUNK)]
    assert leaf.result == root_of(chunks).hex()
    payload = log.payload(leaf)
    assert payload
    assert list(subjects_in(payload)) == [3, 7, 1_000_000]
    assert (payload["subject_count"], payload["store"]) == (3, "orders")
    assert [concerns(payload, each) for each in (3, 4, 1_000_000, 9_999_999, -1)] == [
        True, False, True, False, False,
    ]  # fmt: skip
    erase_payload(log, leaf.commitment, entity="hangzhou-market", door="cli")
    assert log.payload(leaf) is None
    assert log.verify().erased == 1


@given(st.sets(st.integers(0, 50_000)))
def test_the_bitmap_says_just_who(ordinals: set[int]) -> None:
    payload = pack_subjects(ordinals)
    assert list(subjects_in(payload)) == sorted(ordinals)
    assert all(concerns(payload, each) == (each in ordinals) for each in (0, 1, 7, 8, 50_000))


@pytest.mark.parametrize("ordinals", [[-1], [ORDINAL_MAX + 1]])
def test_ordinals_have_a_range(ordinals: list[int]) -> None:
    with pytest.raises(SchemaError, match="ordinal"):
        pack_subjects(ordinals)


@pytest.mark.parametrize(
    "text",
    ["", "x", 5, b64encode(b"nothing").decode(), b64encode(zlib.compress(b"a")[:-2]).decode(),
     b64encode(zlib.compress(b"a") + b"b").decode()],
)  # fmt: skip
def test_what_is_no_bitmap(text: object) -> None:
    with pytest.raises(SchemaError, match="no bitmap"):
        list(subjects_in({"subjects": text}))


def test_files_without_content() -> None:
    assert file_root(io.BytesIO(b"")) == sha256(b"").hexdigest() == file_digest(io.BytesIO(b""))

"""Signed notes against the reference example of Go's note package, and every single bit."""

from __future__ import annotations

from base64 import b64decode
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from lawful.evidence.notes import Checkpoint, Signer, VerifierKey, check_name, open_checkpoint
from lawful.evidence.proofs import format_proof, verify_proof
from lawful.evidence.tree import inclusion_path, leaf_hash, root_of
from lawful.terms.errors import ProofFailure

VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SEED = b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
NOTE = (
    TEXT + "\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZS"
    "NXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer("lawful.example/log", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@pytest.fixture(scope="module")
def head() -> Checkpoint:
    return Checkpoint(origin="lawful.example/log", size=20852163, root=sha256(b"r").digest())


def test_the_reference_note_comes_out_byte_for_byte() -> None:
    peter = Signer("PeterNeumann", Ed25519PrivateKey.from_private_bytes(SEED))
    assert str(peter.verifier) == VKEY
    assert peter.sign_text(TEXT) == NOTE.encode()


@pytest.mark.parametrize(
    "vkey", [VKEY, "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"]
)
def test_keys_in_the_wild_are_read(vkey: str) -> None:
    assert str(VerifierKey.parse(vkey)) == vkey


def test_no_mangled_key_is_read() -> None:
    for place in range(len(VKEY)):
        for changed in (VKEY[:place] + chr(ord(VKEY[place]) ^ 1) + VKEY[place + 1 :], VKEY[:place]):
            with pytest.raises(ProofFailure):
                VerifierKey.parse(changed)


def test_a_checkpoint_reads_back(signer: Signer, head: Checkpoint) -> None:
    note = signer.sign(head)
    lines = note.decode().split("\n")
    assert lines[:2] == ["lawful.example/log", "20852163"]
    assert lines[3] == ""
    assert lines[4].startswith("\u2014 lawful.example/log ")
    assert b64decode(lines[4].split(" ")[2])[:4] == signer.verifier.key_id
    assert open_checkpoint(note, signer.verifier) == head


def test_every_flipped_bit_of_a_checkpoint_is_refused(signer: Signer, head: Checkpoint) -> None:
    note = signer.sign(head)
    for place in range(8 * len(note)):
        changed = bytearray(note)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises(ProofFailure):
            open_checkpoint(bytes(changed), signer.verifier)


def test_what_a_checkpoint_may_not_be(signer: Signer, head: Checkpoint) -> None:
    note = signer.sign(head)
    text = head.text()
    other = Signer.generate("lawful.example/log")
    bad = [
        b"",
        note[:-1],
        note + b"\n",
        note + note.split(b"\n")[4] + b"\n",
        other.sign(head),
        signer.sign_text(text.replace("20852163", "020852163")),
        signer.sign_text(text.replace("20852163", "-1")),
        signer.sign_text(text.replace("20852163", "9" * 5000)),
        signer.sign_text(text.replace("20852163", "\u0661")),
        signer.sign_text(text + "extension\n"),
        signer.sign_text(text.replace("/log", "/other")),
        note.replace("\u2014".encode(), b"-"),
    ]
    for each in bad:
        with pytest.raises(ProofFailure):
            open_checkpoint(each, signer.verifier)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u00a0b", "a\x7f"])
def test_names_that_no_key_may_have(name: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        check_name(name)


@given(st.binary(max_size=300))
def test_any_bytes_give_only_our_error(data: bytes) -> None:
    verifier = VerifierKey.parse(VKEY)
    with pytest.raises(ProofFailure):
        open_checkpoint(data, verifier)


def proof_of(signer: Signer, index: int, size: int) -> str:
    hashes = [leaf_hash(bytes([i])) for i in range(size)]
    head = Checkpoint(origin=signer.name, size=size, root=root_of(hashes))
    return format_proof(
        index, inclusion_path(lambda level, n: hashes, index, size), signer.sign(head)
    )


def test_a_proof_has_the_standards_form(signer: Signer) -> None:
    lines = proof_of(signer, 3, 7).split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 3"]
    assert [len(line) for line in lines[2:5]] == [44, 44, 44]
    assert lines[5] == ""
    assert lines[6:8] == [signer.name, "7"]
    assert proof_of(signer, 0, 1).split("\n")[1:3] == ["index 0", ""]


def test_proofs_hold_for_their_leaf_only(signer: Signer) -> None:
    for size in (1, 2, 7, 8, 200):
        for index in range(size):
            verify_proof(proof_of(signer, index, size), bytes([index]), str(signer.verifier))
            with pytest.raises(ProofFailure):
                verify_proof(proof_of(signer, index, size), b"other", str(signer.verifier))


def test_every_flipped_bit_of_a_proof_is_refused(signer: Signer) -> None:
    text = proof_of(signer, 5, 9).encode()
    for place in range(8 * len(text)):
        changed = bytearray(text)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises(ProofFailure):
            verify_proof(changed.decode(errors="replace"), b"\x05", str(signer.verifier))


def test_a_proof_by_another_key_is_refused(signer: Signer) -> None:
    other = Signer.generate(signer.name)
    with pytest.raises(ProofFailure):
        verify_proof(proof_of(signer, 1, 2), b"\x01", str(other.verifier))


@given(st.text(max_size=200) | st.text(max_size=99).map(lambda t: f"c2sp.org/tlog-proof@v1\n{t}"))
def test_any_text_gives_only_our_error(text: str) -> None:
    with pytest.raises(ProofFailure):
        verify_proof(text, b"", VKEY)


@pytest.mark.parametrize("index", ["05", "+5", "-5", "5 ", "\u0665", "5" * 40, ""])
def test_a_proof_writes_its_index_plainly(signer: Signer, index: str) -> None:
    text = proof_of(signer, 5, 9)
    verify_proof(text, b"\x05", str(signer.verifier))
    with pytest.raises(ProofFailure):
        verify_proof(text.replace("index 5\n", f"index {index}\n"), b"\x05", str(signer.verifier))

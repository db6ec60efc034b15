"""Offline inclusion proofs in the text form ``c2sp.org/tlog-proof@v1``."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

from lawful.evidence.failures import broken
from lawful.evidence.notes import VerifierKey, strict_base64
from lawful.evidence.policy import Policy, open_witnessed
from lawful.evidence.tree import leaf_hash, root_from_path

_HEADER = "c2sp.org/tlog-proof@v1"


def format_proof(index: int, path: Sequence[bytes], note: bytes) -> str:
    """The text of a proof: index, hashes, checkpoint."""
    hashes = "".join(f"{b64encode(hashed).decode()}\n" for hashed in path)
    return f"{_HEADER}\nindex {index}\n{hashes}\n{note.decode()}"


def verify_proof(
    text: str, leaf: bytes, vkey: str, *, policy: Policy | None = None, file: str = ""
) -> None:
    """Check that ``leaf`` stands in the log whose key is ``vkey``, where the proof says.

    With a policy the witnesses' quorum must have signed the proof's checkpoint; without one, no
    witness's line may stand there.

    Raises: ProofFailure: it does not.
    """
    verifier = VerifierKey.parse(vkey.removesuffix("\n"))
    try:
        index, path, note = _parse(text)
    except ValueError as error:
        raise broken("proof", f"the proof is malformed: {error}", file=file) from None
    head = open_witnessed(note, verifier, policy, file=file or "checkpoint")
    if root_from_path(leaf_hash(leaf), index, head.size, path) != head.root:
        raise broken(
            "proof", f"the proof does not lead from this leaf, at {index}, to the root", file=file
        )


def _parse(text: str) -> tuple[int, list[bytes], bytes]:
    top, blank, note = text.partition("\n\n")
    lines = top.split("\n")
    if not blank or lines[0] != _HEADER or len(lines) < 2:
        raise ValueError("it lacks its header, its index or its checkpoint")
    word, _, number = lines[1].partition(" ")
    if word != "index" or not (number.isascii() and number.isdigit()):
        raise ValueError("its index is not a plain number")
    if len(number) > 16 or str(int(number)) != number or len(lines) > 66:
        raise ValueError("its index or its path is too long")
    path = [strict_base64(line) for line in lines[2:]]
    if any(len(hashed) != 32 for hashed in path):
        raise ValueError("a hash has the wrong length")
    return int(number), path, note.encode()

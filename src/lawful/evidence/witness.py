"""A witness: cosigns a log's checkpoint only if it goes on from the last that it has seen."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs

from lawful.evidence.disk import Disk
from lawful.evidence.failures import unwritable
from lawful.evidence.keys import private_key
from lawful.evidence.notes import (
    Checkpoint,
    VerifierKey,
    open_note,
    origin_of,
    strict_base64,
)
from lawful.evidence.tree import consistent
from lawful.terms.errors import ProofFailure

SIZE_TYPE = "text/x.tlog.size"
BODY_MAX = 64 * 1024
_PROOF_MAX = 63
_OLD = re.compile(r"old (0|[1-9][0-9]{0,15})")


@attrs.frozen
class Answer:
    """Status, text and media type."""

    status: int
    text: str = ""
    media: str = "text/plain; charset=utf-8"


class WitnessServer:
    """The state of a witness in a folder: its key, and the last checkpoint of each log.

    ``logs`` maps an origin to the log's key. What it signs is durable before it answers.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        logs: Mapping[str, VerifierKey],
        *,
        now: Callable[[], int],
        disk: Disk | None = None,
    ) -> None:
        self._folder, self._logs, self._now = folder.absolute(), dict(logs), now
        self._disk = disk or Disk()
        try:
            self._disk.adopt(self._folder)
            with self._disk.lock(self._folder / "witness.lock"):
                self._signer = private_key(self._folder / "witness-ed25519", name, self._disk)
        except OSError as error:
            raise unwritable(error) from None

    @property
    def vkey(self) -> VerifierKey:
        """The key for policies."""
        return self._signer.cosigner

    def add_checkpoint(self, body: bytes) -> Answer:
        """C2SP add-checkpoint: 200 with our line; 400, 403, 404, 409 (with the size), 422.

        Raises: EnvironmentFailure: what was signed cannot be kept; nothing is answered then.
        """
        try:
            old, proof, note = _parse(body)
        except ValueError as error:
            return Answer(400, f"{error}\n")
        verifier = self._logs.get(origin_of(note))
        if verifier is None:
            return Answer(404, "no such log is known here\n")
        try:
            head = open_note(note, verifier).checkpoint
        except ProofFailure as failure:
            return Answer(403, f"{failure.message}\n")
        if old > head.size:
            return Answer(400, "the old size is larger than the checkpoint's\n")
        try:
            with self._disk.lock(self._folder / "witness.lock"):
                return self._advance(verifier, old, proof, note, head)
        except OSError as error:
            raise unwritable(error) from None

    def _advance(
        self, verifier: VerifierKey, old: int, proof: list[bytes], note: bytes, head: Checkpoint
    ) -> Answer:
        path = self._folder / f"last-{verifier.key_id.hex()}"
        kept = self._disk.read(path)
        last = open_note(kept, verifier, file=path.name).checkpoint if kept else None
        size = last.size if last else 0
        if old != size or (last and last.size == head.size and last.root != head.root):
            return Answer(409, f"{size}\n", SIZE_TYPE)
        if not consistent(old, last.root if last else b"", head.size, head.root, proof):
            return Answer(422, "the proof does not lead from the old checkpoint to this one\n")
        self._disk.write_all({path: note})
        return Answer(200, self._signer.cosign(head, self._now()))


def _parse(body: bytes) -> tuple[int, list[bytes], bytes]:
    top, blank, note = body.partition(b"\n\n")
    lines = top.decode().split("\n")
    old = _OLD.fullmatch(lines[0])
    if not blank or old is None or len(lines) > 1 + _PROOF_MAX:
        raise ValueError("it is not an old size, up to 63 hashes, an empty line and a checkpoint")
    proof = [strict_base64(line) for line in lines[1:]]
    if any(len(each) != 32 for each in proof):
        raise ValueError("a hash has the wrong length")
    return int(old[1]), proof, note

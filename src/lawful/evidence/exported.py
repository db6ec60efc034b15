"""What an export adds to a log's own files: a README and proofs. Pure."""

from __future__ import annotations

import re

from lawful.evidence.failures import broken
from lawful.evidence.notes import Checkpoint, VerifierKey

README = "README.md"
_PROOF = re.compile(r"proofs/(0|[1-9][0-9]{0,15})\.tlog-proof")

_TEXT = """\
# Evidence of {origin}

This folder is a complete copy of a tamper-evident log of {size} entries. It verifies with no
network: `lawful evidence verify .`

- Verifier key: `{vkey}`
- Root over all entries (SHA-256, RFC 6962): `{root}`

Hold the verifier key against one that you had from elsewhere: whoever made this folder chose the
one above. This copy was not compared with the second place, where the log's owner keeps the
last checkpoint.

| file | format |
|---|---|
| `checkpoint` | C2SP tlog-checkpoint, a signed note (Ed25519) |
| `tile/<level>/<n>` | C2SP tlog-tiles: hashes |
| `tile/entries/<n>` | C2SP tlog-tiles: entry bundles; each entry is canonical JSON |
| `payload/<xx>/<commitment>.json` | what an entry commits to, and its salt (below) |
| `proofs/<index>.tlog-proof` | C2SP tlog-proof of one entry, if any were asked for |

A commitment is SHA-256 over `lawful-commitment/v1`, a zero byte, the salt (32 bytes) and the
payload as it stands in its file.
"""


def readme(head: Checkpoint, verifier: VerifierKey) -> bytes:
    """The text of an export's README; a function of its checkpoint, so that it verifies too."""
    return _TEXT.format(
        origin=head.origin, size=head.size, vkey=verifier, root=head.root.hex()
    ).encode()


def check_readme(data: bytes, head: Checkpoint, verifier: VerifierKey) -> None:
    """An export's README says what its checkpoint says."""
    if data != readme(head, verifier):
        raise broken("readme", "the README does not describe this log", file=README)


def proof_path(index: int) -> str:
    """Where an export keeps the proof of an entry."""
    return f"proofs/{index}.tlog-proof"


def is_proof(name: str) -> bool:
    """Whether a file is named as a proof."""
    return _PROOF.fullmatch(name) is not None


def proof_index(name: str) -> int:
    """The entry that a proof's file is named for."""
    return int(name.removeprefix("proofs/").removesuffix(".tlog-proof"))

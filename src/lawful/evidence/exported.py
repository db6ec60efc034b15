"""What an export adds to a log's own files: a README, proofs, a verifier."""

from __future__ import annotations

import re
from hashlib import sha256
from importlib.resources import files

from lawful.evidence.failures import broken
from lawful.evidence.notes import Checkpoint, VerifierKey

README = "README.md"
VERIFIER = "verify.py"
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
| `payload/<n>/<offset>.jsonl` | what entries of bundle n commit to, with salts (below) |
| `proofs/<index>.tlog-proof` | C2SP tlog-proof of one entry, if any were asked for |

A commitment is SHA-256 over `lawful-commitment/v1`, a zero byte, the salt (32 bytes) and the
payload as it stands in its line. (Older logs have `payload/<xx>/<commitment>.json`, one each.)
"""


_VERIFIER_TEXT = """
`verify.py` verifies this folder without Lawful, and needs Python and nothing else: `python3
verify.py .` Its SHA-256 is `{digest}`. A program that comes with what it checks proves
little: take the same file from Lawful's source, `src/lawful/evidence/standalone.py`.
"""


def readme(head: Checkpoint, verifier: VerifierKey, program: bytes | None = None) -> bytes:
    """The text of an export's README; a function of what it describes, so that it verifies too."""
    text = _TEXT.format(origin=head.origin, size=head.size, vkey=verifier, root=head.root.hex())
    if program is not None:
        text += _VERIFIER_TEXT.format(digest=sha256(program).hexdigest())
    return text.encode()


def check_readme(
    data: bytes, head: Checkpoint, verifier: VerifierKey, program: bytes | None = None
) -> None:
    """An export's README says what its checkpoint and its verifier (``program``) are."""
    if data != readme(head, verifier, program):
        raise broken("readme", "the README does not describe this export", file=README)


def program() -> bytes:
    """The verifier that goes along with an export."""
    return files("lawful.evidence").joinpath("standalone.py").read_bytes()


def proof_path(index: int) -> str:
    """Where an export keeps the proof of an entry."""
    return f"proofs/{index}.tlog-proof"


def is_proof(name: str) -> bool:
    """Whether a file is named as a proof."""
    return _PROOF.fullmatch(name) is not None


def proof_index(name: str) -> int:
    """The entry that a proof's file is named for."""
    return int(name.removeprefix("proofs/").removesuffix(".tlog-proof"))

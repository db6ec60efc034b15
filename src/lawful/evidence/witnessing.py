"""Asking witnesses to cosign: the client's side of C2SP tlog-witness."""

from __future__ import annotations

import http.client
import ssl
from base64 import b64encode
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import attrs

from lawful.evidence.notes import Checkpoint, VerifierKey, open_note, parse_line
from lawful.evidence.policy import Policy, Witness
from lawful.evidence.tree import consistency_path
from lawful.terms.errors import EnvironmentFailure, ProofFailure

SizedTiles = Callable[[int, int, int], Sequence[bytes]]
"""``(level, n, size)`` to the hashes of that tile in a tree of ``size`` entries."""

Post = Callable[[str, bytes], tuple[int, bytes]]
"""Sends a body to an address; answers with status and body. Raises ``OSError``."""

_TIMEOUT_S = 5.0
_ANSWER_MAX = 64 * 1024
_ASKED_AT_ONCE = 8


def post(url: str, body: bytes) -> tuple[int, bytes]:
    """POST over HTTP or HTTPS; no redirects, nothing read beyond 64 KiB.

    Raises: OSError: the witness cannot be reached, or says nothing sensible.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    link = (
        http.client.HTTPSConnection(
            host, port, timeout=_TIMEOUT_S, context=ssl.create_default_context()
        )
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S)
    )
    try:
        link.request("POST", parts.path, body, {"content-type": "text/plain"})
        answer = link.getresponse()
        return answer.status, answer.read(_ANSWER_MAX)
    except http.client.HTTPException as error:
        raise OSError(f"{type(error).__name__}") from None
    finally:
        link.close()


def request_body(old: int, proof: Sequence[bytes], note: bytes) -> bytes:
    """The body of add-checkpoint."""
    hashes = "".join(f"{b64encode(each).decode()}\n" for each in proof)
    return f"old {old}\n{hashes}\n".encode() + note


@attrs.define
class Cosigner:
    """Gathers the cosignatures that a policy asks for; without a policy, none."""

    policy: Policy | None = None
    verifier: VerifierKey | None = None
    send: Post = post
    _last: dict[str, int] = attrs.Factory(dict)

    def cosigned(self, note: bytes, head: Checkpoint, tile: SizedTiles) -> bytes:
        """The note with the witnesses' lines below.

        Raises: EnvironmentFailure: the policy's quorum is not reached, so nothing is published.
        """
        if self.policy is None or not head.size:
            return note
        asked = [each for each in self.policy.witnesses.values() if each.url]
        with ThreadPoolExecutor(_ASKED_AT_ONCE) as pool:
            lines = list(pool.map(lambda one: self._ask(one, note, head, tile), asked))
        signed = {one.name for one, line in zip(asked, lines, strict=True) if line}
        if not self.policy.satisfied(signed):
            raise EnvironmentFailure(
                f"only {len(signed)} of {len(asked)} witnesses signed: no quorum; "
                "nothing is published, so nothing is given",
                code="evidence.quorum",
                hint="see why witnesses do not answer; the log goes on by itself when they do",
            )
        return note + "".join(line for line in lines if line).encode()

    def satisfied(self, shown: bytes) -> bool:
        """Whether a published note has a quorum, and no line that the policy does not know."""
        if self.verifier is None:
            return True
        found = open_note(shown, self.verifier)
        if self.policy is None:
            return not found.others
        try:
            signed = self.policy.signed(found)
        except ProofFailure:
            return False
        return not found.checkpoint.size or self.policy.satisfied(signed)

    def _ask(self, one: Witness, note: bytes, head: Checkpoint, tile: SizedTiles) -> str:
        """One witness's line, or nothing; asks again if it knows another size than we thought."""
        old = self._last.get(one.name, 0)
        for _ in range(2):
            if old > head.size:
                return ""
            proof = consistency_path(lambda level, n: tile(level, n, head.size), old, head.size)
            try:
                status, body = self.send(
                    f"{one.url}/add-checkpoint", request_body(old, proof, note)
                )
                if status == 409:
                    old = int(body.decode())
                    continue
                if status != 200:
                    return ""
                for text in body.decode().split("\n")[:-1]:
                    if parse_line(text).cosigns(head, one.key):
                        self._last[one.name] = head.size
                        return f"{text}\n"
            except (OSError, ValueError):
                return ""
        return ""

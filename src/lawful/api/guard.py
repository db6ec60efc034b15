"""What every request passes: its host, its caller, its id; and what every response carries."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lawful.terms.errors import EnvironmentFailure, Location, UsageError

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
REQUEST_ID = "x-request-id"
OPEN = ("/healthz", "/readyz", "/.well-known/authzen-configuration")
"""Paths that ask for no token: they tell nothing of data or decisions."""
TOKEN_LETTERS_MIN = 32


def message(status: int, text: str) -> Response:
    """An error as the specification gives it: a status and a message string."""
    body = json.dumps(text, ensure_ascii=False).encode()
    return Response(body, status_code=status, media_type="application/json")


def read_token(path: Path) -> bytes:
    """The SHA-256 of the token in a file.

    Raises: EnvironmentFailure: it cannot be read. UsageError: others may read it, or it is too short.
    """
    where = Location(file=str(path))
    try:
        if path.stat().st_mode & 0o077:
            raise UsageError(
                "Others may read the token file.",
                code="api.token_file",
                location=where,
                hint=f"chmod 600 {path}",
            )
        token = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise EnvironmentFailure(
            f"The token file cannot be read: {str(error.strerror).lower()}.",
            code="api.token_file",
            location=where,
        ) from None
    except UnicodeDecodeError:
        raise UsageError(
            "The token file is not text.", code="api.token_file", location=where
        ) from None
    if len(token) < TOKEN_LETTERS_MIN or not token.isascii() or " " in token:
        raise UsageError(
            f"The token is not one word of at least {TOKEN_LETTERS_MIN} letters.",
            code="api.token_file",
            location=where,
            hint="openssl rand -hex 32 > FILE && chmod 600 FILE",
        )
    return hashlib.sha256(token.encode()).digest()


class Guard:
    """ASGI middleware. A host that we are not: 421; a caller who is not known: 401; ids are echoed."""

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str], token: bytes | None) -> None:
        self._app, self._token = app, token
        self._hosts = frozenset(each.lower() for each in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = headers.get(REQUEST_ID)

        async def guarded(out: Message) -> None:
            if out["type"] == "http.response.start":
                found = MutableHeaders(scope=out)
                found["cache-control"] = "no-store"
                found["x-content-type-options"] = "nosniff"
                if request_id is not None:
                    found[REQUEST_ID] = request_id
            await send(out)

        refusal = self._refusal(scope["path"], headers)
        await (refusal or self._app)(scope, receive, guarded)

    def _refusal(self, path: str, headers: Headers) -> Response | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or host_of(hosts[0]) not in self._hosts:
            return message(421, "This is not the host that you name.")
        if self._token is None or any(path == each or path.startswith(f"{each}/") for each in OPEN):
            return None
        if self._known(headers.getlist("authorization")):
            return None
        refused = message(401, "Send the token of this door: Authorization: Bearer ….")
        refused.headers["www-authenticate"] = "Bearer"
        return refused

    def _known(self, said: list[str]) -> bool:
        scheme, _, token = said[0].partition(" ") if len(said) == 1 else ("", "", "")
        digest = hashlib.sha256(token.strip().encode("latin-1", "replace")).digest()
        return scheme.lower() == "bearer" and hmac.compare_digest(digest, self._token or b"")


def host_of(header: str) -> str:
    """The name in a Host header, without a port that is a number; empty if it is none.

    >>> host_of("LOCALHOST:8421"), host_of("[::1]:1"), host_of("127.0.0.1:80@evil.example")
    ('localhost', '[::1]', '')
    """
    name, colon, port = header.rpartition(":")
    if not colon or header.endswith("]"):
        return header.lower()
    return name.lower() if port.isascii() and port.isdigit() else ""

"""What every request passes before a page sees it, and what every response carries."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = ("127.0.0.1", "localhost")
SAFE = ("GET", "HEAD", "OPTIONS")

HEADERS = {
    "content-security-policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


def check_host(host: str, allowed: Iterable[str]) -> str | None:
    """A refusal if the Host header names a machine that this console is not; else nothing.

    >>> check_host("127.0.0.1:8420", HOSTS) is None, check_host("evil.example", HOSTS)
    (True, 'host')
    """
    name, colon, port = host.partition(":")
    known = name.lower() in allowed and (not colon or (port.isascii() and port.isdigit()))
    return None if known else "host"


def check_origin(method: str, headers: Headers) -> str | None:
    """A refusal if a request that changes something comes from another site; else nothing.

    Browsers say so in ``Sec-Fetch-Site``; older ones in ``Origin``. A program sends neither.
    """
    if method in SAFE:
        return None
    site = headers.get("sec-fetch-site")
    if site is not None:
        return None if site in ("same-origin", "none") else "cross_site"
    origin = headers.get("origin")
    if origin is None or urlsplit(origin).netloc == headers.get("host"):
        return None
    return "cross_site"


def from_elsewhere(headers: Headers) -> bool:
    """Was this address opened by a page of another site?"""
    return headers.get("sec-fetch-site") in ("cross-site", "same-site")


class Safety:
    """ASGI middleware: host and origin are checked, headers set, no answer kept by a cache."""

    def __init__(self, app: ASGIApp, *, refuse: ASGIApp, hosts: Iterable[str] = HOSTS) -> None:
        self._app, self._refuse = app, refuse
        self._hosts = tuple(each.lower() for each in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with a refusal."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        refusal = check_host(hosts[0], self._hosts) if len(hosts) == 1 else "host"
        refusal = refusal or check_origin(scope["method"], headers)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                found = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    found[name] = value
                found.setdefault("cache-control", "no-store")
            await send(message)

        if refusal is not None:
            scope.setdefault("state", {})["refusal"] = refusal
            await self._refuse(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)

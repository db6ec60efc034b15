"""The application: raw routes, strict JSON in, AuthZEN answers out; served on loopback only."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from lawful.api.answering import SUPPORTED_OBLIGATIONS, LawfulPdp
from lawful.api.guard import LOOPBACK, Guard, message, read_token
from lawful.api.pdp import Pdp
from lawful.api.protocol import evaluate, evaluate_many, search
from lawful.api.question import Malformed
from lawful.evidence import metrics
from lawful.gate.listening import Listening
from lawful.terms.errors import EnvironmentFailure, LawfulError, ProofFailure, UsageError

if TYPE_CHECKING:
    from lawful.gate.deployment import Deployment

_LOG = logging.getLogger("lawful.api")
BODY_BYTES_MAX = 1024 * 1024
WELL_KNOWN = "/.well-known/authzen-configuration"
CALLS: dict[str, tuple[str, Callable[[Pdp, object], dict[str, Any]]]] = {
    "access_evaluation_endpoint": ("/access/v1/evaluation", evaluate),
    "access_evaluations_endpoint": ("/access/v1/evaluations", evaluate_many),
    "search_subject_endpoint": (
        "/access/v1/search/subject",
        lambda pdp, payload: search(pdp, "subject", payload),
    ),
    "search_resource_endpoint": (
        "/access/v1/search/resource",
        lambda pdp, payload: search(pdp, "resource", payload),
    ),
    "search_action_endpoint": (
        "/access/v1/search/action",
        lambda pdp, payload: search(pdp, "action", payload),
    ),
}
"""Metadata key → path and answer."""
Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(
    deployment: Deployment, *, base_url: str = "", token: bytes | None = None
) -> Starlette:
    """The door of a deployment; ``base_url`` is the https address by which callers know it.

    Raises: UsageError: the address is not one.
    """
    return create_door(LawfulPdp(deployment), base_url=base_url, token=token)


def create_door(pdp: Pdp, *, base_url: str = "", token: bytes | None = None) -> Starlette:
    """The protocol over any decider.

    Raises: UsageError: the address is not https, or has a query or fragment.
    """
    base = check_base(base_url)
    hosts = [*LOOPBACK, *([_host(base)] if base else [])]
    routes = [Route(path, _call(pdp, answer), methods=["POST"]) for path, answer in CALLS.values()]
    routes += [
        Route("/healthz", _healthz),
        Route("/readyz", partial(_readyz, pdp)),
        Route("/metrics", _metrics),
        Route(WELL_KNOWN + "{path:path}", partial(_metadata, base)),
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Guard, hosts=hosts, token=token)],
        exception_handlers={HTTPException: _not_served, LawfulError: _failed, Exception: _broken},
    )
    app.router.redirect_slashes = False  # it would send callers to the address that they asked
    return app


def serve(
    deployment: Deployment,
    host: str = "127.0.0.1",
    port: int = 8421,
    *,
    base_url: str = "",
    token_file: Path | None = None,
    ready: Callable[[], None] | None = None,
) -> None:
    """Serve until interrupted, on loopback only; ``ready`` is called once it listens. Requests are not logged.

    Raises: UsageError: the host is not this machine's own, or callers from elsewhere would not be known.
    """
    check_host(host)
    check_callers(base_url, token_file)
    token = read_token(token_file) if token_file else None
    app = create_app(deployment, base_url=base_url, token=token)
    Listening(app, host, port, ready, warm=deployment.warm).run()


def check_host(host: str) -> None:
    """Refuse to listen anywhere but on this machine's own address.

    Raises: UsageError: with the reason.
    """
    if host not in ("127.0.0.1", "localhost", "::1"):
        raise UsageError(
            f"This door speaks plain HTTP, and '{host}' can be reached from other machines: whoever listens on "
            "the way would read facts and tokens.",
            code="api.host",
            hint="Listen on 127.0.0.1, put a TLS proxy before it, and name its address: "
            "--base-url https://… --token-file FILE",
        )


def check_callers(base_url: str, token_file: Path | None) -> None:
    """Refuse an address for callers elsewhere without a token to know them by.

    Raises: UsageError: with the reason.
    """
    if base_url and token_file is None:
        raise UsageError(
            "With an address for callers from elsewhere the door must know them.",
            code="api.token",
            hint="openssl rand -hex 32 > FILE && chmod 600 FILE, then --token-file FILE",
        )


def check_base(base_url: str) -> str:
    """The address by which callers know the door, without a closing slash; empty if there is none.

    Raises: UsageError: it is not https, or has a query, a fragment or a name in it.
    """
    if not base_url:
        return ""
    try:
        parts = urlsplit(base_url)
        good = parts.scheme == "https" and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.query or parts.fragment or parts.username or parts.password:
        raise UsageError(
            "The base address is not one: https, a host, perhaps a path; no query, no fragment.",
            code="api.base_url",
            hint="--base-url https://lawful.example.com",
        )
    return base_url.rstrip("/")


def _host(base: str) -> str:
    host = urlsplit(base).hostname or ""
    return f"[{host}]" if ":" in host else host


def _call(pdp: Pdp, answer: Callable[[Pdp, object], dict[str, Any]]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        payload = await read_json(request)
        return _json(await run_in_threadpool(answer, pdp, payload))

    return endpoint


async def read_json(request: Request) -> object:
    """The body as JSON: UTF-8, no name twice in an object, nothing that is not a number.

    Raises: Malformed: it is not that. HTTPException: it is too large.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Malformed("The Content-Type is not application/json.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise HTTPException(413)
    if not body:
        raise Malformed("The request has no body.")
    try:
        text = body.decode("utf-8")
        found: object = json.loads(text, object_pairs_hook=_pairs, parse_constant=_constant)
        if "\\u" in text:
            json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Malformed("The body is not JSON in UTF-8, or names something twice.") from None
    return found


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _constant(name: str) -> object:
    raise ValueError(name)


def _json(content: object) -> Response:
    body = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(body.encode(), media_type="application/json")


async def _healthz(request: Request) -> Response:
    del request
    return PlainTextResponse("ok\n")


async def _readyz(pdp: Pdp, request: Request) -> Response:
    """Ready: the book is built and the evidence log can be read."""
    del request
    return _json(
        {"ready": True, "version": pdp.version(), "evidence": await run_in_threadpool(pdp.size)}
    )


async def _metrics(request: Request) -> Response:
    """Figures for Prometheus: counts and durations, nothing of what was asked."""
    del request
    return Response(metrics.exposition(), headers={"content-type": metrics.MEDIA_TYPE})


async def _metadata(base: str, request: Request) -> Response:
    """What this door offers, under the address that it was given; never under the one that was asked."""
    if not base:
        return message(
            404,
            "This door was given no https address to announce: lawful serve --door api --base-url https://…",
        )
    if request.path_params["path"].rstrip("/") != urlsplit(base).path:
        raise HTTPException(404)
    found: dict[str, Any] = {"policy_decision_point": base}
    found |= {key: base + path for key, (path, _) in CALLS.items()}
    return _json({**found, "supported_obligations": list(SUPPORTED_OBLIGATIONS)})


async def _not_served(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, HTTPException)
    told = {
        404: "There is nothing at this address.",
        405: "This address takes POST."
        if "POST" in (error.headers or {}).get("Allow", "")
        else "Use GET.",
        413: f"The body is larger than {BODY_BYTES_MAX} bytes.",
    }
    return message(error.status_code, told.get(error.status_code, "This cannot be served."))


async def _failed(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, LawfulError)
    if isinstance(error, UsageError):
        return message(400, f"{error.message} {error.hint}".strip())
    if isinstance(error, (EnvironmentFailure, ProofFailure)):
        _LOG.error("no answer: %s", error)
        return message(
            503, f"There is no answer, because it cannot be proved later: {error.message}"
        )
    return await _broken_answer(error)


async def _broken(request: Request, error: Exception) -> Response:
    del request
    return await _broken_answer(error)


async def _broken_answer(error: Exception) -> Response:
    _LOG.error("a question broke: %s", type(error).__name__, exc_info=error)
    return message(500, "This is a fault of Lawful, not yours; there is no decision.")

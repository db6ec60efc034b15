"""The application: pages found, requests parsed, contexts rendered, refusals told."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from lawful.console.background import BACKGROUND
from lawful.console.discovery import Page, pages, tabs
from lawful.console.language import choose, languages
from lawful.console.page import (
    PREFERENCES,
    Answer,
    Download,
    Elsewhere,
    Frame,
    Preferences,
    Shown,
    Visit,
    Way,
    plain,
)
from lawful.console.problem import Problem, problem_from, problem_of, refusal
from lawful.console.rendering import assets, environment
from lawful.console.safety import HOSTS, Safety, from_elsewhere
from lawful.evidence import metrics
from lawful.gate.listening import Listening
from lawful.terms.errors import LawfulError

if TYPE_CHECKING:
    from lawful.gate.deployment import Deployment

_LOG = logging.getLogger("lawful.console")
_FORM_BYTES_MAX = 256 * 1024
_YEAR = 365 * 24 * 3600
_THEMES = ("light", "dark")
Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(deployment: Deployment, *, hosts: Iterable[str] = HOSTS) -> Starlette:
    """The console of a deployment, answering to ``hosts`` only."""
    routes = [
        Route("/", _home),
        Route("/healthz", _healthz),
        Route("/readyz", _readyz),
        Route("/metrics", _metrics),
        Route("/static/{name}", _static),
    ]
    ways = [(page, way) for page in pages() for way in page.ways]
    ways.sort(key=lambda each: "{" in each[1].path)  # a path written out goes before a pattern
    routes += [
        Route(way.path, _endpoint(page, way), methods=list(way.methods)) for page, way in ways
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Safety, refuse=_refused, hosts=hosts)],
        exception_handlers={HTTPException: _not_served, LawfulError: _failed, Exception: _broken},
    )
    app.state.deployment = deployment
    return app


def serve(
    deployment: Deployment,
    host: str = "127.0.0.1",
    port: int = 8420,
    *,
    ready: Callable[[], None] | None = None,
) -> None:
    """Serve until interrupted; ``ready`` is called once it listens. Requests are not logged."""
    hosts = HOSTS if host in HOSTS else (*HOSTS, host)
    app = create_app(deployment, hosts=hosts)
    try:
        Listening(app, host, port, ready, warm=lambda: deployment.decider).run()
    finally:
        BACKGROUND.stop()


async def _home(request: Request) -> Response:
    del request
    return RedirectResponse("/ask?example=1", status_code=303)


async def _healthz(request: Request) -> Response:
    del request
    return PlainTextResponse("ok\n")


async def _readyz(request: Request) -> Response:
    """Ready: the book is built and the evidence log can be written now."""
    deployment: Deployment = request.app.state.deployment
    try:
        size = await run_in_threadpool(deployment.evidence.probe)
    except LawfulError as error:
        return JSONResponse({"ready": False, "code": error.code}, status_code=503)
    return JSONResponse({"ready": True, "book": deployment.book.hash, "evidence": size})


async def _metrics(request: Request) -> Response:
    """Figures for Prometheus: counts and durations, nothing of what was asked."""
    del request
    return Response(metrics.exposition(), headers={"content-type": metrics.MEDIA_TYPE})


async def _static(request: Request) -> Response:
    asset = assets().get(request.path_params["name"])
    if asset is None:
        raise HTTPException(404)
    return Response(
        asset.content,
        media_type=asset.media_type,
        headers={"cache-control": "no-cache", "etag": asset.etag},
    )


def _endpoint(page: Page, way: Way) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        visit = await _visit(request)
        answer = await run_in_threadpool(way.handler, visit)
        return _response(request, visit, answer, page.name)

    return endpoint


async def _visit(request: Request) -> Visit:
    fields = list(request.query_params.multi_items())
    if request.method == "POST":
        if int(request.headers.get("content-length") or 0) > _FORM_BYTES_MAX:
            raise HTTPException(413)
        form = await request.form(max_files=0, max_fields=400, max_part_size=_FORM_BYTES_MAX)
        fields += [(key, value) for key, value in form.multi_items() if isinstance(value, str)]
    return _visit_of(request, tuple(fields))


def _visit_of(request: Request, fields: tuple[tuple[str, str], ...]) -> Visit:
    preferences = _preferences(request)
    return Visit(
        deployment=request.app.state.deployment,
        path=request.scope["path"],
        method=request.method,
        fields=fields,
        words=languages()[preferences.lang],
        preferences=preferences,
        params=dict(request.path_params),
        elsewhere=from_elsewhere(request.headers),
    )


def _preferences(request: Request) -> Preferences:
    def wish(name: str) -> str:
        return request.query_params.get(name) or request.cookies.get(name, "")

    lang = choose(
        request.query_params.get("lang", ""),
        request.cookies.get("lang", ""),
        accepted=request.headers.get("accept-language", ""),
        known=languages(),
    )
    theme = wish("theme")
    return Preferences(
        lang=lang,
        theme=theme if theme in _THEMES else "",
        keys="off" if wish("keys") == "off" else "on",
    )


def _response(request: Request, visit: Visit, answer: Answer, page: str) -> Response:
    if isinstance(answer, Elsewhere):
        return RedirectResponse(answer.to, status_code=303)
    if isinstance(answer, Download):
        return PlainTextResponse(
            answer.text, headers={"content-disposition": f'attachment; filename="{answer.name}"'}
        )
    response = _json(visit, answer, page) if wants_json(request) else _html(visit, answer, page)
    response.headers["vary"] = "Accept, Accept-Language, Cookie"
    response.headers["content-language"] = visit.lang
    for name in PREFERENCES:
        if name in request.query_params:
            response.set_cookie(
                name, getattr(visit.preferences, name), max_age=_YEAR, httponly=True, samesite="lax"
            )
    return response


def wants_json(request: Request) -> bool:
    """Was the JSON twin asked for: ``?format=json``, or an ``Accept`` that takes no HTML?"""
    accept = request.headers.get("accept", "")
    return request.query_params.get("format") == "json" or (
        "application/json" in accept and "text/html" not in accept
    )


def _json(visit: Visit, answer: Shown, page: str) -> Response:
    body = {"page": page, "lang": visit.lang, **plain(answer.context)}
    return Response(
        json.dumps(body, ensure_ascii=False, allow_nan=False),
        status_code=answer.status,
        media_type="application/json",
    )


def _html(visit: Visit, answer: Shown, page: str) -> Response:
    template = environment(visit.lang).get_template(answer.template)
    text = template.render(page=answer.context, frame=_frame(visit, page))
    return Response(text, status_code=answer.status, media_type="text/html")


def _frame(visit: Visit, page: str) -> Frame:
    own = next((each for each in pages() if each.name == page), None)
    deployment = visit.deployment
    return Frame(
        preferences=visit.preferences,
        tab=own.tab.name if own and own.tab else own.under if own else "",
        tabs=tabs(),
        path=_get_path(visit, own),
        fields=visit.fields,
        rulebook=deployment.book.name,
        sample=is_sample(deployment),
        languages={lang: words.name for lang, words in languages().items()},
    )


def _get_path(visit: Visit, own: Page | None) -> str:
    """The address under which this page can be had again: a posted one's own tab."""
    if visit.method == "POST" and own and own.tab:
        return own.tab.path
    return visit.path


def is_sample(deployment: Deployment) -> bool:
    """Does this deployment hold the made-up sample platform?"""
    return "sample" in deployment.config.stores


async def _refused(scope: Scope, receive: Receive, send: Send) -> None:
    """A request that did not pass: the plainest answer, which says nothing of the deployment."""
    found = refusal(scope["state"]["refusal"])
    await PlainTextResponse(f"{found.sentence}\n{found.hint}\n", status_code=found.status)(
        scope, receive, send
    )


async def _not_served(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _problem_page(request, problem_of(error.status_code, _preferences(request).lang))


async def _failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, LawfulError)
    return _problem_page(request, problem_from(error))


async def _broken(request: Request, error: Exception) -> Response:
    _LOG.error("a page broke: %s", type(error).__name__, exc_info=error)
    return _problem_page(request, problem_of(500, _preferences(request).lang))


def _problem_page(request: Request, found: Problem) -> Response:
    visit = _visit_of(request, tuple(request.query_params.multi_items()))
    shown = Shown(template="problem.html", context=found, status=found.status)
    return _response(request, visit, shown, "problem")

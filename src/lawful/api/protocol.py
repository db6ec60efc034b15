"""The three ways to ask, for any decider: one question, many, a search by pages."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from lawful.api.pdp import Pdp
from lawful.api.question import (
    DENY_FIRST,
    EXECUTE_ALL,
    Batch,
    Malformed,
    Question,
    Search,
    read_batch,
    read_question,
    read_search,
)


def evaluate(pdp: Pdp, payload: object) -> dict[str, Any]:
    """One decision.

    Raises: Malformed: it is no question. EnvironmentFailure: it cannot be recorded.
    """
    return _one(pdp, read_question(payload))


def evaluate_many(pdp: Pdp, payload: object) -> dict[str, Any]:
    """Many decisions in order, fewer where the first no (or yes) ends them; one if only one was asked.

    Raises: Malformed: the whole is no question. EnvironmentFailure: they cannot be recorded.
    """
    asked = read_batch(payload)
    if isinstance(asked, Question):
        return _one(pdp, asked)
    return {"evaluations": pdp.settle(_until(pdp, asked))}


def _one(pdp: Pdp, question: Question) -> dict[str, Any]:
    return pdp.settle([pdp.weigh(question)])[0]


def _until(pdp: Pdp, asked: Batch) -> list[Any]:
    weighed = []
    ends = asked.semantic != DENY_FIRST
    for item in asked.items:
        weighed.append(pdp.weigh(item))
        if asked.semantic != EXECUTE_ALL and weighed[-1].decision is ends:
            break
    return weighed


def search(pdp: Pdp, sought: str, payload: object) -> dict[str, Any]:
    """What of the sought kind may: each result was decided as the single question would be.

    Raises: Malformed: it is no search, or the token is another one's. EnvironmentFailure: it cannot be recorded.
    """
    asked = read_search(sought, payload)
    digest = _digest(pdp, asked)
    start = _start(asked.token, digest)
    results: list[dict[str, str]] = []
    weighed = []
    following = ""
    for number, question in enumerate(pdp.candidates(asked)):
        if number < start:
            continue
        found = pdp.weigh(question)
        if found.decision and asked.limit and len(results) == asked.limit:
            following = _token(number, digest)
            break
        weighed.append(found)
        if found.decision:
            results.append(_result(sought, question))
    context = pdp.settle_search(weighed)
    page = {"next_token": following, "count": len(results)}
    return {"page": page, "context": context, "results": results}


def _result(sought: str, question: Question) -> dict[str, str]:
    if sought == "action":
        return {"name": question.action.name}
    entity = question.subject if sought == "subject" else question.resource
    return {"type": entity.type, "id": entity.id}


def _digest(pdp: Pdp, asked: Search) -> str:
    """What a token belongs to: the search without its page, and the version of the answers."""
    question = asked.question
    parts = (
        asked.sought,
        *((each.type, each.id, each.properties) for each in (question.subject, question.resource)),
        (question.action.name, question.action.properties),
        question.context,
        pdp.version(),
    )
    text = json.dumps(parts, sort_keys=True, default=dict)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _token(number: int, digest: str) -> str:
    return base64.urlsafe_b64encode(f"{number}.{digest}".encode()).decode()


def _start(token: str, digest: str) -> int:
    if not token:
        return 0
    try:
        number, _, of = base64.urlsafe_b64decode(token.encode()).decode().partition(".")
        start = int(number)
    except ValueError:
        start, of = -1, ""
    if of != digest or start < 0:
        raise Malformed("'page.token' is not of this search: ask the same again, without a token.")
    return start

"""AuthZEN questions as they arrive, read strictly: one, many with defaults, or a search. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from lawful.terms.errors import UsageError

EXECUTE_ALL = "execute_all"
DENY_FIRST = "deny_on_first_deny"
PERMIT_FIRST = "permit_on_first_permit"
SEMANTICS = (EXECUTE_ALL, DENY_FIRST, PERMIT_FIRST)
ITEMS_MAX = 1_000
"""So many questions may come in one request."""
PAGE_MAX = 1_000
DAYS_MAX = 16
"""Of so many different days may the questions of one request be: for each day the law is made ready anew."""

NEEDS: Mapping[str, tuple[str, ...]] = {
    "subject": ("type", "id"),
    "action": ("name",),
    "resource": ("type", "id"),
}
"""What each entity must have. Fields that are not named here are ignored."""


class Malformed(UsageError):
    """A question that is not one (HTTP 400)."""

    code = "api.malformed"


@attrs.frozen(kw_only=True)
class Entity:
    """A subject or resource; ``id`` is empty where it is sought."""

    type: str
    id: str = ""
    properties: Mapping[str, Any] = attrs.field(factory=dict, hash=False)


@attrs.frozen(kw_only=True)
class Action:
    """What would be done; ``name`` is empty where it is sought."""

    name: str = ""
    properties: Mapping[str, Any] = attrs.field(factory=dict, hash=False)


@attrs.frozen(kw_only=True)
class Question:
    """May ``subject`` do ``action`` to ``resource``?"""

    subject: Entity
    action: Action
    resource: Entity
    context: Mapping[str, Any] = attrs.field(factory=dict, hash=False)


@attrs.frozen(kw_only=True)
class Batch:
    """Several questions, in order; a question that is not one stands as the error that it is."""

    items: tuple[Question | Malformed, ...]
    semantic: str = EXECUTE_ALL


@attrs.frozen(kw_only=True)
class Search:
    """A question of which one part is sought. ``limit`` 0: all that there is."""

    sought: str
    question: Question
    limit: int = 0
    token: str = ""


def read_question(payload: object) -> Question:
    """One question.

    Raises: Malformed: a part is missing, or not of its type.
    """
    return _question(_object(payload, "The request"), {})


def read_batch(payload: object) -> Batch | Question:
    """Several questions with their defaults; without any, the one question that the request then is.

    An item's entity stands in place of the whole default; only what an entity cannot do without
    (``type``, ``id``, ``name``) is taken from the default where the item lacks it.

    Raises: Malformed: the request as a whole is not one.
    """
    body = _object(payload, "The request")
    items = body.get("evaluations", [])
    if not isinstance(items, list):
        raise Malformed("'evaluations' is not an array of questions.")
    if not items:
        return _question(body, {})
    if len(items) > ITEMS_MAX:
        raise Malformed(f"There are {len(items)} evaluations; send at most {ITEMS_MAX} at once.")
    options = _object(body.get("options", {}), "'options'")
    semantic = options.get("evaluations_semantic", EXECUTE_ALL)
    if semantic not in SEMANTICS:
        raise Malformed(f"'evaluations_semantic' is none of {', '.join(SEMANTICS)}.")
    defaults = {key: body[key] for key in (*NEEDS, "context") if key in body}
    for name in NEEDS.keys() & defaults.keys():
        _check_fields(name, _object(defaults[name], f"'{name}'"))
    _object(defaults.get("context", {}), "'context'")
    questions = tuple(_item(each, defaults) for each in items)
    _check_days(questions)
    return Batch(items=questions, semantic=semantic)


def read_search(sought: str, payload: object) -> Search:
    """A search for subjects, resources or actions.

    Raises: Malformed: a part that is not sought is missing, or something is not of its type.
    """
    body = _object(payload, "The request")
    page = _object(body.get("page", {}), "'page'")
    limit, token = page.get("limit", 0), page.get("token", "")
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 0:
        raise Malformed("'page.limit' is not a whole number from 0.")
    if not isinstance(token, str):
        raise Malformed("'page.token' is not a text.")
    return Search(
        sought=sought,
        question=_question(body, {}, sought),
        limit=min(limit, PAGE_MAX),
        token=token,
    )


def _item(raw: object, defaults: Mapping[str, Any]) -> Question | Malformed:
    try:
        return _question(_object(raw, "The item"), defaults)
    except Malformed as error:
        return error


def _check_days(items: Iterable[Question | Malformed]) -> None:
    """Refuse a request that would have the law made ready for many days.

    Raises: Malformed: with their number.
    """
    said = (each.context.get("on") for each in items if isinstance(each, Question))
    days = {each.strip() for each in said if isinstance(each, str)}
    if len(days) > DAYS_MAX:
        raise Malformed(
            f"The evaluations are of {len(days)} different days (context.on); send at most {DAYS_MAX} at once."
        )


def _question(body: Mapping[str, Any], defaults: Mapping[str, Any], sought: str = "") -> Question:
    parts = {name: _part(name, body, defaults, sought) for name in NEEDS}
    subject, action, resource = (parts[name] for name in ("subject", "action", "resource"))
    context = body.get("context", defaults.get("context", {}))
    return Question(
        subject=Entity(**subject),
        action=Action(**action),
        resource=Entity(**resource),
        context=_object(context, "'context'"),
    )


def _part(
    name: str, body: Mapping[str, Any], defaults: Mapping[str, Any], sought: str
) -> dict[str, Any]:
    if sought == "action" == name:
        return {}
    if name not in body and name not in defaults:
        raise Malformed(f"The question has no '{name}': send {_shape(name)}.")
    found = dict(_object(body.get(name, defaults.get(name)), f"'{name}'"))
    default = defaults.get(name, {})
    needs = tuple(each for each in NEEDS[name] if sought != name or each != "id")
    for field in needs:
        if field not in found and field in default:
            found[field] = default[field]
        if field not in found:
            raise Malformed(f"'{name}' has no '{field}': send {_shape(name)}.")
    if sought == name:
        found.pop("id", None)
    _check_fields(name, found)
    return {key: found[key] for key in (*needs, "properties") if key in found}


def _check_fields(name: str, found: Mapping[str, Any]) -> None:
    for field in NEEDS[name]:
        if field in found and not isinstance(found[field], str):
            raise Malformed(f"'{name}.{field}' is not a text.")
    _object(found.get("properties", {}), f"'{name}.properties'")


def _object(raw: object, what: str) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise Malformed(f"{what} is not a JSON object.")
    return raw


def _shape(name: str) -> str:
    return "{" + ", ".join(f'"{each}": "…"' for each in NEEDS[name]) + "}"

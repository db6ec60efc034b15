"""Which facts of ours a question gives: names of the profile, and facts by their own name. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import attrs

from lawful.api.question import Question
from lawful.law.days import YEARS
from lawful.law.vocabulary import Vocabulary, nearest
from lawful.terms.errors import UsageError
from lawful.terms.values import Value

FACT_OF: Mapping[str, str] = {
    "subject.properties.country": "recipient_region",
    "action.properties.lawful_basis": "lawful_bases",
    "action.properties.recipient": "recipient_role",
    "action.properties.destination": "recipient_region",
    "resource.properties.data_categories": "data",
}
"""Names of the profile that stand for a fact of another name."""

OWN: Mapping[str, str] = {
    "subject.properties.legal_entity": "entity",
    "action.properties.activity": "activity",
    "context.activity": "activity",
    "context.on": "on",
    "context.rulebook": "rulebook",
    "context.detail": "detail",
    "resource.properties.sql": "sql",
}
"""Names that are no facts: which register entry, day, book or statement is meant."""

SUBJECT_FACTS = "context.data_subject"
CALLER_CAN = "context.supported_obligations"
DETAILS = ("full", "brief")


class Refused(UsageError):
    """A well-formed question that is answered *no* without a decision; ``status`` says which kind of no."""

    code = "api.refused"

    def __init__(self, status: int, message: str, *, code: str, hint: str = "") -> None:
        super().__init__(message, code=code, hint=hint)
        self.status = status


@attrs.frozen(kw_only=True)
class Given:
    """What a question gives. ``ignored``: names of the request that mean nothing here, as paths."""

    facts: Mapping[str, Value | None] = attrs.field(hash=False)
    own: Mapping[str, str] = attrs.field(hash=False)
    on: date | None = None
    brief: bool = False
    caller_can: frozenset[str] | None = None
    ignored: tuple[str, ...] = ()


def read_given(vocabulary: Vocabulary, question: Question) -> Given:
    """The facts that a question gives, checked by the vocabulary as typed ones are.

    A name that the vocabulary does not know is ignored: what it says stays unknown. ``null`` is unknown.

    Raises: Refused: an unknown action or value, a fact given twice with different values, a day that is none.
    """
    operation = _operation(vocabulary, question.action.name)
    facts: dict[str, Value | None] = {"operation": operation}
    own: dict[str, str] = {}
    ignored: list[str] = []
    for path, raw in _paths(question):
        name = FACT_OF.get(path) or path.rpartition(".")[2]
        if path in OWN:
            _agree(own, OWN[path], _text(path, raw), path)
        elif _is_fact(vocabulary, name):
            _agree(facts, name, _value(vocabulary, name, raw, path), path)
        else:
            ignored.append(path)
    detail = own.pop("detail", "full")
    if detail not in DETAILS:
        raise Refused(400, "'context.detail' is neither full nor brief.", code="api.detail")
    return Given(
        facts=facts,
        own=own,
        on=_day(own.pop("on", "")),
        brief=detail == "brief",
        caller_can=_caller_can(question.context.get("supported_obligations")),
        ignored=tuple(ignored),
    )


def _operation(vocabulary: Vocabulary, name: str) -> str:
    known = vocabulary.values_of("operation")
    if name not in known:
        raise Refused(
            404, f"There is no action '{name}'.", code="api.action", hint=nearest(name, known)
        )
    return name


def _paths(question: Question) -> Iterator[tuple[str, Any]]:
    """Each property and context member with its path; facts of the data subject stand one deeper."""
    for part in ("subject", "action", "resource"):
        for name, raw in getattr(question, part).properties.items():
            yield f"{part}.properties.{name}", raw
    for name, raw in question.context.items():
        path = f"context.{name}"
        if path == SUBJECT_FACTS:
            if not isinstance(raw, dict):
                raise Refused(400, f"'{path}' is not a JSON object of facts.", code="api.fact")
            yield from ((f"{path}.{each}", value) for each, value in raw.items())
        elif path != CALLER_CAN:
            yield path, raw


def _is_fact(vocabulary: Vocabulary, name: str) -> bool:
    """Is it a fact that a use knows? The moment is not: it is ``on``, or now."""
    return name != "at" and name in vocabulary.facts and vocabulary.knows_fact("use", name)


def _value(vocabulary: Vocabulary, name: str, raw: Any, path: str) -> Value | None:
    if isinstance(raw, (dict, float)):
        raise Refused(400, f"'{path}' is not a value of '{name}'.", code="api.fact")
    try:
        return vocabulary.close(name, vocabulary.convert(name, raw, "use"))
    except UsageError as error:
        raise Refused(400, f"'{path}': {error.message}", code="api.fact", hint=error.hint) from None


def _agree(found: dict[str, Any], name: str, value: Any, path: str) -> None:
    if name in found and found[name] != value:
        raise Refused(
            400,
            f"'{name}' is given twice, with different values; the second time as '{path}'.",
            code="api.twice",
            hint="Give it once.",
        )
    found[name] = value


def _text(path: str, raw: Any) -> str:
    if not isinstance(raw, str):
        raise Refused(400, f"'{path}' is not a text.", code="api.text")
    return raw


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        day = date.min
    if day is not None and day.year not in YEARS:
        raise Refused(400, "'context.on' is not a date such as 2026-11-24.", code="api.day")
    return day


def _caller_can(raw: Any) -> frozenset[str] | None:
    if raw is None:
        return None
    if not isinstance(raw, list) or not all(isinstance(each, str) for each in raw):
        raise Refused(400, f"'{CALLER_CAN}' is not an array of texts.", code="api.obligations")
    return frozenset(raw)

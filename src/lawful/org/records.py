"""Approved acts and documents as a file states them: ``[[record]]``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from pydantic import Field

from lawful.law.thing import Record
from lawful.law.vocabulary import Vocabulary
from lawful.org.document import Document, Shape, Step
from lawful.terms.errors import UsageError

RULE_ID = re.compile(r"[a-z][a-z0-9_]*(\.[A-Za-z0-9_-]+)+")


class RecordShape(Shape):
    """One ``[[record]]`` of a file."""

    rule: str
    done: datetime
    items: list[str] | None = None
    expires: date | None = None
    bound: dict[str, Any] = Field(default_factory=dict)
    label: str = ""


def records_from(
    document: Document, vocabulary: Vocabulary, shapes: Sequence[RecordShape], *path: Step
) -> tuple[Record, ...]:
    """The records of a file. ``items`` left out: none is named, so none is held.

    Raises: UsageError: an instant without zone, an unknown fact, or an id that is no rule's.
    """
    return tuple(
        _record(document, vocabulary, shape, *path, number) for number, shape in enumerate(shapes)
    )


def _record(document: Document, vocabulary: Vocabulary, shape: RecordShape, *path: Step) -> Record:
    check_rule(document, shape.rule, *path, "rule")
    if shape.done.tzinfo is None:
        raise UsageError(
            "The instant at which the act was done names no zone.",
            code="file.no_zone",
            location=document.at(*path, "done"),
            hint="Write for example done = 2024-05-01T09:00:00Z.",
        )
    return Record(
        rule=shape.rule,
        done_at=shape.done.astimezone(UTC),
        items=frozenset(shape.items or ()),
        expires_on=shape.expires,
        bound=document.facts(vocabulary, shape.bound, *path, "bound"),
        label=shape.label,
    )


def kept_from(document: Document, rules: Sequence[str], *path: Step) -> frozenset[str]:
    """Rules whose register of records is declared kept.

    Raises: UsageError: an id that is no rule's.
    """
    for rule in rules:
        check_rule(document, rule, *path)
    return frozenset(rules)


def check_rule(document: Document, rule: str, *path: Step) -> None:
    """Refuse what cannot be the id of a rule or article; whether it exists, the book knows."""
    if not RULE_ID.fullmatch(rule):
        raise UsageError(
            f"'{rule}' is not the id of a rule.",
            code="file.rule_id",
            location=document.at(*path),
            hint="Write for example cn.pipl.55.assess.",
        )

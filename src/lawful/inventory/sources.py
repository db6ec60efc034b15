"""Where a fact of each data subject stands: ``[subject.facts.NAME]`` of a dataset file."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from lawful.inventory.model import FactSource
from lawful.law.vocabulary import Fact, Vocabulary, nearest
from lawful.org.document import Document, Shape, Step, TextShape
from lawful.terms.errors import UsageError
from lawful.terms.values import Value

PLACEHOLDERS = ("$purpose", "$entity")
_MEANINGS = ("null_means", "no_row_means", "other_means")
_REASON = 'Write reason = { en = "…", zh = "…" } beside it, or "unknown".'

Scalar = bool | int | str


class SourceShape(Shape):
    """One ``[subject.facts.NAME]``."""

    column: str
    table: str = ""
    key: str = ""
    match: dict[str, Scalar] = Field(default_factory=dict)
    latest_by: str = ""
    values: dict[str, Any] = Field(default_factory=dict)
    separator: str = ""
    null_means: Any = "unknown"
    no_row_means: Any = "unknown"
    other_means: Any = "unknown"
    reason: TextShape | None = None


_BESIDE = (
    "collected_in",
    "stored_in",
    "processed_in",
    "established_in",
    "important_data",
    "persons",
)
"""Facts of the use that may differ from subject to subject in one store."""


def fact_source(
    document: Document, vocabulary: Vocabulary, name: str, shape: SourceShape, *path: Step
) -> FactSource:
    """A source of a fact.

    Raises: UsageError: no fact of data subjects, a value of another fact, or absence that means
        something without a reason.
    """
    fact = vocabulary.find(name, "", document.at(*path))
    if not _of_a_subject(vocabulary, fact):
        raise UsageError(
            f"'{name}' is not a fact of a data subject (it belongs to: {', '.join(fact.grain)}).",
            code="inventory.fact_of_another_thing",
            location=document.at(*path),
            hint=nearest(
                name,
                [
                    each.name
                    for each in vocabulary.facts.values()
                    if "subject" in each.grain or each.supplier == "dataset file"
                ],
            ),
        )
    _check_table(document, shape, *path)
    _check_values(document, fact, shape, *path)
    meanings = {
        each: _meaning(document, vocabulary, fact, shape, each, *path) for each in _MEANINGS
    }
    values = {
        stored: vocabulary.convert(name, value, "", document.at(*path, "values"))
        for stored, value in shape.values.items()
    }
    return FactSource(
        fact=name,
        column=shape.column,
        table=shape.table,
        key=shape.key,
        match=dict(shape.match),
        latest_by=shape.latest_by,
        values=values,
        separator=shape.separator,
        null_means=meanings["null_means"],
        no_row_means=meanings["no_row_means"],
        other_means=meanings["other_means"],
        reason=shape.reason.text() if shape.reason else None,
    )


def _of_a_subject(vocabulary: Vocabulary, fact: Fact) -> bool:
    """May a store say this of each data subject: its own facts, and where its data is?"""
    return "subject" in fact.grain or (
        fact.name in _BESIDE and vocabulary.knows_fact("use", fact.name)
    )


def _check_table(document: Document, shape: SourceShape, *path: Step) -> None:
    """What belongs to a table of its own needs one, and that needs a key."""
    if shape.table and not shape.key:
        raise UsageError(
            f"The table '{shape.table}' is named without the column that holds the subject's key.",
            code="inventory.no_key",
            location=document.at(*path, "table"),
            hint='Write key = "…" beside it.',
        )
    needy = [each for each in ("key", "match", "latest_by") if getattr(shape, each)]
    if "no_row_means" in shape.model_fields_set:
        needy.append("no_row_means")
    if needy and not shape.table:
        raise UsageError(
            f"'{needy[0]}' is said of a table that is not named.",
            code="inventory.no_table",
            location=document.at(*path, needy[0]),
            hint='Write table = "…", or take it away.',
        )
    for column, value in shape.match.items():
        if isinstance(value, str) and value.startswith("$") and value not in PLACEHOLDERS:
            raise UsageError(
                f"'{value}' stands for nothing.",
                code="inventory.placeholder",
                location=document.at(*path, "match"),
                hint=f"For '{column}' write a value, or one of: {', '.join(PLACEHOLDERS)}.",
            )


def _check_values(document: Document, fact: Fact, shape: SourceShape, *path: Step) -> None:
    if fact.type == "set" and not shape.separator and not shape.values:
        raise UsageError(
            f"'{fact.name}' is a set; it is not said how its members are written.",
            code="inventory.separator",
            location=document.at(*path),
            hint='Write separator = "," or translate whole texts with values = { … }.',
        )
    if shape.separator and (fact.type != "set" or shape.values):
        raise UsageError(
            f"'{fact.name}' cannot be parted by a separator here.",
            code="inventory.separator",
            location=document.at(*path, "separator"),
            hint="Take separator away; it is for sets whose members stand in one text.",
        )


def _meaning(
    document: Document,
    vocabulary: Vocabulary,
    fact: Fact,
    shape: SourceShape,
    which: Literal["null_means", "no_row_means", "other_means"] | str,
    *path: Step,
) -> Value | None:
    """What absence means: unknown, or a value with a reason; a missing row can only mean *no*.

    A *no* needs no reason where the fact can only permit.
    """
    where = document.at(*path, which)
    value = vocabulary.convert(fact.name, getattr(shape, which), "", where)
    if value is None:
        return None
    says_no = _can_say_no(fact) and value == vocabulary.convert(
        fact.name, vocabulary.nothing(fact.name), "", where
    )
    if which == "no_row_means" and not says_no:
        raise UsageError(
            f"A missing row cannot mean a value of '{fact.name}' other than no.",
            code="inventory.absence_says_yes",
            location=where,
            hint='Write no_row_means = "unknown", or take it away.',
        )
    if shape.reason is None and not (says_no and vocabulary.only_permits(fact.name)):
        raise UsageError(
            f"'{which}' gives '{fact.name}' a value without a reason.",
            code="inventory.no_reason",
            location=where,
            hint=_REASON,
        )
    return value


def _can_say_no(fact: Fact) -> bool:
    return fact.type in ("flag", "set") or bool(fact.absent)

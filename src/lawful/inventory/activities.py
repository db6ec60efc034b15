"""From the bytes of ``activities/*.toml`` to an activity."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from lawful.inventory.model import Activity, Mask
from lawful.law.vocabulary import Vocabulary
from lawful.org.document import Document, Shape, TextShape
from lawful.org.load import check_id
from lawful.org.records import RecordShape, kept_from, records_from
from lawful.terms.errors import UsageError
from lawful.terms.ids import ActivityId, EntityId

_GRAINS = frozenset({"use", "activity", "state", "system", "recipient", "request", "order", "deal"})
_ELSEWHERE = {
    "at": "The clock says when.",
    "operation": "Write it above, as operation = …",
    "purpose": "Write it above, as purpose = …",
    "data": "It follows from the columns that a query reads.",
    "needed_for_purpose": "It follows from needed = […].",
}


class _Activity(Shape):
    id: str
    entity: str
    purpose: str
    operation: str
    title: TextShape
    roles: list[str] = Field(default_factory=list)
    needed: list[str] = Field(default_factory=list)
    mask: dict[str, str] = Field(default_factory=dict)
    facts: dict[str, Any] = Field(default_factory=dict)
    record: list[RecordShape] = Field(default_factory=list)
    kept: list[str] = Field(default_factory=list)


def load_activity(data: bytes, file: str, vocabulary: Vocabulary) -> Activity:
    """An activity from its file.

    Raises: UsageError: the first thing that is wrong, with file, line and remedy.
    """
    document = Document.read(data, file)
    shape = document.shaped(_Activity)
    check_id(document, shape.id, (), "activity", "id")
    check_id(document, shape.entity, (), "entity", "entity")
    document.one_of(shape.purpose, vocabulary.lists["purposes"], "purpose", "purpose")
    document.one_of(shape.operation, vocabulary.lists["operations"], "operation", "operation")
    for role in shape.roles:
        check_id(document, role, (), "role", "roles")
    for category in shape.needed:
        document.one_of(category, vocabulary.categories, "category of data", "needed")
    masks = _masks(document, vocabulary, shape.mask)
    for name in shape.facts:
        _check_fact(document, vocabulary, name)
    return Activity(
        id=ActivityId(shape.id),
        entity=EntityId(shape.entity),
        purpose=shape.purpose,
        operation=shape.operation,
        title=shape.title.text(),
        roles=tuple(shape.roles),
        needed=frozenset(shape.needed),
        mask_default=masks.pop("default", Mask.EMPTY),
        masks=masks,
        facts=document.facts(vocabulary, shape.facts, "facts"),
        records=records_from(document, vocabulary, shape.record, "record"),
        kept=kept_from(document, shape.kept, "kept"),
    )


def _masks(document: Document, vocabulary: Vocabulary, raw: dict[str, str]) -> dict[str, Mask]:
    masks: dict[str, Mask] = {}
    for category, mask in raw.items():
        if category != "default":
            document.one_of(category, vocabulary.categories, "category of data", "mask", category)
        document.one_of(mask, (each.value for each in Mask), "mask", "mask", category)
        if mask == "age_band" and category != "birth_date":
            raise UsageError(
                f"'{category}' has no age, so it cannot be shown as an age band.",
                code="inventory.mask",
                location=document.at("mask", category),
                hint="Write empty or token; age_band is for birth_date.",
            )
        masks[category] = Mask(mask)
    return masks


def _check_fact(document: Document, vocabulary: Vocabulary, name: str) -> None:
    """An activity states facts of the use, not of the entity, the store or single people."""
    where = document.at("facts", name)
    fact = vocabulary.find(name, "", where)
    if name in _ELSEWHERE:
        raise UsageError(
            f"'{name}' is not stated among an activity's facts.",
            code="inventory.fact_elsewhere",
            location=where,
            hint=_ELSEWHERE[name],
        )
    if not _GRAINS & set(fact.grain) and fact.supplier != "activity register":
        raise UsageError(
            f"'{name}' is not a fact of an activity (it belongs to: {', '.join(fact.grain)}).",
            code="inventory.fact_of_another_thing",
            location=where,
            hint=f"Take the line away; the {fact.supplier} supplies it.",
        )

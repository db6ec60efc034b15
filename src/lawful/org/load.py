"""From the bytes of ``organisation.toml`` to an organisation."""

from __future__ import annotations

import re
from typing import Any

from pydantic import Field

from lawful.law.vocabulary import Vocabulary
from lawful.org.document import Document, Shape, Step, TextShape
from lawful.org.model import ORGANISATION_ID, PERSON_ROLES, Entity, Organisation, Person, StaffRole
from lawful.org.records import RecordShape, kept_from, records_from
from lawful.terms.errors import UsageError
from lawful.terms.ids import EntityId, Region

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class _Person(Shape):
    id: str
    name: str
    roles: list[str] = Field(default_factory=list)


class _Role(Shape):
    title: TextShape
    region: str


class _Kept(Shape):
    kept: list[str]


class _Entity(Shape):
    id: str
    name: TextShape
    facts: dict[str, Any] = Field(default_factory=dict)
    roles: dict[str, _Role] = Field(default_factory=dict)
    record: list[RecordShape] = Field(default_factory=list)
    kept: list[str] = Field(default_factory=list)
    registers_kept: _Kept | None = None


class _Organisation(Shape):
    person: list[_Person] = Field(min_length=1)
    entity: list[_Entity] = Field(min_length=1)


def load_organisation(data: bytes, file: str, vocabulary: Vocabulary) -> Organisation:
    """An organisation from its file.

    Raises: UsageError: the first thing that is wrong, with file, line and remedy.
    """
    document = Document.read(data, file)
    shape = document.shaped(_Organisation)
    persons: dict[str, Person] = {}
    for number, person in enumerate(shape.person):
        check_id(document, person.id, persons, "person", "person", number, "id")
        for role in person.roles:
            document.one_of(role, PERSON_ROLES, "role of a person", "person", number, "roles")
        persons[person.id] = Person(id=person.id, name=person.name, roles=frozenset(person.roles))
    entities: dict[EntityId, Entity] = {}
    for number, entity in enumerate(shape.entity):
        check_id(document, entity.id, entities, "entity", "entity", number, "id")
        if entity.id == ORGANISATION_ID:
            raise UsageError(
                f"An entity cannot be called '{ORGANISATION_ID}'; that is the file as a whole.",
                code="org.reserved_id",
                location=document.at("entity", number, "id"),
                hint="Choose another id.",
            )
        entities[EntityId(entity.id)] = _entity(document, vocabulary, entity, number)
    return Organisation(persons=persons, entities=entities)


def _entity(document: Document, vocabulary: Vocabulary, shape: _Entity, number: int) -> Entity:
    path: tuple[Step, ...] = ("entity", number)
    for name in shape.facts:
        fact = vocabulary.find(name, "", document.at(*path, "facts", name))
        if "entity" not in fact.grain:
            raise UsageError(
                f"'{name}' is not a fact of an entity (it belongs to: {', '.join(fact.grain)}).",
                code="org.fact_of_another_thing",
                location=document.at(*path, "facts", name),
                hint="Take the line away; state the fact where it belongs.",
            )
    roles = {}
    for name, role in shape.roles.items():
        check_id(document, name, (), "role", *path, "roles", name)
        document.one_of(
            role.region, vocabulary.lists["regions"], "region", *path, "roles", name, "region"
        )
        roles[name] = StaffRole(id=name, title=role.title.text(), region=Region(role.region))
    kept = [*shape.kept, *(shape.registers_kept.kept if shape.registers_kept else ())]
    return Entity(
        id=EntityId(shape.id),
        name=shape.name.text(),
        facts=document.facts(vocabulary, shape.facts, *path, "facts"),
        roles=roles,
        records=records_from(document, vocabulary, shape.record, *path, "record"),
        kept=kept_from(document, kept, *path, "kept"),
    )


def check_id(document: Document, text: str, taken: Any, what: str, *path: Step) -> None:
    """Refuse an id that is not of the form, or that stands twice."""
    if not ID.fullmatch(text):
        raise UsageError(
            f"'{text}' cannot be the id of a {what}.",
            code="file.id",
            location=document.at(*path),
            hint="Use letters, digits, dot, hyphen and underscore; begin with a letter or digit.",
        )
    if text in taken:
        raise UsageError(
            f"The {what} '{text}' stands twice.",
            code="file.twice",
            location=document.at(*path),
            hint="Give one of the two another id.",
        )

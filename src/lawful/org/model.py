"""Frozen values of this room: persons, legal entities, staff roles, approved records."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from lawful.law.thing import Record
from lawful.terms.ids import EntityId, Region
from lawful.terms.texts import Text
from lawful.terms.values import Value

PERSON_ROLES = ("privacy_engineer", "dpo", "counsel", "analyst", "security_officer", "auditor")
APPROVING_ROLES = ("dpo", "counsel")
ORGANISATION_ID = "organisation"
"""Stands for the whole organisation file where an id is asked for; no entity may be called so."""


@attrs.frozen(kw_only=True)
class Person:
    """A named local identity, until sign-in exists."""

    id: str
    name: str
    roles: frozenset[str] = frozenset()

    @property
    def may_approve(self) -> bool:
        """Has the person a role that approves records?"""
        return bool(self.roles & set(APPROVING_ROLES))


@attrs.frozen(kw_only=True)
class StaffRole:
    """A role that staff of an entity act in; ``region`` is where its readers sit."""

    id: str
    title: Text
    region: Region


@attrs.frozen(kw_only=True)
class Entity:
    """A legal entity as the organisation file describes it."""

    id: EntityId
    name: Text
    facts: Mapping[str, Value | None] = attrs.field(factory=dict, hash=False)
    roles: Mapping[str, StaffRole] = attrs.field(factory=dict, hash=False)
    records: tuple[Record, ...] = ()
    kept: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True)
class Organisation:
    """Who there is: persons and legal entities, by id, in the order of the file."""

    persons: Mapping[str, Person] = attrs.field(factory=dict, hash=False)
    entities: Mapping[EntityId, Entity] = attrs.field(factory=dict, hash=False)

"""Who there is: persons, legal entities, their staff roles, as ``organisation.toml`` says."""

from lawful.org.document import Document
from lawful.org.load import load_organisation
from lawful.org.model import (
    APPROVING_ROLES,
    ORGANISATION_ID,
    PERSON_ROLES,
    Entity,
    Organisation,
    Person,
    StaffRole,
)

__all__ = [
    "APPROVING_ROLES",
    "ORGANISATION_ID",
    "PERSON_ROLES",
    "Document",
    "Entity",
    "Organisation",
    "Person",
    "StaffRole",
    "load_organisation",
]

"""Nouns that every room shares: ids, values, outcomes, texts and errors. No I/O, no clock."""

from lawful.terms.errors import LawfulError, Location
from lawful.terms.ids import (
    ActivityId,
    DecisionId,
    EntityId,
    FactName,
    InstrumentId,
    Region,
    RuleId,
)
from lawful.terms.outcomes import Answer, Otherwise, Outcome
from lawful.terms.texts import Text
from lawful.terms.values import (
    NEVER_AT,
    NEVER_ON,
    SetValue,
    Source,
    SourceKind,
    Value,
    set_of,
)

__all__ = [
    "NEVER_AT",
    "NEVER_ON",
    "ActivityId",
    "Answer",
    "DecisionId",
    "EntityId",
    "FactName",
    "InstrumentId",
    "LawfulError",
    "Location",
    "Otherwise",
    "Outcome",
    "Region",
    "RuleId",
    "SetValue",
    "Source",
    "SourceKind",
    "Text",
    "Value",
    "set_of",
]

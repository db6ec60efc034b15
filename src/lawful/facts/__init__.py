"""Dated standing facts, approved records and registers kept, by scope."""

from lawful.facts.queries import Scope, kept_of, records_of, standing
from lawful.facts.writes import replace_scope

__all__ = ["Scope", "kept_of", "records_of", "replace_scope", "standing"]

"""Distinct types for identifiers, so that they cannot be mixed up."""

from __future__ import annotations

from typing import NewType

RuleId = NewType("RuleId", str)
"""Id of an entry of an article file: ``cn.pipl.23.tell``."""

InstrumentId = NewType("InstrumentId", str)
"""Id of an instrument: ``cn.pipl``."""

FactName = NewType("FactName", str)
"""Name of a fact in ``rulebook/vocabulary``."""

EntityId = NewType("EntityId", str)
"""Id of a legal entity, on every use, dataset, decision and evidence event."""

ActivityId = NewType("ActivityId", str)
"""Id of an entry of the activity register."""

DecisionId = NewType("DecisionId", str)
"""Id of a recorded decision: ``dec_`` and 26 characters that sort by time."""

Region = NewType("Region", str)
"""ISO 3166-1 alpha-2; ``CN`` is the mainland, ``HK``, ``MO``, ``TW`` stand apart."""

"""What a question's unmet rules may cost: asked and recorded as the question itself is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import attrs

from lawful.decide.exposure import Exposure, Money, exposure_of_duties, exposure_of_use
from lawful.decide.exposure_wire import exposure as exposure_wire
from lawful.gate.asking import ask, list_owed
from lawful.gate.deployment import Deployment
from lawful.terms.ids import DecisionId


@attrs.frozen(kw_only=True)
class Exposed:
    """An exposure, with the evidence of the question that it answers; ``outcome`` of a use."""

    exposure: Exposure
    outcome: str
    decision: DecisionId

    def wire(self, lang: str = "en") -> dict[str, Any]:
        """The versioned JSON of the exposure."""
        found = exposure_wire(self.exposure, lang)
        return {
            **found,
            "bases_asked": list(self.exposure.bases_asked),
            "bases_unused": list(self.exposure.bases_unused),
            "outcome": self.outcome or None,
            "decision": self.decision,
        }


def expose(
    deployment: Deployment,
    about: str,
    facts: Mapping[str, object],
    *,
    on: date | None = None,
    at: datetime | None = None,
    bases: Mapping[str, Money] | None = None,
    door: str = "python",
) -> Exposed:
    """What the unmet rules of a thing may cost, as if what was typed were true; the question is recorded.

    Raises: UsageError: an unknown thing, fact or value. EnvironmentFailure: the evidence cannot be written.
    """
    if about == "use":
        asked = ask(deployment, facts, on=on, at=at, door=door)
        found = exposure_of_use(asked.explanation, bases)
        return Exposed(exposure=found, outcome=asked.outcome.value, decision=asked.decision)
    owed = list_owed(deployment, about, facts, on=on, at=at, door=door)
    return Exposed(
        exposure=exposure_of_duties(owed.duties, bases), outcome="", decision=owed.decision
    )

"""A use decided at the gate without its explanation: what a gate believes of it, its ruling, its record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import attrs

from lawful.decide import Decision
from lawful.decide.vector import to_json
from lawful.evidence.events import Event
from lawful.gate.deployment import Deployment
from lawful.gate.typed import believed, registered, typed_thing
from lawful.law.coverage import touched
from lawful.law.oracle import Court
from lawful.law.thing import Thing
from lawful.terms.ids import DecisionId, RuleId
from lawful.terms.outcomes import Outcome
from lawful.terms.values import SetValue

NOBODY = "nobody"
"""Stands in a leaf for the entity of a question that names none of the register."""


@attrs.frozen(kw_only=True, eq=False)
class Ruled:
    """A use and what the gate answers; ``deciding`` is None where it is lawful or not covered."""

    thing: Thing
    entity: str
    outcome: Outcome
    deciding: RuleId | None
    decision: Decision


def gate_thing(
    deployment: Deployment,
    facts: Mapping[str, object],
    *,
    on: date | None = None,
    at: datetime | None = None,
) -> Thing:
    """A use as a gate believes it: typed facts over the registers; conclusions only from approved records.

    ``entity`` and ``activity`` among the facts name entries of the registers.

    Raises: UsageError: an unknown fact, value, entity or activity.
    """
    typed = {name: value for name, value in facts.items() if name not in ("entity", "activity")}
    known = deployment.known(str(facts.get("entity") or ""), str(facts.get("activity") or ""), at)
    thing = typed_thing(
        deployment.vocabulary, "use", typed, now=deployment.now(), on=on, at=at, known=known.facts
    )
    return registered(deployment.vocabulary, known.over(believed(deployment.vocabulary, thing)))


def rule_on(deployment: Deployment, thing: Thing, entity: str = "") -> Ruled:
    """Decide a use; where counsel's review is demanded, only reviewed coverage is coverage."""
    decision = deployment.decider.decide(thing)
    outcome = decision.outcome
    if deployment.demand_review and outcome is Outcome.LAWFUL:
        reach = touched(Court(deployment.book, thing), demand_review=True)
        outcome = outcome if reach.covered else Outcome.UNDETERMINED
    return Ruled(
        thing=thing,
        entity=entity,
        outcome=outcome,
        deciding=decision.deciding,
        decision=decision,
    )


def record(
    deployment: Deployment, ruled: Sequence[Ruled], *, kind: str, door: str
) -> list[DecisionId]:
    """Make decisions durable, together and in order, each with all that its replay needs.

    Raises: EnvironmentFailure: they cannot be written; then nothing may be answered.
    """
    items = [
        (
            event_of(
                kind,
                deployment,
                deployment.new_id(),
                each.thing,
                entity=each.entity,
                outcome=each.outcome.value,
                rule=each.deciding or "",
                door=door,
            ),
            {"thing": to_json(each.thing), "demand_review": deployment.demand_review},
        )
        for each in ruled
    ]
    if len(items) == 1:
        deployment.evidence.append(*items[0])
    else:
        deployment.evidence.append_many(items)
    return [DecisionId(event.id) for event, _ in items]


def event_of(
    kind: str,
    deployment: Deployment,
    decision: DecisionId,
    thing: Thing,
    *,
    entity: str,
    outcome: str,
    rule: str,
    door: str,
) -> Event:
    """The leaf of a decision about a thing."""
    bases = thing.values.get("lawful_bases")
    return Event(
        kind=kind,
        id=decision,
        entity=entity or NOBODY,
        book=deployment.book.hash,
        purpose=str(thing.values.get("purpose") or ""),
        basis=sorted(bases.members) if isinstance(bases, SetValue) else "",
        outcome=outcome,
        rule=rule,
        operation=str(thing.values.get("operation") or ""),
        door=door,
    )

"""Questions answered and recorded: ``ask`` and ``list_owed`` answer *if true*; ``may`` opens something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import attrs

from lawful.decide import wire
from lawful.decide.decider import records_asked
from lawful.decide.duties import DutyList, list_duties
from lawful.decide.explain import Explanation, explain
from lawful.decide.vector import changes, to_json
from lawful.gate.deciding import event_of, gate_thing
from lawful.gate.deployment import Deployment
from lawful.gate.typed import filled_in, nothing_done, typed_thing
from lawful.law.records import NO_RECORD_IS_NO
from lawful.law.thing import Thing
from lawful.terms.errors import UsageError
from lawful.terms.ids import DecisionId
from lawful.terms.outcomes import Outcome


@attrs.frozen(kw_only=True)
class Group:
    """An answer for some of the people of a question: what is different about them, and how many."""

    thing: Thing = attrs.field(hash=False, repr=False)
    facts: Mapping[str, object] = attrs.field(hash=False)
    count: int
    outcome: Outcome
    deciding: str | None


@attrs.frozen(kw_only=True)
class Asked:
    """An answer, recorded: its explanation, its groups of people, and its evidence."""

    explanation: Explanation
    outcome: Outcome
    groups: tuple[Group, ...]
    decision: DecisionId
    index: int

    def wire(self, lang: str = "en") -> dict[str, Any]:
        """The versioned JSON of the answer."""
        found = wire.explanation(self.explanation, lang)
        found["outcome"] = self.outcome.value
        if self.groups:
            found["people"] = [
                {
                    "facts": dict(each.facts),
                    "count": each.count,
                    "outcome": each.outcome.value,
                    "deciding": each.deciding,
                }
                for each in self.groups
            ]
        found["decision"] = self.decision
        return found


@attrs.frozen(kw_only=True)
class Owed:
    """A duty list, recorded."""

    duties: DutyList
    decision: DecisionId

    def wire(self, lang: str = "en") -> dict[str, Any]:
        """The versioned JSON of the list."""
        return {**wire.duties(self.duties, lang), "decision": self.decision}


def ask(
    deployment: Deployment,
    facts: Mapping[str, object],
    *,
    on: date | None = None,
    at: datetime | None = None,
    people: Iterable[Mapping[str, Any]] = (),
    lang: str = "en",
    door: str = "python",
) -> Asked:
    """Answer a question about a use, as if what was typed were true; reserve nothing; record it.

    ``people`` are groups ``{facts, count}``; the answer is the worst of theirs, and each is given.

    Raises: UsageError: an unknown fact or value. EnvironmentFailure: the evidence cannot be written.
    """
    del lang  # one answer, any language: ``wire`` is told
    thing = _asked(deployment, "use", facts, on, at)
    explanation = explain(
        deployment.decider, thing, today=deployment.today(), demand_review=deployment.demand_review
    )
    groups = tuple(_group(deployment, thing, facts, each) for each in people)
    answers = [each.outcome for each in groups] or [explanation.outcome]
    outcome = min(answers, key=lambda each: each.rank)
    decision = deployment.new_id()
    receipt = deployment.evidence.append(
        event_of(
            "ask",
            deployment,
            decision,
            thing,
            entity=str(facts.get("entity") or ""),
            outcome=outcome.value,
            rule=explanation.deciding.id if explanation.deciding else "",
            door=door,
        ),
        _payload(deployment, thing, explanation, groups),
    )
    return Asked(
        explanation=explanation,
        outcome=outcome,
        groups=groups,
        decision=decision,
        index=receipt.index,
    )


def _payload(
    deployment: Deployment, thing: Thing, explanation: Explanation, groups: tuple[Group, ...]
) -> dict[str, Any]:
    """What is kept of an answer: enough to replay it, its groups of people too."""
    base = to_json(thing)
    return {
        "thing": base,
        "demand_review": deployment.demand_review,
        "assumed": [each.name for each in explanation.assumed],
        "answers": {
            each.id: each.answer.value
            for each in explanation.rules
            if each.answer.value != "not_applicable"
        },
        "people": [
            {
                "count": each.count,
                "outcome": each.outcome.value,
                "differs": changes(base, to_json(each.thing)),
            }
            for each in groups
        ],
        "readings": dict(deployment.book.readings),
    }


def _asked(
    deployment: Deployment,
    about: str,
    facts: Mapping[str, object],
    on: date | None,
    at: datetime | None,
) -> Thing:
    """The thing of a question: typed facts over what the registers know, then what goes without saying."""
    typed = {name: value for name, value in facts.items() if name not in ("entity", "activity")}
    known = deployment.known(str(facts.get("entity") or ""), str(facts.get("activity") or ""), at)
    thing = typed_thing(
        deployment.vocabulary, about, typed, now=deployment.now(), on=on, at=at, known=known.facts
    )
    return filled_in(deployment.vocabulary, known.over(thing), frozenset(typed))


def _group(deployment: Deployment, thing: Thing, facts: Mapping[str, object], raw: object) -> Group:
    known: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    extra = known.get("facts")
    if not isinstance(extra, Mapping) or set(known) - {"facts", "count"}:
        raise UsageError('A group of people is {"facts": {…}, "count": 412}.', code="ask.people")
    count = known.get("count")
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise UsageError("A group's count is a whole number from 0.", code="ask.people")
    on = thing.on
    own = _asked(deployment, "use", {**facts, **extra}, on, None if on else thing.at)
    found = explain(deployment.decider, own, cures=False, demand_review=deployment.demand_review)
    return Group(
        thing=own,
        facts=extra,
        count=count,
        outcome=found.outcome,
        deciding=found.deciding.id if found.deciding else None,
    )


def list_owed(
    deployment: Deployment,
    about: str,
    facts: Mapping[str, object],
    *,
    on: date | None = None,
    at: datetime | None = None,
    door: str = "python",
) -> Owed:
    """The duty list of a thing that is not a use, as if what was typed were true; recorded.

    What no record shows is taken as not done, and said so: a list is for what is still to be done.

    Raises: UsageError: an unknown thing, fact or value. EnvironmentFailure: the evidence cannot be written.
    """
    if about == "use":
        raise UsageError(
            "A use has no duty list: ask about it.", hint="lawful ask OPERATION --fact …"
        )
    thing = _asked(deployment, about, facts, on, at)
    if about not in NO_RECORD_IS_NO:
        thing = nothing_done(thing, records_asked(deployment.decider.asked_beside(about)), facts)
    duties = list_duties(deployment.book, thing)
    decision = deployment.new_id()
    state = "owed" if duties.owed else "undetermined" if duties.undetermined else "nothing_owed"
    deployment.evidence.append(
        event_of(
            "ask",
            deployment,
            decision,
            thing,
            entity=str(facts.get("entity") or ""),
            outcome=state,
            rule="",
            door=door,
        ),
        {
            "thing": to_json(thing),
            "duties": {each.rule.id: each.due.state.value for each in duties.duties},
        },
    )
    return Owed(duties=duties, decision=decision)


def may(
    deployment: Deployment,
    facts: Mapping[str, object],
    *,
    on: date | None = None,
    at: datetime | None = None,
    door: str = "python",
) -> Asked:
    """Decide a use at the gate: conclusions count only from approved records; recorded before it returns.

    Raises: UsageError: an unknown fact or value. EnvironmentFailure: the evidence cannot be written; no answer then.
    """
    thing = gate_thing(deployment, facts, on=on, at=at)
    explanation = explain(deployment.decider, thing, demand_review=deployment.demand_review)
    decision = deployment.new_id()
    receipt = deployment.evidence.append(
        event_of(
            "use",
            deployment,
            decision,
            thing,
            entity=str(facts.get("entity") or ""),
            outcome=explanation.outcome.value,
            rule=explanation.deciding.id if explanation.deciding else "",
            door=door,
        ),
        {"thing": to_json(thing), "demand_review": deployment.demand_review},
    )
    return Asked(
        explanation=explanation,
        outcome=explanation.outcome,
        groups=(),
        decision=decision,
        index=receipt.index,
    )

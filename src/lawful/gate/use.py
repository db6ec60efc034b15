"""The use that a query is: its one approved activity, the reader's place, and the facts that registers hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import attrs

from lawful.gate.deployment import Deployment
from lawful.gate.typed import believed, registered, typed_thing
from lawful.inventory.model import Activity, Dataset
from lawful.law.invariants import verify_consistent
from lawful.law.thing import Thing
from lawful.law.vocabulary import Vocabulary, nearest
from lawful.terms.errors import UsageError
from lawful.terms.values import Source, SourceKind, Value

NO_DEMAND: Mapping[str, str] = {
    "recipient_role": "none",
    "compelled_by": "none",
    "authority_kind": "none",
    "request_kind": "none",
    "order_kind": "none",
    "deal_kind": "none",
}


@attrs.frozen(kw_only=True)
class Use:
    """A reader's use of a dataset for an activity, all but the data subjects' own facts."""

    entity: str
    role: str
    activity: Activity
    thing: Thing
    day: date
    vocabulary: Vocabulary

    def latest_day(self, zones: Iterable[str]) -> date:
        """The latest civil date of the moment in these zones: nobody given as of age looks younger on it."""
        return max((self.thing.day(zone) for zone in zones), default=self.day)

    def over(self, facts: Mapping[str, Value | None]) -> Thing:
        """The use over a table, with what the dataset file says of it.

        Raises: UsageError: that contradicts what the registers say.
        """
        if not facts:
            return self.thing
        source = Source(kind=SourceKind.REGISTER, label="dataset file")
        closed = {name: self.vocabulary.close(name, value) for name, value in facts.items()}
        changed = attrs.evolve(
            self.thing,
            values={**self.thing.values, **closed},
            sources={**self.thing.sources, **dict.fromkeys(facts, source)},
        )
        verify_consistent(self.vocabulary, changed)
        return attrs.evolve(
            believed(self.vocabulary, changed), records=self.thing.records, kept=self.thing.kept
        )


def use_of(
    deployment: Deployment, dataset: Dataset, *, purpose: str, actor: str, on: date | None = None
) -> Use:
    """The use that ``actor`` (``ENTITY/ROLE``) makes of a dataset for a purpose.

    Without an actor, the purpose must have one approved activity; its first role acts.

    Raises: UsageError: an unknown purpose, entity or role; no approved activity, or several.
    """
    deployment.vocabulary.member("purpose", purpose)
    activity, role = _activity(deployment, purpose, actor)
    return use_for(deployment, activity, role, dataset, on=on)


def use_for(
    deployment: Deployment,
    activity: Activity,
    role: str,
    dataset: Dataset | None,
    *,
    on: date | None = None,
) -> Use:
    """The use that an activity makes of a dataset (None: of whatever one), read by a staff role.

    Raises: UsageError: its entity has no such role.
    """
    organisation = deployment.organisation
    staff = organisation.entities[activity.entity].roles.get(role) if organisation else None
    if staff is None:
        roles = organisation.entities[activity.entity].roles if organisation else {}
        raise UsageError(
            f"'{role}' is not a staff role of '{activity.entity}'.",
            code="gate.role",
            hint=nearest(role, roles),
        )
    known = deployment.known(activity.entity, activity.id, None)
    facts: dict[str, tuple[Value | None, Source]] = {}
    if dataset is not None:
        label = f"dataset file {dataset.file}"
        source = Source(kind=SourceKind.REGISTER, label=label)
        facts |= {name: (value, source) for name, value in dataset.facts.items()}
    facts |= known.facts
    asked = Source(kind=SourceKind.REGISTER, label=f"activity {activity.id}")
    facts |= {"operation": (activity.operation, asked), "purpose": (activity.purpose, asked)}
    facts.setdefault("controller_role", ("controller", asked))
    facts |= {
        name: (value, Source(kind=SourceKind.REGISTER, label="a query answers no demand"))
        for name, value in NO_DEMAND.items()
    }
    facts["recipient_region"] = (
        staff.region,
        Source(kind=SourceKind.REGISTER, label=f"where {role} sits"),
    )
    thing = typed_thing(deployment.vocabulary, "use", {}, now=deployment.now(), on=on, known=facts)
    thing = known.over(registered(deployment.vocabulary, believed(deployment.vocabulary, thing)))
    return Use(
        entity=activity.entity,
        role=role,
        activity=activity,
        thing=thing,
        day=on or deployment.today(),
        vocabulary=deployment.vocabulary,
    )


def _activity(deployment: Deployment, purpose: str, actor: str) -> tuple[Activity, str]:
    entity, _, role = actor.partition("/")
    found = [
        each
        for each in deployment.activities
        if each.purpose == purpose and entity in ("", each.entity)
    ]
    if entity and deployment.organisation and entity not in deployment.organisation.entities:
        raise UsageError(
            f"There is no entity '{entity}'.",
            code="gate.entity",
            hint=nearest(entity, deployment.organisation.entities),
        )
    if len(found) != 1:
        several = ", ".join(each.id for each in found)
        who = f" of '{entity}'" if entity else ""
        raise UsageError(
            f"{'Several approved activities' if found else 'No approved activity'}{who} "
            f"for '{purpose}'{f': {several}' if found else ''}.",
            code="gate.activity",
            hint="Name one entity with --as ENTITY/ROLE."
            if found and not entity
            else "Write activities/NAME.toml and approve it: "
            "lawful activity approve activities/NAME.toml --author A --approver B",
        )
    activity = found[0]
    role = role or (activity.roles[0] if activity.roles else "")
    if role not in activity.roles:
        raise UsageError(
            f"The activity '{activity.id}' does not name the role '{role}'.",
            code="gate.role",
            hint=nearest(role, activity.roles),
        )
    return activity, role

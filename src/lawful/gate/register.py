"""The activity register as matters: each activity's own duties, and the uses that it makes of each store.

A use is asked as a query of the activity would be, by each of its staff roles, over the data that it needs
and the store holds. What a store supplies for each data subject is unknown here, unless it is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import attrs

from lawful.decide.vector import to_json
from lawful.gate.deployment import Deployment
from lawful.gate.replay import Matter
from lawful.gate.typed import believed, typed_thing
from lawful.gate.use import Use, use_for
from lawful.inventory.model import Activity, Dataset
from lawful.inventory.needs import is_needed
from lawful.law.thing import Thing
from lawful.law.vocabulary import Vocabulary
from lawful.terms.values import SetValue, Value

Facts = Mapping[str, Value | None]


def matters(
    deployment: Deployment, given: Mapping[str, object], *, on: date | None = None
) -> Iterator[Matter]:
    """Every activity of the register: its duties as an activity, then its uses.

    Args:
        deployment: whose register, registers of facts and dataset files are read.
        given: facts of data subjects, as typed; conclusions among them count only from records.
        on: the civil day of the uses; without it, now.

    Raises: UsageError: a dataset file or a given fact is not right; a role that its entity has not.
    """
    subjects = _given(deployment, given)
    datasets = {name: deployment.dataset(name) for name in sorted(deployment.config.stores)}
    for activity in deployment.activities:
        yield _as_activity(deployment, activity, on)
        for store, dataset in datasets.items() or {"": None}.items():
            for role in activity.roles:
                use = use_for(deployment, activity, role, dataset, on=on)
                for thing in _uses(deployment.vocabulary, use, dataset):
                    whole = thing.with_values(subjects)
                    yield Matter(
                        id=activity.id,
                        kind="activity",
                        vector=to_json(whole),
                        store=store,
                        role=role,
                    )


def _given(deployment: Deployment, given: Mapping[str, object]) -> dict[str, Value | None]:
    """Facts of data subjects as typed; a conclusion is believed from a record only."""
    vocabulary = deployment.vocabulary
    thing = typed_thing(vocabulary, "use", given, now=deployment.now())
    values = believed(vocabulary, thing).values
    return {name: vocabulary.close(name, value) for name, value in values.items()}


def _as_activity(deployment: Deployment, activity: Activity, on: date | None) -> Matter:
    """The activity as the thing that rules about activities are about."""
    known = deployment.known(activity.entity, activity.id, None)
    thing = typed_thing(
        deployment.vocabulary, "activity", {}, now=deployment.now(), on=on, known=known.facts
    )
    own: dict[str, Value | None] = {
        "purpose": activity.purpose,
        "data": deployment.vocabulary.close("data", SetValue(activity.needed)),
    }
    return Matter(
        id=activity.id, kind="activity", vector=to_json(known.over(thing.with_values(own)))
    )


def _uses(vocabulary: Vocabulary, use: Use, dataset: Dataset | None) -> Iterator[Thing]:
    """The use over each part of a store of which something else is said, with the needed data that it holds."""
    if dataset is None:
        yield _of_data(vocabulary, use.thing, use.activity.needed)
        return
    parts: dict[int, tuple[Facts, set[str]]] = {}
    spoken: list[Facts] = []
    for table in dataset.tables.values():
        if not table.personal:
            continue
        if table.facts not in spoken:
            spoken.append(table.facts)
        place = spoken.index(table.facts)
        held = {each for column in table.columns.values() for each in column.categories}
        parts.setdefault(place, (table.facts, set()))[1].update(held)
    live = {name for each in dataset.populations.values() for name in each.facts}
    for facts, held in parts.values():
        needed = {each for each in held if is_needed(use.activity, vocabulary, (each,))}
        if needed:
            thing = use.over(facts)
            kept = {name: value for name, value in thing.values.items() if name not in live}
            yield _of_data(vocabulary, attrs.evolve(thing, values=kept), needed)


def _of_data(vocabulary: Vocabulary, thing: Thing, data: set[str] | frozenset[str]) -> Thing:
    closed = vocabulary.close("data", SetValue(frozenset(data)))
    return thing.with_values({"data": closed, "needed_for_purpose": True})

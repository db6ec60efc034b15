"""What the registers say of a use before a question adds its facts; read at most once a second."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import attrs

from lawful.api.places import Place, Places
from lawful.gate.deciding import gate_thing
from lawful.gate.deployment import Deployment
from lawful.gate.use import use_for
from lawful.inventory.model import Activity
from lawful.inventory.needs import is_needed
from lawful.law.thing import Thing
from lawful.law.vocabulary import Vocabulary
from lawful.terms.values import SetValue, Source, SourceKind, Value

DATASET_FILE = Source(kind=SourceKind.REGISTER, label="dataset file")
Key = tuple[str, str, str, int, date | None]


class Bases:
    """The uses of one deployment as its registers know them; safe to share between threads.

    A fact that is approved, ended or withdrawn in the registers counts within a second. The moment of
    each use is that of its question.
    """

    def __init__(self, deployment: Deployment) -> None:
        self.deployment, self.places = deployment, Places(deployment)
        self._kept: tuple[int, dict[Key, Thing]] = (0, {})

    def base(
        self,
        entity: str,
        role: str,
        activity: Activity | None,
        place: Place | None,
        on: date | None,
    ) -> Thing:
        """A reader's use of a place, as far as the registers know it.

        Raises: UsageError: a register does not hold what is named.
        """
        now = self.deployment.now()
        second, kept = int(now.timestamp()), self._kept[1]
        if second != self._kept[0]:
            kept = {}
            self._kept = (second, kept)
        key = (entity, role, activity.id if activity else "", id(place), on)
        if key not in kept:
            kept[key] = self._read(entity, role, activity, place, on)
        return kept[key] if on else attrs.evolve(kept[key], at=now)

    def _read(
        self,
        entity: str,
        role: str,
        activity: Activity | None,
        place: Place | None,
        on: date | None,
    ) -> Thing:
        deployment, vocabulary = self.deployment, self.deployment.vocabulary
        if activity is None:
            base = gate_thing(deployment, {"entity": entity} if entity else {}, on=on)
            held = {**place.dataset.facts, **place.table.facts} if place else {}
            base = over_with(vocabulary, base, held, DATASET_FILE)
        else:
            use = use_for(deployment, activity, role, place.dataset if place else None, on=on)
            base = use.over(place.table.facts) if place else use.thing
        return _of_place(vocabulary, base, place, activity) if place else base


def _of_place(
    vocabulary: Vocabulary, thing: Thing, place: Place, activity: Activity | None
) -> Thing:
    """The use over a place: what the store holds of each data subject is unknown unless it is given."""
    live = {name for each in place.dataset.populations.values() for name in each.facts}
    kept = {name: value for name, value in thing.values.items() if name not in live}
    found: dict[str, Value | None] = {"data": None}
    if place.categories is not None:
        found["data"] = vocabulary.close("data", SetValue(place.categories))
        if activity is not None:
            found["needed_for_purpose"] = is_needed(activity, vocabulary, place.needs)
    return over_with(vocabulary, attrs.evolve(thing, values=kept), found, DATASET_FILE)


def over_with(
    vocabulary: Vocabulary, thing: Thing, facts: Mapping[str, Value | None], source: Source
) -> Thing:
    """A thing with facts over its own, all from one source."""
    closed = {name: vocabulary.close(name, value) for name, value in facts.items()}
    return attrs.evolve(
        thing,
        values={**thing.values, **closed},
        sources={**thing.sources, **dict.fromkeys(closed, source)},
    )

"""The worked questions that the Ask page offers, from ``examples.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import attrs

from lawful.gate.deployment import Deployment
from lawful.terms.texts import Text


@attrs.frozen(kw_only=True)
class Example:
    """One worked question: its number from 1, its title, its facts as typed, its day."""

    number: int
    title: Text
    on: str
    facts: Mapping[str, object] = attrs.field(hash=False)


@cache
def examples() -> tuple[Example, ...]:
    """All worked questions, in order."""
    raw = tomllib.loads((files("lawful.console") / "examples.toml").read_text(encoding="utf-8"))
    return tuple(
        Example(number=number, title=Text(**each["title"]), on=str(each["on"]),
                facts={name: _typed(value) for name, value in each["facts"].items()})
        for number, each in enumerate(raw["example"], 1)
    )


def _typed(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, list) else str(value)


def facts_of(example: Example, deployment: Deployment) -> dict[str, object]:
    """An example's facts in this deployment: an entity that its organisation does not know is left out."""
    organisation = deployment.organisation
    known = {str(each) for each in organisation.entities} if organisation else set()
    return {name: value for name, value in example.facts.items() if name != "entity" or value in known}

"""The worked questions and things that Ask and Duties offer, from ``examples.toml``, and what is asked with them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import attrs

from lawful.console.page import Visit
from lawful.console.question import facts_in
from lawful.gate.deployment import Deployment
from lawful.terms.errors import UsageError
from lawful.terms.texts import Text


@attrs.frozen(kw_only=True)
class Example:
    """One worked question: its number from 1, its title, its facts as typed, its day, what it is about."""

    number: int
    title: Text
    on: str
    about: str = "use"
    facts: Mapping[str, object] = attrs.field(hash=False)


def examples() -> tuple[Example, ...]:
    """The worked questions about a use, in order."""
    return _examples("example")


def things() -> tuple[Example, ...]:
    """The worked things whose duties are asked for, in order."""
    return _examples("thing")


@cache
def _examples(table: str) -> tuple[Example, ...]:
    raw = tomllib.loads((files("lawful.console") / "examples.toml").read_text(encoding="utf-8"))
    return tuple(
        Example(
            number=number,
            title=Text(**each["title"]),
            on=str(each["on"]),
            about=each.get("about", "use"),
            facts={name: _typed(value) for name, value in each["facts"].items()},
        )
        for number, each in enumerate(raw[table], 1)
    )


def _typed(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, list) else str(value)


def facts_of(example: Example, deployment: Deployment) -> dict[str, object]:
    """An example's facts here: what the organisation knows of its entity is left out."""
    organisation = deployment.organisation
    entities = (
        {str(key): each for key, each in organisation.entities.items()} if organisation else {}
    )
    entity = entities.get(str(example.facts.get("entity", "")))
    if entity is None:
        return {name: value for name, value in example.facts.items() if name != "entity"}
    return {name: value for name, value in example.facts.items() if name not in entity.facts}


def asked_about(
    visit: Visit, worked: Sequence[Example], about: str
) -> tuple[str, dict[str, object], str]:
    """The thing, its facts and the day: those of a worked example, with what was typed over them.

    Raises: UsageError: no such example, or a field is no fact of the thing.
    """
    on, number = visit.one("on").strip(), visit.one("example")
    if not number:
        return about, facts_in(visit, about) if about else {}, on
    example = next((each for each in worked if str(each.number) == number), None)
    if example is None:
        raise UsageError(
            "There is no such worked example.",
            code="console.example",
            hint=f"There are {len(worked)}.",
        )
    facts = {**facts_of(example, visit.deployment), **facts_in(visit, example.about)}
    return example.about, facts, on or example.on


@attrs.frozen(kw_only=True)
class ExampleQuery:
    """What Query opens with."""

    sql: str
    store: str = ""
    purpose: str = ""
    actor: str = ""


def example_query(deployment: Deployment) -> ExampleQuery:
    """The sample's statement where its store is configured; elsewhere the first described table."""
    raw = tomllib.loads((files("lawful.console") / "examples.toml").read_text(encoding="utf-8"))[
        "query"
    ]
    stores = list(deployment.config.stores)
    if raw["store"] in stores:
        return ExampleQuery(**{name: text.strip() for name, text in raw.items()})
    if not stores:
        return ExampleQuery(sql="")
    try:
        tables = list(deployment.dataset(stores[0]).tables)
    except UsageError:
        tables = []
    return ExampleQuery(sql=f'SELECT * FROM "{tables[0]}"' if tables else "", store=stores[0])

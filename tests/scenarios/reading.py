"""The scenarios as data: cases in the sheets' own fact keys, and the one mapping to ours."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import attrs

HERE = Path(__file__).parent
FILES = ("cn-export", "intl", "own")
UNKNOWN = "?"  # nobody knows, and the question says so
COPY = "="  # a value that begins so is copied from the sheet's fact of that name
Facts = Mapping[str, Any]


@attrs.frozen(kw_only=True)
class Case:
    """One question of a scenario: its facts as the sheet gives them, and the sheet's answer."""

    id: str
    sheet: str
    title: str
    about: str
    facts: Facts = attrs.field(hash=False)
    expect: str
    on: date | None = None
    at: datetime | None = None
    last: date | datetime | None = None


@attrs.frozen(kw_only=True)
class Outside:
    """A published scenario, or some of its variants, that this rulebook does not answer, and why."""

    sheet: str
    variants: tuple[int, ...]
    reason: str


@cache
def read(name: str) -> dict[str, Any]:
    """A data file of this folder."""
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def cases(name: str) -> tuple[Case, ...]:
    """The cases of a file: each scenario that says what it expects, and each of its variants."""
    document = read(name)
    return tuple(
        each
        for scenario in document["scenario"]
        for each in _of(scenario, document.get("facts", {}))
    )


def _of(scenario: Facts, shared: Facts) -> Iterator[Case]:
    own = {"facts": {}, "about": "use", **scenario}
    if "expect" in own:
        yield _case(own, {**shared, **own["facts"]}, own["id"])
    for number, variant in enumerate(scenario.get("variant", ()), 1):
        merged = {**own, "last": None, **variant}
        facts = {**shared, **own["facts"], **variant.get("facts", {})}
        gone = set(variant.get("without", ()))
        kept = {name: value for name, value in facts.items() if name not in gone}
        yield _case(merged, kept, f"{own['id']}.{variant.get('flow', number)}")


def _case(of: Facts, facts: Facts, name: str) -> Case:
    return Case(
        id=name,
        sheet=of.get("sheet", ""),
        title=of["title"],
        about=of["about"],
        facts=facts,
        expect=of["expect"],
        on=of.get("on"),
        at=of.get("at"),
        last=of.get("last"),
    )


@cache
def outside() -> tuple[Outside, ...]:
    """What is published and out of scope."""
    return tuple(
        Outside(sheet=each["sheet"], variants=tuple(each["variants"]), reason=each["reason"])
        for each in read("out-of-scope")["outside"]
    )


def translated(case: Case) -> dict[str, Any]:
    """Our facts for a case: what is satisfied, then what the mapping says of the sheet's facts."""
    facts: dict[str, Any] = dict(read("satisfied")[case.about])
    for each in read("mapping")["map"]:
        if each.get("about", "use") == case.about and holds(each["when"], case.facts):
            facts |= {
                name: _value(value, case.facts) for name, value in each.get("set", {}).items()
            }
            for name, members in each.get("add", {}).items():
                facts[name] = sorted({*facts.get(name, ()), *members})
            for name in each.get("drop", ()):
                facts.pop(name, None)
    return facts


def holds(when: Facts, facts: Facts) -> bool:
    """Do the sheet's facts answer this description? ``*`` is any value; bounds are exclusive."""
    for name, wanted in when.items():
        if name not in facts:
            return False
        if isinstance(wanted, dict):
            if not _within(facts[name], wanted):
                return False
        elif wanted not in ("*", facts[name]):
            return False
    return True


def _within(value: Any, bounds: Facts) -> bool:
    above = "more_than" not in bounds or value > bounds["more_than"]
    return above and ("before" not in bounds or value < bounds["before"])


def _value(value: Any, facts: Facts) -> Any:
    if value == UNKNOWN:
        return None
    copied = facts[value.removeprefix(COPY)] if _is_copy(value) else value
    return copied.isoformat() if isinstance(copied, date) else copied


def _is_copy(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(COPY)


def named_by_the_mapping(about: str) -> set[str]:
    """The sheet's facts that the mapping reads."""
    return {
        name
        for each in read("mapping")["map"]
        if each.get("about", "use") == about
        for name in each["when"]
    }

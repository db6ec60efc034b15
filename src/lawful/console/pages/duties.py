"""Duties: what is owed for an entity, a system, an incident, a request …, by whom and until when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

import attrs

from lawful.console.articles import role_word
from lawful.console.clocks import when_owed
from lawful.console.examples import Example, asked_about, things
from lawful.console.page import Answer, Shown, Tab, Visit, Way, address
from lawful.console.problem import Problem, problem_from
from lawful.console.question import Field, Form, fields_of
from lawful.console.shelf import shelf_of
from lawful.console.takeaway import duties_line
from lawful.console.things import kinds, questions
from lawful.decide import wire
from lawful.decide.prose import Prose
from lawful.gate.asking import Owed, list_owed
from lawful.law.vocabulary import instant_of
from lawful.terms.errors import UsageError

PATH = "/duties"
TAB = Tab(name="duties", path=PATH, order=2, letter="d")
GROUPS = ("refused", "overdue", "due", "promptly", "standing", "undetermined", "met")


@attrs.frozen(kw_only=True)
class DutiesPage:
    """The kinds of things, the form of the one chosen, and its duty list if it was asked for."""

    about: str
    on: str
    things: tuple[Mapping[str, Any], ...]
    examples: tuple[Mapping[str, Any], ...]
    facts: Mapping[str, Any] = attrs.field(hash=False)
    entity: Field | None
    first: tuple[Field, ...]
    said: tuple[Field, ...]
    groups: tuple[Mapping[str, Any], ...]
    carried: tuple[tuple[str, str], ...]
    regions: tuple[tuple[str, str], ...]
    answer: Mapping[str, Any] | None = attrs.field(hash=False)
    problem: Problem | None
    waiting: bool


def show(visit: Visit) -> Answer:
    """The duty list of the thing that the fields describe; without facts, its form."""
    shelf = shelf_of(visit.deployment.book)
    known = kinds(shelf, visit.words)
    problem, owed = None, None
    facts: dict[str, Any] = {}
    about, on = visit.one("about").strip(), visit.one("on").strip()
    try:
        _check_about(about, [each["id"] for each in known])
        about, facts, on = asked_about(visit, things(), about)
        if facts and not visit.elsewhere:
            owed = list_owed(visit.deployment, about, facts, door="console", **moment_from(on))
    except UsageError as error:
        problem = problem_from(error)
        about = about if about in [each["id"] for each in known] else ""
    form = Form(visit.deployment, visit.words, facts)
    answer = None if owed is None else _answer(visit, owed, facts, {"about": about, "on": on})
    asked = questions(form, shelf, about, answer) if about else None
    shown = _shown(asked)
    page = DutiesPage(
        about=about,
        on=on,
        things=tuple(known),
        examples=tuple(_examples(visit)),
        facts=facts,
        entity=form.entity() if about else None,
        first=asked.first if asked else (),
        said=asked.said if asked else (),
        groups=tuple({"grain": g, "fields": fields} for g, fields in asked.groups) if asked else (),
        carried=tuple(each for each in fields_of(facts) if each[0] not in shown),
        regions=_regions(visit),
        answer=answer,
        problem=problem,
        waiting=bool(facts) and visit.elsewhere,
    )
    return Shown(template="duties.html", context=page, status=problem.status if problem else 200)


WAYS = (Way(path=PATH, handler=show),)


def _check_about(about: str, known: list[str]) -> None:
    if about and about not in known:
        raise UsageError(
            f"There is no duty list about '{about}'.",
            code="console.about",
            hint=f"There is one about: {', '.join(known)}.",
        )


class Moment(TypedDict):
    """A civil day, an instant, or neither: then it is now."""

    on: date | None
    at: datetime | None


def moment_from(text: str) -> Moment:
    """A day or an instant as typed; neither if nothing was.

    >>> moment_from("2026-11-24")["on"], moment_from("2026-11-24T09:00Z")["at"].hour
    (datetime.date(2026, 11, 24), 9)

    Raises: UsageError: it is neither.
    """
    try:
        if "T" in text:
            return Moment(on=None, at=instant_of(text))
        return Moment(on=date.fromisoformat(text) if text else None, at=None)
    except ValueError:
        raise UsageError(
            f"'{text}' is neither a date such as 2024-03-22 nor an instant such as 2024-03-22T09:00Z.",
            code="console.date",
        ) from None


def _shown(asked: Any) -> set[str]:
    if asked is None:
        return set()
    fields = (*asked.first, *asked.said, *(each for _, group in asked.groups for each in group))
    return {"entity", *(each.name for each in fields)}


def _examples(visit: Visit) -> list[Mapping[str, Any]]:
    return [
        {"title": each.title.in_(visit.lang), "about": each.about, "href": _href(each)}
        for each in things()
    ]


def _href(example: Example) -> str:
    return f"{PATH}?example={example.number}"


def _regions(visit: Visit) -> tuple[tuple[str, str], ...]:
    texts = visit.deployment.vocabulary.lists["regions"]
    pairs = ((code, text.in_(visit.lang)) for code, text in texts.items())
    return tuple(sorted(pairs, key=lambda each: each[1]))


def _answer(
    visit: Visit, owed: Owed, facts: Mapping[str, Any], own: Mapping[str, str]
) -> dict[str, Any]:
    """The list as every door gives it, with what this page adds to it."""
    found = owed.duties
    prose = Prose(found.book, visit.lang)
    told = owed.wire(visit.lang)
    about, on = own["about"], own["on"]

    def saying(rule: str, done: str) -> str:
        return address(PATH, fields_of({**facts, f"fulfilled:{rule}": done}), **own)

    duties = {}
    for each in found.duties:
        entry, shown = each.rule.entry, wire.duty(each, found.book, prose)
        duties[each.rule.id] = {
            "also": (),
            "next_on": None,
            "missed": (),
            **shown,
            "group": group_of(shown),
            "when": when_owed(entry, visit.words, prose),
            "last_text": last_text(shown, found.book.instrument(entry).zone),
            "binds": [role_word(prose, role, visit.words) for role in entry.bearer],
            "day_wanted": list(each.due.wanted),
            "done": saying(each.rule.id, "true"),
            "not_done": saying(each.rule.id, "false"),
        }
    groups = {
        name: [rule for rule, each in duties.items() if each["group"] == name] for name in GROUPS
    }
    dated = [each for each in duties.values() if each["group"] == "due" and each["last"]]
    nearest = min(dated, key=lambda each: str(each["last"]), default=None)
    return {
        **told,
        "rules": [each for each in told["rules"] if each["answer"] != "not_applicable"],
        "duties": list(duties.values()),
        "owed": [duties[each.rule.id] for each in found.owed],
        "groups": groups,
        "counts": {
            **{name: len(ids) for name, ids in groups.items()},
            "owed": len(found.owed),
            "not_applicable": sum(
                1 for each in told["rules"] if each["answer"] == "not_applicable"
            ),
        },
        "next": nearest["last_text"] if nearest else "",
        "wanted": sorted(told["wanted"], key=lambda each: (-len(each["why"]), each["name"])),
        "at": wire.plain(found.thing.at),
        "on": on or found.thing.at.date().isoformat(),
        "take_away": {
            "shell": duties_line(about, facts, on),
            "json": address(PATH, fields_of(facts), **own) + "&format=json",
        },
    }


def group_of(duty: Mapping[str, Any]) -> str:
    """Where a duty stands in the list: what forbids the thing first, then by its day."""
    state = str(duty["state"])
    if state in ("undetermined", "met"):
        return state
    if state == "met_late":
        return "met"
    if duty["otherwise"] in ("block", "before"):
        return "refused"
    counted = duty["counting"] is not None and duty["counting"]["uncovered"]
    if state == "due" and duty["last"] is None and not counted:
        return "standing"
    return state


def last_text(duty: Mapping[str, Any], zone: str) -> str:
    """The last day; of a clock of hours the last minute, in the instrument's own zone."""
    if duty["last_on"] is not None:
        return str(duty["last_on"])
    if duty["last"] is None:
        return ""
    return f"{instant_of(duty['last']).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}"

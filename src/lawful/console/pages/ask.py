"""Ask: may we use this data? The question as a sentence, and the answer in full."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from lawful.console.clocks import when_owed
from lawful.console.examples import asked_about, examples
from lawful.console.page import Answer, Shown, Tab, Visit, Way, address, day_from
from lawful.console.problem import Problem, problem_from
from lawful.console.question import SENTENCE, Field, Form, fields_of
from lawful.console.takeaway import python_call, shell_line
from lawful.console.thresholds import meters
from lawful.decide.prose import Prose
from lawful.gate.asking import Asked, ask
from lawful.terms.errors import UsageError

PATH = "/ask"
TAB = Tab(name="ask", path=PATH, order=1, letter="a")


@attrs.frozen(kw_only=True)
class AskPage:
    """The question as typed, the form that says it again, and the answer if one was given."""

    question: Mapping[str, Any] = attrs.field(hash=False)
    on: str
    examples: tuple[Mapping[str, Any], ...]
    sentence: Mapping[str, Field] = attrs.field(hash=False)
    corrections: tuple[Field, ...]
    carried: tuple[tuple[str, str], ...]
    regions: tuple[tuple[str, str], ...]
    answer: Mapping[str, Any] | None = attrs.field(hash=False)
    problem: Problem | None
    waiting: bool


def show(visit: Visit) -> Answer:
    """Answer what is asked; without facts, offer the worked questions."""
    problem, asked = None, None
    facts: dict[str, Any] = {}
    on = visit.one("on").strip()
    try:
        _, facts, on = asked_about(visit, examples(), "use")
        if facts and not visit.elsewhere:
            asked = ask(visit.deployment, facts, on=day_from(on), lang=visit.lang, door="console")
    except UsageError as error:
        problem = problem_from(error)
    form = Form(visit.deployment, visit.words, facts)
    answer = None if asked is None else _answer(visit, asked, facts, on)
    corrections = _corrections(form, answer)
    shown = {*SENTENCE, "entity", *(each.name for each in corrections)}
    page = AskPage(
        question=facts,
        on=on,
        examples=_examples(visit),
        sentence=_sentence(form),
        corrections=corrections,
        carried=tuple(each for each in fields_of(facts) if each[0] not in shown),
        regions=_regions(visit),
        answer=answer,
        problem=problem,
        waiting=bool(facts) and visit.elsewhere,
    )
    return Shown(template="ask.html", context=page, status=problem.status if problem else 200)


WAYS = (Way(path=PATH, handler=show),)


def _examples(visit: Visit) -> tuple[Mapping[str, Any], ...]:
    return tuple(
        {"title": each.title.in_(visit.lang), "href": f"{PATH}?example={each.number}"}
        for each in examples()
    )


def _sentence(form: Form) -> dict[str, Field]:
    fields = {name: form.field(name) for name in SENTENCE}
    entity = form.entity()
    return {"entity": entity, **fields} if entity else fields


def _corrections(form: Form, answer: Mapping[str, Any] | None) -> tuple[Field, ...]:
    """Fields of all facts used or wanted that the sentence does not ask, wanted ones first."""
    if answer is None:
        return ()
    wanted = [each["name"] for each in answer["wanted"] if each["kind"] in ("fact", "place")]
    records = [each["name"] for each in answer["wanted"] if each["kind"] == "record"]
    records += [
        name.removeprefix("fulfilled:") for name in form.facts if name.startswith("fulfilled:")
    ]
    used = [each["fact"] for each in answer["facts"] if not each["fact"].startswith("fulfilled:")]
    names = [
        each for each in dict.fromkeys((*wanted, *used)) if each not in SENTENCE and each != "at"
    ]
    return (
        *(form.field(each, wanted=each in wanted) for each in names),
        *(form.record(each) for each in dict.fromkeys(records)),
    )


def _regions(visit: Visit) -> tuple[tuple[str, str], ...]:
    texts = visit.deployment.vocabulary.lists["regions"]
    return tuple(
        sorted(
            ((code, text.in_(visit.lang)) for code, text in texts.items()), key=lambda each: each[1]
        )
    )


def _answer(visit: Visit, asked: Asked, facts: Mapping[str, Any], on: str) -> dict[str, Any]:
    """The answer as every door gives it, with what this page adds to it."""
    found = asked.explanation
    prose = Prose(found.book, visit.lang)
    wire = asked.wire(visit.lang)
    clocks = {each.id: when_owed(each.entry, visit.words, prose) for each in found.obligations}
    return {
        **wire,
        "rules": [_told(each, prose) for each in wire["rules"]],
        "verdict": _verdict(wire),
        "counts": _counts(wire),
        "order": _order(wire),
        "obligations": [{**each, "when": clocks[each["id"]]} for each in wire["obligations"]],
        "cures": [
            {**each, "href": address(PATH, fields_of({**facts, **_changed(facts, each)}), on=on)}
            for each in wire["cures"]
        ],
        "timeline": [
            {**each, "href": address(PATH, fields_of(facts), on=each["from"])}
            for each in wire["timeline"]
        ],
        "meters": [
            {**attrs.asdict(each), "label": prose.fact(each.fact)} for each in meters(found)
        ],
        "on": on or found.thing.at.date().isoformat(),
        "take_away": {
            "shell": shell_line(facts, on),
            "python": python_call(facts, on),
            "json": address(PATH, fields_of(facts), on=on) + "&format=json",
        },
    }


def _told(rule: Mapping[str, Any], prose: Prose) -> dict[str, Any]:
    """An entry whose *nothing permits* is one reason for each permission that does not hold."""
    return {**rule, "because": [part for each in rule["because"] for part in _apart(each, prose)]}


def _apart(reason: Mapping[str, Any], prose: Prose) -> list[Mapping[str, Any]]:
    if reason["part"] != "nothing_permits":
        return [reason]
    return [
        {**reason, "text": each, "words": prose.rule(each)}
        for each in reason["text"].split(", ")
        if each
    ]


def _verdict(wire: Mapping[str, Any]) -> str:
    """What people read: an outcome, or for an open one ``facts`` or ``counsel`` needed."""
    if wire["outcome"] != "undetermined":
        return str(wire["outcome"])
    asks = {each["kind"] for each in wire["wanted"]}
    return "facts" if asks & {"fact", "record", "item", "place"} else "counsel"


def _counts(wire: Mapping[str, Any]) -> dict[str, int]:
    answers = [each["answer"] for each in wire["rules"] if each["kind"] == "rule"]
    return {
        each: answers.count(each) for each in ("unmet", "undetermined", "met", "not_applicable")
    }


def _order(wire: Mapping[str, Any]) -> dict[str, list[str]]:
    """Ids of entries as the page groups them: against it, for it, open, and not applicable."""
    groups: dict[str, list[str]] = {"against": [], "carried": [], "open": [], "apart": []}
    for each in wire["rules"]:
        demands = each["kind"] != "basis"
        match each["answer"]:
            case "unmet" | "undetermined" if demands:
                groups["against"].append(each["id"])
            case "undetermined":
                groups["open"].append(each["id"])
            case "not_applicable":
                groups["apart"].append(each["id"])
            case _:
                groups["against" if each["kind"] == "command" else "carried"].append(each["id"])
    return groups


def _changed(facts: Mapping[str, Any], cure: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that a cure's steps change, as typed."""
    changed: dict[str, Any] = {}
    for step in cure["changes"]:
        if step["do"] == "add":
            now = changed.get(step["fact"], facts.get(step["fact"]))
            changed[step["fact"]] = [*(now if isinstance(now, list) else []), step["value"]]
        else:
            changed[step["fact"]] = "true" if step["value"] else "false"
    return changed

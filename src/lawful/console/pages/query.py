"""Query: what was written, what runs in its place, what is withheld and why, and the rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from lawful.console.examples import example_query
from lawful.console.marks import Piece, pieces
from lawful.console.page import Answer, Shown, Tab, Visit, Way
from lawful.console.problem import Problem, problem_from
from lawful.decide.prose import Prose
from lawful.enforce.query import SqlRefused, run_query
from lawful.terms.errors import LawfulError, UsageError

PATH = "/query"
TAB = Tab(name="query", path=PATH, order=3, letter="q")
ROWS_SHOWN = 20
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


@attrs.frozen(kw_only=True)
class Choice:
    """One option of a select."""

    value: str
    label: str
    chosen: bool


@attrs.frozen(kw_only=True)
class Refused:
    """Why a statement does not run: a sentence, its lines with a caret, a hint, the evidence."""

    code: str
    sentence: str
    caret: str
    hint: str
    decision: str


@attrs.frozen(kw_only=True)
class QueryPage:
    """The statement and its setting as typed, and the answer if one was asked for."""

    sql: str
    stores: tuple[Choice, ...]
    purposes: tuple[Choice, ...]
    actors: tuple[Choice, ...]
    answer: Mapping[str, Any] | None = attrs.field(hash=False)
    pieces: tuple[Piece, ...]
    refusal: Refused | None
    problem: Problem | None


def show(visit: Visit) -> Answer:
    """The form, filled with what the address says, else with a sample; nothing runs."""
    return Shown(template="query.html", context=_form(visit))


def do_query(visit: Visit) -> Answer:
    """Apply the conditions, and with ``do=run`` read the rows too."""
    page = _form(visit)
    try:
        answer = run_query(
            visit.deployment,
            page.sql,
            purpose=_chosen(page.purposes),
            store=_chosen(page.stores),
            actor=_chosen(page.actors),
            execute=visit.one("do") == "run",
            limit=ROWS_SHOWN,
            door="console",
        )
    except SqlRefused as error:
        refused = Refused(
            code=error.code,
            sentence=error.refusal.message,
            caret=error.refusal.caret,
            hint=error.hint,
            decision=error.decision,
        )
        return Shown(template="query.html", context=attrs.evolve(page, refusal=refused), status=400)
    except UsageError as error:
        return Shown(
            template="query.html",
            context=attrs.evolve(page, problem=problem_from(error)),
            status=400,
        )
    wire = answer.wire(visit.lang)
    marked = _marked(visit, wire)
    cut = pieces(wire["sql"], wire["rewritten"], _notes(marked))
    page = attrs.evolve(page, answer=marked, pieces=cut)
    return Shown(template="query.html", context=page)


WAYS = (Way(path=PATH, handler=show), Way(path=PATH, handler=do_query, methods=("POST",)))


def _form(visit: Visit) -> QueryPage:
    sample = example_query(visit.deployment)
    stores = list(visit.deployment.config.stores)
    prose = Prose(visit.deployment.book, visit.lang)
    purposes = dict.fromkeys(each.purpose for each in visit.deployment.activities)
    return QueryPage(
        sql=visit.one("sql") or sample.sql,
        stores=_choices({each: each for each in stores}, visit.one("store") or sample.store),
        purposes=_choices(
            {each: prose.member("purpose", each) for each in purposes},
            visit.one("purpose") or sample.purpose,
        ),
        actors=_choices(_actors(visit), visit.one("as") or sample.actor),
        answer=None,
        pieces=(),
        refusal=None,
        problem=_missing(visit),
    )


def _choices(labels: Mapping[str, str], said: str) -> tuple[Choice, ...]:
    known = labels if said in labels or not said else {**labels, said: said}
    return tuple(
        Choice(value=value, label=label, chosen=value == said) for value, label in known.items()
    )


def _chosen(choices: tuple[Choice, ...]) -> str:
    return next(
        (each.value for each in choices if each.chosen), choices[0].value if choices else ""
    )


def _actors(visit: Visit) -> dict[str, str]:
    """Each role that an approved activity names, with the entity whose staff it is."""
    organisation = visit.deployment.organisation
    if organisation is None:
        return {}
    found = {}
    for activity in visit.deployment.activities:
        entity = organisation.entities.get(activity.entity)
        for role in activity.roles if entity else ():
            staff = entity.roles.get(role) if entity else None
            if staff is not None and entity is not None:
                found[f"{entity.id}/{role}"] = (
                    f"{staff.title.in_(visit.lang)} · {entity.name.in_(visit.lang)}"
                )
    return dict(sorted(found.items(), key=lambda each: each[1]))


def _missing(visit: Visit) -> Problem | None:
    """What a query still lacks in this deployment, in one sentence with the line to write."""
    words = visit.words
    if not visit.deployment.config.stores:
        return Problem(
            status=200,
            code="console.no_store",
            sentence=words("query.no_store"),
            hint="lawful init URL",
        )
    try:
        activities = visit.deployment.activities
    except LawfulError as error:
        return problem_from(error)
    if not activities:
        return Problem(
            status=200,
            code="console.no_activity",
            sentence=words("query.no_activity"),
            hint="lawful activity approve activities/NAME.toml --author A --approver B",
        )
    return None


def _marked(visit: Visit, wire: Mapping[str, Any]) -> dict[str, Any]:
    """The answer with a mark for each reason and each changed column, and what cells are hidden."""
    prose = Prose(visit.deployment.book, visit.lang)
    marks: dict[str, str] = {}
    for table in wire["withheld"]:
        for group in table["groups"]:
            marks.setdefault(group["rule"] or group["reason"], _mark(len(marks)))
    conditions = len(marks)
    changed = [
        {
            **each,
            "mark": _mark(conditions + place),
            "shown": [prose.member("data", name) for name in _least(visit, each["categories"])],
        }
        for place, each in enumerate(wire["changed"])
    ]
    empty = {each["column"]: each["mark"] for each in changed if each["becomes"] == "empty"}
    return {
        **wire,
        "marks": marks,
        "conditions": conditions,
        "changed": changed,
        "shown": min(len(wire["rows"]), ROWS_SHOWN),
        "influences": _influences(wire),
        "hidden": {name: empty[name] for name in wire["columns"] if name in empty},
        "clear": wire["outcome"] == "lawful",
    }


def _notes(marked: Mapping[str, Any]) -> dict[str, str]:
    """Marks of the changed columns by name; under the empty name those of the rows withheld."""
    rows = list(marked["marks"].values())
    span = f"{rows[0]}–{rows[-1]}" if len(rows) > 1 else "".join(rows)
    return {"": span, **{each["column"]: each["mark"] for each in marked["changed"]}}


def _mark(place: int) -> str:
    return CIRCLED[place] if place < len(CIRCLED) else f"({place + 1})"


def _least(visit: Visit, names: list[str]) -> list[str]:
    """Categories without those that a more special one implies."""
    parents = {visit.deployment.vocabulary.categories[each].parent for each in names}
    return [each for each in names if each not in parents]


def _influences(wire: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Columns that shape the result without standing in it."""
    return [each for each in wire["influences"] if not each["in_output"]]

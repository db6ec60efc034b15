"""What a query leaves in the evidence: its leaf, and the payload from which its decision can be replayed.

The payload holds the use's fact vector and, for each population, the observed vectors of live facts
with the number of data subjects and the verdict of each: counts, never a key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lawful.decide import wire
from lawful.decide.encoding import Codes
from lawful.decide.vector import changes, to_json
from lawful.decide.verdicts import Verdict
from lawful.enforce.answer import QueryAnswer
from lawful.enforce.protect import RolePlan, TablePlan
from lawful.evidence.events import Event
from lawful.gate.replay import QUERY_VERSION
from lawful.terms.values import SetValue

VECTORS_MAX = 500
"""Per population; beyond it the vectors of the fewest people are only counted."""

PLACE = "subject_located_in"
NAMED = 3
"""So many countries that no rule tells apart are named; the rest is counted."""


def event_of(answer: QueryAnswer, door: str) -> Event:
    """The leaf of a query's decision."""
    use, book = answer.use, answer.book
    bases = use.thing.values.get("lawful_bases")
    return Event(
        kind="query",
        id=answer.decision,
        entity=use.entity,
        book=book.hash,
        purpose=use.activity.purpose,
        basis=sorted(bases.members) if isinstance(bases, SetValue) else "",
        outcome=answer.outcome.value,
        rule=answer.deciding if answer.deciding in book.entries else "",
        operation=use.activity.operation,
        door=door,
        given=sum(each.given for each in answer.withheld),
        withheld=sum(sum(each.groups.values()) for each in answer.withheld),
    )


def payload_of(
    answer: QueryAnswer, plans: Iterable[TablePlan], *, demand_review: bool
) -> dict[str, Any]:
    """The payload of a query's decision."""
    base = to_json(answer.use.thing)
    return {
        "sql": answer.sql,
        "rewritten": answer.rewritten,
        "mode": answer.mode,
        "store": answer.store,
        "activity": answer.use.activity.id,
        "role": answer.use.role,
        "on": answer.use.day.isoformat(),
        "replay": QUERY_VERSION,
        "thing": base,
        "demand_review": demand_review,
        "withheld": [
            {
                "table": each.table,
                "role": each.role,
                "rows": each.rows,
                "given": each.given,
                "groups": dict(each.groups),
            }
            for each in answer.withheld
        ],
        "populations": _populations(base, plans),
    }


def _populations(base: Mapping[str, Any], plans: Iterable[TablePlan]) -> list[dict[str, Any]]:
    """Each population decided for a set of columns, once, with the tables and roles that it serves."""
    found: dict[str, dict[str, Any]] = {}
    for plan in plans:
        for role in plan.roles:
            if role.table not in found:
                found[role.table] = {"tables": [], **_population(base, role)}
            place = [plan.table.name, role.role.name]
            if place not in found[role.table]["tables"]:
                found[role.table]["tables"].append(place)
    return list(found.values())


def _population(base: Mapping[str, Any], role: RolePlan) -> dict[str, Any]:
    coded = role.coded
    answers: dict[tuple[str, str, str], int] = {}
    vectors = [
        [number, coded.people[number], answers.setdefault(_answer(verdict), len(answers))]
        for number, verdict in role.verdicts.items()
    ]
    vectors.sort(key=lambda each: (-each[1], each[0]))
    return {
        "population": coded.population.name,
        "differs": changes(base, to_json(coded.conditions.thing)),
        "key": coded.population.category,
        "live": sorted(coded.population.facts),
        "columns": [sorted(each) for each in role.columns],
        "codes": [_code(each) for each in coded.codes],
        "answers": [list(each) for each in answers],
        "vectors": vectors[:VECTORS_MAX],
        "left_off": [len(vectors[VECTORS_MAX:]), sum(each[1] for each in vectors[VECTORS_MAX:])],
    }


def _answer(verdict: Verdict) -> tuple[str, str, str]:
    given = "".join("1" if each else "0" for each in verdict.given)
    return verdict.outcome.value, verdict.rule, given


def _code(code: Codes) -> dict[str, Any]:
    """How a fact was coded; of the data subjects' place also which countries share a code."""
    found: dict[str, Any] = {
        "fact": code.fact,
        "values": [wire.plain(each) for each in code.values],
    }
    if code.fact == PLACE and code.alike:
        found["places"] = [_places(each) for each in code.alike]
    return found


def _places(members: tuple[str, ...]) -> str:
    shown = "/".join(members[:NAMED])
    return f"{shown}…+{len(members) - NAMED}" if len(members) > NAMED else shown

"""Judging again: how a matter stands under one book, as recorded or on another day."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any

import attrs

from lawful.decide import Decider, Decision
from lawful.decide.duties import list_duties
from lawful.decide.encoding import Codes, decode, tested, vector_of
from lawful.decide.vector import changed, from_json, read_value
from lawful.decide.verdicts import NOT_COVERED, Categories, Verdict, best_of, verdict_of
from lawful.decide.why import missing
from lawful.gate.replay import Matter
from lawful.gate.typed import NOON
from lawful.law.book import Book
from lawful.law.coverage import touched
from lawful.law.oracle import Court, Kleene
from lawful.law.thing import Thing
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Otherwise, Outcome
from lawful.terms.values import SetValue, Value

DAYS_KEPT = 48
"""So many days' generated functions are held; then they are made anew, and memory stays bounded."""

State = tuple[str, str]
"""How a duty stands, and its last moment (empty: none)."""

IN_THE_WAY = (Otherwise.BLOCK, Otherwise.BEFORE)


@attrs.frozen(kw_only=True, eq=False)
class Part:
    """How some people of a matter stand (of a use without groups: all), with the verdict of their columns.

    ``crowd``: which people of a query these are, whatever the table. ``coded``: the facts of theirs
    of which one value stands for all that were alike when recorded.
    """

    thing: Thing
    people: int
    place: str
    outcome: Outcome
    rule: str
    decision: Decision
    given: tuple[bool, ...] = ()
    crowd: str = ""
    coded: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True, eq=False)
class Standing:
    """How a matter stands: a use's outcome and parts, any thing's duties.

    ``truncated``: some vectors of a query were only counted, so its outcome is not known from the record.
    """

    thing: Thing
    outcome: Outcome | None
    rule: str
    parts: tuple[Part, ...]
    duties: Mapping[str, State] = attrs.field(hash=False)
    truncated: bool = False


class Judge:
    """Judges matters by one book; ``on`` moves each to noon (UTC) of another civil day."""

    def __init__(self, book: Book, *, on: date | None = None, demand_review: bool = False) -> None:
        self.book, self.on, self.demand_review = book, on, demand_review
        self.decider = Decider(book)
        self._days: set[date] = set()
        rules = [each for each in book.entries.values() if each.about == "use" and each.otherwise]
        self._stopping = tuple(str(each.id) for each in rules if each.otherwise in IN_THE_WAY)
        self._beside = tuple(str(each.id) for each in rules if each.otherwise not in IN_THE_WAY)

    def judge(self, matter: Matter) -> Standing:
        """How a matter stands.

        Raises: UsageError: its vector is not one that this book can read.
        """
        thing = self.read(matter.vector)
        if thing.about != "use":
            found = list_duties(self.book, thing)
            duties = {
                str(each.rule.id): (each.due.state.value, _moment(each.due.last))
                for each in found.duties
            }
            return Standing(thing=thing, outcome=None, rule="", parts=(), duties=duties)
        if matter.kind == "query":
            return self._query(matter, thing)
        review = self.demand_review if matter.demand_review is None else matter.demand_review
        whole = self._part(thing, 0, review)
        parts = tuple(
            self._part(self.read(each.vector), each.people, review) for each in matter.crowds
        )
        return Standing(
            thing=thing,
            outcome=min((each.outcome for each in parts or (whole,)), key=lambda each: each.rank),
            rule=whole.rule,
            parts=parts or (whole,),
            duties=self._obligations(whole.decision.values),
        )

    def read(self, vector: Mapping[str, Any]) -> Thing:
        """A recorded thing, on its own day or on the other one."""
        thing = from_json(self.book.vocabulary, vector)
        if self.on is not None:
            thing = attrs.evolve(thing, on=self.on, at=datetime.combine(self.on, NOON))
        self._days.add(thing.on or thing.at.date())
        if len(self._days) > DAYS_KEPT:
            self._days.clear()
            self.decider = Decider(self.book)
        return thing

    def _part(self, thing: Thing, people: int, review: bool) -> Part:
        decision = self.decider.decide(thing)
        outcome = decision.outcome
        if review and outcome is Outcome.LAWFUL:
            reach = touched(Court(self.book, thing), demand_review=True)
            outcome = outcome if reach.covered else Outcome.UNDETERMINED
        return Part(
            thing=thing,
            people=people,
            place=place_of(thing),
            outcome=outcome,
            rule=decision.deciding or "",
            decision=decision,
        )

    def _query(self, matter: Matter, thing: Thing) -> Standing:
        roles: list[list[Verdict]] = []
        parts: list[Part] = []
        for raw in matter.populations:
            crowd = Population(self, matter.vector, raw)
            found = list(crowd.judged())
            parts += [part for part, _ in found]
            roles.append([verdict for _, verdict in found])
        outcome, rule = best_of(roles)
        return Standing(
            thing=thing,
            outcome=outcome,
            rule="" if rule == NOT_COVERED else rule,
            parts=tuple(parts),
            duties={},
            truncated=any(each["left_off"][0] for each in matter.populations),
        )

    def _obligations(self, values: Mapping[str, Kleene]) -> dict[str, State]:
        """What is owed beside a use, rule by rule: ``met``, ``unmet`` or ``undetermined``."""
        found = {}
        for rule in self._beside:
            if values.get(f"app:{rule}") is not False:
                violated = values.get(f"vio:{rule}")
                found[rule] = ({True: "unmet", False: "met", None: "undetermined"}[violated], "")
        return found

    def in_the_way(self, decision: Decision) -> frozenset[str]:
        """The rules that stop a use, or may."""
        values = decision.values
        return frozenset(each for each in self._stopping if values.get(f"vio:{each}") is not False)

    def not_known(self, thing: Thing, decision: Decision) -> tuple[str, ...]:
        """The facts that are missing where a use is undetermined, and the places that are not known."""
        court = Court(self.book, thing)
        values = decision.values
        found = {
            each.name
            for rule in self._stopping
            if values.get(f"vio:{rule}") is None
            for entry in (self.book.entries[RuleId(rule)],)
            for each in missing(court, entry, court.judged(entry))
            if each.kind == "fact"
        }
        return tuple(sorted(found.union(touched(court).unknown_places)))


def tested_otherwise(before: Judge, one: Thing, after: Judge, other: Thing) -> frozenset[str]:
    """The facts of which the second book makes tests that the first does not make."""
    first, second = tested(before.decider.program_of(one)), tested(after.decider.program_of(other))
    return frozenset(
        name for name, leaves in second.items() if not set(leaves) <= set(first.get(name, ()))
    )


class Population:
    """One population of a recorded query: the use over it, and the vectors of its live facts."""

    def __init__(self, judge: Judge, base: Mapping[str, Any], raw: Mapping[str, Any]) -> None:
        self.judge, self.raw = judge, raw
        self.vocabulary = judge.book.vocabulary
        live = set(raw["live"])
        thing = judge.read(changed(base, raw["differs"]))
        self.records = judge.decider.records(thing)
        kept = {name: value for name, value in thing.values.items() if name not in live}
        self.thing = attrs.evolve(thing, values=kept)
        self.key = frozenset({raw["key"]})
        self.columns = tuple(frozenset(each) for each in raw["columns"])
        self.codes = tuple(self._codes(each) for each in raw["codes"])
        self.name = f"{raw['population']} {json.dumps(raw['differs'], sort_keys=True)}"
        self.coded = frozenset(each.fact.partition(".")[0] for each in self.codes)

    def _codes(self, raw: Mapping[str, Any]) -> Codes:
        name, _, member = raw["fact"].partition(".")
        known = name in self.vocabulary.facts and not member
        values = (
            tuple(read_value(self.vocabulary, name, each) for each in raw["values"])
            if known
            else tuple(raw["values"])
        )
        return Codes(fact=raw["fact"], values=values, sql="")

    def judged(self) -> Iterator[tuple[Part, Verdict]]:
        """Each vector's part and verdict, in order of the vectors' numbers."""
        for number, people, _ in sorted(self.raw["vectors"]):
            vector = vector_of(self.codes, number)
            live = {
                name: value
                for name, value in decode(self.codes, vector).items()
                if name in self.vocabulary.facts
            }
            thing = self.thing.with_values(live)
            verdict = verdict_of(partial(self._decide, thing), self.key, self.columns)
            part = Part(
                thing=self._with(thing, self.key),
                people=people,
                place=self._place(vector) or place_of(thing),
                outcome=verdict.outcome,
                rule=verdict.rule,
                decision=self._decision(thing, self.key),
                given=verdict.given,
                crowd=f"{self.name} {number}",
                coded=self.coded,
            )
            yield part, verdict

    def _with(self, thing: Thing, categories: Categories) -> Thing:
        data = self.vocabulary.close("data", SetValue(categories))
        return thing.with_values({"data": data, "needed_for_purpose": True})

    def _decision(self, thing: Thing, categories: Categories) -> Decision:
        return self.judge.decider.decide(self._with(thing, categories), self.records)

    def _decide(self, thing: Thing, categories: Categories) -> tuple[Outcome, str]:
        decision = self._decision(thing, categories)
        return decision.outcome, decision.deciding or ("" if decision.covered else NOT_COVERED)

    def _place(self, vector: tuple[int, ...]) -> str:
        for raw, index in zip(self.raw["codes"], vector, strict=True):
            if "places" in raw:
                return str(raw["places"][index])
        return ""


PLACES = ("subject_located_in", "people_located_in", "collected_in", "controller_region")


def place_of(thing: Thing) -> str:
    """Where the people are, as far as known; else where the data was collected, else the controller's."""
    return next((text for name in PLACES if (text := _region(thing.values.get(name)))), "")


def recipient_of(thing: Thing) -> str:
    """Where the recipient or reader is; empty where there is none."""
    return _region(thing.values.get("recipient_region"))


def _region(value: Value | None) -> str:
    if isinstance(value, SetValue):
        return "/".join(sorted(value.members))
    return "" if value in (None, "none") else str(value)


def _moment(at: datetime | None) -> str:
    return at.isoformat().replace("+00:00", "Z") if at else ""

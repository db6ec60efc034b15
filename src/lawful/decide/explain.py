"""An answer in full: rules and why, obligations, what is wanted, assumed, cured, in conflict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import attrs

from lawful.decide.contested import outcomes_otherwise, readings_used
from lawful.decide.cures import Cure, find_cures
from lawful.decide.decider import Decider, Decision
from lawful.decide.timeline import Span, timeline
from lawful.decide.unexamined import beside_a_use
from lawful.decide.why import Missing, Reason, entry_facts, missing, reasons
from lawful.law.book import Book
from lawful.law.coverage import PLACES, Touched, touched
from lawful.law.model import Entry, Kind, Line
from lawful.law.oracle import Court, Judged, all_of
from lawful.law.thing import Thing
from lawful.law.tree import Presumed, PresumedTerm, facts_in, terms, walk
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Answer, Otherwise, Outcome
from lawful.terms.texts import Text
from lawful.terms.values import Source, SourceKind, Value


@attrs.frozen(kw_only=True)
class RuleAnswer:
    """How one entry answered, and why."""

    entry: Entry
    answer: Answer
    because: tuple[Reason, ...]

    @property
    def id(self) -> RuleId:
        """The entry's id."""
        return self.entry.id


@attrs.frozen(kw_only=True)
class Wanted:
    """Something still to be found out, and the rules that wait for it.

    ``kind`` is ``fact``, ``record`` (of a rule), ``item`` (``RULE:ITEM``: what its record does not say),
    ``counsel`` (on an entry), ``place`` (one not known) or ``not_covered`` (``name`` is ``REGION.topic``).
    """

    kind: str
    name: str
    why: tuple[RuleId, ...]


@attrs.frozen(kw_only=True)
class FactUsed:
    """A fact that some applicable entry tests, with its source."""

    name: str
    value: Value | None
    source: Source | None


@attrs.frozen(kw_only=True)
class Conflict:
    """A command and a prohibition that meet; ``sure`` if both hold for certain. Counsel decides."""

    command: Entry
    rule: Entry
    sure: bool


@attrs.frozen(kw_only=True)
class Explanation:
    """A use's answer in full. ``rules`` in order: worst first, then id."""

    thing: Thing
    book: Book
    outcome: Outcome
    deciding: Entry | None
    rules: tuple[RuleAnswer, ...]
    obligations: tuple[RuleAnswer, ...]
    wanted: tuple[Wanted, ...]
    assumed: tuple[FactUsed, ...]
    presumed: tuple[str, ...]
    cures: tuple[Cure, ...]
    conflicts: tuple[Conflict, ...]
    facts: tuple[FactUsed, ...]
    readings: tuple[str, ...]
    otherwise: Mapping[str, Mapping[str, Outcome]] = attrs.field(hash=False)
    not_examined: tuple[Text, ...]
    touched: Touched
    timeline: tuple[Span, ...]


_RANK = {
    Answer.UNMET: 0,
    Answer.UNDETERMINED: 1,
    Answer.APPLIES: 2,
    Answer.MET: 3,
    Answer.NOT_APPLICABLE: 4,
}


def explain(
    decider: Decider,
    thing: Thing,
    *,
    today: date | None = None,
    demand_review: bool = False,
    cures: bool = True,
) -> Explanation:
    """Explain the decision of a use. ``today`` bounds the timeline; without it there is none."""
    court = Court(decider.book, thing)
    decision = decider.decide(thing)
    judged = {
        each.id: court.judged(each)
        for each in decider.book.entries.values()
        if each.about == thing.about and each.kind is not Kind.DEFINITION
    }
    reach = touched(court, demand_review=demand_review)
    outcome = decision.outcome
    if outcome is Outcome.LAWFUL and not reach.covered:
        outcome = Outcome.UNDETERMINED
    answers = [
        RuleAnswer(
            entry=court.book.entries[each],
            answer=found.answer,
            because=reasons(court, court.book.entries[each], found),
        )
        for each, found in judged.items()
    ]
    answers.sort(
        key=lambda each: (_RANK[each.answer], each.entry.otherwise is not Otherwise.BLOCK, each.id)
    )
    readings = readings_used(court, judged)
    return Explanation(
        thing=thing,
        book=decider.book,
        outcome=outcome,
        deciding=decider.book.entries[decision.deciding] if decision.deciding else None,
        rules=tuple(answers),
        obligations=tuple(_obligations(answers)),
        wanted=_wanted(court, judged, reach),
        assumed=tuple(assumed_in(court)),
        presumed=_presumed(court, judged),
        cures=_cures(decider, thing, decision, reach) if cures else (),
        conflicts=tuple(conflicts(court, judged)),
        facts=facts_used(court, judged),
        readings=readings,
        otherwise=outcomes_otherwise(court, judged, readings),
        not_examined=tuple(beside_a_use(court, reach)),
        touched=reach,
        timeline=timeline(decider.book, thing, today) if today else (),
    )


def _cures(decider: Decider, thing: Thing, decision: Decision, reach: Touched) -> tuple[Cure, ...]:
    """Cures; where counsel's review is demanded and lacking, none leads further than unknown."""
    found = find_cures(decider, thing, decision)
    if reach.covered or not decision.covered:
        return found
    if decision.outcome is Outcome.UNDETERMINED:
        return ()
    return tuple(attrs.evolve(each, outcome=Outcome.UNDETERMINED) for each in found)


def _obligations(answers: list[RuleAnswer]) -> Iterator[RuleAnswer]:
    for each in answers:
        if (
            each.entry.otherwise in (Otherwise.WITH, Otherwise.AFTER)
            and each.answer is not Answer.NOT_APPLICABLE
        ):
            yield each


def _wanted(court: Court, judged: Mapping[RuleId, Judged], reach: Touched) -> tuple[Wanted, ...]:
    """What is missing, each with the rules that wait for it: it may hide a prohibition."""
    waits: dict[Missing, list[RuleId]] = {}
    for rule, found in judged.items():
        entry = court.book.entries[rule]
        if entry.kind is Kind.RULE:
            for each in missing(court, entry, found):
                waits.setdefault(each, []).append(rule)
    wanted = [
        Wanted(kind=each.kind, name=each.name, why=tuple(rules)) for each, rules in waits.items()
    ]
    wanted += [Wanted(kind="place", name=each, why=()) for each in reach.unknown_places]
    wanted += [
        Wanted(kind="not_covered", name=f"{each.region}.{each.topic}", why=())
        for each in reach.gaps
    ]
    return tuple(sorted(wanted, key=lambda each: (-len(each.why), each.kind, each.name)))


def assumed_in(court: Court) -> Iterator[FactUsed]:
    """Conclusions and records typed by hand, and what was filled in that an entry in reach tests."""
    thing, book = court.thing, court.book
    asked = set(PLACES).union(
        *(
            entry_facts(court, each)
            for each in book.entries.values()
            if each.about == thing.about and court.in_force(each) and court.scope(each) is not False
        ),
        {book.vocabulary.role_in.get(thing.about, "")} - {"controller_role"},
    )
    for name, value in sorted(thing.values.items()):
        source = thing.sources.get(name)
        typed = source is None or source.kind is SourceKind.TYPED
        if value is not None and (
            (typed and book.vocabulary.facts[name].concluded)
            or (source and source.kind is SourceKind.ASSUMED and name in asked)
        ):
            yield FactUsed(name=name, value=value, source=source)
    for record in thing.records:
        if record.items is None:
            yield FactUsed(
                name=f"fulfilled:{record.rule}", value=True, source=Source(kind=SourceKind.TYPED)
            )


def _presumed(court: Court, judged: Mapping[RuleId, Judged]) -> tuple[str, ...]:
    """Facts that the law presumed because they are not known, where that made a difference."""
    found: set[str] = set()
    for rule, each in judged.items():
        entry = court.book.entries[rule]
        lines = (*entry.when, *entry.unless, *(entry.requires or ()))
        if each.answer is Answer.NOT_APPLICABLE:
            lines = _blocking(court, entry)
        presumed = [_presumed_in(court, line, entry) for line in lines]
        if each.answer is not Answer.NOT_APPLICABLE or all(presumed):
            found = found.union(*presumed)
    return tuple(sorted(found))


def _blocking(court: Court, entry: Entry) -> tuple[Line, ...]:
    """The lines that keep an entry from applying; none where something else does too."""
    out = not court.in_force(entry) or court.scope(entry) is False or court.bears(entry) is False
    if out or any(court.defeats(each) for each in court.book.defeaters.get(entry.id, ())):
        return ()
    when = [line for line in entry.when if court.value(line.node, entry) is False]
    unless = [line for line in entry.unless if court.value(line.node, entry)]
    return (*when, *unless)


def _presumed_in(court: Court, line: Line, entry: Entry) -> set[str]:
    found: set[str] = set()
    for node in walk(line.node):
        if isinstance(node, Presumed) and court.value(node.item, entry) is None:
            found |= facts_in(node)
        names = [term.name for term in terms(node) if isinstance(term, PresumedTerm)]
        found |= {name for name in names if court.thing.values.get(name) is None}
    return found


def conflicts(court: Court, judged: Mapping[RuleId, Judged]) -> Iterator[Conflict]:
    """Commands that apply, or may, to a use which a prohibition forbids, or may."""
    blocks = [
        court.book.entries[rule]
        for rule, each in judged.items()
        if court.book.entries[rule].otherwise is Otherwise.BLOCK and each.violated is not False
    ]
    for rule, each in judged.items():
        entry = court.book.entries[rule]
        if entry.kind is not Kind.COMMAND or each.applies is False:
            continue
        demanded = all_of([court.value(line.node, entry) for line in entry.commands])
        for block in blocks:
            if demanded is not False and block.force != "policy":
                sure = bool(each.applies and demanded and judged[block.id].violated)
                yield Conflict(command=entry, rule=block, sure=sure)


def facts_used(court: Court, judged: Mapping[RuleId, Judged]) -> tuple[FactUsed, ...]:
    """Facts that applicable entries test and the places known, in order of declaration."""
    names: set[str] = set()
    for rule, each in judged.items():
        if each.answer is not Answer.NOT_APPLICABLE:
            names |= entry_facts(court, court.book.entries[rule])
    names |= {name for name in PLACES if court.thing.values.get(name) is not None}
    return tuple(
        FactUsed(
            name=name, value=court.thing.values.get(name), source=court.thing.sources.get(name)
        )
        for name in court.book.vocabulary.facts
        if name in names
    )

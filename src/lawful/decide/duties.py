"""Duty lists: what is owed for a thing that is not a use, by whom, to whom, until when."""

from __future__ import annotations

import attrs

from lawful.decide.explain import FactUsed, RuleAnswer, Wanted, assumed_in, facts_used
from lawful.decide.why import Missing, missing, reasons
from lawful.law.book import Book
from lawful.law.clocks import Due, DutyState, due
from lawful.law.model import Kind
from lawful.law.oracle import Court
from lawful.law.records import latest
from lawful.law.thing import Thing
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Answer, Otherwise


@attrs.frozen(kw_only=True)
class Duty:
    """One duty of the list and how it stands."""

    rule: RuleAnswer
    due: Due

    @property
    def owed(self) -> bool:
        """Is something still to be done?"""
        return self.due.state in (DutyState.DUE, DutyState.OVERDUE, DutyState.PROMPTLY)


@attrs.frozen(kw_only=True)
class DutyList:
    """Duties of a thing: refused ones first, then by last moment; what is wanted and assumed."""

    thing: Thing
    book: Book
    duties: tuple[Duty, ...]
    rules: tuple[RuleAnswer, ...]
    wanted: tuple[Wanted, ...]
    assumed: tuple[FactUsed, ...]
    facts: tuple[FactUsed, ...]

    @property
    def owed(self) -> tuple[Duty, ...]:
        """The duties of which something is still to be done."""
        return tuple(each for each in self.duties if each.owed)

    @property
    def undetermined(self) -> bool:
        """Is some duty not known to be owed or met?"""
        return any(each.due.state is DutyState.UNDETERMINED for each in self.duties)


def list_duties(book: Book, thing: Thing) -> DutyList:
    """The duty list of a thing, by the law of its moment and the clock of ``thing.at``."""
    court = Court(book, thing)
    judged = {
        each.id: court.judged(each)
        for each in book.entries.values()
        if each.about == thing.about and each.kind is Kind.RULE
    }
    answers = {
        rule: RuleAnswer(
            entry=book.entries[rule],
            answer=found.answer,
            because=reasons(court, book.entries[rule], found),
        )
        for rule, found in judged.items()
    }
    duties = [
        Duty(
            rule=answers[rule],
            due=due(court, book.entries[rule], found.answer, latest(thing.records, rule)),
        )
        for rule, found in judged.items()
        if found.answer is not Answer.NOT_APPLICABLE
    ]
    waits: dict[Missing, list[RuleId]] = {}
    for rule, found in judged.items():
        for each in missing(court, book.entries[rule], found):
            waits.setdefault(each, []).append(rule)
    for duty in duties:
        for name in duty.due.wanted:
            kind, _, rest = name.rpartition(":")
            rules = waits.setdefault(Missing(kind or "fact", rest), [])
            if duty.rule.id not in rules:
                rules.append(duty.rule.id)
    wanted = (
        Wanted(kind=each.kind, name=each.name, why=tuple(rules)) for each, rules in waits.items()
    )
    return DutyList(
        thing=thing,
        book=book,
        duties=tuple(sorted(duties, key=_order)),
        rules=tuple(answers.values()),
        wanted=tuple(sorted(wanted, key=lambda each: (each.kind, each.name))),
        assumed=tuple(assumed_in(court)),
        facts=facts_used(court, judged),
    )


def _order(duty: Duty) -> tuple[bool, bool, str, str]:
    refused = duty.rule.entry.otherwise in (Otherwise.BLOCK, Otherwise.BEFORE)
    last = duty.due.last.isoformat() if duty.due.last else ""
    return (not refused, not duty.owed, last, duty.rule.id)

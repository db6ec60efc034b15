"""Contested readings: which of them an answer uses, and what each other option would answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lawful.law.coverage import touched
from lawful.law.model import Entry, Kind
from lawful.law.oracle import Court, Judged, Kleene, worst
from lawful.law.tree import Node, ReadingIs
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Answer, Outcome


def readings_used(court: Court, judged: Mapping[RuleId, Judged]) -> tuple[str, ...]:
    """Readings that entries on the table ask for, in conditions, scopes and definitions, in order.

    An entry is on the table if its scope reaches the thing, or would by another option of a reading.
    """
    book, found = court.book, set[str]()
    undecided = _Undecided(book, court.thing)
    for rule, each in judged.items():
        asked = book.readings_of[rule]
        if asked - found and (
            each.answer is not Answer.NOT_APPLICABLE
            or undecided.scope(book.entries[rule]) is not False
        ):
            found |= asked
    return tuple(sorted(found))


def outcomes_otherwise(
    court: Court, judged: Mapping[RuleId, Judged], readings: Iterable[str]
) -> dict[str, dict[str, Outcome]]:
    """For each reading, the outcome under each option that is not in use, all else the same."""
    return {
        name: {each: _outcome(court, judged, name, each) for each in _others(court, name)}
        for name in readings
    }


def answers_otherwise(
    court: Court, judged: Mapping[RuleId, Judged]
) -> dict[str, dict[str, dict[RuleId, Answer]]]:
    """For each reading on which answers turn, the rules that answer otherwise under each other option."""
    found: dict[str, dict[str, dict[RuleId, Answer]]] = {}
    for name in readings_used(court, judged):
        turns = [court.book.entries[each] for each in judged if each in court.book.turning_on[name]]
        for option in _others(court, name):
            other = _read(court, name, option)
            answers = {each.id: other.judged(each).answer for each in turns}
            changed = {
                rule: answer
                for rule, answer in answers.items()
                if answer is not judged[rule].answer
            }
            if changed:
                found.setdefault(name, {})[option] = changed
    return found


def _others(court: Court, name: str) -> list[str]:
    options = court.book.rulebook.readings[name].options
    return [each for each in options if each != court.readings[name]]


def _read(court: Court, name: str, option: str) -> Court:
    return Court(court.book, court.thing, readings={**court.readings, name: option})


def _outcome(court: Court, judged: Mapping[RuleId, Judged], reading: str, option: str) -> Outcome:
    book, turns = court.book, court.book.turning_on[reading]
    other = _read(court, reading, option)
    rules = (each for each in map(book.entries.__getitem__, judged) if each.kind is Kind.RULE)
    outcome, _ = worst(
        (each.id, each, (other.judged(each) if each.id in turns else judged[each.id]).violated)
        for each in rules
    )
    if outcome is Outcome.LAWFUL and not touched(other).covered:
        return Outcome.UNDETERMINED
    return outcome


class _Undecided(Court):
    """A court that takes no contested question as settled."""

    def value(self, node: Node, entry: Entry) -> Kleene:
        return None if isinstance(node, ReadingIs) else super().value(node, entry)

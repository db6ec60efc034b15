"""Counts that matter to an answer, with the thresholds that its entries hold them against."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from lawful.decide.explain import Explanation, RuleAnswer
from lawful.law.book import Book
from lawful.law.model import Entry
from lawful.law.tree import Compare, FactTerm, Flag, Literal, Node, walk
from lawful.terms.outcomes import Answer

FAR = 5.0
"""So many times its nearest threshold away from it, a count no longer matters."""


@attrs.frozen(kw_only=True)
class Meter:
    """A known count and the thresholds that entries on the table test it against, ascending."""

    fact: str
    value: int
    thresholds: tuple[int, ...]


def meters(found: Explanation) -> tuple[Meter, ...]:
    """The counts above zero that some entry on the table tests, nearest to a threshold first."""
    tested: dict[str, set[int]] = {}
    for each in found.rules:
        if _on_the_table(each, found.book):
            for name, threshold in _tests(found.book, each.entry):
                tested.setdefault(name, set()).add(threshold)
    known = ((name, found.thing.values.get(name)) for name in tested)
    made = [
        Meter(fact=name, value=value, thresholds=tuple(sorted(tested[name])))
        for name, value in known
        if isinstance(value, int) and not isinstance(value, bool) and value > 0
    ]
    near = (each for each in made if _distance(each) < FAR)
    return tuple(sorted(near, key=lambda each: (_distance(each), each.fact)))


def _on_the_table(each: RuleAnswer, book: Book) -> bool:
    """Does the entry bear on the answer: by applying, by being open, or by failing on a count?"""
    if each.answer is not Answer.NOT_APPLICABLE:
        return True
    return any(
        reason.part in ("when", "unless")
        and any(book.vocabulary.facts[name].type == "count" for name in reason.facts)
        for reason in each.because
    )


def _tests(book: Book, entry: Entry) -> Iterator[tuple[str, int]]:
    for line in (*entry.when, *entry.unless, *(entry.requires or ())):
        yield from _compared(book, line.node)


def _compared(book: Book, node: Node) -> Iterator[tuple[str, int]]:
    for each in walk(node):
        match each:
            case Compare(_, FactTerm(name), Literal(int(number))) if number > 1:
                yield name, number
            case Flag(name) if name in book.definitions:
                for entry in book.definitions[name]:
                    for line in entry.when:
                        yield from _compared(book, line.node)
            case _:
                pass


def _distance(meter: Meter) -> float:
    return min(abs(meter.value - each) / each for each in meter.thresholds)

"""Words for every entry, cures that do what they say, and *no* that opens nothing."""

from __future__ import annotations

from datetime import date
from itertools import islice

import pytest

from lawful.decide import Decider, explain, wire
from lawful.decide.cures import apply
from lawful.decide.prose import Prose
from lawful.law.book import Book
from lawful.law.thing import Thing
from lawful.terms import Outcome, set_of
from lawful.testing.things import Things

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def uses(book: Book) -> list[Thing]:
    found = [thing for batch in islice(Things(book, 11).batches(4), 60) for thing in batch.things]
    return [thing for thing in found if thing.about == "use"][:120]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_condition_has_words(book: Book, lang: str) -> None:
    prose = Prose(book, lang)
    for entry in book.entries.values():
        for line in (*entry.when, *entry.unless, *(entry.requires or ()), *entry.commands):
            assert prose.node(line.node).strip()


def test_each_cure_gives_what_it_says(book: Book, uses: list[Thing]) -> None:
    decider, seen = Decider(book), 0
    for thing in uses:
        for cure in explain(decider, thing).cures:
            seen += 1
            assert "lawful_bases" not in {change.name for change in cure.changes}
            after = apply(book.vocabulary.close, thing, frozenset(cure.changes))
            assert decider.decide(after).outcome is cure.outcome
    assert seen > 20


def test_no_cure_holds_another(book: Book, uses: list[Thing]) -> None:
    decider = Decider(book)
    for thing in uses:
        sets = [set(cure.changes) for cure in explain(decider, thing).cures]
        assert not any(one < other for one in sets for other in sets)


def test_an_answer_can_always_be_written_down(book: Book, uses: list[Thing]) -> None:
    decider = Decider(book)
    for thing in uses[:30]:
        found = explain(decider, thing, today=TODAY)
        for lang in ("en", "zh"):
            answer = wire.explanation(found, lang)
            assert answer["outcome"] == found.outcome.value
            assert (found.outcome is Outcome.LAWFUL) <= (not answer["wanted"])


def test_saying_no_where_nothing_is_recorded_opens_nothing(book: Book, uses: list[Thing]) -> None:
    decider, vocabulary, tried = Decider(book), book.vocabulary, 0
    for fact in vocabulary.facts.values():
        if not fact.unrecorded or not vocabulary.knows_fact("use", fact.name):
            continue
        others: list[object] = {
            "flag": lambda: [True],
            "set": lambda name=fact.name: [set_of([each]) for each in vocabulary.values_of(name)],
        }.get(fact.type, lambda name=fact.name: list(vocabulary.values_of(name)))()
        for thing in uses[:40]:
            no = decider.decide(thing.with_values({fact.name: vocabulary.nothing(fact.name)}))
            for value in others:
                tried += 1
                yes = decider.decide(thing.with_values({fact.name: value}))  # type: ignore[dict-item]
                if vocabulary.only_permits(fact.name):
                    assert no.outcome.rank <= yes.outcome.rank, (fact.name, value)
                elif no.outcome is Outcome.LAWFUL:  # what rests on it has conditions of its own
                    assert yes.outcome is Outcome.LAWFUL, (fact.name, value)
    assert tried > 500

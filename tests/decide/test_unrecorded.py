"""Facts that are *no* where nothing is recorded can only permit: *no* is never the better answer.

Held of things as the gate makes them: its other facts of this sort are *no* too where nothing is
recorded, or unknown where the activity claims the basis that they belong to. *No* never opens what
another value would keep shut. Two facts (``unrecorded_reason``) have conditions of their own: of
them *yes* may turn a question that something else left open into *not yet*.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lawful.decide.decider import Decider
from lawful.law.account import own_facts
from lawful.law.book import Book
from lawful.law.examples import situation
from lawful.law.thing import Thing
from lawful.law.vocabulary import Fact
from lawful.terms.outcomes import Outcome
from lawful.terms.values import Value, set_of
from lawful.testing.things import Things, decisive
from tests.decide.uses import USES, use

EXAMPLES, ROWS = 60, 30
LAWFUL = Outcome.LAWFUL


def unrecorded(book: Book) -> list[Fact]:
    return [fact for fact in book.vocabulary.facts_of("use") if fact.unrecorded]


def others(book: Book, fact: Fact) -> Iterator[Value]:
    """Every value but *no*: yes, each closed value, each member alone and all together."""
    if fact.type == "flag":
        yield True
        return
    values = [each for each in book.vocabulary.values_of(fact.name) if each != fact.absent]
    if fact.type == "enum":
        yield from (each for each in values if each != book.vocabulary.nothing(fact.name))
        return
    yield set_of(values)
    yield from (set_of([each]) for each in values)


def test_no_is_never_better_than_another_value(book: Book) -> None:
    decider, things = Decider(book), Things(book, 11)
    facts = unrecorded(book)
    assert len(facts) > 10
    freed: Counter[str] = Counter()
    for fact in facts:
        for base in _examples_that_test(book, fact)[:EXAMPLES]:
            for found in things.batch(base, ROWS).things:
                freed[fact.name] += _check(decider, _as_the_gate_fills_it(book, found), fact)
    seldom = {fact.name for fact in facts if not freed[fact.name]}
    assert len(seldom) < len(facts) / 2, f"never made a difference: {sorted(seldom)}"


def _examples_that_test(book: Book, fact: Fact) -> list[Thing]:
    """The things of the examples, about a use, of entries that test a fact."""
    mine = {each.id for each in book.entries.values() if fact.name in own_facts(each)}
    found = [situation(book, each) for each in decisive(book) if each.rule in mine]
    return [thing for entry, thing in found if thing.about == "use"]


def _as_the_gate_fills_it(book: Book, thing: Thing) -> Thing:
    missing = [f for f in unrecorded(book) if thing.values.get(f.name) is None and not f.claimed_by]
    return thing.with_values({f.name: book.vocabulary.nothing(f.name) for f in missing})


def test_no_never_opens_what_another_value_keeps_shut(book: Book) -> None:
    decider, things = Decider(book), Things(book, 12)
    opened = 0
    for facts in USES:
        for thing in things.batch(use(book, facts), ROWS * 4).things:
            for fact in unrecorded(book):
                nothing = book.vocabulary.nothing(fact.name)
                if decider.decide(thing.with_values({fact.name: nothing})).outcome is LAWFUL:
                    opened += 1
                    for value in others(book, fact):
                        changed = thing.with_values({fact.name: value})
                        outcome = decider.decide(changed).outcome
                        own = fact.unrecorded_reason and outcome is not Outcome.PROHIBITED
                        assert outcome is LAWFUL or own, (fact.name, value)
    assert opened > 500


def _check(decider: Decider, thing: Thing, fact: Fact) -> bool:
    nothing = decider.book.vocabulary.nothing(fact.name)
    no = decider.decide(thing.with_values({fact.name: nothing})).outcome
    better = False
    open_elsewhere = bool(fact.unrecorded_reason) and no is Outcome.UNDETERMINED
    for value in others(decider.book, fact):
        yes = decider.decide(thing.with_values({fact.name: value})).outcome
        better |= yes.rank > no.rank
        assert no.rank <= yes.rank or open_elsewhere, (
            f"{fact.name} = {nothing!r} gives {no.value}, {value!r} {yes.value}: "
            f"{dict(thing.values)}"
        )
    return better

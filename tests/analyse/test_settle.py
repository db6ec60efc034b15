"""Answers that three-valued logic leaves open although every completion agrees."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice, product

from lawful.analyse import settle
from lawful.decide.decider import Decider
from lawful.law.book import Book
from lawful.law.thing import Thing
from lawful.terms.outcomes import Outcome
from lawful.terms.values import Value, set_of
from lawful.testing.things import Things
from tests.law.files import rule, small_book

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
PLACES = ("subject_located_in", "controller_region", "collected_in")


def use(**values: Value | None) -> Thing:
    held = set_of(["SG"])
    base: dict[str, Value | None] = {
        **dict.fromkeys(PLACES, "SG"),
        "stored_in": held,
        "processed_in": held,
    }
    return Thing(about="use", at=AT, values={**base, **values})


def test_a_case_split() -> None:
    """Either way one of the two rules is unmet."""
    book = small_book(rule("objected", name="a") + rule("NOT objected", name="b"))
    decider = Decider(book)
    thing = use()
    assert decider.decide(thing).outcome is Outcome.UNDETERMINED
    assert settle(decider, thing) is Outcome.NOT_YET
    both = small_book(rule("objected AND NOT objected", name="a"))
    assert Decider(both).decide(thing).outcome is Outcome.UNDETERMINED
    assert settle(Decider(both), thing) is Outcome.LAWFUL


def test_what_really_is_open_stays_open() -> None:
    book = small_book(rule("objected", name="a"))
    assert settle(Decider(book), use()) is None


def test_a_record_may_be_there_or_not() -> None:
    book = small_book(
        rule("consent_given", name="a", requires="fulfilled OR NOT fulfilled")
        + rule("emergency", name="b", requires="fulfilled")
    )
    decider = Decider(book)
    assert settle(decider, use(consent_given=True, emergency=False)) is Outcome.LAWFUL
    assert settle(decider, use(consent_given=True, emergency=True)) is None


def test_what_is_presumed_of_a_set_stands_and_is_not_tried() -> None:
    """Otherwise either way of filling it in would be tried, and one of the two rules be unmet."""
    book = small_book(
        rule("presumed(has_any(data, 'health'), FALSE)", name="a")
        + rule("NOT presumed(has_any(data, 'health'), TRUE)", name="b")
    )
    decider = Decider(book)
    for data in (None, set_of(["email"], ["health"])):
        thing = use(data=data)
        assert decider.decide(thing).outcome is Outcome.LAWFUL
        assert settle(decider, thing) is Outcome.LAWFUL
    assert decider.decide(use(data=set_of(["health"]))).outcome is Outcome.NOT_YET


def test_a_partly_known_set() -> None:
    book = small_book(
        rule("has_any(data, 'health')", name="a") + rule("NOT has_any(data, 'health')", name="b")
    )
    thing = use(data=set_of(["contact"], ["health"]))
    assert settle(Decider(book), thing) is Outcome.NOT_YET
    assert settle(Decider(small_book(rule("has_any(data, 'health')"))), thing) is None


def test_every_completion_agrees_with_what_is_settled(book: Book) -> None:
    """Unknown flags filled in both ways: none contradicts."""
    decider = Decider(book)
    checked = 0
    for batch in islice(Things(book, 4).batches(6), 30):
        for thing in batch.things:
            if thing.about != "use" or decider.decide(thing).outcome is not Outcome.UNDETERMINED:
                continue
            settled = settle(decider, thing)
            if settled is None:
                continue
            facts = book.vocabulary.facts
            flags = [n for n, v in thing.values.items() if v is None and facts[n].type == "flag"]
            for values in islice(product((True, False), repeat=len(flags)), 16):
                found = decider.decide(thing.with_values(dict(zip(flags, values, strict=True))))
                assert found.outcome in (settled, Outcome.UNDETERMINED)
                checked += 1
    assert checked >= 0

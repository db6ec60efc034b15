"""The short way: what stands in a use's way, with and without records kept for an activity."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import attrs
import pytest

from lawful.decide.decider import Decider
from lawful.law.book import Book, build_book
from lawful.law.thing import Record, Thing
from lawful.terms.outcomes import Outcome
from lawful.testing.growing import count_rules, grown
from lawful.testing.traffic import Traffic
from tests.law.files import basis, rule, rulebook_files, small_book

A = "xx.act.1.a"
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["realistic", "uniform"])
def test_it_says_what_the_full_answer_says(book: Book, kind: str) -> None:
    decider, uses = Decider(book), getattr(Traffic(book, 11), kind)(150)
    for use in uses:
        found = decider.decide(use)
        assert found.ruling == decider.decision(decider.values(use))
    outcomes = {decider.decide(each).outcome for each in uses}
    assert len(outcomes) > 1


def test_a_larger_rulebook_is_one_too() -> None:
    book = build_book(grown(rulebook_files(), 300))
    assert count_rules(book) == 300
    decider = Decider(book)
    for use in Traffic(book, 2).uniform(40):
        assert decider.decide(use).ruling == decider.decision(decider.values(use))


def test_all_that_stands_in_the_way_is_named() -> None:
    book = small_book(
        rule("ciio", name="a", requires="consent_given")
        + rule("ciio", name="c", requires="consent_separate")
        + rule("ciio", name="d", requires="monitors_behaviour")
        + basis("emergency", defeats="xx.act.1.d")
    )
    known = {"ciio": True, "consent_given": False, "monitors_behaviour": False, "emergency": True}
    ruling = Decider(book).decide(Thing(about="use", at=AT, values=known)).ruling
    assert (ruling.violated, ruling.open) == ((A,), ("xx.act.1.c",))
    assert (ruling.outcome, ruling.deciding) == (Outcome.NOT_YET, A)


def test_states_are_kept_for_the_records_of_an_activity_and_the_day() -> None:
    decider = Decider(small_book(rule("ciio", requires="fulfilled")))
    records = (Record(rule=A, done_at=AT, expires_on=date(2026, 12, 31)),)
    kept = frozenset({A})
    use = Thing(about="use", at=AT, values={"ciio": True}, records=records, kept=kept)
    later = attrs.evolve(use, at=AT + timedelta(days=60))
    for _ in range(2):
        assert decider.decide(use).ruling.violated == ()
        assert decider.decide(later).ruling.violated == (A,)
        assert decider.decide(attrs.evolve(use, records=())).ruling.violated == (A,)
        assert decider.decide(attrs.evolve(use, records=(), kept=frozenset())).ruling.open == (A,)


def test_a_state_that_rests_on_facts_is_worked_out_for_each_use() -> None:
    more = 'contents = ["nature", { item = "transfers", when = "monitors_behaviour" }]'
    decider = Decider(small_book(rule("ciio", requires="fulfilled", more=more)))
    records = (Record(rule=A, done_at=AT, items=frozenset({"nature"})),)
    use = Thing(about="use", at=AT, values={"ciio": True}, records=records, kept=frozenset({A}))
    for value, violated in ((False, ()), (True, (A,)), (False, ())):
        told = use.with_values({"monitors_behaviour": value})
        assert decider.decide(told).ruling.violated == violated

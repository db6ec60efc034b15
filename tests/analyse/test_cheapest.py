"""The cheapest cures: as brute force finds them, within what a cure may do."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from itertools import combinations

import pytest

from lawful.analyse import cheapest_cures
from lawful.analyse.cheapest import effort
from lawful.decide.cures import Change, apply, find_cures, steps_asked
from lawful.decide.decider import Decider
from lawful.law.book import Book
from lawful.law.thing import Thing
from lawful.terms.outcomes import Outcome
from lawful.terms.values import Value, set_of
from lawful.testing.things import Things
from tests.decide.uses import CHINA, COURT, EUROPE, EXPORT, USES, use
from tests.law.files import basis, rule, small_book

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def decider(book: Book) -> Decider:
    return Decider(book)


@pytest.fixture(scope="module")
def troubled(decider: Decider) -> list[Thing]:
    things = Things(decider.book, 33)
    found = [each for facts in USES for each in things.batch(use(decider.book, facts), 14).things]
    return [each for each in found if decider.decide(each).outcome is not Outcome.LAWFUL]


def brute(decider: Decider, thing: Thing, steps: list[Change], most: int) -> set[frozenset[Change]]:
    """Every least set of steps that makes a use lawful, each asked for where it is missing."""
    found: set[frozenset[Change]] = set()
    for size in range(1, most + 1):
        for chosen in combinations(steps, size):
            changes = frozenset(chosen)
            if any(each <= changes for each in found):
                continue
            if outcome(decider, thing, changes) is Outcome.LAWFUL and asked(
                decider, thing, changes
            ):
                found.add(changes)
    return found


def after(decider: Decider, thing: Thing, changes: frozenset[Change]) -> Thing:
    return apply(decider.book.vocabulary.close, thing, changes)


def outcome(decider: Decider, thing: Thing, changes: frozenset[Change]) -> Outcome:
    return decider.decide(after(decider, thing, changes)).outcome


def asked(decider: Decider, thing: Thing, changes: frozenset[Change]) -> bool:
    return all(
        each in steps_asked(decider, after(decider, thing, changes - {each})) for each in changes
    )


SMALL_LAW = (
    rule("consent_given OR emergency", name="a", requires="consent_separate OR consent_explicit")
    + rule("emergency", name="b", requires="has_all(told, 'purpose', 'method')")
    + rule("NOT emergency", name="c", requires="fulfilled")
    + rule("needed_for_purpose", name="d")
    + basis("authority_approval", name="e", defeats="xx.act.1.d")
    + basis("has_any(transfer_routes, 'scc', 'bcr')", name="f", defeats="xx.act.1.d")
)


@pytest.mark.parametrize("seed", range(24))
def test_equal_to_brute_force_on_small_cases(seed: int) -> None:
    """Every least set, not only the cheapest: six rules and bases, eight steps, all their subsets."""
    decider = Decider(small_book(SMALL_LAW))
    chance = random.Random(seed)
    flags = ("consent_given", "emergency", "consent_separate", "consent_explicit")
    held = set_of(["SG"])
    values: dict[str, Value | None] = {
        **{name: chance.choice((True, False, None)) for name in flags},
        "authority_approval": chance.choice((False, None)),
        "needed_for_purpose": chance.choice((True, False)),
        "told": chance.choice((set_of(["purpose"]), set_of(), set_of([], ["method"]), None)),
        "transfer_routes": chance.choice((set_of(), None)),
        **dict.fromkeys(("subject_located_in", "controller_region", "collected_in"), "SG"),
        "stored_in": held,
        "processed_in": held,
    }
    thing = Thing(about="use", at=AT, values=values)
    steps = sorted(steps_asked(decider, thing, standing=False))
    assert len(steps) <= 10
    found = cheapest_cures(decider, thing, shown=100)
    assert {frozenset(each.changes) for each in found} == brute(decider, thing, steps, 6)


def test_as_cheap_as_the_search(decider: Decider, troubled: list[Thing]) -> None:
    """The search that answers ``ask`` gives the same sets, where its limits allow."""
    for thing in troubled:
        ours = cheapest_cures(decider, thing)
        theirs = find_cures(decider, thing, decider.decide(thing))
        lawful = [each for each in theirs if each.outcome is Outcome.LAWFUL]
        assert {each.changes for each in ours} == {each.changes for each in lawful}
        assert [each.effort for each in ours] == sorted(each.effort for each in ours)


def test_each_is_decided_again_and_costs_its_steps(decider: Decider, troubled: list[Thing]) -> None:
    for thing in troubled:
        for each in cheapest_cures(decider, thing):
            assert outcome(decider, thing, frozenset(each.changes)) is each.outcome
            assert each.effort == sum(effort(decider.book, one) for one in each.changes)


def names(decider: Decider, thing: Thing) -> set[str]:
    return {one.name for each in cheapest_cures(decider, thing) for one in each.changes}


@pytest.mark.parametrize("facts", [CHINA, EUROPE])
def test_never_another_basis_and_never_consent_unasked(
    decider: Decider, facts: dict[str, object]
) -> None:
    claimed = use(decider.book, facts, "lawful_bases = contract; consent_given = false")
    assert decider.decide(claimed).outcome is Outcome.NOT_YET
    assert "lawful_bases" not in names(decider, claimed)
    assert not any("consent" in each for each in names(decider, claimed))


def test_what_only_an_authority_lifts(decider: Decider) -> None:
    assert names(decider, use(decider.book, COURT)) == {"authority_approval"}


def test_the_routes_that_the_figures_ask_for(decider: Decider) -> None:
    thing = use(decider.book, EXPORT, "on = 2024-03-23; exported_general_persons_ytd = 1000000")
    found = cheapest_cures(decider, thing)
    assert [[one.value for one in each.changes] for each in found] == [["cac_assessment"]]


def test_a_lawful_use_wants_no_cure(decider: Decider) -> None:
    assert cheapest_cures(decider, use(decider.book, CHINA)) == ()

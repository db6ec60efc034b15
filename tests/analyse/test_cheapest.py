"""The cheapest cures: as brute force finds them, within what a cure may do."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from itertools import combinations

import attrs
import pytest

from lawful.analyse import cheapest_cures, read_as
from lawful.analyse.cheapest import effort
from lawful.decide.compiler import stops
from lawful.decide.cures import Change, Ways, apply, find_cures, steps_asked
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
    thing = in_singapore(
        **{name: chance.choice((True, False, None)) for name in flags},
        authority_approval=chance.choice((False, None)),
        needed_for_purpose=chance.choice((True, False)),
        told=chance.choice((set_of(["purpose"]), set_of(), set_of([], ["method"]), None)),
        transfer_routes=chance.choice((set_of(), None)),
    )
    steps = sorted(steps_asked(decider, thing, standing=False))
    assert len(steps) <= 10
    found = cheapest_cures(decider, thing, shown=100)
    assert {frozenset(each.changes) for each in found} == brute(decider, thing, steps, 6)


CHAINED_LAW = (
    rule("emergency", name="a", requires="consent_separate OR consent_explicit")
    + rule("consent_separate", name="b", requires="has_all(told, 'purpose', 'method')")
    + rule("has_any(told, 'method')", name="c", requires="fulfilled")
    + rule("consent_explicit", name="d", requires="NOT emergency")
    + rule("NOT emergency AND needed_for_purpose", name="e", requires="fulfilled")
)


@pytest.mark.parametrize("seed", range(8))
def test_what_a_step_brings_into_the_way_is_looked_at_too(seed: int) -> None:
    """A step of one cure makes another rule apply, whose own step makes a third: as brute force has it."""
    decider = Decider(small_book(CHAINED_LAW))
    chance = random.Random(seed)
    thing = in_singapore(
        emergency=seed < 4,
        needed_for_purpose=chance.choice((True, False)),
        consent_separate=False,
        consent_explicit=False,
        told=chance.choice((set_of(), set_of(["purpose"]))),
    )
    steps = sorted(steps_asked(decider, thing, standing=False))
    found = {frozenset(each.changes) for each in cheapest_cures(decider, thing, shown=100)}
    assert found == brute(decider, thing, steps, 6)
    if seed < 4:
        assert max(map(len, found)) == 4 - len(thing.values["told"].members)  # type: ignore[union-attr]  # a set


def in_singapore(**values: Value | None) -> Thing:
    held = set_of(["SG"])
    places = dict.fromkeys(("subject_located_in", "controller_region", "collected_in"), "SG")
    stored = {"stored_in": held, "processed_in": held}
    return Thing(about="use", at=AT, values={**values, **places, **stored})


def test_every_step_is_found_by_what_it_changes(decider: Decider, troubled: list[Thing]) -> None:
    """The rules that may ask for a change, by what it changes, leave none out."""
    seen = 0
    for thing in troubled[:40]:
        ways = Ways(decider, thing)
        for entry in decider.compiled(thing).program.rules:
            for step in ways.of(entry.id) if stops(entry) else ():
                assert entry.id in decider.asking[step.target]
                seen += 1
    assert seen > 1000


def test_other_days_and_readings_are_other_questions(book: Book, troubled: list[Thing]) -> None:
    """What is kept between cures is of one book and day: a decider that answered others answers as a fresh one."""
    names, days = ("always", "consent_only"), (date(2024, 3, 21), None)
    used = {name: Decider(read_as(book, "CS-1", name)) for name in names}
    fresh = {(name, on): Decider(read_as(book, "CS-1", name)) for name in names for on in days}
    for thing in troubled[::8]:
        for (name, on), alone in fresh.items():
            moved = attrs.evolve(thing, on=on)
            assert cheapest_cures(used[name], moved) == cheapest_cures(alone, moved)


def test_threads_share_a_decider(book: Book, decider: Decider, troubled: list[Thing]) -> None:
    things = troubled[:24]
    alone = [cheapest_cures(decider, each) for each in things]
    shared = Decider(book)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda each: cheapest_cures(shared, each), things)) == alone


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

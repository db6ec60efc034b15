"""Cures: decided again, minimal, cheapest first; never another basis, never consent unasked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lawful.decide.cures import SHOWN, Change, apply, find_cures
from lawful.decide.decider import Decider
from lawful.law.book import Book
from lawful.law.thing import Thing
from lawful.terms.outcomes import Outcome
from lawful.terms.values import Value, set_of
from lawful.testing.things import Things
from tests.decide.uses import CHINA, COURT, EU_TRANSFER, EUROPE, EXPORT, USES, use
from tests.law.files import rule, small_book

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def decider(book: Book) -> Decider:
    return Decider(book)


@pytest.fixture(scope="module")
def troubled(decider: Decider) -> list[Thing]:
    """Uses that are not lawful, all sorts."""
    things = Things(decider.book, 21)
    found = [each for facts in USES for each in things.batch(use(decider.book, facts), 30).things]
    return [each for each in found if decider.decide(each).outcome is not Outcome.LAWFUL]


def cures_of(decider: Decider, thing: Thing) -> list[tuple[frozenset[Change], Outcome]]:
    found = find_cures(decider, thing, decider.decide(thing))
    return [(frozenset(each.changes), each.outcome) for each in found]


def after(decider: Decider, thing: Thing, changes: frozenset[Change]) -> Outcome:
    return decider.decide(apply(decider.book.vocabulary.close, thing, changes)).outcome


def test_each_gives_what_it_says_and_no_step_is_spare(
    decider: Decider, troubled: list[Thing]
) -> None:
    seen = 0
    for thing in troubled:
        for changes, outcome in cures_of(decider, thing):
            seen += 1
            assert after(decider, thing, changes) is outcome
            for each in changes:
                assert after(decider, thing, changes - {each}) is not outcome
    assert seen > 30


def test_none_holds_another_and_the_cheapest_comes_first(
    decider: Decider, troubled: list[Thing]
) -> None:
    for thing in troubled:
        found = find_cures(decider, thing, decider.decide(thing))
        assert len(found) <= SHOWN
        efforts = [each.effort for each in found]
        assert efforts == sorted(efforts)
        sets = [frozenset(each.changes) for each in found]
        assert not any(one < other for one in sets for other in sets)
        assert len(set(sets)) == len(sets)


def test_only_what_somebody_can_change(decider: Decider, troubled: list[Thing]) -> None:
    facts = decider.book.vocabulary.facts
    for thing in troubled:
        for changes, _ in cures_of(decider, thing):
            for each in changes:
                assert each.name != "lawful_bases"
                if each.do != "act":
                    assert facts[each.name].changed_by in ("us", "subject", "authority")
                    assert facts[each.name].effort > 0


def names(decider: Decider, thing: Thing) -> set[str]:
    return {each.name for changes, _ in cures_of(decider, thing) for each in changes}


def test_consent_is_offered_where_consent_is_asked(decider: Decider) -> None:
    withheld = use(decider.book, CHINA, "consent_given = false")
    assert cures_of(decider, withheld) == [
        (frozenset({Change("set", "consent_given", "true")}), Outcome.LAWFUL)
    ]


@pytest.mark.parametrize("facts", [CHINA, EUROPE])
def test_consent_is_never_offered_instead_of_another_basis(
    decider: Decider, facts: dict[str, object]
) -> None:
    claimed = use(decider.book, facts, "lawful_bases = contract; consent_given = false")
    assert decider.decide(claimed).outcome is Outcome.NOT_YET
    assert not any("consent" in each for each in names(decider, claimed))


def test_a_withdrawn_consent_is_not_talked_round(decider: Decider) -> None:
    withdrawn = use(decider.book, CHINA, "consent_withdrawn = true")
    assert decider.decide(withdrawn).outcome is Outcome.NOT_YET
    assert "consent_withdrawn" not in names(decider, withdrawn)


def test_the_routes_that_the_figures_ask_for(decider: Decider) -> None:
    def routes(changes: str) -> set[frozenset[str]]:
        found = cures_of(decider, use(decider.book, EXPORT, f"on = 2024-03-23; {changes}"))
        return {frozenset(each.value for each in steps) for steps, _ in found}

    one = {frozenset({"cn_standard_contract"}), frozenset({"cn_certification"})}
    assert routes("exported_general_persons_ytd = 99999") == set()
    assert routes("exported_general_persons_ytd = 100000") == one
    assert routes("exported_general_persons_ytd = 1000000") == {frozenset({"cac_assessment"})}


def test_acts_go_with_what_asks_for_them(decider: Decider) -> None:
    thing = use(decider.book, EU_TRANSFER, "fulfilled:eu.gdpr.46.assess = false")
    found = cures_of(decider, thing)
    scc = Change("add", "transfer_routes", "scc")
    assert (frozenset({scc, Change("act", "eu.gdpr.46.assess")}), Outcome.LAWFUL) in found


def test_what_only_an_authority_lifts(decider: Decider) -> None:
    assert names(decider, use(decider.book, COURT)) == {"authority_approval"}


def test_from_a_refusal_to_a_question_says_so(decider: Decider) -> None:
    thing = use(
        decider.book, CHINA, "consent_given = false; birth_date ?=; fulfilled:cn.pipl.31 ?="
    )
    assert decider.decide(thing).outcome is Outcome.NOT_YET
    found = cures_of(decider, thing)
    assert found
    for _, outcome in found:
        assert outcome in (Outcome.LAWFUL, Outcome.UNDETERMINED)


def test_a_lawful_use_wants_no_cure(decider: Decider) -> None:
    assert cures_of(decider, use(decider.book, CHINA)) == []


def test_a_step_that_another_makes_spare_is_left_out() -> None:
    """Rule a can be met by either of two facts; rule b, looked at later, by the second alone."""
    book = small_book(
        rule(name="a", requires="consent_given OR consent_separate")
        + rule(name="b", requires="consent_separate")
    )
    decider = Decider(book)
    places = ("subject_located_in", "controller_region", "collected_in")
    values: dict[str, Value | None] = {
        **dict.fromkeys(places, "SG"),
        "consent_given": False,
        "consent_separate": False,
    }
    held = set_of(["SG"])
    thing = Thing(about="use", at=AT, values={**values, "stored_in": held, "processed_in": held})
    assert cures_of(decider, thing) == [
        (frozenset({Change("set", "consent_separate", "true")}), Outcome.LAWFUL)
    ]

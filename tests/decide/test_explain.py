"""The answer in full: what is wanted, assumed, presumed, in conflict, read, and not examined."""

from __future__ import annotations

from datetime import UTC, datetime

import attrs
import pytest

from lawful.decide.decider import Decider
from lawful.decide.explain import Explanation, Wanted, explain
from lawful.law.book import Book
from lawful.law.thing import Thing
from lawful.terms.outcomes import Answer, Outcome
from lawful.terms.values import Source, SourceKind
from tests.decide.uses import ADVERT, CHINA, COURT, EU_TRANSFER, EUROPE, EXPORT, USES, use
from tests.law.files import basis, rule, small_book

AT = datetime(2024, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def decider(book: Book) -> Decider:
    return Decider(book)


def told(decider: Decider, facts: dict[str, object], changes: str = "") -> Explanation:
    return explain(decider, use(decider.book, facts, changes))


def wanted(found: Explanation) -> set[tuple[str, str]]:
    return {(each.kind, each.name) for each in found.wanted}


@pytest.mark.parametrize("facts", USES)
def test_what_was_decided_is_what_is_told(decider: Decider, facts: dict[str, object]) -> None:
    found = told(decider, facts)
    decision = decider.decide(found.thing)
    assert found.outcome is decision.outcome
    assert (found.deciding.id if found.deciding else None) == decision.deciding
    assert len({each.id for each in found.rules}) == len(found.rules)
    order = ["unmet", "undetermined", "applies", "met", "not_applicable"]
    ranks = [order.index(each.answer.value) for each in found.rules]
    assert ranks == sorted(ranks)
    for each in found.rules:
        if each.answer not in (Answer.MET, Answer.APPLIES):
            assert each.because, each.id


def test_the_export_lines(decider: Decider) -> None:
    flow = "cn.cross_border_flow_provisions_2024"
    before = told(decider, EXPORT, "on = 2024-03-21")
    assert (before.outcome, before.deciding and before.deciding.id) == (
        Outcome.NOT_YET,
        "cn.pipl.38.mechanism",
    )
    after = told(decider, EXPORT, "on = 2024-03-23")
    assert after.outcome is Outcome.LAWFUL
    applies = {
        each.id: each.entry.citation for each in after.rules if each.answer is Answer.APPLIES
    }
    assert "第五条" in applies[f"{flow}.5.1.4"]
    unknown = told(decider, EXPORT, "on = 2024-03-23; exported_general_persons_ytd ?=")
    assert unknown.outcome is Outcome.UNDETERMINED
    assert ("fact", "exported_general_persons_ytd") in wanted(unknown)
    contract = "transfer_routes = cn_standard_contract; exported_general_persons_ytd = 500000"
    assert told(decider, EXPORT, f"on = 2024-03-23; {contract}").outcome is Outcome.LAWFUL
    for at, outcome in (("17:00", Outcome.LAWFUL), ("15:59", Outcome.NOT_YET)):
        assert told(decider, EXPORT, f"at = 2024-03-21T{at}Z").outcome is outcome


def test_a_missing_fact_is_wanted_through_exceptions(decider: Decider) -> None:
    """The rule waits for its defeaters, and these for facts of their own."""
    found = told(decider, EXPORT, "ciio ?=")
    assert found.outcome is Outcome.UNDETERMINED
    assert ("fact", "ciio") in wanted(found)
    waiting = next(each for each in found.wanted if each.name == "ciio")
    assert "cn.pipl.38.mechanism" in waiting.why


def test_every_open_rule_wants_something(decider: Decider) -> None:
    for facts in USES:
        for name in (
            "data",
            "purpose",
            "lawful_bases",
            "stored_in",
            "birth_date",
            "told",
            "data_state",
        ):
            found = explain(
                decider, use(decider.book, facts).with_values({name: None}), cures=False
            )
            why = {rule_id for each in found.wanted for rule_id in each.why}
            for each in found.rules:
                if each.answer is Answer.UNDETERMINED and each.entry.kind.value == "rule":
                    assert each.id in why, (each.id, name)


def test_a_record_is_wanted(decider: Decider) -> None:
    found = told(decider, EXPORT, "fulfilled:cn.pipl.55 ?=")
    assert found.outcome is Outcome.UNDETERMINED
    assert ("record", "cn.pipl.55.assess") in wanted(found)


def test_places_and_countries_that_are_not_covered(decider: Decider) -> None:
    kenya = told(decider, CHINA, "subject_located_in = KE")
    assert kenya.outcome is Outcome.UNDETERMINED
    assert kenya.deciding is None
    assert ("not_covered", "KE.basis") in wanted(kenya)
    nowhere = told(decider, CHINA, "controller_region ?=")
    assert nowhere.outcome is Outcome.UNDETERMINED
    assert ("place", "controller_region") in wanted(nowhere)


def test_unverified_law_wants_counsel() -> None:
    book = small_book(rule("ciio") + basis("objected", more="verified = false"))
    thing = Thing(about="use", at=AT, values={"ciio": True, "objected": True})
    found = explain(Decider(book), thing)
    assert [each.answer for each in found.rules] == [Answer.UNDETERMINED] * 2
    assert ("counsel", "xx.act.1.b") in wanted(found)
    parts = {reason.part for each in found.rules for reason in each.because}
    assert {"unverified", "defeated_by"} <= parts
    exempt = small_book(rule("ciio", more='unless = ["objected"]\nverified = false'))
    found = explain(Decider(exempt), thing)
    assert ("counsel", "xx.act.1.a") in wanted(found)
    assert [reason.part for reason in found.rules[0].because] == ["unverified"]


def test_a_parameter_out_of_force_wants_counsel() -> None:
    table = (
        '[[parameter]]\nid = "xx.act.1.l"\nname = "near"\nmeans = { en = "n", zh = "n" }\n'
        'list = ["DE"]\nuntil = 2020-12-31\n'
    )
    book = small_book(table + rule("collected_in IN near OR has_any(stored_in, near)"))
    thing = Thing(about="use", at=AT, values={"collected_in": "DE"})
    assert (
        Wanted(kind="counsel", name="xx.act.1.l", why=("xx.act.1.a",))
        in explain(  # type: ignore[arg-type]  # an id
            Decider(book), thing
        ).wanted
    )


def test_conclusions_typed_by_hand_are_assumed(decider: Decider) -> None:
    thing = use(decider.book, CHINA, "lawful_bases = contract; necessary_for_contract = true")
    names = {each.name for each in explain(decider, thing).assumed}
    assert {"lawful_bases", "necessary_for_contract"} <= names
    recorded = {name: Source(kind=SourceKind.RECORD) for name in thing.values}
    assert "lawful_bases" not in {
        each.name for each in explain(decider, attrs.evolve(thing, sources=recorded)).assumed
    }


def test_a_presumption_is_shown_where_it_was_used(decider: Decider) -> None:
    assert "birth_date" in told(decider, ADVERT, "birth_date ?=").presumed
    assert "birth_date" not in told(decider, ADVERT).presumed


def test_conflicts_are_sure_or_may_be(decider: Decider) -> None:
    found = told(decider, COURT)
    assert found.outcome is Outcome.PROHIBITED
    pairs = {(each.command.id, each.rule.id): each.sure for each in found.conflicts}
    assert pairs["us.cloud.2713.disclose", "cn.dsl.36.disclose"] is True
    assert all(each.command.citation and each.rule.citation for each in found.conflicts)
    perhaps = told(decider, COURT, "authority_approval ?=")
    pairs = {(each.command.id, each.rule.id): each.sure for each in perhaps.conflicts}
    assert pairs["us.cloud.2713.disclose", "cn.dsl.36.disclose"] is False
    approved = told(decider, COURT, "authority_approval = true")
    assert approved.conflicts == ()
    assert told(decider, COURT, "operation = share").conflicts == ()


def test_readings_on_the_table(decider: Decider) -> None:
    assert "CS-1" in told(decider, EXPORT).readings
    assert told(decider, EUROPE).readings == ()


def test_a_reading_inside_a_definition_is_told(decider: Decider) -> None:
    """DSP-1 stands in the definition of a covered deal, AI-1 in a scope."""
    places = {"controller_region": "US", "stored_in": ["US"], "subject_located_in": "US"}
    deal = told(decider, {**EXPORT, **places, "recipient_region": "CN", "deal_kind": "provision"})
    assert "DSP-1" in deal.readings
    assert set(deal.otherwise) == set(deal.readings)


@pytest.mark.parametrize("facts", USES)
def test_another_reading_answers_what_a_book_that_reads_so_answers(
    decider: Decider, facts: dict[str, object]
) -> None:
    found = told(decider, facts)
    for name, options in found.otherwise.items():
        for option, outcome in options.items():
            other = decider.book.read_as({name: option})
            assert told(Decider(other), facts).outcome is outcome, (name, option)


def test_readings_that_are_not_told_change_nothing(decider: Decider) -> None:
    book = decider.book
    for facts in (EUROPE, EXPORT, CHINA):
        found = told(decider, facts)
        for name in set(book.readings) - set(found.readings):
            for option in set(book.rulebook.readings[name].options) - {book.readings[name]}:
                other = explain(Decider(book.read_as({name: option})), found.thing)
                answers = {each.id: each.answer for each in other.rules}
                assert answers == {each.id: each.answer for each in found.rules}, name


def test_what_was_not_examined(decider: Decider) -> None:
    said = [each.en for each in told(decider, EXPORT).not_examined]
    assert any("Singapore, where the recipient is" in each for each in said)
    assert any(each.startswith("mainland China:") for each in said)
    home = [each.en for each in told(decider, CHINA).not_examined]
    assert not any("where the recipient is" in each for each in home)


def test_obligations_change_no_answer_and_are_told(decider: Decider) -> None:
    found = told(decider, ADVERT)
    assert found.outcome is Outcome.LAWFUL
    assert "eu.dsa.26.1.label" in {each.id for each in found.obligations}


def test_nothing_about_other_things_in_an_answer_about_a_use(decider: Decider) -> None:
    for facts in USES:
        found = told(decider, facts)
        assert {each.entry.about for each in found.rules} == {"use"}
        assert not any(each.id.startswith(("eu.gdpr.33.", "cn.pipl.57.")) for each in found.rules)


def test_review_demanded_opens_nothing(decider: Decider) -> None:
    thing = use(decider.book, CHINA)
    assert explain(decider, thing).outcome is Outcome.LAWFUL
    found = explain(decider, thing, demand_review=True)
    assert (found.outcome, found.deciding, found.cures) == (Outcome.UNDETERMINED, None, ())
    transfer = use(decider.book, EU_TRANSFER)
    cures = explain(decider, transfer, demand_review=True).cures
    assert {each.outcome for each in cures} == {Outcome.UNDETERMINED}


def test_data_about_nobody_has_no_subject_whose_place_matters(decider: Decider) -> None:
    """A mainland court is given readings of machines: where which person is, is no question."""
    facts = {
        name: value
        for name, value in COURT.items()
        if name not in ("subject_located_in", "subject_resident_in")
    }
    facts |= {"recipient_region": "CN", "compelled_by": "CN", "data": ["device"]}
    of_nobody = told(decider, {**facts, "data_state": "non_personal"})
    assert "subject_located_in" not in {each.name for each in of_nobody.wanted}
    assert of_nobody.touched.covered
    of_somebody = told(decider, facts)
    assert ("place", "subject_located_in") in wanted(of_somebody)
    assert not of_somebody.touched.covered

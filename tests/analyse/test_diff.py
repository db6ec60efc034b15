"""What the export rules of 2024 freed; every witness replays; what is proved is proved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import attrs

from lawful.analyse import Moment, UseDiff, diff_things, diff_uses, read_as, reliefs
from lawful.analyse.diff import Class, tightens
from lawful.analyse.words import all_texts
from lawful.law.book import Book, build_book
from lawful.law.coverage import touched
from lawful.law.model import Kind
from lawful.law.oracle import Court, worst
from lawful.law.parse import parse
from lawful.law.thing import Thing
from lawful.terms.outcomes import Outcome
from lawful.terms.values import SetValue
from lawful.testing.things import Things
from tests.analyse.conftest import AFTER, BEFORE
from tests.decide.uses import EXPORT, use
from tests.law.files import basis, rule, rulebook_files, small_files

P24 = "cn.cross_border_flow_provisions_2024"
EXEMPTIONS = {
    f"{P24}.4.transit",
    f"{P24}.5.1.1",
    f"{P24}.5.1.2",
    f"{P24}.5.1.3",
    f"{P24}.5.1.4",
    f"{P24}.6.outside_list",
}
ENDED = "cn.data_export_security_assessment_2022.4.assess"
FLIPPED = ("F24-8", "assessment_suffices")


def units(found: Class) -> set[str]:
    return {each.unit for each in found.changes}


def classes(found: UseDiff) -> Iterator[Class]:
    yield from found.freed.classes
    yield from found.tightened.classes


def by_oracle(moment: Moment, thing: Thing) -> Outcome:
    """The outcome as the oracle has it, which knows nothing of generated functions."""
    court = Court(moment.book, moment.place(thing))
    rules = [
        (each.id, each, court.judged(each).violated)
        for each in moment.book.entries.values()
        if each.kind is Kind.RULE and each.about == "use"
    ]
    outcome, _ = worst(rules)
    if outcome is Outcome.LAWFUL and not touched(court).covered:
        return Outcome.UNDETERMINED
    return outcome


def test_each_exemption_is_a_class_of_its_own(spring: UseDiff) -> None:
    alone = {next(iter(units(each))) for each in spring.freed.classes if len(each.changes) == 1}
    assert alone >= EXEMPTIONS


def test_the_change_from_assessment_to_contract_is_a_class(spring: UseDiff) -> None:
    found = [
        each for each in spring.freed.classes if units(each) == {ENDED, "def:cn_contract_open"}
    ]
    assert len(found) == 1
    assert (found[0].before, found[0].after) == (Outcome.NOT_YET, Outcome.LAWFUL)
    texts = all_texts(spring.second.book, found[0].facts)
    assert "has_any(transfer_routes, 'cn_standard_contract')" in texts
    none_counts = ("NOT has_any(transfer_routes, 'cac_assessment'", "route_expires_on < DATE")
    assert any(text.startswith(none_counts) for text in texts)  # none passed, or one that ran out
    for moment in (spring.first, spring.second):
        court, routes = moment.court(found[0].witness), found[0].witness.values["transfer_routes"]
        assert isinstance(routes, SetValue)
        in_place = "cac_assessment" in routes.members
        assert not in_place or court.defined("cn_assessment_expired") is True


def test_every_class_is_accounted_for(spring: UseDiff) -> None:
    assert spring.freed.proved
    assert spring.tightened.proved


def test_every_witness_replays(spring: UseDiff) -> None:
    for each in classes(spring):
        for moment, outcome in ((spring.first, each.before), (spring.second, each.after)):
            assert moment.decider.decide(moment.place(each.witness)).outcome is outcome
            assert by_oracle(moment, each.witness) is outcome


def test_every_witness_is_of_its_class(spring: UseDiff) -> None:
    for each in classes(spring):
        court = Court(spring.second.book, spring.second.place(each.witness))
        reader = next(iter(spring.second.book.entries.values()))
        assert each.facts
        assert all(court.value(node, reader) for node in each.facts)


def test_a_class_is_told_in_the_language_of_conditions(spring: UseDiff) -> None:
    for each in classes(spring):
        for text in all_texts(spring.second.book, each.facts):
            parse(text)


def test_no_use_was_tightened(spring: UseDiff) -> None:
    """Who passed an assessment before that day keeps it; proved, all facts being known."""
    assert not spring.tightened.classes
    assert spring.tightened.proved
    assert not reliefs(spring)


def test_read_otherwise_nothing_was_tightened(book: Book) -> None:
    read = read_as(book, *FLIPPED)
    found = diff_uses(Moment(book=read, day=BEFORE), Moment(book=read, day=AFTER))
    assert not found.tightened.classes
    assert found.tightened.proved
    assert {next(iter(units(e))) for e in found.freed.classes if len(e.changes) == 1} >= EXEMPTIONS


def test_random_uses_agree_with_the_proof(book: Book) -> None:
    """No generated use is lawful before and refused after, where nothing was tightened."""
    read = read_as(book, *FLIPPED)
    moments = [Moment(book=read, day=day) for day in (BEFORE, AFTER)]
    things = Things(read, 9)
    seen = 0
    for _ in range(3):
        for thing in things.batch(use(read, EXPORT), 40).things:
            one, other = (each.decider.decide(each.place(thing)).outcome for each in moments)
            seen += one is not other
            if one is Outcome.LAWFUL:
                assert other in (Outcome.LAWFUL, Outcome.UNDETERMINED)
    assert seen


def test_time_is_set_aside_and_told(spring: UseDiff) -> None:
    assert spring.freed.by_time is not None
    for each in classes(spring):
        assert not any("birth_date >" in text for text in all_texts(spring.second.book, each.facts))


def test_unknown_is_told_apart(spring: UseDiff) -> None:
    assert spring.closed is not None
    assert spring.closed.unknown
    assert (spring.closed.before, spring.closed.after) == (Outcome.LAWFUL, Outcome.UNDETERMINED)
    for moment, outcome in ((spring.first, Outcome.LAWFUL), (spring.second, Outcome.UNDETERMINED)):
        placed = moment.place(spring.closed.witness)
        assert moment.decider.decide(placed).outcome is outcome


def test_two_days_of_the_same_law_differ_in_nothing(book: Book) -> None:
    found = diff_uses(
        Moment(book=book, day=date(2024, 3, 23)), Moment(book=book, day=date(2024, 3, 24))
    )
    assert not found.freed.classes
    assert not found.tightened.classes
    assert found.freed.proved
    assert found.tightened.proved


def test_a_draft_is_compared_with_the_law(book: Book) -> None:
    """Two books on one day: an article more."""
    files = rulebook_files()
    path = "cn/pipl/art-006.md"
    text = files[path].decode().replace('requires  = ["needed_for_purpose"]\n', "")
    draft = build_book({**files, path: text.encode()})
    first, second = (Moment(book=each, day=AFTER) for each in (book, draft))
    found = diff_uses(first, second)
    assert not found.freed.classes
    assert [units(each) for each in found.tightened.classes] == [{"cn.pipl.6.minimum"}]
    assert tightens(first, second)
    assert not tightens(second, first)


def test_duties_begin(book: Book) -> None:
    days = date(2021, 10, 31), date(2021, 11, 1)
    found = diff_things(*(Moment(book=book, day=day) for day in days), "incident")
    assert {each.rule.id for each in found.tightened} == {
        "cn.pipl.57.authority",
        "cn.pipl.57.individuals",
        "cn.pipl.57.remedy",
    }
    for each in found.tightened:
        values = [
            moment.decider.values(moment.place(each.witness))[f"vio:{each.rule.id}"]
            for moment in (found.first, found.second)
        ]
        assert values == [each.before, each.after] == [False, True]
    # Telling people under the Civil Code was freed by the exception that PIPL 57 brought.
    assert {each.rule.id for each in found.freed} == {"cn.civil_code_pi.1038.tell"}


def small(entries: str) -> Moment:
    return Moment(book=build_book(small_files(entries)), day=date(2026, 1, 1))


def test_two_changes_that_only_free_together_are_one_class() -> None:
    one = small(rule("consent_given", name="a") + rule("consent_given", name="b"))
    bases = basis("emergency", name="x", defeats="xx.act.1.a") + basis(
        "emergency", name="y", defeats="xx.act.1.b"
    )
    other = small(rule("consent_given", name="a") + rule("consent_given", name="b") + bases)
    found = diff_uses(one, attrs.evolve(other))
    assert [units(each) for each in found.freed.classes] == [{"xx.act.1.x", "xx.act.1.y"}]
    texts = all_texts(other.book, found.freed.classes[0].facts)
    assert texts == ["consent_given", "emergency"]
    assert not found.tightened.classes

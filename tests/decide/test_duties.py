"""Duty lists: an incident in Germany and China, entities, what is wanted, the order of the list."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import attrs
import pytest

from lawful.decide.duties import Duty, DutyList, list_duties
from lawful.decide.wire import duties
from lawful.law.book import Book
from lawful.law.changes import thing_from
from lawful.law.clocks import DutyState
from lawful.law.thing import Record, Thing
from lawful.terms.errors import LawfulError
from lawful.terms.outcomes import Answer
from tests.decide.uses import incident
from tests.law.files import rule, small_book

AWARE = datetime(2026, 11, 23, 8, tzinfo=UTC)
GDPR, PIPL = "eu.gdpr.33.authority", "cn.pipl.57.authority"


def duty(found: DutyList, rule_id: str) -> Duty:
    return next(each for each in found.duties if each.rule.id == rule_id)


def test_what_is_owed_for_people_in_germany_and_china(book: Book) -> None:
    found = list_duties(book, incident(book))
    gdpr, pipl = duty(found, GDPR), duty(found, PIPL)
    assert (gdpr.due.state, gdpr.due.last) == (DutyState.DUE, AWARE + timedelta(hours=72))
    assert (pipl.due.state, pipl.due.last) == (DutyState.PROMPTLY, None)
    assert gdpr.owed
    assert pipl.owed
    assert {GDPR, PIPL} <= {each.rule.id for each in found.owed}
    assert {each.name for each in found.wanted if each.kind == "fact"} >= {
        "ciio",
        "persons_affected",
    }


def test_overdue_after_the_last_minute(book: Book) -> None:
    for at, state in (
        ("2026-11-26T08:00:00Z", DutyState.DUE),
        ("2026-11-26T08:00:01Z", DutyState.OVERDUE),
    ):
        found = list_duties(book, incident(book, at=at))
        assert duty(found, GDPR).due.state is state
        assert duty(found, GDPR).owed
        assert duty(found, PIPL).due.state is DutyState.PROMPTLY


def test_an_unknown_risk_is_wanted(book: Book) -> None:
    found = list_duties(book, incident(book, "risk_to_persons ?="))
    assert duty(found, GDPR).rule.answer is Answer.UNDETERMINED
    assert duty(found, GDPR).due.state is DutyState.UNDETERMINED
    assert duty(found, GDPR).due.last == AWARE + timedelta(hours=72)
    assert found.undetermined
    wanted = next(each for each in found.wanted if each.name == "risk_to_persons")
    assert (wanted.kind, GDPR in wanted.why) == ("fact", True)


def test_an_unlikely_risk_frees_from_notifying_not_from_documenting(book: Book) -> None:
    found = list_duties(book, incident(book, "risk_to_persons = unlikely"))
    assert GDPR not in {each.rule.id for each in found.duties}
    assert "eu.gdpr.33.document" in {each.rule.id for each in found.owed}


@pytest.mark.parametrize(
    ("hours", "state"), [(10, DutyState.MET), (72, DutyState.MET), (100, DutyState.MET_LATE)]
)
def test_a_record_meets_it_late_or_in_time(book: Book, hours: int, state: DutyState) -> None:
    at = AWARE + timedelta(hours=hours)
    thing = incident(book, f"fulfilled:{GDPR} = {at.isoformat()}", at="2026-11-28T12:00:00Z")
    found = duty(list_duties(book, thing), GDPR)
    assert (found.rule.answer, found.due.state, found.due.done_at) == (Answer.MET, state, at)
    assert not found.owed


def test_a_record_without_its_contents_does_not(book: Book) -> None:
    entry = next(each for each in book.entries.values() if each.id == GDPR)
    items = [item.name for item in entry.contents]
    first = Record(rule=GDPR, done_at=AWARE + timedelta(hours=70), items=frozenset(items[:2]))
    thing = attrs.evolve(incident(book, at="2026-11-28T12:00:00Z"), records=(first,))
    assert duty(list_duties(book, thing), GDPR).due.state is DutyState.OVERDUE
    rest = Record(rule=GDPR, done_at=AWARE + timedelta(hours=90), items=frozenset(items[2:]))
    both = attrs.evolve(thing, records=(first, rest))
    assert duty(list_duties(book, both), GDPR).due.state is DutyState.MET  # by the first phase


def test_when_one_was_aware_is_wanted(book: Book) -> None:
    found = list_duties(book, incident(book, "aware_at ?="))
    assert GDPR in next(each for each in found.wanted if each.name == "aware_at").why
    assert duty(found, GDPR).due.last is None


def test_a_place_without_duties_of_this_kind_is_said_not_to_be_examined(book: Book) -> None:
    """An empty list would otherwise read as if nothing were owed there."""

    def said(change: str, lang: str = "en") -> str:
        return "; ".join(duties(list_duties(book, incident(book, change)), lang)["not_examined"])

    assert "the law of Singapore: no duties" in said("people_located_in = SG, DE")
    assert "新加坡的法律：规则库没有此类义务" in said("people_located_in = SG, DE", "zh")
    assert "no duties" not in said("people_located_in = DE")
    assert "national law of Member States is not examined" in said("people_located_in = DE")
    assert "mainland China: personal information" in said("people_located_in = CN")
    assert "Brazil" in said("people_located_in ?= BR")  # perhaps


def test_an_incident_before_the_law(book: Book) -> None:
    old = incident(book, aware_at="2021-10-31T15:59:00Z")
    assert PIPL not in {each.rule.id for each in list_duties(book, old).duties}


def test_entities(book: Book) -> None:
    def officers(persons: int, on: str) -> set[str]:
        facts = {"on": on, "persons_held": persons, "established_in": ["CN"], "offered_in": ["CN"]}
        found = list_duties(book, thing_from(book.vocabulary, "entity", facts))
        return {each.rule.id for each in found.duties}

    both = {"cn.pipl.52.officer", "cn.pipl.52.publish"}
    assert both <= officers(1_000_000, "2025-05-01")
    assert not both & officers(999_999, "2025-05-01")
    assert not both & officers(1_000_000, "2025-04-30")


def test_refused_ones_head_the_list_then_the_owed_by_their_last_moment() -> None:
    later = 'by = { within = 90, unit = "hours", from = "aware_at" }'
    sooner = later.replace("90", "20")
    book = small_book(
        rule(name="p", requires="fulfilled", about="incident", more=later).replace(
            "before", "after"
        )
        + rule(name="q", requires="fulfilled", about="incident", more=sooner).replace(
            "before", "after"
        )
        + rule(name="z", requires="fulfilled", about="incident")
        + rule(name="a", requires="TRUE", about="incident").replace("before", "after")
    )
    found = list_duties(book, incident(book))
    assert [each.rule.id[-1] for each in found.duties] == ["z", "q", "p", "a"]


def test_none_of_it_in_an_answer_about_a_use(book: Book) -> None:
    about = {each.about for each in book.entries.values() if each.id in (GDPR, PIPL)}
    assert about == {"incident"}


def test_a_typed_record_is_assumed(book: Book) -> None:
    found = list_duties(book, incident(book, f"fulfilled:{GDPR} = true"))
    assert f"fulfilled:{GDPR}" in {each.name for each in found.assumed}


def test_an_incident_cannot_know_a_uses_facts(book: Book) -> None:
    with pytest.raises(LawfulError, match="cannot know the fact 'purpose'"):
        incident(book, "purpose = logistics")


def _asks(*rules: tuple[str, str, str]) -> Book:
    """Rules about an incident: name, what each requires, and its clock."""
    return small_book(
        "".join(
            rule(name=name, requires=requires, about="incident", more=more).replace(
                "before", "after"
            )
            for name, requires, more in rules
        )
    )


HOURS = 'by = { within = 90, unit = "hours", from = "aware_at" }'
A, B, C = (f"fulfilled('xx.act.1.{name}')" for name in "abc")


def _shown(found: DutyList) -> dict[str, list[str]]:
    return {each.rule.id[-1]: [other.rule.id[-1] for other in each.also] for each in found.duties}


def test_one_act_stands_once_with_all_its_rules() -> None:
    book = _asks(("a", "fulfilled", ""), ("b", A, HOURS), ("c", f"fulfilled OR {A}", ""))
    found = list_duties(book, incident(book))
    assert _shown(found) == {"a": ["b", "c"]}
    act = found.duties[0]
    assert (act.due.last, act.act.last) == (None, AWARE + timedelta(hours=90))
    late = list_duties(book, incident(book, at="2026-11-28T12:00:00Z"))
    assert late.duties[0].act.state is DutyState.OVERDUE
    done = list_duties(book, incident(book, "fulfilled:xx.act.1.a = true"))
    assert [each.act.state for each in done.duties] == [DutyState.MET]


def test_whose_record_is_needed_stays_and_several_acts_carry_one_rule() -> None:
    needed = _asks(("a", "fulfilled", ""), ("b", f"fulfilled OR {A}", ""), ("c", B, ""))
    assert _shown(list_duties(needed, incident(needed))) == {"a": [], "b": ["c"]}
    several = _asks(("a", "fulfilled", ""), ("b", "fulfilled", ""), ("c", f"{A} AND {B}", ""))
    assert _shown(list_duties(several, incident(several))) == {"a": ["c"], "b": ["c"]}


def test_of_two_that_accept_each_other_s_record_one_stands() -> None:
    book = _asks(("a", f"fulfilled OR {B}", ""), ("b", f"fulfilled OR {A}", HOURS), ("c", B, ""))
    assert _shown(list_duties(book, incident(book))) == {"b": ["a", "c"]}
    alone = _asks(("a", f"fulfilled OR {B}", ""), ("b", f"fulfilled OR {A}", HOURS))
    found = list_duties(alone, incident(alone))
    assert _shown(found) == {"a": ["b"]}
    assert found.duties[0].act.last == AWARE + timedelta(hours=90)


def test_an_act_that_is_not_owed_carries_nothing() -> None:
    book = _asks(("b", f"{A} AND crime_suspected", ""), ("a", "fulfilled", ""), ("c", C, ""))
    assert _shown(list_duties(book, incident(book))) == {"a": [], "b": [], "c": []}


def test_what_is_asked_first_is_what_decides_first() -> None:
    book = small_book(
        rule("crime_suspected AND cii_affected", name="a", requires="fee_none", about="incident")
        .replace("fee_none", "harm_avoided")
        .replace("before", "after")
    )
    asked = "crime_suspected ?=; cii_affected ?=; harm_avoided ?="
    for changes, wanted in (
        (asked, "crime_suspected"),
        ("cii_affected ?=; harm_avoided ?=; crime_suspected = true", "cii_affected"),
        ("harm_avoided ?=; crime_suspected = true; cii_affected = true", "harm_avoided"),
    ):
        found = list_duties(book, incident(book, changes))
        assert [each.name for each in found.wanted] == [wanted]


YEARLY = 'every = { n = 1, unit = "years", from = "01-01" }\nby = { on = "03-31" }'
SINCE = {"xx.act.1.a": date(2023, 5, 1)}


def yearly(*done: str, on: str = "2026-06-01", since: dict[str, date] | None = None) -> Duty:
    book = small_book(rule("TRUE", requires="fulfilled", about="entity", more=YEARLY))
    records = tuple(
        Record(rule="xx.act.1.a", done_at=datetime.fromisoformat(f"{each}T08:00:00+00:00"))
        for each in done
    )
    thing = Thing(
        about="entity",
        at=datetime.fromisoformat(f"{on}T08:00:00+00:00"),
        records=records,
        kept=frozenset({"xx.act.1.a"}),
        since=SINCE if since is None else since,
    )
    return duty(list_duties(book, thing), "xx.act.1.a")


def days(found: Duty) -> list[str]:
    return [str(each.on) for each in found.missed]


def test_a_missed_period_stays_overdue() -> None:
    """The status began in May 2023, when that year's day had gone by: 2024 was the first."""
    found = yearly()
    assert days(found) == ["2024-03-31", "2025-03-31"]
    assert (found.due.state, found.due.last_on) == (DutyState.OVERDUE, date(2024, 3, 31))
    assert found.due.next_on == date(2026, 3, 31)
    found = yearly("2024-02-01", "2026-02-01")
    assert (found.rule.answer, found.due.state) == (Answer.MET, DutyState.OVERDUE)
    assert days(found) == ["2025-03-31"]
    assert found.owed
    assert found.due.next_on == date(2027, 3, 31)


def test_an_act_made_up_for_later_counts_for_the_earliest_missed() -> None:
    assert days(yearly("2026-02-01", "2026-02-03")) == ["2025-03-31"]
    found = yearly("2025-05-01", "2025-06-01", "2026-02-03")
    assert (days(found), found.due.state) == ([], DutyState.MET)


def test_nothing_is_missed_before_it_is_known_to_be_owed() -> None:
    assert days(yearly(since={})) == []
    assert days(yearly(since={"xx.act.1.a": date(2026, 1, 1)})) == []
    assert days(yearly(since={"xx.act.1.a": date(2025, 4, 1)})) == []
    assert days(yearly(since={"xx.act.1.a": date(2025, 3, 31)})) == ["2025-03-31"]


def test_an_act_of_another_rule_that_came_late_is_late_for_this_one() -> None:
    clock = 'by = { within = 72, unit = "hours", from = "aware_at" }'
    book = small_book(
        rule("TRUE", requires="fulfilled", about="incident", more=clock)
        + rule("TRUE", name="b", requires="fulfilled('xx.act.1.a')", about="incident", more=clock)
    )
    for hours, state in ((72, DutyState.MET), (73, DutyState.MET_LATE)):
        act = Record(rule="xx.act.1.a", done_at=AWARE + timedelta(hours=hours))
        thing = Thing(
            about="incident",
            at=AWARE + timedelta(days=9),
            values={"aware_at": AWARE},
            records=(act,),
        )
        found = list_duties(book, thing)
        both = [each for top in found.duties for each in (top, *top.also)]
        assert [each.due.state for each in both] == [state, state]


@pytest.mark.parametrize(
    ("crossed", "says"),
    [(True, ["nature", "cause"]), (False, ["nature"]), (None, ["nature", "cause (where "])],
)
def test_an_item_that_does_not_apply_is_not_asked_for(
    crossed: bool | None, says: list[str]
) -> None:
    contents = 'contents = ["nature", { item = "cause", when = "ciio" }]\n'
    book = small_book(rule(requires="fulfilled", about="entity", more=contents))
    facts = {} if crossed is None else {"ciio": crossed}
    thing = thing_from(book.vocabulary, "entity", {"on": "2026-11-24", **facts})
    (duty,) = duties(list_duties(book, thing))["duties"]
    assert len(duty["contents_says"]) == len(says)
    assert all(
        said.startswith(word) for said, word in zip(duty["contents_says"], says, strict=True)
    )


@pytest.mark.parametrize("region", ["DE", "CN"])
def test_what_turns_on_a_reading_is_told_and_nothing_else(book: Book, region: str) -> None:
    people = {"established_in": [region], "offered_in": ["CN", "DE"], "persons_held": 20_000_000}
    things = (
        incident(book, established_in=[region], services=["cloud"]),
        thing_from(book.vocabulary, "entity", {"on": "2026-11-24", **people}),
    )
    for thing in things:
        found = list_duties(book, thing)
        answers = {each.id: each.answer for each in found.rules}
        for name, reading in book.rulebook.readings.items():
            for option in set(reading.options) - {book.readings[name]}:
                other = list_duties(book.read_as({name: option}), thing)
                changed = found.otherwise.get(name, {}).get(option, {})
                assert {each.id: each.answer for each in other.rules} == {**answers, **changed}


def test_what_a_record_does_not_say_is_wanted_of_it(book: Book) -> None:
    """That it was made is known; what it says of the risk that remains is not."""
    facts = {
        "on": "2026-11-24",
        "established_in": ["IE"],
        "people_located_in": ["DE"],
        "controller_role": "controller",
        "risk_to_persons": "high",
        "fulfilled:eu.gdpr.35.dpia": True,
    }
    found = list_duties(book, thing_from(book.vocabulary, "activity", facts))
    asked = {(each.kind, each.name) for each in found.wanted}
    assert ("item", "eu.gdpr.35.dpia:residual_risk") in asked
    assert ("record", "eu.gdpr.35.dpia") not in asked
    for lang, words in (("en", "what the record says of"), ("zh", "如何记载")):
        told = duties(found, lang)["wanted"]
        assert any(words in each["question"] for each in told if each["kind"] == "item")

"""The decider: what it keeps, what it is given, and Kleene soundness of what it answers."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import islice, product
from typing import Any

import attrs
import pytest

from lawful.decide.beside import Besides
from lawful.decide.decider import KEPT, LANES, Decider, fulfilments
from lawful.decide.program import days_of
from lawful.law.book import Book
from lawful.law.coverage import MAY_BE_UNKNOWN
from lawful.law.oracle import Oracle
from lawful.law.thing import Record, Thing
from lawful.law.tree import Presumed, PresumedTerm, facts_in, terms, walk
from lawful.terms.outcomes import Outcome
from lawful.terms.values import SetValue, Value
from lawful.testing.things import Things
from lawful.testing.traffic import AT
from tests.law.files import rule, small_book

A = "xx.act.1.a"


@pytest.fixture(scope="module")
def decider(book: Book) -> Decider:
    return Decider(book)


@pytest.fixture(scope="module")
def uses(book: Book) -> list[Thing]:
    batches = (b for b in Things(book, 5).batches(10) if b.base.about == "use")
    return [thing for batch in islice(batches, 0, 1080, 9) for thing in batch.things]


def test_days_turn_at_midnight_of_each_zone(decider: Decider) -> None:
    start = datetime(2024, 3, 21, 15, 50, tzinfo=UTC)
    for minute in range(-5, 25):
        at = start + timedelta(minutes=minute, microseconds=1)
        thing = Thing(about="use", at=at)
        days = days_of(decider.book, at)
        assert decider.program("use", at) is decider.program("use", at)
        assert decider._days_at(at, None) == tuple(days.values())
        decider.compiled(thing)
    old = datetime(1969, 3, 1, 4, 50, 29, tzinfo=UTC)
    assert decider._days_at(old, None) == tuple(days_of(decider.book, old).values())
    on = date(2024, 3, 22)
    assert set(decider._days_at(start, on)) == {on}


def test_what_is_kept_is_bounded(book: Book) -> None:
    decider = Decider(book)
    for n in range(KEPT + 200):
        decider._days_at(datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=n), None)
    assert len(decider._days) == KEPT


def test_lanes_are_bounded() -> None:
    decider = Decider(small_book(rule("ciio")))
    for n in range(LANES + 9):
        decider.decide(Thing(about="use", at=AT + timedelta(minutes=15 * n), values={"ciio": True}))
    assert len(decider._lanes) == LANES


def test_functions_that_are_dropped_do_not_live_on_in_a_lane(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lawful.decide.decider.KEPT", 3)
    decider = Decider(small_book(rule("ciio")))
    for operation in ("share", "store", "access", "erase", "collect", "profile"):
        decider.decide(Thing(about="use", at=AT, values={"operation": operation}))
    kept = set(map(id, decider._compiled.values()))
    lanes = decider._lanes.values()
    assert lanes
    lanes = [*lanes, decider._lane]
    assert {id(each) for lane in lanes for each, _ in lane.compiled.values()} <= kept


def test_the_short_way_answers_by_the_day_that_is_asked_about() -> None:
    decider = Decider(small_book(rule("ciio", more="in_force = 2024-03-22")))
    use = Thing(about="use", at=datetime(2024, 3, 21, 15, 46, tzinfo=UTC), values={"ciio": True})
    later = attrs.evolve(use, at=datetime(2024, 3, 21, 16, 0, tzinfo=UTC))  # midnight in China
    old = attrs.evolve(use, at=datetime(1969, 3, 1, 4, 50, 29, tzinfo=UTC))
    for _ in range(2):
        assert decider.decide(use).ruling.violated == ()
        assert decider.decide(later).ruling.violated == (A,)
        assert decider.decide(attrs.evolve(use, on=date(2024, 3, 22))).ruling.violated == (A,)
        assert decider.decide(attrs.evolve(later, on=date(2024, 3, 21))).ruling.violated == ()
        assert decider.decide(old).ruling.violated == ()
        with pytest.raises(TypeError, match="only a use"):
            decider.decide(attrs.evolve(use, about="incident"))


def test_what_stands_beside_is_looked_up_only_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Thing] = []
    look_up = Besides.of

    def of(self: Besides, thing: Thing, *rest: Any) -> Any:
        asked.append(thing)
        return look_up(self, thing, *rest)

    monkeypatch.setattr(Besides, "of", of)
    decider = Decider(small_book(rule("ciio", requires="fulfilled")))
    use = Thing(about="use", at=AT, values={"ciio": False}, kept=frozenset({A}))
    for _ in range(2):
        assert decider.decide(use).ruling.violated == ()
    assert not asked
    found = decider.decide(use.with_values({"ciio": True}))
    assert found.ruling.violated == (A,)
    assert found.values[f"vio:{A}"] is True
    assert len(asked) == 1
    assert decider.decide(use.with_values({"ciio": True}), {A: True}).ruling.violated == ()
    assert len(asked) == 1


def test_threads_that_share_a_decider_get_its_answers() -> None:
    book = small_book(rule("ciio", requires="fulfilled"))
    kinds = product(("share", "store", "erase", None), (True, False, None), range(0, 40, 15))
    some = [
        Thing(
            about="use",
            at=AT + timedelta(minutes=minutes),
            values={"operation": operation, "ciio": ciio},
            kept=frozenset({A}),
        )
        for operation, ciio, minutes in kinds
    ]
    alone, shared = Decider(book), Decider(book)
    expected = [alone.decide(each).ruling for each in some]
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda _: [shared.decide(each).ruling for each in some], range(4))
        assert all(each == expected for each in found)


def test_a_fact_that_folds_away_is_not_forgotten(decider: Decider, uses: list[Thing]) -> None:
    oracle = Oracle(decider.book)
    for thing in uses[:25]:
        for name in ("operation", "recipient_role", "data_state", "controller_role"):
            for value in (*decider.book.vocabulary.values_of(name), None):
                changed = thing.with_values({name: value})
                values = decider.values(changed)
                judged = oracle.judge(changed)
                assert all(values[f"app:{rule}"] is each.applies for rule, each in judged.items())
            break


def test_records_are_read_at_the_moment(decider: Decider) -> None:
    rule = "cn.pipl.55.assess"
    assert rule in fulfilments(decider.asked_beside("use"))
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    thing = Thing(about="use", at=at)
    assert decider.records(thing) == {}
    made = attrs.evolve(thing, records=(Record(rule="cn.pipl.55"),))
    assert decider.records(made)[rule] is True
    kept = attrs.evolve(thing, kept=frozenset({rule}))
    assert decider.records(kept)[rule] is False
    incident = decider.records(Thing(about="incident", at=at))
    assert set(incident.values()) == {False}


def test_only_a_use_has_an_outcome(decider: Decider) -> None:
    with pytest.raises(TypeError, match="only a use"):
        decider.decide(Thing(about="incident", at=datetime(2026, 1, 1, tzinfo=UTC)))


def _filled(
    decider: Decider, thing: Thing, presumed: set[str], chance: random.Random, things: Things
) -> Thing:
    """The thing with every unknown filled in at random; what the law presumes is left."""
    values: dict[str, Value | None] = dict(thing.values)
    for name in things.tested("use"):
        value = values.get(name)
        while value is None and name not in presumed:
            value = things.value(name, thing)
        if isinstance(value, SetValue):
            some = frozenset(each for each in value.unknown if chance.random() < 0.5)
            value = SetValue(value.members | some)
            value = decider.book.vocabulary.close(name, value)
        values[name] = value
    return attrs.evolve(thing, values=values)


def _presumed(book: Book) -> set[str]:
    """Facts of which the law, or the coverage, presumes something where they are unknown."""
    found = {*MAY_BE_UNKNOWN}
    for entry in book.entries.values():
        for line in (*entry.when, *entry.unless, *(entry.requires or ())):
            for node in walk(line.node):
                if isinstance(node, Presumed):
                    found |= facts_in(node)
                found |= {each.name for each in terms(node) if isinstance(each, PresumedTerm)}
    return found


def test_filling_in_unknowns_never_overturns_a_definite_answer(
    decider: Decider, uses: list[Thing]
) -> None:
    chance, things = random.Random(3), Things(decider.book, 4)
    presumed = _presumed(decider.book)
    assert "birth_date" in presumed
    definite = 0
    for thing in uses:
        before = decider.decide(thing)
        if before.outcome not in (Outcome.LAWFUL, Outcome.PROHIBITED):
            continue
        definite += 1
        after = decider.decide(_filled(decider, thing, presumed, chance, things))
        assert after.outcome is before.outcome, dict(thing.values)
    assert definite >= 10


def test_a_warm_decider_makes_nothing_for_a_usual_use(book: Book, uses: list[Thing]) -> None:
    decider = Decider(book)
    made = decider.warm(AT)
    assert made == len(book.vocabulary.values_of("operation"))
    usual = {"data_state": "personal", "controller_role": "controller"}
    thing = attrs.evolve(uses[0], at=AT, on=None).with_values({**usual, "operation": "share"})
    assert decider.decide(thing).ruling == Decider(book).decide(thing).ruling
    assert decider.warm(AT) == made

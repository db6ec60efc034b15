"""When the answer changes: every day between two turns answers as the turn says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import attrs
import pytest

from lawful.decide.decider import Decider
from lawful.decide.timeline import FIRST, timeline, turning_days
from lawful.law.book import Book
from lawful.law.thing import Thing
from lawful.terms.outcomes import Outcome
from tests.decide.uses import ADVERT, CHINA, EU_TRANSFER, EXPORT, use

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def decider(book: Book) -> Decider:
    return Decider(book)


def on(thing: Thing, day: date) -> Thing:
    return attrs.evolve(thing, on=day, at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC))


@pytest.mark.parametrize("facts", [EXPORT, ADVERT, EU_TRANSFER])
@pytest.mark.parametrize("born", ["1980-01-01", "2012-02-29", "2010-07-01"])
def test_every_day_answers_as_its_span_says(
    decider: Decider, facts: dict[str, object], born: str
) -> None:
    thing = use(decider.book, facts, f"birth_date = {born}")
    spans = timeline(decider.book, thing, TODAY)
    assert spans[0].first == FIRST
    assert spans[-1].last is None
    for span, later in pairwise(spans):
        assert span.last == later.first - timedelta(days=1)
        assert (span.outcome, span.deciding) != (later.outcome, later.deciding)
    for span in spans:
        last = span.last or span.first + timedelta(days=400)
        middle = span.first + (last - span.first) / 2
        for day in {span.first, middle, last}:
            found = decider.decide(on(thing, day))
            assert (found.outcome, found.deciding) == (span.outcome, span.deciding), day


def test_the_provisions_of_2024_turn_the_export(decider: Decider) -> None:
    spans = timeline(decider.book, use(decider.book, EXPORT), TODAY)
    turn = next(each for each in spans if each.outcome is Outcome.LAWFUL)
    assert turn.first == date(2024, 3, 22)
    before = spans[spans.index(turn) - 1]
    assert (before.outcome, before.deciding) == (Outcome.NOT_YET, "cn.pipl.38.mechanism")


@pytest.mark.parametrize(
    ("born", "turns"),
    [("2013-05-01", date(2027, 5, 1)), ("2016-02-29", date(2030, 3, 1))],
)
def test_one_comes_of_age(decider: Decider, born: str, turns: date) -> None:
    """Under fourteen data is sensitive; one born on a leap day comes of age a day later."""
    thing = use(decider.book, CHINA, f"birth_date = {born}; necessary_for_sensitive_use = false")
    spans = timeline(decider.book, thing, TODAY)
    assert turns in {each.first for each in spans}
    assert turns in turning_days(decider.book, thing)


def test_never_is_no_day(decider: Decider) -> None:
    thing = use(decider.book, CHINA, "birth_date = never")
    assert all(each.year < 9000 for each in turning_days(decider.book, thing))
    assert timeline(decider.book, thing, TODAY)

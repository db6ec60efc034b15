"""Positive coverage: what is not in the table is not answered."""

from __future__ import annotations

from datetime import UTC, date, datetime

import attrs
import pytest

from lawful.law.book import Book
from lawful.law.coverage import PLACES, touched
from lawful.law.oracle import Court
from lawful.law.thing import Thing
from lawful.terms.values import SetValue, Value, set_of

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOME: dict[str, Value | None] = {
    "data_state": "personal",
    "data": set_of(["contact"]),
    "subject_located_in": "CN",
    "subject_resident_in": "CN",
    "controller_region": "CN",
    "collected_in": "CN",
    "stored_in": set_of(["CN"]),
    "processed_in": set_of(["CN"]),
    "birth_date": date(1980, 1, 1),
    "recipient_role": "none",
    "purpose": "direct_marketing",
    "compelled_by": "none",
}


def use(on: date | None = None, **changes: Value | None) -> Thing:
    return Thing(about="use", at=AT, on=on, values={**HOME, **changes})


def gaps(book: Book, thing: Thing) -> set[str]:
    return {f"{each.region}.{each.topic}" for each in touched(Court(book, thing)).gaps}


def test_home_is_covered(book: Book) -> None:
    found = touched(Court(book, use()))
    assert found.covered
    assert [each.jurisdiction for each in found.covers] == ["CN"]


@pytest.mark.parametrize("place", PLACES)
def test_any_place_that_is_not_in_the_table(book: Book, place: str) -> None:
    value: Value = set_of(["CN", "BR"]) if isinstance(HOME[place], SetValue) else "BR"
    found = gaps(book, use(**{place: value}))
    assert "BR.basis" in found
    assert all(each.startswith("BR.") for each in found)
    assert not touched(Court(book, use(**{place: value}))).covered


@pytest.mark.parametrize("place", PLACES)
def test_a_place_that_is_not_known(book: Book, place: str) -> None:
    found = touched(Court(book, use(**{place: None})))
    assert found.covered is (place == "subject_resident_in")
    assert found.unknown_places == (() if place == "subject_resident_in" else (place,))


def test_a_place_that_may_be(book: Book) -> None:
    assert "BR.basis" in gaps(book, use(stored_in=set_of(["CN"], ["BR"])))


def test_before_the_book_begins(book: Book) -> None:
    assert touched(Court(book, use(on=date(2021, 11, 1)))).covered
    assert "CN.basis" in gaps(book, use(on=date(2021, 10, 31)))


def test_the_eea_is_a_dated_list(book: Book) -> None:
    for place in PLACES:
        HOME_NO = set_of(["NO"]) if isinstance(HOME[place], SetValue) else "NO"
        assert not gaps(book, use(on=date(2026, 1, 1), **{place: HOME_NO}))
    assert "NO.basis" in gaps(book, use(on=date(2018, 7, 19), collected_in="NO"))


def test_topics_are_touched_unless_their_condition_is_false(book: Book) -> None:
    abroad = use(collected_in="BR")
    assert "BR.minors" not in gaps(book, abroad)
    assert "BR.minors" in gaps(book, abroad.with_values({"birth_date": None}))
    assert "BR.sensitive" in gaps(book, abroad.with_values({"data": None}))
    assert gaps(book, abroad.with_values({"data_state": "non_personal"})) == set()


def test_review_may_be_demanded(book: Book) -> None:
    court = Court(book, use())
    assert not touched(court, demand_review=True).covered
    covers = tuple(attrs.evolve(each, state="signed") for each in book.rulebook.coverage.covers)
    coverage = attrs.evolve(book.rulebook.coverage, covers=covers)
    signed = attrs.evolve(book, rulebook=attrs.evolve(book.rulebook, coverage=coverage))
    assert touched(Court(signed, use()), demand_review=True).covered

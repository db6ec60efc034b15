"""The dictionaries: whole, and written in each country's own script."""

from __future__ import annotations

import re

import pytest

from lawful.sample.dictionaries import Country, catalogue, countries, letters, to_format

SCRIPTS = {"CN": r"[一-鿿]+", "JP": r"[一-鿿぀-ヿ々]+", "KR": r"[가-힣]+"}


def test_shares_make_a_whole() -> None:
    assert sum(country.share for country in countries()) == pytest.approx(1.0)
    assert len(countries()) >= 12


@pytest.mark.parametrize("country", countries(), ids=lambda country: country.code)
def test_a_country_is_whole(country: Country) -> None:
    assert country.language in letters()
    assert country.home_region in {"CN", "IE", "SG", "US"}
    for name in (*country.family, *country.male, *country.female):
        assert re.fullmatch(r"[A-Za-z' -]+", name.latin), name
        assert re.fullmatch(SCRIPTS.get(country.code, r"\D+"), name.his), name
    for city in country.cities:
        assert all(phone.startswith("+") and phone.count("#") <= 8 for phone in city.phones)
        assert city.postal.count("#") <= 8


def test_letters_have_every_kind() -> None:
    for kinds in letters().values():
        assert set(kinds) == {"gifts", "questions", "answers"}
        assert all(kinds.values())


def test_catalogue_prices_rise() -> None:
    assert all(shelf["usd_cents"][0] < shelf["usd_cents"][1] for shelf in catalogue()["category"])


def test_a_pattern_with_too_many_digits_is_refused() -> None:
    with pytest.raises((StopIteration, RuntimeError)):
        to_format("#########")

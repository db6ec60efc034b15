"""Every national identifier is valid, and agrees with the person who bears it."""

from __future__ import annotations

import importlib
from datetime import date

import duckdb
import pytest

from lawful.sample.dictionaries import countries
from lawful.sample.national_ids import SCHEMES, tells_birth

MODULES = {
    "CN": "cn.ric",
    "DE": "de.idnr",
    "FR": "fr.nir",
    "ES": "es.dni",
    "IT": "it.codicefiscale",
    "PL": "pl.pesel",
    "NL": "nl.bsn",
    "IE": "ie.pps",
    "BR": "br.cpf",
    "KR": "kr.rrn",
    "JP": "jp.in_",
    "IN": "in_.aadhaar",
}
SHAPES = {"US": r"9\d\d-(0[1-9]|[1-4]\d)-\d{4}", "GB": r"QQ\d{6}[A-D]", "SG": r"[ST]\d{7}[A-J|Z]"}


def of(
    sample: duckdb.DuckDBPyConnection, country: str, limit: int = 700
) -> list[tuple[str, date | None, str]]:
    found = sample.execute(
        "SELECT national_id, birth_date, sex FROM customers"
        " WHERE residence = ? AND national_id IS NOT NULL ORDER BY customer_id LIMIT ?",
        [country, limit],
    ).fetchall()
    assert len(found) > 80
    return found


def test_every_country_has_a_scheme_and_a_test() -> None:
    codes = {country.code for country in countries()}
    assert {scheme.country for scheme in SCHEMES} == codes == set(MODULES) | set(SHAPES)


@pytest.mark.parametrize("country", sorted(MODULES))
def test_checksums(sample: duckdb.DuckDBPyConnection, country: str) -> None:
    module = importlib.import_module(f"stdnum.{MODULES[country]}")
    for number, _, _ in of(sample, country):
        module.validate(number)


@pytest.mark.parametrize("country", ["CN", "PL", "KR"])
def test_numbers_agree_with_birth_and_sex(sample: duckdb.DuckDBPyConnection, country: str) -> None:
    module = importlib.import_module(f"stdnum.{MODULES[country]}")
    for number, born, sex in of(sample, country):
        assert module.get_birth_date(number) == born
        compact = number.replace("-", "")
        digit = {"CN": compact[16:17], "PL": compact[9:10], "KR": compact[6:7]}[country]
        if sex != "undisclosed":
            assert int(digit) % 2 == (sex == "male")


def test_chinese_numbers_name_a_county(sample: duckdb.DuckDBPyConnection) -> None:
    ric = importlib.import_module("stdnum.cn.ric")
    for number, _, _ in of(sample, "CN"):
        assert ric.get_birth_place(number)["county"]


def test_italian_numbers_agree(sample: duckdb.DuckDBPyConnection) -> None:
    module = importlib.import_module("stdnum.it.codicefiscale")
    for number, born, sex in of(sample, "IT"):
        assert born is not None
        read = module.get_birth_date(number)
        assert (read.year % 100, read.month, read.day) == (born.year % 100, born.month, born.day)
        if sex != "undisclosed":
            assert module.get_gender(number) == {"male": "M", "female": "F"}[sex]


def test_french_numbers_agree(sample: duckdb.DuckDBPyConnection) -> None:
    for number, born, sex in of(sample, "FR"):
        assert born is not None
        assert number[1:5] == f"{born:%y%m}"
        if sex != "undisclosed":
            assert number[0] == {"male": "1", "female": "2"}[sex]


@pytest.mark.parametrize("country", sorted(SHAPES))
def test_shapes(sample: duckdb.DuckDBPyConnection, country: str) -> None:
    rows = sample.execute(
        "SELECT count(*), count(*) FILTER (WHERE regexp_full_match(national_id, ?))"
        " FROM customers WHERE residence = ? AND national_id IS NOT NULL",
        [SHAPES[country], country],
    ).fetchone()
    assert rows is not None
    assert rows[0] == rows[1] > 0


def singapore_letter(number: str) -> str:
    """The check letter of S1234567D and its like, worked out without our SQL."""
    total = sum(w * int(d) for w, d in zip((2, 7, 6, 5, 4, 3, 2), number[1:8], strict=True))
    letters = {"S": "JZIHGFEDCBA", "T": "GFEDCBAJZIH"}[number[0]]
    return letters[total % 11]


def test_singapore(sample: duckdb.DuckDBPyConnection) -> None:
    assert singapore_letter("S1234567") == "D"
    for number, born, _ in of(sample, "SG"):
        assert born is not None
        assert number[8] == singapore_letter(number)
        assert number[0] == ("T" if born.year >= 2000 else "S")
        assert born.year < 1968 or number[1:3] == f"{born:%y}"


def test_series_that_are_never_issued(sample: duckdb.DuckDBPyConnection) -> None:
    for country, start in {"US": "9", "GB": "QQ", "NL": "9999", "IN": "9999"}.items():
        assert all(number.startswith(start) for number, _, _ in of(sample, country))


def test_no_number_tells_an_unknown_birth(sample: duckdb.DuckDBPyConnection) -> None:
    told = sample.execute(
        "SELECT residence, count(*) FROM customers"
        " WHERE birth_date IS NULL AND national_id IS NOT NULL GROUP BY 1"
    ).fetchall()
    assert told
    assert not {country for country, _ in told} & tells_birth()


def test_numbers_are_not_shared(sample: duckdb.DuckDBPyConnection) -> None:
    assert sample.execute(
        "SELECT count(national_id) = count(DISTINCT national_id) FROM customers"
    ).fetchone() == (True,)

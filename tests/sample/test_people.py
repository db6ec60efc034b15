"""Customers, sellers and couriers are as promised."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from lawful.sample.cast import CAST, REFERENCE_ON
from lawful.sample.data import describe

RESERVED = {
    "US": r"\+1 \d{3} 555 01\d\d",
    "GB": r"\+44 (20 7946 0|7700 900|1[1-6]\d? 496 0|29 2018 0|28 9649 6|1\d\d 496 0)\d{3}",
    "DE": r"\+49 (30 23125|40 66969|89 99998|221 4710|69 90009|171 39200|176 040690)\d{2,3}",
    "FR": r"\+33 (1 99 00|2 61 91|3 53 01|4 65 71|5 36 49|6 39 98) \d\d \d\d",
    "IE": r"\+353 20 91\d \d{4}",
}


def value(sample: duckdb.DuckDBPyConnection, query: str) -> object:
    row = sample.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_shares(built: Path) -> None:
    shares = describe(built)["shares"]
    assert 0.05 < shares["unknown_age"] < 0.07
    assert 0.04 < shares["minors_of_known"] < 0.06
    assert 0.01 < shares["under_14_of_known"] < 0.025
    assert 0.28 < shares["mainland"] < 0.32
    assert 0.008 < shares["away_from_home"] < 0.02
    assert 0.15 < shares["without_national_id"] < 0.25
    assert 0 < shares["deceased"] < 0.01
    assert 0.5 < shares["advertising_given"] < 0.6
    assert 0.08 < shares["advertising_withdrawn"] < 0.16
    assert 0.1 < shares["advertising_no_row"] < 0.17


def test_numbered_from_one(sample: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT min(customer_id), max(customer_id), count(DISTINCT customer_id) FROM customers"
    assert sample.execute(query).fetchone() == (1, 15_000, 15_000)


def test_age_assurance_is_none_just_when_the_age_is_unknown(
    sample: duckdb.DuckDBPyConnection,
) -> None:
    query = "SELECT count(*) FROM customers WHERE (birth_date IS NULL) <> (age_assurance = 'none')"
    assert value(sample, query) == 0
    kinds = sample.execute("SELECT DISTINCT age_assurance FROM customers ORDER BY 1").fetchall()
    assert kinds == [("declared",), ("estimated",), ("none",), ("verified",)]


def test_data_stay_in_the_region_of_residence(sample: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT residence, home_region FROM customers GROUP BY ALL"
    homes = dict(sample.execute(query).fetchall())
    assert len(homes) == 15
    assert (
        value(
            sample, "SELECT count(*) FROM (SELECT DISTINCT residence, home_region FROM customers)"
        )
        == 15
    )
    assert homes["CN"] == "CN"
    assert {homes[code] for code in ("DE", "FR", "IE", "ES", "IT", "PL", "NL")} == {"IE"}
    assert homes["US"] == "US"
    assert homes["SG"] == "SG"


def test_order_of_life(sample: duckdb.DuckDBPyConnection) -> None:
    query = f"""SELECT count(*) FROM customers WHERE created_at::DATE <= birth_date
        OR deceased_on < created_at::DATE OR created_at::DATE >= DATE '{REFERENCE_ON}'"""
    assert value(sample, query) == 0


@pytest.mark.parametrize("country", sorted(RESERVED))
def test_phones_are_kept_for_fiction(sample: duckdb.DuckDBPyConnection, country: str) -> None:
    for table, home in (("customers", "residence"), ("couriers", "country")):
        query = f"""SELECT count(*), count(*) FILTER (WHERE regexp_full_match(phone, ?))
            FROM {table} WHERE {home} = ?"""
        row = sample.execute(query, [RESERVED[country], country]).fetchone()
        assert row is not None
        assert row[0] == row[1] > 0


def test_mail_goes_nowhere(sample: duckdb.DuckDBPyConnection) -> None:
    query = """SELECT count(DISTINCT email) FROM customers
        WHERE regexp_full_match(email, '[a-z]+\\.[a-z]+[0-9]+@[a-z]+\\.example')"""
    assert value(sample, query) == 15_000


def test_no_pattern_is_left_open(sample: duckdb.DuckDBPyConnection) -> None:
    columns = "full_name || phone || address || city || postal_code || email"
    query = f"SELECT count(*) FROM customers WHERE regexp_matches({columns}, '[{{}}@]{{2}}|[{{}}]')"
    assert value(sample, query) == 0
    assert value(sample, "SELECT count(*) FROM customers WHERE full_name IS NULL") == 0


def test_names_are_in_native_script(sample: duckdb.DuckDBPyConnection) -> None:
    for country, script in {
        "CN": "[\\x{4E00}-\\x{9FFF}]{2,5}",
        "KR": "[\\x{AC00}-\\x{D7A3}]{3}",
    }.items():
        query = f"""SELECT count(*) FROM customers
            WHERE residence = '{country}' AND NOT regexp_full_match(full_name, '{script}')"""
        assert value(sample, query) == 0


def test_sellers_are_adults_of_known_age(sample: duckdb.DuckDBPyConnection) -> None:
    query = f"""SELECT count(*), count(DISTINCT customer_id), min(seller_id), max(seller_id),
            bool_and(birth_date <= DATE '{REFERENCE_ON}' - INTERVAL 18 YEAR),
            count(DISTINCT face_template), bool_and(length(face_template) = 64)
        FROM sellers JOIN customers USING (customer_id)"""
    assert sample.execute(query).fetchone() == (600, 600, 1, 600, True, 600, True)
    cast = ", ".join(map(str, CAST))
    assert value(sample, f"SELECT count(*) FROM sellers WHERE customer_id IN ({cast})") == 0


def test_couriers_work_everywhere(sample: duckdb.DuckDBPyConnection) -> None:
    assert value(sample, "SELECT count(DISTINCT country) FROM couriers") == 15
    query = f"SELECT max(birth_date) <= DATE '{REFERENCE_ON}' - INTERVAL 18 YEAR FROM couriers"
    assert value(sample, query) is True


@pytest.mark.parametrize("number", sorted(CAST))
def test_the_cast(sample: duckdb.DuckDBPyConnection, number: int) -> None:
    member = CAST[number]
    row = sample.execute(
        """SELECT country, residence, birth_date, age_assurance, sex, deceased_on,
            (SELECT arg_max(state, recorded_at) FROM consents AS c
                WHERE c.customer_id = p.customer_id AND purpose = 'personalised_advertising'),
            (SELECT arg_max(separate, recorded_at) FROM consents AS c
                WHERE c.customer_id = p.customer_id AND purpose = 'personalised_advertising'),
            (SELECT count(*) >= 4 FROM orders WHERE buyer_id = p.customer_id),
            (SELECT count(*) FROM objections AS o WHERE o.customer_id = p.customer_id)
        FROM customers AS p WHERE customer_id = ?""",
        [number],
    ).fetchone()
    assert row == (
        member.country,
        member.country,
        member.birth_on,
        member.age_assurance,
        member.sex,
        None,
        member.advertising,
        member.separate,
        True,
        0,
    )


def test_the_cast_is_what_documents_say() -> None:
    assert CAST[42].country == CAST[43].country == CAST[44].country == CAST[45].country == "DE"
    assert (CAST[43].advertising, CAST[45].birth_on, CAST[46].country) == ("withdrawn", None, "CN")
    fifteen = CAST[44].birth_on
    assert fifteen is not None
    assert date(2010, 11, 24) < fifteen <= date(2011, 11, 24)
    edges = {CAST[number].birth_on for number in range(47, 56)}
    assert edges == {date(year, 11, day) for year in (2012, 2010, 2008) for day in (23, 24, 25)}
    assert CAST[56].birth_on == date(2008, 2, 29)

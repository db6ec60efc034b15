"""The people: customers, those among them who sell, and couriers.

A person is made in steps, each a temporary table: *lot* (what fate draws: country, sex, birth),
*persona* (name, city, phone, when active) and then the table itself. Later modules join *persona*.
"""

from __future__ import annotations

import duckdb

from lawful.sample import national_ids
from lawful.sample.cast import CAST
from lawful.sample.chance import Chance
from lawful.sample.dictionaries import countries
from lawful.sample.phrases import TODAY, epoch, instant, listed

_MAILS = listed(["mail.example", "post.example", "inbox.example", "letters.example"])
_TRADES = listed(["Trading", "Home", "Select", "Direct", "Outlet", "Workshop", "Market", "Goods"])
_ASSURANCE = {"declared": 0.62, "estimated": 0.18, "verified": 0.20}
_DAY = 86400


def _lot(draw: Chance, count: int, *, minors: float, fixed: str) -> str:
    """Country, sex and birth of persons 1 to ``count``; who is in ``fixed`` keeps what is there."""
    i = "i"
    homes = {country.code: country.share for country in countries()}
    minor = f"3700 + (2870 * (1 - {draw.unit('youth', i)} * {draw.unit('youth', i)}))::BIGINT"
    adult = (
        f"6580 + (26000 * (0.4 * {draw.unit('age', i)}"
        f" + 0.6 * {draw.unit('age', i)} * {draw.unit('age', i)}))::BIGINT"
    )
    days = f"CASE WHEN {draw.happens('minor', minors, i)} THEN {minor} ELSE {adult} END"
    return f"""
        SELECT i, fixed.customer_id IS NOT NULL AS is_cast,
            coalesce(fixed.residence, {draw.split("residence", homes, i)}) AS residence,
            coalesce(fixed.birth_on, ({TODAY} - ({days})::INTEGER)) AS born,
            CASE WHEN fixed.customer_id IS NOT NULL THEN fixed.birth_on IS NOT NULL
                ELSE NOT {draw.happens("ageless", 0.06, i)} END AS knows_birth,
            coalesce(fixed.sex = 'male', {draw.happens("male", 0.49, i)}) AS male,
            coalesce(fixed.age_assurance, {draw.split("assurance", _ASSURANCE, i)}) AS assurance
        FROM range(1, {count} + 1) AS numbers(i)
        LEFT JOIN {fixed} AS fixed ON fixed.customer_id = i"""


def _named(draw: Chance, source: str) -> str:
    """Name, city and birthplace of each row of ``source``, whose row number is ``i``."""
    i = "i"
    family = f"[1 + {draw.below('family', 'len(family_his)', i)}]"
    his = f"[1 + {draw.below('given', 'len(his_names)', i)}]"
    hers = f"[1 + {draw.below('given', 'len(her_names)', i)}]"
    digits = f"lpad(({draw.below('serial', 1000000, i)})::VARCHAR, 6, '0')"
    more = f"lpad(({draw.below('serial more', 1000000, i)})::VARCHAR, 6, '0')"
    tens = ", ".join(f"{draw.below(f'digit {n}', 100000, i)} * 10 + {n}" for n in range(10))
    return f"""
        SELECT * EXCLUDE (family_his, family_hers, family_latins, his_names, his_latins,
                her_names, her_latins, streets, cities, areas, phone_formats),
            CASE WHEN male THEN family_his{family} ELSE family_hers{family} END AS family_name,
            family_latins{family} AS family_latin,
            CASE WHEN male THEN his_names{his} ELSE her_names{hers} END AS given_name,
            CASE WHEN male THEN his_latins{his} ELSE her_latins{hers} END AS given_latin,
            {draw.one_of("street", "streets", i)} AS street,
            {draw.one_of("area", "areas", i)} AS area,
            {draw.one_of("dial", "phone_formats", i)} AS phone_format,
            {digits} || {more} AS d,
            CASE WHEN residence = 'DE' THEN
                array_to_string([ten % 10 FOR ten IN list_sort([{tens}])], '') END AS shuffled
        FROM (
            SELECT lot.*, land.* EXCLUDE (residence),
                {draw.below("city", "land.cities", i)}::INTEGER AS city_no
            FROM (SELECT *, row_number() OVER (PARTITION BY residence ORDER BY i) AS nth
                FROM {source}) AS lot JOIN land USING (residence)
        ) JOIN town USING (residence, city_no)"""


def _reachable(draw: Chance, source: str) -> str:
    """Phone, postal code and address line of each row of ``source``."""
    i = "i"
    places = range(1, 9)
    dialled = ", ".join(f"substr(dialled, {n}, 1)" for n in places)
    posted = ", ".join(f"substr(posted, {n}, 1)" for n in places)
    alphabet = "'ABCDEFGHJKLMNPRSTUVWXYZ'"
    signs = ", ".join(
        f"substr({alphabet}, 1 + {draw.below(f'letter {n}', 23, i)}, 1)" for n in range(3)
    )
    number, unit = draw.below("number", 180, i), draw.below("unit", 90, i)
    return f"""
        SELECT * EXCLUDE (dialled, posted, free_digits, dial_no, turn),
            format(name_format, given_name, family_name) AS full_name,
            format(phone_format, {dialled}) AS phone,
            format(postal_format, {posted}, {signs}) AS postal_code,
            format(address_format, street, 1 + {number}, 1 + {unit}, district) AS address
        FROM (
            SELECT *, lpad(((turn * 61803397) % (10 ** free_digits)::BIGINT)::VARCHAR,
                    free_digits, '0') AS dialled,
                lpad({draw.below("posted", 100000000, i)}::VARCHAR, 8, '0') AS posted
            FROM (
                SELECT named.*, free_digits, dial_no,
                    row_number() OVER (PARTITION BY phone_format ORDER BY i)
                        + {draw.below("dial from", 100000, "dial_no")} AS turn
                FROM {source} AS named JOIN dial USING (phone_format)
            )
        )"""


def _active(draw: Chance) -> str:
    """When each persona joined and, for a few, died; seconds since 1970."""
    i = "i"
    opened, year = epoch("DATE '2019-03-01'"), epoch("DATE '2026-01-01'")
    joined = f"greatest({opened}, {epoch('born')} + 3290 * {_DAY})"
    latest = epoch("DATE '2026-10-31'")
    died_from = f"greatest(joined + 20 * {_DAY}, {year})"
    died_until = epoch("DATE '2026-11-21'")
    dies = f"NOT is_cast AND age_days > 12000 AND {draw.happens('died', 0.004, i)}"
    return f"""
        SELECT *, CASE WHEN {dies} THEN
            {died_from} + {draw.below("died on", f"{died_until} - ({died_from})", i)} END AS died
        FROM (
            SELECT *, {TODAY} - born AS age_days, CASE
                WHEN is_cast THEN {epoch("DATE '2024-06-01'")} + {draw.below("joined", 9000000, i)}
                ELSE {joined} + {draw.below("joined", f"{latest} - ({joined})", i)} END AS joined
            FROM reachable
        )"""


def _number() -> str:
    """SQL: the national identifier, or NULL where the platform has none."""
    tells = listed(sorted(national_ids.tells_birth()))
    kept = f"has_number AND (knows_birth OR NOT list_contains({tells}, residence))"
    return f"CASE WHEN {kept} THEN {national_ids.number_sql()} END"


def _personas(connection: duckdb.DuckDBPyConnection, draw: Chance, count: int) -> None:
    """Create the temporary table ``persona``, one row a customer."""
    i = "i"
    abroad = listed(country.code for country in countries())
    lot = _lot(draw, count, minors=0.05, fixed="fixed")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE lot AS {lot}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE named AS {_named(draw, 'lot')}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE reachable AS {_reachable(draw, 'named')}")
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE persona AS
        SELECT *, i AS customer_id, {_number()} AS national_id,
            CASE WHEN NOT is_cast AND {draw.happens("travels", 0.016, i)}
                THEN {draw.one_of("abroad", abroad, i)} ELSE residence END AS country,
            coalesce(died, {epoch("DATE '2026-11-23'")}) AS active_until,
            address || ', ' || postal_code || ' ' || city AS address_line
        FROM (
            SELECT *, {national_ids.body_sql()} AS body,
                is_cast OR {draw.happens("numbered", 0.82, i)} AS has_number
            FROM ({_active(draw)})
        ) ORDER BY i""")
    for spent in ("lot", "named", "reachable"):
        connection.execute(f"DROP TABLE {spent}")


def build_customers(connection: duckdb.DuckDBPyConnection, seed: int, count: int) -> None:
    """Create ``customers``, numbered from 1, and the temporary table ``persona``."""
    draw, i = Chance(seed, "customers"), "i"
    _personas(connection, draw, count)
    local = "lower(regexp_replace(given_latin || '.' || family_latin, '[^A-Za-z.]', '', 'g'))"
    connection.execute(f"""
        CREATE TABLE customers AS
        SELECT customer_id, full_name, country, residence, home_region,
            {local} || customer_id || '@' || {draw.one_of("mail", _MAILS, i)} AS email,
            phone, address, city, postal_code,
            CASE WHEN knows_birth THEN born END AS birth_date,
            CASE WHEN knows_birth THEN assurance ELSE 'none' END AS age_assurance,
            CASE WHEN NOT is_cast AND {draw.happens("undisclosed", 0.02, i)} THEN 'undisclosed'
                WHEN male THEN 'male' ELSE 'female' END AS sex,
            CASE WHEN row_number() OVER (PARTITION BY national_id ORDER BY customer_id) = 1
                THEN national_id END AS national_id,
            {instant("joined")} AS created_at, {instant("died")}::DATE AS deceased_on
        FROM persona ORDER BY customer_id""")


def build_sellers(connection: duckdb.DuckDBPyConnection, seed: int, count: int) -> None:
    """Create ``sellers``: adults of known birth date, none of the cast, with a face template."""
    draw, i = Chance(seed, "sellers"), "seller_id"
    cast = ", ".join(map(str, CAST))
    account = f"lpad({draw.below('account', 1000000000, i)}::VARCHAR, 9, '0')"
    connection.execute(f"""
        CREATE TABLE sellers AS
        SELECT seller_id, customer_id,
            family_latin || ' ' || {draw.one_of("trade", _TRADES, i)} AS shop_name,
            address_line AS business_address,
            'PP-' || residence || '-' || {account} || lpad(seller_id::VARCHAR, 6, '0')
                AS payout_account,
            {instant(f"joined + {draw.below('verified', 'active_until - joined', i)}")}
                AS verified_at,
            sha256('{seed}/face/' || customer_id) AS face_template,
            substr('CEGKPTX', 1 + {draw.below("document kind", 7, i)}, 1)
                || lpad({draw.below("document", 100000000, i)}::VARCHAR, 8, '0') AS id_document_no
        FROM (
            SELECT row_number() OVER (ORDER BY {draw.word("chosen", "i")}, i) AS seller_id, *
            FROM persona
            WHERE knows_birth AND age_days >= 6580 AND died IS NULL AND i NOT IN ({cast})
        ) WHERE seller_id <= {count} ORDER BY seller_id""")


def build_couriers(connection: duckdb.DuckDBPyConnection, seed: int, count: int) -> None:
    """Create ``couriers``, at least one a country, and the temporary table ``rider``."""
    draw, i = Chance(seed, "couriers"), "i"
    codes = [country.code for country in countries()]
    lot = _lot(draw, count, minors=0.0, fixed="(FROM fixed WHERE false)")
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE lot AS
        SELECT * REPLACE (CASE WHEN i <= {len(codes)} THEN {listed(codes)}[i] ELSE residence END
            AS residence, {TODAY} - (6800 + {draw.below("age", 15000, i)})::INTEGER AS born)
        FROM ({lot})""")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE named AS {_named(draw, 'lot')}")
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE rider AS
        SELECT i AS courier_id, nth, residence, full_name, phone, lat, lon,
            CASE WHEN {draw.happens("knows", 0.98, i)} THEN born END AS birth_date,
            count(*) OVER (PARTITION BY residence) AS colleagues
        FROM ({_reachable(draw, "named")}) ORDER BY i""")
    connection.execute("""
        CREATE TABLE couriers AS
        SELECT courier_id, full_name, phone, residence AS country, birth_date
        FROM rider ORDER BY courier_id""")

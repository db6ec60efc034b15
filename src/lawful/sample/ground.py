"""Temporary tables that the others draw from: countries, cities, phones, letters, the cast."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import duckdb

from lawful.sample.cast import CAST, CastMember
from lawful.sample.chance import MACROS
from lawful.sample.dictionaries import City, Country, countries, letters, to_format

LINES = 20
"""Lines of each kind of letter in the table ``letter``, numbered from 0."""

_TABLES = (
    """CREATE OR REPLACE TEMP TABLE land (
        residence VARCHAR, home_region VARCHAR, currency VARCHAR, per_usd DOUBLE, language VARCHAR,
        name_format VARCHAR, address_format VARCHAR, streets VARCHAR[], cities INTEGER,
        family_his VARCHAR[], family_hers VARCHAR[], family_latins VARCHAR[],
        his_names VARCHAR[], his_latins VARCHAR[], her_names VARCHAR[], her_latins VARCHAR[])""",
    """CREATE OR REPLACE TEMP TABLE town (
        residence VARCHAR, city_no INTEGER, city VARCHAR, district VARCHAR, postal_format VARCHAR,
        lat DOUBLE, lon DOUBLE, phone_formats VARCHAR[], areas VARCHAR[])""",
    "CREATE OR REPLACE TEMP TABLE dial (phone_format VARCHAR, free_digits INTEGER, dial_no BIGINT)",
    """CREATE OR REPLACE TEMP TABLE letter (
        language VARCHAR, kind VARCHAR, line BIGINT, words VARCHAR)""",
    """CREATE OR REPLACE TEMP TABLE fixed (
        customer_id BIGINT, residence VARCHAR, birth_on DATE, age_assurance VARCHAR,
        advertising VARCHAR, is_separate BOOLEAN, sex VARCHAR)""",
)


def _land(country: Country) -> Sequence[Any]:
    return [
        country.code,
        country.home_region,
        country.currency,
        country.per_usd,
        country.language,
        country.name.format(given="{0}", family="{1}"),
        country.address,
        list(country.streets),
        len(country.cities),
        [name.his for name in country.family],
        [name.hers for name in country.family],
        [name.latin for name in country.family],
        [name.his for name in country.male],
        [name.latin for name in country.male],
        [name.hers for name in country.female],
        [name.latin for name in country.female],
    ]


def _town(country: Country, number: int, city: City) -> Sequence[Any]:
    return [
        country.code,
        number,
        city.name,
        city.district,
        to_format(city.postal),
        city.lat,
        city.lon,
        [to_format(phone) for phone in city.phones],
        list(city.areas) or [""],
    ]


def _letters() -> Iterable[Sequence[Any]]:
    """Twenty lines of each language and kind, so that a line number below 20 always finds one."""
    for language, kinds in letters().items():
        for kind, words in kinds.items():
            for line in range(LINES):
                yield [language, kind, line, words[line % len(words)]]


def _fixed(number: int, who: CastMember) -> Sequence[Any]:
    return [
        number,
        who.country,
        who.birth_on,
        who.age_assurance,
        who.advertising,
        who.separate,
        who.sex,
    ]


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Sequence[Any]]
) -> None:
    values = list(rows)
    slots = "(" + ", ".join("?" * len(values[0])) + ")"
    listed = ", ".join([slots] * len(values))
    connection.execute(f"INSERT INTO {table} VALUES {listed}", [v for row in values for v in row])


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the macros and the temporary tables of one connection."""
    for statement in (*MACROS, *_TABLES):
        connection.execute(statement)
    known = countries()
    towns = [(country, n, city) for country in known for n, city in enumerate(country.cities)]
    dials = {phone for _, _, city in towns for phone in city.phones}
    _insert(connection, "land", map(_land, known))
    _insert(connection, "town", (_town(*town) for town in towns))
    _insert(
        connection,
        "dial",
        ((to_format(dial), dial.count("#"), n) for n, dial in enumerate(sorted(dials))),
    )
    _insert(connection, "letter", _letters())
    _insert(connection, "fixed", itertools.starmap(_fixed, CAST.items()))

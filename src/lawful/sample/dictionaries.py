"""Names, streets, cities, letters and goods, read from the folder ``dictionaries``."""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import attrs

_PLAIN = str.maketrans({"ß": "ss", "ł": "l", "Ł": "L", "ı": "i", "ø": "o", "æ": "ae"})
_SLOTS = {"street": "{0}", "number": "{1}", "unit": "{2}", "district": "{3}"}


@attrs.frozen(kw_only=True)
class City:
    """A place where subjects live; ``#`` is a digit and ``@`` a letter in its patterns."""

    name: str
    district: str
    postal: str
    lat: float
    lon: float
    phones: tuple[str, ...]
    areas: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Name:
    """A name as a man and as a woman writes it, and in plain Latin letters."""

    his: str
    hers: str
    latin: str


@attrs.frozen(kw_only=True)
class Country:
    """What the generator knows of one country."""

    code: str
    share: float
    home_region: str
    currency: str
    per_usd: float
    language: str
    name: str
    address: str
    family: tuple[Name, ...]
    male: tuple[Name, ...]
    female: tuple[Name, ...]
    streets: tuple[str, ...]
    cities: tuple[City, ...]


def _folder() -> Traversable:
    return resources.files("lawful.sample") / "dictionaries"


def _toml(file: Traversable) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def to_latin(written: str) -> str:
    """The name in letters without marks.

    >>> to_latin("Wójcik"), to_latin("Großmann")
    ('Wojcik', 'Grossmann')
    """
    apart = unicodedata.normalize("NFKD", written.translate(_PLAIN))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def to_name(entry: str) -> Name:
    """A name from ``written``, ``written|latin`` or ``his/hers``.

    >>> to_name("Kowalski/Kowalska").hers
    'Kowalska'
    """
    written, _, latin = entry.partition("|")
    his, _, hers = written.partition("/")
    return Name(his=his, hers=hers or his, latin=latin or to_latin(his))


def to_format(pattern: str) -> str:
    """A pattern as a DuckDB format string: digits are slots 0 to 7, letters 8 to 10.

    >>> to_format("10## @@")
    '10{0}{1} {8}{9}'
    """
    digits, letters, out = iter(range(8)), iter(range(8, 11)), []
    for sign in pattern:
        place = next(digits) if sign == "#" else next(letters) if sign == "@" else None
        out.append(sign if place is None else f"{{{place}}}")
    return "".join(out)


def _to_city(row: dict[str, Any]) -> City:
    return City(
        name=row["name"],
        district=row.get("district", ""),
        postal=row["postal"],
        lat=row["lat"],
        lon=row["lon"],
        phones=tuple(row["phones"]),
        areas=tuple(row.get("areas", ())),
    )


def _to_country(row: dict[str, Any]) -> Country:
    return Country(
        code=row["code"],
        share=row["share"],
        home_region=row["home_region"],
        currency=row["currency"],
        per_usd=row["per_usd"],
        language=row["language"],
        name=row["name"],
        family=tuple(map(to_name, row["family"])),
        male=tuple(map(to_name, row["male"])),
        female=tuple(map(to_name, row["female"])),
        address=row["address"].format(**_SLOTS),
        streets=tuple(row["streets"]),
        cities=tuple(map(_to_city, row["cities"])),
    )


@cache
def countries() -> tuple[Country, ...]:
    """Every country that has a file, by code."""
    files = (_folder() / "countries").iterdir()
    found = [_to_country(_toml(file)) for file in files if file.name.endswith(".toml")]
    return tuple(sorted(found, key=lambda country: country.code))


@cache
def letters() -> dict[str, dict[str, list[str]]]:
    """What people write, by language and kind (``gifts``, ``questions``, ``answers``)."""
    return _toml(_folder() / "letters.toml")


@cache
def catalogue() -> dict[str, Any]:
    """Makers, variants, categories of goods, advertising and pricing words."""
    return _toml(_folder() / "catalogue.toml")

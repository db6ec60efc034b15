"""The data subjects whom documents and tests may name: their facts are fixed, whatever the seed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

import attrs

REFERENCE_ON = date(2026, 11, 24)
"""The day on which ages are meant; nothing in the data happens on it or later."""


@attrs.frozen(kw_only=True)
class CastMember:
    """One data subject with fixed facts. ``advertising`` is the latest state of consent to it."""

    about: str
    country: str
    birth_on: date | None
    age_assurance: str
    advertising: str = "given"
    separate: bool = False
    sex: str = "female"


def _edge(years: int, country: str, days: int) -> CastMember:
    born = REFERENCE_ON.replace(year=REFERENCE_ON.year - years) + timedelta(days=days)
    when = {-1: "the day before", 0: "on", 1: "the day after"}[days]
    return CastMember(
        about=f"turns {years} {when} {REFERENCE_ON}",
        country=country,
        birth_on=born,
        age_assurance="verified",
        separate=country == "CN",
        sex="male",
    )


_EDGES = [
    _edge(years, country, days)
    for years, country in ((14, "CN"), (16, "DE"), (18, "FR"))
    for days in (-1, 0, 1)
]

CAST: Mapping[int, CastMember] = MappingProxyType(
    {
        42: CastMember(
            about="adult in Germany, consent to personalised advertising given",
            country="DE",
            birth_on=date(1988, 5, 17),
            age_assurance="verified",
        ),
        43: CastMember(
            about="adult in Germany, consent given and later withdrawn",
            country="DE",
            birth_on=date(1979, 9, 3),
            age_assurance="declared",
            advertising="withdrawn",
            sex="male",
        ),
        44: CastMember(
            about="aged 15 in Germany, consent given by the minor",
            country="DE",
            birth_on=date(2011, 3, 8),
            age_assurance="declared",
        ),
        45: CastMember(
            about="of unknown age in Germany, consent given",
            country="DE",
            birth_on=None,
            age_assurance="none",
            sex="male",
        ),
        46: CastMember(
            about="adult in mainland China, separate consent given",
            country="CN",
            birth_on=date(1990, 12, 1),
            age_assurance="verified",
            separate=True,
        ),
        **{47 + place: member for place, member in enumerate(_EDGES)},
        56: CastMember(
            about="born on 29 February 2008 in Germany",
            country="DE",
            birth_on=date(2008, 2, 29),
            age_assurance="verified",
        ),
    }
)
"""customer_id → facts. All live and are resident in ``country``, and have at least four orders."""

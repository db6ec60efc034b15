"""National identifiers, as SQL: a body of digits, then the check characters that make it valid.

Where a series exists that is never issued it is used: US area 9xx with a group that no tax number
uses, GB prefix QQ, NL and IN series 9999. The other schemes keep no such series; their numbers are
drawn at random, and that one was issued to someone can be neither intended nor known.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ODD = [
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18,
    20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
]  # fmt: skip
_DIHEDRAL = [
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
]  # fmt: skip
_TURNS = [
    "0123456789", "1576283094", "5803796142", "8916043527",
    "9453126870", "4286573901", "2793806415", "7046913258",
]  # fmt: skip


@attrs.frozen(kw_only=True)
class Scheme:
    """How one country numbers people.

    Attributes:
        body: SQL over ``d`` (twelve random digits), ``nth`` (rank in the country), ``born``,
            ``male``, ``area``, ``family_latin``, ``given_latin`` and ``shuffled`` (ten digits).
        number: SQL over ``body``: the whole number.
        tells_birth: the number gives away when its holder was born.
    """

    country: str
    body: str
    number: str
    tells_birth: bool = False


def _digit(place: int, text: str = "body") -> str:
    return f"substr({text}, {place}, 1)::INTEGER"


def weighted(weights: Sequence[int], text: str = "body") -> str:
    """SQL: the sum of the digits from the left, each times its weight."""
    return "(" + " + ".join(f"{w} * {_digit(n, text)}" for n, w in enumerate(weights, 1)) + ")"


def _sexed(place: int) -> str:
    """A digit that is odd for men and even for women."""
    return f"(2 * (substr(d, {place}, 1)::INTEGER // 2) + male::INTEGER)"


def _iso7064_mod_11_10() -> str:
    product = "10"
    for place in range(1, 11):
        product = f"(((({product} + {_digit(place)} + 9) % 10) + 1) * 2 % 11)"
    return f"((11 - {product}) % 10)"


def _verhoeff() -> str:
    table, turns = "".join(_DIHEDRAL), "".join(_TURNS)
    check = "0"
    for step, place in enumerate(range(11, 0, -1), 1):
        turned = f"substr('{turns}', {step % 8 * 10 + 1} + {_digit(place)}, 1)::INTEGER"
        check = f"substr('{table}', 1 + 10 * ({check}) + {turned}, 1)::INTEGER"
    return f"substr('0432156789', 1 + {check}, 1)"


def _codice_check() -> str:
    odd = ", ".join(str(_ODD[n if n < 10 else n - 10]) for n in range(36))
    even = ", ".join(str(n if n < 10 else n - 10) for n in range(36))
    terms = (
        f"[{odd if place % 2 else even}][strpos('{_ALPHABET}', substr(body, {place}, 1))]"
        for place in range(1, 16)
    )
    return f"chr(65 + ({' + '.join(terms)}) % 26)"


def _codice_body() -> str:
    def only(name: str, drop: str) -> str:
        return f"regexp_replace(upper({name}), '{drop}', '', 'g')"

    consonants, vowels = "[^B-DF-HJ-NP-TV-Z]", "[^AEIOU]"
    family = f"{only('family_latin', consonants)} || {only('family_latin', vowels)} || 'XX'"
    given = only("given_latin", consonants)
    given_all = f"{given} || {only('given_latin', vowels)} || 'XX'"
    return (
        f"substr({family}, 1, 3)"
        f" || CASE WHEN length({given}) >= 4 THEN substr({given}, 1, 1) || substr({given}, 3, 2)"
        f" ELSE substr({given_all}, 1, 3) END"
        " || strftime(born, '%y') || substr('ABCDEHLMPRST', month(born)::INTEGER, 1)"
        " || lpad((day(born) + CASE WHEN male THEN 0 ELSE 40 END)::VARCHAR, 2, '0') || area"
    )


def _nl_number() -> str:
    total = f"({weighted((9, 8, 7, 6, 5, 4, 3, 2))} % 11)"
    raised = "substr(body, 1, 7) || (substr(body, 8, 1)::INTEGER + 1) || '1'"
    return f"CASE WHEN {total} = 10 THEN {raised} ELSE body || {total} END"


def _br_number() -> str:
    first = f"((11 - {weighted((10, 9, 8, 7, 6, 5, 4, 3, 2))} % 11) % 11 % 10)"
    rest = weighted((11, 10, 9, 8, 7, 6, 5, 4, 3))
    second = f"((11 - ({rest} + 2 * {first}) % 11) % 11 % 10)"
    return (
        "substr(body, 1, 3) || '.' || substr(body, 4, 3) || '.' || substr(body, 7, 3)"
        f" || '-' || {first} || {second}"
    )


def _sg_number() -> str:
    total = weighted((2, 7, 6, 5, 4, 3, 2), "substr(body, 2)")
    shift = "CASE WHEN body LIKE 'T%' THEN 4 ELSE 0 END"
    return f"body || substr('JZIHGFEDCBA', 1 + ({total} + {shift}) % 11, 1)"


_CN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_KR_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_JP_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_PL_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)

SCHEMES = (
    Scheme(
        country="CN",
        body=f"area || strftime(born, '%Y%m%d') || substr(d, 1, 2) || {_sexed(3)}",
        number=f"body || substr('10X98765432', 1 + {weighted(_CN_WEIGHTS)} % 11, 1)",
        tells_birth=True,
    ),
    Scheme(
        country="DE",  # ten digits of which one is missing and one stands twice
        body="CASE WHEN shuffled LIKE '0%'"
        " THEN replace(shuffled, '0', substr(shuffled, 6 + substr(d, 1, 1)::INTEGER // 2, 1))"
        " ELSE replace(shuffled, substr(shuffled, 2 + substr(d, 2, 1)::INTEGER % 4, 1),"
        " substr(shuffled, 6 + substr(d, 1, 1)::INTEGER // 2, 1)) END",
        number=f"body || {_iso7064_mod_11_10()}",
    ),
    Scheme(
        country="FR",
        body="CASE WHEN male THEN '1' ELSE '2' END || strftime(born, '%y%m') || area"
        " || lpad((1 + substr(d, 1, 6)::INTEGER % 980)::VARCHAR, 3, '0')",
        number="body || lpad((97 - body::BIGINT % 97)::VARCHAR, 2, '0')",
        tells_birth=True,
    ),
    Scheme(
        country="ES",
        body="substr(d, 1, 8)",
        number="body || substr('TRWAGMYFPDXBNJZSQVHLCKE', 1 + body::INTEGER % 23, 1)",
    ),
    Scheme(
        country="IT", body=_codice_body(), number=f"body || {_codice_check()}", tells_birth=True
    ),
    Scheme(
        country="PL",
        body="strftime(born, '%y') || lpad((month(born) + CASE WHEN year(born) >= 2000 THEN 20"
        f" ELSE 0 END)::VARCHAR, 2, '0') || strftime(born, '%d') || substr(d, 1, 3) || {_sexed(4)}",
        number=f"body || (10 - {weighted(_PL_WEIGHTS)} % 10) % 10",
        tells_birth=True,
    ),
    Scheme(
        country="NL",  # 5,000 numbers of the series, dealt without repeating
        body="'9999' || lpad(((nth * 1597 % 5000) // 5)::VARCHAR, 3, '0')"
        " || 2 * (nth * 1597 % 5000 % 5)",
        number=_nl_number(),
    ),
    Scheme(
        country="IE",
        body="substr(d, 1, 7)",
        number="body || substr('WABCDEFGHIJKLMNOPQRSTUV', 1 +"
        f" ({weighted((8, 7, 6, 5, 4, 3, 2))} + 9) % 23, 1) || 'A'",
    ),
    Scheme(country="BR", body="substr(d, 1, 9)", number=_br_number()),
    Scheme(
        country="SG",
        body="CASE WHEN year(born) >= 2000 THEN 'T' ELSE 'S' END || CASE WHEN year(born) >= 1968"
        " THEN strftime(born, '%y') ELSE '0' || substr(d, 6, 1) END || substr(d, 1, 5)",
        number=_sg_number(),
        tells_birth=True,
    ),
    Scheme(
        country="GB",
        body="'QQ' || substr(d, 1, 6)",
        number="body || substr('ABCD', 1 + substr(body, 8, 1)::INTEGER % 4, 1)",
    ),
    Scheme(
        country="KR",
        body="strftime(born, '%y%m%d') || (CASE WHEN male THEN 1 ELSE 2 END"
        " + CASE WHEN year(born) >= 2000 THEN 2 ELSE 0 END)"
        " || lpad((substr(d, 1, 4)::INTEGER % 96)::VARCHAR, 2, '0') || substr(d, 5, 3)",
        number="substr(body, 1, 6) || '-' || substr(body, 7)"
        f" || (11 - {weighted(_KR_WEIGHTS)} % 11) % 10",
        tells_birth=True,
    ),
    Scheme(
        country="JP",
        body="substr(d, 1, 11)",
        number=f"body || (11 - {weighted(_JP_WEIGHTS)} % 11) % 11 % 10",
    ),
    Scheme(country="IN", body="'9999' || substr(d, 1, 7)", number=f"body || {_verhoeff()}"),
    Scheme(
        country="US",
        body="'9' || substr(d, 1, 2) || '-'"
        " || lpad((1 + substr(d, 3, 3)::INTEGER % 49)::VARCHAR, 2, '0')",
        number="body || '-' || substr(d, 9, 4)",
    ),
)
"""One scheme a country."""


def body_sql(country: str = "residence") -> str:
    """SQL: the body of the number, by country."""
    arms = " ".join(f"WHEN '{scheme.country}' THEN {scheme.body}" for scheme in SCHEMES)
    return f"(CASE {country} {arms} END)"


def number_sql(country: str = "residence") -> str:
    """SQL: the whole number, by country."""
    arms = " ".join(f"WHEN '{scheme.country}' THEN {scheme.number}" for scheme in SCHEMES)
    return f"(CASE {country} {arms} END)"


def tells_birth() -> frozenset[str]:
    """Countries whose number gives away when its holder was born."""
    return frozenset(scheme.country for scheme in SCHEMES if scheme.tells_birth)

"""The small tables inside an entry: clocks, periods, how long to keep, ceilings of penalties."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from lawful.law.model import Ceiling, Clock, Keep, Period
from lawful.law.parse import UNITS
from lawful.law.vocabulary import nearest
from lawful.terms.errors import Location, UsageError

CLOCK_UNITS = ("minutes", "hours", "working_days", "calendar_months", *UNITS)
OF_INSTANTS = ("minutes", "hours")
ORIGINS = ("applies", "stale", "done", "period")
MEASURES = (
    "correction",
    "warning",
    "confiscation",
    "suspension",
    "service_ended",
    "rectification",
    "licence",
    "business_ban",
    "person_banned",
    "credit_record",
    "publication",
    "criminal",
    "civil",
    "periodic",
    "behavioural",
    "structural",
    "access_restricted",
    "detention",
    "removal_from_store",
    "data_deleted",
)
BASES = (
    "turnover",
    "worldwide_turnover",
    "daily_turnover",
    "income",
    "unlawful_gain",
    "procurement",
    "transaction",
    "damage",
    "person_income",
)
_CEILING = {
    "on",
    "fixed",
    "at_least",
    "currency",
    "percent",
    "multiple",
    "base",
    "whichever",
    "per",
}
_FULFILLED = re.compile(r"^fulfilled\('([\w.\-]+)'\)$")


def only(table: Mapping[str, Any], known: Iterable[str], at: Location, what: str) -> None:
    """Raise UsageError on a key that ``what`` does not have; the nearest is offered."""
    for key in table:
        if key not in set(known):
            raise UsageError(
                f"A {what} has no key '{key}'.",
                location=at,
                code="law.key",
                hint=nearest(key, known),
            )


def record_named(text: str) -> str:
    """The rule's id in ``fulfilled('id')``, or the empty text.

    >>> record_named("fulfilled('eu.gdpr.12.extend')"), record_named("aware_at")
    ('eu.gdpr.12.extend', '')
    """
    found = _FULFILLED.match(text)
    return found[1] if found else ""


def day_named(text: str) -> date | None:
    """The date in a clock's origin that is written out.

    >>> day_named("2024-02-17"), day_named("live_at")
    (datetime.date(2024, 2, 17), None)
    """
    return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None


def clock_from(raw: Mapping[str, Any], at: Location) -> Clock:
    """A ``by``: how much time, from when, and whether it can be extended.

    Raises: UsageError: a key, unit or form is not one of the language's.
    """
    only(raw, ("within", "unit", "from", "before", "on", "extended"), at, "clock")
    origin = raw.get("from", ())
    origins = tuple(map(str, origin if isinstance(origin, list) else [origin] if origin else []))
    if raw.get("within") == "promptly":
        return Clock(promptly=True, origin=origins)
    if "on" in raw:
        return Clock(on=str(raw["on"]))
    unit, back = raw.get("unit", ""), "before" in raw
    if unit not in CLOCK_UNITS:
        raise UsageError(
            f"A clock does not count in '{unit}'.",
            location=at,
            code="law.clock",
            hint=f'Units: {", ".join(CLOCK_UNITS)}, or within = "promptly".',
        )
    n = raw.get("before" if back else "within")
    if not isinstance(n, int) or n < 0:
        raise UsageError(
            "A clock says how much time: within = 72, or before = 60.",
            location=at,
            code="law.clock",
        )
    extension, extended_if = _extension(raw.get("extended"), unit, at)
    return Clock(
        within=n,
        unit=unit,
        origin=origins,
        before=back,
        extension=extension,
        extended_if=extended_if,
    )


def _extension(raw: Mapping[str, Any] | None, unit: str, at: Location) -> tuple[int, str]:
    if raw is None:
        return 0, ""
    only(raw, ("by", "unit", "if"), at, "extension")
    rule = record_named(str(raw.get("if", "")))
    if raw.get("unit", unit) != unit or not rule or not isinstance(raw.get("by"), int):
        raise UsageError(
            "An extension says by how much, in the clock's own unit, and on which record.",
            location=at,
            code="law.clock",
            hint=f'Write extended = {{ by = 2, unit = "{unit}", if = "fulfilled(\'ID\')" }}.',
        )
    return int(raw["by"]), rule


def period_from(raw: Mapping[str, Any], at: Location) -> Period:
    """An ``every``.

    Raises: UsageError: a key is not one of the language's.
    """
    only(raw, ("n", "unit", "from", "first", "after"), at, "period")
    if raw.get("unit") not in UNITS or not isinstance(raw.get("n"), int):
        raise UsageError(
            "A period says n and its unit.",
            location=at,
            code="law.clock",
            hint=f"Units: {', '.join(UNITS)}.",
        )
    return Period(
        n=raw["n"],
        unit=raw["unit"],
        origin=raw.get("from", "last"),
        first=raw.get("first"),
        after=raw.get("after", ""),
    )


def keep_from(raw: Mapping[str, Any], at: Location) -> Keep:
    """A ``keep``: at least or at most so long, from when.

    Raises: UsageError: neither or both, or a unit that is not one.
    """
    only(raw, ("at_least", "at_most", "unit", "from"), at, "keep")
    if ("at_least" in raw) == ("at_most" in raw) or raw.get("unit") not in UNITS:
        raise UsageError(
            "keep says at_least or at_most, and the unit.",
            location=at,
            code="law.clock",
            hint='Write keep = { at_least = 3, unit = "years", from = "done" }.',
        )
    return Keep(
        at_least=raw.get("at_least", 0),
        at_most=raw.get("at_most", 0),
        unit=raw["unit"],
        origin=raw.get("from", "done"),
    )


def ceiling_from(raw: Mapping[str, Any], at: Location) -> Ceiling:
    """One ``ceiling`` of a penalty.

    Raises: UsageError: no amount, or a base that is not one of ``BASES``.
    """
    only(raw, _CEILING, at, "ceiling")
    if raw.get("on", "entity") not in ("entity", "person"):
        raise UsageError("A ceiling is on the entity or a person.", location=at, code="law.key")
    if not any(key in raw for key in ("fixed", "percent", "multiple", "at_least")):
        raise UsageError(
            "A ceiling has an amount, a percentage, a multiple, or a floor (at_least).",
            location=at,
            code="law.key",
        )
    if ("percent" in raw or "multiple" in raw) and raw.get("base") not in BASES:
        raise UsageError(
            "A share or a multiple is of a base.",
            location=at,
            code="law.key",
            hint=f"Bases: {', '.join(BASES)}.",
        )
    if ("fixed" in raw or "at_least" in raw) and not raw.get("currency"):
        raise UsageError("An amount has a currency.", location=at, code="law.key")
    return Ceiling(
        on=raw.get("on", "entity"),
        fixed=raw.get("fixed"),
        at_least=raw.get("at_least"),
        currency=raw.get("currency", ""),
        percent=str(raw.get("percent", "")),
        multiple=str(raw.get("multiple", "")),
        base=raw.get("base", ""),
        whichever=raw.get("whichever", ""),
        per=raw.get("per", ""),
    )

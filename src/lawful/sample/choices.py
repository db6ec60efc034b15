"""What people chose and were told: consents, objections, notices."""

from __future__ import annotations

import duckdb

from lawful.sample.cast import CAST
from lawful.sample.chance import Chance
from lawful.sample.phrases import epoch, instant, listed

PURPOSES = {
    "personalised_advertising": 0.90,
    "analytics": 0.60,
    "recommendations": 0.55,
    "cross_border_support": 0.30,
}
"""Purpose → share of customers who were asked; seller_verification is asked of sellers only."""

NOTICE_ITEMS = (
    "recipient_name",
    "recipient_contact",
    "purpose",
    "method",
    "categories",
    "rights_route",
)
"""What a complete notice tells."""

_PATHS = {"given": 0.58, "refused": 0.22, "withdrawn": 0.14, "again": 0.06}
_STEPS = """CASE path WHEN 'given' THEN ['given'] WHEN 'refused' THEN ['refused']
    WHEN 'withdrawn' THEN ['given', 'withdrawn'] ELSE ['given', 'withdrawn', 'given'] END"""


def _asked(draw: Chance) -> str:
    """Who was asked about which purpose; ``r`` numbers the pairs."""
    asked = " UNION ALL ".join(
        f"SELECT *, '{purpose}' AS purpose, i * 8 + {n} AS r FROM persona"
        f" WHERE {draw.happens(f'asked {purpose}', share, 'i')}"
        + (" AND NOT is_cast" if purpose == "personalised_advertising" else "")
        for n, (purpose, share) in enumerate(PURPOSES.items())
    )
    return f"""
        SELECT * FROM ({asked}) WHERE is_cast OR NOT {draw.happens("silent", 0.04, "i")}
        UNION ALL
        SELECT persona.*, 'seller_verification', i * 8 + 7
        FROM persona JOIN sellers USING (customer_id) WHERE {draw.happens("seller", 0.97, "i")}"""


def _recorded(draw: Chance) -> str:
    """One row a step: each step falls into its own part of the time in which someone was active."""
    r = "r"
    path = draw.split("path", _PATHS, r)
    slot = f"{draw.below('moment', 'span // steps', 'r * 4 + step')}"
    return f"""
        SELECT *, joined + (step - 1) * (span // steps) + {slot} AS recorded
        FROM (
            SELECT *, len(states) AS steps, unnest(states) AS state,
                unnest(range(1, len(states) + 1)) AS step
            FROM (
                SELECT *, {_STEPS} AS states, active_until - joined AS span FROM (
                    SELECT *, CASE WHEN purpose = 'seller_verification' THEN 'given'
                        ELSE {path} END AS path FROM ({_asked(draw)})
                )
            )
        )"""


def _version(at: str) -> str:
    """The notice of that quarter."""
    return f"strftime({at}, '%Y') || '-Q' || quarter({at})"


def _cast() -> str:
    """The cast's consent to personalised advertising, never by a guardian."""
    at = instant("joined + 86400 * (step * 30)")
    return f"""
        SELECT customer_id, 'personalised_advertising', state, fixed.is_separate, false, false,
            {_version(at)}, language, {at}
        FROM (
            SELECT *, unnest(['given', 'withdrawn']) AS state, unnest([1, 2]) AS step FROM fixed
        ) AS fixed JOIN persona USING (customer_id)
        WHERE step = 1 OR advertising = 'withdrawn'"""


def build_consents(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    """Create ``consents``; per customer and purpose the latest row counts, and some have none."""
    draw, r = Chance(seed, "consents"), "r"
    of_age = epoch("born + to_years(CASE home_region WHEN 'IE' THEN 16 ELSE 14 END)")
    young = f"knows_birth AND recorded < {of_age}"
    connection.execute(f"""
        CREATE TABLE consents AS
        SELECT * FROM (
            SELECT customer_id, purpose, state,
                path <> 'refused' AND CASE WHEN purpose = 'seller_verification'
                    THEN {draw.happens("separate", 0.9, r)} WHEN home_region = 'CN'
                    THEN {draw.happens("separate", 0.75, r)}
                    ELSE {draw.happens("separate", 0.3, r)} END AS separate,
                path <> 'refused' AND CASE WHEN purpose = 'seller_verification'
                    THEN {draw.happens("written", 0.8, r)}
                    ELSE {draw.happens("written", 0.04, r)} END AS written,
                {young} AND {draw.happens("guardian", 0.6, r)} AS by_guardian,
                {_version(instant("recorded"))} AS notice_version,
                CASE WHEN {draw.happens("in English", 0.08, r)} THEN 'en' ELSE language END
                    AS language,
                {instant("recorded")} AS recorded_at
            FROM ({_recorded(draw)})
            UNION ALL
            {_cast()}
        ) ORDER BY customer_id, purpose, recorded_at""")


def build_objections(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    """Create ``objections``; one in five was lifted again, and none of the cast objects."""
    draw, i = Chance(seed, "objections"), "i"
    objected = f"joined + {draw.below('objected', 'active_until - joined - 86400', i)}"
    lifted = f"objected + 1 + {draw.below('lifted', 'active_until - objected - 1', i)}"
    purposes = listed(["personalised_advertising"] * 2 + ["analytics", "recommendations"])
    connection.execute(f"""
        CREATE TABLE objections AS
        SELECT customer_id, {draw.one_of("purpose", purposes, i)} AS purpose,
            {instant("objected")} AS recorded_at,
            CASE WHEN {draw.happens("lifts", 0.2, i)} THEN {instant(lifted)} END AS lifted_at
        FROM (SELECT *, {objected} AS objected FROM persona
            WHERE NOT is_cast AND {draw.happens("objects", 0.06, i)})
        ORDER BY customer_id""")


def build_notices(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    """Create ``notices``: what was shown; some lack an item, and many customers saw none."""
    draw, r = Chance(seed, "notices"), "r"
    full = ",".join(NOTICE_ITEMS)
    gaps = [",".join(item for item in NOTICE_ITEMS if item != gone) for gone in NOTICE_ITEMS]
    whole = ", ".join(str(number) for number, who in CAST.items() if who.country in ("DE", "CN"))
    connection.execute(f"""
        CREATE TABLE notices AS
        SELECT customer_id, purpose,
            {instant(f"joined + {draw.below('shown', 'active_until - joined', r)}")} AS shown_at,
            CASE WHEN i IN ({whole}) OR {draw.happens("whole", 0.82, r)} THEN '{full}'
                ELSE {draw.one_of("gap", listed(gaps), r)} END AS items
        FROM (
            SELECT *, 'personalised_advertising' AS purpose, i * 8 AS r FROM persona
            WHERE i IN ({whole}) OR {draw.happens("told of advertising", 0.55, "i")}
            UNION ALL
            SELECT *, 'cross_border_support', i * 8 + 1 FROM persona
            WHERE {draw.happens("told of support", 0.2, "i")}
        ) ORDER BY customer_id, purpose""")

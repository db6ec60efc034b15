"""What the platform shows to people: advertisements and personal prices."""

from __future__ import annotations

import duckdb

from lawful.sample.chance import Chance
from lawful.sample.dictionaries import catalogue
from lawful.sample.orders import skewed
from lawful.sample.phrases import epoch, instant, listed

_OPENED = "TIMESTAMP '2025-09-01 00:00:00'"


def _shown(draw: Chance, row: str) -> str:
    opened = f"greatest(joined, {epoch(_OPENED)})"
    return instant(f"{opened} + {draw.below('shown', f'active_until - {opened}', row)}")


def build_ad_impressions(
    connection: duckdb.DuckDBPyConnection, seed: int, count: int, customers: int
) -> None:
    """Create ``ad_impressions``: which campaign met whom, and as what it took them."""
    draw, i = Chance(seed, "ad_impressions"), "i"
    words = catalogue()["advertising"]
    connection.execute(f"""
        CREATE TABLE ad_impressions AS
        SELECT customer_id, {draw.one_of("campaign", listed(words["campaigns"]), "n")} AS campaign,
            {draw.one_of("segment", listed(words["segments"]), "n")} AS segment,
            {_shown(draw, "n")} AS shown_at, {draw.happens("clicked", 0.031, "n")} AS clicked
        FROM (SELECT i AS n, {skewed(draw, "customer", customers, i)} AS customer_id
            FROM range({count}) AS numbers(i))
        JOIN persona USING (customer_id)
        ORDER BY n""")


def build_price_offers(
    connection: duckdb.DuckDBPyConnection, seed: int, count: int, customers: int
) -> None:
    """Create ``price_offers``: the list price, what was offered instead, and why; in US dollars."""
    draw, i = Chance(seed, "price_offers"), "i"
    offers = catalogue()["pricing"]["offers"]
    reasons = listed([reason for reason, _ in offers])
    rates = [rate for _, rate in offers]
    connection.execute(f"""
        CREATE TABLE price_offers AS
        SELECT customer_id, product_id, price_usd AS list_price,
            round(price_usd * {rates}[1 + kind] / 1000, 2)::DECIMAL(10, 2) AS offered_price,
            {reasons}[1 + kind] AS reason, {_shown(draw, "n")} AS offered_at
        FROM (SELECT i AS n, {skewed(draw, "customer", customers, i)} AS customer_id,
                {draw.below("kind", len(rates), i)} AS kind,
                1 + {draw.below("product", "goods", i)} AS product_id
            FROM range({count}) AS numbers(i), (SELECT count(*) AS goods FROM products))
        JOIN persona USING (customer_id) JOIN products USING (product_id)
        ORDER BY n""")

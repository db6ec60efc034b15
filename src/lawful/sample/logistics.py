"""The logistics arm: parcels on their way and where couriers were."""

from __future__ import annotations

import duckdb

from lawful.sample.chance import Chance
from lawful.sample.phrases import TODAY, epoch, instant

_END = epoch("TIMESTAMP '2026-11-23 23:59:59'")
_SETTLED = {"delivered": 0.955, "returned": 0.03, "lost": 0.015}
_MOVING = {"in_transit": 0.5, "out_for_delivery": 0.2, "at_pickup_point": 0.15, "delivered": 0.15}


def build_parcels(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    """Create ``parcels``: five of six orders have one, carried by a courier of that country."""
    draw, i = Chance(seed, "parcels"), "parcel_id"
    moving = f"paid > {epoch(TODAY)} - 12 * 86400"
    days = "CASE WHEN moving THEN 2 ELSE 9 END * 86400"
    scan = f"least({_END}, paid + 3600 + {draw.below('scan', days, i)})"
    lat = f"round(lat + ({draw.unit('lat', i)} - 0.5) * 0.12, 5)"
    lon = f"round(lon + ({draw.unit('lon', i)} - 0.5) * 0.16, 5)"
    connection.execute(f"""
        CREATE TABLE parcels AS
        SELECT parcel_id, order_id, recipient_id, courier_id,
            CASE WHEN moving THEN {draw.split("moving", _MOVING, i)}
                ELSE {draw.split("settled", _SETTLED, i)} END AS status,
            {instant(scan)} AS last_scan_at, {lat} AS last_lat, {lon} AS last_lon
        FROM (
            SELECT sent.*, persona.residence, persona.lat, persona.lon, {moving} AS moving,
                1 + {draw.below("courier", "colleagues", i)} AS nth
            FROM (
                SELECT order_id - order_id // 6 AS parcel_id, order_id, {epoch("paid_at")} AS paid,
                    coalesce(gift_recipient_id, buyer_id) AS recipient_id
                FROM orders WHERE order_id % 6 <> 0
            ) AS sent JOIN persona ON persona.customer_id = recipient_id
            JOIN (SELECT residence, count(*) AS colleagues FROM rider GROUP BY residence)
                USING (residence)
        ) JOIN (SELECT residence, nth, courier_id FROM rider) USING (residence, nth)
        ORDER BY parcel_id""")


def build_courier_locations(connection: duckdb.DuckDBPyConnection, seed: int, count: int) -> None:
    """Create ``courier_locations``: shifts in the last week, a point every three minutes or so."""
    draw, i = Chance(seed, "courier_locations"), "i"
    start = epoch(f"{TODAY} - 7")
    # A shift is 28 points; where it starts is drawn, and each point lies a little further on.
    shift = "courier_id * 64 + turn // 28"
    dawn = f"turn // 28 % 7 * 86400 + 25200 + {draw.below('dawn', 21600, shift)}"
    pace = f"180 * (turn % 28) + {draw.below('pace', 150, i)}"
    connection.execute(f"""
        CREATE TABLE courier_locations AS
        SELECT courier_id,
            {instant(f"{start} + {dawn} + {pace}")} AS seen_at,
            round(lat + ({draw.unit("lat", shift)} - 0.5) * 0.1
                + (turn % 28) * ({draw.unit("north", shift)} - 0.5) * 0.004, 5) AS lat,
            round(lon + ({draw.unit("lon", shift)} - 0.5) * 0.14
                + (turn % 28) * ({draw.unit("east", shift)} - 0.5) * 0.005, 5) AS lon
        FROM (SELECT i, 1 + i % riders AS courier_id, i // riders AS turn
            FROM range({count}) AS numbers(i), (SELECT count(*) AS riders FROM rider))
        JOIN rider USING (courier_id)
        ORDER BY courier_id, seen_at""")

"""Builds the sample platform's data into one DuckDB file, and describes it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypedDict

import attrs
import duckdb

from lawful.sample import attention, choices, ground, logistics, orders, people
from lawful.sample.cast import CAST, REFERENCE_ON, CastMember
from lawful.terms.errors import EnvironmentFailure, Location, UsageError

__all__ = [
    "CAST",
    "REFERENCE_ON",
    "TABLES",
    "CastMember",
    "Description",
    "Sizes",
    "build_data",
    "describe",
    "fill",
]

TABLES = (
    "customers",
    "sellers",
    "couriers",
    "consents",
    "objections",
    "notices",
    "products",
    "orders",
    "messages",
    "parcels",
    "courier_locations",
    "ad_impressions",
    "price_offers",
)
"""Every table of the file."""

_SHARES = {
    "unknown_age": "avg((birth_date IS NULL)::INTEGER)",
    "minors_of_known": f"avg((birth_date > DATE '{REFERENCE_ON}' - INTERVAL 18 YEAR)::INTEGER)",
    "under_14_of_known": f"avg((birth_date > DATE '{REFERENCE_ON}' - INTERVAL 14 YEAR)::INTEGER)",
    "mainland": "avg((home_region = 'CN')::INTEGER)",
    "eu_region": "avg((home_region = 'IE')::INTEGER)",
    "away_from_home": "avg((country <> residence)::INTEGER)",
    "without_national_id": "avg((national_id IS NULL)::INTEGER)",
    "deceased": "avg((deceased_on IS NOT NULL)::INTEGER)",
}
_ADVERTISING = """
    SELECT coalesce(state, 'no_row'), count(*) / sum(count(*)) OVER () FROM customers LEFT JOIN (
        SELECT customer_id, arg_max(state, recorded_at) AS state FROM consents
        WHERE purpose = 'personalised_advertising' GROUP BY customer_id
    ) USING (customer_id) GROUP BY 1 ORDER BY 1"""


class Description(TypedDict):
    """Row counts by table and shares of customers by what they are."""

    rows: dict[str, int]
    shares: dict[str, float]


@attrs.frozen(kw_only=True)
class Sizes:
    """How many of each to make."""

    customers: int
    sellers: int
    couriers: int
    products: int
    orders: int
    messages: int
    courier_locations: int
    ad_impressions: int
    price_offers: int

    @classmethod
    def at(cls, scale: float) -> Sizes:
        """Sizes at a scale; 1 is 50,000 data subjects. The least is what the cast needs.

        Raises: UsageError: the scale is not between 0 and 20.
        """
        if not 0 < scale <= 20:
            raise UsageError(
                "The scale of the sample must be above 0 and at most 20.",
                code="sample.scale",
                hint="1 makes 50,000 data subjects and about 1.2 million rows",
            )

        def size(full: int, least: int) -> int:
            return max(least, round(full * scale))

        return cls(
            customers=size(50_000, 200),
            sellers=size(2_000, 10),
            couriers=size(500, 30),
            products=size(5_000, 50),
            orders=size(300_000, 600),
            messages=size(100_000, 200),
            courier_locations=size(100_000, 200),
            ad_impressions=size(150_000, 200),
            price_offers=size(80_000, 200),
        )


def build_data(path: Path, *, seed: int = 7, scale: float = 1.0) -> None:
    """Build the sample's data into a new DuckDB file; equal arguments give equal content.

    The file appears under its name only when it is complete.

    Raises:
        UsageError: a file of that name is there already, or the scale is out of range.
        EnvironmentFailure: the file cannot be written.
    """
    sizes = Sizes.at(scale)
    if path.exists():
        raise UsageError(
            "The sample's data file is there already.",
            code="sample.exists",
            location=Location(file=str(path)),
            hint="delete it to build it again",
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
            unfinished = Path(folder) / path.name
            with duckdb.connect(str(unfinished)) as connection:
                fill(connection, seed=seed, sizes=sizes)
            unfinished.rename(path)
    except (OSError, duckdb.IOException) as error:
        raise EnvironmentFailure(
            "The sample's data file cannot be written.",
            code="sample.unwritable",
            location=Location(file=str(path)),
            hint="check that the folder can be written and the disk has 200 MB free",
        ) from error


def fill(connection: duckdb.DuckDBPyConnection, *, seed: int, sizes: Sizes) -> None:
    """Create every table in an empty database; temporary tables stay with the connection."""
    ground.prepare(connection)
    people.build_customers(connection, seed, sizes.customers)
    people.build_sellers(connection, seed, sizes.sellers)
    people.build_couriers(connection, seed, sizes.couriers)
    choices.build_consents(connection, seed)
    choices.build_objections(connection, seed)
    choices.build_notices(connection, seed)
    orders.build_products(connection, seed, sizes.products)
    orders.build_orders(connection, seed, sizes.orders)
    orders.build_messages(connection, seed, sizes.messages)
    logistics.build_parcels(connection, seed)
    logistics.build_courier_locations(connection, seed, sizes.courier_locations)
    attention.build_ad_impressions(connection, seed, sizes.ad_impressions, sizes.customers)
    attention.build_price_offers(connection, seed, sizes.price_offers, sizes.customers)


def describe(path: Path) -> Description:
    """Count the rows of each table of a built file and the shares of its customers.

    Raises: EnvironmentFailure: there is no such file, or it is not the sample's.
    """
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            return _described(connection)
    except duckdb.Error as error:
        raise EnvironmentFailure(
            "The sample's data file cannot be read.",
            code="sample.unreadable",
            location=Location(file=str(path)),
            hint="build it anew under another name, or close what holds it open",
        ) from error


def _described(connection: duckdb.DuckDBPyConnection) -> Description:
    rows = {
        table: int(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])
        for table in TABLES
    }
    found = connection.execute(f"SELECT {', '.join(_SHARES.values())} FROM customers")
    shares = dict(zip(_SHARES, map(float, found.fetchall()[0]), strict=True))
    for state, share in connection.execute(_ADVERTISING).fetchall():
        shares[f"advertising_{state}"] = float(share)
    return Description(rows=rows, shares=shares)

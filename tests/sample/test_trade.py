"""Choices, orders, parcels and what was shown: keys hold and time runs forwards."""

from __future__ import annotations

import duckdb
import pytest

from lawful.sample.choices import NOTICE_ITEMS
from lawful.sample.data import TABLES

KEYS = [
    ("consents", "customer_id", "customers"),
    ("objections", "customer_id", "customers"),
    ("notices", "customer_id", "customers"),
    ("sellers", "customer_id", "customers"),
    ("orders", "buyer_id", "customers"),
    ("orders", "gift_recipient_id", "customers"),
    ("orders", "product_id", "products"),
    ("parcels", "order_id", "orders"),
    ("parcels", "recipient_id", "customers"),
    ("parcels", "courier_id", "couriers"),
    ("courier_locations", "courier_id", "couriers"),
    ("messages", "sender_id", "customers"),
    ("messages", "receiver_id", "customers"),
    ("messages", "order_id", "orders"),
    ("ad_impressions", "customer_id", "customers"),
    ("price_offers", "customer_id", "customers"),
    ("price_offers", "product_id", "products"),
]


def value(sample: duckdb.DuckDBPyConnection, query: str) -> object:
    row = sample.execute(query).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(("table", "column", "target"), KEYS)
def test_foreign_keys(
    sample: duckdb.DuckDBPyConnection, table: str, column: str, target: str
) -> None:
    key = {"customers": "customer_id", "couriers": "courier_id"}.get(target, f"{target[:-1]}_id")
    query = f"""SELECT count(*) FROM {table}
        WHERE {column} IS NOT NULL AND {column} NOT IN (SELECT {key} FROM {target})"""
    assert value(sample, query) == 0
    assert value(sample, f"SELECT count({column}) FROM {table}") != 0


def test_a_seller_of_an_order_is_the_customer_who_sells(
    sample: duckdb.DuckDBPyConnection,
) -> None:
    query = (
        "SELECT count(*) FROM orders ANTI JOIN sellers ON orders.seller_id = sellers.customer_id"
    )
    assert value(sample, query) == 0


def test_only_what_is_promised_is_in_the_file(sample: duckdb.DuckDBPyConnection) -> None:
    tables = {name for (name,) in sample.execute("SHOW TABLES").fetchall()}
    assert tables == set(TABLES)


@pytest.mark.parametrize(
    ("table", "column", "may_be_null"),
    [
        ("customers", "created_at", False),
        ("consents", "recorded_at", False),
        ("objections", "recorded_at", False),
        ("objections", "lifted_at", True),
        ("notices", "shown_at", False),
        ("sellers", "verified_at", False),
        ("orders", "paid_at", False),
        ("parcels", "last_scan_at", False),
        ("courier_locations", "seen_at", False),
        ("messages", "sent_at", False),
        ("ad_impressions", "shown_at", False),
        ("price_offers", "offered_at", False),
    ],
)
def test_nothing_happens_on_the_reference_day_or_later(
    sample: duckdb.DuckDBPyConnection, table: str, column: str, may_be_null: bool
) -> None:
    query = f"SELECT max({column}) < TIMESTAMP '2026-11-24' FROM {table}"
    assert value(sample, query) is True
    if not may_be_null:
        assert value(sample, f"SELECT count(*) - count({column}) FROM {table}") == 0


def test_the_latest_consent_is_never_a_tie(sample: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT count(DISTINCT (customer_id, purpose, recorded_at)) = count(*) FROM consents"
    assert value(sample, query) is True


def test_a_withdrawal_follows_a_consent(sample: duckdb.DuckDBPyConnection) -> None:
    query = """SELECT count(*) FILTER (WHERE state = 'withdrawn'),
            count(*) FILTER (WHERE state = 'withdrawn' AND before IS DISTINCT FROM 'given')
        FROM (SELECT state, lag(state) OVER (PARTITION BY customer_id, purpose
            ORDER BY recorded_at) AS before FROM consents)"""
    row = sample.execute(query).fetchone()
    assert row is not None
    assert row[0] > 1000
    assert row[1] == 0


def test_refusals_carry_no_form_of_consent(sample: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT count(*) FROM consents WHERE state = 'refused' AND (separate OR written)"
    assert value(sample, query) == 0


def test_guardians_speak_only_for_the_young(sample: duckdb.DuckDBPyConnection) -> None:
    query = """SELECT count(*), count(*) FILTER (WHERE birth_date IS NULL
            OR date_add(birth_date, INTERVAL 16 YEAR) <= recorded_at)
        FROM consents JOIN customers USING (customer_id) WHERE by_guardian"""
    row = sample.execute(query).fetchone()
    assert row is not None
    assert row[0] > 50
    assert row[1] == 0


def test_seller_verification_is_asked_of_sellers_only(sample: duckdb.DuckDBPyConnection) -> None:
    query = """SELECT count(*) FROM consents ANTI JOIN sellers USING (customer_id)
        WHERE purpose = 'seller_verification'"""
    assert value(sample, query) == 0
    purposes = sample.execute("SELECT DISTINCT purpose FROM consents ORDER BY 1").fetchall()
    assert [name for (name,) in purposes] == [
        "analytics",
        "cross_border_support",
        "personalised_advertising",
        "recommendations",
        "seller_verification",
    ]


def test_notices_name_known_items(sample: duckdb.DuckDBPyConnection) -> None:
    kinds = {items for (items,) in sample.execute("SELECT DISTINCT items FROM notices").fetchall()}
    assert ",".join(NOTICE_ITEMS) in kinds
    assert len(kinds) == 7
    assert all(set(items.split(",")) <= set(NOTICE_ITEMS) for items in kinds)


def test_no_one_deals_with_themselves(sample: duckdb.DuckDBPyConnection) -> None:
    query = """SELECT count(*) FROM orders
        WHERE buyer_id = seller_id OR buyer_id = gift_recipient_id"""
    assert value(sample, query) == 0


def test_orders_are_paid_while_the_buyer_lives_here(sample: duckdb.DuckDBPyConnection) -> None:
    query = """SELECT count(*) FROM orders JOIN customers ON customer_id = buyer_id
        WHERE paid_at < created_at OR paid_at::DATE > deceased_on
            OR paid_at < TIMESTAMP '2025-01-01' OR amount <= 0"""
    assert value(sample, query) == 0


def test_gifts_go_to_the_recipient(sample: duckdb.DuckDBPyConnection) -> None:
    query = """SELECT avg((gift_recipient_id IS NOT NULL)::INTEGER),
            count(*) FILTER (WHERE gift_message IS NOT NULL AND gift_recipient_id IS NULL),
            count(*) FILTER (WHERE NOT starts_with(delivery_address, address)), count(gift_message)
        FROM orders JOIN customers ON customer_id = coalesce(gift_recipient_id, buyer_id)"""
    row = sample.execute(query).fetchone()
    assert row is not None
    assert 0.07 < row[0] < 0.09
    assert (row[1], row[2]) == (0, 0)
    assert row[3] > 1000


def test_parcels_reach_whom_they_are_for(sample: duckdb.DuckDBPyConnection) -> None:
    query = """SELECT count(*), count(DISTINCT parcel_id), min(parcel_id), max(parcel_id),
            bool_and(recipient_id = coalesce(gift_recipient_id, buyer_id)),
            bool_and(couriers.country = customers.residence), bool_and(last_scan_at > paid_at)
        FROM parcels JOIN orders USING (order_id) JOIN couriers USING (courier_id)
        JOIN customers ON customers.customer_id = recipient_id"""
    assert sample.execute(query).fetchone() == (75_000, 75_000, 1, 75_000, True, True, True)


def test_messages_pass_between_the_two_of_an_order(sample: duckdb.DuckDBPyConnection) -> None:
    query = """SELECT count(*), bool_and((buyer_id, seller_id) = (sender_id, receiver_id)
                OR (seller_id, buyer_id) = (sender_id, receiver_id)),
            bool_and(sent_at >= paid_at), count(*) FILTER (WHERE body LIKE '%{%')
        FROM messages JOIN orders USING (order_id)"""
    assert sample.execute(query).fetchone() == (30_000, True, True, 0)


def test_the_dead_write_no_messages(sample: duckdb.DuckDBPyConnection) -> None:
    query = """SELECT count(*) > 15, count(*) FILTER (WHERE sent_at::DATE > deceased_on)
        FROM messages JOIN customers ON customer_id = sender_id WHERE deceased_on IS NOT NULL"""
    assert sample.execute(query).fetchone() == (True, 0)


def test_a_message_may_carry_a_phone_number(sample: duckdb.DuckDBPyConnection) -> None:
    query = """SELECT count(*) FROM messages JOIN customers ON customer_id = sender_id
        WHERE contains(body, phone)"""
    assert isinstance(found := value(sample, query), int)
    assert found > 500


def test_prices_differ_for_a_reason(sample: duckdb.DuckDBPyConnection) -> None:
    query = """SELECT count(DISTINCT reason) = 7, count(*) FILTER (WHERE reason = 'list'
            AND offered_price <> list_price), count(*) FILTER (WHERE offered_price > list_price) > 0
        FROM price_offers"""
    assert sample.execute(query).fetchone() == (True, 0, True)


def test_clicks_are_rare(sample: duckdb.DuckDBPyConnection) -> None:
    share = value(sample, "SELECT avg(clicked::INTEGER) FROM ad_impressions")
    assert isinstance(share, float)
    assert 0.02 < share < 0.05

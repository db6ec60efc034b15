"""The trade: products, orders between a buyer and a seller, and the messages about them."""

from __future__ import annotations

import duckdb

from lawful.sample.cast import CAST
from lawful.sample.chance import Chance
from lawful.sample.dictionaries import catalogue
from lawful.sample.ground import LINES
from lawful.sample.phrases import epoch, instant, listed

ORDERS_OF_CAST = 4
"""How many orders each member of the cast is sure to have placed."""


def build_products(connection: duckdb.DuckDBPyConnection, seed: int, count: int) -> None:
    """Create ``products``, which hold no personal data."""
    draw, i = Chance(seed, "products"), "product_id"
    goods = catalogue()
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE shelf"
        " (shelf_no INTEGER, category VARCHAR, items VARCHAR[], least BIGINT, most BIGINT)"
    )
    for number, shelf in enumerate(goods["category"]):
        connection.execute(
            "INSERT INTO shelf VALUES (?, ?, ?, ?, ?)",
            [number, shelf["name"], shelf["items"], *shelf["usd_cents"]],
        )
    makers, variants = listed(goods["makers"]), listed(goods["variants"])
    steep = f"{draw.unit('price', i)} * {draw.unit('price', i)} * {draw.unit('price', i)}"
    connection.execute(f"""
        CREATE TABLE products AS
        SELECT product_id, category,
            rtrim({draw.one_of("maker", makers, i)} || ' ' || {draw.one_of("item", "items", i)}
                || ' ' || {draw.one_of("variant", variants, i)}) AS title,
            ((least + ((most - least) * {steep})::BIGINT) / 100)::DECIMAL(10, 2) AS price_usd
        FROM (SELECT product_id, {draw.below("shelf", len(goods["category"]), i)} AS shelf_no
            FROM range(1, {count} + 1) AS numbers(product_id)) JOIN shelf USING (shelf_no)
        ORDER BY product_id""")


def skewed(draw: Chance, stream: str, bound: int, row: str) -> str:
    """SQL: a number from 1 to ``bound``; a few come up often, all can come up."""
    unit = draw.unit(stream, row)
    start = draw.key(stream) % bound
    return f"(1 + (({unit} * {unit} * {bound})::BIGINT * 15485863 + {start}) % {bound})"


def _pairs(draw: Chance, count: int, customers: int, sellers: int, products: int) -> str:
    """Who buys what from which seller, and for whom; no one buys from or gives to themselves."""
    i = "order_id"
    cast, sure = sorted(CAST), len(CAST) * ORDERS_OF_CAST
    gift = f"1 + (buyer_id + {draw.below('recipient', customers - 1, i)}) % {customers}"
    return f"""
        SELECT order_id, buyer_id, product_id, quantity,
            CASE WHEN first.customer_id = buyer_id THEN second.customer_id
                ELSE first.customer_id END AS seller_id,
            CASE WHEN {draw.happens("gift", 0.08, i)} THEN {gift} END AS gift_recipient_id
        FROM (
            SELECT order_id, CASE WHEN order_id <= {sure} THEN {cast}[1 + order_id % {len(cast)}]
                    ELSE {skewed(draw, "buyer", customers, i)} END AS buyer_id,
                {skewed(draw, "seller", sellers, i)} AS seller_no,
                {skewed(draw, "product", products, i)} AS product_id,
                1 + {draw.below("quantity", 12, i)} // 8 * (1 + {draw.below("more", 3, i)})
                    AS quantity
            FROM range(1, {count} + 1) AS numbers(order_id)
        ) JOIN sellers AS first ON first.seller_id = seller_no
        JOIN sellers AS second ON second.seller_id = 1 + seller_no % {sellers}"""


def build_orders(connection: duckdb.DuckDBPyConnection, seed: int, count: int) -> None:
    """Create ``orders``, numbered from 1, paid while the buyer was active.

    ``seller_id`` is the seller's customer_id, as ``buyer_id`` and ``gift_recipient_id`` are.
    """
    draw, i = Chance(seed, "orders"), "order_id"
    sizes = [_count(connection, table) for table in ("customers", "sellers", "products")]
    first = epoch("DATE '2025-01-01'")
    opened = f"greatest(buyer.joined, {first})"
    paid = f"{opened} + {draw.below('paid', f'buyer.active_until - {opened}', i)}"
    digits = "CASE WHEN land.currency IN ('JPY', 'KRW') THEN 0 ELSE 2 END"
    connection.execute(f"""
        CREATE TABLE orders AS
        SELECT order_id, buyer_id, seller_id, gift_recipient_id, product_id, quantity,
            round(price_usd::DOUBLE * quantity * land.per_usd, {digits})::DECIMAL(14, 2) AS amount,
            land.currency, {instant(paid)} AS paid_at,
            target.address_line AS delivery_address,
            letter.words AS gift_message
        FROM ({_pairs(draw, count, *sizes)}) AS pairs
        JOIN products USING (product_id)
        JOIN persona AS buyer ON buyer.customer_id = buyer_id
        JOIN persona AS target ON target.customer_id = coalesce(gift_recipient_id, buyer_id)
        JOIN land ON land.residence = buyer.residence
        LEFT JOIN letter ON letter.language = buyer.language AND letter.kind = 'gifts'
            AND letter.line = CASE WHEN gift_recipient_id IS NOT NULL
                AND {draw.happens("card", 0.6, i)} THEN {draw.below("words", LINES, i)} END
        ORDER BY order_id""")


def build_messages(connection: duckdb.DuckDBPyConnection, seed: int, count: int) -> None:
    """Create ``messages`` between the buyer and the seller of an order, in the buyer's language."""
    draw, i = Chance(seed, "messages"), "message_id"
    orders = _count(connection, "orders")
    paid = epoch("paid_at")
    span = f"least(864000, buyer.active_until - {paid}) + 1"
    sent = f"{paid} + {draw.below('sent', span, i)}"
    connection.execute(f"""
        CREATE TABLE messages AS
        SELECT message_id, CASE WHEN asks THEN buyer_id ELSE seller_id END AS sender_id,
            CASE WHEN asks THEN seller_id ELSE buyer_id END AS receiver_id,
            order_id, {instant(sent)} AS sent_at,
            replace(replace(words, '{{order}}', order_id::VARCHAR), '{{phone}}', phone) AS body
        FROM (SELECT message_id, {draw.happens("asks", 0.62, i)} AS asks,
                1 + {draw.below("order", orders, i)} AS order_id,
                {draw.below("words", LINES, i)} AS line
            FROM range(1, {count} + 1) AS numbers(message_id)) AS chosen
        JOIN orders USING (order_id)
        JOIN persona AS buyer ON buyer.customer_id = buyer_id
        JOIN letter ON letter.language = buyer.language AND letter.line = chosen.line
            AND letter.kind = CASE WHEN asks THEN 'questions' ELSE 'answers' END
        ORDER BY message_id""")


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0

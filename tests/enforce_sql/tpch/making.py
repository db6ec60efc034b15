"""A TPC-H of our own making: its schema, a small random filling, policies on four tables.

The official generator is not needed: what counts is that every query has something to find.
"""

from __future__ import annotations

from typing import Any

import duckdb

from lawful.enforce.sql import Catalog, Column, Table

SCHEMA = {
    "region": "r_regionkey int, r_name varchar, r_comment varchar",
    "nation": "n_nationkey int, n_name varchar, n_regionkey int, n_comment varchar",
    "supplier": "s_suppkey int, s_name varchar, s_address varchar, s_nationkey int, "
    "s_phone varchar, s_acctbal decimal(15,2), s_comment varchar",
    "customer": "c_custkey int, c_name varchar, c_address varchar, c_nationkey int, "
    "c_phone varchar, c_acctbal decimal(15,2), c_mktsegment varchar, c_comment varchar",
    "part": "p_partkey int, p_name varchar, p_mfgr varchar, p_brand varchar, p_type varchar, "
    "p_size int, p_container varchar, p_retailprice decimal(15,2), p_comment varchar",
    "partsupp": "ps_partkey int, ps_suppkey int, ps_availqty int, "
    "ps_supplycost decimal(15,2), ps_comment varchar",
    "orders": "o_orderkey int, o_custkey int, o_orderstatus varchar, "
    "o_totalprice decimal(15,2), o_orderdate date, o_orderpriority varchar, o_clerk varchar, "
    "o_shippriority int, o_comment varchar",
    "lineitem": "l_orderkey int, l_partkey int, l_suppkey int, l_linenumber int, "
    "l_quantity decimal(15,2), l_extendedprice decimal(15,2), l_discount decimal(15,2), "
    "l_tax decimal(15,2), l_returnflag varchar, l_linestatus varchar, l_shipdate date, "
    "l_commitdate date, l_receiptdate date, l_shipinstruct varchar, l_shipmode varchar, "
    "l_comment varchar",
}

_NATIONS = (
    "ALGERIA 0,ARGENTINA 1,BRAZIL 1,CANADA 1,EGYPT 4,ETHIOPIA 0,FRANCE 3,GERMANY 3,INDIA 2,"
    "INDONESIA 2,IRAN 4,IRAQ 4,JAPAN 2,JORDAN 4,KENYA 0,MOROCCO 0,MOZAMBIQUE 0,PERU 1,CHINA 2,"
    "ROMANIA 3,SAUDI ARABIA 4,VIETNAM 2,RUSSIA 3,UNITED KINGDOM 3,UNITED STATES 1"
)
NATIONS = _NATIONS.split(",")


def pick(salt: int, *words: str) -> str:
    """SQL that picks one of the words by row."""
    index = f"CAST(1 + hash(i * 31 + {salt}) % {len(words)} AS INTEGER)"
    return f"[{', '.join(repr(w) for w in words)}][{index}]"


def number(salt: int, size: int, key: str = "i") -> str:
    """SQL for a number from 0 to size - 1 by row."""
    return f"CAST(hash({key} * 31 + {salt}) % {size} AS INTEGER)"


DAY = f"DATE '1992-01-01' + {number(1, 2400, 'o')}"
FILLING = {
    "region": "SELECT i, ['AFRICA','AMERICA','ASIA','EUROPE','MIDDLE EAST'][i + 1], '' "
    "FROM range(5) t(i)",
    "nation": "SELECT * FROM (VALUES "
    + ", ".join(f"({i}, '{n[:-2]}', {n[-1]}, '')" for i, n in enumerate(NATIONS))
    + ")",
    "supplier": f"""SELECT i, 'Supplier#' || i, 'street ' || i, i % 25, (10 + i % 25) || '-' || i,
        {number(2, 9000)} - 900, {pick(3, "fine", "Customer Complaints", "quick")}
        FROM range(1, 101) t(i)""",
    "customer": f"""SELECT i, 'Customer#' || i, 'street ' || i, {number(4, 25)},
        (10 + {number(4, 25)}) || '-' || i, {number(5, 9000)} - 900,
        {pick(6, "BUILDING", "AUTOMOBILE", "MACHINERY")}, 'c' || i FROM range(1, 301) t(i)""",
    "part": f"""SELECT i, {pick(7, "forest green", "green", "lace forest", "blue")},
        'Manufacturer#' || (1 + i % 5), {pick(8, "Brand#12", "Brand#23", "Brand#34", "Brand#45")},
        {pick(9, "ECONOMY ANODIZED STEEL", "PROMO BRASS", "MEDIUM POLISHED TIN", "LARGE BRASS")},
        [15, 49, 14, 23, 3, 9][1 + {number(10, 6)}],
        {pick(11, "SM CASE", "SM BOX", "MED BAG", "MED BOX", "LG CASE", "LG PKG")},
        900 + i, '' FROM range(1, 201) t(i)""",
    "partsupp": f"""SELECT p, 1 + (p * 7 + k * 29) % 100, {number(12, 9999, "(p * 4 + k)")},
        1 + {number(13, 1000, "(p * 4 + k)")}, '' FROM range(1, 201) t(p), range(4) u(k)""",
    "orders": f"""SELECT o, 1 + {number(14, 250, "o")}, ['F','O','P'][1 + o % 3],
        1000 + {number(15, 90000, "o")}, {DAY},
        ['1-URGENT','2-HIGH','3-MEDIUM','4-NOT SPECIFIED','5-LOW'][1 + o % 5], 'Clerk#' || o % 9,
        0, ['special requests','plain','gift'][1 + o % 3] FROM range(1, 1501) t(o)""",
    "lineitem": f"""SELECT o, 1 + (o * 3 + k * 5) % 200,
        1 + ((1 + (o * 3 + k * 5) % 200) * 7 + (k % 4) * 29) % 100, k + 1,
        1 + {number(16, 50, "(o * 7 + k)")}, 900 + {number(17, 90000, "(o * 7 + k)")},
        {number(18, 11, "(o * 7 + k)")} / 100, {number(19, 9, "(o * 7 + k)")} / 100,
        ['R','A','N'][1 + (o + k) % 3], ['O','F'][1 + (o + k) % 2],
        {DAY} + 5 + {number(20, 100, "(o * 7 + k)")},
        {DAY} + 30 + {number(21, 60, "(o * 7 + k)")},
        {DAY} + 15 + {number(22, 130, "(o * 7 + k)")},
        ['DELIVER IN PERSON','NONE'][1 + (o + k) % 2],
        ['MAIL','SHIP','AIR','AIR REG','RAIL'][1 + {number(23, 5, "(o * 7 + k)")}],
        'l' || o FROM range(1, 1501) t(o), range(6) u(k) WHERE k <= o % 6""",
}

# {x} is the table x itself.
POLICIES = {
    "customer": """SELECT c_custkey, CASE WHEN c_custkey % 3 <> 0 THEN c_name END AS c_name,
        NULL AS c_address, c_nationkey, CASE WHEN c_custkey % 4 <> 0 THEN c_phone END AS c_phone,
        c_acctbal, c_mktsegment, c_comment FROM {customer} WHERE c_custkey % 11 <> 0""",
    "orders": """SELECT o_orderkey, o_custkey, o_orderstatus, o_totalprice, o_orderdate,
        o_orderpriority, NULL AS o_clerk, o_shippriority, o_comment FROM {orders} WHERE EXISTS
        (SELECT 1 FROM {customer} WHERE c_custkey = o_custkey AND c_custkey % 11 <> 0)""",
    "supplier": """SELECT s_suppkey, s_name, CASE WHEN s_suppkey % 2 = 0 THEN s_address END AS
        s_address, s_nationkey, NULL AS s_phone, s_acctbal, s_comment FROM {supplier}
        WHERE s_suppkey % 13 <> 0""",
    "lineitem": """SELECT * REPLACE (NULL AS l_comment) FROM {lineitem} WHERE l_orderkey IN
        (SELECT o_orderkey FROM {orders} WHERE o_custkey % 11 <> 0)""",
}


def policy(table: str, prefix: str) -> str:
    text = POLICIES[table]
    for name in SCHEMA:
        text = text.replace("{" + name + "}", prefix + name)
    return text


def catalog() -> Catalog:
    tables = {}
    for name, spec in SCHEMA.items():
        fields = [field.split(" ") for field in spec.split(", ")]
        columns = tuple(Column(name=field[0], type=field[1]) for field in fields)
        tables[name] = Table(name=name, columns=columns, protected=name in POLICIES)
    return Catalog(dialect="duckdb", tables=tables)


def base(prefix: str) -> Any:
    connection = duckdb.connect(":memory:")
    connection.execute("SET threads = 1")
    for name, spec in SCHEMA.items():
        connection.execute(f"CREATE TABLE {prefix}{name} ({spec})")
        connection.execute(f"INSERT INTO {prefix}{name} {FILLING[name]}")
    if prefix:
        for name in SCHEMA:
            body = policy(name, prefix) if name in POLICIES else f"SELECT * FROM {prefix}{name}"
            connection.execute(f"CREATE VIEW {name} AS {body}")
    return connection

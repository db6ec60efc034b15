"""The law in a query: the sample platform, a newcomer's own file, refusals, failures."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from lawful.enforce import run_query
from lawful.enforce.query import SqlRefused
from lawful.evidence import EvidenceLog
from lawful.gate import Deployment
from lawful.terms.errors import EnvironmentFailure
from tests.acceptance.conftest import Command

ADS = {"purpose": "personalised_advertising", "actor": "shop-dublin/privacy_engineer"}
ADULTS = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")
ORDERS = "SELECT customer_id, phone, email, birth_date FROM customers"


@pytest.fixture
def opened(platform: Path) -> Iterator[Deployment]:
    with Deployment.open(platform) as deployment:
        yield deployment


def asked(deployment: Deployment, sql: str, **words: Any) -> Any:
    """A query's answer as JSON."""
    return run_query(deployment, sql, store="sample", **{**ADS, **words}).wire("en")


def test_fewer_rows_and_masked_columns(opened: Deployment) -> None:
    found = asked(opened, ORDERS)
    assert 0 < len(found["rows"]) < 5000
    assert all(row[1] is None for row in found["rows"])
    assert all(len(str(row[2])) == 16 and "@" not in str(row[2]) for row in found["rows"])
    assert {row[3] for row in found["rows"]} <= set(ADULTS)
    becomes = {each["column"]: each["becomes"] for each in found["changed"]}
    assert becomes == {"phone": "empty", "email": "token", "birth_date": "age_band"}
    assert all(each["rules"] for each in found["changed"])


def test_nobody_given_looks_younger_than_the_date_that_the_law_decided_by(platform: Path) -> None:
    """At 23:30 UTC it is tomorrow in Brussels: who comes of age there tomorrow is given, and not as a minor."""
    with duckdb.connect(str(platform / "sample.duckdb"), read_only=True) as raw:
        coming = raw.execute(
            "SELECT DISTINCT CAST(birth_date + INTERVAL 18 YEAR AS DATE) AS day FROM customers"
            " WHERE day BETWEEN today() + 2 AND today() + 45 ORDER BY 1"
        ).fetchall()
    assert coming
    for (day,) in coming:
        late = datetime.combine(day - timedelta(days=1), time(23, 30), UTC)
        with Deployment.open(platform, clock=lambda late=late: late) as deployment:
            found = asked(deployment, ORDERS)
        assert {row[3] for row in found["rows"]} == set(ADULTS), day


def test_minors_by_article_and_unknown_ages_by_policy(opened: Deployment) -> None:
    (customers,) = asked(opened, ORDERS)["withheld"]
    by_rule = {each["rule"]: each for each in customers["groups"]}
    assert by_rule["eu.dsa.28.2.minors"]["force"] == "law"
    assert "art. 28" in by_rule["eu.dsa.28.2.minors"]["citation"]
    assert by_rule["policy.ads.3.unknown_age"]["force"] == "policy"
    ids = {row[0] for row in asked(opened, "SELECT customer_id FROM customers")["rows"]}
    assert ids & set(range(42, 47)) == {42}


def test_given_and_withheld_are_all_rows_of_each_table_and_role(
    opened: Deployment, platform: Path
) -> None:
    found = asked(
        opened, "SELECT count(*) FROM orders o JOIN customers c ON c.customer_id = o.buyer_id"
    )
    with duckdb.connect(str(platform / "sample.duckdb"), read_only=True) as raw:
        rows = {
            name: raw.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0]
            for name in ("orders", "customers")
        }
    roles = {(each["table"], each["role"]) for each in found["withheld"]}
    assert roles >= {("customers", "customer"), ("orders", "buyer")}
    for each in found["withheld"]:
        assert (
            each["given"] + sum(group["rows"] for group in each["groups"])
            == rows[each["table"]]
            == each["rows"]
        )


def test_a_condition_tells_nothing_about_who_is_withheld(opened: Deployment) -> None:
    blocks = [
        asked(opened, f"SELECT phone FROM customers WHERE customer_id = {n}")["withheld"]
        for n in (42, 44, 45)
    ]
    assert blocks[0] == blocks[1] == blocks[2]


def test_others_see_no_exact_counts(opened: Deployment) -> None:
    """Of fifty couriers some groups are smaller than ten."""
    sql = "SELECT courier_id FROM couriers"
    (exact,) = asked(opened, sql)["withheld"]
    assert 0 < min(each["rows"] for each in exact["groups"]) < 10
    (couriers,) = asked(opened, sql, actor="shop-dublin/ads-analytics")["withheld"]
    assert couriers["rows"] is None
    assert couriers["given"] is None
    counts = [each["rows"] for each in couriers["groups"]]
    assert None in counts
    assert all(count is None or count >= 10 for count in counts)


def test_what_influences_the_result_is_told_apart(opened: Deployment) -> None:
    found = asked(
        opened, "SELECT customer_id FROM customers WHERE sex = 'female' ORDER BY birth_date"
    )
    assert {(each["column"], each["in_output"]) for each in found["influences"]} == {
        ("customer_id", True), ("sex", False), ("birth_date", False),
    }  # fmt: skip


def test_a_withdrawn_consent_counts_in_the_next_query(platform: Path, tmp_path: Path) -> None:
    copy = tmp_path / "demo"
    shutil.copytree(platform, copy)
    with Deployment.open(copy) as deployment:
        assert [
            row[0]
            for row in asked(
                deployment, "SELECT customer_id FROM customers WHERE customer_id = 42"
            )["rows"]
        ] == [42]
    with duckdb.connect(str(copy / "sample.duckdb")) as store:
        store.execute("INSERT INTO consents SELECT * REPLACE ('withdrawn' AS state, "
            "recorded_at + INTERVAL 1 DAY AS recorded_at) "
                      "FROM consents WHERE customer_id = 42 AND purpose = 'personalised_advertising'")  # fmt: skip
    with Deployment.open(copy) as deployment:
        assert (
            asked(deployment, "SELECT customer_id FROM customers WHERE customer_id = 42")["rows"]
            == []
        )


def test_observe_gives_the_rows_and_says_so(opened: Deployment) -> None:
    found = asked(
        opened,
        "SELECT count(*) FROM customers",
        purpose="analytics",
        actor="shop-dublin/data-science",
    )
    assert (found["mode"], found["rows"]) == ("observe", [[5000]])
    assert found["withheld"][0]["groups"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1; SELECT 2", "DELETE FROM orders", "SELECT * FROM read_csv('/etc/passwd')", "DESCRIBE orders",
        "SUMMARIZE orders", "EXPLAIN SELECT 1", "COPY orders TO 'x.csv'", "SELECT * FROM other.orders",
        "PIVOT orders ON currency USING count(*)", "SELECT FROM WHERE", "SELECT * FROM nowhere",
        "SELECT * FROM 'customers.csv'", "SELECT getvariable('x')",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_with_a_caret_and_recorded(
    opened: Deployment, sql: str
) -> None:
    before = opened.evidence.size()
    with pytest.raises(SqlRefused) as refused:
        asked(opened, sql)
    assert "^" in str(refused.value)
    assert refused.value.exit_code == 2
    leaf = opened.evidence.find(refused.value.decision)
    assert opened.evidence.size() == before + 1
    assert leaf is not None
    assert leaf.kind == "refusal"


def test_without_evidence_nothing_is_read(
    opened: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def full(*_: object) -> None:
        raise EnvironmentFailure("The disk is full.", code="evidence.unwritable")

    monkeypatch.setattr(EvidenceLog, "append", full)
    monkeypatch.setattr("lawful.enforce.query._Runner.read", lambda *_: read.append("rows"))
    with pytest.raises(EnvironmentFailure) as failure:
        asked(opened, ORDERS)
    assert failure.value.exit_code == 5
    assert not read


def test_a_missing_store_is_exit_5(platform: Path, tmp_path: Path, lawful: Command) -> None:
    copy = tmp_path / "demo"
    shutil.copytree(platform, copy)
    (copy / "sample.duckdb").unlink()
    ran = lawful(
        "query", ORDERS, "--purpose", ADS["purpose"], "--as", ADS["actor"], "--folder", str(copy)
    )
    assert ran.code == 5
    assert "cannot be opened" in ran.err


def test_no_activity_or_several_is_exit_2(platform: Path, lawful: Command) -> None:
    for words, told in (
        (("--purpose", "payment"), "No approved"),
        (("--purpose", ADS["purpose"]), "Several approved"),
    ):
        ran = lawful("query", ORDERS, *words, "--folder", str(platform))
        assert ran.code == 2
        assert told in ran.err


def test_evidence_verifies_and_a_flipped_byte_is_named(
    platform: Path, tmp_path: Path, lawful: Command
) -> None:
    assert lawful("evidence", "verify", "--folder", str(platform)).code == 0
    copy = tmp_path / "demo"
    shutil.copytree(platform, copy)
    folder = copy / ".lawful" / "evidence"
    for path in sorted(
        each for each in folder.rglob("*") if each.is_file() and each.stat().st_size
    ):
        data = path.read_bytes()
        path.write_bytes(bytes([data[0] ^ 1]) + data[1:])
        ran = lawful("evidence", "verify", "--folder", str(copy))
        assert ran.code == 4, path
        assert path.relative_to(folder).as_posix() in ran.err or "checkpoint" in ran.err
        path.write_bytes(data)
    assert lawful("evidence", "verify", "--folder", str(copy)).code == 0


def test_a_rulebook_with_an_error_does_not_build(
    platform: Path, tmp_path: Path, lawful: Command
) -> None:
    copy = tmp_path / "demo"
    shutil.copytree(platform, copy)
    article = copy / "policy" / "ads" / "art-ads-3.md"
    article.write_text(
        article.read_text().replace("age_assurance = 'none'", "age_assurance IS NULL")
    )
    ran = lawful(
        "query", ORDERS, "--purpose", ADS["purpose"], "--as", ADS["actor"], "--folder", str(copy)
    )
    assert ran.code == 2
    assert "art-ads-3.md" in ran.err


def chinook(path: Path) -> None:
    """A file shaped like the Chinook sample: staff, customers, invoices, music."""
    with closing(sqlite3.connect(path)) as file, file:
        file.executescript("""
            CREATE TABLE Artist (ArtistId INTEGER PRIMARY KEY, Name TEXT);
            CREATE TABLE Employee (EmployeeId INTEGER PRIMARY KEY, LastName TEXT, BirthDate TEXT, Country TEXT);
            CREATE TABLE Customer (CustomerId INTEGER PRIMARY KEY, FirstName TEXT, Country TEXT, Phone TEXT,
                                   Email TEXT, SupportRepId INTEGER REFERENCES Employee(EmployeeId));
            CREATE TABLE Invoice (InvoiceId INTEGER PRIMARY KEY, CustomerId INTEGER REFERENCES Customer(CustomerId),
                                  InvoiceDate TEXT, Total NUMERIC);
            INSERT INTO Artist VALUES (1, 'AC/DC');
            INSERT INTO Employee VALUES (1, 'Adams', '1962-02-18', 'IE');
            INSERT INTO Customer VALUES (1, 'Leonie', 'DE', '+49 711', 'l@example.com', 1),
                                        (2, 'Hugo', 'FR', '+33 1', 'h@example.com', 1),
                                        (3, 'Mark', 'CA', '+1 780', 'm@example.com', 1);
            INSERT INTO Invoice VALUES (1, 1, '2026-01-01', 1.98), (2, 2, '2026-01-02', 3.96),
                (3, 3, '2026-01-03', 5.94);
        """)


DATASET = """
dataset = "shop"

[facts]
stored_in = ["IE"]
processed_in = ["IE"]

[[subject]]
name = "customer"
table = "Customer"
key = "CustomerId"
category = "identifier"
[subject.facts.subject_located_in]
column = "Country"
[subject.facts.collected_in]
column = "Country"

[[table]]
name = "Customer"
[table.roles.customer]
subject = "customer"
column = "CustomerId"
[table.columns]
CustomerId = { category = "identifier" }
FirstName = { category = "name" }
Country = { category = "residence" }
Phone = { category = "phone" }
Email = {}

[[table]]
name = "Invoice"
[table.roles.customer]
subject = "customer"
column = "CustomerId"
[table.columns]
InvoiceId = { category = "transaction" }
CustomerId = { category = "identifier" }
InvoiceDate = { category = "transaction" }
Total = { category = "transaction" }

[[table]]
name = "Artist"
personal = false
reason = { en = "a catalogue of music", zh = "音乐目录" }
"""

ORGANISATION = """
[[person]]
id = "ada"
name = "Ada"
roles = ["privacy_engineer"]
[[person]]
id = "bo"
name = "Bo"
roles = ["dpo"]
[[entity]]
id = "shop"
name = { en = "Music Shop Ltd.", zh = "音乐商店" }
[entity.facts]
controller_region = "IE"
established_in = ["IE"]
offered_in = ["DE", "FR", "IE"]
[entity.roles.support]
title = { en = "support", zh = "客服" }
region = "IE"
"""

ACTIVITY = """
id = "support"
entity = "shop"
purpose = "customer_service"
operation = "use"
title = { en = "Customer service", zh = "客户服务" }
roles = ["support"]
needed = ["identifier", "transaction", "residence"]
mask = { default = "empty", phone = "token" }
[facts]
lawful_bases = ["contract"]
necessary_for_contract = true
"""


def test_a_newcomer_enforces_on_their_own_file(lawful: Command, tmp_path: Path) -> None:
    chinook(tmp_path / "shop.db")
    assert lawful("init", "sqlite:///shop.db", "--store", "shop").code == 0
    assert "Email" in (tmp_path / "datasets" / "shop.toml").read_text()
    assert (
        lawful("init", "sqlite:///shop.db", "--store", "shop").code == 2
    )  # nothing is overwritten
    (tmp_path / "datasets" / "shop.toml").write_text(DATASET)
    (tmp_path / "organisation.toml").write_text(ORGANISATION)
    (tmp_path / "activities" / "example.toml").write_text(ACTIVITY)
    people = ["--author", "ada", "--approver", "bo"]
    query = ["query", "SELECT c.*, i.Total FROM Customer c JOIN Invoice i USING (CustomerId) ORDER BY 1",
             "--purpose", "customer_service", "--json"]  # fmt: skip
    assert lawful(*query).code == 2  # nothing is approved yet
    assert lawful("org", "approve", "organisation.toml", *people).code == 0
    assert (
        lawful(
            "activity", "approve", "activities/example.toml", "--author", "ada", "--approver", "ada"
        ).code
        == 2
    )
    assert lawful("activity", "approve", "activities/example.toml", *people).code == 0
    ran = lawful(*query)
    assert ran.code == 0, ran.err
    rows = ran.json["rows"]
    assert [row[0] for row in rows] == [1, 2]  # Canada is not covered
    assert all(row[3] is not None and not str(row[3]).startswith("+") for row in rows)  # token
    assert all(row[4] is None for row in rows)  # unlabelled
    assert [row[6] for row in rows] == [1.98, 3.96]
    assert {each["reason"] for each in ran.json["withheld"][0]["groups"]} == {
        "not covered by the rulebook"
    }
    assert lawful("evidence", "verify").code == 0

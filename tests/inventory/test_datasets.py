from __future__ import annotations

from collections.abc import Mapping

import pytest

from lawful.inventory import ColumnLabel, Dataset, check_against, is_note, load_dataset
from lawful.stores import ColumnInfo
from lawful.terms.errors import UsageError
from lawful.terms.texts import Text
from lawful.terms.values import SetValue, set_of
from tests.inventory.material import DATASET, VOCABULARY


def load(text: str) -> Dataset:
    return load_dataset(text.encode(), "datasets/sample.toml", VOCABULARY)


def test_a_good_file() -> None:
    found = load(DATASET)
    assert (found.name, found.file) == ("sample", "datasets/sample.toml")
    assert found.facts == {"stored_in": set_of(["IE"])}
    assert list(found.tables) == ["orders", "products"]
    assert found.undecided == ("puzzles",)
    assert found.find_table("puzzles") is None


def test_sources_of_facts() -> None:
    facts = load(DATASET).populations["customer"].facts
    assert facts["birth_date"].table == ""
    assert facts["subject_located_in"].values == {"UK": "GB"}
    consent = facts["consent_given"]
    assert (consent.table, consent.key, consent.latest_by) == (
        "consents",
        "customer_id",
        "recorded_at",
    )
    assert consent.match == {"purpose": "$purpose", "channel": 1}
    assert consent.values == {"given": True, "refused": False, "withdrawn": False}
    assert (consent.no_row_means, consent.null_means, consent.other_means) == (False, None, None)
    assert consent.reason == Text("no consent row means no", "无记录即未同意")
    objected = facts["objected"]
    assert (objected.null_means, objected.other_means, objected.no_row_means) == (
        True,
        False,
        False,
    )
    assert (facts["told"].separator, facts["told"].no_row_means) == (",", SetValue())
    assert facts["birth_date"].no_row_means is None


def test_roles_and_labels() -> None:
    orders = load(DATASET).tables["orders"]
    assert orders.personal
    assert orders.facts == {"stored_in": set_of(["SG"])}
    assert {name: role.no_subject for name, role in orders.roles.items()} == {
        "buyer": "withheld",
        "gift_recipient": "none",
    }
    assert orders.columns["buyer_id"].roles == ("buyer",)
    assert orders.columns["amount"].roles == ("buyer", "gift_recipient")
    assert orders.columns["delivery_address"].categories == ("address", "phone")
    assert not orders.columns["note"].labelled
    assert orders.column("unheard_of") == ColumnLabel(
        name="unheard_of", roles=("buyer", "gift_recipient")
    )
    products = load(DATASET).tables["products"]
    assert (products.personal, products.roles, products.columns) == (False, {}, {})


def test_names_are_found_as_the_engines_find_them() -> None:
    found = load(DATASET)
    table = found.find_table("ORDERS")
    assert table is not None
    assert table.find_column("Buyer_ID") is table.columns["buyer_id"]
    assert found.find_table("ordérs") is None


CONSENT = 'reason = { en = "no consent row means no", zh = "无记录即未同意" }\n'
GIFT = (
    'no_subject = "none"\nreason = { en = "most orders are no gifts", zh = "多数订单不是礼品" }\n'
)
UNPERSONAL = 'reason = { en = "no personal data", zh = "不含个人信息" }\n'
WRONG = [
    ("subject.facts.birth_date", "subject.facts.birthdate", 9, "law.unknown_fact", "'birth_date'"),
    ("subject.facts.told", "subject.facts.ciio", 31, "inventory.fact_of_another_thing", ""),
    ('{ UK = "GB" }', '{ UK = "UK" }', 13, "law.unknown_value", ""),
    (CONSENT, "", 21, "inventory.no_reason", "reason"),
    ("no_row_means = false", "no_row_means = true", 21, "inventory.absence_says_yes", "unknown"),
    ("no_row_means = []", 'no_row_means = ["purpose"]', 36, "inventory.absence_says_yes", ""),
    ('key = "customer_id"\ncolumn = "st', 'column = "st', 15, "inventory.no_key", "key"),
    ('table = "consents"\n', "", 15, "inventory.no_table", "table"),
    ('values = { UK = "GB" }', 'no_row_means = "unknown"', 13, "inventory.no_table", "table"),
    ('"$purpose"', '"$porpose"', 18, "inventory.placeholder", "$purpose, $entity"),
    ('separator = ","\n', "", 31, "inventory.separator", "separator"),
    ('values = { UK = "GB" }', 'separator = ","', 13, "inventory.separator", "Take"),
    ('category = "identifier"\n[', 'category = "ident"\n[', 8, "file.unknown_name", "identifier"),
    ('["address", "phone"]', '["adress"]', 52, "file.unknown_name", "'address'"),
    ('roles = ["buyer"]', 'roles = ["buyr"]', 51, "file.unknown_name", "'buyer'"),
    ('roles = ["buyer"]', "roles = []", 51, "inventory.no_role", "all roles"),
    ('subject = "customer"', 'subject = "costumer"', 43, "file.unknown_name", "'customer'"),
    (GIFT, 'no_subject = "none"\n', 48, "inventory.no_reason", "no_subject"),
    ('"none"\n', '"nobody"\n', 48, "file.shape", ""),
    ("personal = false\n" + UNPERSONAL, "", 55, "inventory.no_role", "personal = false"),
    (UNPERSONAL, "", 57, "inventory.no_reason", "reason"),
    (UNPERSONAL, UNPERSONAL + "columns = { a = { category = 'name' } }\n", 57,
     "inventory.not_personal", "Take"),
    ("undecided = true", 'undecided = true\nroles.x = { subject = "customer", column = "a" }', 61,
     "inventory.undecided", "undecided"),
    ('name = "products"', 'name = "ORDERS"', 56, "file.twice", "capitals"),
    ("note = {}", "NOTE = {}\nnote = {}", 55, "file.twice", "capitals"),
    ("amount = { category", "amount = { kategory", 53, "file.unknown_key", "'category'"),
    ('[facts]\nstored_in = ["IE"]', "[facts]\nemergency = true", 3, "inventory.conclusion",
     "approved"),
    ('[facts]\nstored_in = ["IE"]', '[facts]\noperation = "use"', 3,
     "inventory.fact_of_another_thing", "Take"),
    ('[facts]\nstored_in = ["IE"]', '[facts]\ncontroller_region = "IE"', 3,
     "inventory.fact_of_another_thing", "organisation register"),
    ('dataset = "sample"', 'dataset = "sam ple"', 1, "file.id", "letters"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "line", "code", "hint"), WRONG, ids=[f"{each[3]} {each[2]}" for each in WRONG]
)
def test_a_wrong_file(old: str, new: str, line: int, code: str, hint: str) -> None:
    assert old in DATASET
    with pytest.raises(UsageError) as caught:
        load(DATASET.replace(old, new, 1))
    error = caught.value
    assert error.code == code
    assert (error.location.file, error.location.line) == ("datasets/sample.toml", line)
    assert hint in error.hint


def test_unknown_needs_no_reason() -> None:
    text = DATASET.replace("no_row_means = false", 'no_row_means = "unknown"').replace(CONSENT, "")
    assert load(text).populations["customer"].facts["consent_given"].no_row_means is None


CATALOG = {
    "customers": ("customer_id", "birth_date", "country"),
    "consents": ("customer_id", "purpose", "channel", "state", "recorded_at"),
    "objections": ("customer_id", "lifted_at"),
    "notices": ("customer_id", "items"),
    "orders": ("buyer_id", "gift_recipient_id", "delivery_address", "amount", "note"),
    "products": ("product_id",),
    "puzzles": ("a",),
}


def catalog(**changes: tuple[str, ...] | None) -> Mapping[str, tuple[ColumnInfo, ...]]:
    tables = {name: columns for name, columns in {**CATALOG, **changes}.items() if columns}
    return {
        name: tuple(ColumnInfo(name=column, type="VARCHAR") for column in columns)
        for name, columns in tables.items()
    }


def found(**changes: tuple[str, ...] | None) -> list[tuple[str, str]]:
    errors = check_against(load(DATASET), catalog(**changes))
    return [(each.code, each.location.record) for each in errors if not is_note(each)]


def test_a_store_as_described_has_no_errors() -> None:
    assert found() == []
    upper = {name.upper(): tuple(map(str.upper, columns)) for name, columns in CATALOG.items()}
    errors = check_against(load(DATASET), catalog(**dict.fromkeys(CATALOG), **upper))
    assert all(map(is_note, errors))


@pytest.mark.parametrize("name", sorted(set(CATALOG)))
def test_a_missing_table_is_named(name: str) -> None:
    assert "inventory.no_such_table" in {code for code, _ in found(**{name: None})}


MISSING = [
    ("customers", "customer_id", "subject customer"),
    ("customers", "birth_date", "subject customer, fact birth_date"),
    ("consents", "customer_id", "subject customer, fact consent_given"),
    ("consents", "state", "subject customer, fact consent_given"),
    ("consents", "purpose", "subject customer, fact consent_given"),
    ("consents", "recorded_at", "subject customer, fact consent_given"),
    ("orders", "gift_recipient_id", "table orders"),
    ("orders", "amount", "table orders"),
]


@pytest.mark.parametrize(("table", "column", "record"), MISSING)
def test_a_missing_column_is_named(table: str, column: str, record: str) -> None:
    rest = tuple(each for each in CATALOG[table] if each != column)
    assert found(**{table: rest}) == [("inventory.no_column", record)]


def test_what_the_file_leaves_out_is_a_note() -> None:
    columns = (*CATALOG["orders"], "secret note")
    errors = check_against(load(DATASET), catalog(orders=columns, extra=("a",)))
    notes = {(each.code, each.location.record): each for each in errors}
    assert set(notes) == {
        ("inventory.unlisted_column", "table orders"),
        ("inventory.unlisted_table", "table customers"),
        ("inventory.unlisted_table", "table consents"),
        ("inventory.unlisted_table", "table objections"),
        ("inventory.unlisted_table", "table notices"),
        ("inventory.unlisted_table", "table extra"),
        ("inventory.undecided", "table puzzles"),
    }
    column = notes["inventory.unlisted_column", "table orders"]
    assert "masked" in column.message
    assert '"secret note" = { category' in column.hint

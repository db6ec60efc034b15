from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lawful.inventory import (
    check_against,
    is_note,
    load_activity,
    load_dataset,
    skeleton,
)
from lawful.inventory.guesses import category_of, people_in
from lawful.org import load_organisation
from lawful.stores import Store, load_config, open_store
from tests.inventory.material import VOCABULARY

CHINOOK = """
CREATE TABLE Artist (ArtistId INTEGER PRIMARY KEY, Name NVARCHAR(120));
CREATE TABLE Employee (EmployeeId INTEGER PRIMARY KEY, LastName TEXT, FirstName TEXT,
    ReportsTo INTEGER REFERENCES Employee (EmployeeId), BirthDate DATETIME, Phone TEXT);
CREATE TABLE Customer (CustomerId INTEGER PRIMARY KEY, FirstName TEXT, LastName TEXT,
    Country TEXT, Phone TEXT, Email TEXT, SupportRepId INTEGER REFERENCES Employee);
CREATE TABLE Invoice (InvoiceId INTEGER PRIMARY KEY, CustomerId INTEGER NOT NULL,
    "Billing ""Address"" line" TEXT, Total NUMERIC,
    FOREIGN KEY (CustomerId) REFERENCES Customer (CustomerId));
CREATE TABLE InvoiceLine (InvoiceLineId INTEGER PRIMARY KEY,
    InvoiceId INTEGER REFERENCES Invoice (InvoiceId), UnitPrice NUMERIC);
CREATE VIEW Spending AS SELECT CustomerId, Total FROM Invoice;
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    with closing(sqlite3.connect(tmp_path / "chinook.sqlite")) as connection:
        connection.executescript(CHINOOK)
    return open_store("chinook.sqlite", name="shop", folder=tmp_path)


@pytest.fixture
def files(store: Store) -> dict[str, str]:
    return skeleton(store.catalog(), "chinook.sqlite", "shop", store.foreign_keys())


def test_all_files_load_as_they_are(files: dict[str, str], tmp_path: Path) -> None:
    config = load_config(files["lawful.toml"].encode(), "lawful.toml", tmp_path, VOCABULARY)
    assert config.stores["shop"].dataset == tmp_path / "datasets" / "shop.toml"
    assert config.stores["shop"].mode == "enforce"
    organisation = load_organisation(files["organisation.toml"].encode(), "o", VOCABULARY)
    activity = load_activity(files["activities/example.toml"].encode(), "a", VOCABULARY)
    assert set(activity.roles) <= set(organisation.entities[activity.entity].roles)
    assert [each.may_approve for each in organisation.persons.values()] == [False, True]


def test_every_table_and_column_stands_in_it(files: dict[str, str], store: Store) -> None:
    dataset = load_dataset(files["datasets/shop.toml"].encode(), "d", VOCABULARY)
    found = check_against(dataset, store.catalog())
    assert all(map(is_note, found))
    assert {each.code for each in found} == {"inventory.undecided"}
    for name in ("Employee", "Customer", "Invoice"):
        columns = dataset.tables[name].columns
        assert list(columns) == [column.name for column in store.catalog()[name]]
        assert not any(column.labelled for column in columns.values())


def test_what_is_guessed(files: dict[str, str]) -> None:
    dataset = load_dataset(files["datasets/shop.toml"].encode(), "d", VOCABULARY)
    assert {each.table: each.key for each in dataset.populations.values()} == {
        "Customer": "CustomerId",
        "Employee": "EmployeeId",
    }
    roles = {
        name: {role.name: (role.subject, role.column) for role in table.roles.values()}
        for name, table in dataset.tables.items()
    }
    assert roles == {
        "Employee": {
            "employee": ("employee", "EmployeeId"),
            "reports_to": ("employee", "ReportsTo"),
        },
        "Customer": {
            "customer": ("customer", "CustomerId"),
            "support_rep": ("employee", "SupportRepId"),
        },
        "Invoice": {"customer": ("customer", "CustomerId")},
    }
    assert set(dataset.undecided) == {"Artist", "InvoiceLine", "Spending"}


def test_guesses_say_that_they_are(files: dict[str, str]) -> None:
    text = files["datasets/shop.toml"]
    assert text.count("# A GUESS") == 2
    assert text.count("# a guess") == 5
    assert 'Email = {}   # perhaps { category = "email" }' in text
    assert "Nobody was found in 'Artist'" in text


def test_suggestions_are_right_once_their_mark_is_taken_away(files: dict[str, str]) -> None:
    text = files["datasets/shop.toml"].replace(" = {}   # perhaps {", " = {").replace("} }", "}")
    source = '# [subject.facts.birth_date]\n# column = "BirthDate"'
    for line in ("# stored_in", "# processed_in", "# collected_in", source):
        assert text.count(line) == 1
        text = text.replace(line, line.replace("# ", ""))
    dataset = load_dataset(text.encode(), "d", VOCABULARY)
    assert dataset.tables["Customer"].columns["Email"].categories == ("email",)
    assert set(dataset.facts) == {"stored_in", "processed_in", "collected_in"}
    assert dataset.populations["employee"].facts["birth_date"].column == "BirthDate"


def uncommented(text: str) -> str:
    """Take the mark of each line away that holds a line of TOML, and of no sentence."""
    lines = text.splitlines()
    return "\n".join(
        line[2:] if line.startswith("# ") and (" = " in line or line.startswith("# [")) else line
        for line in lines
    )


def test_the_other_files_load_when_filled_in(files: dict[str, str]) -> None:
    text = uncommented(files["organisation.toml"])
    entity = load_organisation(text.encode(), "o", VOCABULARY).entities["company"]
    assert set(entity.facts) == {"controller_region", "established_in", "offered_in", "business"}
    assert entity.records[0].label == "DPO-1"
    text = uncommented(files["activities/example.toml"])
    found = load_activity(text.encode(), "a", VOCABULARY)
    assert set(found.facts) == {"lawful_bases", "automated_decision", "monitors_behaviour"}


def test_names_that_need_quotes(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "odd.db")) as connection:
        connection.execute('CREATE TABLE "a ""b"" \\ ]] # 表" ("x = 1" INTEGER, "é" TEXT)')
    store = open_store("odd.db", name="odd", folder=tmp_path)
    text = skeleton(store.catalog(), "odd.db", "odd")["datasets/odd.toml"]
    assert "No table was found" in text
    dataset = load_dataset(text.encode(), "d", VOCABULARY)
    assert dataset.undecided == ('a "b" \\ ]] # 表',)
    assert all(map(is_note, check_against(dataset, store.catalog())))


@pytest.mark.parametrize(
    ("column", "category"),
    [
        ("email", "email"),
        ("EmailAddress", "email"),
        ("customer_phone", "phone"),
        ("dob", "birth_date"),
        ("手机", "phone"),
        ("PostalCode", "address"),
        ("Bytes", ""),
        ("Milliseconds", ""),
        ("latest", ""),
        ("Composer", ""),
    ],
)
def test_categories_suggested(column: str, category: str) -> None:
    assert category_of(column) == category
    assert not category or category in VOCABULARY.categories


def test_a_name_alone_makes_no_people(store: Store) -> None:
    assert set(people_in(store.catalog())) == {"employee", "customer"}

"""Somebody edits the state database: what is read as approved is what was approved, or nothing is."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.acceptance.conftest import Command

WIDER = """UPDATE approvals SET content =
    replace(content, 'needed = [', 'needed = ["demographic", ') WHERE subject_id = 'support-eu'"""
QUERY = (
    "query",
    "SELECT phone, sex FROM customers WHERE country = 'DE' LIMIT 2",
    "--purpose",
    "customer_service",
    "--as",
    "shop-dublin/support",
)


@pytest.fixture
def place(platform: Path, tmp_path: Path) -> Path:
    """A copy of the sample platform, to be altered."""
    shutil.copytree(platform, tmp_path / "copy")
    return tmp_path / "copy"


def alter(place: Path, *statements: str) -> None:
    """Edit the state database, as whoever can write the file may."""
    with closing(sqlite3.connect(place / ".lawful" / "state.db")) as state, state:
        state.create_function("sha256", 1, lambda text: hashlib.sha256(text.encode()).hexdigest())
        for each in statements:
            assert state.execute(each).rowcount > 0


def test_a_widened_approval_opens_nothing(lawful: Command, place: Path) -> None:
    at = ("--folder", str(place))
    assert lawful(*QUERY, *at).code == 0
    assert "attested" in lawful("evidence", "verify", "--json", *at).out
    alter(place, WIDER)
    refused = lawful(*QUERY, *at)
    assert (refused.code, refused.out) == (4, "")
    assert "approvals, activity support-eu" in refused.err
    assert "support-eu" in lawful("doctor", *at).out
    found = lawful("evidence", "verify", *at)
    assert (found.code, "support-eu" in found.err) == (4, True)


@pytest.mark.parametrize(
    ("statements", "named"),
    [
        ([WIDER, "UPDATE approvals SET digest = sha256(content)"], "support-eu"),
        (["UPDATE approvals SET approver = 'x' WHERE subject_id = 'support-eu'"], "support-eu"),
        (["DELETE FROM approvals WHERE kind = 'organisation'"], "organisation"),
        (
            [
                """INSERT INTO standing_facts (scope_kind, scope_id, fact, value, from_at,
                source_kind, source_label, recorded_at) SELECT 'activity', subject_id,
                'necessary_for_contract', 'true', approved_at, 'record', file, approved_at
                FROM approvals WHERE kind = 'activity'"""
            ],
            "standing_facts",
        ),
        (["UPDATE records SET items = '[]' WHERE until_at IS NULL"], "records"),
        (["DELETE FROM intents"], "intents"),
    ],
)
def test_what_the_evidence_attests_otherwise_is_named(
    lawful: Command, place: Path, statements: list[str], named: str
) -> None:
    at = ("--folder", str(place))
    alter(place, *statements)
    found = lawful("evidence", "verify", *at)
    assert found.code == 4
    assert named in found.err
    told = lawful("doctor", *at)
    assert told.code != 0
    assert named in told.out

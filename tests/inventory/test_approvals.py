from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select, update

from lawful.db import migrate, open_state, reaching
from lawful.facts import kept_of, records_of, standing
from lawful.inventory import (
    Activity,
    NoActivity,
    activities,
    approve,
    drift,
    find_activity,
    find_organisation,
    get_activity,
    propose,
    standing_approvals,
)
from lawful.inventory.tables import approvals
from lawful.terms.errors import ProofFailure, UsageError
from lawful.terms.values import Source, SourceKind, set_of
from tests.inventory.material import ACTIVITY, ORGANISATION, VOCABULARY

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
FILE = "activities/ads-eu.toml"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Connection]:
    engine = open_state(tmp_path / "state" / "state.db")
    migrate(engine)
    with reaching(engine) as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def conn(empty: Connection) -> Connection:
    """A register with the organisation approved."""
    organisation(empty)
    return empty


def organisation(
    conn: Connection, text: str = ORGANISATION, at: datetime = AT, by: str = "ben"
) -> None:
    proposal = propose("organisation", text.encode(), "organisation.toml", VOCABULARY)
    approve(conn, VOCABULARY, proposal, author="ann", approver=by, at=at)


def activity(
    conn: Connection,
    text: str = ACTIVITY,
    at: datetime = AT,
    author: str = "ann",
    approver: str = "cai",
    file: str = FILE,
) -> None:
    proposal = propose("activity", text.encode(), file, VOCABULARY)
    approve(conn, VOCABULARY, proposal, author=author, approver=approver, at=at)


def test_an_approved_organisation_counts(conn: Connection) -> None:
    found = find_organisation(conn, VOCABULARY)
    assert found is not None
    assert list(found.persons) == ["ann", "ben", "cai"]
    label = "organisation.toml, approved by ben"
    source = Source(kind=SourceKind.RECORD, label=label)
    assert standing(conn, VOCABULARY, [("entity", "shop")], AT) == {
        "controller_region": ("IE", source)
    }
    assert records_of(conn, VOCABULARY, [("entity", "shop")], AT)[0].label == "DPO-1"
    assert kept_of(conn, [("entity", "shop")], AT) == {"eu.gdpr.37"}


def test_an_approved_activity_counts(conn: Connection) -> None:
    activity(conn)
    found = standing(conn, VOCABULARY, [("activity", "ads-eu")], AT)
    assert found["lawful_bases"][0] == set_of(["consent"])
    assert found["interests_balanced"][1].kind is SourceKind.RECORD
    assert "approved by cai" in found["lawful_bases"][1].label
    assert records_of(conn, VOCABULARY, [("activity", "ads-eu")], AT)[0].label == "PIA-88"
    assert kept_of(conn, [("activity", "ads-eu")], AT) == {"cn.pipl.55"}


REFUSED = [
    ("ann", "ann", ACTIVITY, "inventory.four_eyes"),
    ("ben", "ben", ACTIVITY, "inventory.four_eyes"),
    ("ann", "dan", ACTIVITY, "inventory.unknown_person"),
    ("dan", "ben", ACTIVITY, "inventory.unknown_person"),
    ("ben", "ann", ACTIVITY, "inventory.may_not_approve"),
    ("ann", "ben", ACTIVITY.replace('"shop"', '"stop"'), "inventory.unknown_entity"),
    ("ann", "ben", ACTIVITY.replace('["ads"]', '["adds"]'), "inventory.unknown_role"),
]


@pytest.mark.parametrize(("author", "approver", "text", "code"), REFUSED)
def test_what_may_not_be_approved(
    conn: Connection, author: str, approver: str, text: str, code: str
) -> None:
    with pytest.raises(UsageError) as caught:
        activity(conn, text, author=author, approver=approver)
    assert caught.value.code == code
    assert caught.value.hint
    assert activities(conn, VOCABULARY) == ()
    assert standing(conn, VOCABULARY, [("activity", "ads-eu")], LATER) == {}


def test_no_activity_before_an_organisation(empty: Connection) -> None:
    with pytest.raises(UsageError, match="before the organisation") as caught:
        activity(empty)
    assert caught.value.code == "inventory.no_organisation"


def test_nobody_makes_themselves_an_approver(conn: Connection) -> None:
    text = ORGANISATION.replace('["privacy_engineer"]', '["privacy_engineer", "dpo"]')
    text += '[[person]]\nid = "eve"\nname = "Eve"\nroles = ["dpo"]\n'
    with pytest.raises(UsageError) as caught:
        organisation(conn, text, at=LATER, by="eve")
    assert caught.value.code == "inventory.unknown_person"
    proposal = propose("organisation", text.encode(), "organisation.toml", VOCABULARY)
    with pytest.raises(UsageError, match="no role that approves"):
        approve(conn, VOCABULARY, proposal, author="ben", approver="ann", at=LATER)
    organisation(conn, text, at=LATER)
    activity(conn, at=LATER, author="ben", approver="eve")


def test_the_approved_content_counts_until_approved_again(conn: Connection) -> None:
    activity(conn)
    changed = ACTIVITY.replace('lawful_bases = ["consent"]', 'lawful_bases = ["contract"]')
    activity(conn, changed, at=LATER)
    scope = [("activity", "ads-eu")]
    assert standing(conn, VOCABULARY, scope, AT)["lawful_bases"][0] == set_of(["consent"])
    assert standing(conn, VOCABULARY, scope, LATER)["lawful_bases"][0] == set_of(["contract"])
    assert len(activities(conn, VOCABULARY)) == 1
    assert conn.execute(select(func.count()).select_from(approvals)).scalar() == 3
    contents = set(conn.execute(select(approvals.c.content)).scalars())
    assert contents == {ORGANISATION, ACTIVITY, changed}


def test_an_entity_that_is_gone_takes_its_facts_and_activities(conn: Connection) -> None:
    activity(conn)
    organisation(conn, ORGANISATION.replace('id = "shop"', 'id = "shop-2"'), at=LATER)
    assert standing(conn, VOCABULARY, [("entity", "shop")], LATER) == {}
    assert kept_of(conn, [("entity", "shop")], LATER) == frozenset()
    assert set(standing(conn, VOCABULARY, [("entity", "shop")], AT)) == {"controller_region"}
    assert activities(conn, VOCABULARY) == ()
    assert get_activity(conn, VOCABULARY, "ads-eu") is None


def test_one_activity_is_found(conn: Connection) -> None:
    activity(conn)
    found = find_activity(conn, VOCABULARY, "shop", "personalised_advertising")
    assert isinstance(found, Activity)
    assert found == get_activity(conn, VOCABULARY, "ads-eu")
    assert find_activity(conn, VOCABULARY, "shop", "personalised_advertising", "ads") == found


@pytest.mark.parametrize(
    ("entity", "purpose", "role"),
    [
        ("shop", "analytics", ""),
        ("other", "personalised_advertising", ""),
        ("shop", "personalised_advertising", "legal"),
    ],
)
def test_none_says_the_line_to_write(
    conn: Connection, entity: str, purpose: str, role: str
) -> None:
    activity(conn)
    found = find_activity(conn, VOCABULARY, entity, purpose, role)
    assert isinstance(found, NoActivity)
    assert found.reason == "none"
    assert f'entity = "{entity}", purpose = "{purpose}"' in found.hint
    assert (f'roles = ["{role}"]' in found.hint) is bool(role)


def test_several_are_named(conn: Connection) -> None:
    activity(conn)
    activity(conn, ACTIVITY.replace('"ads-eu"', '"ads-2"'), file="activities/two.toml")
    found = find_activity(conn, VOCABULARY, "shop", "personalised_advertising")
    assert isinstance(found, NoActivity)
    assert found.reason == "several"
    assert "ads-2, ads-eu" in found.message


def test_drift(conn: Connection, tmp_path: Path) -> None:
    activity(conn)
    (tmp_path / "activities").mkdir()
    (tmp_path / "organisation.toml").write_text(ORGANISATION)
    (tmp_path / FILE).write_text(ACTIVITY)
    assert drift(conn, tmp_path) == []
    (tmp_path / FILE).write_text(ACTIVITY + "# a word\n")
    (tmp_path / "activities" / "new.toml").write_text(ACTIVITY)
    (tmp_path / "organisation.toml").unlink()
    assert [(each.file, each.how) for each in drift(conn, tmp_path)] == [
        (FILE, "changed"),
        ("organisation.toml", "missing"),
        ("activities/new.toml", "not_approved"),
    ]


def test_who_approved_what(conn: Connection) -> None:
    activity(conn)
    first, second = standing_approvals(conn)
    assert (first.kind, first.author, first.approver) == ("organisation", "ann", "ben")
    assert (second.subject_id, second.approver, second.approved_at) == ("ads-eu", "cai", AT)
    proposal = propose("activity", ACTIVITY.encode(), FILE, VOCABULARY)
    assert second.digest == proposal.digest


@pytest.mark.parametrize("of", ["organisation", "activity"])
def test_content_that_is_not_what_its_digest_says_opens_nothing(conn: Connection, of: str) -> None:
    activity(conn)
    assert activities(conn, VOCABULARY)
    row = update(approvals).where(approvals.c.kind == of)
    conn.execute(row.values(content=approvals.c.content + "\n# wider\n"))
    for read in (activities, find_organisation) if of == "organisation" else (activities,):
        with pytest.raises(ProofFailure, match="content is not what its digest says") as failure:
            read(conn, VOCABULARY)
        assert f"approvals, {of}" in str(failure.value.location.record)
    if of == "activity":
        activity(conn, at=LATER)
        assert activities(conn, VOCABULARY)

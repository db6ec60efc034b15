from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from lawful.db import migrate, open_state, reaching
from lawful.facts import kept_of, records_of, replace_scope, standing
from lawful.facts.coding import decode, decode_facts, encode, encode_facts
from lawful.facts.tables import records, registers_kept, standing_facts
from lawful.law.thing import Record
from lawful.law.vocabulary import Vocabulary, load_vocabulary
from lawful.terms.errors import UsageError
from lawful.terms.values import NEVER_AT, NEVER_ON, SetValue, Source, SourceKind, Value, set_of

ROOT = Path(__file__).resolve().parents[2]
FILES = (ROOT / "rulebook" / "vocabulary").glob("*.toml")
VOCABULARY = load_vocabulary({path.name: path.read_bytes() for path in FILES})
AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SOURCE = Source(kind=SourceKind.RECORD, label="ads-eu.toml, approved by ben")
ENTITY, ACTIVITY = ("entity", "shop"), ("activity", "ads")


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    engine = open_state(tmp_path / "state.db")
    migrate(engine)
    with reaching(engine) as connection:
        yield connection
    engine.dispose()


def values_of(vocabulary: Vocabulary, name: str) -> st.SearchStrategy[Value | None]:
    fact = vocabulary.facts[name]
    if fact.type == "flag":
        found = st.booleans()
    elif fact.type == "count":
        found = st.integers(0, 2**40)
    elif fact.type == "date":
        found = st.dates() | st.just(NEVER_ON)
    elif fact.type == "instant":
        moments = st.datetimes(timezones=st.just(UTC), max_value=datetime(9000, 1, 1))
        found = moments | st.just(NEVER_AT)
    elif fact.type == "set":
        members = st.sampled_from(list(vocabulary.values_of(name)))
        pairs = st.tuples(st.frozensets(members, max_size=4), st.frozensets(members, max_size=3))
        found = pairs.map(lambda pair: vocabulary.close(name, SetValue(pair[0], pair[1] - pair[0])))
    else:
        found = st.sampled_from(list(vocabulary.values_of(name)))
    return st.none() | found


@given(st.data())
def test_any_value_comes_back_as_it_was(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(VOCABULARY.facts)))
    value = data.draw(values_of(VOCABULARY, name))
    assert decode(VOCABULARY, name, encode(value)) == value
    assert decode_facts(VOCABULARY, encode_facts({name: value})) == {name: value}


def test_a_fact_stands_from_its_moment(conn: Connection) -> None:
    replace_scope(conn, ENTITY, facts={"controller_region": "IE"}, at=AT, source=SOURCE)
    assert standing(conn, VOCABULARY, [ENTITY], AT - SECOND) == {}
    assert standing(conn, VOCABULARY, [ENTITY], AT) == {"controller_region": ("IE", SOURCE)}
    assert standing(conn, VOCABULARY, [("entity", "other"), ("store", "shop")], AT) == {}


def test_what_held_before_is_closed_and_kept(conn: Connection) -> None:
    later = AT + SECOND
    first = {"controller_region": "IE", "ciio": False}
    replace_scope(conn, ENTITY, facts=first, at=AT, source=SOURCE)
    replace_scope(conn, ENTITY, facts={"controller_region": "SG"}, at=later, source=SOURCE)
    before = standing(conn, VOCABULARY, [ENTITY], later - timedelta(microseconds=1))
    assert {name: value for name, (value, _) in before.items()} == first
    assert standing(conn, VOCABULARY, [ENTITY], later) == {"controller_region": ("SG", SOURCE)}
    assert conn.execute(select(func.count()).select_from(standing_facts)).scalar() == 3


def test_a_scope_closes_only_itself(conn: Connection) -> None:
    replace_scope(conn, ENTITY, facts={"ciio": False}, at=AT, source=SOURCE)
    replace_scope(conn, ("activity", "shop"), facts={}, at=AT + SECOND, source=SOURCE)
    replace_scope(conn, ("entity", "shop-2"), facts={}, at=AT + SECOND, source=SOURCE)
    assert set(standing(conn, VOCABULARY, [ENTITY], AT + SECOND)) == {"ciio"}


def test_a_later_scope_wins_also_with_unknown(conn: Connection) -> None:
    other = Source(kind=SourceKind.RECORD, label="other")
    replace_scope(conn, ENTITY, facts={"labour_rules": True, "ciio": False}, at=AT, source=SOURCE)
    replace_scope(conn, ACTIVITY, facts={"labour_rules": None}, at=AT, source=other)
    found = standing(conn, VOCABULARY, [ENTITY, ACTIVITY], AT)
    assert found == {"labour_rules": (None, other), "ciio": (False, SOURCE)}
    found = standing(conn, VOCABULARY, [ACTIVITY, ENTITY], AT)
    assert found["labour_rules"] == (True, SOURCE)


def test_categories_come_with_their_parents(conn: Connection) -> None:
    replace_scope(conn, ACTIVITY, facts={"data": set_of(["phone"])}, at=AT, source=SOURCE)
    value, _ = standing(conn, VOCABULARY, [ACTIVITY], AT)["data"]
    assert value == set_of(["phone", "contact"])


RECORD = Record(
    rule="cn.pipl.55.assess",
    done_at=AT - timedelta(days=30),
    items=frozenset({"purpose", "影响"}),
    expires_on=date(2027, 1, 1),
    bound={"purpose": "analytics", "data": set_of(["identifier"])},
    label="PIA-88",
)


def test_records_come_back_as_they_were(conn: Connection) -> None:
    bare = Record(rule="eu.gdpr.37", items=frozenset())
    replace_scope(
        conn, ACTIVITY, facts={}, records=[RECORD, bare], at=AT, source=SOURCE,
        author="ann", approver="ben",
    )  # fmt: skip
    assert records_of(conn, VOCABULARY, [ENTITY, ACTIVITY], AT) == (RECORD, bare)
    assert records_of(conn, VOCABULARY, [ACTIVITY], AT)[0].bound == RECORD.bound
    assert records_of(conn, VOCABULARY, [ACTIVITY], AT - SECOND) == ()
    assert records_of(conn, VOCABULARY, [ENTITY], AT) == ()
    people = conn.execute(select(records.c.author, records.c.approver)).first()
    assert people == ("ann", "ben")


def test_no_items_are_not_all_items(conn: Connection) -> None:
    none, complete = Record(rule="a.b", items=frozenset()), Record(rule="a.c", items=None)
    replace_scope(conn, ACTIVITY, facts={}, records=[none, complete], at=AT, source=SOURCE)
    found = records_of(conn, VOCABULARY, [ACTIVITY], AT)
    assert [each.items for each in found] == [frozenset(), None]


def test_a_record_stands_until_replaced(conn: Connection) -> None:
    replace_scope(conn, ACTIVITY, facts={}, records=[RECORD], at=AT, source=SOURCE)
    replace_scope(conn, ACTIVITY, facts={}, at=AT + SECOND, source=SOURCE)
    assert records_of(conn, VOCABULARY, [ACTIVITY], AT) == (RECORD,)
    assert records_of(conn, VOCABULARY, [ACTIVITY], AT + SECOND) == ()
    assert conn.execute(select(func.count()).select_from(records)).scalar() == 1


def test_registers_kept(conn: Connection) -> None:
    rule = "cn.pipl.52"
    replace_scope(conn, ENTITY, facts={}, kept=[rule, rule], at=AT, source=SOURCE)
    replace_scope(conn, ACTIVITY, facts={}, kept=["a.b"], at=AT, source=SOURCE)
    assert kept_of(conn, [ENTITY, ACTIVITY], AT) == {rule, "a.b"}
    assert kept_of(conn, [ENTITY], AT - SECOND) == frozenset()
    replace_scope(conn, ENTITY, facts={}, at=AT + SECOND, source=SOURCE)
    assert kept_of(conn, [ENTITY, ACTIVITY], AT + SECOND) == {"a.b"}
    assert kept_of(conn, [ENTITY], AT) == {rule}
    assert conn.execute(select(func.count()).select_from(registers_kept)).scalar() == 2


@pytest.mark.parametrize(
    "stated",
    [{"facts": {"ciio": True}}, {"records": [RECORD]}, {"kept": ["a.b"]}],
    ids=["facts", "records", "kept"],
)
def test_time_does_not_run_backwards(conn: Connection, stated: dict[str, object]) -> None:
    replace_scope(conn, ENTITY, at=AT, source=SOURCE, **{"facts": {}, **stated})
    with pytest.raises(UsageError, match="later") as caught:
        replace_scope(conn, ENTITY, facts={}, at=AT - SECOND, source=SOURCE)
    assert caught.value.code == "facts.older"


def test_an_unknown_scope_is_refused(conn: Connection) -> None:
    with pytest.raises(UsageError, match="no scope 'person'"):
        replace_scope(conn, ("person", "x"), facts={}, at=AT, source=SOURCE)

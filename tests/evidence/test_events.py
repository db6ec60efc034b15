"""The closed schema: what a leaf may say, and that nothing else passes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawful.evidence import Event, SchemaError, as_cloudevent, commit, new_decision_id
from lawful.evidence.events import KINDS, leaf_text, parse_leaf, timestamp
from lawful.evidence.payloads import (
    canonical_json,
    payload_bytes,
    unwrap,
    wrap,
)
from tests.evidence.making import BOOK, ask, new_id

HEX = "ab" * 32
EVENTS: dict[str, dict[str, Any]] = {
    "ask": {},
    "use": {"given": 3, "withheld": 0, "subject": HEX},
    "query": {"given": 10, "withheld": 2},
    "batch": {"given": 10, "input": HEX, "result": HEX},
    "refusal": {"book": "", "purpose": "", "basis": "", "rule": ""},
    "intent": {"book": ""},
    "outcome": {"book": "", "outcome": "done", "ref": new_id()},
}


def leaf_of(event: Event) -> bytes:
    return leaf_text(event, "n", 1, "2026-11-24T09:00:00.000Z", HEX).encode()


def fields(kind: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(leaf_of(ask(kind=kind, **EVENTS[kind])))
    return read


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_reads_back(kind: str) -> None:
    event = ask(kind=kind, **EVENTS[kind])
    data = leaf_of(event)
    leaf = parse_leaf(data, 7)
    assert (leaf.index, leaf.data, leaf.kind, leaf.v, leaf.seq) == (7, data, kind, 1, 1)
    assert all(getattr(leaf, name) == value for name, value in event.fields().items())
    assert data == canonical_json(json.loads(data))
    assert all(isinstance(value, int | str) for value in json.loads(data).values())


@pytest.mark.parametrize("kind", KINDS)
def test_no_field_may_be_missing_or_added(kind: str) -> None:
    whole = fields(kind)
    for name in set(whole) - {"given", "withheld"}:
        with pytest.raises(SchemaError):
            parse_leaf(canonical_json({k: v for k, v in whole.items() if k != name}), 0)
    for extra in ("name", "email", "Kind"):
        with pytest.raises(SchemaError, match="does not know"):
            parse_leaf(canonical_json({**whole, extra: "x"}), 0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "value", [None, True, 1.5, ["a"], {}, 7, "", "a b", "x" * 3000, "é", "a\n"]
)
def test_no_field_takes_just_anything(kind: str, value: object) -> None:
    whole = fields(kind)
    for name in whole:
        changed = {**whole, name: value}
        fits = (
            (
                isinstance(value, str)
                and value == ""
                and name
                in (
                    "purpose",
                    "basis",
                    "outcome",
                    "rule",
                    "operation",
                    "subject",
                    "commitment",
                )
            )
            or (name == "ref" and value == "" and kind != "outcome")
            or (name == "book" and value == "" and kind in ("refusal", "intent", "outcome"))
            or (name in ("seq", "given", "withheld") and value == 7 and type(value) is int)
        )
        if fits:
            parse_leaf(canonical_json(changed), 0)
        else:
            with pytest.raises(SchemaError):
                parse_leaf(canonical_json(changed), 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "gossip"},
        {"id": "dec_123"},
        {"id": "dec_81M87F42S5B9RPHP37DN6W1GMR"},
        {"given": 1},
        {"kind": "intent", "withheld": 1},
        {"kind": "batch"},
        {"kind": "ask", "input": HEX, "result": HEX},
        {"book": ""},
        {"book": BOOK.upper()},
        {"door": "window"},
        {"basis": "contract,consent"},
        {"basis": "consent,consent"},
        {"ref": HEX},
        {"kind": "outcome", "ref": ""},
        {"kind": "outcome", "ref": HEX},
        {"kind": "outcome", "operation": "erase_payload", "ref": new_id()},
        {"kind": "ask", "operation": "erase_payload", "ref": HEX},
        {"kind": "query", "given": -1},
        {"kind": "query", "given": True},
        {"kind": "query", "given": 1 << 53},
        {"entity": "somebody@example.com"},
        {"subject": "42"},
    ],
)
def test_events_that_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(SchemaError) as refused:
        ask(**changes)
    assert refused.value.code == "evidence.schema"
    assert "somebody" not in str(refused.value)


def test_bases_are_sorted_for_the_caller() -> None:
    assert ask(basis={"hr", "consent", "contract"}).basis == "consent,contract,hr"


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"1", b"\xff", b"{}", b"[" * 5000, b'{"kind":NaN}', b'{"kind":"ask"} '],
)
def test_what_is_not_a_leaf(data: bytes) -> None:
    with pytest.raises(SchemaError):
        parse_leaf(data, 0)


def test_a_leaf_has_one_spelling() -> None:
    data = leaf_of(ask())
    for other in (
        data.replace(b":", b": ", 1),
        data.replace(b'"kind"', b'"\\u006bind"'),
        data[:-1] + b',"v":1}',
        json.dumps(dict(reversed(json.loads(data).items())), separators=(",", ":")).encode(),
    ):
        with pytest.raises(SchemaError):
            parse_leaf(other, 0)


@given(st.binary(max_size=200))
def test_any_bytes_give_only_our_error(data: bytes) -> None:
    with pytest.raises(SchemaError):
        parse_leaf(data, 0)


def test_times_are_utc_with_milliseconds() -> None:
    shanghai = timezone(timedelta(hours=8))
    at = datetime(2024, 3, 22, 1, 0, 0, 999_999, tzinfo=shanghai)
    assert timestamp(at) == "2024-03-21T17:00:00.999Z"
    with pytest.raises(SchemaError):
        timestamp(datetime(2024, 3, 22))


@given(
    st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 1)),
    st.binary(min_size=10, max_size=10),
)
def test_ids_fit_the_schema_and_sort_by_time(at: datetime, randomness: bytes) -> None:
    one = new_decision_id(at, randomness)
    assert ask(id=one).id == one
    if at < datetime(9999, 1, 1, tzinfo=UTC):
        assert one < new_decision_id(at + timedelta(milliseconds=1), bytes(10))


@pytest.mark.parametrize("randomness", [b"", bytes(9), bytes(11)])
def test_an_id_wants_its_randomness(randomness: bytes) -> None:
    with pytest.raises(ValueError, match="ten random bytes"):
        new_decision_id(datetime(2026, 1, 1, tzinfo=UTC), randomness)
    with pytest.raises(ValueError, match="aware"):
        new_decision_id(datetime(2026, 1, 1), bytes(10))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text("abc"), json_values), st.binary(min_size=32, max_size=32), st.data())
def test_a_payload_is_what_was_committed_to_or_nothing(
    payload: dict[str, object], salt: bytes, data: st.DataObject
) -> None:
    body = payload_bytes(payload)
    kept, commitment = wrap(salt, body), commit(salt, body)
    assert unwrap(kept, commitment) == payload
    place = data.draw(st.integers(0, len(kept) - 1))
    changed = bytearray(kept)
    changed[place] ^= data.draw(st.integers(1, 255))
    assert unwrap(bytes(changed), commitment) is None
    assert unwrap(kept[:-1], commitment) is None


def test_the_commitment_is_as_documented() -> None:
    from hashlib import sha256

    salt = bytes(range(32))
    assert commit(salt, b"{}") == sha256(b"lawful-commitment/v1\x00" + salt + b"{}").hexdigest()
    assert wrap(salt, b"{}") == b'{"payload":{},"salt":"' + salt.hex().encode() + b'"}'
    assert json.loads(wrap(salt, b'{"a":1}')) == {"payload": {"a": 1}, "salt": salt.hex()}


@pytest.mark.parametrize("payload", [{"a": {1, 2}}, {"a": float("nan")}, {"a": "\ud800"}])
def test_payloads_that_json_cannot_hold(payload: dict[str, object]) -> None:
    with pytest.raises(SchemaError):
        payload_bytes(payload)


def test_a_payload_has_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lawful.evidence.payloads.PAYLOAD_BYTES_MAX", 10)
    assert payload_bytes({"a": 1})
    with pytest.raises(SchemaError, match="larger"):
        payload_bytes({"a": "x" * 10})


def test_a_cloudevent_has_its_attributes_and_terms() -> None:
    leaf = parse_leaf(leaf_of(ask(basis=["consent", "news"], purpose="payment")), 4)
    event = as_cloudevent(
        leaf, source="/lawful/prod", purposes={"payment": "dpv:PaymentManagement"}
    )
    assert event["specversion"] == "1.0"
    assert (event["id"], event["source"]) == (leaf.id, "/lawful/prod/n")
    assert (event["type"], event["subject"]) == ("lawful.evidence.ask.v1", "hangzhou-market")
    assert (event["time"], event["logindex"]) == (leaf.time, 4)
    data = event["data"]
    assert isinstance(data, dict)
    assert data["dpv:hasPurpose"] == "https://w3id.org/dpv#PaymentManagement"
    assert data["dpv:hasLegalBasis"] == ["https://w3id.org/dpv#Consent"]
    assert {name: data[name] for name in json.loads(leaf.data)} == json.loads(leaf.data)
    assert "index" not in data
    json.dumps(event)


def test_a_cloudevents_addresses_are_uris() -> None:
    """``dataschema`` is an absolute URI, ``source`` a URI reference, whatever the folder is called."""
    event = as_cloudevent(parse_leaf(leaf_of(ask()), 4), source="/lawful.local/店铺 1%")
    assert event["dataschema"] == "urn:lawful:evidence:ask:v1"
    assert event["source"] == "/lawful.local/%E5%BA%97%E9%93%BA%201%25/n"


def test_no_dpv_term_is_made_up() -> None:
    leaf = parse_leaf(leaf_of(ask(basis="news", purpose="gossip")), 0)
    data = as_cloudevent(leaf)["data"]
    assert isinstance(data, dict)
    assert not [name for name in data if name.startswith("dpv:")]
    own = as_cloudevent(leaf, bases={"news": "https://lawful.example/terms#news"})["data"]
    assert isinstance(own, dict)
    assert own["dpv:hasLegalBasis"] == ["https://lawful.example/terms#news"]


ODD = st.sampled_from(
    ["", "x", "a b", "é", "X", "a,b", "b,a", "a,a", '"', '","ref":"', "\n", "x" * 129, "erase_payload",
     HEX, HEX.upper(), HEX[:-1], new_id(), 5, 0, -1, True, 1.0, None, ["contract"], b"x", 1 << 53,
     (1 << 53) - 1, 10**15, "batch", "api", "ask", "outcome"]
)  # fmt: skip


ONE = new_id()


def made(changes: dict[str, Any], kind: str, *, slowly: bool) -> object:
    """An event's leaf, or what is said against it."""
    with pytest.MonkeyPatch.context() as patch:
        if slowly:
            patch.setattr(Event, "_is_plain", lambda self: False)
        try:
            return leaf_of(ask(**{"kind": kind, "id": ONE, **EVENTS[kind], **changes}))
        except SchemaError as error:
            return str(error)
        except (TypeError, AttributeError) as error:
            return type(error).__name__


@given(
    st.sampled_from(KINDS),
    st.dictionaries(
        st.sampled_from([f for f in Event.__annotations__ if not f.startswith("_")]),
        ODD,
        max_size=3,
    ),
)
def test_the_fast_way_accepts_and_refuses_as_the_slow_one(
    kind: str, changes: dict[str, Any]
) -> None:
    assert made(changes, kind, slowly=False) == made(changes, kind, slowly=True)

"""The certification scenario of the Authorization API 1.0, case by case.

Protocol and decisions are held with the scenario's own fixture; what hangs on the protocol alone, and
that nothing of the fixture is ever permitted by the law, with the sample platform as well.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.conftest import (
    ADMIN,
    ALICE,
    ARCHIVED,
    BASE,
    BOB,
    LAWFUL,
    MANY,
    ONE,
    READ,
    RECORD_1,
    RECORD_2,
    SEARCH,
    WELL_KNOWN,
    WRITE,
    Door,
)

Question = dict[str, Any]
SOFT = {"name": "delete", "properties": {"soft": True}}
HARD = {"name": "delete", "properties": {"soft": False}}
FIRST = {"subject": ALICE, "action": READ, "resource": RECORD_1}
RULES = [
    (1, ALICE, READ, RECORD_1, True),
    (2, ALICE, WRITE, RECORD_1, True),
    (3, BOB, READ, RECORD_1, True),
    (4, BOB, WRITE, RECORD_1, False),
    (5, ALICE, WRITE, ARCHIVED, False),
    (6, ADMIN, WRITE, ARCHIVED, True),
    (7, ALICE, SOFT, RECORD_1, True),
    (8, ALICE, HARD, RECORD_1, False),
]
CONTEXTS = [{}, {"context": {"time": "2025-06-27T18:03-07:00", "ip": "192.168.1.1"}}]
MORE = {
    "subject": {**ALICE, "properties": {"department": "Sales", "role": "manager"}},
    "action": {**READ, "properties": {"method": "GET"}},
    "resource": {**RECORD_1, "properties": {"status": "active", "owner": "bob"}},
}


@pytest.fixture(params=["fixture", "door"])
def either(request: pytest.FixtureRequest) -> Door:
    """The protocol over the fixture, and over the sample platform."""
    found: Door = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize(("rule", "subject", "action", "resource", "expected"), RULES)
def test_the_eight_decisions(
    rule: int, subject: Question, action: Question, resource: Question, expected: bool,
    context: Question, fixture: Door, door: Door,
) -> None:  # fmt: skip
    asked = {"subject": subject, "action": action, "resource": resource, **context}
    assert fixture.answer(asked) == {"decision": expected}, rule
    ours = door.answer(asked)
    assert ours["decision"] is False, "the law knows neither alice nor these records"
    assert ours["context"]["error"]["status"] == 404


@pytest.mark.parametrize("asked", [MORE, {**FIRST, "foo": "bar", "futureField": {"nested": True}}])
def test_more_properties_and_unknown_fields(asked: Question, fixture: Door) -> None:
    assert fixture.answer(asked) == {"decision": True}


@pytest.mark.parametrize("part", ["subject", "action", "resource"])
def test_a_missing_entity_is_400(part: str, either: Door) -> None:
    asked = {name: value for name, value in FIRST.items() if name != part}
    found = either.post(ONE, asked)
    assert found.status_code == 400
    assert part in found.json()


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ("subject", "type"),
        ("subject", "id"),
        ("action", "name"),
        ("resource", "type"),
        ("resource", "id"),
    ],
)
def test_a_missing_field_is_400(part: str, field: str, either: Door) -> None:
    entity = {name: value for name, value in FIRST[part].items() if name != field}
    found = either.post(ONE, {**FIRST, part: entity})
    assert found.status_code == 400
    assert field in found.json()


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": "alice"},
        {"subject": None},
        {"subject": [ALICE]},
        {"subject": {"type": "user", "id": 7}},
        {"subject": {**ALICE, "properties": "none"}},
        {"action": {"name": 123}},
        {"action": {"name": None}},
        {"resource": {"type": True, "id": "record-1"}},
        {"resource": {**RECORD_1, "properties": []}},
        {"context": "now"},
    ],
)
def test_a_wrong_type_is_400(wrong: Question, either: Door) -> None:
    found = either.post(ONE, {**FIRST, **wrong})
    assert found.status_code == 400
    assert isinstance(found.json(), str)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"nonsense", b"[]", b'"text"', b"null", b"17", b"\xff\xfe", b"[" * 100_000,
        b'{"subject": NaN}', b'{"subject": {}, "subject": {}}', b'{"a": "\\ud800"}',
        b'{"a": ' + b"9" * 5_000 + b"}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", [ONE, MANY, f"{SEARCH}subject", f"{SEARCH}action"])
def test_a_body_that_is_no_question_is_400(body: bytes, path: str, either: Door) -> None:
    found = either.ask("POST", path, content=body, headers={"content-type": "application/json"})
    assert found.status_code == 400
    assert found.headers["content-type"] == "application/json"
    assert isinstance(found.json(), str)


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", "application/jsonp"])
def test_another_content_type_is_400(kind: str, either: Door) -> None:
    found = either.ask("POST", ONE, content=json.dumps(FIRST), headers={"content-type": kind})
    assert found.status_code == 400
    assert "application/json" in found.json()


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8"])
def test_json_is_json(kind: str, fixture: Door) -> None:
    found = fixture.ask("POST", ONE, content=json.dumps(FIRST), headers={"content-type": kind})
    assert found.status_code == 200
    assert found.headers["content-type"] == "application/json"


@pytest.mark.parametrize("body", [FIRST, {}])
def test_the_request_id_comes_back(body: Question, either: Door) -> None:
    given = "bfe9eb29-ab87-4ca3-be83-a1d5d8305716"
    assert either.post(ONE, body, **{"X-Request-ID": given}).headers["x-request-id"] == given
    assert either.post(ONE, body).status_code in (200, 400)


def test_ten_times_the_same(fixture: Door) -> None:
    assert [fixture.answer(FIRST) for _ in range(10)] == [{"decision": True}] * 10


# ── many ───────────────────────────────────────────────────────────────────────────────────────


def decisions(door: Door, asked: Question) -> list[bool]:
    answer = door.answer(asked, MANY)
    assert "decision" not in answer
    return [each["decision"] for each in answer["evaluations"]]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (
            {"subject": ALICE, "action": READ,
             "evaluations": [{"resource": RECORD_1}, {"resource": RECORD_2}]},
            [True, True],
        ),
        (
            {"subject": BOB, "resource": RECORD_1,
             "evaluations": [{"action": READ}, {"action": WRITE}]},
            [True, False],
        ),
        (
            {"subject": ALICE, "action": WRITE,
             "evaluations": [
                 {"resource": {**RECORD_1, "properties": {"status": "active"}}},
                 {"resource": ARCHIVED},
             ]},
            [True, False],
        ),
        (
            {"action": WRITE, "resource": ARCHIVED,
             "evaluations": [{"subject": ALICE}, {"subject": ADMIN}]},
            [False, True],
        ),
        (
            {"evaluations": [FIRST, {"subject": BOB, "action": WRITE, "resource": RECORD_1}]},
            [True, False],
        ),
        (
            {"subject": ALICE, "action": WRITE, "resource": {"type": "record"},
             "evaluations": [
                 {"resource": {"id": "record-1", "properties": {"status": "active"}}},
                 {"resource": ARCHIVED},
             ]},
            [True, False],
        ),
        ({**FIRST, "evaluations": [{}, {}]}, [True, True]),
        ({"subject": ALICE, "action": READ, "evaluations": [{"resource": RECORD_1}, {}]}, [True, False]),
        ({**FIRST, "evaluations": [{}, 7, {"subject": "bob"}, {"action": None}]}, [True] + [False] * 3),
    ],
)  # fmt: skip
def test_batches(asked: Question, expected: list[bool], fixture: Door, door: Door) -> None:
    assert decisions(fixture, asked) == expected
    assert decisions(door, asked) == [False] * len(expected)


def test_properties_of_the_default_are_not_merged(fixture: Door) -> None:
    asked = {"subject": ADMIN, "action": WRITE, "resource": ARCHIVED}
    assert decisions(fixture, {**asked, "evaluations": [{}, {"subject": BOB}]}) == [True, False]


def test_a_bad_item_says_what_it_lacks(either: Door) -> None:
    asked = {"subject": ALICE, "action": READ, "evaluations": [{"resource": RECORD_1}, {}]}
    error = either.answer(asked, MANY)["evaluations"][1]["context"]["error"]
    assert error["status"] == 400
    assert "resource" in error["message"]


def test_context_is_inherited_as_a_whole(door: Door) -> None:
    asked = {**LAWFUL, "evaluations": [{}, {"context": {}}]}
    assert decisions(door, asked) == [True, False]


@pytest.mark.parametrize("more", [{}, {"evaluations": []}])
def test_without_evaluations_it_is_the_single_call(more: Question, fixture: Door) -> None:
    assert fixture.answer({**FIRST, **more}, MANY) == {"decision": True}


@pytest.mark.parametrize(
    ("semantic", "expected"),
    [
        ("execute_all", [True, False, True]),
        ("deny_on_first_deny", [True, False]),
        ("permit_on_first_permit", [True]),
    ],
)
def test_the_three_semantics(semantic: str, expected: list[bool], fixture: Door) -> None:
    asked = {
        "subject": BOB,
        "resource": RECORD_1,
        "options": {"evaluations_semantic": semantic, "another_option": "value"},
        "evaluations": [{"action": READ}, {"action": WRITE}, {"action": READ}],
    }
    assert decisions(fixture, asked) == expected


def test_semantics_run_to_the_end_where_nothing_ends_them(fixture: Door) -> None:
    asked = {"subject": BOB, "resource": RECORD_1, "evaluations": [{"action": WRITE}] * 3}
    permit = {**asked, "options": {"evaluations_semantic": "permit_on_first_permit"}}
    assert decisions(fixture, permit) == [False] * 3
    asked = {**asked, "evaluations": [{"action": READ}] * 3}
    deny = {**asked, "options": {"evaluations_semantic": "deny_on_first_deny"}}
    assert decisions(fixture, deny) == [True] * 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"evaluations": {}},
        {"evaluations": "all"},
        {"evaluations": [{}], "options": []},
        {"evaluations": [{}], "options": {"evaluations_semantic": "some"}},
        {"evaluations": [{}], "subject": "alice"},
        {"evaluations": [{}], "action": {"name": 1}},
        {"evaluations": [{}], "context": 1},
        {"evaluations": [{}] * 1_001},
    ],
)
def test_a_batch_that_is_none_is_400(wrong: Question, either: Door) -> None:
    assert either.post(MANY, {**FIRST, **wrong}).status_code == 400


# ── searches ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize(
    ("sought", "asked", "expected"),
    [
        ("subject", {"subject": {"type": "user"}, "action": READ, "resource": RECORD_1}, [ALICE, BOB]),
        ("resource", {"subject": ALICE, "action": READ, "resource": {"type": "record"}}, [RECORD_1]),
        ("action", {"subject": ALICE, "resource": RECORD_1}, [READ, WRITE]),
        ("subject", {"subject": {"type": "user"}, "action": WRITE, "resource": ARCHIVED}, [BOB]),
        ("resource", {"subject": ADMIN, "action": WRITE, "resource": {"type": "record"}}, [RECORD_2]),
        ("action", {"subject": ADMIN, "resource": ARCHIVED}, [WRITE]),
    ],
)  # fmt: skip
def test_searches_find(
    sought: str, asked: Question, expected: list[Question], context: Question, fixture: Door
) -> None:
    answer = fixture.answer({**asked, **context}, SEARCH + sought)
    assert [each for each in expected if each not in answer["results"]] == []
    assert answer["page"]["next_token"] == ""


def test_an_id_of_what_is_sought_is_ignored(fixture: Door) -> None:
    asked = {"subject": {"type": "user", "id": "alice"}, "action": READ, "resource": RECORD_1}
    assert BOB in fixture.answer(asked, f"{SEARCH}subject")["results"]


def test_pages(fixture: Door) -> None:
    asked = {"subject": {"type": "user"}, "action": READ, "resource": RECORD_1}
    first = fixture.answer({**asked, "page": {"limit": 1}}, f"{SEARCH}subject")
    assert first["results"] == [ALICE]
    token = first["page"]["next_token"]
    assert token
    second = fixture.answer({**asked, "page": {"token": token}}, f"{SEARCH}subject")
    assert (second["results"], second["page"]["next_token"]) == ([BOB], "")
    whole = fixture.answer({**asked, "page": {"limit": 2}}, f"{SEARCH}subject")
    assert whole["page"]["next_token"] == ""


def test_a_token_of_another_search_is_400(fixture: Door) -> None:
    asked = {"subject": {"type": "user"}, "action": READ, "resource": RECORD_1}
    page = fixture.answer({**asked, "page": {"limit": 1}}, f"{SEARCH}subject")["page"]
    for other in ({**asked, "action": WRITE}, {**asked, "context": {"time": "now"}}):
        wrong = {**other, "page": {"token": page["next_token"]}}
        assert fixture.post(f"{SEARCH}subject", wrong).status_code == 400
    for token in ("x", "é", "MTI=", page["next_token"][:-4]):
        wrong = {**asked, "page": {"token": token}}
        assert fixture.post(f"{SEARCH}subject", wrong).status_code == 400


@pytest.mark.parametrize(
    ("sought", "asked"),
    [
        ("action", {"subject": {"type": "user", "id": "nonexistent-user"}, "resource": RECORD_1}),
        ("subject", {"subject": {"type": "spaceship"}, "action": READ, "resource": RECORD_1}),
        ("resource", {"subject": ALICE, "action": READ, "resource": {"type": "spaceship"}}),
    ],
)
def test_what_is_unknown_finds_nothing(sought: str, asked: Question, either: Door) -> None:
    assert either.answer(asked, SEARCH + sought)["results"] == []


@pytest.mark.parametrize(
    ("sought", "asked"),
    [
        ("subject", {"subject": {"type": "user"}, "resource": RECORD_1}),
        ("subject", {"subject": {"type": "user"}, "action": READ, "resource": {"type": "record"}}),
        ("subject", {"subject": {"id": "alice"}, "action": READ, "resource": RECORD_1}),
        ("resource", {"action": READ, "resource": {"type": "record"}}),
        ("resource", {"subject": {"type": "user"}, "action": READ, "resource": {"type": "record"}}),
        ("resource", {"subject": ALICE, "action": READ}),
        ("action", {"subject": ALICE}),
        ("action", {"resource": RECORD_1}),
        ("action", {"subject": {"type": "user"}, "resource": RECORD_1}),
        ("action", {"subject": ALICE, "resource": RECORD_1, "page": 3}),
        ("action", {"subject": ALICE, "resource": RECORD_1, "page": {"limit": -1}}),
        ("action", {"subject": ALICE, "resource": RECORD_1, "page": {"limit": True}}),
        ("action", {"subject": ALICE, "resource": RECORD_1, "page": {"token": 1}}),
    ],
)
def test_a_search_that_is_none_is_400(sought: str, asked: Question, either: Door) -> None:
    assert either.post(SEARCH + sought, asked).status_code == 400


# ── metadata and transport ─────────────────────────────────────────────────────────────────────


def test_metadata(either: Door) -> None:
    found = either.ask("GET", WELL_KNOWN)
    assert found.headers["content-type"] == "application/json"
    told = found.json()
    assert told == {
        "policy_decision_point": BASE,
        "access_evaluation_endpoint": BASE + ONE,
        "access_evaluations_endpoint": BASE + MANY,
        "search_subject_endpoint": f"{BASE}{SEARCH}subject",
        "search_resource_endpoint": f"{BASE}{SEARCH}resource",
        "search_action_endpoint": f"{BASE}{SEARCH}action",
        "supported_obligations": ["custom"],
    }


def test_every_announced_call_answers(either: Door) -> None:
    told = either.ask("GET", WELL_KNOWN).json()
    for key, address in told.items():
        if key.endswith("_endpoint"):
            path = address.removeprefix(BASE)
            assert either.post(path, FIRST).status_code == 200
            assert either.ask("GET", path).status_code == 405

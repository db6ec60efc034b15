"""Nonsense of every shape: never a fault of ours, never a permit."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lawful.api.question import read_batch, read_question, read_search
from lawful.terms.errors import UsageError
from tests.api.conftest import GERMAN, LAWFUL, MANY, ONE, SEARCH, Door

NAMES = [
    "subject", "action", "resource", "context", "evaluations", "options", "page", "type", "id", "name",
    "properties", "limit", "token", "evaluations_semantic", "data_subject", "on", "rulebook", "detail",
    "activity", "supported_obligations", "legal_entity", "country", "sql", "purpose", "data",
    "birth_date", "lawful_bases", "recipient_region", "exported_general_persons_ytd", "important_data",
]  # fmt: skip
WORDS = [
    "staff", "workload", "shop-dublin/support", "shop-dublin", "field", "table", "dataset", "query",
    "sample", "sample.customers.phone", "use", "transfer", "support-eu", "customer_service", "DE",
    "2026-11-24", "9999-12-31", "0001-01-01", "never", "brief", "execute_all", "null", "true", "",
    "SELECT phone FROM customers", "deny_on_first_deny", "?phone", "phone,?email", "\x00", "💥", "[",
]  # fmt: skip
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(WORDS)
    | st.text(max_size=12)
)
KEYS = st.sampled_from(NAMES) | st.text(max_size=8)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=20,
)
OBJECTS = st.dictionaries(KEYS, JSON, max_size=6)
ENTITY = st.fixed_dictionaries(
    {"type": st.sampled_from(WORDS[:8]) | st.text(max_size=5), "id": st.sampled_from(WORDS)},
    optional={"properties": OBJECTS},
)
ACTION = st.fixed_dictionaries({"name": st.sampled_from(WORDS)}, optional={"properties": OBJECTS})
FACTS = st.dictionaries(st.sampled_from([*GERMAN, *NAMES]), JSON, max_size=4)
QUESTIONS = st.fixed_dictionaries(
    {},
    optional={
        "subject": ENTITY | JSON,
        "action": ACTION | JSON,
        "resource": ENTITY | JSON,
        "context": OBJECTS | FACTS.map(lambda facts: {"data_subject": facts}) | JSON,
        "evaluations": st.lists(OBJECTS | JSON, max_size=3) | JSON,
        "options": OBJECTS,
        "page": OBJECTS,
    },
)
PATHS = [ONE, MANY, f"{SEARCH}subject", f"{SEARCH}resource", f"{SEARCH}action"]


@given(body=QUESTIONS | JSON)
@settings(max_examples=1_500)
def test_reading_is_total(body: Any) -> None:
    """Whatever arrives is a question or a sentence that says why it is none."""
    for read in (read_question, read_batch, lambda each: read_search("resource", each)):
        try:
            read(body)
        except UsageError as error:
            said = error.message
        else:
            said = "a question"
        assert said


@given(body=QUESTIONS | JSON, path=st.sampled_from(PATHS))
@settings(max_examples=150)
def test_no_shape_breaks_the_door(body: Any, path: str, door: Door) -> None:
    found = door.post(path, body)
    assert found.status_code in (200, 400), found.text
    assert found.headers["content-type"] == "application/json"
    answers = found.json()
    if found.status_code == 400:
        assert isinstance(answers, str)
        return
    for each in answers.get("evaluations", [answers]):
        assert each.get("decision", False) is False, "nothing made at random names a lawful use"
    assert answers.get("results", []) == []


@given(raw=st.binary(max_size=200))
@settings(max_examples=100)
def test_no_bytes_break_the_door(raw: bytes, door: Door) -> None:
    found = door.ask("POST", ONE, content=raw, headers={"content-type": "application/json"})
    assert found.status_code == 400


@given(changes=FACTS, where=st.sampled_from(["data_subject", "context", "resource"]))
@settings(max_examples=100)
def test_a_yes_stays_the_answer_of_the_same_facts_only(
    changes: dict[str, Any], where: str, door: Door
) -> None:
    """The lawful question with other facts: whatever is answered yes was decided ``lawful``."""
    asked = json.loads(json.dumps(LAWFUL))
    if where == "data_subject":
        asked["context"]["data_subject"] |= changes
    elif where == "context":
        asked["context"] |= changes
    else:
        asked["resource"]["properties"] = changes
    found = door.post(ONE, asked)
    assert found.status_code == 200, found.text
    answer = found.json()
    assert (answer["decision"] is True) == (answer["context"].get("outcome") == "lawful") or (
        answer["context"]["reason_codes"] == ["obligation_not_supported"]
    )

"""The JSON of every door: stable names, plain values, both languages."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

import pytest

from lawful.decide import wire
from lawful.decide.decider import Decider
from lawful.decide.duties import list_duties
from lawful.decide.explain import explain
from lawful.decide.prose import Prose
from lawful.law.book import Book
from lawful.law.tree import Recorded
from lawful.terms.values import NEVER_AT, NEVER_ON, set_of
from lawful.testing.things import Things
from tests.decide.uses import ADVERT, CHINA, COURT, EU_TRANSFER, EXPORT, USES, incident, use

TODAY = date(2026, 11, 24)
RULE = {
    "id", "kind", "says", "otherwise", "citation", "citation_en", "lang", "article", "instrument",
    "force", "verified", "reviewed", "in_force", "until", "answer", "because",
}  # fmt: skip
ASK = {
    "version", "outcome", "deciding", "rules", "obligations", "wanted", "assumed", "presumed",
    "cures", "conflicts", "facts", "readings", "not_examined", "timeline", "people", "book",
    "coverage",
}  # fmt: skip
RECORD = {"to", "to_says", "contents", "contents_says"}
DUTIES = {
    "version", "about", "rules", "duties", "owed", "wanted", "assumed", "not_examined", "facts",
    "readings", "book",
}  # fmt: skip


def asked(book: Book, facts: dict[str, Any], changes: str = "", lang: str = "en") -> Any:
    found = explain(Decider(book), use(book, facts, changes), today=TODAY)
    return json.loads(json.dumps(wire.explanation(found, lang)))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("facts", USES)
def test_names_are_stable(book: Book, facts: dict[str, Any], lang: str) -> None:
    found = asked(book, facts, lang=lang)
    assert set(found) == ASK
    assert all(set(each) == RULE for each in found["rules"])
    assert all(set(each) == RULE | RECORD for each in found["obligations"])
    assert all(set(each) == {"changes", "effort", "outcome"} for each in found["cures"])
    steps = [step for each in found["cures"] for step in each["changes"]]
    assert all(set(each) == {"do", "fact", "value", "text", "by"} for each in steps)
    assert all(
        set(each) == {"command", "rule", "sure", "resolved_by"} for each in found["conflicts"]
    )
    assert all(set(each) == {"from", "to", "outcome", "deciding"} for each in found["timeline"])
    assert found["version"] == 1


def test_any_answer_can_be_written_down(book: Book) -> None:
    decider = Decider(book)
    for batch in islice(Things(book, 11).batches(3), 40):
        for thing in batch.things:
            for lang in ("en", "zh"):
                if thing.about == "use":
                    found = explain(decider, thing, cures=False)
                    written = wire.explanation(found, lang)
                    assert written["outcome"] == found.outcome.value
                    if found.outcome.value == "undetermined":
                        assert written["wanted"], dict(thing.values)
                else:
                    written = wire.duties(list_duties(book, thing), lang)
                json.dumps(written)


def test_reasons_have_words(book: Book) -> None:
    found = asked(book, EU_TRANSFER)
    parts = {reason["part"] for each in found["rules"] for reason in each["because"]}
    assert {"in_force", "scope", "when", "nothing_permits"} <= parts
    for each in found["rules"]:
        for reason in each["because"]:
            assert set(reason) == {"part", "index", "text", "value", "facts", "words"}
            assert reason["words"], (each["id"], reason)


def test_what_is_wanted_names_whom_to_ask(book: Book) -> None:
    found = asked(book, EXPORT, "ciio ?=; fulfilled:cn.pipl.55 ?=; subject_located_in = KE")
    by_kind = {each["kind"]: each for each in found["wanted"]}
    assert set(by_kind) == {"fact", "record", "not_covered"}
    assert by_kind["not_covered"]["name"] == "not covered"
    assert by_kind["not_covered"]["region"] == "KE"
    assert "Kenya" in by_kind["not_covered"]["question"]
    for each in found["wanted"]:
        assert each["question"]
        assert each["from"]
        assert "why" in each
    chinese = asked(book, EXPORT, "subject_located_in = KE", lang="zh")
    assert all("未覆盖" in each["question"] for each in chinese["wanted"])


def test_a_place_that_is_not_known_is_asked_for(book: Book) -> None:
    found = asked(book, CHINA, "controller_region ?=")
    place = next(each for each in found["wanted"] if each["kind"] == "place")
    assert (place["name"], bool(place["question"])) == ("controller_region", True)


def test_a_conflict_shows_both_sides(book: Book) -> None:
    for each in asked(book, COURT)["conflicts"]:
        for side in ("command", "rule"):
            assert set(each[side]) == {"id", "citation", "citation_en", "says", "verified"}
            assert each[side]["citation"]
        assert each["command"]["verified"] is False


def test_readings_and_book(book: Book) -> None:
    found = asked(book, EXPORT)
    reading = next(each for each in found["readings"] if each["id"] == "CS-1")
    assert reading["chosen"] == reading["default"]
    assert reading["says"] == reading["options"][reading["chosen"]]
    assert found["book"]["hash"] == book.hash
    assert found["book"]["reviewed_entries"] == 0


def test_presumptions_are_named(book: Book) -> None:
    assert "birth_date" in asked(book, ADVERT, "birth_date ?=")["presumed"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_duties(book: Book, lang: str) -> None:
    made = "fulfilled:eu.gdpr.33.authority = 2026-11-24T08:00:00Z"
    found = json.loads(json.dumps(wire.duties(list_duties(book, incident(book, made)), lang)))
    assert set(found) == DUTIES
    duty = {*RULE, *RECORD, "state", "awaited", "by", "last", "last_on", "done_at"}
    duty |= {"counting", "keep_until", "next_on", "missed", "also"}
    assert all(set(each) == duty for each in found["duties"])
    notified = next(each for each in found["duties"] if each["id"] == "eu.gdpr.33.authority")
    assert notified["by"] == {"within": 72, "unit": "hours", "from": ["aware_at"]}
    assert (notified["state"], notified["last"]) == ("met", "2026-11-26T08:00:00Z")
    assert notified["done_at"] == "2026-11-24T08:00:00Z"
    owed = next(each for each in found["owed"] if each["id"] == "cn.pipl.57.authority")
    assert (owed["state"], owed["by"], owed["last"]) == ("promptly", "promptly", None)


def test_a_record_is_told_in_the_language_asked_for(book: Book) -> None:
    listed = list_duties(book, incident(book))
    english, chinese = (
        next(
            each
            for each in wire.duties(listed, lang)["duties"]
            if each["id"] == "eu.gdpr.33.authority"
        )
        for lang in ("en", "zh")
    )
    assert english["to"] == chinese["to"] == english["to_says"] == "supervisory authority"
    assert chinese["to_says"] == "监管机构"
    assert english["contents"] == chinese["contents"]
    assert len(english["contents"]) == len(english["contents_says"])
    assert english["contents_says"][0] == "nature"
    assert chinese["contents_says"][0] == "性质"
    prose = {lang: Prose(book, lang) for lang in ("en", "zh")}
    said = Recorded("eu.dsa.37.audit", "opinion", "positive_with_comments")
    assert prose["en"].node(said).endswith(", where opinion says positive, with comments")
    assert prose["zh"].node(said).endswith("，其中审计意见为附意见的肯定意见")


def test_a_policy_s_own_words_stand_as_written(book: Book) -> None:
    prose = Prose(book, "zh")
    assert prose.item("agenda_of_the_board") == "agenda of the board"
    assert prose.addressee("our board") == "our board"
    assert prose.said("not_now") == "not now"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (set_of(["b", "a"], ["c"]), ["a", "b", "?c"]),
        (set_of(), []),
        (date(2024, 3, 22), "2024-03-22"),
        (NEVER_ON, "never"),
        (NEVER_AT, "never"),
        (datetime(2024, 3, 21, 17, tzinfo=UTC), "2024-03-21T17:00:00Z"),
        (None, None),
        (True, True),
        (5, 5),
        ("CN", "CN"),
    ],
)
def test_plain(value: Any, shown: Any) -> None:
    assert wire.plain(value) == shown

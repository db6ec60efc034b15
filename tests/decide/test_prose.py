"""Every line of the rulebook in words, English and Chinese."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest

from lawful.decide.prose import Prose
from lawful.law.book import Book
from lawful.law.parse import parse
from lawful.law.printing import text_of
from lawful.law.tree import Node
from lawful.terms.values import NEVER_AT, NEVER_ON, set_of

HAN = re.compile(r"[\u4e00-\u9fff]")
CODE = re.compile(r"\b(?:has_any|has_all|cutoff|fulfilled|AND|OR|NOT|IN)\b|[a-z]_[a-z]")


def lines(book: Book) -> list[tuple[str, Node]]:
    found = []
    for entry in book.entries.values():
        scope = book.instrument(entry).scope.get(entry.about, ())
        for line in (*scope, *entry.when, *entry.unless, *(entry.requires or ()), *entry.commands):
            found.append((entry.id, line.node))
    return found


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_line_has_words(book: Book, lang: str) -> None:
    prose = Prose(book, lang)
    for entry, node in lines(book):
        text, said = text_of(node), prose.node(node)
        assert said.strip(), (entry, text)
        assert not CODE.search(said), (entry, text, said)
        assert bool(HAN.search(said)) is (lang == "zh"), (entry, text, said)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_entry_fact_and_value_has_words(book: Book, lang: str) -> None:
    prose = Prose(book, lang)
    for entry in book.entries.values():
        assert prose.rule(entry.id) == entry.says.in_(lang)
        assert bool(HAN.search(entry.says.in_(lang))) is (lang == "zh"), entry.id
    for name, fact in book.vocabulary.facts.items():
        assert prose.fact(name)
        assert fact.question.in_(lang)
        if fact.type in ("enum", "set"):
            for member in book.vocabulary.values_of(name):
                assert prose.member(name, member), (name, member)


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [
        ("birth_date > cutoff(14)", "under 14 years of age", "未满14周岁"),
        ("birth_date <= cutoff(14)", "14 years of age or older", "已满14周岁"),
        ("persons_held >= 1000000", "≥ 1,000,000", "≥ 1,000,000"),
        ("NOT ciio", "no", "否"),
        ("fulfilled", "on record", "已有记录"),
        ("presumed(birth_date, DATE '1900-01-01') > cutoff(18)", "presumed", "推定为"),
        ("passed(deceased_on, 3, 'years')", "3 years have passed since", "起已满3年"),
        ("passed(deceased_on)", "has come", "已到"),
        ("over(deceased_on, 3, 'years')", "the 3 years from", "起的3年已届满"),
        ("over(deceased_on)", "the day of", "当日已过"),
    ],
)
def test_phrases(book: Book, text: str, en: str, zh: str) -> None:
    node = parse(text)
    assert en in Prose(book, "en").node(node)
    assert zh in Prose(book, "zh-Hans").node(node)


def test_values(book: Book) -> None:
    prose = Prose(book, "en")
    assert prose.value("ciio", None) == "not known"
    assert prose.value("ciio", True) == "yes"
    assert prose.value("birth_date", date(2024, 3, 22)) == "2024-03-22"
    assert prose.value("birth_date", NEVER_ON) == "never"
    assert prose.value("aware_at", NEVER_AT) == "never"
    assert "2024" in prose.value("aware_at", datetime(2024, 3, 21, 17, tzinfo=UTC))
    assert prose.value("told", set_of()) == "none"
    assert prose.value("told", set_of(["purpose"], ["method"]))

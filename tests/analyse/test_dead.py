"""Entries that never do anything are found; the shipped ones all do something."""

from __future__ import annotations

from lawful.analyse import find_dead
from lawful.analyse.dead import Why
from lawful.law.book import Book
from tests.law.files import basis, rule, small_book


def found(entries: str) -> dict[str, Why]:
    return {each.entry.id.rpartition(".")[2]: each.why for each in find_dead(small_book(entries))}


def test_every_shipped_entry_does_something(book: Book) -> None:
    assert find_dead(book) == ()


def test_conditions_that_run_against_each_other() -> None:
    entries = rule("persons >= 10 AND persons < 10", name="a") + rule("persons >= 10", name="b")
    assert found(entries) == {"a": Why.CONDITIONS}


def test_what_is_always_defeated() -> None:
    entries = rule("consent_given", name="a") + basis("consent_given OR emergency")
    dead = find_dead(small_book(entries))
    assert [(each.entry.id, each.why) for each in dead] == [("xx.act.1.a", Why.DEFEATED)]
    assert [each.id for each in dead[0].by] == ["xx.act.1.b"]
    assert found(rule("consent_given", name="a") + basis("emergency")) == {}


def test_what_can_never_be_unmet() -> None:
    entries = rule("consent_given", name="a", requires="consent_given OR emergency")
    assert found(entries) == {"a": Why.NEVER_UNMET}


def test_dead_only_if_dead_on_all_its_days() -> None:
    """Its list is empty of what it asks for until the second year."""
    lists = (
        '[[parameter]]\nid = "xx.act.1.p1"\nname = "places"\nmeans = { en = "p", zh = "p" }\n'
        'list = ["DE"]\nuntil = 2024-12-31\n'
        '[[parameter]]\nid = "xx.act.1.p2"\nname = "places"\nmeans = { en = "p", zh = "p" }\n'
        'list = ["SG"]\nin_force = 2025-01-01\n'
    )
    living = rule("subject_located_in IN places AND subject_located_in = 'SG'", name="a")
    assert found(lists + living) == {}
    dead = rule("subject_located_in IN places AND subject_located_in = 'FR'", name="a")
    assert found(lists + dead) == {"a": Why.CONDITIONS}


def test_an_entry_whose_dates_are_over_before_they_begin() -> None:
    entries = rule("consent_given", name="a", more="in_force = 2024-02-01\nuntil = 2024-01-01")
    assert found(entries) == {"a": Why.DATES}

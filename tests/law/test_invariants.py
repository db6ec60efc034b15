"""What can never be among facts: refused with both facts and the reason; what is unknown contradicts nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lawful.law.book import Book, build_book
from lawful.law.changes import change, thing_from
from lawful.law.examples import check_examples
from lawful.law.invariants import (
    CODE,
    find_contradictions,
    on_day,
    verify_consistent,
    with_what_follows,
)
from lawful.law.lint import lint
from lawful.law.parse import parse
from lawful.law.vocabulary import Vocabulary
from lawful.terms.errors import UsageError
from tests.law.files import rule, small_files


@pytest.fixture
def vocabulary(book: Book) -> Vocabulary:
    return book.vocabulary


ON = "on = 2026-11-24; "

CONTRADICTIONS = [
    ("use", "exported_general_persons_ytd = 500000; exported_persons_2y = 90000", "exported_persons_2y"),
    ("use", "exported_sensitive_persons_ytd = 2; exported_persons_2y = 1", "exported_persons_2y"),
    ("entity", "sensitive_persons_held = 6; persons_held = 5", "persons_held"),
    ("incident", "sensitive_persons_affected = 6; persons_affected = 5", "persons_affected"),
    ("incident", "graded_major = true; graded_relatively_large = false", "graded_relatively_large"),
    ("incident", "graded_especially_major = true; graded_major = false", "graded_major"),
    ("incident", "sensitive_persons_affected = 6; incident_effects = service_down", "incident_effects"),
    ("use", "authority_kind = court; recipient_role = controller", "recipient_role"),
    ("use", "foreign_origin_only = true; collected_in = CN", "collected_in"),
    ("use", "on_negative_list = true; free_trade_zone = without_list", "free_trade_zone"),
    ("use", "data_state = non_personal; data = birth_date", "data"),
    ("use", "transfer_routes = cac_assessment; route_issued_on = 2026-11-25", "route_issued_on"),
    ("use", "transfer_routes = cac_assessment; route_issued_on = never", "route_issued_on"),
    ("use", "important_data = notified; important_data_notified_on = never", "important_data_notified_on"),
    ("use", "birth_date = 1990-01-02; deceased_on = 1990-01-01", "deceased_on"),
    ("system", "live_at = 2026-01-02T00:00Z; ended_at = 2026-01-01T00:00Z", "ended_at"),
    ("entity", "system.live_at = 2026-01-02T00:00Z; system.ended_at = 2026-01-01T00:00Z", "ended_at"),
]  # fmt: skip
CAN_BE = [
    ("use", "exported_general_persons_ytd = 90000; exported_persons_2y = 90000"),
    ("use", "exported_general_persons_ytd = 90000; exported_persons_2y ?="),
    ("incident", "graded_major = true; graded_relatively_large ?="),
    ("incident", "graded_major = false; graded_relatively_large = true"),
    ("incident", "sensitive_persons_affected = 0; incident_effects = service_down"),
    ("incident", "sensitive_persons_affected = 6; incident_effects ?= personal_data"),
    ("use", "authority_kind = none; recipient_role = controller"),
    ("use", "authority_kind = court; recipient_role = authority"),
    ("use", "data_state = non_personal; data = transaction"),
    ("use", "data_state = anonymised; data = birth_date"),
    ("use", "data_state = non_personal; data ?= birth_date"),
    ("use", "transfer_routes = cac_assessment; route_issued_on = 2026-11-24"),
    ("use", "transfer_routes = scc; route_issued_on = never"),
    ("use", "transfer_routes ?= cac_assessment; route_issued_on = never"),
    ("use", "birth_date = 1990-01-01; deceased_on = never"),
    ("use", "consent_separate = true; consent_given = false"),  # separate consent beside another basis
    ("use", "recipient_role = none; recipient_region = SG"),  # who only reads
]  # fmt: skip


@pytest.mark.parametrize(("about", "facts", "named"), CONTRADICTIONS)
def test_facts_that_cannot_be_together(book: Book, about: str, facts: str, named: str) -> None:
    thing = change(book.vocabulary, thing_from(book.vocabulary, about, {}), ON + facts)
    with pytest.raises(UsageError, match=f"'{named}' says ") as refused:
        verify_consistent(book.vocabulary, thing)
    assert refused.value.code == CODE
    assert refused.value.hint.startswith("Correct one of them")


@pytest.mark.parametrize(("about", "facts"), CAN_BE)
def test_what_an_honest_person_may_say(book: Book, about: str, facts: str) -> None:
    thing = change(book.vocabulary, thing_from(book.vocabulary, about, {}), ON + facts)
    verify_consistent(book.vocabulary, thing)


def test_each_fact_is_told_with_what_it_says(vocabulary: Vocabulary) -> None:
    thing = change(
        vocabulary,
        thing_from(vocabulary, "use", {}),
        "foreign_origin_only = true; collected_in = CN",
    )
    (found,) = find_contradictions(vocabulary, thing)
    assert found.message == (
        "Facts contradict one another: 'foreign_origin_only' says yes and 'collected_in' says CN; "
        "what was collected in the mainland was not collected abroad only."
    )


def test_days_in_a_persons_life_are_not_told(vocabulary: Vocabulary) -> None:
    facts = {"birth_date": "1990-01-02", "deceased_on": "1990-01-01"}
    (found,) = find_contradictions(vocabulary, thing_from(vocabulary, "use", facts))
    assert "1990" not in found.message


def test_a_day_that_has_begun_somewhere_does_not_lie_ahead(vocabulary: Vocabulary) -> None:
    """It is the 25th in Shanghai."""
    facts = {
        "at": datetime(2026, 11, 24, 17, tzinfo=UTC),
        "transfer_routes": ["cac_assessment"],
        "route_issued_on": "2026-11-25",
    }
    verify_consistent(vocabulary, thing_from(vocabulary, "use", facts))


@pytest.mark.parametrize(
    ("never", "said"),
    [
        ("ciio AND recipient_rol = 'none'", "There is no fact 'recipient_rol'"),
        ("ciio AND recipient_role = 'nobody'", "'nobody' is not a value"),
        ("persons_held > birth_date", "is a date, not a count"),
        ("graded_major AND ciio AND on_negative_list", "cannot know"),
    ],
)
def test_the_check_reads_what_can_never_be(never: str, said: str) -> None:
    files = small_files(rule())
    entry = f'[[invariant]]\nnever = "{never}"\nwhy = {{ en = "w", zh = "w" }}\n'
    files["vocabulary/invariants.toml"] = f"version = 1\n{entry}".encode()
    assert any(said in str(each) for each in lint(build_book(files)))


@pytest.mark.parametrize(
    "never", ["(ciio OR persons_held > 5) AND on_negative_list", "ciio AND fulfilled('cn.pipl.55')"]
)
def test_what_is_no_plain_condition_over_facts_is_refused(never: str) -> None:
    files = small_files(rule())
    entry = f'[[invariant]]\nnever = "{never}"\nwhy = {{ en = "w", zh = "w" }}\n'
    files["vocabulary/invariants.toml"] = f"version = 1\n{entry}".encode()
    with pytest.raises(UsageError, match="begins with a condition on one fact"):
        build_book(files)


def test_an_example_row_that_contradicts_itself_is_an_error() -> None:
    table = "| except that | expect | because |\n|---|---|---|\n| collected_in = CN | unmet | x |\n"
    base = '[base]\non = 2024-06-01\ncontroller_role = "controller"\nforeign_origin_only = true\n'
    examples = f'# E\n\n```toml\nrule = "xx.act.1.a"\n{base}```\n\n{table}'
    found = [
        each
        for each in check_examples(build_book(small_files(rule(), examples)))
        if each.code == CODE
    ]
    assert [each.location.line for each in found] == [13]


def test_what_has_come_is_a_comparison_for_back_ends(vocabulary: Vocabulary) -> None:
    for each in vocabulary.invariants:
        assert on_day(each.never, datetime(2026, 11, 24).date()) is not None
    node = on_day(parse("ciio AND NOT passed(route_issued_on)"), datetime(2026, 11, 24).date())
    assert "2026, 11, 24" in repr(node)


@pytest.mark.parametrize(
    ("said", "follows"),
    [
        ("graded_major = true", {"graded_relatively_large": True}),
        ("graded_especially_major = true", {"graded_major": True, "graded_relatively_large": True}),
        (
            "graded_relatively_large = false",
            {"graded_major": False, "graded_especially_major": False},
        ),
        ("graded_major = false", {"graded_especially_major": False}),
        ("graded_relatively_large = true", {}),
    ],
)
def test_a_grade_says_what_holds_of_the_others(
    vocabulary: Vocabulary, said: str, follows: dict[str, bool]
) -> None:
    thing = change(vocabulary, thing_from(vocabulary, "incident", {}), said)
    found = with_what_follows(vocabulary, thing).values
    assert {name: found[name] for name in found.keys() - thing.values.keys()} == follows

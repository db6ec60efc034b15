"""The meaning of the law on small rulebooks: truth tables, dates, doubt, policy, outcomes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product

import attrs
import pytest

from lawful.law.book import Book
from lawful.law.oracle import (
    Court,
    Kleene,
    Oracle,
    all_of,
    compare,
    doubted,
    inverse,
    outcome_of,
    some_of,
    worst,
)
from lawful.law.thing import Thing
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Answer, Otherwise, Outcome
from lawful.terms.values import Value, set_of
from tests.law.files import INSTRUMENT, basis, definition, rule, small_book

T, F, U = True, False, None
AT = datetime(2024, 6, 1, 12, tzinfo=UTC)


def use(values: dict[str, Value | None] | None = None, at: datetime = AT) -> Thing:
    return Thing(about="use", at=at, values={"controller_role": "controller", **(values or {})})


def answer(book: Book, thing: Thing, name: str = "a") -> Answer:
    return Court(book, thing).judged(book.entries[RuleId(f"xx.act.1.{name}")]).answer


def test_truth_tables() -> None:
    assert [all_of(pair) for pair in product((T, F, U), repeat=2)] == [T, F, U, F, F, F, U, F, U]
    assert [some_of(pair) for pair in product((T, F, U), repeat=2)] == [T, T, T, T, F, U, T, U, U]
    assert [inverse(each) for each in (T, F, U)] == [F, T, U]
    assert [doubted(each) for each in (T, F, U)] == [U, F, U]
    assert (all_of(()), some_of(())) == (T, F)


@pytest.mark.parametrize(
    ("op", "below", "same", "above"),
    [
        ("<", T, F, F),
        ("<=", T, T, F),
        ("=", F, T, F),
        ("<>", T, F, T),
        (">", F, F, T),
        (">=", F, T, T),
    ],
)
def test_comparisons(op: str, below: bool, same: bool, above: bool) -> None:
    assert [compare(op, each, 2) for each in (1, 2, 3)] == [below, same, above]
    assert compare(op, None, 2) is None
    assert compare(op, 2, None) is None


@pytest.mark.parametrize(
    ("condition", "values", "value"),
    [
        ("has_any(told, 'purpose', 'method')", {}, U),
        ("has_any(told, 'purpose', 'method')", {"told": set_of()}, F),
        ("has_any(told, 'purpose', 'method')", {"told": set_of(["method"], ["purpose"])}, T),
        ("has_any(told, 'purpose', 'method')", {"told": set_of(["categories"], ["purpose"])}, U),
        ("has_all(told, 'purpose', 'method')", {"told": set_of(["method"], ["purpose"])}, U),
        ("has_all(told, 'purpose', 'method')", {"told": set_of([], ["purpose"])}, F),
        ("has_all(told, 'purpose', 'method')", {"told": set_of(["method", "purpose"])}, T),
        ("collected_in IN ('DE', 'FR')", {"collected_in": "FR"}, T),
        ("collected_in NOT IN ('DE', 'FR')", {"collected_in": "CN"}, T),
        ("collected_in NOT IN ('DE', 'FR')", {}, U),
        ("presumed(has_any(told, 'purpose'), FALSE)", {}, F),
        ("presumed(has_any(told, 'purpose'), TRUE)", {}, T),
        ("presumed(has_any(told, 'purpose'), FALSE)", {"told": set_of([], ["purpose"])}, F),
        ("presumed(has_any(told, 'purpose'), TRUE)", {"told": set_of([], ["purpose"])}, T),
        ("presumed(has_any(told, 'purpose'), TRUE)", {"told": set_of(["method"])}, F),
        ("presumed(has_any(told, 'purpose'), FALSE)", {"told": set_of(["purpose"])}, T),
        (
            "presumed(has_all(told, 'purpose', 'method'), FALSE)",
            {"told": set_of(["method"], ["purpose"])},
            F,
        ),
        (
            "presumed(has_all(told, 'purpose', 'method'), TRUE)",
            {"told": set_of(["method"], ["purpose"])},
            T,
        ),
        (
            "presumed(has_all(told, 'purpose', 'method'), TRUE)",
            {"told": set_of([], ["purpose"])},
            F,
        ),
        ("NOT presumed(has_any(told, 'purpose'), FALSE)", {}, T),
        ("presumed(passed(deceased_on), FALSE)", {}, F),
        ("presumed(passed(deceased_on), FALSE)", {"deceased_on": date(2024, 6, 1)}, T),
        ("presumed(over(deceased_on), TRUE)", {}, T),
        ("presumed(over(deceased_on), TRUE)", {"deceased_on": date(2024, 6, 1)}, F),
        ("presumed(ciio, TRUE)", {}, T),
        ("presumed(ciio, TRUE)", {"ciio": False}, F),
        ("presumed(birth_date, DATE '1900-01-01') > cutoff(18)", {}, F),
        ("birth_date > cutoff(18)", {}, U),
        ("birth_date > cutoff(18)", {"birth_date": date(2006, 6, 1)}, F),
        ("birth_date > cutoff(18)", {"birth_date": date(2006, 6, 2)}, T),
        ("ciio AND persons_held > 5", {"persons_held": 5}, F),
        ("ciio OR persons_held >= 5", {"persons_held": 5}, T),
        ("NOT ciio", {}, U),
        ("passed(deceased_on)", {"deceased_on": date(2024, 6, 1)}, T),
        ("passed(deceased_on, 1, 'days')", {"deceased_on": date(2024, 6, 1)}, F),
        ("passed(deceased_on, 1, 'months')", {"deceased_on": date(2024, 5, 1)}, T),
        ("over(deceased_on)", {"deceased_on": date(2024, 6, 1)}, F),
        ("over(deceased_on)", {"deceased_on": date(2024, 5, 31)}, T),
        ("over(deceased_on, 1, 'months')", {"deceased_on": date(2024, 5, 1)}, F),
        ("over(deceased_on, 1, 'months')", {"deceased_on": date(2024, 4, 30)}, T),
        ("over(deceased_on, 1, 'months')", {"deceased_on": date(2024, 4, 29)}, T),
        ("over(deceased_on, 1, 'days')", {"deceased_on": date(2024, 5, 31)}, F),
        ("over(deceased_on, 1, 'days')", {}, U),
        ("over(deceased_on, 1, 'days')", {"deceased_on": date.max}, F),
        ("passed(deceased_on)", {}, U),
        ("passed(deceased_on)", {"deceased_on": date.max}, F),
    ],
)
def test_conditions(condition: str, values: dict[str, Value | None], value: Kleene) -> None:
    book = small_book(rule(condition))
    assert Court(book, use(values)).applies(book.entries[RuleId("xx.act.1.a")]) is value


@pytest.mark.parametrize(("when", "unless", "requires"), list(product((T, F, U), repeat=3)))
def test_the_formula(when: Kleene, unless: Kleene, requires: Kleene) -> None:
    book = small_book(rule("ciio", requires="consent_given", more='unless = ["objected"]'))
    values = {"ciio": when, "objected": unless, "consent_given": requires}
    judged = Oracle(book).judge(use(values))[RuleId("xx.act.1.a")]
    applies = all_of((when, inverse(unless)))
    assert judged.applies is applies
    assert judged.violated is all_of((applies, inverse(requires)))
    said = {T: Answer.UNMET, F: Answer.MET, U: Answer.UNDETERMINED}[judged.violated]
    assert judged.answer is (Answer.NOT_APPLICABLE if applies is False else said)


def test_a_rule_without_requires_is_never_met() -> None:
    book = small_book(rule("ciio"))
    assert answer(book, use({"ciio": True})) is Answer.UNMET
    assert answer(book, use()) is Answer.UNDETERMINED
    assert answer(book, use({"ciio": False})) is Answer.NOT_APPLICABLE


def test_dates_include_both_ends_in_the_instruments_zone() -> None:
    book = small_book(rule(more="in_force = 2024-03-22\nuntil = 2024-03-23"))
    seen = {}
    for hour in range(0, 96, 4):
        at = datetime.fromtimestamp(
            datetime(2024, 3, 21, tzinfo=UTC).timestamp() + hour * 3600, UTC
        )
        seen[hour] = answer(book, use(at=at)) is Answer.UNMET
    assert [hour for hour, applies in seen.items() if applies] == list(range(16, 64, 4))
    on = attrs.evolve(use(), on=date(2024, 3, 24))
    assert answer(book, on) is Answer.NOT_APPLICABLE


def test_defeat_and_doubt() -> None:
    sure = small_book(rule() + basis("ciio"))
    assert answer(sure, use({"ciio": True})) is Answer.NOT_APPLICABLE
    assert answer(sure, use({"ciio": False})) is Answer.UNMET
    assert answer(sure, use()) is Answer.UNDETERMINED
    unread = small_book(rule() + basis("ciio", more="verified = false"))
    assert answer(unread, use({"ciio": True})) is Answer.UNDETERMINED
    assert answer(unread, use({"ciio": True}), "b") is Answer.UNDETERMINED
    assert answer(unread, use({"ciio": False})) is Answer.UNMET


def test_an_unverified_prohibition_may_block_but_its_exemption_frees_nobody() -> None:
    book = small_book(rule("ciio", more='unless = ["objected"]\nverified = false'))
    assert answer(book, use({"ciio": True, "objected": False})) is Answer.UNMET
    assert answer(book, use({"ciio": True, "objected": True})) is Answer.UNDETERMINED


def test_an_unverified_or_lapsed_definition_is_unknown() -> None:
    for more in ("verified = false", "until = 2024-05-31"):
        book = small_book(definition("ciio", more=more) + rule("d"))
        assert answer(book, use({"ciio": False})) is Answer.UNDETERMINED
    book = small_book(definition("ciio", more="until = 2024-06-01") + rule("d"))
    assert answer(book, use({"ciio": False})) is Answer.NOT_APPLICABLE


def test_parameters_are_dated_and_unknown_outside_their_dates() -> None:
    table = (
        '[[parameter]]\nid = "xx.act.1.p"\nname = "age"\nmeans = { en = "n", zh = "n" }\n'
        "by_region = { DE = 16 }\nelse = 13\nuntil = 2024-06-01\n"
        '[[parameter]]\nid = "xx.act.1.l"\nname = "near"\nmeans = { en = "n", zh = "n" }\n'
        'list = ["DE"]\nverified = false\n'
        '[[parameter]]\nid = "xx.act.1.m"\nname = "many"\nmeans = { en = "n", zh = "n" }\n'
        "number = 5\n"
    )
    lines = rule("birth_date > cutoff(age[collected_in])")
    lines += rule("collected_in IN near", name="c") + rule("persons_held > many", name="e")
    book = small_book(table + lines)
    born = {"birth_date": date(2009, 6, 1)}  # fifteen
    assert answer(book, use({**born, "collected_in": "DE"})) is Answer.UNMET
    assert answer(book, use({**born, "collected_in": "FR"})) is Answer.NOT_APPLICABLE
    assert answer(book, use(born)) is Answer.UNDETERMINED
    later = datetime(2024, 6, 2, 12, tzinfo=UTC)
    assert answer(book, use({**born, "collected_in": "FR"}, at=later)) is Answer.UNDETERMINED
    assert answer(book, use({"collected_in": "DE"}), "c") is Answer.UNDETERMINED
    assert answer(book, use({"persons_held": 6}), "e") is Answer.UNMET


def test_bearers() -> None:
    book = small_book(rule(more='bearer = ["controller", "joint"]'))
    for role, expected in (
        ("joint", Answer.UNMET),
        ("processor", Answer.NOT_APPLICABLE),
        (None, Answer.UNDETERMINED),
    ):
        assert answer(book, use({"controller_role": role})) is expected


def test_a_kind_without_scope_is_not_reached() -> None:
    book = small_book(rule(about="system"))
    thing = Thing(about="system", at=AT)
    assert answer(book, thing) is Answer.NOT_APPLICABLE


def test_an_incident_is_judged_by_the_law_of_its_discovery() -> None:
    book = small_book(rule(about="incident", more="until = 2024-05-31"))
    known = Thing(about="incident", at=AT, values={"controller_role": "controller"})
    assert answer(book, known) is Answer.NOT_APPLICABLE
    earlier = known.with_values({"aware_at": datetime(2024, 5, 1, tzinfo=UTC)})
    assert answer(book, earlier) is Answer.UNMET


@pytest.mark.parametrize("force", ["guidance", "draft"])
def test_guidance_and_drafts_never_answer(force: str) -> None:
    instrument = INSTRUMENT.replace('zone = "Asia', f'force = "{force}"\nzone = "Asia')
    assert small_book(rule(), instrument).entries == {}
    policy = INSTRUMENT.replace('zone = "Asia', 'force = "policy"\nzone = "Asia')
    assert len(small_book(rule(), policy).entries) == 1


def test_the_worst_answer_then_the_smallest_id_decides() -> None:
    book = small_book(rule(name="b") + rule(name="a") + rule(name="z").replace("before", "block"))
    entries = {each.id[-1]: each for each in book.entries.values()}

    def outcome(**values: Kleene) -> tuple[Outcome, str | None]:
        found = worst((entries[k].id, entries[k], v) for k, v in values.items())
        return found[0], found[1] and found[1][-1]

    assert outcome(a=T, b=T, z=T) == (Outcome.PROHIBITED, "z")
    assert outcome(a=T, b=T, z=F) == (Outcome.NOT_YET, "a")
    assert outcome(b=T, z=U) == (Outcome.NOT_YET, "b")
    assert outcome(a=F, b=U, z=U) == (Outcome.UNDETERMINED, "b")
    assert outcome(a=F, z=F) == (Outcome.LAWFUL, None)


@pytest.mark.parametrize("otherwise", [Otherwise.WITH, Otherwise.AFTER])
@pytest.mark.parametrize("violated", [T, F, U])
def test_obligations_change_no_answer(otherwise: Otherwise, violated: Kleene) -> None:
    entry = next(iter(small_book(rule()).entries.values()))
    entry = attrs.evolve(entry, otherwise=otherwise)
    assert outcome_of(entry, violated) is Outcome.LAWFUL

"""Conditions: texts to trees and back, and every form that is refused, with place and remedy."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawful.law.parse import ConditionError, parse
from lawful.law.printing import text_of
from lawful.law.tree import (
    And,
    Compare,
    Const,
    Cutoff,
    FactTerm,
    Flag,
    Fulfilled,
    HasAll,
    HasAny,
    In,
    Literal,
    Node,
    Not,
    Number,
    Or,
    Passed,
    Presumed,
    PresumedTerm,
    ReadingIs,
    Recorded,
)
from lawful.terms.errors import Location

names = st.sampled_from(["ciio", "told", "purpose", "birth_date", "persons_held", "xx_thing"])
texts = st.text(alphabet="abcxyz'_-. é中", max_size=8)
members = st.lists(texts, min_size=1, max_size=3).map(tuple)
numbers = st.integers(min_value=0, max_value=10**9)
dates = st.dates(min_value=date(1900, 1, 1))
instants = st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC))
literals = st.one_of(numbers, texts, dates, instants).map(Literal)
lefts = st.one_of(
    names.map(FactTerm),
    st.builds(PresumedTerm, names, st.one_of(numbers, texts, dates)),
)
rights = st.one_of(
    literals,
    numbers.map(lambda n: Cutoff(years=n)),
    st.builds(lambda t, k: Cutoff(table=t, key=k), names, names),
    st.builds(Number, names, names),
)
operators = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
leaves = st.one_of(
    st.booleans().map(Const),
    names.map(Flag),
    st.builds(Compare, operators, lefts, rights),
    st.builds(lambda left, found: In(left, members=found), lefts, members),
    st.builds(lambda left, listed: In(left, listed=listed), lefts, names),
    st.builds(HasAny, names, members),
    st.builds(lambda fact, listed: HasAny(fact, listed=listed), names, names),
    st.builds(HasAll, names, members),
    st.builds(Passed, names, st.integers(1, 99), st.sampled_from(["days", "months", "years"])),
    names.map(lambda name: Passed(name, 0, "days")),
    st.builds(Passed, names, st.just(3), st.just("years"), last=st.just(True)),
    names.map(lambda name: Passed(name, 0, "days", last=True)),
    st.builds(
        Presumed,
        st.one_of(
            names.map(Flag), st.builds(HasAny, names, members), st.builds(HasAll, names, members)
        ),
        st.booleans(),
    ),
    st.builds(Fulfilled, st.sampled_from(["", "cn.pipl.55.assess"])),
    st.builds(Recorded, st.sampled_from(["cn.pipl.55.assess"])),
    st.builds(Recorded, st.just("a.b"), st.just("opinion"), st.sampled_from(["negative", "it's"])),
    st.builds(ReadingIs, texts, texts),
)


def _grown(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=4)
    return st.one_of(
        inner.map(Not),
        several.map(lambda found: And(_flat(And, found))),
        several.map(lambda found: Or(_flat(Or, found))),
    )


def _flat(kind: type[And] | type[Or], items: list[Node]) -> tuple[Node, ...]:
    """And in And, or Or in Or, is one chain: so the parser reads it."""
    return tuple(e for each in items for e in (each.items if isinstance(each, kind) else (each,)))


@given(st.recursive(leaves, _grown, max_leaves=20))
def test_parse_after_print_is_identity(node: Node) -> None:
    assert parse(text_of(node)) == node


@given(st.recursive(leaves, _grown, max_leaves=8))
def test_printing_is_stable(node: Node) -> None:
    assert text_of(parse(text_of(node))) == text_of(node)


def test_precedence() -> None:
    assert parse("a OR b AND NOT c") == Or((Flag("a"), And((Flag("b"), Not(Flag("c"))))))
    assert parse("(a OR b) AND c") == And((Or((Flag("a"), Flag("b"))), Flag("c")))
    assert parse("x NOT IN ('a')") == Not(In(FactTerm("x"), members=("a",)))
    assert parse("persons_held >= 1_000_000") == Compare(
        ">=", FactTerm("persons_held"), Literal(1_000_000)
    )
    assert parse("not A and true") == And((Not(Flag("A")), Const(True)))


@pytest.mark.parametrize(
    ("text", "column", "message", "remedy"),
    [
        ("ciio IS NULL", 6, "'IS' cannot stand here", "unknown is not false"),
        ("ciio IS NOT NULL", 6, "'IS' cannot stand here", "presumed(fact, value)"),
        ("ciio = NULL", 8, "No rule may test for NULL", "Unknown is not false"),
        ("persons_held + 1 > 2", 14, "'+' has no meaning", "No arithmetic, casts or strings"),
        ("persons_held > 2 * 3", 18, "'*' has no meaning", "No arithmetic"),
        ("persons_held > -1", 16, "'-' has no meaning", "No arithmetic"),
        ("birth_date::date > cutoff(14)", 11, "':' has no meaning", "casts"),
        ("CAST(ciio AS BOOLEAN)", 1, "'CAST' is not a word", "Words: has_any"),
        ("coalesce(ciio, TRUE)", 1, "'coalesce' is not a word", "Words: has_any"),
        ("persons_held BETWEEN 1 AND 2", 14, "'BETWEEN' cannot stand", "Write two comparisons"),
        ("purpose LIKE 'a'", 9, "'LIKE' cannot stand here", ""),
        ("purpose != 'a'", 9, "Write <> for 'is not'", ""),
        ("passed(live_at, 4, 'fortnights')", 20, "'fortnights' is not a unit", "Units: days"),
        ("birth_date > DATE '2024-02-30'", 19, "is not an ISO date", ""),
        ("at > TIMESTAMPTZ '2024-02-03T00:00:00'", 18, "has no zone", "+08:00"),
        ("has_any(told)", 14, "wants values in quotes", ""),
        ("has_all(told, eea)", 19, "has_all wants values", ""),
        ("has_any(told, 'a', eea)", 24, "or the name of one list", ""),
        ("any_of(recipient, a)", 17, "any_of asks of systems", ""),
        ("any_of(system)", 14, "Expected ','", ""),
        ("recorded('x', 'y')", 19, "Expected '='", ""),
        ("recorded(x)", 10, "an id in quotes", ""),
        ("(ciio", 6, "Expected ')'", ""),
        ("ciio)", 5, "cannot stand here", ""),
        ("", 1, "Expected a fact or a value", ""),
        ("ciio AND", 9, "Expected a fact or a value", ""),
        ("5", 2, "Expected a comparison", ""),
        ("presumed(ciio, TRUE) = ciio", 22, "cannot stand here", ""),
        ("a = presumed(ciio, TRUE)", 25, "A presumed test stands alone", ""),
        ("presumed(has_any(told, eea), FALSE)", 28, "over of written values", ""),
        ("presumed(has_any(told, 'a'), 'a')", 33, "of a test in brackets, TRUE or FALSE", ""),
        ("presumed(has_all(told), TRUE)", 23, "has_all wants values", ""),
        ("presumed(fulfilled, TRUE)", 19, "presumed wants a fact, or has_any", ""),
        ("presumed(a = 'b', TRUE)", 17, "presumed wants a fact, or has_any", ""),
        ("presumed(purpose, told)", 23, "presumed wants a written value", ""),
        ("fulfilled(ciio)", 11, "an id in quotes", ""),
        ("reading('CS-1')", 16, "Expected '='", ""),
        ("ciio;", 5, "';' has no meaning", ""),
    ],
)
def test_refused(text: str, column: int, message: str, remedy: str) -> None:
    at = Location(file="cn/pipl/art-023.md", line=31, record="cn.pipl.23")
    with pytest.raises(ConditionError) as caught:
        parse(text, at)
    error = caught.value
    assert message in error.message
    assert remedy in error.hint
    assert error.code == "law.condition"
    assert error.exit_code == 2
    assert (error.location.file, error.location.line) == ("cn/pipl/art-023.md", 31)
    assert error.location.column == column
    shown, caret = error.message.splitlines()[1:]
    assert shown == f"  {text}"
    assert caret == "  " + " " * (column - 1) + "^"
    assert str(error).startswith(f"cn/pipl/art-023.md:31:{column}: ")


@pytest.mark.parametrize("node", [Const(None), Compare("=", FactTerm("a"), FactTerm("b"))])
def test_what_has_no_text(node: Node) -> None:
    if isinstance(node, Const):
        with pytest.raises(TypeError, match="has no text"):
            text_of(node)
    else:
        assert parse(text_of(node)) == node

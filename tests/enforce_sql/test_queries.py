"""Every query of the files equals its answer over protected views, or is refused as told."""

from __future__ import annotations

import pytest

from lawful.enforce.sql import Parsed, Refusal, parse
from tests.enforce_sql.reading import Example, read
from tests.enforce_sql.world import FILLS, SECRET, blinded, catalog, protect, tables, views

EXAMPLES = read()
RUN = [e for e in EXAMPLES if not e.expect.startswith("refused")]
REFUSED = [e for e in EXAMPLES if e.expect.startswith("refused")]


def understood(example: Example) -> Parsed:
    parsed = parse(example.sql, catalog(example.dialect))
    assert isinstance(parsed, Parsed), parsed
    return parsed


@pytest.mark.parametrize("example", RUN, ids=lambda e: e.name)
def test_equals_the_query_over_views(example: Example) -> None:
    expected = views(example.dialect).run(example.sql)
    answer = tables(example.dialect).run(protect(understood(example)))
    assert answer.names == expected.names
    assert answer.same_as(expected, ordered=example.expect == "ordered")
    assert SECRET not in str(answer)


@pytest.mark.parametrize("example", RUN, ids=lambda e: e.name)
def test_columns_that_are_not_listed_do_not_matter(example: Example) -> None:
    parsed = understood(example)
    expected = tables(example.dialect).run(protect(parsed))
    for fill in FILLS[example.dialect]:
        answer = tables(example.dialect).run(blinded(parsed, fill))
        assert answer.same_as(expected, ordered=example.expect == "ordered")


@pytest.mark.parametrize("example", RUN, ids=lambda e: e.name)
def test_names_of_the_output_are_told_where_the_text_tells_them(example: Example) -> None:
    parsed = understood(example)
    names = tables(example.dialect).run(protect(parsed)).names
    if len(names) == len(parsed.output_columns):
        for told, real in zip(parsed.output_columns, names, strict=True):
            assert told == real or not told.isidentifier() or told.casefold() == real.casefold()


@pytest.mark.parametrize("example", REFUSED, ids=lambda e: e.name)
def test_is_refused_with_a_caret(example: Example) -> None:
    refusal = parse(example.sql, catalog(example.dialect))
    assert isinstance(refusal, Refusal), refusal
    assert refusal.code == example.expect.removeprefix("refused ")
    line, marks = refusal.caret.split("\n")
    assert line == example.sql.split("\n")[refusal.line - 1].rstrip("\r")
    assert marks.strip("\t \u3000").strip("^") == ""
    assert "^" in marks
    assert len(marks) - len(marks.lstrip("\t \u3000")) == refusal.column - 1
    assert SECRET not in refusal.message


def test_the_files_hold_enough() -> None:
    names = {e.name.rsplit(" (", 1)[0] for e in EXAMPLES}
    assert len(names) >= 200
    assert len({e.expect for e in REFUSED}) >= 25

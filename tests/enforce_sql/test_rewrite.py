"""The text that runs: only the tables' names changed, and nothing captured."""

from __future__ import annotations

import re
import statistics
import time

import pytest

from lawful.enforce.sql import Parsed, Refusal, ReplacementError, parse, rewrite
from lawful.enforce.sql.lexer import Kind, scan
from tests.enforce_sql.reading import read
from tests.enforce_sql.world import PROTECTED, catalog, tables


def understood(sql: str) -> Parsed:
    parsed = parse(sql, catalog("duckdb"))
    assert isinstance(parsed, Parsed), parsed
    return parsed


def rewritten(sql: str, text: str = "SELECT * FROM hidden") -> str:
    parsed = understood(sql)
    return rewrite(parsed, dict.fromkeys(parsed.protected, text))


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT  id\nFROM people -- all\nWHERE id=1",
         "SELECT  id\nFROM (SELECT * FROM hidden) AS people -- all\nWHERE id=1"),
        ("SELECT p.id FROM people p", "SELECT p.id FROM (SELECT * FROM hidden) p"),
        ('SELECT * FROM "PEOPLE"', 'SELECT * FROM (SELECT * FROM hidden) AS "PEOPLE"'),
        ("SELECT x.a FROM people AS x(a)", "SELECT x.a FROM (SELECT * FROM hidden) AS x(a)"),
        ("SELECT code FROM countries", "SELECT code FROM countries"),
        ("WITH people AS (SELECT id FROM people) SELECT p.id FROM people p, PEOPLE",
         'WITH "people_2" AS (SELECT id FROM (SELECT * FROM hidden) AS people) SELECT p.id '
         'FROM "people_2" p, "people_2" AS PEOPLE'),
        ("WITH hidden(x) AS (SELECT 1), a AS (SELECT * FROM hidden) SELECT * FROM a, people",
         'WITH "hidden_2"(x) AS (SELECT 1), a AS (SELECT * FROM "hidden_2" AS hidden) '
         "SELECT * FROM a, (SELECT * FROM hidden) AS people"),
        ("WITH a AS (SELECT 1 AS x) SELECT a.x, p.id FROM a, people p",
         "WITH a AS (SELECT 1 AS x) SELECT a.x, p.id FROM a, (SELECT * FROM hidden) p"),
    ],
)  # fmt: skip
def test_only_the_tables_change(sql: str, expected: str) -> None:
    assert rewritten(sql) == expected


def test_parentheses_of_a_replacement_stay() -> None:
    assert rewritten("FROM people", "(SELECT 1 AS id)") == "FROM (SELECT 1 AS id) AS people"
    union = "(SELECT 1) UNION (SELECT 2)"
    assert rewritten("FROM people p", union) == f"FROM ({union}) p"


@pytest.mark.parametrize(
    "text",
    ["", "SELECT 1 -- x", "SELECT 1 /* x */", "SELECT 1; DROP TABLE x", "SELECT 1) AS x, (SELECT 2",
     "SELECT (1", "SELECT 'a", "SELECT $$x$$"],
)  # fmt: skip
def test_a_replacement_is_one_complete_select(text: str) -> None:
    with pytest.raises(ReplacementError) as caught:
        rewritten("SELECT id FROM people", text)
    assert caught.value.code == "sql.replacement"


def test_every_protected_reference_must_be_given() -> None:
    parsed = understood("SELECT a.id FROM people a, people b, countries")
    with pytest.raises(ReplacementError, match="people"):
        rewrite(parsed, {0: "SELECT 1"})
    with pytest.raises(ReplacementError, match="7"):
        rewrite(parsed, {0: "SELECT 1", 1: "SELECT 1", 7: "SELECT 1"})
    assert "countries" in rewrite(parsed, {0: "SELECT 1", 1: "SELECT 1"})


def test_an_unprotected_reference_may_be_given() -> None:
    parsed = understood("SELECT code FROM countries")
    assert rewrite(parsed, {0: "SELECT 'CN' AS code"}) == (
        "SELECT code FROM (SELECT 'CN' AS code) AS countries"
    )


@pytest.mark.parametrize("example", read(), ids=lambda e: e.name)
def test_no_protected_name_is_left_where_a_table_can_stand(example: object) -> None:
    """Whatever the engine takes the text for, after FROM, JOIN or a comma stands no table of ours.

    Fails closed: if this parser and the engine disagreed on what a WITH name means, the
    engine would find no such table.
    """
    sql, dialect = example.sql, example.dialect  # type: ignore[attr-defined]  # an Example
    parsed = parse(sql, catalog(dialect))
    if isinstance(parsed, Refusal):
        return
    text = rewrite(parsed, dict.fromkeys(parsed.protected, "SELECT * FROM hidden"))
    tokens = scan(text, dialect).tokens
    for before, token, after in zip(tokens, tokens[1:], (*tokens[2:], None), strict=False):
        opens = before.kind is Kind.WORD and before.name in ("from", "join")
        names = token.kind in (Kind.WORD, Kind.QUOTED) and token.name in PROTECTED
        prefix = after is not None and after.text == ":"
        assert not (opens and names and not prefix), text


def test_the_callers_replacement_reads_its_own_tables() -> None:
    """A WITH called as a table of the policy does not feed the policy."""
    sql = (
        "WITH consents AS (SELECT id AS person_id, 1 AS given FROM people) "
        "SELECT p.phone, 1 FROM people p, consents"
    )
    text = (
        "SELECT id, CASE WHEN (SELECT count(*) FROM consents WHERE given = 1) > 25 "
        "THEN 'open' END AS phone FROM people"
    )
    answer = tables("duckdb").run(rewritten(sql, text))
    assert answer.rows
    assert "open" not in str(answer)


def test_deep_nesting_is_refused() -> None:
    for text in ["(" * 3000 + "1" + ")" * 3000, "1" + " + 1" * 6000, "NOT " * 5000 + "true"]:
        found = parse(f"SELECT {text}", catalog("duckdb"))
        assert isinstance(found, Parsed) or found.code in ("sql.too_deep", "sql.syntax")


def test_messages_use_the_readers_nouns() -> None:
    for example in read():
        found = parse(example.sql, catalog(example.dialect))
        if isinstance(found, Refusal):
            assert not re.search(
                r"sqlglot|Expression|\bclass\b|None|exp\.", found.message + found.hint
            )
            assert found.message.endswith(".")


def test_takes_a_few_milliseconds() -> None:
    """Median over the ordinary queries of the files, parse and rewrite together: 10 ms."""
    spent = []
    for example in read()[:120]:
        started = time.process_time()
        parsed = parse(example.sql, catalog(example.dialect))
        assert isinstance(parsed, Parsed | Refusal)
        if isinstance(parsed, Parsed):
            rewrite(parsed, dict.fromkeys(parsed.protected, "SELECT * FROM hidden"))
            spent.append(time.process_time() - started)
    assert statistics.median(spent) < 0.010

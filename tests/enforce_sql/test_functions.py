"""The lists of functions against what the engines have."""

from __future__ import annotations

import sqlite3

import duckdb

from lawful.enforce.sql.functions import FUNCTIONS, PAREN_WORDS, TABLE_FUNCTIONS

NEVER = {
    "getvariable", "current_setting", "getenv", "nextval", "currval", "setval", "setseed",
    "random", "error", "write_log", "sleep_ms", "pg_sleep", "current_query", "stats",
    "json_execute_serialized_sql", "json_serialize_sql", "json_serialize_plan", "query",
    "query_table", "load_extension", "fts3_tokenizer", "sqlite_version", "randomblob",
    "zeroblob", "last_insert_rowid", "writefile", "readfile", "edit", "summary", "sniff_csv",
}  # fmt: skip


def engine_functions() -> tuple[set[str], set[str]]:
    """Names of all functions of DuckDB, and of SQLite."""
    duck = duckdb.connect(":memory:").execute("SELECT function_name FROM duckdb_functions()")
    lite = sqlite3.connect(":memory:").execute("SELECT name FROM pragma_function_list")
    return {r[0].lower() for r in duck.fetchall()}, {r[0].lower() for r in lite}


def test_nothing_that_reads_writes_or_waits_is_allowed() -> None:
    for names in FUNCTIONS.values():
        assert not names & NEVER
        risky = ("read_", "duckdb_", "pragma_", "pg_", "parquet_", "has_", "sqlite_", "current_")
        assert not [name for name in names if name.startswith(risky)]


def test_no_word_of_the_grammar_lets_a_function_through() -> None:
    """``glob(…)`` is a table function of DuckDB: in FROM it is refused, elsewhere it is LIKE."""
    duck, lite = engine_functions()
    assert (PAREN_WORDS & duck) - FUNCTIONS["duckdb"] == {"glob"}
    assert (PAREN_WORDS & lite) - FUNCTIONS["sqlite"] == set()


def test_what_is_allowed_exists() -> None:
    """Names that the grammar of the engine provides are not in its list of functions."""
    duck, lite = engine_functions()
    grammar = {
        "cast", "coalesce", "columns", "extract", "grouping", "grouping_id", "ifnull",
        "percentile_cont", "percentile_disc", "try", "try_cast", "unpack",
    }  # fmt: skip
    assert FUNCTIONS["duckdb"] - duck <= grammar
    assert FUNCTIONS["sqlite"] - lite <= {"cast", "json_each", "json_tree"}


def test_functions_in_from_are_few() -> None:
    for dialect, names in TABLE_FUNCTIONS.items():
        assert names <= FUNCTIONS[dialect]
        assert len(names) <= 3

"""Reads the query files: ``-- name:`` begins one, ``-- expect:`` and ``-- on:`` follow."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from lawful.enforce.sql.model import Dialect

FOLDER = Path(__file__).parent / "queries"

STANDING_FOR = {"␀": "\0", "␍": "\r", "␠": "\u00a0", "␋": "\u212a"}
"""Characters that an editor would lose: NUL, carriage return, no-break space, Kelvin sign."""


@frozen
class Example:
    """A query and what must become of it: ``equal``, ``ordered``, or a refusal's code."""

    name: str
    expect: str
    dialect: Dialect
    sql: str


def read() -> list[Example]:
    found = []
    for path in sorted(FOLDER.glob("*.sql")):
        for block in ("\n" + path.read_bytes().decode()).split("\n-- name: ")[1:]:
            found += _examples(path.stem, block)
    return found


def _examples(stem: str, block: str) -> list[Example]:
    name, _, rest = block.partition("\n")
    keys = {"expect": "equal", "on": "duckdb sqlite"}
    while rest.startswith(("-- expect: ", "-- on: ")):
        line, _, rest = rest.partition("\n")
        key, _, value = line.removeprefix("-- ").partition(": ")
        keys[key] = value.strip()
    sql = rest.strip("\n")
    for shown, meant in STANDING_FOR.items():
        sql = sql.replace(shown, meant)
    dialects: list[Dialect] = ["duckdb", "sqlite"]
    return [
        Example(f"{stem}: {name.strip()} ({d})", keys["expect"], d, sql)
        for d in dialects
        if d in keys["on"]
    ]

"""The draws: SQL and Python agree, and the streams are even and independent."""

from __future__ import annotations

import duckdb
import pytest

from lawful.sample.chance import MACROS, Chance, draw

ROWS = 40_000


@pytest.fixture
def dice() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for statement in MACROS:
        connection.execute(statement)
    return connection


def column(connection: duckdb.DuckDBPyConnection, expression: str) -> list[float]:
    rows = connection.execute(f"SELECT {expression} FROM range({ROWS}) AS r(i) ORDER BY i")
    return [row[0] for row in rows.fetchall()]


def test_sql_and_python_mix_alike(dice: duckdb.DuckDBPyConnection) -> None:
    chance = Chance(7, "orders")
    key = chance.key("buyer")
    assert column(dice, chance.word("buyer", "i")) == [draw(i, key) for i in range(ROWS)]


def test_first_words_are_pinned() -> None:
    """A changed constant changes every sample ever built: only on purpose."""
    assert [draw(row, 42) for row in (0, 1, 2)] == [2406885224, 3171834885, 1593926632]


def test_below_is_even(dice: duckdb.DuckDBPyConnection) -> None:
    rolled = column(dice, Chance(7, "t").below("die", 6, "i"))
    for face in range(6):
        assert abs(rolled.count(face) / ROWS - 1 / 6) < 0.01


def test_neighbours_and_streams_are_independent(dice: duckdb.DuckDBPyConnection) -> None:
    first = column(dice, Chance(7, "t").unit("a", "i"))
    others = {
        "stream": column(dice, Chance(7, "t").unit("b", "i")),
        "table": column(dice, Chance(7, "u").unit("a", "i")),
        "seed": column(dice, Chance(8, "t").unit("a", "i")),
        "neighbour": first[1:] + first[:1],
    }
    for name, second in others.items():
        covariance = sum((x - 0.5) * (y - 0.5) for x, y in zip(first, second, strict=True)) / ROWS
        assert abs(covariance * 12) < 0.02, name


def test_split_takes_its_shares(dice: duckdb.DuckDBPyConnection) -> None:
    taken = column(dice, Chance(7, "t").split("s", {"a": 0.1, "b": 0.3, "c": 0.6}, "i"))
    for name, share in {"a": 0.1, "b": 0.3, "c": 0.6}.items():
        assert abs(taken.count(name) / ROWS - share) < 0.01

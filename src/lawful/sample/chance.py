"""Pseudo-random draws that depend on (seed, table, column, row number) and nothing else.

The same mixing function exists twice: as SQL text for DuckDB and as Python. It uses only 32-bit
words held in unsigned 64-bit integers, so that neither the number of threads, nor the order in
which rows are made, nor the version of DuckDB can change a value.
"""

from __future__ import annotations

import hashlib

import attrs

MASK = 0xFFFFFFFF
_STEP, _FIRST, _SECOND = 0x9E3779B1, 0x7FEB352D, 0x846CA68B

MACROS = (
    f"CREATE OR REPLACE TEMP MACRO fold(x) AS (xor(x, x >> 15) * {_FIRST}::UBIGINT)"
    f" & {MASK}::UBIGINT",
    f"CREATE OR REPLACE TEMP MACRO stir(x) AS (xor(x, x >> 14) * {_SECOND}::UBIGINT)"
    f" & {MASK}::UBIGINT",
    f"CREATE OR REPLACE TEMP MACRO draw(i, k) AS"
    f" stir(fold((i::UBIGINT * {_STEP}::UBIGINT + k::UBIGINT) & {MASK}::UBIGINT))",
)
"""Statements that teach a connection the mixing function."""


@attrs.frozen
class Chance:
    """The draws of one table. Each column names its own stream.

    ``row`` is the SQL expression of a row number below 2**31; a result is SQL text.
    """

    seed: int
    table: str

    def key(self, stream: str) -> int:
        """The 32-bit key of a stream of this table.

        >>> Chance(7, "orders").key("buyer") == Chance(8, "orders").key("buyer")
        False
        """
        name = f"{self.seed}/{self.table}/{stream}".encode()
        return int.from_bytes(hashlib.sha256(name).digest()[:4], "big")

    def word(self, stream: str, row: str) -> str:
        """A 32-bit word, as UBIGINT."""
        return f"draw({row}, {self.key(stream)})"

    def below(self, stream: str, bound: int | str, row: str) -> str:
        """A whole number from 0 up to but without ``bound`` (at most 2**31), as BIGINT."""
        return f"(({self.word(stream, row)} * ({bound})::UBIGINT) >> 32)::BIGINT"

    def unit(self, stream: str, row: str) -> str:
        """A DOUBLE from 0 up to but without 1."""
        return f"({self.word(stream, row)} / 4294967296.0::DOUBLE)"

    def happens(self, stream: str, share: float, row: str) -> str:
        """TRUE for about this share of the rows."""
        return f"({self.word(stream, row)} < {round(share * (MASK + 1))}::UBIGINT)"

    def one_of(self, stream: str, members: str, row: str) -> str:
        """A member of a list (an SQL expression)."""
        return f"{members}[1 + {self.below(stream, f'len({members})', row)}]"

    def split(self, stream: str, shares: dict[str, float], row: str) -> str:
        """One of the keys, as VARCHAR, in these shares; the last takes what is left."""
        arms, reached = [], 0.0
        *first, last = shares
        for name in first:
            reached += shares[name]
            arms.append(f"WHEN {self.happens(stream, reached, row)} THEN '{name}'")
        return f"(CASE {' '.join(arms)} ELSE '{last}' END)"


def draw(row: int, key: int) -> int:
    """The same mixing function in Python.

    >>> 0 <= draw(1, 2) <= MASK
    True
    """
    word = (row * _STEP + key) & MASK
    word = ((word ^ (word >> 15)) * _FIRST) & MASK
    return ((word ^ (word >> 14)) * _SECOND) & MASK

"""Frozen values of this room: the catalog, what a statement needs, and why it is refused."""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Mapping
from typing import Literal

import attrs

Dialect = Literal["duckdb", "sqlite"]

_FOLD = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def fold(name: str) -> str:
    """Name as the engines compare it: only ASCII letters lose their case.

    Python's own ``lower`` would equate the Kelvin sign with ``k``; DuckDB and SQLite do not.

    >>> fold("Orders"), fold("ÄRZTE"), fold("\N{KELVIN SIGN}") == "k"
    ('orders', 'Ärzte', False)
    """
    return name.translate(_FOLD)


@attrs.frozen(kw_only=True)
class Column:
    """A column of a table, with its type as the store reports it."""

    name: str
    type: str


@attrs.frozen(kw_only=True)
class Table:
    """A table (or view) of the store's default schema; ``protected`` ones must be replaced."""

    name: str
    columns: tuple[Column, ...]
    protected: bool


@attrs.frozen(kw_only=True)
class Catalog:
    """The tables a query may name. What is not listed does not exist.

    A view over a protected table must itself be listed as protected.
    """

    dialect: Dialect
    tables: Mapping[str, Table]
    _folded: Mapping[str, Table] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        folded = {fold(name): table for name, table in self.tables.items()}
        object.__setattr__(self, "_folded", folded)

    def find_table(self, name: str) -> Table | None:
        """The table called so, whatever the case of its ASCII letters."""
        return self._folded.get(fold(name))


@attrs.frozen(kw_only=True)
class Reference:
    """One occurrence of a base table in a statement, numbered in the order of the text.

    ``columns`` are the table's columns whose values the statement needs anywhere: output,
    filters, joins, grouping, windows, order. Never too few; empty for ``count(*)``.
    """

    id: int
    table: str
    alias: str
    columns: frozenset[str]


@attrs.frozen(kw_only=True)
class Influence:
    """A column that reaches the output, or only steers it (filter, join, group, order)."""

    table: str
    column: str
    in_output: bool


@attrs.frozen(kw_only=True)
class Refusal:
    """Why a statement is not run, and where: ``line`` and ``column`` count from 1."""

    code: str
    message: str
    line: int
    column: int
    caret: str
    hint: str = ""


def refuse(text: str, start: int, length: int, code: str, message: str, hint: str = "") -> Refusal:
    r"""A refusal that points at ``length`` characters of ``text`` from ``start``.

    >>> print(refuse("SELECT 1;\nDROP x", 10, 4, "sql.x", "no").caret)
    DROP x
    ^^^^
    """
    start = min(max(start, 0), len(text))
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    line = text[line_start : len(text) if line_end < 0 else line_end].rstrip("\r")
    pad = "".join(_blank(char) for char in text[line_start:start])
    marks = "^" * max(1, min(length, len(line) - (start - line_start)))
    return Refusal(
        code=code,
        message=message,
        line=text.count("\n", 0, start) + 1,
        column=start - line_start + 1,
        caret=f"{line}\n{pad}{marks}",
        hint=hint,
    )


def _blank(char: str) -> str:
    if char == "\t":
        return char
    return "\u3000" if unicodedata.east_asian_width(char) in "WF" else " "

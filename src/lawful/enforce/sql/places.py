"""Where names stand in the text, and what was found out about them."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
from sqlglot import exp

from lawful.enforce.sql.model import Table
from lawful.enforce.sql.scope import Relation, Scope


@attrs.frozen
class Place:
    """Where a table is named in the text; ``aliased`` when an alias follows (or precedes)."""

    start: int
    end: int
    aliased: bool


@attrs.define(eq=False)
class Named:
    """A base table named in the text, with the columns found to be needed so far."""

    table: Table
    alias: str
    place: Place
    columns: set[str] = attrs.Factory(set)


@attrs.frozen
class Problem:
    """Something that could not be placed."""

    kind: str
    node: exp.Expr


def offset(identifier: exp.Expr) -> int:
    """Where an identifier starts in the text, or -1 when the parser made it up."""
    return int(identifier.meta.get("start", -1))


@attrs.define(eq=False)
class CommonTable:
    """A member of WITH: bound when first named, again while recursion adds columns."""

    node: exp.CTE
    scope: Scope
    anchor_ctes: Mapping[str, CommonTable] | None = None
    relation: Relation | None = None
    busy: bool = False
    recursed: bool = False
    places: list[Place] = attrs.Factory(list)

"""What a name can mean where it stands: relations, sources and nested scopes.

Resolution is wide on purpose: where a name may mean two things, it means both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import TYPE_CHECKING

import attrs

from lawful.enforce.sql.model import fold

if TYPE_CHECKING:
    from lawful.enforce.sql.places import CommonTable

Base = tuple[int, str]
"""A column of a base table: where the table is named in the text, and the column's name."""

Values = frozenset[Base]
"""Base columns whose values make up a value."""

NOTHING: Values = frozenset()

PSEUDO_COLUMNS = frozenset({"rowid", "_rowid_", "oid", "ctid", "tableoid"})
"""Columns that a table has without declaring them."""


@attrs.frozen
class Out:
    """A column of a relation."""

    name: str
    values: Values


@attrs.frozen
class Relation:
    """The columns of a query or table; ``extra`` is what unknown further columns carry."""

    columns: tuple[Out, ...] = ()
    extra: Values | None = None

    def column(self, name: str) -> Values | None:
        """What the column called ``name`` (folded) carries, or ``None``."""
        hits = [out.values for out in self.columns if fold(out.name) == name]
        return NOTHING.union(*hits) if hits else None

    def values(self) -> Values:
        """What all columns carry."""
        return (self.extra or NOTHING).union(*(out.values for out in self.columns))

    def renamed(self, names: list[str]) -> Relation:
        """The relation under a column list, which may be shorter than the columns."""
        columns = list(self.columns)
        for index, name in enumerate(names):
            if index < len(columns):
                columns[index] = Out(name, columns[index].values)
            else:
                columns.append(Out(name, self.extra or NOTHING))
        return Relation(tuple(columns), self.extra)

    def beside(self, other: Relation) -> Relation:
        """The columns of both, side by side."""
        extra = self.extra
        if other.extra is not None:
            extra = (self.extra or NOTHING) | other.extra
        return Relation(self.columns + other.columns, extra)

    def stacked(self, other: Relation) -> Relation:
        """A set operation that matches columns by place; names are those of the first."""
        if self.extra is not None or other.extra is not None:
            values = self.values() | other.values()
            columns = tuple(Out(out.name, values) for out in self.columns)
            return Relation(columns, None if self.extra is None else values)
        nothing = Out("", NOTHING)
        pairs = zip_longest(self.columns, other.columns, fillvalue=nothing)
        return Relation(tuple(Out(a.name, a.values | b.values) for a, b in pairs if a.name))

    def matched(self, other: Relation) -> Relation:
        """A set operation that matches columns by name."""
        merged = {fold(out.name): out for out in self.columns}
        for out in other.columns:
            known = merged.get(fold(out.name), Out(out.name, NOTHING))
            merged[fold(out.name)] = Out(known.name, known.values | out.values)
        return Relation(tuple(merged.values()), self.beside(other).extra)


@attrs.define
class Source:
    """A relation in a FROM clause. ``hidden`` names are merged away by USING or NATURAL."""

    alias: str
    relation: Relation
    starred: bool = True
    hidden: set[str] = attrs.Factory(set)


@attrs.define(eq=False)
class Scope:
    """The names visible in one SELECT, and through ``parent`` those around it."""

    parent: Scope | None = None
    ctes: Mapping[str, CommonTable] = attrs.Factory(dict)
    sources: list[Source] = attrs.Factory(list)
    aliases: dict[str, Values] = attrs.Factory(dict)

    def child(self) -> Scope:
        """A scope inside this one."""
        return Scope(parent=self, ctes=self.ctes)

    def outwards(self) -> Iterator[Scope]:
        """This scope, then those around it."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def qualified(self, alias: str, name: str) -> Values | None:
        """What ``alias.name`` carries; ``None`` if nothing here is called so."""
        for scope in self.outwards():
            hits = [
                value
                for source in scope.sources
                if source.alias == alias and (value := _column(source, name)) is not None
            ]
            if hits:
                return NOTHING.union(*hits)
        return None

    def named(self, name: str, *, whole_row: bool) -> Values | None:
        """What the bare ``name`` carries: columns, select aliases, else a whole row.

        A declared column ends the search; anything less certain widens it outwards.
        """
        found: Values | None = None
        for scope in self.outwards():
            hits = [scope.aliases[name]] if name in scope.aliases else []
            columns = [
                value for s in scope.sources if (value := s.relation.column(name)) is not None
            ]
            if not columns:
                hits += [value for s in scope.sources if (value := _extra(s, name)) is not None]
                if whole_row:
                    hits += [s.relation.values() for s in scope.sources if s.alias == name]
            if hits or columns:
                found = (found or NOTHING).union(*hits, *columns)
            if columns:
                break
        return found

    def star(self, alias: str | None = None) -> Relation:
        """The columns of ``*`` or ``alias.*`` here, in order."""
        columns: list[Out] = []
        extra: Values | None = None
        for source in self.sources:
            if source.alias == alias if alias is not None else source.starred:
                hidden = source.hidden if alias is None else set()
                columns += [o for o in source.relation.columns if fold(o.name) not in hidden]
                if source.relation.extra is not None:
                    extra = (extra or NOTHING) | source.relation.extra
        return Relation(tuple(columns), extra)


def _column(source: Source, name: str) -> Values | None:
    value = source.relation.column(name)
    return _extra(source, name) if value is None else value


def _extra(source: Source, name: str) -> Values | None:
    return None if name in PSEUDO_COLUMNS else source.relation.extra

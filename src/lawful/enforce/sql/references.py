"""Which table, common table or subquery every name in a statement stands for.

The walk follows the engines' scoping: common tables are visible in order (DuckDB) or all
at once (SQLite), an inner name shadows an outer one, a schema-qualified name is never a
common table. What it cannot place it reports; the guards refuse what was reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest

from sqlglot import exp

from lawful.enforce.sql.functions import TABLE_FUNCTION_COLUMNS
from lawful.enforce.sql.influence import spreads, star_of, values_of
from lawful.enforce.sql.model import Catalog, fold
from lawful.enforce.sql.places import CommonTable, Named, Place, Problem, offset
from lawful.enforce.sql.scope import NOTHING, Out, Relation, Scope, Source, Values

ROUNDS_MAX = 64  # of a recursive common table; its column flow settles long before


class References:
    """One walk over one statement. Implements what ``influence.Binder`` asks for."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.whole_rows = catalog.dialect == "duckdb"
        self.named: dict[int, Named] = {}
        self.ctes: list[CommonTable] = []
        self.marks: set[int] = set()
        self.aliases: set[int] = set()
        self.problems: dict[tuple[str, int], Problem] = {}
        self._anchors: dict[int, Mapping[str, CommonTable]] = {}

    # -- what expressions ask ------------------------------------------------------------

    def use(self, values: Values) -> Values:
        """Record that the statement needs these columns."""
        for start, column in values:
            self.named[start].columns.add(column)
        return values

    def mark(self, *identifiers: exp.Expr | None) -> None:
        """Record that these names were understood."""
        self.marks.update(offset(i) for i in identifiers if isinstance(i, exp.Identifier))

    def report(self, kind: str, node: exp.Expr) -> None:
        """Record that this could not be placed."""
        self.problems.setdefault((kind, id(node)), Problem(kind, node))

    def stray_source(self, node: exp.Expr, scope: Scope) -> Values:
        """A table or VALUES where no FROM introduces it: all of it is needed."""
        inner = scope.child()
        self._source(node, inner)
        return self.use(inner.star().values())

    # -- queries -------------------------------------------------------------------------

    def root(self, node: exp.Expr) -> Relation:
        """Bind the whole statement; all its output is needed."""
        if isinstance(node, exp.Query | exp.Values):
            relation = self.query(node, Scope())
        else:
            relation = Relation(extra=values_of(node, Scope(), self))
        self.use(relation.values())
        return relation

    def query(self, node: exp.Expr, outer: Scope) -> Relation:
        """The columns of a query that stands inside ``outer``."""
        scope = outer.child()
        ctes = self._with(node, scope)
        if isinstance(node, exp.Select):
            relation = self._select(node, scope)
        elif isinstance(node, exp.SetOperation):
            relation = self._set_operation(node, scope)
        elif isinstance(node, exp.Subquery):
            relation = self._wrapped(node, scope)
        elif isinstance(node, exp.Values):
            relation = self._values(node, scope)
        else:
            relation = Relation(extra=values_of(node, scope, self))
        for cte in ctes:
            self._common(cte)
        return relation

    def _wrapped(self, node: exp.Subquery, scope: Scope) -> Relation:
        if isinstance(node.this, exp.Query | exp.Values):
            relation = self.query(node.this, scope)
        else:
            relation = Relation(extra=values_of(node.this, scope, self))
        self._modifiers(node, scope, relation)
        return relation

    def _modifiers(self, node: exp.Expr, scope: Scope, *outputs: Relation) -> None:
        """ORDER BY and LIMIT outside a set operation see only its output names."""
        clauses = [node.args.get(key) for key in ("order", "limit", "offset")]
        if not any(clauses):
            return
        inner = scope.child()
        for relation in outputs:
            self.use(relation.values())
            for out in relation.columns:
                known = inner.aliases.get(fold(out.name), NOTHING)
                inner.aliases[fold(out.name)] = known | out.values
        for clause in clauses:
            values_of(clause, inner, self)

    def _select(self, node: exp.Select, scope: Scope) -> Relation:
        source = node.args.get("from_")
        if source is not None:
            self._source(source.this, scope)
        self._joins(node, scope)
        relation = Relation()
        for projection in node.expressions:
            relation = relation.beside(self._projection(projection, scope))
        later = {
            key: value
            for key, value in node.args.items()
            if key not in {"with_", "expressions", "from_", "joins", "laterals"} and value
        }
        for value in later.values():
            for clause in value if isinstance(value, list) else [value]:
                if isinstance(clause, exp.Expr):
                    values_of(clause, scope, self)
        if set(later) - {"where"}:  # DISTINCT, GROUP BY ALL, ORDER BY 2 … look at the columns
            self.use(relation.values())
        return relation

    def _projection(self, node: exp.Expr, scope: Scope) -> Relation:
        if isinstance(node, exp.Star) or (
            isinstance(node, exp.Column) and isinstance(node.this, exp.Star)
        ):
            return star_of(node, scope, self)
        values = values_of(node, scope, self)
        if isinstance(node, exp.Alias):
            self.aliases.add(offset(node.args["alias"]))
            known = scope.aliases.get(fold(node.alias), NOTHING)
            scope.aliases[fold(node.alias)] = known | values
        if spreads(node, exp.Star, exp.Columns):
            star = scope.star()
            columns = tuple(Out(out.name, out.values | values) for out in star.columns)
            return Relation(columns, values | (star.extra or NOTHING))
        if spreads(node, exp.Explode):  # of a struct: one column per field
            return Relation(extra=values)
        if isinstance(node, exp.Alias | exp.Column | exp.Dot):
            return Relation((Out(node.alias_or_name, values),))
        return Relation((Out(node.sql(self.catalog.dialect), values),))

    def _set_operation(self, node: exp.SetOperation, scope: Scope) -> Relation:
        first = scope
        if id(node) in self._anchors:
            first = Scope(parent=scope, ctes=self._anchors[id(node)])
        left = self.query(node.this, first)
        right = self.query(node.expression, scope)
        self.use(left.values() | right.values())
        self._modifiers(node, scope, left, right)
        if isinstance(node, exp.Except):
            return left
        return left.matched(right) if node.args.get("by_name") else left.stacked(right)

    def _values(self, node: exp.Values, scope: Scope) -> Relation:
        columns: list[Values] = []
        for row in node.expressions:
            cells = row.expressions if isinstance(row, exp.Tuple) else [row]
            found = [values_of(cell, scope, self) for cell in cells]
            columns = [a | b for a, b in zip_longest(columns, found, fillvalue=NOTHING)]
        prefix, first = ("col", 0) if self.catalog.dialect == "duckdb" else ("column", 1)
        return Relation(tuple(Out(f"{prefix}{i + first}", v) for i, v in enumerate(columns)))

    # -- WITH ----------------------------------------------------------------------------

    def _with(self, node: exp.Expr, scope: Scope) -> list[CommonTable]:
        clause = node.args.get("with_")
        if clause is None:
            return []
        recursive = bool(clause.args.get("recursive"))
        made: list[CommonTable] = []
        visible = dict(scope.ctes)
        for cte in clause.expressions:
            entry = CommonTable(cte, Scope(parent=scope.parent, ctes=dict(visible)))
            alias = cte.args["alias"]
            self.mark(alias.this, *(alias.args.get("columns") or []))
            made.append(entry)
            visible[fold(alias.name)] = entry
            if self.catalog.dialect == "duckdb" and recursive:
                self._make_recursive(entry, fold(alias.name))
        if self.catalog.dialect == "sqlite":
            for entry in made:
                entry.scope.ctes = visible
        scope.ctes = visible
        self.ctes += made
        return made

    def _make_recursive(self, entry: CommonTable, name: str) -> None:
        """DuckDB: only the right-hand side of a top-level UNION sees its own table."""
        body = entry.node.this
        while isinstance(body, exp.Subquery) and not body.args.get("with_"):
            body = body.this
        if isinstance(body, exp.Union):
            self._anchors[id(body)] = entry.scope.ctes
            entry.scope.ctes = {**entry.scope.ctes, name: entry}

    def _common(self, entry: CommonTable) -> Relation:
        if entry.busy:
            entry.recursed = True
            if not isinstance(entry.node.this.unnest(), exp.SetOperation):
                self.report("circular", entry.node.args["alias"].this)
            return entry.relation or Relation(extra=NOTHING)
        if entry.relation is not None:
            return entry.relation
        entry.busy = True
        names = [c.name for c in entry.node.args["alias"].args.get("columns") or []]
        for _ in range(ROUNDS_MAX):
            relation = self.query(entry.node.this, entry.scope)
            if names:
                self.use(relation.values())
                relation = relation.renamed(names)
            settled = relation == entry.relation
            entry.relation = relation
            if settled or not entry.recursed:
                break
        entry.busy = False
        return relation

    # -- FROM ----------------------------------------------------------------------------

    def _joins(self, node: exp.Expr, scope: Scope) -> None:
        for join in [*(node.args.get("joins") or []), *(node.args.get("laterals") or [])]:
            if not isinstance(join, exp.Join):
                self._source(join, scope)
                continue
            before = len(scope.sources)
            self._source(join.this, scope)
            added = scope.sources[before:]
            self._merge(join, scope, added)
            values_of(join.args.get("on"), scope, self)
            if join.kind in ("SEMI", "ANTI"):
                for source in added:
                    source.starred = False

    def _merge(self, join: exp.Join, scope: Scope, added: list[Source]) -> None:
        """USING needs its columns of both sides, NATURAL may need any."""
        for column in join.args.get("using") or []:
            self.mark(column)
            name = fold(column.name)
            found = scope.named(name, whole_row=False)
            if found is None:
                self.report("column", column)
            self.use(found or NOTHING)
            for source in added:
                source.hidden.add(name)
        if join.method == "NATURAL":
            left = {
                fold(out.name)
                for source in scope.sources
                if source not in added
                for out in source.relation.columns
            }
            self.use(NOTHING.union(*(source.relation.values() for source in scope.sources)))
            for source in added:
                source.hidden |= left

    def _source(self, node: exp.Expr, scope: Scope) -> None:
        if isinstance(node, exp.Table):
            if isinstance(node.this, exp.Identifier):
                self._table(node, scope)
            else:
                self._function(node, node.this, scope)
        elif isinstance(node, exp.Subquery):
            self._subquery(node, scope)
        elif isinstance(node, exp.Values):
            self._add(node, self._values(node, scope), scope)
        elif isinstance(node, exp.Lateral) and isinstance(node.this, exp.Subquery):
            self._add(node, self.query(node.this, scope), scope)
        elif isinstance(node, exp.Unnest):
            self._function(node, node, scope)
        elif isinstance(node, exp.Lateral):
            self._function(node, node.this, scope)
        else:
            scope.sources.append(Source("", Relation(extra=values_of(node, scope, self))))
        if not isinstance(node, exp.Select):
            self._joins(node, scope)

    def _table(self, node: exp.Table, scope: Scope) -> None:
        identifier = node.this
        self.mark(identifier)
        start, end = offset(identifier), int(identifier.meta.get("end", -1)) + 1
        place = Place(start, end, node.args.get("alias") is not None)
        name = fold(identifier.name)
        qualified = bool(node.args.get("db") or node.args.get("catalog"))
        table = self.catalog.find_table(name)
        relation = Relation(extra=NOTHING)
        if qualified:
            self.mark(node.args.get("db"), node.args.get("catalog"))
            self.report("qualified_table", node)
        elif name in scope.ctes:
            entry = scope.ctes[name]
            if place not in entry.places:
                entry.places.append(place)
            relation = self._common(entry)
        elif table is None:
            self.report("table", node)
        else:
            alias = node.alias or identifier.name
            self.named.setdefault(start, Named(table, alias, place))
            relation = Relation(
                tuple(Out(c.name, frozenset({(start, c.name)})) for c in table.columns)
            )
        self._add(node, relation, scope, identifier.name)

    def _subquery(self, node: exp.Subquery, scope: Scope) -> None:
        inner: exp.Expr = node.this
        while isinstance(inner, exp.Subquery) and not _clauses(inner):
            inner = inner.this
        if isinstance(inner, exp.Query | exp.Values):
            self._add(node, self.query(node, scope), scope)
            return
        before = len(scope.sources)
        self._source(inner, scope)
        added = scope.sources[before:]
        if node.args.get("alias") is not None:  # (a JOIN b) AS x
            star = Scope(sources=added).star()
            for source in added:
                source.starred = False
            self._add(node, star, scope)

    def _function(self, node: exp.Expr, function: exp.Expr, scope: Scope) -> None:
        values = NOTHING
        for child in function.iter_expressions():
            if not isinstance(child, exp.TableAlias | exp.Join):
                values |= values_of(child, scope, self)
        if function is not node:
            self.report("table_function", function)
        names = TABLE_FUNCTION_COLUMNS.get(fold(function.name), ())
        relation = Relation(tuple(Out(name, values) for name in names), values)
        self._add(node, relation, scope)

    def _add(self, node: exp.Expr, relation: Relation, scope: Scope, name: str = "") -> None:
        alias = node.args.get("alias")
        if isinstance(alias, exp.TableAlias):
            columns = alias.args.get("columns") or []
            self.mark(alias.this, *columns)
            if columns:  # by place, so every column before them matters
                self.use(relation.values())
                relation = relation.renamed([column.name for column in columns])
            name = alias.name or name
        scope.sources.append(Source(fold(name), relation))


def _clauses(node: exp.Subquery) -> bool:
    return any(node.args.get(key) for key in ("with_", "alias", "order", "limit", "offset"))

"""Which base columns make up the value of an expression, and which only steer it.

``values_of`` returns the former. Every column it meets is reported to the binder as needed,
so what it leaves out of its answer still counts as an influence.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from sqlglot import exp

from lawful.enforce.sql.model import fold
from lawful.enforce.sql.scope import NOTHING, Relation, Scope, Values


class Binder(Protocol):
    """What an expression asks of the walk around it."""

    whole_rows: bool

    def query(self, node: exp.Expr, outer: Scope) -> Relation: ...
    def stray_source(self, node: exp.Expr, scope: Scope) -> Values: ...
    def use(self, values: Values) -> Values: ...
    def mark(self, *identifiers: exp.Expr | None) -> None: ...
    def report(self, kind: str, node: exp.Expr) -> None: ...


Handler = Callable[[exp.Expr, Scope, Binder], Values]


def values_of(node: exp.Expr | None, scope: Scope, binder: Binder) -> Values:
    """The base columns whose values make up ``node``; all columns in it are marked needed."""
    if node is None:
        return NOTHING
    handler = _HANDLERS.get(type(node))
    if handler is not None:
        return handler(node, scope, binder)
    if isinstance(node, exp.Query):
        return binder.use(binder.query(node, scope).values())
    return _children(node, scope, binder)


def _children(node: exp.Expr, scope: Scope, binder: Binder) -> Values:
    return NOTHING.union(*(values_of(child, scope, binder) for child in node.iter_expressions()))


def _parts(node: exp.Expr, scope: Scope, binder: Binder, *names: str) -> Values:
    found = NOTHING
    for name in names:
        value = node.args.get(name)
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, exp.Expr):
                found |= values_of(child, scope, binder)
    return found


def _column(node: exp.Expr, scope: Scope, binder: Binder) -> Values:
    if isinstance(node.this, exp.Star):
        return _all_columns(node, scope, binder)
    parts = [part for part in node.parts if isinstance(part, exp.Identifier)]  # type: ignore[attr-defined]  # Column.parts
    binder.mark(*parts)
    names = [fold(part.name) for part in parts]
    found: Values | None
    if len(names) == 1:
        found = scope.named(names[0], whole_row=binder.whole_rows)
    else:
        found = scope.qualified(names[0], names[1])
        if found is None:
            found = scope.named(names[0], whole_row=False)  # a field of a struct
    if found is None:
        binder.report("qualified_column" if len(names) > 2 else "column", node)
        return NOTHING
    return binder.use(found)


def _identifier(node: exp.Expr, scope: Scope, binder: Binder) -> Values:
    """A bare name inside a lambda is its parameter, or else a column."""
    found = scope.named(fold(node.name), whole_row=binder.whole_rows)
    if found is None:
        return NOTHING
    binder.mark(node)
    return binder.use(found)


def star_of(node: exp.Expr, scope: Scope, binder: Binder) -> Relation:
    """The columns of ``*`` or ``alias.*``, not yet needed; its EXCLUDE and RENAME apply."""
    star = node.this if isinstance(node, exp.Column) else node
    if isinstance(node, exp.Column):
        qualifiers = [part for part in node.parts if isinstance(part, exp.Identifier)]
        binder.mark(*qualifiers)
        relation = _qualified_star(qualifiers, scope, binder, node)
    else:
        relation = scope.star()
    return relation if not isinstance(star, exp.Star) else _edited(star, relation, scope, binder)


def spreads(node: exp.Expr, *kinds: type[exp.Expr]) -> bool:
    """Whether a select item may give several columns; ``count(*)`` and subqueries do not."""
    shut = (exp.Count, exp.Query)
    return any(isinstance(part, kinds) for part in node.walk(prune=lambda n: isinstance(n, shut)))


def _qualified_star(
    qualifiers: list[exp.Identifier], scope: Scope, binder: Binder, node: exp.Expr
) -> Relation:
    alias = fold(qualifiers[0].name)
    if len(qualifiers) > 1:
        binder.report("qualified_column", node)
        return Relation(extra=NOTHING)
    for level in scope.outwards():
        if any(source.alias == alias for source in level.sources):
            return level.star(alias)
    found = scope.named(alias, whole_row=False)  # the fields of a struct
    if found is None:
        binder.report("column", node)
    return Relation(extra=binder.use(found or NOTHING))


def _edited(star: exp.Star, relation: Relation, scope: Scope, binder: Binder) -> Relation:
    replaced: dict[str, Values] = {}
    for item in star.args.get("replace") or []:
        value = values_of(item, scope, binder)
        replaced[fold(item.alias or item.name)] = value
    renamed: dict[str, str] = {}
    for item in star.args.get("rename") or []:
        binder.mark(*item.find_all(exp.Identifier))
        renamed[fold(item.this.name)] = item.alias
    excluded = set()
    for item in star.args.get("except_") or []:
        binder.mark(*item.find_all(exp.Identifier))
        excluded.add(fold(item.name))
    columns = []
    for out in relation.columns:
        name = fold(out.name)
        if name not in excluded:
            columns.append(type(out)(renamed.get(name, out.name), replaced.get(name, out.values)))
    return Relation(tuple(columns), relation.extra)


def _all_columns(node: exp.Expr, scope: Scope, binder: Binder) -> Values:
    return binder.use(star_of(node, scope, binder).values())


def _columns(node: exp.Expr, scope: Scope, binder: Binder) -> Values:
    """COLUMNS(…) chooses by name at run time: any column may be meant."""
    inner = node.this
    if isinstance(inner, exp.Lambda):
        binder.mark(*inner.find_all(exp.Identifier))
    else:
        values_of(inner, scope, binder)
    return binder.use(scope.star().values())


def _count(node: exp.Expr, scope: Scope, binder: Binder) -> Values:
    star = node.this
    if isinstance(star, exp.Star) and not any(star.args.values()):
        return NOTHING
    return _children(node, scope, binder)


def _exists(node: exp.Expr, scope: Scope, binder: Binder) -> Values:
    if isinstance(node.this, exp.Query):
        binder.query(node.this, scope)
        return NOTHING
    return _children(node, scope, binder)


def _in(node: exp.Expr, scope: Scope, binder: Binder) -> Values:
    if node.args.get("field") is not None:
        binder.report("in_field", node.args["field"])
    return _children(node, scope, binder)


def _window(node: exp.Expr, scope: Scope, binder: Binder) -> Values:
    binder.mark(node.args.get("alias"))
    if isinstance(node.this, exp.Identifier):
        binder.mark(node.this)
        values = NOTHING
    else:
        values = values_of(node.this, scope, binder)
    _parts(node, scope, binder, "partition_by", "order", "spec")
    return values


def _filter(node: exp.Expr, scope: Scope, binder: Binder) -> Values:
    _parts(node, scope, binder, "expression")
    return values_of(node.this, scope, binder)


def _order(node: exp.Expr, scope: Scope, binder: Binder) -> Values:
    """``x ORDER BY y`` inside an aggregate gives x; ``WITHIN GROUP (ORDER BY x)`` gives x."""
    if node.this is None:
        return _parts(node, scope, binder, "expressions")
    _parts(node, scope, binder, "expressions")
    return values_of(node.this, scope, binder)


def _lambda(node: exp.Expr, scope: Scope, binder: Binder) -> Values:
    inner = scope.child()
    for parameter in node.expressions:
        binder.mark(*parameter.find_all(exp.Identifier))
        inner.aliases[fold(parameter.name)] = NOTHING
    return values_of(node.this, inner, binder)


def _comprehension(node: exp.Expr, scope: Scope, binder: Binder) -> Values:
    inner = scope.child()
    for key in ("expression", "position"):
        variable = node.args.get(key)
        if isinstance(variable, exp.Expr):
            binder.mark(*variable.find_all(exp.Identifier))
            inner.aliases[fold(variable.name)] = NOTHING
    listed = _parts(node, scope, binder, "iterator")
    return listed | _parts(node, inner, binder, "this", "condition")


def _named(node: exp.Expr, scope: Scope, binder: Binder) -> Values:
    """``name := value`` and the entries of a struct: the name is no column."""
    if isinstance(node.this, exp.Identifier):
        binder.mark(node.this)
        return _parts(node, scope, binder, "expression")
    return _children(node, scope, binder)


def _alias(node: exp.Expr, scope: Scope, binder: Binder) -> Values:
    binder.mark(node.args.get("alias"))
    return values_of(node.this, scope, binder)


def _dot(node: exp.Expr, scope: Scope, binder: Binder) -> Values:
    """A field of a struct, when the right-hand side is a plain name."""
    if isinstance(node.expression, exp.Identifier):
        binder.mark(node.expression)
        return values_of(node.this, scope, binder)
    return _children(node, scope, binder)


def _type(node: exp.Expr, _: Scope, binder: Binder) -> Values:
    for definition in node.find_all(exp.ColumnDef):
        binder.mark(definition.this)
    return NOTHING


def _stray(node: exp.Expr, scope: Scope, binder: Binder) -> Values:
    return binder.stray_source(node, scope)


_HANDLERS: dict[type[exp.Expr], Handler] = {
    exp.Column: _column,
    exp.Identifier: _identifier,
    exp.Star: _all_columns,
    exp.Columns: _columns,
    exp.Count: _count,
    exp.Exists: _exists,
    exp.In: _in,
    exp.Window: _window,
    exp.Filter: _filter,
    exp.Order: _order,
    exp.Lambda: _lambda,
    exp.Comprehension: _comprehension,
    exp.PropertyEQ: _named,
    exp.Alias: _alias,
    exp.Dot: _dot,
    exp.DataType: _type,
    exp.Table: _stray,
    exp.Values: _stray,
}

"""The parts of SQL that are known to be safe: nodes of the tree, and their clauses."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

_QUERIES: tuple[type[exp.Expr], ...] = (
    exp.Select, exp.Union, exp.Intersect, exp.Except, exp.Subquery, exp.Values, exp.Tuple,
    exp.With, exp.CTE, exp.TableAlias, exp.Table, exp.From, exp.Join, exp.Lateral, exp.Unnest,
    exp.Where, exp.Group, exp.GroupingSets, exp.Rollup, exp.Cube, exp.Having, exp.Qualify,
    exp.Order, exp.Ordered, exp.Limit, exp.LimitOptions, exp.Fetch, exp.Offset, exp.Distinct,
    exp.Window, exp.WindowSpec,
)  # fmt: skip

_VALUES: tuple[type[exp.Expr], ...] = (
    exp.Column, exp.Identifier, exp.Star, exp.Alias, exp.Literal, exp.Boolean, exp.Null,
    exp.Paren, exp.Var, exp.DataType, exp.DataTypeParam, exp.ColumnDef, exp.Interval,
    exp.Bracket, exp.Slice, exp.Dot, exp.PropertyEQ, exp.Kwarg, exp.Lambda,
    exp.Comprehension, exp.JSONKeyValue, exp.JSONPath, exp.JSONPathRoot, exp.JSONPathKey,
    exp.JSONPathSubscript, exp.JSONPathWildcard, exp.Filter, exp.WithinGroup,
    exp.IgnoreNulls, exp.RespectNulls,
    exp.AtTimeZone, exp.Collate, exp.Escape, exp.Any, exp.All, exp.Aliases,
)  # fmt: skip

_OPERATORS: tuple[type[exp.Expr], ...] = (
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.DPipe, exp.Neg, exp.Not,
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.NullSafeEQ, exp.NullSafeNEQ,
    exp.Like, exp.ILike, exp.SimilarTo, exp.Glob, exp.Between, exp.In, exp.BitwiseAnd,
    exp.BitwiseOr, exp.BitwiseXor, exp.BitwiseNot, exp.BitwiseLeftShift,
    exp.BitwiseRightShift, exp.ArrayContainsAll, exp.ArrayOverlaps,
)  # fmt: skip

ALLOWED_NODES: frozenset[type[exp.Expr]] = frozenset((*_QUERIES, *_VALUES, *_OPERATORS))
"""Kinds of node, functions apart: those are judged by the name as written."""

_TAIL = frozenset({"order", "limit", "offset"})
_SET_OPERATION = frozenset({"this", "expression", "distinct", "by_name", "with_"}) | _TAIL

ALLOWED_ARGUMENTS: Mapping[type[exp.Expr], frozenset[str]] = {
    exp.Select: _TAIL
    | {"with_", "expressions", "distinct", "from_", "joins", "laterals", "where", "group"}
    | {"having", "qualify", "windows"},
    exp.Union: _SET_OPERATION,
    exp.Intersect: _SET_OPERATION,
    exp.Except: _SET_OPERATION,
    exp.Subquery: _TAIL | {"this", "alias", "with_", "joins"},
    exp.Values: frozenset({"expressions", "alias"}),
    exp.With: frozenset({"expressions", "recursive"}),
    exp.CTE: frozenset({"this", "alias", "materialized"}),
    exp.TableAlias: frozenset({"this", "columns"}),
    exp.Table: frozenset({"this", "db", "catalog", "alias", "joins"}),
    exp.From: frozenset({"this"}),
    exp.Join: frozenset({"this", "on", "using", "method", "side", "kind"}),
    exp.Lateral: frozenset({"this", "alias"}),
    exp.Unnest: frozenset({"expressions", "alias"}),
    exp.Group: frozenset({"expressions", "all", "grouping_sets", "rollup", "cube"}),
    exp.Order: frozenset({"this", "expressions"}),
    exp.Ordered: frozenset({"this", "desc", "nulls_first"}),
    exp.Limit: frozenset({"expression", "offset", "limit_options"}),
    exp.Distinct: frozenset({"expressions", "on"}),
    exp.Star: frozenset({"except_", "replace", "rename"}),
    exp.Window: frozenset({"this", "partition_by", "order", "spec", "alias", "over", "first"}),
}
"""Clauses of the nodes that shape a query."""

BEGINNINGS = frozenset({"select", "with", "from", "values"})
"""Words with which a query begins, parentheses apart."""

VERDICTS: Mapping[str, tuple[str, str]] = {
    "pivot": ("sql.pivot", "pivot|unpivot"),
    "unpivot": ("sql.pivot", "unpivot"),
    "pivots": ("sql.pivot", "pivot|unpivot"),
    "summarize": ("sql.summarize", "summarize"),
    "describe": ("sql.describe", "describe|desc"),
    "desc": ("sql.describe", "desc"),
    "show": ("sql.show", "show"),
    "explain": ("sql.explain", "explain"),
    "call": ("sql.call", "call"),
    "execute": ("sql.call", "execute"),
    "pragma": ("sql.pragma", "pragma"),
    "copy": ("sql.copy", "copy"),
    "export": ("sql.copy", "export"),
    "attach": ("sql.attach", "attach"),
    "detach": ("sql.attach", "detach"),
    "use": ("sql.set", "use"),
    "set": ("sql.set", "set"),
    "reset": ("sql.set", "reset"),
    "insert": ("sql.write", "insert"),
    "update": ("sql.write", "update"),
    "delete": ("sql.write", "delete"),
    "merge": ("sql.write", "merge"),
    "replace": ("sql.write", "replace"),
    "create": ("sql.write", "create"),
    "drop": ("sql.write", "drop"),
    "alter": ("sql.write", "alter"),
    "truncate": ("sql.write", "truncate"),
    "into": ("sql.write", "into"),
    "lock": ("sql.write", "for"),
    "sample": ("sql.sample", "tablesample|sample"),
    "tablesample": ("sql.sample", "tablesample|sample"),
    "indexed": ("sql.clause", "indexed"),
    "key_expressions": ("sql.clause", "using"),
    "historicaldata": ("sql.clause", "at"),
    "placeholder": ("sql.parameter", "placeholder"),
    "parameter": ("sql.parameter", "parameter"),
}
"""Code, and the word to point at, for nodes, clauses and first words that are refused."""

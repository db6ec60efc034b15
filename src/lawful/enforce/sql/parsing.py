"""From text to a statement that is understood, or to a refusal that says why not."""

from __future__ import annotations

import attrs
import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from lawful.enforce.sql.guard import BEFORE_PARSING, GUARDS, Draft
from lawful.enforce.sql.lexer import Kind
from lawful.enforce.sql.model import Catalog, Dialect, Influence, Reference, Refusal, fold, refuse
from lawful.enforce.sql.naming import unnamed_items
from lawful.enforce.sql.places import Named, Place
from lawful.enforce.sql.references import References
from lawful.enforce.sql.scope import Values


@attrs.frozen(kw_only=True)
class CommonName:
    """A name given by WITH, and every place where it stands (the first defines it)."""

    name: str
    places: tuple[Place, ...]


@attrs.frozen(kw_only=True)
class Parsed:
    """A statement that is understood: the tables it names, and what it needs of them.

    ``output_columns`` are the names as far as the text tells them; the store names an
    expression without an alias, and COLUMNS(…), in its own way.

    What follows ``output_columns`` is for ``rewrite``: where references and WITH names stand,
    which names (folded) are taken, which are those of the catalog's protected tables, and
    which select items have no alias.
    """

    sql: str
    dialect: Dialect
    references: tuple[Reference, ...]
    influences: tuple[Influence, ...]
    output_columns: tuple[str, ...]
    protected: frozenset[int]
    """Ids of the references that must be replaced."""
    places: tuple[Place, ...] = attrs.field(repr=False)
    common: tuple[CommonName, ...] = attrs.field(repr=False)
    taken: frozenset[str] = attrs.field(repr=False)
    guarded: frozenset[str] = attrs.field(repr=False)
    unnamed: tuple[tuple[int, int], ...] = attrs.field(repr=False)


def parse(sql: str, catalog: Catalog) -> Parsed | Refusal:
    """Understand one SELECT over the catalog's tables, or say why it will not be run.

    Never raises for what a person may type. Costs a few milliseconds.
    """
    draft = Draft(sql, catalog)
    try:
        return _examine(draft)
    except RecursionError:
        return refuse(sql, 0, 1, "sql.too_deep", "The statement is nested too deeply.")


def _examine(draft: Draft) -> Parsed | Refusal:
    read = False
    for guard in GUARDS:
        if not read and guard.__name__ not in BEFORE_PARSING:
            unreadable = _read(draft)
            if unreadable is not None:
                return unreadable
            read = True
        refusal = guard(draft)
        if refusal is not None:
            return refusal
    return _parsed(draft)


def _read(draft: Draft) -> Refusal | None:
    """Parse the text, if it begins like a query."""
    refusal = draft.check_beginning()
    if refusal is not None:
        return refusal
    try:
        trees = sqlglot.parse(draft.scan.bare, dialect=draft.catalog.dialect)
    except ParseError as error:
        first = error.errors[0] if error.errors else {}
        return _syntax(draft, str(first.get("description") or "syntax error"), first)
    except TokenError as error:
        return refuse(draft.text, len(draft.text), 1, "sql.syntax", _plain(str(error)))
    draft.trees = [tree for tree in trees if isinstance(tree, exp.Expr)]
    return None


def _syntax(draft: Draft, description: str, error: dict[str, object]) -> Refusal:
    start_context = str(error.get("start_context") or "")
    highlight = str(error.get("highlight") or "")
    at = draft.text.find(start_context + highlight)
    start = at + len(start_context) if at >= 0 else 0
    return refuse(
        draft.text, start, len(highlight), "sql.syntax", _plain(description),
        "The caret is where reading stopped; the mistake may stand just before it.",
    )  # fmt: skip


def _plain(description: str) -> str:
    """The parser's words without its class names."""
    text = description.split(". Line ")[0].split(" for <class")[0].strip().rstrip(".")
    return f"This is not SQL that can be read: {text[:1].lower()}{text[1:]}."


def _parsed(draft: Draft) -> Parsed:
    bound, output = draft.bound
    _widen(draft, bound)
    order = sorted(bound.named)
    named = [bound.named[start] for start in order]
    references = tuple(
        Reference(id=i, table=n.table.name, alias=n.alias, columns=frozenset(n.columns))
        for i, n in enumerate(named)
    )
    words = {t.name for t in draft.scan.tokens if t.kind in (Kind.WORD, Kind.QUOTED)}
    tables = {fold(name) for name in draft.catalog.tables}
    return Parsed(
        sql=draft.text,
        dialect=draft.catalog.dialect,
        references=references,
        influences=_influences(bound, output.values()),
        output_columns=tuple(out.name for out in output.columns),
        protected=frozenset(i for i, n in enumerate(named) if n.table.protected),
        places=tuple(n.place for n in named),
        common=_common_names(bound),
        taken=frozenset(words | tables),
        unnamed=unnamed_items(draft.scan.tokens, bound.aliases),
        guarded=frozenset(fold(t.name) for t in draft.catalog.tables.values() if t.protected),
    )


def _widen(draft: Draft, bound: References) -> None:
    """A word that was taken for grammar but is also a column's name counts as the column."""
    loose = {
        token.name
        for token in draft.scan.tokens
        if token.kind in (Kind.WORD, Kind.QUOTED) and token.start not in bound.marks
    }
    for named in bound.named.values():
        named.columns |= {c.name for c in named.table.columns if fold(c.name) in loose}


def _influences(bound: References, output: Values) -> tuple[Influence, ...]:
    reached = {(bound.named[start].table.name, column) for start, column in output}
    needed: dict[tuple[str, str], None] = {}
    for start in sorted(bound.named):
        named: Named = bound.named[start]
        for column in named.table.columns:
            if column.name in named.columns:
                needed.setdefault((named.table.name, column.name))
    return tuple(
        Influence(table=table, column=column, in_output=(table, column) in reached)
        for table, column in needed
    )


def _common_names(bound: References) -> tuple[CommonName, ...]:
    names = []
    for entry in bound.ctes:
        identifier = entry.node.args["alias"].this
        start, end = identifier.meta["start"], identifier.meta["end"] + 1
        first = Place(start, end, True)
        names.append(CommonName(name=identifier.name, places=(first, *entry.places)))
    return tuple(names)

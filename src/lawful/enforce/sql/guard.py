"""What a statement must not contain. One function per reason; together they fail closed.

``GUARDS`` is the list, in the order in which they speak. Each looks at a ``Draft`` and
returns a refusal or nothing. A test removes each in turn and shows what then gets through.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from functools import cached_property

from sqlglot import exp

from lawful.enforce.sql.functions import FUNCTIONS, PAREN_WORDS, TABLE_FUNCTIONS, WORDS
from lawful.enforce.sql.grammar import ALLOWED_ARGUMENTS, ALLOWED_NODES, BEGINNINGS, VERDICTS
from lawful.enforce.sql.lexer import Kind, Scan, Token, scan
from lawful.enforce.sql.model import Catalog, Refusal, fold, refuse
from lawful.enforce.sql.places import Problem
from lawful.enforce.sql.references import References
from lawful.enforce.sql.scope import PSEUDO_COLUMNS, Relation

LENGTH_MAX = 100_000
ONLY = "Only SELECT, with joins, subqueries, WITH, UNION, windows and grouping, is run."


class Draft:
    """A statement under examination: its text, tokens, trees and bindings, made when asked."""

    def __init__(self, text: str, catalog: Catalog) -> None:
        self.text = text
        self.catalog = catalog
        self.trees: list[exp.Expr] = []

    @cached_property
    def scan(self) -> Scan:
        """The tokens of the text."""
        return scan(self.text, self.catalog.dialect)

    @cached_property
    def bound(self) -> tuple[References, Relation]:
        """What the names of the first statement stand for, and its output."""
        references = References(self.catalog)
        return references, references.root(self.trees[0])

    def problems(self, *kinds: str) -> Iterator[Problem]:
        """What could not be placed, of these kinds."""
        found = (p for p in self.bound[0].problems.values() if p.kind in kinds)
        return iter(sorted(found, key=lambda p: _span(p.node)[0]))

    def check_beginning(self) -> Refusal | None:
        """A query begins like one; anything else is not even parsed (the parser would log it)."""
        for token in self.scan.tokens:
            if token.text == "(":
                continue
            if token.kind is Kind.WORD and token.name in BEGINNINGS:
                return None
            code, _ = VERDICTS.get(token.name, ("sql.not_a_query", ""))
            message = f"A statement that begins with {token.text.upper()} is not run."
            return self.at_token(token, code, message, ONLY)
        return refuse(self.text, 0, 1, "sql.empty", "There is no statement here.", ONLY)

    def at_token(self, token: Token, code: str, message: str, hint: str = "") -> Refusal:
        """A refusal that points at a token."""
        return refuse(self.text, token.start, token.end - token.start, code, message, hint)

    def at_node(self, node: exp.Expr, code: str, message: str, hint: str = "") -> Refusal:
        """A refusal that points at a node, or at the statement's start if it has no place."""
        start, end = _span(node)
        return refuse(self.text, start, end - start, code, message, hint)

    def at_word(self, node: exp.Expr, word: str, code: str, message: str, hint: str) -> Refusal:
        """A refusal that points at the first token spelt ``word``, else at the node."""
        for token in self.scan.tokens:
            if token.kind is Kind.WORD and token.name in word.split("|"):
                return self.at_token(token, code, message, hint)
        return self.at_node(node, code, message, hint)


Guard = Callable[[Draft], Refusal | None]


def check_size(draft: Draft) -> Refusal | None:
    """A statement has a bounded length."""
    if len(draft.text) <= LENGTH_MAX:
        return None
    return refuse(
        draft.text[:LENGTH_MAX], 0, 1, "sql.too_long",
        f"The statement is longer than {LENGTH_MAX} characters.",
    )  # fmt: skip


def check_characters(draft: Draft) -> Refusal | None:
    """Only characters that the parser and the engine read alike."""
    for token in draft.scan.tokens:
        if token.kind is Kind.BAD:
            return draft.at_token(
                token, "sql.character", "This cannot be read with certainty here.",
                "Plain text in single quotes, names in double quotes, comments not nested; "
                "no parameters, escapes, dollar quotes, brackets or control characters.",
            )  # fmt: skip
    return None


def check_one_statement(draft: Draft) -> Refusal | None:
    """One statement; a semicolon may end it."""
    tokens = draft.scan.tokens
    for index, token in enumerate(tokens[:-1]):
        if token.text == ";" and any(t.text != ";" for t in tokens[index + 1 :]):
            later = tokens[index + 1]
            return draft.at_token(
                later, "sql.several_statements", "A second statement begins here.",
                "Ask them one by one.",
            )  # fmt: skip
    return None


def check_nodes(draft: Draft) -> Refusal | None:
    """A query, made only of parts that are known to be safe."""
    root = draft.trees[0]
    for node in [root, *root.walk()]:
        allowed = isinstance(node, exp.Func) or type(node) in ALLOWED_NODES
        if node is root:
            allowed = isinstance(node, exp.Query | exp.Values) and allowed
        if not allowed:
            return _not_allowed(draft, node)
    return None


def _not_allowed(draft: Draft, node: exp.Expr) -> Refusal:
    code, words = VERDICTS.get(node.key, ("sql.not_a_query", node.key))
    return draft.at_word(node, words, code, _unavailable(words, node.key in VERDICTS), ONLY)


def _unavailable(words: str, known: bool) -> str:
    what = words.split("|")[0].upper() if known else "This part of the statement"
    return f"{what} is not available here."


def check_arguments(draft: Draft) -> Refusal | None:
    """Clauses, too, are only those that are known."""
    for node in draft.trees[0].walk():
        allowed = ALLOWED_ARGUMENTS.get(type(node))
        if allowed is None:
            continue
        for key, value in node.args.items():
            if not value or key in allowed:
                continue
            code, word = VERDICTS.get(key, ("sql.clause", key))
            return draft.at_word(node, word, code, _unavailable(word, key in VERDICTS), "")
        if isinstance(node, exp.Join) and node.method not in ("", "NATURAL", "ASOF"):
            return draft.at_word(
                node, fold(node.method), "sql.join",
                f"{node.method} JOIN is not available here.",
                "Rows have no position; join on a column.",
            )  # fmt: skip
    return None


def check_functions(draft: Draft) -> Refusal | None:
    """A name before a parenthesis is an allowed function, by the name as written."""
    marks = draft.bound[0].marks
    allowed = FUNCTIONS[draft.catalog.dialect]
    for token, called in _names(draft):
        if not called or token.start in marks:
            continue
        grammar = token.kind is Kind.WORD and token.name in PAREN_WORDS
        if draft.scan.bare[: token.start].rstrip()[-1:] == ".":
            hint = "Write the function without schema, name or dot before it."
        elif token.name in allowed or grammar:
            continue
        else:
            hint = _near(token.name, allowed)
        return draft.at_token(
            token, "sql.function", f"The function {token.text} is not on the list.", hint
        )
    return None


def check_table_functions(draft: Draft) -> Refusal | None:
    """In FROM, fewer functions are safe: some read a table or a file named in a text."""
    allowed = TABLE_FUNCTIONS[draft.catalog.dialect]
    for problem in draft.problems("table_function"):
        start, end = _span(problem.node)
        name = fold(draft.text[start:end])
        if name not in allowed:
            return draft.at_node(
                problem.node, "sql.table_function", f"{name} cannot stand in FROM.",
                "There: " + ", ".join(sorted(allowed)) + ".",
            )  # fmt: skip
    return None


def check_qualified_names(draft: Draft) -> Refusal | None:
    """Tables are named without schema or catalog, so that no name leads past the policy."""
    for problem in draft.problems("qualified_table", "qualified_column"):
        name = problem.node.name
        if isinstance(problem.node, exp.Column):
            name = ".".join(part.name for part in problem.node.parts[-2:])
        return draft.at_node(
            problem.node, "sql.qualified", "A name with a schema before it is not available.",
            f"Write {name} alone; only the tables of the default schema are here.",
        )  # fmt: skip
    return None


def check_tables(draft: Draft) -> Refusal | None:
    """Every table is one of the catalog's."""
    for problem in draft.problems("table", "circular"):
        name = problem.node.name
        start, _ = _span(problem.node)
        if problem.kind == "circular":
            return draft.at_node(
                problem.node, "sql.circular", f"{name} is defined by itself.",
                "Give the WITH table another name.",
            )  # fmt: skip
        if draft.text[start : start + 1] == "'" or any(c in name for c in "./\\:*"):
            return draft.at_node(problem.node, "sql.file", "A file cannot be read here.")
        if fold(name).startswith(("sqlite_", "pg_", "duckdb_", "pragma_", "information_schema")):
            return draft.at_node(problem.node, "sql.system_table", f"{name} is not available.")
        known = [table.name for table in draft.catalog.tables.values()]
        return draft.at_node(
            problem.node, "sql.unknown_table", f"There is no table {name}.", _near(name, known)
        )
    for named in draft.bound[0].named.values():
        if draft.text[named.place.start] == "'":
            return refuse(
                draft.text, named.place.start, len(named.table.name) + 2, "sql.file",
                "A file cannot be read here.", "Name a table without quotes or in double quotes.",
            )  # fmt: skip
    return None


def check_in_table(draft: Draft) -> Refusal | None:
    """SQLite reads ``x IN t`` as a table t, even where a column is called so."""
    if draft.catalog.dialect != "sqlite":
        return None
    for problem in draft.problems("in_field"):
        return draft.at_node(
            problem.node, "sql.in_table", "IN needs a list or a subquery.",
            "Write IN (SELECT … FROM …).",
        )  # fmt: skip
    return None


def check_columns(draft: Draft) -> Refusal | None:
    """Every column is declared by a table, a subquery or an alias in reach."""
    for problem in draft.problems("column"):
        name = problem.node.name
        if fold(name) in PSEUDO_COLUMNS:
            return draft.at_node(
                problem.node, "sql.pseudo_column", f"{name} is not a column of these tables.",
                "Use the table's own key.",
            )  # fmt: skip
        known = [c.name for n in draft.bound[0].named.values() for c in n.table.columns]
        hint = _near(name, known)
        start, _ = _span(problem.node)
        if name in known:
            hint = "It belongs to another table, or stands out of reach."
        elif not hint and draft.text[start : start + 1] == '"':
            hint = "Text stands in single quotes."
        return draft.at_node(
            problem.node, "sql.unknown_column", f"There is no column {name} in reach.", hint
        )
    return None


def check_words(draft: Draft) -> Refusal | None:
    """Every other word is a name that was placed, or a word of the grammar.

    The last line against a parser that reads the text otherwise than the engine does: a
    table can only be read by its name, and a name nobody placed is refused.
    """
    marks = draft.bound[0].marks
    for token, called in _names(draft):
        grammar = token.kind is Kind.WORD and token.name in WORDS
        if called or token.start in marks:
            continue
        if grammar and draft.catalog.find_table(token.name) is None:
            continue
        return draft.at_token(
            token, "sql.word", f"{token.text} is not understood here.",
            "Give names that are also SQL words double quotes, and write AS before an alias.",
        )  # fmt: skip
    return None


def _names(draft: Draft) -> Iterator[tuple[Token, bool]]:
    """Words and quoted names, and whether a parenthesis follows."""
    tokens = draft.scan.tokens
    for index, token in enumerate(tokens):
        if token.kind in (Kind.WORD, Kind.QUOTED):
            yield token, index + 1 < len(tokens) and tokens[index + 1].text == "("


GUARDS: list[Guard] = [
    check_size,
    check_characters,
    check_one_statement,
    check_nodes,
    check_arguments,
    check_table_functions,
    check_functions,
    check_qualified_names,
    check_tables,
    check_in_table,
    check_columns,
    check_words,
]
"""All guards, in the order in which they speak."""

BEFORE_PARSING: frozenset[str] = frozenset(
    {"check_size", "check_characters", "check_one_statement"}
)
"""Those that look at the text alone."""


def _span(node: exp.Expr) -> tuple[int, int]:
    """Start and end (exclusive) of a node's own name, or of the first placed part of it."""
    best: tuple[int, int] | None = None
    for part in [node] if "start" in node.meta else node.walk():
        if "start" in part.meta:
            span = (int(part.meta["start"]), int(part.meta["end"]) + 1)
            best = span if best is None or span < best else best
    return best or (0, 1)


def _near(name: str, known: object) -> str:
    names = sorted(str(item) for item in known)  # type: ignore[attr-defined]  # any iterable
    close = difflib.get_close_matches(fold(name), [fold(item) for item in names], n=1)
    if not close:
        return ""
    return "Did you mean " + next(item for item in names if fold(item) == close[0]) + "?"

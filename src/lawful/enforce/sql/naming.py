"""Items of a select list that have no alias, so that the engine names them by their text.

When such an item holds a subquery over a protected table, the replacement would show in the
name of the output. ``rewrite`` gives it the text as written for a name.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from lawful.enforce.sql.lexer import Kind, Token

_OPENING = frozenset("([{")
_CLOSING = frozenset(")]}")
_ENDS = frozenset(
    {
        "from", "where", "group", "having", "window", "qualify", "order", "limit", "offset",
        "fetch", "union", "intersect", "except",
    }
)  # fmt: skip

_JOINED = frozenset({"distinct", "within"})  # IS DISTINCT FROM, WITHIN GROUP


@attrs.define
class _Level:
    """One pair of parentheses; ``item`` are the tokens of the select item being read."""

    item: list[Token] | None = None
    before: str = ""
    lead: bool = False


def unnamed_items(tokens: Iterable[Token], aliases: set[int]) -> tuple[tuple[int, int], ...]:
    """Start and end of each select item without alias, at any depth.

    Args:
        tokens: of the whole statement.
        aliases: where the aliases of select items stand.
    """
    found: list[tuple[int, int]] = []
    levels = [_Level()]
    for token in tokens:
        level = levels[-1]
        word = token.name if token.kind is Kind.WORD else ""
        if token.text in _OPENING:
            _grow(level, token)
            levels.append(_Level())
        elif token.text in _CLOSING and len(levels) > 1:
            _close(levels.pop(), aliases, found)
            _grow(levels[-1], token)
        elif word == "select":
            _close(level, aliases, found)
            level.item, level.lead = [], True
        elif token.text == "," and level.item is not None:
            _close(level, aliases, found)
            level.item = []
        elif word in _ENDS and level.item is not None and level.before not in _JOINED:
            _close(level, aliases, found)
        else:
            _grow(level, token)
        levels[-1].before = word
    for level in levels:
        _close(level, aliases, found)
    return tuple(sorted(found))


def _grow(level: _Level, token: Token) -> None:
    """Add a token to the item, but not DISTINCT ON (…) before the first."""
    if level.item is None:
        return
    if level.lead and token.kind is Kind.WORD and token.name in ("distinct", "all", "on"):
        return
    if level.lead and token.text in _OPENING | _CLOSING and level.before == "on":
        level.lead = token.text in _OPENING
        return
    level.lead = False
    level.item.append(token)


def _close(level: _Level, aliases: set[int], found: list[tuple[int, int]]) -> None:
    item, level.item = level.item, None
    if not item or item[-1].start in aliases or item[0].start in aliases:
        return
    spreads = any(t.kind is Kind.WORD and t.name == "columns" for t in item)
    if not spreads:
        found.append((item[0].start, item[-1].end))

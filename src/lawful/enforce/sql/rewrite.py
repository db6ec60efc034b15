"""Put what stands for a protected table in its place, and leave the rest as it was written."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from lawful.enforce.sql.lexer import Kind, scan
from lawful.enforce.sql.model import Dialect, fold
from lawful.enforce.sql.parsing import CommonName, Parsed
from lawful.terms.errors import LawfulError


class ReplacementError(LawfulError):
    """What should stand for a protected table is missing or is not one SELECT."""

    code = "sql.replacement"


def rewrite(parsed: Parsed, protected: Mapping[int, str]) -> str:
    """The statement with each protected reference replaced by its SELECT.

    Args:
        parsed: the statement, as ``parse`` understood it.
        protected: reference id to the SELECT (with or without parentheses) that stands for
            it; every protected reference must be given, others may be. Its columns must be
            the table's, in order.

    A select item without alias that holds a replaced table gets its own text for a name.
    The alias stays, or the table's name becomes the alias. A WITH name that a replacement or
    a protected table also uses is renamed: it cannot capture what a replacement reads, and
    if the engine took it for the table after all, it would find none of that name.

    Raises: ReplacementError: a replacement is missing, unknown, or not one SELECT.
    """
    _check_given(parsed, protected)
    queries = {i: _subquery(text, parsed.dialect) for i, text in protected.items()}
    words = frozenset().union(*(words for _, words in queries.values()))
    edits: list[tuple[int, int, str]] = []
    for reference_id, (text, _) in queries.items():
        place = parsed.places[reference_id]
        alias = "" if place.aliased else " AS " + parsed.sql[place.start : place.end]
        edits.append((place.start, place.end, text + alias))
    edits += _renamed(parsed, words | parsed.guarded)
    return _spliced(parsed.sql, edits + _named(parsed, edits))


def _check_given(parsed: Parsed, protected: Mapping[int, str]) -> None:
    missing = sorted(parsed.protected - protected.keys())
    unknown = sorted(protected.keys() - set(range(len(parsed.references))))
    if missing:
        table = parsed.references[missing[0]].table
        raise ReplacementError(f"nothing stands for the protected table {table}")
    if unknown:
        raise ReplacementError(f"there is no reference number {unknown[0]}")


@lru_cache(maxsize=512)
def _subquery(text: str, dialect: Dialect) -> tuple[str, frozenset[str]]:
    """The replacement in parentheses, and all words in it (folded)."""
    scanned = scan(text, dialect)
    tokens = scanned.tokens
    depth, lowest = 0, 1
    for index, token in enumerate(tokens):
        if token.kind is Kind.BAD or token.text == ";":
            raise ReplacementError("a replacement holds what cannot be read with certainty")
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if index < len(tokens) - 1:
            lowest = min(lowest, depth)
    if depth != 0 or lowest < 0 or not tokens or scanned.bare != text:
        raise ReplacementError("a replacement is not one complete SELECT without comments")
    words = frozenset(t.name for t in tokens if t.kind in (Kind.WORD, Kind.QUOTED))
    bare = text.strip()
    return (bare if tokens[0].text == "(" and lowest > 0 else f"({bare})"), words


def _renamed(parsed: Parsed, captured: frozenset[str]) -> list[tuple[int, int, str]]:
    edits = []
    taken = set(parsed.taken | captured)
    for common in parsed.common:
        if fold(common.name) not in captured:
            continue
        fresh = _fresh(common, taken)
        taken.add(fold(fresh))
        quoted = '"' + fresh.replace('"', '""') + '"'
        for place in common.places:
            alias = "" if place.aliased else " AS " + parsed.sql[place.start : place.end]
            edits.append((place.start, place.end, quoted + alias))
    return edits


def _named(parsed: Parsed, edits: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """An alias for each unnamed select item that changes, so that its name does not."""
    return [
        (end, end, ' AS "' + parsed.sql[start:end].replace('"', '""') + '"')
        for start, end in parsed.unnamed
        if any(start <= at < end for at, _, _ in edits)
    ]


def _fresh(common: CommonName, taken: set[str]) -> str:
    number = 2
    while fold(f"{common.name}_{number}") in taken:
        number += 1
    return f"{common.name}_{number}"


def _spliced(text: str, edits: list[tuple[int, int, str]]) -> str:
    pieces = []
    at = 0
    for start, end, piece in sorted(edits):
        pieces += [text[at:start], piece]
        at = end
    return "".join([*pieces, text[at:]])

"""The words of a statement, by a lexer that accepts only what every engine reads alike.

A statement is checked by one parser and run by another. Where two lexers could disagree
about what is a comment, a text or a name, a table could hide. So the subset here is small:
what falls outside becomes a ``BAD`` token, and the guards refuse it.
"""

from __future__ import annotations

import re
from enum import Enum

import attrs

from lawful.enforce.sql.model import Dialect, fold


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    QUOTED = "quoted"
    STRING = "string"
    NUMBER = "number"
    MARK = "mark"
    BAD = "bad"


@attrs.frozen
class Token:
    """A token with its place: ``start`` inclusive, ``end`` exclusive, in characters."""

    kind: Kind
    start: int
    end: int
    text: str

    @property
    def name(self) -> str:
        """The name a word or a quoted identifier stands for, folded."""
        if self.kind is Kind.QUOTED:
            return fold(self.text[1:-1].replace('""', '"'))
        return fold(self.text)


@attrs.frozen
class Scan:
    """The tokens, and the same text with comments blanked out (same length, same lines)."""

    tokens: tuple[Token, ...]
    bare: str


_TOKEN = re.compile(
    r"""
      (?P<space>[ \t\n]+|\r\n)
    | (?P<comment>--[^\r\n]*(?:(?=\r?\n)|\Z)|/\*(?:(?!/\*|\*/).)*\*/)
    | (?P<string>'(?:[^'\x00]|'')*')
    | (?P<quoted>"(?:[^"\x00]|"")+")
    | (?P<number>(?:[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![\w'"]))
    | (?P<bad>--|/\*|[^\W\d]\w*'|[uU]&['"])
    | (?P<word>[^\W\d]\w*)
    | (?P<mark>[()\[\]{},.;+\-*/%<>=!|&^~:])
    """,
    re.VERBOSE | re.DOTALL,
)
_ANYWHERE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def scan(text: str, dialect: Dialect) -> Scan:
    """Split ``text`` into tokens; never fails, but marks what it will not vouch for as BAD.

    >>> [t.text for t in scan("SELECT a -- b", "duckdb").tokens]
    ['SELECT', 'a']
    >>> [t.kind.value for t in scan("E'x'", "duckdb").tokens]
    ['bad', 'bad']
    """
    tokens: list[Token] = []
    bare: list[str] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        group = match.lastgroup if match else "bad"
        end = match.end() if match else at + 1
        piece = text[at:end]
        if group == "comment":
            bare.append(re.sub(r"[^\r\n]", " ", piece))
        else:
            bare.append(piece)
            if group != "space":
                tokens.append(_token(str(group), at, end, piece, dialect))
        at = end
    return Scan(tuple(tokens), "".join(bare))


def _token(group: str, start: int, end: int, piece: str, dialect: Dialect) -> Token:
    kind = Kind(group)
    brackets = dialect == "sqlite" and piece in ("[", "]")
    if brackets or (kind in (Kind.STRING, Kind.QUOTED) and _ANYWHERE.search(piece)):
        kind = Kind.BAD
    return Token(kind, start, end, piece)

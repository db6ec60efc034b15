"""The statement that runs, beside the one that was written: what was put in is marked. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher

import attrs

_TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\w+|\s+|.", re.DOTALL)
_ALIAS = re.compile(r'AS "((?:[^"]|"")*)"$')
_LONG = 160


@attrs.frozen(kw_only=True)
class Piece:
    """A stretch of the statement that runs: as written, or put in, with what its note says."""

    text: str
    added: bool = False
    note: str = ""


def pieces(written: str, runs: str, notes: Mapping[str, str] | None = None) -> tuple[Piece, ...]:
    """The statement that runs, cut where it differs from the one written.

    ``notes`` are marks of columns by name, and under the empty name the mark of the rows withheld:
    a long stretch that was put in shows only what they are about.

    >>> [(each.text, each.added) for each in pieces("SELECT a", "SELECT (b) AS a")]
    [('SELECT ', False), ('(b) AS ', True), ('a', False)]
    """
    before, after = _TOKEN.findall(written.strip()), _TOKEN.findall(runs.strip())
    found: list[Piece] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, _, _, start, end in matcher.get_opcodes():
        text = "".join(after[start:end])
        if kind == "equal":
            found.append(Piece(text=text))
        elif len(text) > _LONG:
            found += _shortened(after[start:end], notes or {})
        elif text:
            found.append(Piece(text=text, added=True))
    return tuple(found)


def _shortened(tokens: list[str], notes: Mapping[str, str]) -> list[Piece]:
    """A view put in for a table: the columns that notes are about, the condition on its rows."""
    items, rest = _select_list(tokens)
    kept = [(item, notes[name]) for item in items if (name := _alias(item)) in notes]
    source, where, condition = rest.partition(" WHERE ")
    ellipsis = "" if len(kept) == len(items) else " …," if kept else " …"
    lines = [Piece(text=f"(SELECT{ellipsis}", added=True)]
    for place, (item, note) in enumerate(kept):
        comma = "," if place < len(kept) - 1 else ""
        lines += [Piece(text="\n    "), Piece(text=item + comma, added=True, note=note)]
    lines += [Piece(text="\n  "), Piece(text=source.strip(), added=True)]
    if where:
        body = condition.removesuffix(" AS ")
        tail = condition[len(body) :]
        kept_rows = Piece(text=f"WHERE {body.strip()}", added=True, note=notes.get("", ""))
        lines += [Piece(text="\n  "), kept_rows]
        lines += [Piece(text=tail, added=True)] if tail else []
    return lines


def _select_list(tokens: list[str]) -> tuple[list[str], str]:
    """The items of ``(SELECT …``, and all from its FROM on."""
    depth, items, item = 0, [], ""
    body = tokens[tokens.index("SELECT") + 1 :] if "SELECT" in tokens else []
    for place, token in enumerate(body):
        depth += {"(": 1, ")": -1}.get(token, 0)
        if depth == 0 and token == ",":
            items.append(item.strip())
            item = ""
        elif depth == 0 and token == "FROM":
            return [*items, item.strip()], "".join(body[place:])
        else:
            item += token
    return [], "".join(tokens).removeprefix("(")


def _alias(item: str) -> str:
    match = _ALIAS.search(item)
    return match.group(1).replace('""', '"') if match else ""

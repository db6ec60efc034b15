"""The statement that runs, beside the one that was written: what was put in is marked. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

import attrs

_TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\w+|\s+|.", re.DOTALL)
_LONG = 160


@attrs.frozen(kw_only=True)
class Piece:
    """A stretch of the statement; ``mark`` numbers what was put in, ``short`` stands for it."""

    text: str
    mark: int = 0
    short: str = ""


def pieces(written: str, runs: str) -> tuple[Piece, ...]:
    """The statement that runs, cut where it differs from the one written.

    >>> [(each.text, each.mark) for each in pieces("SELECT a", "SELECT (b) AS a")]
    [('SELECT ', 0), ('(b) AS ', 1), ('a', 0)]
    """
    before, after = _TOKEN.findall(written.strip()), _TOKEN.findall(runs.strip())
    found: list[Piece] = []
    mark = 0
    for kind, _, _, start, end in SequenceMatcher(
        None, before, after, autojunk=False
    ).get_opcodes():
        text = "".join(after[start:end])
        if not text:
            continue
        if kind == "equal":
            found.append(Piece(text=text))
        else:
            mark += 1
            found.append(Piece(text=text, mark=mark, short=_short(text)))
    return tuple(found)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return f"{flat[: _LONG // 2]} … {flat[-_LONG // 4 :]}" if len(flat) > _LONG else ""

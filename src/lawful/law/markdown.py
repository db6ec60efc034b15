"""The outer form of article files: a title, prose sections, ``toml`` fences, tables."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import attrs

from lawful.terms.errors import Location, UsageError

_FENCE = re.compile(r"^```(\w*)\s*$")
_STRAY = re.compile(r"^\s*(\[\[?\w+\]?\]\s*(#.*)?$|```|~~~)")


@attrs.frozen(kw_only=True)
class Fence:
    """A ``toml`` fence: what it says, and the line of its first line of content (from 1)."""

    content: dict[str, Any] = attrs.field(hash=False)
    text: str
    line: int


@attrs.frozen(kw_only=True)
class Table:
    """A Markdown table: header cells, rows of cells, each row with its line."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    after_fence: int


@attrs.frozen(kw_only=True)
class Page:
    """A Markdown file taken apart."""

    title: str
    sections: tuple[tuple[str, str], ...]
    fences: tuple[Fence, ...]
    tables: tuple[Table, ...]


def read_page(text: str, file: str) -> Page:
    """Take a file apart; prose outside fences, truth inside.

    Raises: UsageError: a fence does not end or is not TOML, or a table of TOML stands outside one, with
    file and line.
    """
    title, heading = "", ""
    sections: list[tuple[str, str]] = []
    prose: list[str] = []
    fences: list[Fence] = []
    tables: list[Table] = []
    lines = text.splitlines()
    index = 0
    while index < len(lines):
        line = lines[index]
        fence = _FENCE.match(line)
        if fence:
            end = _fence_end(lines, index, file)
            if fence.group(1) == "toml":
                fences.append(_fence(lines[index + 1 : end], index + 2, file))
            index = end + 1
            continue
        if _STRAY.match(line):
            raise UsageError(
                f"'{line.strip()}' stands outside a fence, so nothing would come of it.",
                location=Location(file=file, line=index + 1),
                code="law.stray",
                hint="Begin the fence with ```toml on a line of its own, and end it with ```.",
            )
        if line.lstrip().startswith("|"):
            index, table = _table(lines, index, len(fences) - 1)
            tables.append(table)
            continue
        if line.startswith("# ") and not title:
            title = line[2:].strip()
        elif line.startswith("## "):
            sections.append((heading, "\n".join(prose).strip()))
            heading, prose = line[3:].strip(), []
        else:
            prose.append(line)
        index += 1
    sections.append((heading, "\n".join(prose).strip()))
    kept = tuple((name, body) for name, body in sections if body)
    return Page(title=title, sections=kept, fences=tuple(fences), tables=tuple(tables))


def _fence_end(lines: list[str], start: int, file: str) -> int:
    for index in range(start + 1, len(lines)):
        if lines[index].strip() == "```":
            return index
    raise UsageError(
        "This fence does not end.", location=Location(file=file, line=start + 1), code="law.file"
    )


def _fence(lines: list[str], first: int, file: str) -> Fence:
    text = "\n".join(lines)
    try:
        return Fence(content=tomllib.loads(text), text=text, line=first)
    except tomllib.TOMLDecodeError as error:
        match = re.search(r"line (\d+), column (\d+)", str(error))
        line = first + int(match.group(1)) - 1 if match else first
        column = int(match.group(2)) if match else 0
        raise UsageError(
            f"The fence is not TOML: {error}",
            code="law.file",
            location=Location(file=file, line=line, column=column),
        ) from None


def _table(lines: list[str], start: int, after_fence: int) -> tuple[int, Table]:
    index = start
    rows: list[tuple[int, tuple[str, ...]]] = []
    while index < len(lines) and lines[index].lstrip().startswith("|"):
        cells = tuple(
            cell.strip() for cell in re.split(r"(?<!\\)\|", lines[index].strip().strip("|"))
        )
        if not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
            rows.append((index + 1, tuple(cell.replace("\\|", "|") for cell in cells)))
        index += 1
    return index, Table(header=rows[0][1], rows=tuple(rows[1:]), after_fence=after_fence)


def line_of(fence: Fence, needle: str) -> int:
    """The line of the file on which a text of the fence stands; the fence's first if nowhere."""
    for offset, line in enumerate(fence.text.splitlines()):
        if needle in line:
            return fence.line + offset
    return fence.line

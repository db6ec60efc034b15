"""The rows of the examples files: each a change of a base of facts, and the answer expected.

Rows give their reasons in English, most of them in few words that many rows share; ``reasons.zh.toml`` says
each in Chinese, once. A reason that is not there is shown in English, and told to be.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping

from lawful.law.clauses import only
from lawful.law.legible import legible
from lawful.law.markdown import read_page
from lawful.law.model import Example
from lawful.terms.errors import Location, UsageError
from lawful.terms.texts import Text

REASONS = "reasons.zh.toml"


def examples_in(files: Mapping[str, bytes]) -> Iterator[Example]:
    """Every row of every examples file of a rulebook.

    Raises: UsageError: a file is not right.
    """
    chinese = _reasons(files.get(REASONS, b""))
    for path in sorted(files):
        if not path.endswith(".examples.md"):
            continue
        with legible(path):
            found = list(_examples_of(path, files[path].decode("utf-8"), chinese))
        yield from found


def _reasons(data: bytes) -> Mapping[str, str]:
    with legible(REASONS):
        return tomllib.loads(data.decode("utf-8"))


def _examples_of(path: str, text: str, chinese: Mapping[str, str]) -> Iterator[Example]:
    page = read_page(text, path)
    for table in page.tables:
        if table.after_fence < 0:
            raise UsageError(
                "A table of examples follows the fence that names its rule.",
                location=Location(file=path),
                code="law.file",
            )
        fence = page.fences[table.after_fence]
        only(
            fence.content,
            {"rule", "base"},
            Location(file=path, line=fence.line),
            "fence of examples",
        )
        for line, cells in table.rows:
            if len(cells) != 3:
                raise UsageError(
                    "A row has three cells: except that, expect, because.",
                    location=Location(file=path, line=line),
                    code="law.file",
                )
            yield Example(
                rule=fence.content["rule"],
                base=fence.content.get("base", {}),
                change=cells[0],
                expect=cells[1],
                because=Text(cells[2], chinese.get(cells[2], "")),
                file=path,
                line=line,
            )

"""The shipped rulebook's files, and small rulebooks made from them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from lawful.law.book import Book, build_book
from lawful.law.lint import lint
from lawful.terms.errors import LawfulError

ROOT = Path(__file__).resolve().parents[2] / "rulebook"
FOLDER = "xx/act"

INSTRUMENT = """
id = "xx.act"
jurisdiction = "XX"
title = { en = "Act", zh = "法" }
short = { en = "Act", zh = "法" }
zone = "Asia/Shanghai"
in_force = 2020-01-01

[scope]
use = ["TRUE"]
entity = ["TRUE"]
incident = ["TRUE"]

[sources."s"]
url = "https://example.org"
"""
HEAD = """# Article

```toml
article     = "xx.act.1"
citation    = "法 第一条"
citation_en = "Act, art. 1"
source      = "s"
verified    = true
provisions  = []
```

## Rules
"""


@cache
def _read() -> dict[str, bytes]:
    found = (path for path in ROOT.rglob("*") if path.is_file())
    return {str(path.relative_to(ROOT)): path.read_bytes() for path in found}


def rulebook_files() -> dict[str, bytes]:
    """The shipped rulebook, by path below its folder."""
    return dict(_read())


def small_files(entries: str, examples: str = "", instrument: str = INSTRUMENT) -> dict[str, bytes]:
    """A rulebook of one article: the shipped vocabulary, and ``entries`` in one fence."""
    files = {k: v for k, v in _read().items() if k.startswith(("vocabulary/", "calendars/"))}
    coverage = _read()["coverage.toml"].decode().partition("[[cover]]")[0]
    cover = '[[cover]]\njurisdiction = "XX"\ntext = { en = "X", zh = "X" }\nregions = ["SG"]\n'
    topics = [
        "basis",
        "minimisation",
        "sensitive",
        "minors",
        "sharing",
        "transfer",
        "advertising",
        "authority",
    ]
    files["coverage.toml"] = (coverage + cover + f"topics = {topics}\n").encode()
    files[f"{FOLDER}/instrument.toml"] = instrument.encode()
    files[f"{FOLDER}/art-001.md"] = (HEAD + f"```toml\n{entries}\n```\n").encode()
    if examples:
        files[f"{FOLDER}/art-001.examples.md"] = examples.encode()
    return files


@cache
def small_book(entries: str, instrument: str = INSTRUMENT) -> Book:
    return build_book(small_files(entries, instrument=instrument))


def findings(entries: str, instrument: str = INSTRUMENT) -> list[LawfulError]:
    """What the linter says of a small rulebook."""
    return lint(small_book(entries, instrument))


def rule(
    when: str = "TRUE", *, name: str = "a", requires: str = "", about: str = "use", more: str = ""
) -> str:
    """A rule's table; ``when`` and ``requires`` are one condition each."""
    wanted = f'requires = ["{requires}"]\n' if requires else ""
    return (
        f'[[rule]]\nid = "xx.act.1.{name}"\nabout = "{about}"\n'
        f'duty = {{ en = "do {name}", zh = "做{name}" }}\n'
        f'when = ["{when}"]\n{wanted}otherwise = "before"\n{more}\n'
    )


def basis(
    when: str = "TRUE", *, name: str = "b", defeats: str = "xx.act.1.a", more: str = ""
) -> str:
    return (
        f'[[basis]]\nid = "xx.act.1.{name}"\npermits = {{ en = "may {name}", zh = "可{name}" }}\n'
        f'when = ["{when}"]\ndefeats = ["{defeats}"]\n{more}\n'
    )


def definition(when: str, *, name: str = "d", about: str = "use", more: str = "") -> str:
    return (
        f'[[definition]]\nid = "xx.act.1.{name}"\nname = "{name}"\nabout = "{about}"\n'
        f'means = {{ en = "{name}", zh = "{name}" }}\nwhen = ["{when}"]\n{more}\n'
    )

"""Decisions are numbered, fragments are named, generated pages are fresh, units are told."""

from __future__ import annotations

import re
import runpy
from collections import Counter
from pathlib import Path

from tests.house.tree import ROOT

DECISION = re.compile(r"^(\d{4})-[a-z0-9]+(?:-[a-z0-9]+)*\.md$")
FRAGMENT = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*\.(added|changed|fixed|removed|security)\.md$")


def find_bad_numbers(names: list[str]) -> list[str]:
    """Decisions whose name is not NNNN-title.md, or whose number is taken."""
    shapes = {name: DECISION.match(name) for name in names}
    odd = [f"{name}: call it NNNN-title.md" for name, match in shapes.items() if not match]
    taken = Counter(match.group(1) for match in shapes.values() if match)
    return odd + [f"{number} is taken {n} times" for number, n in taken.items() if n > 1]


def find_bad_fragments(names: list[str]) -> list[str]:
    """Changelog fragments whose name does not say what kind of change it is."""
    return [f"{name}: call it title.kind.md" for name in names if not FRAGMENT.match(name)]


def _names(folder: Path) -> list[str]:
    return [p.name for p in sorted(folder.iterdir()) if p.name != "README.md"]


def test_decision_numbers_good_and_bad() -> None:
    assert not find_bad_numbers(["0001-one-tree.md", "0002-no-null.md"])
    assert find_bad_numbers(["0001-one-tree.md", "0001-no-null.md"])
    assert find_bad_numbers(["one-tree.md"])


def test_fragment_names_good_and_bad() -> None:
    assert not find_bad_fragments(["spine.added.md"])
    assert find_bad_fragments(["spine.md"])


def test_decisions_are_numbered_uniquely() -> None:
    assert not find_bad_numbers(_names(ROOT / "docs" / "decisions"))


def test_fragments_say_their_kind() -> None:
    assert not find_bad_fragments(_names(ROOT / "changelog.d"))


def test_reference_pages_are_fresh() -> None:
    """`make docs` writes them anew."""
    pages = runpy.run_path(str(ROOT / "scripts" / "docs"))["pages"]()
    folder = ROOT / "docs" / "reference"
    assert {p.name for p in folder.glob("*.md")} == set(pages)
    stale = [n for n, t in pages.items() if (folder / n).read_text(encoding="utf-8") != t]
    assert not stale, "run `make docs`"

"""The rulebook's own words are there in English and in Chinese, and of one shape."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from lawful.law.book import build_book
from lawful.law.load import READMES
from lawful.law.markdown import read_page
from lawful.law.rows import REASONS
from tests.law.files import rulebook_files

ROOT = Path(__file__).resolve().parents[2]
RULEBOOK = ROOT / "rulebook"
PAIRS = (("In our words", "用我们的话说"), ("How we read it", "我们的理解"))
INSTRUMENTS = sorted(path.parent for path in RULEBOOK.rglob("instrument.toml"))


def items(text: str) -> int:
    return len(re.findall(r"^(?:- |\d+\. )", text, re.M))


def spans(text: str) -> list[str]:
    return sorted(re.findall(r"`[^`]+`", text))


@pytest.mark.parametrize("folder", INSTRUMENTS, ids=lambda each: each.name)
def test_what_is_said_in_english_is_said_in_chinese(folder: Path) -> None:
    for path in sorted(folder.glob("*.md")):
        if path.name in READMES or path.name.endswith(".examples.md"):
            continue
        sections = dict(read_page(path.read_text(encoding="utf-8"), path.name).sections)
        for english, chinese in PAIRS:
            assert (english in sections) == (chinese in sections), (path.name, english)
        own, other = (sections.get(name, "") for name in PAIRS[1])
        assert (items(own), spans(own)) == (items(other), spans(other)), path.name


@pytest.mark.parametrize("folder", INSTRUMENTS, ids=lambda each: each.name)
def test_the_pages_for_people_are_of_one_shape(folder: Path) -> None:
    own, other = ((folder / name).read_text(encoding="utf-8") for name in READMES)
    for each in (lambda text: text.count("\n|"), items, spans):
        assert each(own) == each(other), each


def test_every_reason_of_an_example_is_said_in_chinese() -> None:
    """And ``reasons.zh.toml`` holds no reason that no row gives, in the order of their letters."""
    kept = tomllib.loads((RULEBOOK / REASONS).read_text(encoding="utf-8"))
    given = {each.because.en for each in build_book(rulebook_files()).rulebook.examples}
    assert sorted(given - set(kept)) == []
    assert sorted(set(kept) - given) == []
    assert list(kept) == sorted(kept)
    plain = [english for english, chinese in kept.items() if not re.search(r"[一-鿿]", chinese)]
    assert plain == []

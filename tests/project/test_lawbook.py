"""The law book: everything in the rulebook has its place in it, no link leads nowhere, Sphinx agrees."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from lawful.console.language import languages
from lawful.console.shelf import shelf_of
from lawful.gate.rulebook import read_folder
from lawful.law import Book, build_book

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT: dict[str, Any] = runpy.run_path(str(ROOT / "scripts" / "lawbook"))


@pytest.fixture(scope="module")
def book() -> Book:
    return build_book(read_folder(ROOT / "rulebook"))


@pytest.mark.parametrize("lang", list(languages()))
def test_everything_has_one_place_and_every_link_a_target(book: Book, lang: str) -> None:
    pages = SCRIPT["Writer"](shelf_of(book), languages()[lang]).pages()
    text = "\n".join(pages.values())
    labels = Counter(re.findall(r"^\(([a-z0-9-]+)\)=$", text, re.MULTILINE))
    assert not [name for name, n in labels.items() if n > 1]
    rulebook, label = book.rulebook, SCRIPT["label"]
    owed = {label("law", each) for each in rulebook.instruments}
    owed |= {label("art", each) for each in rulebook.articles}
    owed |= {label("id", each.id) for each in rulebook.entries}
    owed |= {label("reading", each) for each in rulebook.readings}
    assert owed == set(labels)
    assert not set(re.findall(r"\]\(#([^)]+)\)", text)) - set(labels)
    assert all(f"`{name}`" in pages["facts.md"] for name in book.vocabulary.facts)
    assert text.count("<details>") == len({each.rule for each in rulebook.examples})


def test_the_chinese_book_says_records_in_chinese_and_what_is_in_english_only(book: Book) -> None:
    name = f"law/{SCRIPT['label']('law', 'eu.gdpr')}.md"
    english, chinese = (
        SCRIPT["Writer"](shelf_of(book), words, ["eu.gdpr"]).pages()[name]
        for words in languages().values()
    )
    assert "people and records concerned" in english
    assert "涉及的人数和记录数" in chinese
    assert "监管机构" in chinese
    assert "目前只有英文" not in chinese.replace("理由一栏目前只有英文", "")
    assert "我们的理解" in chinese
    assert "How we read it" not in chinese
    assert "in English only" not in english


def test_the_reference_is_in_the_book_as_it_is() -> None:
    pages = SCRIPT["reference"]()
    assert set(pages) == {path.name for path in (ROOT / "docs" / "reference").glob("*.md")}
    assert not [name for name, page in pages.items() if "](../" in page]


@pytest.mark.parametrize(
    ("plain", "written"),
    [("a|b", "a\\|b"), ("*x* [y]", "\\*x\\* \\[y\\]"), ("on  two\nlines", "on two lines")],
)
def test_plain_text_stays_plain(plain: str, written: str) -> None:
    assert SCRIPT["text"](plain) == written


def test_headings_of_a_readme_stand_below_the_chapter_s() -> None:
    assert SCRIPT["demoted"]("# Title\n\nBody\n\n## Part\n", 2) == "\nBody\n\n### Part"


def test_sphinx_builds_chapters_without_a_warning(tmp_path: Path) -> None:
    """Two instruments in both languages; `make docs` builds all, and stops at a warning too."""
    words = [str(tmp_path), "cn.cybersecurity_incident_reporting_2025", "us.cloud_act"]
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "lawbook"), *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    for lang, said in (("en", "The law book"), ("zh-Hans", "法律手册")):
        html = (tmp_path / lang / "index.html").read_text(encoding="utf-8")
        assert said in html
        chapter = tmp_path / lang / "law" / "law-us-cloud-act.html"
        assert "<details>" in chapter.read_text(encoding="utf-8")

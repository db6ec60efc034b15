"""The page on writing law: every key and word stands on it, in both languages, and its example is law."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lawful.law.book import build_book
from lawful.law.clauses import CLOCK_UNITS, ORIGINS
from lawful.law.entries import KEYS, REASONS
from lawful.law.examples import check_examples
from lawful.law.lint import lint
from lawful.law.parse import parse
from lawful.law.tree import Node, facts_in
from lawful.terms.errors import UsageError
from lawful.terms.outcomes import Otherwise
from tests.law.files import rulebook_files, small_files

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = ("writing-law.md", "writing-law.zh.md")
FILE = re.compile(r"^`((?:instrument\.toml|art-[\w.]+\.md))`\n\n(`{3,})\w+\n(.*?)^\2$", re.S | re.M)


def text_of(page: str) -> str:
    return (DOCS / page).read_text("utf-8")


def example_of(page: str) -> dict[str, bytes]:
    """The files of the example at the end of a page, by path below the rulebook."""
    found = {f"xx/act/{name}": text.encode() for name, _, text in FILE.findall(text_of(page))}
    assert set(found) == {
        "xx/act/instrument.toml",
        "xx/act/art-007.md",
        "xx/act/art-007.examples.md",
    }
    return found


def words_of_the_language() -> set[str]:
    """What the parser offers where it does not know a word."""
    with pytest.raises(UsageError) as caught:
        parse("coalesce(a, TRUE)")
    return set(re.findall(r"\w+", str(caught.value.hint).removeprefix("Words: ")))


@pytest.mark.parametrize("page", PAGES)
def test_every_key_word_and_unit_stands_on_the_page(page: str) -> None:
    text = text_of(page)
    keys = {key for each in KEYS.values() for key in each}
    wanted = keys | words_of_the_language() | {*CLOCK_UNITS, *ORIGINS}
    wanted |= {each.value for each in Otherwise} | {f"[[{kind}]]" for kind in KEYS}
    wanted |= {*rulebook_things()}
    missing = sorted(
        each for each in wanted if not re.search(rf"(?<!\w){re.escape(each)}(?!\w)", text)
    )
    assert missing == []
    assert all(each in text for each in REASONS)


def rulebook_things() -> set[str]:
    return set(build_book(rulebook_files()).vocabulary.knows)


@pytest.mark.parametrize("page", PAGES)
def test_the_example_is_law_and_answers_as_it_says(page: str) -> None:
    files = {
        path: data for path, data in small_files("").items() if not path.startswith("xx/")
    } | example_of(page)
    book = build_book(files)
    assert lint(book) == []
    assert list(check_examples(book)) == []
    assert len(book.rulebook.examples) == 10


def test_a_wrong_row_of_the_example_is_found() -> None:
    files = {
        path: data for path, data in small_files("").items() if not path.startswith("xx/")
    } | example_of(PAGES[0])
    rows = files["xx/act/art-007.examples.md"]
    files["xx/act/art-007.examples.md"] = rows.replace(
        b"| consent_given = no | unmet", b"| consent_given = no | met"
    )
    (found,) = check_examples(build_book(files))
    assert "answers unmet, not met" in found.message


@pytest.mark.parametrize("page", PAGES)
def test_every_condition_shown_can_be_read(page: str) -> None:
    table = text_of(page).split("| ciio |".replace(" ciio ", " `ciio` "))[1].split("\n\n")[0]
    shown = [each for each in re.findall(r"`([^`]+)`", table) if "ID" not in each]
    assert len(shown) > 12
    book = build_book(rulebook_files())
    for each in shown:
        if not re.fullmatch(r"'\w+'|any_of\(system, condition\)", each):
            node = parse(each)
            assert isinstance(node, Node)
            assert facts_in(node) <= {*book.vocabulary.facts}, each

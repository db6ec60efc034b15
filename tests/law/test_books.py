"""A book is its bytes and its readings: any change changes the hash; nothing changes a book."""

from __future__ import annotations

import pytest
from attr.exceptions import FrozenInstanceError
from hypothesis import given, settings
from hypothesis import strategies as st

from lawful.law.book import Book, build_book
from lawful.law.load import load_rulebook
from lawful.terms.errors import UsageError
from tests.law.files import rule, rulebook_files, small_files

FILES = small_files(rule("ciio"))
HASH = build_book(FILES).hash


def test_the_same_bytes_give_the_same_book() -> None:
    assert build_book(dict(reversed(FILES.items()))).hash == HASH


@settings(max_examples=50)
@given(st.data())
def test_any_byte_changes_the_hash(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(FILES)))
    at = data.draw(st.integers(0, len(FILES[path]) - 1))
    changed = bytearray(FILES[path])
    changed[at] ^= data.draw(st.integers(1, 255))
    try:
        found = build_book({**FILES, path: bytes(changed)}).hash
    except UsageError:
        return  # not a book at all, and said so
    assert found != HASH


def test_a_name_or_another_file_changes_the_hash() -> None:
    moved = {("xx/act/art-002.md" if k.endswith("art-001.md") else k): v for k, v in FILES.items()}
    hashes = {HASH, build_book(moved).hash, build_book({**FILES, "xx/act/README.md": b""}).hash}
    assert len(hashes) == 3


def test_each_reading_changes_the_hash() -> None:
    files = rulebook_files()
    default = build_book(files)
    hashes = {default.hash}
    readings = default.rulebook.readings
    for name, reading in readings.items():
        other = next(each for each in reading.options if each != reading.default)
        hashes.add(default.read_as({name: other}).hash)
    assert len(hashes) == len(readings) + 1
    for name in ("CS-1", "XB-3", "PN-1"):
        other = next(each for each in readings[name].options if each != readings[name].default)
        hashes.add(build_book(files, {name: other}).hash)
        assert build_book(files, {name: readings[name].default}).hash == default.hash
    assert len(hashes) == len(readings) + 4


def test_readings_and_options_that_are_not_there() -> None:
    files = rulebook_files()
    with pytest.raises(UsageError, match="There is no reading 'CS-11'") as caught:
        build_book(files, {"CS-11": "always"})
    assert "CS-1" in caught.value.hint
    with pytest.raises(UsageError, match="'allways' is not an option of CS-1") as caught:
        build_book(files, {"CS-1": "allways"})
    assert caught.value.hint == "Did you mean 'always'?"


def test_a_book_cannot_be_changed(book: Book) -> None:
    entry = next(iter(book.entries.values()))
    for it, name in ((book, "hash"), (entry, "until"), (book.rulebook, "version")):
        with pytest.raises(FrozenInstanceError):
            setattr(it, name, None)


def test_a_book_holds_all_dates(book: Book) -> None:
    assert book.name == f"{book.rulebook.version} · {book.hash[:8]}"
    ended = [each for each in book.entries.values() if each.until]
    assert len(ended) > 5
    assert {"Asia/Shanghai", "Europe/Brussels", "America/New_York"} <= set(book.zones)


def test_entries_inherit_from_their_article(book: Book) -> None:
    entry = book.entries["cn.pipl.23.tell"]  # type: ignore[index]  # an id
    article = book.rulebook.articles["cn.pipl.23"]
    assert (entry.citation, entry.verified, entry.in_force) == (
        article.citation,
        article.verified,
        article.in_force,
    )
    assert entry.id in article.entries
    assert load_rulebook(rulebook_files()).entries == book.rulebook.entries

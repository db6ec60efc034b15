"""Kept results: whole or not at all, believed only for the question they answer, shared by processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import attrs
import pytest

from lawful.analyse import Collisions, Kept, Moment, conflicts_told, find_conflicts, kept_conflicts
from lawful.analyse import told as telling
from lawful.analyse.kept import MOST, Key
from lawful.analyse.solver import TooHard
from lawful.law.book import Book
from lawful.terms.errors import EnvironmentFailure
from tests.law.files import small_book

KEY = Key(book="b" * 64, readings=(("FR-1", "x"),), question="conflicts on 2026-11-24", version="1")
ENTRIES = """
[[rule]]
id = "xx.act.1.a"
duty = { en = "give it to no authority", zh = "不得提供" }
when = ["operation = 'disclose'"]
otherwise = "block"

[[command]]
id = "xx.act.1.c"
duty = { en = "give it to the authority", zh = "应当提供" }
when = ["compelled_by = 'CN'"]
commands = ["operation = 'disclose'"]
"""
WRITER = """
import sys
from pathlib import Path
from lawful.analyse.kept import Kept, Key
kept = Kept(Path(sys.argv[1]))
key = Key(book="b" * 64, readings=(("FR-1", "x"),), question="conflicts on 2026-11-24", version="1")
for number in range(60):
    kept.put(key, [sys.argv[2]] * 20_000)
"""


@pytest.fixture(scope="module")
def small() -> Book:
    return small_book(ENTRIES)


@pytest.fixture
def moment(small: Book) -> Moment:
    return Moment(book=small, day=date(2026, 11, 24))


def test_what_is_put_is_found_again(tmp_path: Path) -> None:
    kept = Kept.under(tmp_path / "state")
    assert kept.find(KEY) is None
    kept.put(KEY, {"zh": "冲突", "n": [1, None]})
    assert kept.find(KEY) == {"zh": "冲突", "n": [1, None]}
    kept.put(KEY, {"n": 2})
    assert Kept.under(tmp_path / "state").find(KEY) == {"n": 2}
    assert [each.name for each in kept.folder.iterdir()] == [KEY.name]


@pytest.mark.parametrize(
    "change",
    [{"book": "c" * 64}, {"readings": (("FR-1", "y"),)}, {"question": "dead"}, {"version": "2"}],
)
def test_another_question_finds_nothing(tmp_path: Path, change: dict[str, object]) -> None:
    kept = Kept(tmp_path)
    kept.put(KEY, "told")
    other = attrs.evolve(KEY, **change)  # type: ignore[arg-type]  # one field each
    assert kept.find(other) is None
    (tmp_path / KEY.name).rename(tmp_path / other.name)  # nor under that one's name
    assert kept.find(other) is None


@pytest.mark.parametrize(
    "damage",
    [b"", b'{"key": {', b"\xff\xfe", b"[]", b'"x"', b'{"told": 1}', b"[" * 100_000],
)
def test_what_cannot_be_read_counts_for_nothing(tmp_path: Path, damage: bytes) -> None:
    kept = Kept(tmp_path)
    kept.put(KEY, "told")
    (tmp_path / KEY.name).write_bytes(damage)
    assert kept.find(KEY) is None
    kept.put(KEY, "anew")
    assert kept.find(KEY) == "anew"


def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept(tmp_path)
    kept.put(KEY, "old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EnvironmentFailure, match="No space left"):
        kept.put(KEY, "new")
    assert kept.find(KEY) == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_the_oldest_go(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    keys = [attrs.evolve(KEY, question=f"day {number}") for number in range(MOST + 3)]
    for number, key in enumerate(keys):
        kept.put(key, number)
        os.utime(tmp_path / key.name, ns=(number, number))
    assert len(list(tmp_path.iterdir())) == MOST
    assert kept.find(keys[0]) is None
    assert kept.find(keys[-1]) == MOST + 2


def test_processes_write_at_once_and_every_read_is_whole(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.put(KEY, ["first"] * 20_000)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), name])
        for name in ("one", "other")
    ]
    seen = set()
    while any(each.poll() is None for each in writers):
        found = kept.find(KEY)
        assert found is not None
        assert len(found) == 20_000
        assert len(set(found)) == 1
        seen.add(found[0])
    assert [each.returncode for each in writers] == [0, 0]
    assert seen & {"one", "other"}
    assert [each.name for each in tmp_path.iterdir()] == [KEY.name]


def test_conflicts_are_worked_out_once_and_told_in_both_languages(
    moment: Moment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, heard = Kept(tmp_path), []
    assert kept_conflicts(moment, kept) is None
    told = conflicts_told(moment, kept, lambda *each: heard.append(each[1:]))
    assert heard == [(1, 1)]
    assert told["en"]["conflicts"][0]["rule"]["says"] == "give it to no authority"
    assert told["zh"]["conflicts"][0]["rule"]["says"] == "不得提供"

    def again(*_: object) -> Collisions:
        raise AssertionError("worked out twice")

    monkeypatch.setattr(telling, "find_conflicts", again)
    assert conflicts_told(moment, kept, lambda *_: None) == told
    assert kept_conflicts(moment, kept) == json.loads(json.dumps(told))
    other = attrs.evolve(moment, day=date(2026, 11, 25))
    with pytest.raises(AssertionError, match="twice"):
        conflicts_told(other, kept, lambda *_: None)


def test_what_was_not_answered_is_not_kept(
    moment: Moment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_hard(*_: object) -> Collisions:
        raise TooHard("The solver did not answer in time.")

    monkeypatch.setattr(telling, "find_conflicts", too_hard)
    with pytest.raises(TooHard):
        conflicts_told(moment, Kept(tmp_path), lambda *_: None)
    monkeypatch.setattr(telling, "find_conflicts", find_conflicts)
    assert kept_conflicts(moment, Kept(tmp_path)) is None
    assert len(conflicts_told(moment, Kept(tmp_path), lambda *_: None)["en"]["conflicts"]) == 1


def test_a_result_that_cannot_be_kept_is_given_all_the_same(moment: Moment, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file stands where the folder would be")
    kept, refused = Kept.under(tmp_path / "state"), list[EnvironmentFailure]()
    told = conflicts_told(moment, kept, lambda *_: None, refused.append)
    assert len(told["en"]["conflicts"]) == 1
    assert refused[0].code == "analyse.kept"
    assert "cannot be kept" in refused[0].message
    with pytest.raises(EnvironmentFailure):
        conflicts_told(moment, kept, lambda *_: None)

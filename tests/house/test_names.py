"""A file's name and place say what it is."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from tests.house.tree import SRC, files, name, rooms

BANNED = {"utils", "util", "helpers", "helper", "common", "misc"}
DATA_FOLDERS = {"rulebook", "recognisers", "case-types"}


def find_homeless(path: str) -> list[str]:
    """A module or folder without a noun of its own."""
    parts = PurePosixPath(path).with_suffix("").parts
    return [f"{path}: name the noun; {p} is none" for p in parts if p.lower() in BANNED]


def find_python_in_data(path: str) -> list[str]:
    """Python in a folder that holds data."""
    place = PurePosixPath(path)
    if place.parts[0] in DATA_FOLDERS and place.suffix in {".py", ".pyi", ".pyc"}:
        return [f"{path}: {place.parts[0]}/ holds data and no Python"]
    return []


@pytest.mark.parametrize("path", ["src/lawful/law/clocks.py", "docs/commons.md"])
def test_a_noun_is_a_good_name(path: str) -> None:
    assert not find_homeless(path)


@pytest.mark.parametrize("path", ["src/lawful/law/" + "ut" + "ils.py", "tests/common/x.py"])
def test_a_drawer_is_a_bad_name(path: str) -> None:
    assert find_homeless(path)


def test_no_drawers() -> None:
    assert not [f for p in files() for f in find_homeless(name(p))]


def test_data_folders_good_and_bad() -> None:
    assert not find_python_in_data("rulebook/cn/pipl/art-023.md")
    assert find_python_in_data("recognisers/cn/resident-id.py")


def test_data_folders_hold_no_python() -> None:
    assert not [f for p in files() for f in find_python_in_data(name(p))]


def test_each_room_has_a_readme() -> None:
    assert not [r for r in rooms() if not (SRC / r / "README.md").is_file()]

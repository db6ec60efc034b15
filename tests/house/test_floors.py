"""The floor plan in pyproject.toml says what is built, and holds."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from tests.house.tree import ROOT, rooms

PURE = ["terms", "law", "decide"]

# HOUSE_STYLE: one line a floor, from the doors down to the nouns.
FLOORS = [
    ["testing"],
    ["console", "api", "cli", "hooks"],
    ["sample"],
    ["actions"],
    ["rights", "transfers"],
    ["sharing"],
    ["cases"],
    ["enforce", "consent"],
    ["gate"],
    ["inventory"],
    ["evidence", "analyse"],
    ["facts", "stores", "decide", "vault", "org"],
    ["law", "db"],
    ["terms"],
]


def contracts() -> list[dict[str, Any]]:
    """The import contracts."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = project["tool"]["importlinter"]["contracts"]
    return found


def layers() -> list[str]:
    """The floors as written, brackets and all."""
    return next(c["layers"] for c in contracts() if c["name"] == "floors")


def find_wrong_brackets(written: list[str], built: list[str]) -> list[str]:
    """Rooms that stand and are still in brackets, or the other way round."""
    words = [word for floor in written for word in re.split(r"\s*\|\s*", floor)]
    bracketed = {word.strip("()"): word.startswith("(") for word in words}
    built_in_brackets = [f"{r} stands: take its brackets off" for r in built if bracketed.get(r)]
    missing = [f"{r} is not built: put it in brackets" for r, b in bracketed.items() if not b]
    return built_in_brackets + [m for m in missing if m.split()[0] not in built]


def test_brackets_good_and_bad() -> None:
    assert not find_wrong_brackets(["(gate)", "law | (db)"], ["law"])
    assert find_wrong_brackets(["(law)"], ["law"]) == ["law stands: take its brackets off"]
    assert find_wrong_brackets(["law"], []) == ["law is not built: put it in brackets"]


def test_brackets_say_what_is_built() -> None:
    assert not find_wrong_brackets(layers(), rooms())


def test_the_floors_are_those_of_the_house() -> None:
    assert [re.findall(r"\w+", floor) for floor in layers()] == FLOORS


def test_every_pure_room_that_stands_is_held_to_it() -> None:
    held = next(c["source_modules"] for c in contracts() if c["type"] == "forbidden")
    assert held == [f"lawful.{room}" for room in PURE if room in rooms()]


def test_every_room_has_a_floor() -> None:
    assert not set(rooms()) - {room for floor in FLOORS for room in floor}

"""The shipped rulebook's files, and small rulebooks made from them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "rulebook"


@cache
def _read() -> dict[str, bytes]:
    found = (path for path in ROOT.rglob("*") if path.is_file())
    return {str(path.relative_to(ROOT)): path.read_bytes() for path in found}


def rulebook_files() -> dict[str, bytes]:
    """The shipped rulebook, by path below its folder."""
    return dict(_read())

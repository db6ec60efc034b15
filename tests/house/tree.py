"""The files of the repository, as the house rules see them."""

from __future__ import annotations

import ast
import functools
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SRC = ROOT / "src" / "lawful"

CODE = ("src", "scripts", "benchmarks", "tests")

Rule = Callable[[str, str], list[str]]

_NOT_OURS = {".git", ".venv", ".uv", ".lawful", ".hypothesis", "__pycache__", "build", "dist"}


@functools.cache
def files() -> tuple[Path, ...]:
    """Every file that is tracked, or would be: what git lists, else what lies there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0 and (ROOT / ".git").exists():
        names = [name for name in listed.stdout.split("\0") if name]
        return tuple(sorted(p for name in names if (p := ROOT / name).is_file()))
    return tuple(sorted(_walk()))


def _walk() -> Iterator[Path]:
    for folder, inner, names in os.walk(ROOT):
        inner[:] = [n for n in inner if n not in _NOT_OURS and not n.endswith("_cache")]
        yield from (Path(folder, name) for name in names)


def in_folders(*folders: str, suffixes: tuple[str, ...] = (".py",)) -> list[Path]:
    """The files under these top folders with one of these suffixes."""
    return [p for p in files() if name(p).split("/")[0] in folders and p.suffix in suffixes]


def name(path: Path) -> str:
    """A file's path from the repository's root, with forward slashes."""
    return path.relative_to(ROOT).as_posix()


def text_of(path: Path) -> str | None:
    """What a text file says; nothing for a binary one."""
    data = path.read_bytes()
    if b"\0" in data:
        return None
    return data.decode("utf-8", errors="replace")


def found(rule: Rule, paths: list[Path] | tuple[Path, ...]) -> list[str]:
    """All that one rule finds in these files."""
    told = [(name(p), text_of(p)) for p in paths]
    return [finding for n, text in told if text is not None for finding in _apply(rule, n, text)]


def _apply(rule: Rule, name: str, text: str) -> list[str]:
    try:
        return rule(name, text)
    except SyntaxError as error:
        return [f"{name}:{error.lineno}: does not parse"]


@functools.lru_cache(maxsize=1024)
def parsed(text: str) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(text)


def rooms() -> list[str]:
    """The rooms that stand: folders of the package with an `__init__.py`."""
    return sorted(p.parent.name for p in SRC.glob("*/__init__.py"))

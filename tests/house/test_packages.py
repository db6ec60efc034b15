"""What an `__init__.py` holds, and what the rooms without I/O may call."""

from __future__ import annotations

import ast
from pathlib import PurePosixPath

import pytest

from tests.house.tree import SRC, found, in_folders, name, parsed

PURE_ROOMS = ("terms", "law", "decide")
CLOCKS = {"now", "today", "utcnow"}
DOORS = {"open", "input", "print", "breakpoint"}


def find_code_in_init(path: str, text: str) -> list[str]:
    """Anything in an `__init__.py` but a docstring, imports and dunder names.

    The package's own is a door: it finds the Python verbs by name when they are first asked for, so
    that importing a room does not load every other one.
    """
    if path == "src/lawful/__init__.py":
        return []
    if PurePosixPath(path).name != "__init__.py":
        return []
    return [
        f"{path}:{node.lineno}: an __init__.py holds a docstring and public names, nothing else"
        for i, node in enumerate(parsed(text).body)
        if not _belongs_in_init(node, first=i == 0)
    ]


def _belongs_in_init(node: ast.stmt, *, first: bool) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom():
            return True
        case ast.Expr(value=ast.Constant(value=str())):
            return first
        case ast.Assign(targets=[ast.Name(id=target)]) | ast.AnnAssign(target=ast.Name(id=target)):
            return target.startswith("__") and target.endswith("__")
    return False


def find_missing_docstring(path: str, text: str) -> list[str]:
    """An `__init__.py` that does not say what its room is for."""
    if PurePosixPath(path).name != "__init__.py" or ast.get_docstring(parsed(text)):
        return []
    return [f"{path}:1: say in one sentence what this is for"]


def find_own_init_import(path: str, text: str) -> list[str]:
    """Imports of a room's public names by the room itself."""
    parts = PurePosixPath(path).parts
    if parts[:2] != ("src", "lawful") or len(parts) < 4 or parts[-1] == "__init__.py":
        return []
    room = parts[2]
    return [
        f"{path}:{node.lineno}: inside {room}, import {alias.name} from the module that has it"
        for node in ast.walk(parsed(text))
        if isinstance(node, ast.ImportFrom) and node.module == f"lawful.{room}"
        for alias in node.names
        if not _is_module(room, alias.name)
    ]


def _is_module(room: str, module: str) -> bool:
    return (SRC / room / f"{module}.py").is_file() or (SRC / room / module).is_dir()


def find_io_call(path: str, text: str) -> list[str]:
    """Calls that read a clock or open a file, in a room that may not."""
    parts = PurePosixPath(path).parts
    if len(parts) < 4 or parts[2] not in PURE_ROOMS:
        return []
    return [
        f"{path}:{node.lineno}: {parts[2]} does no I/O and reads no clock: {ast.unparse(node.func)}"
        for node in ast.walk(parsed(text))
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Name) and node.func.id in DOORS)
            or (isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS)
        )
    ]


INIT = "src/lawful/law/__init__.py"


def test_a_good_init() -> None:
    text = '"""Law."""\nfrom lawful.law.book import Book\n__all__ = ["Book"]\n'
    assert not find_code_in_init(INIT, text)
    assert not find_missing_docstring(INIT, text)


@pytest.mark.parametrize("line", ["def f(): ...", "x = 1", "if x: ...", "register()", "'again'"])
def test_code_in_an_init_is_found(line: str) -> None:
    assert find_code_in_init(INIT, f'"""Law."""\n{line}\n')


def test_an_init_without_a_docstring_is_found() -> None:
    assert find_missing_docstring(INIT, "__all__ = []\n")


def test_own_names_are_imported_from_their_module() -> None:
    path = "src/lawful/terms/values.py"
    assert not find_own_init_import(path, "from lawful.terms.texts import Text\n")
    assert not find_own_init_import(path, "from lawful.terms import texts\n")
    assert not find_own_init_import("src/lawful/law/a.py", "from lawful.terms import Text\n")
    assert find_own_init_import(path, "from lawful.terms import Text\n")


@pytest.mark.parametrize("line", ["datetime.now(UTC)", "date.today()", "open('a')", "print(1)"])
def test_a_clock_or_file_is_found_in_a_pure_room(line: str) -> None:
    assert find_io_call("src/lawful/law/clocks.py", line)
    assert not find_io_call("src/lawful/gate/clocks.py", line)


def test_a_time_passed_in_is_good() -> None:
    assert not find_io_call("src/lawful/law/clocks.py", "due_on(clock, on, calendar)")


def test_inits_hold_names_only() -> None:
    assert not found(find_code_in_init, in_folders("src"))
    assert not found(find_missing_docstring, in_folders("src"))


def test_no_room_imports_its_own_names() -> None:
    assert not found(find_own_init_import, in_folders("src"))


def test_pure_rooms_call_no_clock_and_open_nothing() -> None:
    pure = [p for p in in_folders("src") if name(p).split("/")[2] in PURE_ROOMS]
    assert pure
    assert not found(find_io_call, pure)

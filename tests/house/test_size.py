"""Modules stay within 400 lines, functions within 60."""

from __future__ import annotations

import ast

from tests.house.tree import CODE, found, in_folders, parsed

MODULE_LINES = 400
FUNCTION_LINES = 60


def find_long_module(name: str, text: str) -> list[str]:
    """A module that wants to be two."""
    lines = text.count("\n")
    return [f"{name}: {lines} lines; what wants out?"] if lines > MODULE_LINES else []


def find_long_function(name: str, text: str) -> list[str]:
    """Functions that want to be several."""
    functions = (
        node
        for node in ast.walk(parsed(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    sizes = ((node, (node.end_lineno or 0) - node.lineno + 1) for node in functions)
    return [
        f"{name}:{node.lineno}: {node.name} has {lines} lines; what wants out?"
        for node, lines in sizes
        if lines > FUNCTION_LINES
    ]


def test_good_and_bad_module() -> None:
    assert not find_long_module("a.py", "x = 1\n" * MODULE_LINES)
    assert find_long_module("a.py", "x = 1\n" * (MODULE_LINES + 1))


def test_good_and_bad_function() -> None:
    body = "    x = 1\n"
    assert not find_long_function("a.py", "def f():\n" + body * (FUNCTION_LINES - 1))
    assert find_long_function("a.py", "def f():\n" + body * FUNCTION_LINES)
    assert find_long_function("a.py", "class A:\n  async def f():\n" + body * FUNCTION_LINES)


def test_no_module_is_too_long() -> None:
    assert not found(find_long_module, in_folders(*CODE))


def test_no_function_is_too_long() -> None:
    assert not found(find_long_function, in_folders(*CODE))

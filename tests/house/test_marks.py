"""Nothing is left unfinished, and no test is put aside without saying why."""

from __future__ import annotations

import ast
import re

import pytest

from tests.house.tree import CODE, found, in_folders, parsed

TEXT = (".py", ".md", ".toml", ".html", ".css", ".js", ".sh", ".in")
MARK = re.compile(r"\b(TOD[O]|FIXM[E]|XX[X])\b")


def find_mark(name: str, text: str) -> list[str]:
    """Marks of unfinished work."""
    return [
        f"{name}:{n}: finish it, or file an issue and take the mark away"
        for n, line in enumerate(text.splitlines(), 1)
        if MARK.search(line)
    ]


def find_put_aside(name: str, text: str) -> list[str]:
    """Calls and markers that skip a test, or expect it to fail, and give no reason."""
    return [
        f"{name}:{node.lineno}: say why the test is put aside"
        for node in ast.walk(parsed(text))
        if _aside(node) and not _has_reason(node)
    ]


def _aside(node: ast.AST) -> bool:
    """Whether this is `pytest.skip(…)`, `@pytest.mark.skip` or a sister of theirs."""
    if isinstance(node, ast.Call):
        return _is_aside_name(node.func)
    decorators = getattr(node, "decorator_list", [])
    return any(_is_aside_name(d) for d in decorators)


def _is_aside_name(node: ast.AST) -> bool:
    words = ast.unparse(node).split(".")
    return words[0] == "pytest" and words[-1] in {"skip", "skipif", "xfail"}


def _has_reason(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    reasons = [k.value for k in node.keywords if k.arg == "reason"]
    if ast.unparse(node.func) in {"pytest.skip", "pytest.xfail"}:
        reasons += node.args[:1]
    return any(not isinstance(r, ast.Constant) or bool(r.value) for r in reasons)


@pytest.mark.parametrize("word", ["TO" + "DO", "FIX" + "ME", "X" + "XX"])
def test_a_mark_is_found(word: str) -> None:
    assert find_mark("a.py", f"x = 1  # {word}: later\n")


def test_a_word_that_holds_a_mark_is_none() -> None:
    assert not find_mark("a.md", "todos and the XXXL size\n")


@pytest.mark.parametrize(
    "line",
    [
        "pytest.skip('no kernel here')",
        "@pytest.mark.skipif(old, reason='needs 3.12')\ndef test_a(): ...",
        "@pytest.mark.xfail(reason='see issue 4')\ndef test_a(): ...",
    ],
)
def test_a_reason_is_good(line: str) -> None:
    assert not find_put_aside("a.py", line)


@pytest.mark.parametrize(
    "line",
    [
        "pytest.skip()",
        "pytest.skip('')",
        "@pytest.mark.skip\ndef test_a(): ...",
        "@pytest.mark.skipif(old)\ndef test_a(): ...",
        "@pytest.mark.xfail(strict=True)\ndef test_a(): ...",
        "pytestmark = pytest.mark.skip()",
    ],
)
def test_no_reason_is_found(line: str) -> None:
    assert find_put_aside("a.py", line)


def test_no_marks() -> None:
    folders = (*CODE, "rulebook", "recognisers", "case-types", "docs", "requirements")
    assert not found(find_mark, in_folders(*folders, suffixes=TEXT))


def test_no_test_is_put_aside_without_a_reason() -> None:
    assert not found(find_put_aside, in_folders("tests", "src"))

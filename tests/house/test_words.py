"""The field's words, one meaning each: data subject, not user; incident, not breach.

Looked at: docstrings in src, templates, and a rulebook's prose and English texts. Headings (the
official titles of articles) and what stands in quotation marks or code are somebody else's words.
"""

from __future__ import annotations

import ast
import re

import pytest

from tests.house.tree import found, in_folders, parsed

# Not a data subject: the program, the screen, the database's word, the statutes' counts.
OTHER_USERS = re.compile(
    r"user[- ]agents?|user[- ]interfaces?|user[- ]generated|user[-_]version|database users?"
    r"|(?:active|business|end)[- ]users?",
    re.IGNORECASE,
)
USER = re.compile(r"\b(?!USERS?\b)(?i:users?)\b")  # USER is the word of SQL
OTHER_BREACHES = re.compile(r"breach(?:es)? of contract", re.IGNORECASE)
BREACH = re.compile(r"\bbreach(?:es|ed)?\b", re.IGNORECASE)

QUOTED = re.compile(r"`[^`\n]*`|“[^”]*”|\"[^\"\n]*\"|‘[^’]*’|「[^」]*」|《[^》]*》")
ENGLISH = re.compile(r"\ben\s*=\s*\"((?:[^\"\\]|\\.)*)\"")
MARKUP = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)


def wrong_words(text: str) -> list[str]:
    """What to write instead, for each wrong word in a piece of prose."""
    plain = QUOTED.sub(" ", text)
    users = USER.search(OTHER_USERS.sub(" ", plain))
    breaches = BREACH.search(OTHER_BREACHES.sub(" ", plain))
    said = [(users, "write data subject"), (breaches, "write incident")]
    return [f"{what}, not “{match.group()}”" for match, what in said if match]


def find_in_docstrings(name: str, text: str) -> list[str]:
    """Wrong words in the docstrings of a module."""
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    nodes = [node for node in ast.walk(parsed(text)) if isinstance(node, kinds)]
    return [
        f"{name}:{getattr(node, 'lineno', 1)}: {word}"
        for node in nodes
        for word in wrong_words(ast.get_docstring(node) or "")
    ]


def find_in_template(name: str, text: str) -> list[str]:
    """Wrong words in what a template shows."""
    shown = MARKUP.sub(lambda m: "\n" * m.group().count("\n"), text)
    return _by_line(name, shown.splitlines())


def find_in_article(name: str, text: str) -> list[str]:
    """Wrong words in an article's prose and English texts."""
    return _by_line(name, _prose_lines(text))


def _prose_lines(text: str) -> list[str]:
    lines, fenced = [], False
    for line in text.splitlines():
        fence = line.lstrip().startswith("```")
        fenced ^= fence
        if fence or line.startswith(("#", ">", "|")):
            lines.append("")
        elif fenced:
            lines.append(" ".join(ENGLISH.findall(line)))
        else:
            lines.append(line)
    return lines


def _by_line(name: str, lines: list[str]) -> list[str]:
    return [f"{name}:{n}: {word}" for n, line in enumerate(lines, 1) for word in wrong_words(line)]


@pytest.mark.parametrize(
    "line",
    [
        "The data subject is told.",
        "The browser's user agent and the user interface.",
        "SET USER in SQL; PRAGMA user_version.",
        "An incident, which the Regulation calls a “personal data breach”.",
        "A breach of contract is another matter.",
    ],
)
def test_good_words(line: str) -> None:
    assert not wrong_words(line)


@pytest.mark.parametrize("line", ["The user is told.", "Users consent.", "A breach.", "breached"])
def test_bad_words(line: str) -> None:
    assert wrong_words(line)


def test_docstrings_good_and_bad() -> None:
    assert not find_in_docstrings("a.py", 'def f(user):\n    """Whom it concerns."""\n')
    assert find_in_docstrings("a.py", 'def f():\n    """The user."""\n') == [
        "a.py:1: write data subject, not “user”"
    ]


def test_templates_good_and_bad() -> None:
    assert not find_in_template("a.html", '<p class="user">{{ user }}</p>\n')
    assert find_in_template("a.html", "<p>\nevery user</p>\n")[0].startswith("a.html:2:")


def test_articles_good_and_bad() -> None:
    good = "# Art. 33 · Notification of a breach\n\n```toml\nwhen = ['user_count > 1']\n```\nOk.\n"
    assert not find_in_article("a.md", good)
    assert find_in_article("a.md", "The user is told.\n")
    assert find_in_article("a.md", '```toml\nduty = { en = "tell the user", zh = "告知" }\n```\n')


def test_docstrings() -> None:
    assert not found(find_in_docstrings, in_folders("src"))


def test_templates() -> None:
    assert not found(find_in_template, in_folders("src", suffixes=(".html", ".jinja", ".j2")))


def test_articles() -> None:
    assert not found(find_in_article, in_folders("rulebook", suffixes=(".md",)))

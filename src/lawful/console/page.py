"""What a page is: a way in, a visit, and what is shown; the same context makes HTML and JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any
from urllib.parse import quote, urlencode

import attrs

from lawful.console.language import Words
from lawful.gate.deployment import Deployment
from lawful.terms.errors import UsageError

PREFERENCES = ("lang", "theme", "keys")
"""Set by address, kept in a cookie each; they are never part of a page's own fields."""

_NOT_FIELDS = (*PREFERENCES, "format", "do")


@attrs.frozen(kw_only=True)
class Preferences:
    """What a reader chose: language, theme (empty: as the system), shortcuts on or off."""

    lang: str
    theme: str = ""
    keys: str = "on"


@attrs.frozen(kw_only=True)
class Visit:
    """One request, parsed: where, which fields, in which words, and the deployment asked."""

    deployment: Deployment
    path: str
    method: str
    fields: tuple[tuple[str, str], ...]
    words: Words
    preferences: Preferences
    params: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    elsewhere: bool = False

    @property
    def lang(self) -> str:
        """The page's language."""
        return self.preferences.lang

    def one(self, name: str, default: str = "") -> str:
        """The last value given for a field."""
        return next((value for key, value in reversed(self.fields) if key == name), default)

    def all(self, name: str) -> list[str]:
        """All values given for a field."""
        return [value for key, value in self.fields if key == name]


def day_from(text: str) -> date | None:
    """A civil date as typed; None if nothing was.

    Raises: UsageError: it is not one.
    """
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise UsageError(
            f"'{text}' is not a date such as 2024-03-22.", code="console.date"
        ) from None


@attrs.frozen(kw_only=True)
class Shown:
    """A page's answer: its template and the context that is also its JSON."""

    template: str
    context: Any
    status: int = 200


@attrs.frozen(kw_only=True)
class Elsewhere:
    """The page stands at another address."""

    to: str


@attrs.frozen(kw_only=True)
class Download:
    """A text to keep as a file."""

    text: str
    name: str


Answer = Shown | Elsewhere | Download
Handler = Callable[[Visit], Answer]


@attrs.frozen(kw_only=True)
class Way:
    """A path of a page and who answers there."""

    path: str
    handler: Handler
    methods: tuple[str, ...] = ("GET",)


@attrs.frozen(kw_only=True)
class Tab:
    """A page's entry in the navigation; ``letter`` is its shortcut after ``g``."""

    name: str
    path: str
    order: int
    letter: str


@attrs.frozen(kw_only=True)
class Frame:
    """What stands around a page, and is not part of its JSON."""

    preferences: Preferences
    tab: str
    tabs: Sequence[Tab]
    path: str
    fields: tuple[tuple[str, str], ...]
    rulebook: str
    sample: bool
    languages: Mapping[str, str] = attrs.field(hash=False)

    @property
    def lang(self) -> str:
        """The page's language."""
        return self.preferences.lang

    def here(self, **changes: str) -> str:
        """This page's address with some fields changed."""
        return address(self.path, self.fields, **changes)


def address(path: str, fields: Iterable[tuple[str, str]], **changes: str) -> str:
    """A path with its fields, some of them changed; an empty value takes a field away.

    >>> address("/ask", [("on", "2024-03-22"), ("data", "phone")], on="2026-11-24")
    '/ask?data=phone&on=2026-11-24'
    """
    kept = [
        (key, value)
        for key, value in fields
        if key not in changes and key not in _NOT_FIELDS and value
    ]
    kept += [(key, value) for key, value in changes.items() if value]
    return quote(path, safe="/:@._-~") + (f"?{urlencode(kept)}" if kept else "")


def plain(value: Any) -> Any:
    """A context as JSON holds it: no sets, dates as ISO text, enums as their value."""
    if attrs.has(type(value)):
        return {each.name: plain(getattr(value, each.name)) for each in attrs.fields(type(value))}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(plain(each) for each in value)
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value

"""The words of the console: one locale file a language, chosen by address, cookie or browser."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import attrs

from lawful.terms.errors import LawfulError

DEFAULT = "en"


class NoWords(LawfulError):
    """A locale file lacks a text that a page asks for: our fault."""

    code = "console.no_words"


@attrs.frozen(kw_only=True)
class Words:
    """The texts of one language. ``lang`` is its BCP 47 tag, ``name`` what it calls itself."""

    lang: str
    name: str
    texts: Mapping[str, str] = attrs.field(hash=False, repr=False)

    def __call__(self, key: str, **filled: object) -> str:
        """The text for a key such as ``ask.title``, with its blanks filled.

        Raises: NoWords: there is no such text.
        """
        text = self.texts.get(key)
        if text is None:
            raise NoWords(f"The locale file {self.lang} has no text '{key}'.")
        return text.format(**filled) if filled else text

    def has(self, key: str) -> bool:
        """Is there a text for this key?"""
        return key in self.texts


@cache
def languages() -> Mapping[str, Words]:
    """All languages that have a locale file, by tag; the default first."""
    folder = files("lawful.console") / "locales"
    found = {}
    for path in sorted(
        folder.iterdir(), key=lambda each: (each.name != f"{DEFAULT}.toml", each.name)
    ):
        if path.name.endswith(".toml"):
            lang = path.name.removesuffix(".toml")
            texts = flat(tomllib.loads(path.read_text(encoding="utf-8")))
            found[lang] = Words(lang=lang, name=texts["language.name"], texts=texts)
    return found


def flat(tree: Mapping[str, Any], under: str = "") -> dict[str, str]:
    """Nested tables as dotted keys.

    >>> flat({"a": {"b": "c"}})
    {'a.b': 'c'}
    """
    found: dict[str, str] = {}
    for key, value in tree.items():
        found |= (
            flat(value, f"{under}{key}.")
            if isinstance(value, Mapping)
            else {f"{under}{key}": str(value)}
        )
    return found


def choose(*wishes: str, accepted: str = "", known: Iterable[str] = ()) -> str:
    """The first known wish, else the best of an ``Accept-Language`` header, else the default.

    >>> choose("", "xx", accepted="fr, zh-CN;q=0.9, en;q=0.8", known=["en", "zh-Hans"])
    'zh-Hans'
    """
    tags = list(known)
    for wish in (*wishes, *_by_quality(accepted)):
        for tag in tags:
            if wish and wish.lower().split("-")[0] == tag.lower().split("-")[0]:
                return tag
    return DEFAULT


def _by_quality(header: str) -> list[str]:
    weighed: list[tuple[float, int, str]] = []
    for place, part in enumerate(header[:200].split(",")):
        tag, _, rest = part.strip().partition(";")
        try:
            quality = float(rest.strip().removeprefix("q=")) if rest else 1.0
        except ValueError:
            quality = 0.0
        if quality > 0:
            weighed.append((-quality, place, tag.strip()))
    return [tag for _, _, tag in sorted(weighed)]

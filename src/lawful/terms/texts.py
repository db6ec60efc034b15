"""A text that people read, in each language we ship."""

from __future__ import annotations

from collections.abc import Mapping

import attrs


@attrs.frozen
class Text:
    """English and simplified Chinese.

    >>> Text("duty", "义务").in_("zh")
    '义务'
    """

    en: str
    zh: str

    def in_(self, lang: str) -> str:
        """The text in ``lang`` (``zh`` or anything that begins so; else English)."""
        return self.zh if lang.startswith("zh") else self.en


def a_or_an(word: str) -> str:
    """An English word with its article.

    >>> a_or_an("order"), a_or_an("use")
    ('an order', 'a use')
    """
    return f"{'an' if word[0] in 'aeio' else 'a'} {word}"


def labelled(text: str, labels: Mapping[str, Text]) -> list[str]:
    """The names whose label is the text or, where there is none, has all its words; in order.

    >>> labelled("China", {"CN": Text("mainland China", "中国内地")})
    ['CN']
    """
    words = set(text.casefold().split())
    same = [key for key, each in labels.items() if text.casefold() in (each.en.casefold(), each.zh)]
    return same or [
        key
        for key, each in labels.items()
        if (words and words <= set(each.en.casefold().split()))
        or (len(text) > 1 and text in each.zh)
    ]

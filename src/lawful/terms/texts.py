"""A text that people read, in each language we ship."""

from __future__ import annotations

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

"""What an unmet rule may cost, in words: each ceiling by itself, never added up."""

from __future__ import annotations

from typing import Any

from lawful.console.language import Words
from lawful.decide.prose import Prose
from lawful.law.model import Ceiling, Penalty


def penalty_view(penalty: Penalty, words: Words, prose: Prose) -> dict[str, Any]:
    """A penalty: what it says, when, its ceilings and measures, where it stands."""
    return {
        "id": penalty.id,
        "article": penalty.article,
        "says": penalty.says.in_(words.lang),
        "citation": penalty.citation,
        "citation_en": penalty.citation_en,
        "lang": prose.book.rulebook.instruments[penalty.instrument].lang,
        "verified": penalty.verified,
        "force": "law",
        "in_force": penalty.in_force.isoformat() if penalty.in_force else None,
        "until": penalty.until.isoformat() if penalty.until else None,
        "when": [{"text": each.text, "words": prose.node(each.node)} for each in penalty.when],
        "ceilings": [ceiling_words(each, words) for each in penalty.ceilings],
        "measures": [_measure(each, words) for each in penalty.measures],
        "unmet": list(penalty.unmet),
    }


def ceiling_words(ceiling: Ceiling, words: Words) -> str:
    """One limit in words.

    >>> from lawful.console.language import languages
    >>> ceiling_words(Ceiling(fixed=50_000_000, currency="CNY", percent="5", base="turnover",
    ...                       whichever="either"), languages()["en"])
    'the entity: up to CNY 50,000,000 or up to 5 % of turnover'
    """
    parts = []
    if ceiling.fixed is not None:
        parts.append(words("ceiling.fixed", amount=f"{ceiling.currency} {ceiling.fixed:,}"))
    if ceiling.percent:
        base = words(f"base.{ceiling.base}")
        parts.append(words("ceiling.percent", n=ceiling.percent, base=base))
    if ceiling.multiple:
        base = words(f"base.{ceiling.base}")
        parts.append(words("ceiling.multiple", n=ceiling.multiple, base=base))
    text = words("ceiling.or").join(parts)
    if ceiling.whichever in ("higher", "lower"):
        text += words(f"ceiling.{ceiling.whichever}")
    if ceiling.at_least is not None:
        amount = f"{ceiling.currency} {ceiling.at_least:,}"
        text += (words("form.comma") if text else "") + words("ceiling.at_least", amount=amount)
    if ceiling.per:
        per = words(f"per.{ceiling.per}") if words.has(f"per.{ceiling.per}") else ceiling.per
        text += words("ceiling.per", per=per)
    return words(f"ceiling.on_{ceiling.on}") + words("form.colon") + text


def _measure(name: str, words: Words) -> str:
    return words(f"measure.{name}") if words.has(f"measure.{name}") else name.replace("_", " ")

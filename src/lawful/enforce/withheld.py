"""How many rows of each protected table a use withholds, by reason, without telling on small groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from lawful.decide.verdicts import NOT_COVERED
from lawful.enforce.protect import NO_SUBJECT, UNSEEN
from lawful.law.book import Book
from lawful.terms.ids import RuleId

SMALL = 10
NO_RULE = {
    NOT_COVERED: {"en": "not covered by the rulebook", "zh": "规则手册未覆盖"},
    NO_SUBJECT: {"en": "no data subject found", "zh": "未找到个人"},
    UNSEEN: {"en": "no decision for these facts yet", "zh": "对该等事实尚无判定"},
}


@attrs.frozen(kw_only=True)
class Withheld:
    """Rows of one table and role: all, given, and withheld by deciding rule (rule id or one of ``NO_RULE``)."""

    table: str
    role: str
    rows: int
    given: int
    groups: Mapping[str, int] = attrs.field(hash=False)


def suppressed(groups: Mapping[str, int]) -> dict[str, int | None]:
    """Counts as those see them who may not see exact ones: None is *some*.

    A group below ten is *some*, and with it the next smallest, so that neither follows from the sum.

    >>> suppressed({"a": 1, "b": 40, "c": 500})
    {'a': None, 'b': None, 'c': 500}
    >>> suppressed({"a": 40, "c": 500})
    {'a': 40, 'c': 500}
    """
    small = [name for name, count in groups.items() if count < SMALL]
    hidden = set(small)
    rest = sorted((count, name) for name, count in groups.items() if name not in hidden)
    if small and rest:
        hidden.add(rest[0][1])
    return {name: None if name in hidden else count for name, count in groups.items()}


def wire(found: Withheld, book: Book, lang: str, *, exact: bool) -> dict[str, Any]:
    """One table and role as JSON; ``rows`` and ``given`` only where exact counts may be seen."""
    counts: Mapping[str, int | None] = found.groups if exact else suppressed(found.groups)
    order = sorted(found.groups, key=lambda name: (-found.groups[name], name))
    return {
        "table": found.table,
        "role": found.role,
        "rows": found.rows if exact else None,
        "given": found.given if exact else None,
        "withheld": sum(found.groups.values()) if exact else None,
        "groups": [
            {**reason(name, book, lang), "rows": counts[name], "some": counts[name] is None}
            for name in order
        ],
    }


def reason(name: str, book: Book, lang: str) -> dict[str, Any]:
    """Why rows are withheld: the deciding rule with its citation, or what is missing."""
    entry = book.entries.get(RuleId(name))
    if entry is None:
        text = NO_RULE.get(name, {"en": name, "zh": name})["zh" if lang.startswith("zh") else "en"]
        return {
            "rule": None,
            "reason": text,
            "citation": "",
            "force": "",
            "otherwise": None,
            "verified": None,
        }
    return {
        "rule": entry.id,
        "reason": entry.says.in_(lang),
        "citation": entry.citation,
        "citation_en": entry.citation_en,
        "lang": book.instrument(entry).lang,
        "force": entry.force,
        "otherwise": entry.otherwise.value if entry.otherwise else None,
        "verified": entry.verified,
    }

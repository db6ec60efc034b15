"""Until when a duty of a use is to be done, in words."""

from __future__ import annotations

from lawful.console.language import Words
from lawful.decide.prose import Prose
from lawful.law.model import Entry


def when_owed(entry: Entry, words: Words, prose: Prose) -> str:
    """Before, while or after the act, and by which clock."""
    clock = entry.by
    stage = words(f"duty.{entry.otherwise.value}") if entry.otherwise else ""
    if clock is None:
        return stage
    if clock.promptly:
        return words("duty.promptly")
    origin = words("duty.or").join(_origin(each, prose, words) for each in clock.origin)
    return words("duty.within", n=clock.within, unit=words(f"unit.{clock.unit}"), origin=origin)


def _origin(name: str, prose: Prose, words: Words) -> str:
    if name in prose.book.vocabulary.facts:
        return prose.fact(name)
    return words(f"origin.{name}") if words.has(f"origin.{name}") else name

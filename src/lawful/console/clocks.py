"""Until when a duty is to be done and how long something is kept, in words."""

from __future__ import annotations

from collections.abc import Mapping

from lawful.console.language import Words
from lawful.decide.prose import Prose
from lawful.law.clauses import record_named
from lawful.law.model import Clock, Entry, Keep, Period


def when_owed(entry: Entry, words: Words, prose: Prose) -> str:
    """Before, while or after the act, and by which clock."""
    if entry.by is not None:
        return clock_words(entry.by, words, prose)
    return words(f"duty.{entry.otherwise.value}") if entry.otherwise else ""


def clocks_of(entry: Entry, words: Words, prose: Prose) -> Mapping[str, str]:
    """Every clock of an entry in words: ``by``, ``every``, ``keep``; and the way of counting, where one counts."""
    found: dict[str, str] = {}
    if entry.by is not None:
        found["by"] = clock_words(entry.by, words, prose)
    if entry.every is not None:
        found["every"] = period_words(entry.every, words)
    if entry.keep is not None:
        found["keep"] = keep_words(entry.keep, words, prose)
    counts = entry.by is not None and entry.by.within and entry.by.unit not in ("hours", "minutes")
    if counts or entry.every is not None:
        counting = prose.book.instrument(entry).counting
        found["counting"] = prose.book.rulebook.calendars.counting(counting).text.in_(words.lang)
    return found


def clock_words(clock: Clock, words: Words, prose: Prose) -> str:
    """A clock in words: so long from when, so long before it, or on a day."""
    if clock.promptly:
        return words("duty.promptly")
    if clock.on:
        day = clock.on if clock.on[:1].isdigit() else _origin(clock.on, prose, words)
        return words("duty.on", day=day)
    origin = words("duty.or").join(_origin(each, prose, words) for each in clock.origin)
    length = words("duty.length", n=clock.within, unit=words(f"unit.{clock.unit}"))
    text = words("duty.before_day" if clock.before else "duty.within", length=length, origin=origin)
    if not clock.extension:
        return text
    longer = words("duty.length", n=clock.extension, unit=words(f"unit.{clock.unit}"))
    return text + words("duty.extended", length=longer, record=prose.rule(clock.extended_if))


def period_words(period: Period, words: Words) -> str:
    """How often a record is owed, and from when the periods run."""
    length = words("duty.length", n=period.n, unit=words(f"unit.{period.unit}"))
    day = period.origin if period.origin[:1].isdigit() else ""
    text = words("duty.every", length=length)
    if day:
        text += words("duty.every_from", day=day)
    return text + (words("duty.every_first", day=period.first) if period.first else "")


def keep_words(keep: Keep, words: Words, prose: Prose) -> str:
    """How long something is kept, at least or at most."""
    length = words("duty.length", n=keep.at_least or keep.at_most, unit=words(f"unit.{keep.unit}"))
    least = "duty.keep_least" if keep.at_least else "duty.keep_most"
    return words(least, length=length, origin=_origin(keep.origin, prose, words))


def _origin(name: str, prose: Prose, words: Words) -> str:
    if name in prose.book.vocabulary.facts:
        return prose.fact(name)
    if rule := record_named(name):
        return words("origin.record", rule=prose.rule(rule))
    return words(f"origin.{name}") if words.has(f"origin.{name}") else name

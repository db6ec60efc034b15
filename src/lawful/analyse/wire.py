"""Analyses as plain JSON: versioned, stable names; a witness can be asked again as it stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lawful.analyse.changes import Change
from lawful.analyse.conflicts import Collisions
from lawful.analyse.dead import Dead
from lawful.analyse.diff import Class, Direction, Question, UseDiff
from lawful.analyse.duties import RuleClass, ThingDiff
from lawful.analyse.prove import Finding
from lawful.analyse.relief import Relief
from lawful.analyse.situations import Situation
from lawful.analyse.words import all_texts, all_words
from lawful.analyse.world import Moment
from lawful.decide.prose import Prose
from lawful.decide.wire import VERSION, plain
from lawful.decide.wire import book as book_of
from lawful.law.coverage import holds
from lawful.law.model import Cover, Entry
from lawful.law.thing import Thing

_KLEENE = {True: "unmet", False: "not_unmet", None: "undetermined"}


def witness(thing: Thing) -> dict[str, Any]:
    """A thing's facts and records, as ``ask --facts`` takes them."""
    facts: dict[str, Any] = {
        name: plain(value) for name, value in thing.values.items() if value is not None
    }
    for rule in sorted(thing.kept):
        facts["systems" if rule == "system" else f"fulfilled:{rule}"] = (
            "all" if rule == "system" else False
        )
    for each in thing.records:
        if each.expires_on is None:
            facts[f"fulfilled:{each.rule}"] = True
        else:
            facts[f"recorded:{each.rule}"] = True
        says: dict[str, str] = getattr(each, "says", {})
        facts |= {f"recorded:{each.rule}:{item}": said for item, said in says.items()}
    for number, system in enumerate(getattr(thing, "systems", ()), 1):
        name = "system" if number == 1 else f"system{number}"
        facts |= {f"{name}.{fact}": plain(value) for fact, value in system.items()}
    return facts


def cited(entry: Entry, prose: Prose) -> dict[str, Any]:
    """An entry as an analysis cites it."""
    return {
        "id": entry.id,
        "kind": entry.kind.value,
        "says": entry.says.in_(prose.lang),
        "citation": entry.citation,
        "citation_en": entry.citation_en,
        "verified": entry.verified,
    }


def change(each: Change, prose: Prose) -> dict[str, Any]:
    """A change of the law, and the entry that it comes from."""
    entry = cited(each.entry, prose) if each.entry is not None else {"id": each.unit}
    return {**entry, "how": each.how}


def _situation(facts: Situation, prose: Prose) -> dict[str, Any]:
    return {"when": all_texts(prose.book, facts), "words": all_words(prose, facts)}


def use_class(each: Class, prose: Prose) -> dict[str, Any]:
    """A class of uses."""
    return {
        "about": "use",
        "before": each.before.value,
        "after": each.after.value,
        "changes": [change(one, prose) for one in each.changes],
        **_situation(each.facts, prose),
        "witness": witness(each.witness),
    }


def rule_class(each: RuleClass, prose: Prose) -> dict[str, Any]:
    """A rule about another thing whose answer changes.

    ``witness`` answers ``before`` on the first day; on the second ``witness_then`` answers ``after``,
    where the thing is judged by the law of when it came, and ``witness`` itself where that is null.
    """
    return {
        "about": each.rule.about,
        "rule": cited(each.rule, prose),
        "before": _KLEENE[each.before],
        "after": _KLEENE[each.after],
        "changes": [change(one, prose) for one in each.changes],
        **_situation(each.facts, prose),
        "witness": witness(each.witness),
        "witness_then": witness(each.then) if each.then else None,
    }


def _direction(each: Direction, prose: Prose) -> dict[str, Any]:
    return {
        "classes": len(each.classes),
        "proved": each.proved,
        "by_time": use_class(each.by_time, prose) if each.by_time else None,
    }


def _question(each: Question | None) -> dict[str, Any] | None:
    if each is None:
        return None
    return {
        "before": each.before.value,
        "after": each.after.value,
        "unknown": list(each.unknown),
        "witness": witness(each.witness),
    }


def not_covered(moments: Iterable[Moment], prose: Prose) -> list[dict[str, Any]]:
    """The jurisdictions that a book does not cover on a day looked at; of their law then nothing is found."""
    days: dict[Cover, list[str]] = {}
    for moment in moments:
        covers = moment.book.rulebook.coverage.covers
        covered = {each.jurisdiction for each in covers if holds(each, moment.day)}
        for cover in covers:
            if cover.jurisdiction not in covered:
                days.setdefault(cover, []).append(moment.day.isoformat())
    return [
        {
            "jurisdiction": cover.jurisdiction,
            "text": cover.text.in_(prose.lang),
            "on": list(dict.fromkeys(on)),
            "from": plain(cover.in_force) if cover.in_force else None,
            "to": plain(cover.until) if cover.until else None,
        }
        for cover, on in days.items()
    ]


def diff(
    uses: UseDiff | None,
    things: Iterable[ThingDiff],
    found: Iterable[Relief],
    prose: Prose,
) -> dict[str, Any]:
    """A comparison of two moments: uses ``freed`` and ``tightened``, duties ``lifted`` and ``imposed``.

    Each class has its witness. Duties are those of other things: an entity, a system, an incident.
    """
    others = list(things)
    freed = [use_class(each, prose) for each in uses.freed.classes] if uses else []
    tightened = [use_class(each, prose) for each in uses.tightened.classes] if uses else []
    lifted = [rule_class(each, prose) for one in others for each in one.freed]
    imposed = [rule_class(each, prose) for one in others for each in one.tightened]
    first = uses or others[0]
    return {
        "version": VERSION,
        "from": plain(first.first.day),
        "to": plain(first.second.day),
        "books": [book_of(each.book) for each in (first.first, first.second)],
        "about": [*(["use"] if uses else []), *(each.about for each in others)],
        "not_covered": not_covered((first.first, first.second), prose),
        "freed": freed,
        "tightened": tightened,
        "nothing_tightened": uses is not None and not tightened and uses.tightened.proved,
        "lifted": lifted,
        "imposed": imposed,
        "uses": None
        if uses is None
        else {
            "freed": _direction(uses.freed, prose),
            "tightened": _direction(uses.tightened, prose),
            "opened": _question(uses.opened),
            "closed": _question(uses.closed),
            "changes": [change(each, prose) for each in uses.changes],
        },
        "readings": [
            {
                "reading": each.reading,
                "option": each.option,
                "not_tightened": len(each.classes),
                "nothing_tightened": each.nothing,
            }
            for each in found
        ],
    }


def conflicts(found: Collisions, prose: Prose) -> dict[str, Any]:
    """Commands against prohibitions."""
    return {
        "version": VERSION,
        "on": plain(found.moment.day),
        "book": book_of(found.moment.book),
        "not_covered": not_covered((found.moment,), prose),
        "pairs": found.asked,
        "conflicts": [
            {
                "command": cited(each.command, prose),
                "rule": cited(each.rule, prose),
                "sure": each.sure,
                "direct": each.direct,
                "outcome": each.outcome.value,
                **_situation(each.facts, prose),
                "resolved_by": [
                    {"reading": one.reading, "option": one.option, "wholly": one.wholly}
                    for one in each.resolved_by
                ],
                "witness": witness(each.witness),
            }
            for each in found.found
        ],
        "not_examined": [cited(each, prose) for each in found.not_asked],
    }


def finding(found: Finding, prose: Prose) -> dict[str, Any]:
    """A claim at a moment: proved, or its counterexamples."""
    return {
        "reading": list(found.reading) if found.reading else None,
        "proved": found.proved,
        "complete": found.complete,
        "counterexamples": [
            {
                "answer": each.answer,
                "by": [cited(one, prose) for one in each.by],
                **_situation(each.facts, prose),
                "unknown": list(each.unknown),
                "witness": witness(each.witness),
            }
            for each in found.counterexamples
        ],
    }


def dead(each: Dead, prose: Prose) -> dict[str, Any]:
    """An entry that does nothing, and why."""
    return {
        **cited(each.entry, prose),
        "why": each.why.value,
        "by": [cited(one, prose) for one in each.by],
        "file": each.entry.file,
        "line": each.entry.line,
    }

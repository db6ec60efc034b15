"""Answers as plain JSON: versioned, stable names, the same for every door."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from lawful.decide import contested_wire
from lawful.decide.cures import Change, Cure
from lawful.decide.duties import Duty, DutyList
from lawful.decide.explain import Conflict, Explanation, FactUsed, RuleAnswer, Wanted
from lawful.decide.prose import Prose
from lawful.decide.why import Reason
from lawful.law.book import Book
from lawful.law.clocks import Last
from lawful.law.model import Entry, Item
from lawful.law.parse import parse
from lawful.law.thing import RECORDS
from lawful.terms.ids import RuleId
from lawful.terms.values import NEVER_AT, NEVER_ON, SetValue, Value

VERSION = 1


def plain(value: Value | None) -> Any:
    """A value as JSON: sets as sorted lists (``?name`` may be in it), dates as ISO text."""
    match value:
        case SetValue(members, unknown):
            return sorted(members) + [f"?{each}" for each in sorted(unknown)]
        case datetime():
            return "never" if value >= NEVER_AT else value.isoformat().replace("+00:00", "Z")
        case date():
            return "never" if value == NEVER_ON else value.isoformat()
        case _:
            return value


def explanation(found: Explanation, lang: str = "en") -> dict[str, Any]:
    """An explanation as JSON. ``people`` and ``decision`` are added by those who know them."""
    prose = Prose(found.book, lang)
    return {
        "version": VERSION,
        "outcome": found.outcome.value,
        "deciding": found.deciding.id if found.deciding else None,
        "rules": [rule(each, found.book, prose) for each in found.rules],
        "obligations": [
            {**rule(each, found.book, prose), **record(each.entry, each.entry.contents, prose)}
            for each in found.obligations
        ],
        "wanted": [wanted(each, found.book, prose) for each in found.wanted],
        "assumed": [fact(each, prose) for each in found.assumed],
        "presumed": list(found.presumed),
        "cures": [cure(each, found.book, prose) for each in found.cures],
        "conflicts": [conflict(each, prose) for each in found.conflicts],
        "facts": [fact(each, prose) for each in found.facts],
        "readings": [contested_wire.of_use(each, found, lang) for each in found.readings],
        "not_examined": [each.in_(lang) for each in found.not_examined],
        "timeline": [
            {
                "from": plain(each.first),
                "to": plain(each.last),
                "outcome": each.outcome.value,
                "deciding": each.deciding,
            }
            for each in found.timeline
        ],
        "people": None,
        "book": book(found.book),
        "coverage": [
            {"jurisdiction": each.jurisdiction, "state": each.state}
            for each in found.touched.covers
        ],
    }


def duties(found: DutyList, lang: str = "en") -> dict[str, Any]:
    """A duty list as JSON."""
    prose = Prose(found.book, lang)
    return {
        "version": VERSION,
        "about": found.thing.about,
        "rules": [rule(each, found.book, prose) for each in found.rules],
        "duties": [duty(each, found.book, prose) for each in found.duties],
        "owed": [duty(each, found.book, prose) for each in found.owed],
        "wanted": [wanted(each, found.book, prose) for each in found.wanted],
        "assumed": [fact(each, prose) for each in found.assumed],
        "not_examined": [each.in_(lang) for each in found.not_examined],
        "facts": [fact(each, prose) for each in found.facts],
        "readings": [contested_wire.of_duties(each, found, lang) for each in found.otherwise],
        "book": book(found.book),
    }


def duty(each: Duty, of: Book, prose: Prose) -> dict[str, Any]:
    """A duty: the rule's answer, its clock, and how it stands.

    ``state`` is ``due``, ``overdue``, ``promptly``, ``met``, ``met_late`` or ``undetermined``. It and
    the last moment are the act's: the earliest of this rule's and of those in ``also``, which the
    same act meets. ``awaited``: the act is an authority's.
    """
    act = each.act
    return {
        **rule(each.rule, of, prose),
        "state": act.state.value,
        "awaited": each.rule.entry.bearer == ("authority",),
        "by": clock(each.rule.entry),
        "last": plain(act.last),
        "last_on": plain(act.last_on),
        "counting": counting(act.ends, of, prose),
        "next_on": plain(each.due.next_on),
        "missed": [plain(last.on or last.at) for last in each.missed],
        "keep_until": plain(each.due.keep_until),
        **record(each.rule.entry, each.contents, prose),
        "done_at": plain(each.due.done_at),
        "also": [
            {
                **entry(other.rule.entry, of, prose),
                "state": other.due.state.value,
                "by": clock(other.rule.entry),
                "last": plain(other.due.last),
                "last_on": plain(other.due.last_on),
                "counting": counting(other.due.ends, of, prose),
                "to": other.rule.entry.to,
                "to_says": prose.addressee(other.rule.entry.to),
            }
            for other in each.also
        ],
    }


def record(of: Entry, contents: Iterable[Item], prose: Prose) -> dict[str, Any]:
    """To whom a rule's record goes and what it contains: the names that rules use, and in words.

    The words of an item that belongs there only in some case say in which.
    """
    items = list(contents)
    return {
        "to": of.to,
        "to_says": prose.addressee(of.to),
        "contents": [each.name for each in items],
        "contents_says": [prose.item_of(each) for each in items],
    }


def clock(of: Entry) -> str | dict[str, Any] | None:
    """A rule's clock as written: ``promptly``, on a day or date fact, so much time from when, or none."""
    if of.by is None:
        return None
    if of.by.promptly:
        return "promptly"
    if of.by.on:
        return {"on": of.by.on}
    return {"within": of.by.within, "unit": of.by.unit, "from": list(of.by.origin)}


def counting(ends: Last, of: Book, prose: Prose) -> dict[str, Any] | None:
    """How the last day was counted: the law's rule, what it moved, the year that no calendar covers."""
    if not ends.counting and not ends.uncovered:
        return None
    way = of.rulebook.calendars.counting(ends.counting)
    return {
        "rule": way.id,
        "text": way.text.in_(prose.lang),
        "verified": way.verified,
        "unshifted": plain(ends.unshifted),
        "uncovered": ends.uncovered or None,
        "extended": ends.extended,
    }


def entry(of: Entry, in_book: Book, prose: Prose) -> dict[str, Any]:
    """An entry's unchanging part: id, kind, citation, review state."""
    instrument = in_book.instrument(of)
    return {
        "id": of.id,
        "kind": of.kind.value,
        "says": of.says.in_(prose.lang),
        "otherwise": of.otherwise.value if of.otherwise else None,
        "citation": of.citation,
        "citation_en": of.citation_en,
        "lang": instrument.lang,
        "article": of.article,
        "instrument": instrument.short.in_(prose.lang),
        "force": of.force,
        "verified": of.verified,
        "reviewed": [dict(each) for each in of.reviewed],
        "in_force": plain(of.in_force),
        "until": plain(of.until),
    }


def rule(each: RuleAnswer, of: Book, prose: Prose) -> dict[str, Any]:
    """An entry's answer and why."""
    return {
        **entry(each.entry, of, prose),
        "answer": each.answer.value,
        "because": [reason(part, prose) for part in each.because],
    }


def reason(each: Reason, prose: Prose) -> dict[str, Any]:
    """One part of why, as written and in words."""
    return {
        "part": each.part,
        "index": each.index,
        "text": each.text,
        "value": each.value,
        "facts": list(each.facts),
        "words": _words(each, prose),
    }


def _words(each: Reason, prose: Prose) -> str:
    match each.part:
        case "defeated_by":
            return prose.rule(each.text)
        case "in_force":
            first, _, last = each.text.partition("/")
            return f"{first} – {last}"
        case "nothing_permits":
            return prose.words["comma"].join(each.text.split(", "))
        case "bearer":
            return prose.words["comma"].join(
                prose.member("controller_role", name) for name in each.text.split(", ")
            )
        case "unverified":
            return each.text
        case _:
            return prose.node(parse(each.text)) if each.text else ""


def fact(each: FactUsed, prose: Prose) -> dict[str, Any]:
    """A fact with its source."""
    return {
        "fact": each.name,
        "label": prose.fact(each.name),
        "value": plain(each.value),
        "shown": prose.words["yes" if each.value else "no"]
        if each.name == RECORDS or each.name.startswith("fulfilled:")
        else prose.value(each.name, each.value),
        "source": each.source.kind.value if each.source else "typed",
        "source_label": each.source.label if each.source else "",
    }


def wanted(each: Wanted, of: Book, prose: Prose) -> dict[str, Any]:
    """What is wanted, from whom, and why (the rules that wait)."""
    found: dict[str, Any] = {
        "kind": each.kind,
        "name": each.name,
        "why": list(each.why),
        "question": "",
        "from": "",
    }
    if each.kind in ("fact", "place"):
        known = of.vocabulary.facts[each.name]
        found |= {
            "question": known.question.in_(prose.lang),
            "from": known.supplier,
            "label": prose.fact(each.name),
        }
    elif each.kind == "record":
        found |= {
            "question": prose.words["record"] + prose.rule(each.name),
            "from": "register of records",
            "label": prose.rule(each.name),
        }
    elif each.kind == "item":
        rule_id, _, item = each.name.rpartition(":")
        found |= {
            "question": prose.words["item"].format(item=prose.item(item)) + prose.rule(rule_id),
            "from": "register of records",
            "label": prose.item(item),
        }
    elif each.kind in ("systems", "since", "stale"):
        found |= {
            "question": prose.words[each.kind] + prose.rule(each.name),
            "from": "activity register" if each.kind == "systems" else "counsel",
            "label": prose.rule(each.name),
        }
    elif each.kind == "counsel":
        found |= {"question": prose.rule(each.name), "from": "counsel", "label": each.name}
    else:
        region, _, topic = each.name.partition(".")
        place = prose.member("collected_in", region)
        topics = {known.id: known.text.in_(prose.lang) for known in of.rulebook.coverage.topics}
        label = {
            "en": f"not covered: {place}, {topics[topic]}",
            "zh": f"未覆盖：{place}，{topics[topic]}",
        }[prose.lang]
        found |= {
            "name": "not covered",
            "region": region,
            "topic": topic,
            "question": label,
            "label": label,
            "from": "counsel",
        }
    return found


def cure(each: Cure, of: Book, prose: Prose) -> dict[str, Any]:
    """A cure: its steps, their effort, and what the use then answers."""
    return {
        "changes": [change(step, of, prose) for step in each.changes],
        "effort": each.effort,
        "outcome": each.outcome.value,
    }


def change(each: Change, of: Book, prose: Prose) -> dict[str, Any]:
    """One step of a cure, with the words a person reads and who can take it."""
    if each.do == "act":
        return {
            "do": "act",
            "fact": f"fulfilled:{each.name}",
            "value": True,
            "text": prose.rule(each.name),
            "by": "us",
        }
    known = of.vocabulary.facts[each.name]
    if each.do == "add":
        text = prose.member(each.name, each.value)
        text = f"{known.cure.in_(prose.lang)}{prose.words['colon']}{text}" if known.cure else text
        return {
            "do": "add",
            "fact": each.name,
            "value": each.value,
            "text": text,
            "by": known.changed_by,
        }
    text = (
        known.cure.in_(prose.lang)
        if known.cure and each.value == "true"
        else (
            prose.fact(each.name)
            + prose.words["colon"]
            + prose.words["yes" if each.value == "true" else "no"]
        )
    )
    return {
        "do": "set",
        "fact": each.name,
        "value": each.value == "true",
        "text": text,
        "by": known.changed_by,
    }


def conflict(each: Conflict, prose: Prose) -> dict[str, Any]:
    """A command against a prohibition, both cited."""

    def side(of: Entry) -> dict[str, Any]:
        return {
            "id": of.id,
            "citation": of.citation,
            "citation_en": of.citation_en,
            "says": of.says.in_(prose.lang),
            "verified": of.verified,
        }

    return {
        "command": side(each.command),
        "rule": side(each.rule),
        "sure": each.sure,
        "resolved_by": None,
    }


def book(of: Book) -> dict[str, Any]:
    """Which book answered, and whether counsel reviewed it."""
    reviewed = sum(1 for each in of.entries.values() if each.reviewed)
    return {
        "version": of.rulebook.version,
        "hash": of.hash,
        "entries": len(of.entries),
        "reviewed_entries": reviewed,
        "readings": dict(sorted(of.readings.items())),
    }


def citation_of(rule_id: RuleId, of: Book) -> str:
    """An entry's citation."""
    return of.entries[rule_id].citation

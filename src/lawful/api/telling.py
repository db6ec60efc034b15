"""An answer as AuthZEN context: outcome, rules with citation in two languages, duties, cures, what is wanted."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from threading import Lock
from typing import Any

from lawful.decide import wire
from lawful.decide.explain import Explanation, RuleAnswer, explain
from lawful.decide.prose import Prose
from lawful.decide.vector import to_json
from lawful.gate.deciding import Ruled
from lawful.gate.deployment import Deployment
from lawful.law.book import Book
from lawful.law.model import Entry
from lawful.law.thing import Thing
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Answer, Otherwise, Outcome

KEPT = 512
"""So many explanations are kept: the same question is asked again and again."""
QUARTER_S = 900
LANGS = (("en", "en"), ("zh-Hans", "zh"))
WORDS = {
    Outcome.LAWFUL: ("Permitted", "可以进行"),
    Outcome.UNDETERMINED: (
        "Not known to be lawful: facts or counsel wanted",
        "尚不能确定合法：需要补充事实或者法务意见",
    ),
    Outcome.NOT_YET: ("Not yet: something must be done first", "尚不可以：须先履行要求"),
    Outcome.PROHIBITED: ("Prohibited", "禁止"),
}
NOT_COVERED = (
    "not everything that it touches is covered by the rulebook",
    "规则手册未覆盖其所涉全部事项",
)
NOT_NOW = ("This cannot be done with this data now.", "目前不能对该数据进行此项处理。")
CAN_BE = ("This may be done with this data.", "可以对该数据进行此项处理。")
VENDOR = "lawful"


def both(en: str, zh: str) -> dict[str, str]:
    """A text in the two languages of an answer."""
    return {"en": en, "zh-Hans": zh}


class Teller:
    """Explains uses of one deployment, and keeps what it explained."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self._kept: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._lock = Lock()
        self._owing = [
            each
            for each in deployment.book.entries.values()
            if each.about == "use" and each.otherwise in (Otherwise.WITH, Otherwise.AFTER)
        ]

    def context(self, ruled: Ruled, *, brief: bool) -> dict[str, Any]:
        """All of an answer but its decision id. ``brief``: without what it would take to be lawful."""
        book = self.deployment.book
        deciding = book.entries[ruled.deciding] if ruled.deciding else None
        found = {
            "outcome": ruled.outcome.value,
            "on": (ruled.thing.on or ruled.thing.at.date()).isoformat(),
            "rulebook": book.rulebook.version,
            "book": book.hash,
            "reason_codes": list(_codes(ruled)),
            "reason_admin": _reason(ruled, deciding),
            "reason_user": both(*(CAN_BE if ruled.outcome is Outcome.LAWFUL else NOT_NOW)),
            "deciding_rule": rule(deciding, book) if deciding else None,
            "duties": self.duties(ruled),
        }
        if ruled.outcome is not Outcome.LAWFUL and not brief:
            found |= self._why(ruled.thing)
        return found

    def duties(self, ruled: Ruled) -> list[dict[str, Any]]:
        """What is owed along with the use (``with``) or after it (``after``), as far as it may apply."""
        values, book = ruled.decision.values, self.deployment.book
        return [
            {
                **rule(entry, book, _state(values.get(f"vio:{entry.id}"))),
                "when": entry.otherwise.value if entry.otherwise else None,
                "to": entry.to or None,
                "by": wire.clock(entry),
            }
            for entry in self._owing
            if values.get(f"app:{entry.id}", False) is not False
        ]

    def _why(self, thing: Thing) -> dict[str, Any]:
        """The rules in the way, what is wanted, cures and conflicts: the same for the same facts and days."""
        moment = str(thing.on or int(thing.at.timestamp()) // QUARTER_S)
        key = json.dumps([moment, {**to_json(thing), "at": ""}], sort_keys=True)
        with self._lock:
            found = self._kept.get(key)
        if found is None:
            explanation = explain(
                self.deployment.decider, thing, demand_review=self.deployment.demand_review
            )
            found = why(explanation)
            with self._lock:
                self._kept[key] = found
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return found


def _codes(ruled: Ruled) -> Iterator[str]:
    yield ruled.outcome.value
    if ruled.deciding:
        yield ruled.deciding
    elif ruled.outcome is not Outcome.LAWFUL:
        yield "not_covered"


def _reason(ruled: Ruled, deciding: Entry | None) -> dict[str, str]:
    en, zh = WORDS[ruled.outcome]
    if deciding is not None:
        en += f": {deciding.says.en} ({deciding.citation_en or deciding.citation})"
        zh += f"：{deciding.says.zh}（{deciding.citation}）"
    elif ruled.outcome is not Outcome.LAWFUL:
        en, zh = f"{en}: {NOT_COVERED[0]}", f"{zh}：{NOT_COVERED[1]}"
    return both(en, zh)


def rule(entry: Entry, book: Book, outcome: str = "") -> dict[str, Any]:
    """A rule: its citation as the law gives it and in English, what it says in both languages."""
    found: dict[str, Any] = {
        "id": entry.id,
        "citation": entry.citation,
        "citation_en": entry.citation_en or entry.citation,
        "instrument": both(book.instrument(entry).short.en, book.instrument(entry).short.zh),
        "says": both(entry.says.en, entry.says.zh),
        "verified": entry.verified,
    }
    return {**found, "outcome": outcome} if outcome else found


def _state(violated: bool | None) -> str:
    return {True: "unmet", False: "met", None: "undetermined"}[violated]


def obligations(owed: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the enforcement point must see to, for a use to be lawful: duties along with it, not yet met."""
    open_ones = [each for each in owed if each["when"] == "with" and each["outcome"] != "met"]
    return [
        obligation(number, "perform_duty", rule=each["id"], says=each["says"])
        for number, each in enumerate(open_ones, 1)
    ]


def obligation(number: int, action: str, **properties: Any) -> dict[str, Any]:
    """An obligation of the profile's type ``custom``."""
    return {
        "id": f"obl-{number}",
        "type": "custom",
        "properties": {"vendor": VENDOR, "action": action, **properties},
    }


def why(found: Explanation) -> dict[str, Any]:
    """What stands in the way, what is wanted of whom, what would make it lawful, which laws collide."""
    proses = [(tag, Prose(found.book, lang)) for tag, lang in LANGS]
    return {
        "rules": [rule(each.entry, found.book, each.answer.value) for each in _standing(found)],
        "missing_facts": [
            _wanted([(tag, wire.wanted(each, found.book, prose)) for tag, prose in proses])
            for each in found.wanted
        ],
        "make_lawful": [
            _cure([(tag, wire.cure(each, found.book, prose)) for tag, prose in proses])
            for each in found.cures
        ],
        "conflicts": [
            {
                "command": rule(each.command, found.book),
                "prohibition": rule(each.rule, found.book),
                "sure": each.sure,
            }
            for each in found.conflicts
        ],
    }


def _standing(found: Explanation) -> Iterator[RuleAnswer]:
    """The rules that stop the use or may, the deciding one first."""
    stopping = [
        each
        for each in found.rules
        if each.entry.otherwise in (Otherwise.BLOCK, Otherwise.BEFORE)
        and each.answer in (Answer.UNMET, Answer.UNDETERMINED)
    ]
    first: RuleId | None = found.deciding.id if found.deciding else None
    yield from sorted(stopping, key=lambda each: each.id != first)


Told = list[tuple[str, dict[str, Any]]]


def _wanted(told: Told) -> dict[str, Any]:
    one = told[0][1]
    return {
        "fact": one["name"],
        "kind": one["kind"],
        "ask": one["from"],
        "question": {tag: each["question"] for tag, each in told},
        "why": one["why"],
    }


def _cure(told: Told) -> dict[str, Any]:
    steps = zip(*(each["changes"] for _, each in told), strict=True)
    tags = [tag for tag, _ in told]
    return {
        "do": [
            {
                "step": one[0]["do"],
                "fact": one[0]["fact"],
                "value": one[0]["value"],
                "says": {tag: each["text"] for tag, each in zip(tags, one, strict=True)},
                "by": one[0]["by"],
            }
            for one in steps
        ],
        "effort": told[0][1]["effort"],
        "outcome": told[0][1]["outcome"],
    }

"""An impact as plain JSON: versioned, the same for every door, in English or Chinese."""

from __future__ import annotations

from collections import Counter
from typing import Any

from lawful.decide import wire
from lawful.decide.prose import Prose
from lawful.gate.impact import Count, DutyChange, Impact, UseChange, Where
from lawful.gate.replay import WHY_NOT
from lawful.terms.ids import RuleId

VERSION = 1
_RANK = {"prohibited": 0, "not_yet": 1, "undetermined": 2, "lawful": 3}
_NOTES = {
    "en": (
        "Before is today's book of this deployment; of a decision that an earlier book made it is said whether "
        "today's answers otherwise.",
        "People are counted per decision: one who stands in several decisions is counted in each.",
        "A query is judged by the vectors of live facts that were recorded, each with its number of people. Where "
        "the other book makes tests that the recorded one did not, a vector stands for people whom it may tell "
        "apart: approximate.",
        "The uses of the register are judged without what stores hold of single data subjects, unless it is given; "
        "a store is asked anew by a query.",
    ),
    "zh": (
        "“此前”指本部署现行的规则手册；由更早的手册作出的判定，另行说明现行手册的答复是否不同。",
        "人数按每次判定计算：出现在多次判定中的人在每次中各计一次。",
        "查询按所记录的个人事实向量及其人数重新判定。另一手册作出原手册未作的区分时，一个向量可能代表应予区分的人，结果为近似。",
        "登记的活动在不含存储库中个人事实的情况下判定，除非另行给出；存储库由查询重新询问。",
    ),
}


def impact_json(found: Impact, lang: str = "en") -> dict[str, Any]:
    """An impact as JSON."""
    words = "zh" if lang.startswith("zh") else "en"
    before, after = Prose(found.before, lang), Prose(found.after, lang)
    return {
        "version": VERSION,
        "before": wire.book(found.before),
        "after": {
            **wire.book(found.after),
            "drafts": sorted(found.after.drafts),
            "on": found.on.isoformat() if found.on else None,
        },
        "decisions": {
            "recorded": found.recorded,
            "not_replayable": [
                {"reason": name, "text": WHY_NOT[name][words], "count": count}
                for name, count in sorted(found.not_replayable.items())
            ],
            **_counts(found, "decisions"),
            "same_book": found.same_book,
            "by_another_book": found.by_another_book,
            "differ_from_record": found.differ_from_record,
        },
        "activities": {
            "registered": found.activities,
            "without_use": list(found.without_use),
            **_counts(found, "activities"),
        },
        "errors": [
            {"decision": each.id, "recorded": each.recorded, "replayed": each.replayed}
            for each in found.unequal
        ],
        "errors_more": found.unequal_more,
        "uses": [
            _use(change, count, before, after)
            for change, count in sorted(found.uses.items(), key=lambda each: _use_order(*each))
        ],
        "duties": [
            _duty(change, count, before, after)
            for change, count in sorted(found.duties.items(), key=lambda each: _duty_order(*each))
        ],
        "left_off": found.left_off,
        "by": {name: _table(found.by[name], name, after) for name in found.by},
        "notes": list(_NOTES[words]),
    }


def _counts(found: Impact, source: str) -> dict[str, int]:
    names = ("judged", "changed", "worse", "better")
    return {name: getattr(found, name)[source] for name in names}


def _use(change: UseChange, count: Count, before: Prose, after: Prose) -> dict[str, Any]:
    return {
        **_where(change.where, after),
        "before": change.before.value,
        "after": change.after.value,
        "deciding_before": change.deciding_before or None,
        "deciding_after": change.deciding_after or None,
        "columns": change.columns or None,
        "rules": [_rule(each, before, after) for each in change.rules],
        "not_known": [{"fact": each, "label": after.fact(each)} for each in change.not_known],
        "approximate": [{"fact": each, "label": after.fact(each)} for each in change.approximate],
        "count": count.matters,
        "people": count.people,
        "examples": list(count.examples),
    }


def _duty(change: DutyChange, count: Count, before: Prose, after: Prose) -> dict[str, Any]:
    return {
        **_where(change.where, after),
        "rule": _rule(change.rule, before, after),
        "change": change.change,
        "before": change.before or None,
        "after": change.after or None,
        "last_moved": change.moved,
        "count": count.matters,
        "examples": list(count.examples),
    }


def _where(where: Where, prose: Prose) -> dict[str, Any]:
    return {
        "of": where.source,
        "about": where.about,
        "purpose": where.purpose,
        "purpose_label": prose.member("purpose", where.purpose),
        "store": where.store,
        "country": where.country,
        "recipient": where.recipient,
    }


def _rule(rule: str, before: Prose, after: Prose) -> dict[str, Any]:
    """A rule that is responsible, and in which of the two books it stands."""
    prose = after if RuleId(rule) in after.of.entries else before
    entry = prose.of.entries.get(RuleId(rule))
    if entry is None:
        return {"id": rule, "kind": "", "citation": "", "citation_en": "", "says": rule, "in": []}
    names = (("before", before.of), ("after", after.of))
    return {
        "id": entry.id,
        "kind": entry.kind.value,
        "citation": entry.citation,
        "citation_en": entry.citation_en,
        "says": entry.says.in_(prose.lang),
        "verified": entry.verified,
        "in": [name for name, book in names if entry.id in book.entries],
    }


def _table(counts: dict[str, Counter[str]], name: str, prose: Prose) -> list[dict[str, Any]]:
    """One row for each value, the most changed first."""
    rows = [
        {
            "name": value,
            "label": _label(value, name, prose),
            **{word: count[word] for word in ("judged", "changed", "worse", "better")},
        }
        for value, count in counts.items()
    ]
    return sorted(rows, key=lambda row: (-row["changed"], -row["judged"], row["name"]))


def _label(value: str, name: str, prose: Prose) -> str:
    if name == "store" or not value:
        return value
    fact = "purpose" if name == "purpose" else "recipient_region"
    return "/".join(prose.member(fact, each) for each in value.split("/"))


def _use_order(change: UseChange, count: Count) -> tuple[int, int, str, str]:
    step = _RANK[change.after.value] - _RANK[change.before.value]
    return (step, -count.matters, change.deciding_after, repr(change.where))


def _duty_order(change: DutyChange, count: Count) -> tuple[str, int, str, str]:
    return (change.change, -count.matters, change.rule, repr(change.where))

"""What was decided, read back from the evidence so that it can be judged again; or why it cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import attrs

from lawful.decide.vector import changed
from lawful.evidence import Leaf, PublishedLog

QUERY_VERSION = 1
"""Of what a query records for a replay (``replay``, ``thing``, ``populations``)."""

BATCH = 256
DECISIONS = ("ask", "use", "query", "batch")

NO_VECTOR = "no_vector"
ERASED = "erased"
NO_GROUPS = "no_facts_of_groups"
IN_FILES = "batch"
UNREADABLE = "unreadable"
WHY_NOT: Mapping[str, dict[str, str]] = {
    NO_VECTOR: {
        "en": "recorded before fact vectors were kept",
        "zh": "记录时尚未保存事实向量",
    },
    ERASED: {"en": "the payload was erased", "zh": "内容已删除"},
    NO_GROUPS: {
        "en": "asked about groups of people whose facts were not kept",
        "zh": "就若干人群提问，但未保存各人群的事实",
    },
    IN_FILES: {
        "en": "a batch: its facts are in its own files",
        "zh": "批量判定：事实在其自身文件中",
    },
    UNREADABLE: {
        "en": "a fact vector of another version, or of a thing that the book does not know",
        "zh": "事实向量属于其他版本，或者规则手册不认识该事项",
    },
}


@attrs.frozen(kw_only=True)
class Crowd:
    """Some of the people of a question: their whole vector, how many, and what was answered."""

    vector: Mapping[str, Any] = attrs.field(hash=False, repr=False)
    people: int
    outcome: str


@attrs.frozen(kw_only=True)
class Matter:
    """Something that can be judged again: a recorded decision, or what an activity of the register is.

    ``kind`` is ``ask``, ``use``, ``query`` or ``activity``; ``book`` the hash that decided (empty:
    nothing was recorded); ``rule`` and ``outcome`` what was recorded; ``duties`` the same of a duty list;
    ``populations`` a query's, as ``enforce`` records them.
    """

    id: str
    kind: str
    vector: Mapping[str, Any] = attrs.field(hash=False, repr=False)
    store: str = ""
    role: str = ""
    book: str = ""
    outcome: str = ""
    rule: str = ""
    duties: Mapping[str, str] = attrs.field(factory=dict, hash=False, repr=False)
    crowds: tuple[Crowd, ...] = ()
    populations: tuple[Mapping[str, Any], ...] = attrs.field(default=(), hash=False, repr=False)
    demand_review: bool | None = None

    @property
    def source(self) -> str:
        """``activities`` or ``decisions``."""
        return "activities" if self.kind == "activity" else "decisions"


def recorded(log: PublishedLog, since: date | None = None) -> Iterator[tuple[Leaf, Matter | str]]:
    """Every decision of the log, oldest first: as a matter, or why it cannot be replayed.

    Refusals, intents and outcomes decide nothing and are passed over. ``since``: a civil day in UTC.

    Raises: ProofFailure: a leaf or payload is not what the log attests.
    """
    first = since.isoformat() if since else ""
    size = log.size()
    for start in range(0, size, BATCH):
        stop = min(start + BATCH, size)
        for leaf in reversed(log.tail(stop - start, before=stop)):
            if leaf.kind in DECISIONS and leaf.time >= first:
                yield leaf, matter_of(leaf, log.payload(leaf))


def matter_of(leaf: Leaf, payload: Mapping[str, Any] | None) -> Matter | str:
    """A recorded decision as a matter, or the word of ``WHY_NOT``."""
    if leaf.kind == "batch":
        return IN_FILES
    if payload is None:
        return ERASED if leaf.commitment else NO_VECTOR
    if "thing" not in payload or (leaf.kind == "query" and "replay" not in payload):
        return NO_VECTOR
    if payload.get("replay", QUERY_VERSION) != QUERY_VERSION:
        return UNREADABLE
    people = payload.get("people", ())
    if any("differs" not in each for each in people):
        return NO_GROUPS
    base = payload["thing"]
    return Matter(
        id=leaf.id,
        kind=leaf.kind,
        vector=base,
        store=payload.get("store", ""),
        role=payload.get("role", ""),
        book=leaf.book,
        outcome=leaf.outcome,
        rule=leaf.rule,
        duties=payload.get("duties", {}),
        crowds=tuple(
            Crowd(
                vector=changed(base, each["differs"]),
                people=each["count"],
                outcome=each["outcome"],
            )
            for each in people
        ),
        populations=tuple(payload.get("populations", ())),
        demand_review=payload.get("demand_review"),
    )

"""Recorded decisions decided again: by the book that decided they must agree; by another, what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import attrs

from lawful.decide import wire
from lawful.evidence import Leaf
from lawful.gate.deployment import Deployment
from lawful.gate.impact import Unequal, unlike
from lawful.gate.judging import Judge
from lawful.gate.replay import UNREADABLE, WHY_NOT, recorded
from lawful.law.book import Book
from lawful.terms.errors import UsageError

VERSION = 1
SHOWN = 1_000
"""So many differences are listed; further ones are only counted."""
EVERY = 200
LISTS = ("errors", "differences")


@attrs.frozen(kw_only=True)
class Difference:
    """A decision that is answered otherwise now; ``book`` is the hash that decided."""

    id: str
    kind: str
    door: str
    time: str
    book: str
    recorded: str
    replayed: str


@attrs.define(kw_only=True)
class Replay:
    """What came of it. ``errors``: the very book that decided, on the same day, answers otherwise."""

    book: Book
    on: date | None
    compared: bool
    recorded: int = 0
    agreed: int = 0
    same_book: int = 0
    not_replayable: Counter[str] = attrs.Factory(Counter)
    books: Counter[str] = attrs.Factory(Counter)
    doors: Counter[str] = attrs.Factory(Counter)
    errors: list[Difference] = attrs.Factory(list)
    differences: list[Difference] = attrs.Factory(list)
    counts: Counter[str] = attrs.Factory(Counter)

    @property
    def differs(self) -> bool:
        """Is there a fault, or, where another book or day was asked for, any other answer?"""
        return bool(self.counts["errors"] or (self.compared and self.counts["differences"]))


def replay(
    deployment: Deployment,
    other: Book | None = None,
    *,
    on: date | None = None,
    since: date | None = None,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Replay:
    """Decide everything recorded again, from its own fact vector; nothing is written.

    Args:
        deployment: whose log is read, and whose book decides unless ``other`` does.
        other: another book: rulebook, readings or drafts.
        on: another civil day.
        since: only decisions recorded from this day on (UTC).
        progress: told how many entries of how many were read.

    Raises: ProofFailure: a leaf or payload is not what the log attests.
    """
    book = other or deployment.book
    compared = on is not None or book.hash != deployment.book.hash or book.drafts != frozenset()
    found = Replay(book=book, on=on, compared=compared)
    if not deployment.state.is_dir():
        return found
    judge = Judge(book, on=on, demand_review=deployment.demand_review)
    size = deployment.published.size()
    for leaf, matter in recorded(deployment.published, since):
        found.recorded += 1
        if found.recorded % EVERY == 0:
            progress(leaf.index + 1, size)
        if isinstance(matter, str):
            found.not_replayable[matter] += 1
            continue
        try:
            wrong = unlike(matter, judge.judge(matter))
        except UsageError:
            found.not_replayable[UNREADABLE] += 1
            continue
        _count(found, leaf, wrong)
    return found


def _count(found: Replay, leaf: Leaf, wrong: Unequal | None) -> None:
    same = leaf.book == found.book.hash and found.on is None and not found.book.drafts
    found.same_book += same
    found.books[leaf.book] += 1
    found.doors[leaf.door] += 1
    if wrong is None:
        found.agreed += 1
        return
    name = "errors" if same else "differences"
    found.counts[name] += 1
    listed = found.errors if same else found.differences
    if len(listed) < SHOWN:
        listed.append(
            Difference(
                id=leaf.id,
                kind=leaf.kind,
                door=leaf.door,
                time=leaf.time,
                book=leaf.book,
                recorded=wrong.recorded,
                replayed=wrong.replayed,
            )
        )


def replay_json(found: Replay, lang: str = "en") -> dict[str, Any]:
    """A replay as versioned JSON, the same for every door."""
    words = "zh" if lang.startswith("zh") else "en"
    return {
        "version": VERSION,
        "by": {
            **wire.book(found.book),
            "drafts": sorted(found.book.drafts),
            "on": found.on.isoformat() if found.on else None,
        },
        "recorded": found.recorded,
        "replayed": found.agreed + found.counts.total(),
        "agreed": found.agreed,
        "same_book": found.same_book,
        "not_replayable": [
            {"reason": name, "text": WHY_NOT[name][words], "count": count}
            for name, count in sorted(found.not_replayable.items())
        ],
        "books": dict(sorted(found.books.items())),
        "doors": dict(sorted(found.doors.items())),
        **{name: _listed(found, name) for name in LISTS},
        **{f"{name}_more": found.counts[name] - len(getattr(found, name)) for name in LISTS},
    }


def _listed(found: Replay, name: str) -> list[Mapping[str, str]]:
    return [attrs.asdict(each) for each in getattr(found, name)]

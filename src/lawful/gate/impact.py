"""What another book, or another day, would change: recorded decisions and the activity register judged twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Literal

import attrs

from lawful.decide.verdicts import NOT_COVERED
from lawful.gate.deployment import Deployment
from lawful.gate.judging import (
    Judge,
    Part,
    Standing,
    State,
    place_of,
    recipient_of,
    tested_otherwise,
)
from lawful.gate.register import matters
from lawful.gate.replay import UNREADABLE, Matter, recorded
from lawful.law.book import Book
from lawful.law.thing import Thing
from lawful.terms.errors import UsageError
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Outcome

EXAMPLES = 3
CLASSES_MAX = 5_000
"""So many classes of change are told apart; matters of further ones are only counted."""
ERRORS_MAX = 100
EVERY = 200
"""Progress is told after so many matters."""

Source = Literal["decisions", "activities"]
DIMENSIONS = ("purpose", "store", "country", "recipient")


@attrs.frozen(kw_only=True)
class Where:
    """What a change is counted by."""

    source: str
    about: str
    purpose: str
    store: str
    country: str
    recipient: str


@attrs.frozen(kw_only=True)
class UseChange:
    """A class of uses that would be answered otherwise.

    ``columns``: ``fewer``, ``more`` or ``other`` columns given of the rows that a query gives. ``rules``: those
    that decide or stand in the way and no longer answer as they did, and their defeaters that do not.
    ``approximate``: facts of which one value stands for people whom the other book tells apart.
    """

    where: Where
    before: Outcome
    after: Outcome
    deciding_before: str
    deciding_after: str
    columns: str
    rules: tuple[str, ...]
    not_known: tuple[str, ...]
    approximate: tuple[str, ...]


@attrs.frozen(kw_only=True)
class DutyChange:
    """A class of duties ``added``, ``removed`` or ``changed`` (``moved``: in its last moment)."""

    where: Where
    rule: str
    change: str
    before: str
    after: str
    moved: bool


@attrs.define(kw_only=True)
class Count:
    """How many matters and people a class holds, and the first ids."""

    matters: int = 0
    people: int = 0
    examples: list[str] = attrs.Factory(list)
    last: str = ""

    def add(self, of: str, people: int = 0) -> None:
        """Count one more; a matter that has several groups in a class is one."""
        self.people += people
        if self.last != of:
            self.last, self.matters = of, self.matters + 1
            if len(self.examples) < EXAMPLES:
                self.examples.append(of)


@attrs.frozen(kw_only=True)
class Unequal:
    """A replay under the very book that decided, with another answer: a fault, whoever's it is."""

    id: str
    recorded: str
    replayed: str


@attrs.define(kw_only=True)
class Impact:
    """What was found. Counters by source: ``decisions`` and ``activities``."""

    before: Book
    after: Book
    on: date | None
    recorded: int = 0
    activities: int = 0
    not_replayable: Counter[str] = attrs.Factory(Counter)
    judged: Counter[str] = attrs.Factory(Counter)
    changed: Counter[str] = attrs.Factory(Counter)
    worse: Counter[str] = attrs.Factory(Counter)
    better: Counter[str] = attrs.Factory(Counter)
    by_another_book: int = 0
    differ_from_record: int = 0
    same_book: int = 0
    unequal: list[Unequal] = attrs.Factory(list)
    unequal_more: int = 0
    without_use: list[str] = attrs.Factory(list)
    uses: dict[UseChange, Count] = attrs.Factory(dict)
    duties: dict[DutyChange, Count] = attrs.Factory(dict)
    left_off: int = 0
    by: dict[str, dict[str, Counter[str]]] = attrs.Factory(
        lambda: {name: {} for name in DIMENSIONS}
    )

    @property
    def differs(self) -> bool:
        """Would anything change, or was a replay not equal?"""
        return bool(self.changed.total() or self.unequal)


def weigh(
    deployment: Deployment,
    other: Book,
    *,
    on: date | None = None,
    since: date | None = None,
    given: Mapping[str, object] | None = None,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Impact:
    """Judge everything recorded and registered by the deployment's book and by another, or on another day.

    Args:
        deployment: whose log and registers are read; nothing is written.
        other: the book to compare with.
        on: another civil day for the second judgement.
        since: only decisions recorded from this day on (UTC).
        given: facts of data subjects for the uses of the register, as typed.
        progress: told how many matters of how many recorded were judged.

    Raises: UsageError: a register or given fact is not right. ProofFailure: the log is not as attested.
    """
    review = deployment.demand_review
    found = Impact(before=deployment.book, after=other, on=on)
    scales = _Scales(
        found,
        Judge(deployment.book, demand_review=review),
        Judge(other, on=on, demand_review=review),
    )
    if not deployment.state.is_dir():
        return found
    size = deployment.published.size()
    for leaf, matter in recorded(deployment.published, since):
        found.recorded += 1
        if isinstance(matter, str):
            found.not_replayable[matter] += 1
        else:
            scales.weigh(matter)
        if found.recorded % EVERY == 0:
            progress(leaf.index + 1, size)
    found.activities = len(deployment.activities)
    used = set()
    for matter in matters(deployment, given or {}):
        scales.weigh(matter)
        if matter.vector["about"] == "use":
            used.add(matter.id)
    found.without_use = [each.id for each in deployment.activities if each.id not in used]
    return found


class _Scales:
    """Two judges, and what their judgements differ in."""

    def __init__(self, found: Impact, before: Judge, after: Judge) -> None:
        self.found, self.before, self.after = found, before, after
        self._days: tuple[date, date] | None = None
        self._otherwise: frozenset[str] = frozenset()

    def weigh(self, matter: Matter) -> None:
        """Judge a matter twice, and count what differs."""
        try:
            before, after = self.before.judge(matter), self.after.judge(matter)
        except UsageError:
            self.found.not_replayable[UNREADABLE] += 1
            return
        self.found.judged[matter.source] += 1
        if matter.source == "decisions":
            self._check(matter, before)
        marks = {
            *self._weigh_uses(matter, before, after),
            *self._weigh_duties(matter, before, after),
        }
        for mark in marks & {"worse", "better"}:
            (self.found.worse if mark == "worse" else self.found.better)[matter.source] += 1
        self.found.changed[matter.source] += bool(marks)
        self._count_by(matter, before.thing, marks)

    def _check(self, matter: Matter, replayed: Standing) -> None:
        """The same book must give the same answer; of another book it is only said whether today's differs."""
        wrong = unlike(matter, replayed)
        if matter.book != self.before.book.hash:
            self.found.by_another_book += 1
            self.found.differ_from_record += wrong is not None
            return
        self.found.same_book += 1
        if wrong is not None and len(self.found.unequal) < ERRORS_MAX:
            self.found.unequal.append(wrong)
        elif wrong is not None:
            self.found.unequal_more += 1

    def _weigh_uses(self, matter: Matter, before: Standing, after: Standing) -> Iterator[str]:
        seen: set[tuple[UseChange, str]] = set()  # one crowd may be judged for several tables
        for one, other in zip(before.parts, after.parts, strict=True):
            whole = matter.kind != "query"
            ways = self._ways(one, other) if whole else frozenset[str]()
            both = one.outcome is other.outcome
            columns = _columns(one.given, other.given) if both else ""
            alike = (one.outcome, one.rule, columns) == (other.outcome, other.rule, "")
            if alike and not ways:
                continue
            unsure = other.outcome is Outcome.UNDETERMINED
            change = UseChange(
                where=self._where(matter, before.thing, one.place),
                before=one.outcome,
                after=other.outcome,
                deciding_before=one.rule,
                deciding_after=other.rule,
                columns=columns,
                rules=self._responsible(one, other, ways),
                not_known=self.after.not_known(other.thing, other.decision) if unsure else (),
                approximate=self._approximate(one, other),
            )
            people = 0 if (change, one.crowd) in seen else one.people
            seen.add((change, one.crowd))
            self._counted(self.found.uses, change, matter, people)
            yield _direction(one.outcome, other.outcome, columns)

    def _ways(self, one: Part, other: Part) -> frozenset[str]:
        """The rules that stand in the way under one of the two only."""
        return self.before.in_the_way(one.decision) ^ self.after.in_the_way(other.decision)

    def _responsible(self, one: Part, other: Part, ways: frozenset[str]) -> tuple[str, ...]:
        """The rules that decide or stand in the way, and their defeaters that no longer answer as they did."""
        books = (self.before.book, self.after.book)
        first, second = one.decision.values, other.decision.values
        named = {each for each in (one.rule, other.rule) if each and each != NOT_COVERED}
        turned = {
            each
            for each in named
            if first.get(f"vio:{each}", 0) is not second.get(f"vio:{each}", 0)
        }
        rules = (ways | turned) or named
        found = set(rules)
        for rule in rules:
            for book in books:
                found |= {
                    each
                    for each in book.defeaters.get(RuleId(rule), ())
                    if first.get(f"app:{each}", False) != second.get(f"app:{each}", False)
                }
        return tuple(sorted(found))

    def _approximate(self, one: Part, other: Part) -> tuple[str, ...]:
        if not one.coded:
            return ()
        days = tuple(each.thing.on or each.thing.at.date() for each in (one, other))
        if days != self._days:
            self._days = (days[0], days[1])
            self._otherwise = tested_otherwise(self.before, one.thing, self.after, other.thing)
        return tuple(sorted(self._otherwise & one.coded))

    def _weigh_duties(self, matter: Matter, before: Standing, after: Standing) -> Iterator[str]:
        where = self._where(matter, before.thing, place_of(before.thing))
        for rule in sorted({*before.duties, *after.duties}):
            one, other = before.duties.get(rule), after.duties.get(rule)
            if one == other:
                continue
            change = DutyChange(
                where=where,
                rule=rule,
                change="added" if one is None else "removed" if other is None else "changed",
                before=one[0] if one else "",
                after=other[0] if other else "",
                moved=_moved(one, other),
            )
            self._counted(self.found.duties, change, matter, 0)
            yield "duties"

    def _where(self, matter: Matter, thing: Thing, country: str) -> Where:
        return Where(
            source=matter.source,
            about=thing.about,
            purpose=str(thing.values.get("purpose") or ""),
            store=matter.store,
            country=country,
            recipient=recipient_of(thing),
        )

    def _counted(
        self,
        classes: dict[UseChange, Count] | dict[DutyChange, Count],
        change: UseChange | DutyChange,
        matter: Matter,
        people: int,
    ) -> None:
        counts: dict[UseChange | DutyChange, Count] = classes  # type: ignore[assignment]  # one of the two kinds
        if change not in counts and len(counts) >= CLASSES_MAX:
            self.found.left_off += 1
            return
        counts.setdefault(change, Count()).add(matter.id, people)

    def _count_by(self, matter: Matter, thing: Thing, marks: set[str]) -> None:
        where = self._where(matter, thing, place_of(thing))
        for name in DIMENSIONS:
            counts = self.found.by[name].setdefault(getattr(where, name), Counter())
            counts["judged"] += 1
            for mark in marks | ({"changed"} if marks else set()):
                counts[mark] += 1


def unlike(matter: Matter, replayed: Standing) -> Unequal | None:
    """How a replay differs from what was recorded; None where it does not."""
    if replayed.outcome is None:
        states = {rule: state for rule, (state, _) in replayed.duties.items()}
        rules = sorted(
            rule
            for rule in {*states, *matter.duties}
            if states.get(rule) != matter.duties.get(rule)
        )
        told = [
            "; ".join(f"{rule} {of.get(rule, '–')}" for rule in rules)
            for of in (matter.duties, states)
        ]
        return Unequal(id=matter.id, recorded=told[0], replayed=told[1]) if rules else None
    if matter.kind == "query":
        vectors = _recorded_vectors(matter)
        now = [(each.outcome.value, each.rule, _bits(each.given)) for each in replayed.parts]
        for was, each in zip(vectors, now, strict=True):
            if was != each:
                return Unequal(id=matter.id, recorded=" ".join(was), replayed=" ".join(each))
        if replayed.truncated:
            return None
    was_whole, is_whole = (matter.outcome, matter.rule), (replayed.outcome.value, replayed.rule)
    crowds = zip(matter.crowds, replayed.parts, strict=False)
    if was_whole == is_whole and all(each.outcome == part.outcome.value for each, part in crowds):
        return None
    return Unequal(id=matter.id, recorded=" ".join(was_whole), replayed=" ".join(is_whole))


def _recorded_vectors(matter: Matter) -> list[tuple[str, str, str]]:
    return [
        (raw["answers"][answer][0], raw["answers"][answer][1], raw["answers"][answer][2])
        for raw in matter.populations
        for _, _, answer in sorted(raw["vectors"])
    ]


def _bits(given: tuple[bool, ...]) -> str:
    return "".join("1" if each else "0" for each in given)


def _columns(one: tuple[bool, ...], other: tuple[bool, ...]) -> str:
    """Are fewer columns given, more, or others?"""
    lost = any(was and not now for was, now in zip(one, other, strict=True))
    won = any(now and not was for was, now in zip(one, other, strict=True))
    return "other" if lost and won else "fewer" if lost else "more" if won else ""


def _direction(one: Outcome, other: Outcome, columns: str) -> str:
    if one is other:
        return {"fewer": "worse", "more": "better"}.get(columns, "otherwise")
    return "worse" if other.rank < one.rank else "better"


def _moved(one: State | None, other: State | None) -> bool:
    return one is not None and other is not None and one[1] != other[1]

"""Entries that never do anything: no situation meets their conditions, or they are always defeated.

Looked at on one day of every stretch in which the book stays the same, and under every option of the
readings that an entry rests on, so that it is called dead only if it is on all the days of its dates
however it is read. What is unknown counts as possible.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date, timedelta
from enum import Enum

import attrs

from lawful.analyse.encoding import Side
from lawful.analyse.readings import options_of, read_as, readings_in
from lawful.analyse.world import Moment, World, vio
from lawful.law.book import Book
from lawful.law.model import Cover, Entry, Kind, Parameter
from lawful.law.tree import FALSE, And, Doubted, Node, Not, Or, conjunction

Progress = Callable[[str], None]


class Why(Enum):
    """Why an entry does nothing."""

    DATES = "dates"
    CONDITIONS = "conditions"
    DEFEATED = "defeated"
    NEVER_UNMET = "never_unmet"


@attrs.frozen(kw_only=True)
class Dead:
    """An entry that does nothing; ``by``: what always defeats it, or what its conditions run against."""

    entry: Entry
    why: Why
    by: tuple[Entry, ...] = ()


def find_dead(book: Book, progress: Progress = lambda _: None) -> tuple[Dead, ...]:
    """Every entry that never applies, is always defeated, or can never be unmet.

    Raises: TooHard: the solver gave up.
    """
    found: list[Dead] = []
    for about in sorted({each.about for each in book.entries.values()}):
        search = _Search(book, about)
        for number, day in enumerate(search.days):
            if not search.waiting:
                break
            progress(f"{about}: {number + 1} of {len(search.days)} stretches")
            search.look(day)
        found += _however_read(book, about, search.dead())
    return tuple(sorted(found, key=lambda each: each.entry.id))


def _however_read(book: Book, about: str, dead: list[Dead]) -> list[Dead]:
    """Those of some dead entries that do nothing under any other option of a reading either."""
    for reading in readings_in(book, [each.entry for each in dead]):
        for option in options_of(book, reading)[1:]:
            search = _Search(read_as(book, reading, option), about)
            search.only({each.entry.id for each in dead})
            for day in search.days:
                search.look(day)
            dead = [each for each in dead if each.entry.id in search.waiting]
    return dead


def stretches(book: Book) -> list[date]:
    """One day of each stretch between the days on which something begins or ends, the latest first."""
    turning: set[date] = set()
    dated: Iterable[Entry | Parameter | Cover] = (
        *book.entries.values(),
        *book.rulebook.parameters,
        *book.rulebook.coverage.covers,
    )
    for each in dated:
        turning |= {each.in_force} if each.in_force else set()
        turning |= {each.until + timedelta(days=1)} if each.until else set()
    if turning:
        turning.add(min(turning) - timedelta(days=1))
    return sorted(turning or {date(2026, 1, 1)}, reverse=True)


class _Search:
    """The entries about one kind of thing that have not been seen to do anything yet."""

    def __init__(self, book: Book, about: str) -> None:
        self.book = book
        self.about = about
        self.days = stretches(book)
        entries = [
            each
            for each in book.entries.values()
            if each.about == about and each.kind is not Kind.DEFINITION
        ]
        self.waiting: dict[str, Entry] = {each.id: each for each in entries}
        self.state: dict[str, Dead] = {each.id: Dead(entry=each, why=Why.DATES) for each in entries}

    def only(self, ids: Collection[str]) -> None:
        """Look for no others than these."""
        self.waiting = {each: entry for each, entry in self.waiting.items() if each in ids}

    def look(self, day: date) -> None:
        """Take off the list what does something on a day."""
        moment = Moment(book=self.book, day=day)
        live = [each for each in self.waiting.values() if each.in_force_on(day)]
        if not live:
            return
        keys = [key for each in live for key in (f"app:{each.id}", vio(each))]
        world = World((moment,), self.about, keys=keys)
        side = world.side()
        for entry in live:
            found = self.standing(world, side, entry)
            if found is None:
                del self.waiting[entry.id]
            elif found.why is not Why.DATES:
                self.state[entry.id] = _livelier(self.state[entry.id], found)

    def standing(self, world: World, side: Side, entry: Entry) -> Dead | None:
        """Why an entry does nothing on a day; None where it does something."""
        applies = side.read(f"app:{entry.id}")
        if not world.holds(-applies[1]):
            return self.against(world, side, entry)
        if entry.kind is Kind.RULE and not world.holds(-side.read(vio(entry))[1]):
            return Dead(entry=entry, why=Why.NEVER_UNMET)
        return None

    def against(self, world: World, side: Side, entry: Entry) -> Dead:
        """Whether an entry is dead by its own conditions, or by what defeats it."""
        node = world.programs[0].nodes[f"app:{entry.id}"]
        own, defeated = _parts(node)
        if not world.holds(-side.value(own)[1]):
            return Dead(entry=entry, why=Why.CONDITIONS)
        ids = self.book.defeaters.get(entry.id, ())
        bits = {-side.value(part)[0]: rule for part, rule in zip(defeated, ids, strict=True)}
        core = world.solver.least_core([-side.value(own)[1]], list(bits))
        by = tuple(self.book.entries[bits[bit]] for bit in core if bit in bits)
        return Dead(entry=entry, why=Why.DEFEATED, by=by)

    def dead(self) -> list[Dead]:
        """What was never seen to do anything."""
        return [self.state[each] for each in self.waiting]


def _livelier(one: Dead, other: Dead) -> Dead:
    """Of what an entry was on two days, what comes nearer to doing something."""
    order = list(Why)
    return other if order.index(other.why) >= order.index(one.why) else one


def _parts(node: Node) -> tuple[Node, tuple[Node, ...]]:
    """An entry's own conditions, and its defeaters: the last part of its ``applies``, negated."""
    while isinstance(node, Doubted):
        node = node.item
    if not isinstance(node, And) or not isinstance(node.items[-1], Not):
        return node, ()
    last = node.items[-1].item
    if last == FALSE:
        return conjunction(node.items[:-1]), ()
    return conjunction(node.items[:-1]), last.items if isinstance(last, Or) else (last,)

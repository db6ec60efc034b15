"""What article files say, as values: instruments, articles, entries, clocks, readings, coverage."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import Enum

import attrs

from lawful.law.tree import Node
from lawful.terms.ids import InstrumentId, RuleId
from lawful.terms.outcomes import Otherwise
from lawful.terms.texts import Text


class Kind(Enum):
    """What an entry is."""

    RULE = "rule"
    COMMAND = "command"
    BASIS = "basis"
    DEFINITION = "definition"
    PARAMETER = "parameter"
    READING = "reading"
    PENALTY = "penalty"
    PROSE = "prose"


@attrs.frozen(kw_only=True)
class Line:
    """One condition line: its text as written and its tree."""

    text: str
    node: Node
    line: int = 0


@attrs.frozen(kw_only=True)
class Clock:
    """``by``: until when. ``promptly`` is owed at once and never overdue.

    ``origin`` names where it starts, of which the latest that happened counts: date or instant
    facts, ``applies``, ``stale``, ``done``, ``period``, or ``fulfilled('id')``. ``before`` counts
    back; ``on`` is a date fact, or a month and day. ``extension``: a longer period from the same
    start, if the record of the rule ``extended_if`` was made in time.
    """

    within: int = 0
    unit: str = "days"
    origin: tuple[str, ...] = ()
    promptly: bool = False
    before: bool = False
    on: str = ""
    extension: int = 0
    extended_if: str = ""


@attrs.frozen(kw_only=True)
class Keep:
    """``keep``: how long records or data are kept from ``origin`` on, at least or at most."""

    at_least: int = 0
    at_most: int = 0
    unit: str = "years"
    origin: str = "done"


@attrs.frozen(kw_only=True)
class Ceiling:
    """One limit of a penalty: an amount, a share of a base, or both; ``whichever`` says how they join.

    ``multiple``: so many times ``base``. ``on``: ``entity`` or ``person``.
    """

    on: str = "entity"
    fixed: int | None = None
    at_least: int | None = None
    currency: str = ""
    percent: str = ""
    multiple: str = ""
    base: str = ""
    whichever: str = ""
    per: str = ""


@attrs.frozen(kw_only=True)
class Penalty:
    """What unmet rules may cost: ceilings that are never added up, and measures beyond money."""

    id: RuleId
    says: Text
    unmet: tuple[str, ...]
    article: str
    instrument: InstrumentId
    when: tuple[Line, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
    measures: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    citation: str = ""
    citation_en: str = ""
    verified: bool = False
    in_force: date | None = None
    until: date | None = None
    file: str = ""
    line: int = 0

    def in_force_on(self, day: date) -> bool:
        """Is the penalty in force on a civil day of its instrument's zone?"""
        return (self.in_force is None or self.in_force <= day) and (
            self.until is None or day <= self.until
        )


@attrs.frozen(kw_only=True)
class Period:
    """``every``: a record is owed for each running period.

    ``after`` names a fact: of periods with fixed days, the first is the one that begins after it.
    """

    n: int
    unit: str
    origin: str
    first: date | None = None
    after: str = ""


@attrs.frozen(kw_only=True)
class Item:
    """One item of a record's contents, owed always or only when a condition holds."""

    name: str
    when: Node | None = None


@attrs.frozen(kw_only=True)
class Entry:
    """A rule, command, basis or definition of an article, with what it inherits from it.

    ``when``, ``requires`` and ``commands`` are ANDed, ``unless`` is ORed. ``requires`` of None
    means never met. ``covers``: provisions that it carries out beside its own. ``verified``: the
    source was read; ``reviewed``: counsel's sign-off.
    """

    id: RuleId
    kind: Kind
    about: str
    article: str
    instrument: InstrumentId
    says: Text
    when: tuple[Line, ...] = ()
    unless: tuple[Line, ...] = ()
    requires: tuple[Line, ...] | None = None
    commands: tuple[Line, ...] = ()
    bearer: tuple[str, ...] = ()
    otherwise: Otherwise | None = None
    name: str = ""
    defeats: tuple[str, ...] = ()
    defeated_by: tuple[str, ...] = ()
    by: Clock | None = None
    every: Period | None = None
    keep: Keep | None = None
    to: str = ""
    contents: tuple[Item, ...] = ()
    binds: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    in_force: date | None = None
    until: date | None = None
    citation: str = ""
    citation_en: str = ""
    source: str = ""
    verified: bool = False
    reviewed: tuple[Mapping[str, str], ...] = attrs.field(default=(), hash=False)
    force: str = "law"
    why: Text | None = None
    file: str = ""
    line: int = 0

    def in_force_on(self, day: date) -> bool:
        """Is the entry in force on a civil day of its instrument's zone (both ends included)?"""
        return (self.in_force is None or self.in_force <= day) and (
            self.until is None or day <= self.until
        )


@attrs.frozen(kw_only=True)
class Parameter:
    """A dated number, list of regions, or table of numbers by region with its ``other`` value."""

    id: RuleId
    name: str
    instrument: InstrumentId
    says: Text
    number: int | None = None
    listed: tuple[str, ...] = ()
    by_region: Mapping[str, int] = attrs.field(factory=dict, hash=False)
    other: int | None = None
    in_force: date | None = None
    until: date | None = None
    verified: bool = False
    article: str = ""
    file: str = ""
    line: int = 0

    def in_force_on(self, day: date) -> bool:
        """Is this value the one of that day?"""
        return (self.in_force is None or self.in_force <= day) and (
            self.until is None or day <= self.until
        )


@attrs.frozen(kw_only=True)
class Reading:
    """A contested question; the safe default holds unless a deployment chose otherwise."""

    id: str
    question: Text
    options: Mapping[str, Text] = attrs.field(hash=False)
    default: str
    article: str = ""
    confidence: str = ""
    file: str = ""
    line: int = 0


@attrs.frozen(kw_only=True)
class Prose:
    """A provision left to a person, and why."""

    id: RuleId
    says: Text
    reason: str
    article: str
    instrument: InstrumentId


@attrs.frozen(kw_only=True)
class Article:
    """One article file: its metadata, its prose sections in order, and the ids of its entries."""

    id: str
    instrument: InstrumentId
    title: str
    citation: str
    citation_en: str
    source: str
    in_force: date | None
    until: date | None
    verified: bool
    reviewed: tuple[Mapping[str, str], ...] = attrs.field(hash=False)
    force: str
    provisions: tuple[str, ...]
    sections: tuple[tuple[str, str], ...]
    entries: tuple[str, ...]
    file: str


@attrs.frozen(kw_only=True)
class Instrument:
    """A law, regulation, decision or company policy: zone, counting, scope per kind of thing.

    ``readme`` is the page for people beside it, in English and Chinese (empty: not written): what is
    covered, and what is left to a person.
    """

    id: InstrumentId
    jurisdiction: str
    title: Text
    short: Text
    zone: str
    lang: str
    counting: str
    force: str
    in_force: date | None
    until: date | None
    scope: Mapping[str, tuple[Line, ...]] = attrs.field(hash=False)
    sources: Mapping[str, Mapping[str, str]] = attrs.field(hash=False)
    file: str = ""
    readme: Text = attrs.field(factory=lambda: Text("", ""))


@attrs.frozen(kw_only=True)
class Topic:
    """What a jurisdiction's law may touch; asked whenever its predicate is not false."""

    id: str
    text: Text
    when: tuple[Line, ...] = ()


@attrs.frozen(kw_only=True)
class Cover:
    """A jurisdiction's topics that the rulebook answers, from a day on."""

    jurisdiction: str
    text: Text
    regions: tuple[str, ...] = ()
    listed: str = ""
    topics: tuple[str, ...] = ()
    zone: str = "UTC"
    in_force: date | None = None
    until: date | None = None
    state: str = "provisional"
    note: Text | None = None


@attrs.frozen(kw_only=True)
class Coverage:
    """The coverage table: which topics there are, and who answers them where and when."""

    topics: tuple[Topic, ...]
    covers: tuple[Cover, ...]


@attrs.frozen(kw_only=True)
class Provision:
    """One provision of a fact sheet; ``timed``: the sheet types a threshold or a deadline."""

    id: str
    sheet: str
    kind: str
    timed: bool


@attrs.frozen(kw_only=True)
class Example:
    """One row of an examples file: a base of facts, one change, and the answer expected.

    ``because``: its reason; the Chinese is empty where nobody wrote it.
    """

    rule: RuleId
    base: Mapping[str, object] = attrs.field(hash=False)
    change: str
    expect: str
    because: Text
    file: str
    line: int

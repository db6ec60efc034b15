"""The thing that a question is about: one flat record of facts, and the records of acts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

import attrs

from lawful.terms.values import Source, Value

RECORDS = "records"
"""Among a thing's sources: that no record was named is taken to mean that nothing was done."""


@attrs.frozen(kw_only=True)
class Record:
    """An approved record of an act or document.

    ``rule`` may be an article's id: it then stands for all its rules. ``items`` of None: complete,
    as typed by hand. ``done_at`` of None: when is not known. ``bound``: facts as they then stood.
    ``says``: what single items say (``opinion``: ``negative``).
    """

    rule: str
    done_at: datetime | None = None
    items: frozenset[str] | None = None
    expires_on: date | None = None
    bound: Mapping[str, Value | None] = attrs.field(factory=dict, hash=False)
    says: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    label: str = ""

    def is_of(self, rule: str) -> bool:
        """Is this a record of that rule?"""
        return rule == self.rule or rule.startswith(f"{self.rule}.")


@attrs.frozen(kw_only=True)
class Thing:
    """One flat record of facts at one moment.

    ``values`` hold what is known; an absent name is unknown. ``on`` sets the civil date in every
    zone; without it each instrument reads the date of ``at`` in its own. ``kept``: rules whose
    register of records is declared kept. ``activity``: the facts of a use's activity, on which what
    its records bind is read; a name that is not there is read on the thing itself. ``systems``: the
    facts of the systems that belong to it; ``kept`` holds ``system`` where none is missing.
    ``since``: when a rule began to apply (by its id), or when what its record binds changed
    (``stale:`` and the id).
    """

    about: str
    at: datetime
    on: date | None = None
    values: Mapping[str, Value | None] = attrs.field(factory=dict, hash=False)
    records: tuple[Record, ...] = ()
    kept: frozenset[str] = frozenset()
    sources: Mapping[str, Source] = attrs.field(factory=dict, hash=False)
    activity: Mapping[str, Value | None] = attrs.field(factory=dict, hash=False)
    systems: tuple[Mapping[str, Value | None], ...] = attrs.field(default=(), hash=False)
    since: Mapping[str, date | datetime] = attrs.field(factory=dict, hash=False)

    def day(self, zone: str) -> date:
        """The civil date in a zone."""
        return self.on or self.at.astimezone(ZoneInfo(zone)).date()

    def with_values(self, changes: Mapping[str, Value | None]) -> Thing:
        """The same thing with some facts changed."""
        return attrs.evolve(self, values={**self.values, **changes})

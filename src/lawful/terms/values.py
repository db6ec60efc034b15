"""Values of facts. ``None`` is unknown, never *no*."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from enum import Enum

import attrs

NEVER_ON = date.max
"""The date that never came (``never`` in files and on the command line)."""

NEVER_AT = datetime(9999, 12, 31, tzinfo=UTC)
"""The instant that never came."""


@attrs.frozen
class SetValue:
    """A set of which single members may be unknown.

    ``members`` are in the set, ``unknown`` may be; the rest is not. The two are disjoint.
    """

    members: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    possible: frozenset[str] = attrs.field(init=False, eq=False, repr=False)
    """Members, and those that may be."""

    def __attrs_post_init__(self) -> None:
        if self.members & self.unknown:
            raise ValueError("a member cannot be both in the set and unknown")
        both = self.members | self.unknown if self.unknown else self.members
        object.__setattr__(self, "possible", both)


Value = bool | int | str | date | datetime | SetValue
"""flag, count, enum member, date, instant (aware UTC) or set."""


def set_of(members: Iterable[str] = (), unknown: Iterable[str] = ()) -> SetValue:
    """A set value from any iterables.

    >>> set_of(["a"]).members
    frozenset({'a'})
    """
    return SetValue(frozenset(members), frozenset(unknown))


class SourceKind(Enum):
    """Where a value came from. Conclusions count at a gate only from ``RECORD``."""

    TYPED = "typed"
    RECORD = "record"
    REGISTER = "register"
    STORE = "store"
    METER = "meter"
    CLOCK = "clock"
    ASSUMED = "assumed"
    PRESUMED = "presumed"


@attrs.frozen(kw_only=True)
class Source:
    """Where a value came from, in words, and since when it holds."""

    kind: SourceKind
    label: str = ""

"""What always holds among facts, so that analysis tries nothing that cannot be.

Each stands with its reason; a witness that broke one would be no situation at all. What is merely
usual does not belong here: a proof must hold for the unusual too.
"""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class AtMost:
    """Where both counts are known, one is at most the other."""

    less: str
    more: str
    why: str


@attrs.frozen(kw_only=True)
class OnlyWith:
    """An enum has another value than ``absent`` only where another enum has one of ``members``."""

    fact: str
    absent: str
    other: str
    members: tuple[str, ...]
    why: str


COUNTS = (
    AtMost(
        less="exported_general_persons_ytd",
        more="exported_persons_2y",
        why="both count distinct persons; since 1 January of this year is within since 1 January of the last",
    ),
    AtMost(
        less="exported_sensitive_persons_ytd",
        more="exported_sensitive_persons_2y",
        why="both count distinct persons; since 1 January of this year is within since 1 January of the last",
    ),
    AtMost(
        less="exported_sensitive_persons_2y",
        more="exported_persons_2y",
        why="the older count is of all persons, those with sensitive data among them",
    ),
)

ENUMS = (
    OnlyWith(
        fact="authority_kind",
        absent="none",
        other="recipient_role",
        members=("authority",),
        why="the kind of the authority is told of a recipient that is one",
    ),
)


@attrs.frozen(kw_only=True)
class HeldSince:
    """Where a set holds ``member``, a date is not later than the first day looked at."""

    fact: str
    member: str
    date: str
    why: str


DATES = (
    HeldSince(
        fact="transfer_routes",
        member="cac_assessment",
        date="route_issued_on",
        why="a route that is in place on a day was issued on that day or before",
    ),
)

"""Positive coverage: each jurisdiction and topic that a use touches stands in the table."""

from __future__ import annotations

from datetime import date

import attrs

from lawful.law.model import Cover, Topic
from lawful.law.oracle import Court, all_of
from lawful.terms.values import SetValue

PLACES = (
    "subject_located_in",
    "subject_resident_in",
    "controller_region",
    "collected_in",
    "stored_in",
    "processed_in",
)
MAY_BE_UNKNOWN = ("subject_resident_in",)
OF_SUBJECTS = ("subject_located_in", "subject_resident_in")
"""Places of people: data that is about nobody has none."""
NOBODY = "non_personal"


@attrs.frozen(kw_only=True)
class Gap:
    """A place and topic that the rulebook does not answer on that day."""

    region: str
    topic: str


@attrs.frozen(kw_only=True)
class Touched:
    """What a use touches: gaps in coverage, places not known, and the covers that answer."""

    gaps: tuple[Gap, ...]
    unknown_places: tuple[str, ...]
    covers: tuple[Cover, ...]

    @property
    def covered(self) -> bool:
        """Does the book answer everything that is touched?"""
        return not self.gaps and not self.unknown_places


def places(court: Court) -> tuple[frozenset[str], tuple[str, ...]]:
    """The regions touched, and the place facts that are not known."""
    regions: set[str] = set()
    unknown: list[str] = []
    nobody = court.thing.values.get("data_state") == NOBODY
    for name in PLACES:
        if nobody and name in OF_SUBJECTS:
            continue
        value = court.thing.values.get(name)
        if value is None and name not in MAY_BE_UNKNOWN:
            unknown.append(name)
        if isinstance(value, SetValue):
            regions |= value.members | value.unknown
        elif value is not None:
            regions.add(str(value))
    return frozenset(regions), tuple(unknown)


def touched(court: Court, *, demand_review: bool = False) -> Touched:
    """What this use touches, and what of it the coverage table does not hold."""
    topics = topics_touched(court)
    if not topics:
        return Touched(gaps=(), unknown_places=(), covers=())
    regions, unknown = places(court)
    gaps: list[Gap] = []
    used: list[Cover] = []
    for region in sorted(regions):
        covers = covers_of(court, region, demand_review=demand_review)
        used += [each for each in covers if each not in used]
        held = {topic for cover in covers for topic in cover.topics}
        gaps += [Gap(region=region, topic=topic.id) for topic in topics if topic.id not in held]
    return Touched(gaps=tuple(gaps), unknown_places=unknown, covers=tuple(used))


def topics_touched(court: Court) -> list[Topic]:
    """The topics whose predicate is not false."""
    reader = next(iter(court.book.entries.values()))
    return [
        topic
        for topic in court.book.rulebook.coverage.topics
        if all_of([court.value(line.node, reader) for line in topic.when]) is not False
    ]


def covers_of(court: Court, region: str, *, demand_review: bool = False) -> list[Cover]:
    """The rows of the coverage table that hold for a region on the day."""
    found = []
    for cover in court.book.rulebook.coverage.covers:
        day = court.thing.day(cover.zone)
        if not holds(cover, day) or (demand_review and cover.state != "signed"):
            continue
        listed = court.list_of(cover.listed) if cover.listed else ()
        if region in cover.regions or region in (listed or ()):
            found.append(cover)
    return found


def holds(cover: Cover, day: date) -> bool:
    """Does the book answer a jurisdiction's topics on a day?"""
    return (cover.in_force is None or cover.in_force <= day) and (
        cover.until is None or day <= cover.until
    )

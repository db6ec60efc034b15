"""Intervals drawn as lanes: places are shares of the width, so that letters keep their size. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import attrs

LANE_HEIGHT = 40
AXIS_HEIGHT = 26
_TICKS_MAX = 6
_WIDTH_MIN = 0.8


@attrs.frozen(kw_only=True)
class Lane:
    """One bar: where it begins and how long it is, in percent of the width; ``y`` in pixels."""

    x: float
    width: float
    y: int
    state: str


@attrs.frozen(kw_only=True)
class Tick:
    """The first of January of a year, in percent of the width."""

    x: float
    year: int


@attrs.frozen(kw_only=True)
class Picture:
    """Lanes under one axis; ``now`` is where the asked day stands."""

    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    now: float
    height: int


def lanes(spans: Sequence[Mapping[str, Any]], on: str) -> Picture:
    """Lay out spans ``{from, to, state}``; one without a first day has no bar of its own.

    >>> drawn = lanes([{"from": "2022-09-01", "to": "2024-03-21", "state": "no_longer"},
    ...                {"from": "2024-03-22", "to": None, "state": "in_force"}], "2026-01-01")
    >>> [(each.x, each.y) for each in drawn.lanes], [each.year for each in drawn.ticks]
    ([(0.0, 26), (44.0, 66)], [2023, 2024, 2025, 2026])
    >>> lanes([], "2026-01-01").height
    26
    """
    asked = date.fromisoformat(on)
    dated = [each for each in spans if each["from"]]
    days = [date.fromisoformat(each[key]) for each in dated for key in ("from", "to") if each[key]]
    first = min([*days, asked]).toordinal()
    last = max([*days, asked]).toordinal()
    length = max(last - first, 30) * 1.06

    def place(day: int) -> float:
        return round(100 * (day - first) / length, 1)

    drawn = []
    for number, each in enumerate(dated):
        start = date.fromisoformat(each["from"]).toordinal()
        end = date.fromisoformat(each["to"]).toordinal() + 1 if each["to"] else first + length
        drawn.append(
            Lane(
                x=place(start),
                width=max(round(place(int(end)) - place(start), 1), _WIDTH_MIN),
                y=AXIS_HEIGHT + number * LANE_HEIGHT,
                state=each["state"],
            )
        )
    return Picture(
        lanes=tuple(drawn),
        ticks=tuple(_ticks(first, last, place)),
        now=place(asked.toordinal()),
        height=AXIS_HEIGHT + LANE_HEIGHT * len(drawn),
    )


def _ticks(first: int, last: int, place: Any) -> list[Tick]:
    years = range(date.fromordinal(first).year + 1, date.fromordinal(last).year + 1)
    step = next(n for n in (1, 2, 5, 10, 25, 50) if len(years) <= n * _TICKS_MAX)
    kept = [year for year in years if step == 1 or year % step == 0]
    return [Tick(x=place(date(year, 1, 1).toordinal()), year=year) for year in kept]


@attrs.frozen(kw_only=True)
class Part:
    """One part of a bar, in percent of the width."""

    x: float
    width: float
    kind: str


def parts(counts: Sequence[tuple[str, int]], most: int) -> tuple[Part, ...]:
    """Counts side by side on one scale, on which ``most`` is the whole width.

    >>> [(each.kind, each.x, each.width) for each in parts([("before", 1), ("after", 3)], 4)]
    [('before', 0.0, 25.0), ('after', 25.0, 75.0)]
    """
    found, x = [], 0.0
    for kind, count in counts:
        width = round(100 * count / most, 2) if most else 0.0
        if width:
            found.append(Part(x=round(x, 2), width=width, kind=kind))
            x += width
    return tuple(found)

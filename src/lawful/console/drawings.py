"""Geometry of the pictures that the server draws; the templates turn it into SVG. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import attrs

TIMELINE_WIDTH = 560.0
_SPAN_WIDTH_MIN = 30.0
METER_WIDTH = 280.0
BAR_WIDTH = 1000.0
_TONES = {"lawful": "met", "prohibited": "unmet", "not_yet": "unmet", "undetermined": "unsure"}


@attrs.frozen(kw_only=True)
class Box:
    """A rectangle along a line, with what it stands for."""

    x: float
    width: float
    tone: str
    label: str = ""


@attrs.frozen(kw_only=True)
class Timeline:
    """Boxes of answers in order of time; ``now`` is where the asked day stands."""

    boxes: tuple[Box, ...]
    now: float


def timeline(spans: Sequence[Mapping[str, Any]], on: str) -> Timeline:
    """Lay out spans ``{from, to, outcome}``: by their days, but none too narrow to be seen.

    >>> drawn = timeline([{"from": "2020-01-01", "to": "2020-12-31", "outcome": "not_yet"},
    ...                   {"from": "2021-01-01", "to": None, "outcome": "lawful"}], "2021-06-01")
    >>> [(each.tone, each.width) for each in drawn.boxes], drawn.now > drawn.boxes[1].x
    ([('unmet', 238.7), ('met', 321.3)], True)
    """
    if not spans:
        return Timeline(boxes=(), now=0)
    asked = date.fromisoformat(on)
    starts = [date.fromisoformat(each["from"]) for each in spans]
    end = max(asked, starts[-1]).toordinal() + 360
    edges = [each.toordinal() for each in starts] + [end]
    days = [after - before for before, after in pairwise(edges)]
    free = TIMELINE_WIDTH - _SPAN_WIDTH_MIN * len(days)
    widths = [_SPAN_WIDTH_MIN + free * each / sum(days) for each in days]
    boxes, x, now = [], 0.0, 0.0
    for place, (span, width) in enumerate(zip(spans, widths, strict=True)):
        boxes.append(
            Box(
                x=round(x, 1),
                width=round(width, 1),
                tone=_TONES[span["outcome"]],
                label=span["from"],
            )
        )
        if edges[place] <= asked.toordinal() < edges[place + 1]:
            now = x + width * (asked.toordinal() - edges[place]) / days[place]
        x += width
    return Timeline(boxes=tuple(boxes), now=round(now, 1))


@attrs.frozen(kw_only=True)
class Tick:
    """A threshold on a meter."""

    x: float
    value: int
    passed: bool


@attrs.frozen(kw_only=True)
class Gauge:
    """A meter's bar up to ``value``, and the thresholds around it."""

    width: float
    tone: str
    ticks: tuple[Tick, ...]


def gauge(value: int, thresholds: Iterable[int]) -> Gauge:
    """A count against its thresholds: up to the next one above it, at most two shown.

    >>> [each.value for each in gauge(102213, [10000, 100000, 1000000]).ticks]
    [100000, 1000000]
    """
    known = sorted(set(thresholds))
    below, above = (
        [each for each in known if each <= value],
        [each for each in known if each > value],
    )
    shown = below[-1:] + above[:1]
    end = max([value, *shown]) * 1.12 or 1
    ticks = tuple(
        Tick(x=round(METER_WIDTH * each / end, 1), value=each, passed=value >= each)
        for each in shown
    )
    return Gauge(
        width=round(METER_WIDTH * value / end, 1), tone="unmet" if below else "accent", ticks=ticks
    )


def bar(parts: Sequence[tuple[str, int]]) -> tuple[Box, ...]:
    """Parts of a whole as boxes: given, then withheld; what is there is never invisible.

    >>> [(each.x, each.width) for each in bar([("given", 75), ("withheld", 25)])]
    [(0.0, 745.8), (748.8, 251.2)]
    """
    there = [(label, count) for label, count in parts if count > 0]
    if not there:
        return ()
    gap, least = 3.0, 4.0
    free = BAR_WIDTH - gap * (len(there) - 1) - least * len(there)
    whole = sum(count for _, count in there)
    boxes, x = [], 0.0
    for place, (label, count) in enumerate(there):
        width = least + free * count / whole
        tone = "given" if label == "given" else f"part{place % 5}"
        boxes.append(Box(x=round(x, 1), width=round(width, 1), tone=tone, label=label))
        x += width + gap
    return tuple(boxes)

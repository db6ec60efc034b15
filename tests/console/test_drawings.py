from __future__ import annotations

import itertools
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lawful.console.drawings import BAR_WIDTH, METER_WIDTH, TIMELINE_WIDTH, bar, gauge, timeline

DAYS = st.lists(st.dates(date(2018, 1, 1), date(2035, 1, 1)), min_size=1, max_size=9, unique=True)


def spans(days: list[date]) -> list[dict[str, str | None]]:
    found: list[dict[str, str | None]] = []
    for place, day in enumerate(days):
        last = (days[place + 1] - timedelta(days=1)).isoformat() if place + 1 < len(days) else None
        found.append(
            {"from": day.isoformat(), "to": last, "outcome": "lawful" if place % 2 else "not_yet"}
        )
    return found


@given(DAYS, st.dates(date(2018, 1, 1), date(2040, 1, 1)))
def test_a_timeline_fills_its_width_and_marks_the_day(days: list[date], on: date) -> None:
    days = sorted(days)
    drawn = timeline(spans(days), on.isoformat())
    assert abs(sum(box.width for box in drawn.boxes) - TIMELINE_WIDTH) < 1
    assert all(box.width >= 29.9 for box in drawn.boxes)
    holding = [box for box, day in zip(drawn.boxes, days, strict=True) if day <= on]
    if holding:
        box = holding[-1]
        assert box.x - 0.2 <= drawn.now <= box.x + box.width + 0.2
    else:
        assert drawn.now == 0


@given(st.integers(0, 10**9), st.lists(st.integers(1, 10**9), min_size=1, max_size=6))
def test_a_meter_stays_in_its_frame(value: int, thresholds: list[int]) -> None:
    drawn = gauge(value, thresholds)
    assert 0 <= drawn.width <= METER_WIDTH
    assert 1 <= len(drawn.ticks) <= 2
    assert all(0 <= tick.x < METER_WIDTH for tick in drawn.ticks)
    assert all(tick.passed == (value >= tick.value) for tick in drawn.ticks)
    assert (drawn.tone == "unmet") == any(value >= each for each in thresholds)


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=12))
def test_a_bar_shows_every_part_that_is_there(counts: list[int]) -> None:
    parts = [
        ("given" if place == 0 else f"rule {place}", count) for place, count in enumerate(counts)
    ]
    boxes = bar(parts)
    assert [box.label for box in boxes] == [label for label, count in parts if count]
    assert all(box.width >= 4 for box in boxes)
    if boxes:
        assert abs(boxes[-1].x + boxes[-1].width - BAR_WIDTH) < 1
        assert all(a.x + a.width < b.x for a, b in itertools.pairwise(boxes))
        assert all(a.tone != b.tone for a, b in itertools.pairwise(boxes))


def test_nothing_is_drawn_of_nothing() -> None:
    assert bar([("given", 0)]) == ()
    assert timeline([], "2026-11-24").boxes == ()

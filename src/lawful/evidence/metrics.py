"""What is counted: entries, groups, failures, the integrator's lag. Any door may add its own here.

One registry for the process, so that one `/metrics` page has all of it. Labels are kinds, doors and
codes: closed sets, never an id, a name or a value.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

REGISTRY = CollectorRegistry()
MEDIA_TYPE = CONTENT_TYPE_LATEST

ENTRIES = Counter(
    "lawful_evidence_entries", "Entries made durable", ["kind", "door"], registry=REGISTRY
)
SYNC_SECONDS = Histogram(
    "lawful_evidence_group_seconds",
    "From taking the lock to a synced group of entries",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
    registry=REGISTRY,
)
GROUP = Histogram(
    "lawful_evidence_group_entries",
    "Entries that one sync made durable",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 1024, 8192),
    registry=REGISTRY,
)
FAILURES = Counter(
    "lawful_evidence_failures",
    "Appends and integrations that failed, by code: nothing was given",
    ["code"],
    registry=REGISTRY,
)
PUBLISHED = Gauge(
    "lawful_evidence_published_entries", "Entries of the published checkpoint", registry=REGISTRY
)
PUBLISH_SECONDS = Histogram(
    "lawful_evidence_publish_seconds",
    "Integrating what was accepted: files, second place, witnesses, checkpoint",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=REGISTRY,
)


@cache
def _entries(kind: str, door: str) -> Counter:
    """One of the few counters of entries; finding it anew takes longer than counting."""
    return ENTRIES.labels(kind, door)


def count_entries(kinds_and_doors: Iterable[tuple[str, str]], seconds: float) -> None:
    """A group of entries was made durable in so many seconds."""
    tally = Tally(kinds_and_doors)
    for each, number in tally.items():
        _entries(*each).inc(number)
    GROUP.observe(tally.total())
    SYNC_SECONDS.observe(seconds)


def exposition() -> bytes:
    """All figures in the text format of Prometheus."""
    return generate_latest(REGISTRY)

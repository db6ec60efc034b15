"""How long a decision takes, beside the oracle's tree walk in the same run."""

from __future__ import annotations

import statistics
import time
from itertools import islice
from pathlib import Path

from lawful.decide import Decider
from lawful.law import Oracle, build_book
from lawful.testing.things import Things

ROOT = Path(__file__).resolve().parent.parent
BATCHES, ROWS = 12, 40


def run() -> list[dict[str, object]]:
    """Microseconds a decision (p50, p99) on mutated examples; the peer is the oracle, interleaved."""
    folder = ROOT / "rulebook"
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".toml", ".md")
    }
    book = build_book(files)
    decider, oracle = Decider(book), Oracle(book)
    ours: list[float] = []
    theirs: list[float] = []
    for batch in islice(Things(book, 7).batches(ROWS), BATCHES):
        for thing in batch.things:
            if thing.about != "use":
                continue
            decider.decide(thing)  # the function is made once a day and folded facts
            start = time.perf_counter()
            decider.decide(thing)
            middle = time.perf_counter()
            oracle.judge(thing)
            ours.append((middle - start) * 1e6)
            theirs.append((time.perf_counter() - middle) * 1e6)
    ratio = statistics.median(o / t for o, t in zip(theirs, ours, strict=True))
    return [
        {
            "name": f"decision, {name}",
            "figure": round(at(ours), 1),
            "unit": "µs",
            "peer": "oracle (tree walk)",
            "peer_figure": round(at(theirs), 1),
            "ratio": round(ratio, 1),
        }
        for name, at in (("p50", statistics.median), ("p99", _p99))
    ]


def _p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]

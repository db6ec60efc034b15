"""How long a decision takes, beside the oracle's tree walk in the same run.

The uses are example rows with facts and records changed; many of a few kinds, as a service asks
them, so that the generated functions are there. The first use of a kind, for which the function is
made, has a row of its own. Other engines are compared with in a benchmark to come.
"""

from __future__ import annotations

import statistics
import time
from itertools import islice
from pathlib import Path
from typing import Any

from lawful.decide import Decider
from lawful.law import Oracle, build_book
from lawful.law.book import Book
from lawful.law.thing import Thing
from lawful.testing.things import Things

ROOT = Path(__file__).resolve().parent.parent
BATCHES, ROWS, ROUNDS = 24, 40, 4
PEER = "oracle (tree walk)"


def run() -> list[dict[str, Any]]:
    """Microseconds a decision and decisions a second; the peer is the oracle, interleaved."""
    folder = ROOT / "rulebook"
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".toml", ".md")
    }
    book = build_book(files)
    uses = _uses(book)
    decider, oracle = Decider(book), Oracle(book)
    plain = [thing for thing in uses if not thing.records and not thing.kept]
    first = _first_us(book, uses[::ROWS])
    for thing in uses:
        decider.decide(thing)
    rows = []
    for words, things in (("", uses), (", no records", plain)):
        ours, theirs = _interleaved(decider, oracle, things)
        ratio = statistics.median(t / o for o, t in zip(ours, theirs, strict=True))
        for name, at in (("p50", statistics.median), ("p99", _p99)):
            rows.append(_row(f"decision{words}, {name}", "µs", at(ours), at(theirs), ratio))
        a_second = 1e6 / statistics.fmean(ours), 1e6 / statistics.fmean(theirs)
        rows.append(_row(f"decisions{words}", "1/s", *a_second, ratio))
    theirs_us = statistics.median(theirs)
    rows.append(_row("first decision of a kind", "µs", first, theirs_us, theirs_us / first))
    return rows


def _uses(book: Book) -> list[Thing]:
    batches = islice(Things(book, 7).batches(ROWS), BATCHES)
    return [thing for batch in batches for thing in batch.things if thing.about == "use"]


def _first_us(book: Book, kinds: list[Thing]) -> float:
    """The median time of the very first decision, all that is kept thrown away before each."""
    spent = []
    for thing in kinds:
        decider = Decider(book)
        start = time.perf_counter()
        decider.decide(thing)
        spent.append((time.perf_counter() - start) * 1e6)
    return statistics.median(spent)


def _interleaved(
    decider: Decider, oracle: Oracle, things: list[Thing]
) -> tuple[list[float], list[float]]:
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(ROUNDS):
        for thing in things[::2]:
            start = time.perf_counter()
            decider.decide(thing)
            middle = time.perf_counter()
            oracle.judge(thing)
            ours.append((middle - start) * 1e6)
            theirs.append((time.perf_counter() - middle) * 1e6)
    return ours, theirs


def _row(name: str, unit: str, figure: float, peer: float, ratio: float) -> dict[str, Any]:
    return {
        "name": name,
        "figure": round(figure, 1),
        "unit": unit,
        "peer": PEER,
        "peer_figure": round(peer, 1),
        "ratio": round(ratio, 3),
    }


def _p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]

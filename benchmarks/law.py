"""How long it takes to build a book and to analyse it: the shipped rulebook, and one of 500 rules.

The generated rulebook is the shipped one with acts of twenty countries made up until it has 500 rules
about a use; some of them begin or end between the two days compared. The peer of the cheapest cure is
the search that answers ``ask``, interleaved; the others have none.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from lawful.analyse import (
    Moment,
    cheapest_cures,
    diff_uses,
    find_conflicts,
    find_dead,
    prove,
    read_as,
    read_claim,
    settle,
)
from lawful.analyse.diff import tightens
from lawful.decide.cures import find_cures
from lawful.decide.decider import Decider
from lawful.law import build_book
from lawful.law.book import Book
from lawful.law.thing import Thing
from lawful.terms.outcomes import Outcome
from lawful.testing.growing import grown
from lawful.testing.things import Things

ROOT = Path(__file__).resolve().parent.parent
DAYS = (date(2024, 3, 21), date(2024, 3, 23))
RULES = 500
HALF = 20
CLAIM = (
    "never lawful when has_any(data, 'biometric') AND subject_located_in = 'CN' "
    "unless consent_separate"
)
PROVED = (
    "never lawful when has_any(data, 'biometric') AND data_state = 'personal' AND "
    "collected_in = 'CN' AND controller_role = 'controller' AND operation <> 'erase' "
    "unless consent_separate"
)
Found = TypeVar("Found")


def run() -> list[dict[str, Any]]:
    """Milliseconds for each question, on both rulebooks."""
    files = read_files()
    rows = []
    for name, each in (("shipped", files), (f"{RULES} rules", grown(files, RULES))):
        rows += measure(name, each)
    return rows


def read_files() -> dict[str, bytes]:
    """The shipped rulebook."""
    folder = ROOT / "rulebook"
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".toml", ".md")
    }


def measure(name: str, files: dict[str, bytes]) -> list[dict[str, Any]]:
    """Every figure of one rulebook."""
    book, built = _timed(lambda: build_book(files))
    first, second = (Moment(book=book, day=day) for day in DAYS)
    now = Moment(book=book, day=date(2026, 11, 24))
    rows = [_row(f"{name}: build the book", built)]
    found, spent = _timed(lambda: diff_uses(first, second))
    classes = len(found.freed.classes) + len(found.tightened.classes)
    rows.append(_row(f"{name}: diff of two days, {classes} classes", spent))
    _, spent = _timed(lambda: diff_uses(first, second))
    rows.append(_row(f"{name}: the same, deciders made before", spent))
    _, spent = _timed(lambda: tightens(first, second))
    rows.append(_row(f"{name}: is anything tightened", spent))
    _, spent = _timed(lambda: diff_uses(second, day_after(second)))
    rows.append(_row(f"{name}: diff, nothing changed, proved", spent))
    finding, spent = _timed(lambda: prove(now, read_claim(book, CLAIM)))
    rows.append(_row(f"{name}: proof with {len(finding.counterexamples)} counterexamples", spent))
    strict = Moment(book=read_as(book, "CS-1", "always"), day=now.day)
    finding, spent = _timed(lambda: prove(strict, read_claim(strict.book, PROVED)))
    assert finding.proved
    rows.append(_row(f"{name}: proof that holds", spent))
    collisions, spent = _timed(lambda: find_conflicts(now))
    rows.append(_row(f"{name}: conflicts among {collisions.asked} pairs", spent))
    _, spent = _timed(lambda: find_dead(book))
    rows.append(_row(f"{name}: dead entries", spent))
    return rows + _per_use(name, book)


def day_after(moment: Moment) -> Moment:
    """The day after, on which nothing of the shipped law changes."""
    return Moment(book=moment.book, day=date(2024, 3, 24))


def _per_use(name: str, book: Book) -> list[dict[str, Any]]:
    """Cures and second opinions, a use at a time."""
    decider = Decider(book)
    things = _troubled(book, decider)
    ours: list[float] = []
    theirs: list[float] = []
    for thing in things:
        _, one = _timed(lambda thing=thing: cheapest_cures(decider, thing))
        _, other = _timed(lambda thing=thing: find_cures(decider, thing, decider.decide(thing)))
        ours.append(one)
        theirs.append(other)
    ratio = statistics.median(t / o for o, t in zip(ours, theirs, strict=True))
    rows = []
    for words, at in (("p50", statistics.median), ("worst", max)):
        figures = {"peer": "search in decide", "peer_figure": round(at(theirs), 2)}
        row = _row(f"{name}: cheapest cures, {words}", at(ours))
        rows.append({**row, **figures, "ratio": round(ratio, 3)})
    settled = [_timed(lambda thing=thing: settle(decider, thing))[1] for thing in things]
    rows.append(_row(f"{name}: settle, p50", statistics.median(settled)))
    return rows


def _troubled(book: Book, decider: Decider) -> list[Thing]:
    """Uses that are not lawful, half of which something would cure."""
    batches = Things(book, 5).batches(8)
    curable: list[Thing] = []
    others: list[Thing] = []
    while len(curable) < HALF:
        for thing in next(batches).things:
            if thing.about == "use":
                decision = decider.decide(thing)
                if decision.outcome is not Outcome.LAWFUL:
                    some = find_cures(decider, thing, decision)
                    (curable if some else others).append(thing)
    return [*curable[:HALF], *others[:HALF]]


def _timed(work: Callable[[], Found]) -> tuple[Found, float]:
    start = time.perf_counter()
    found = work()
    return found, (time.perf_counter() - start) * 1000


def _row(name: str, figure: float) -> dict[str, Any]:
    return {
        "name": name,
        "figure": round(figure, 2),
        "unit": "ms",
        "peer": None,
        "peer_figure": None,
        "ratio": None,
    }

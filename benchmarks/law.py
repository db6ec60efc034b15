"""How long it takes to build a book and to analyse it: the shipped rulebook, and one of 500 rules.

The generated rulebook is the shipped one with acts of twenty countries made up until it has 500 rules
about a use; some of them begin or end between the two days compared. The peer of the cheapest cure is
the search that answers ``ask``, interleaved; the others have none.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any, TypeVar

import attrs

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
from lawful.gate.listening import set_aside
from lawful.law import build_book
from lawful.law.book import Book
from lawful.law.changes import thing_from
from lawful.law.thing import Record, Thing
from lawful.terms.outcomes import Outcome
from lawful.testing.growing import grown
from lawful.testing.things import Things
from lawful.testing.traffic import AT

ROOT = Path(__file__).resolve().parent.parent
DAYS = (date(2024, 3, 21), date(2024, 3, 23))
RULES = 500
DRAWN = 40
TOLD = ("recipient_name", "recipient_contact", "purpose", "method", "categories", "rights_route")
EXPORT: dict[str, Any] = {
    "on": "2026-11-24",
    "operation": "transfer",
    "purpose": "customer_service",
    "needed_for_purpose": True,
    "data": ["contact"],
    "data_state": "personal",
    "lawful_bases": ["consent"],
    "consent_given": True,
    "consent_withdrawn": False,
    "controller_role": "controller",
    "controller_region": "CN",
    "established_in": ["CN"],
    "offered_in": ["CN"],
    "collected_in": "CN",
    "stored_in": ["CN"],
    "processed_in": ["CN"],
    "subject_located_in": "CN",
    "birth_date": "1990-01-01",
    "recipient_role": "controller",
    "ciio": False,
    "important_data": "none",
    "exported_sensitive_persons_ytd": 0,
    "transfer_routes": [],
    "consent_flaws": [],
    "recipient_lists": [],
    "business": ["marketplace"],
    "processing_features": [],
    "vehicle_data": [],
}
CLAIM = (
    "never lawful when has_any(data, 'biometric') AND subject_located_in = 'CN' "
    "unless consent_separate"
)
PROVED = (
    "never lawful when has_any(data, 'biometric') AND data_state = 'personal' AND "
    "collected_in = 'CN' AND controller_role = 'controller' AND operation NOT IN ('erase', 'store') "
    "AND purpose NOT IN ('security', 'subject_request') AND deal_kind NOT IN ('merger', 'division_or_bankruptcy') "
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
    """Cures and second opinions, a use at a time, each decided before as it is at any door."""
    decider = Decider(book)
    exports = list(stopped_exports(book))
    decider.decide(exports[0])
    _, first = _timed(lambda: cheapest_cures(decider, exports[0]))
    rows = [_row(f"{name}: cheapest cures, first of a book and day", first)]
    for words, things in (
        ("exports that something cures", exports),
        ("uses drawn at large", _troubled(book, decider)),
    ):
        set_aside()  # as every door does before it listens; and what other measurements left behind
        ours: list[float] = []
        theirs: list[float] = []
        found = 0
        for thing in things:
            decision = decider.decide(thing)
            cures, one = _timed(lambda thing=thing: cheapest_cures(decider, thing))
            _, other = _timed(lambda thing=thing, d=decision: find_cures(decider, thing, d))
            ours.append(one)
            theirs.append(other)
            found += bool(cures)
        ratio = statistics.median(t / o for o, t in zip(ours, theirs, strict=True))
        for what, at in (("p50", statistics.median), ("worst", max)):
            figures = {"peer": "search in decide", "peer_figure": round(at(theirs), 2)}
            told = f"{name}: cheapest cures, {words} ({found} of {len(things)} cured), {what}"
            rows.append({**_row(told, at(ours)), **figures, "ratio": round(ratio, 3)})
        settled = [_timed(lambda thing=thing: settle(decider, thing))[1] for thing in things]
        rows.append(_row(f"{name}: settle, {words}, p50", statistics.median(settled)))
    return rows


def stopped_exports(book: Book) -> Iterator[Thing]:
    """Exports of customer contacts from the mainland, in each of which some of what the law asks is missing."""
    for separate, told, assessed, persons, region in product(
        (True, False), (TOLD, TOLD[:3]), (True, False), (50_000, 150_000), ("SG", "DE")
    ):
        missing = (not separate) + (told != TOLD) + (not assessed) + (persons > 100_000)
        if missing:
            facts = {
                **EXPORT,
                "consent_separate": separate,
                "told": list(told),
                "exported_general_persons_ytd": persons,
                "recipient_region": region,
            }
            thing = thing_from(book.vocabulary, "use", facts)
            yield attrs.evolve(thing, records=(Record(rule="cn.pipl.55"),) if assessed else ())


def _troubled(book: Book, decider: Decider) -> list[Thing]:
    """Uses that are not lawful, drawn from all facts; few of them could be made lawful."""
    found: list[Thing] = []
    for batch in Things(book, 5).batches(8):
        for thing in batch.things:
            thing = attrs.evolve(thing, at=AT, on=AT.date())
            if thing.about == "use" and decider.decide(thing).outcome is not Outcome.LAWFUL:
                found.append(thing)
        if len(found) >= DRAWN:
            break
    return found[:DRAWN]


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

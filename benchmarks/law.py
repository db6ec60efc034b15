"""How long it takes to build a book and to analyse it: the shipped rulebook, and one of 500 rules.

The generated rulebook is the shipped one with templated rules and bases added until it has 500 rules
about a use; some of them begin, end or change their figures between the two days compared. The peer of
the cheapest cure is the search that answers ``ask``, interleaved; the others have none.
"""

from __future__ import annotations

import random
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
from lawful.law.model import Kind
from lawful.law.thing import Thing
from lawful.terms.outcomes import Outcome
from lawful.testing.things import Things

ROOT = Path(__file__).resolve().parent.parent
DAYS = (date(2024, 3, 21), date(2024, 3, 23))
RULES = 500
CLAIM = (
    "never lawful when has_any(data, 'biometric') AND subject_located_in = 'CN' "
    "unless consent_separate"
)
PROVED = (
    "never lawful when has_any(data, 'biometric') AND data_state = 'personal' AND "
    "collected_in = 'CN' AND controller_role = 'controller' AND operation <> 'erase' "
    "unless consent_separate"
)
INSTRUMENT = """
id = "xx.made"
jurisdiction = "XX"
title = {{ en = "Made act", zh = "拟制法" }}
short = {{ en = "Made act", zh = "拟制法" }}
zone = "Asia/Shanghai"
in_force = 2020-01-01

[scope]
use = ["data_state IN ('personal', 'pseudonymised')"]

[sources."s"]
url = "about:blank"
"""
HEAD = """# Made article

```toml
article     = "xx.made.{n}"
citation    = "拟制法 第{n}条"
citation_en = "Made act, art. {n}"
source      = "s"
verified    = true
provisions  = []
```

## Rules
```toml
{entries}
```
"""
REGIONS = ("CN", "US", "DE", "FR", "SG", "IN", "GB", "JP", "BR", "HK")
Found = TypeVar("Found")


def run() -> list[dict[str, Any]]:
    """Milliseconds for each question, on both rulebooks."""
    files = read_files()
    made = {**files, **made_files(RULES - count_rules(build_book(files)))}
    rows = []
    for name, each in (("shipped", files), (f"{RULES} rules", made)):
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


def count_rules(book: Book) -> int:
    """How many rules are about a use."""
    entries = book.entries.values()
    return sum(1 for each in entries if each.kind is Kind.RULE and each.about == "use")


def made_files(rules: int, seed: int = 11) -> dict[str, bytes]:
    """Templated articles: a rule each, every third with a basis; the same for the same seed."""
    chance = random.Random(seed)
    files = {"xx/made/instrument.toml": INSTRUMENT.format().encode()}
    for n in range(1, rules + 1):
        entries = _rule(chance, n) + (_basis(chance, n) if n % 3 == 0 else "")
        files[f"xx/made/art-{n:03}.md"] = HEAD.format(n=n, entries=entries).encode()
    return files


def _rule(chance: random.Random, n: int) -> str:
    when = ", ".join(f'"{_condition(chance)}"' for _ in range(chance.randint(2, 4)))
    requires = f'requires = ["{_condition(chance)}"]\n' if chance.random() < 0.8 else ""
    dates = ""
    if chance.random() < 0.08:
        dates = chance.choice(("in_force = 2024-03-22\n", "until = 2024-03-22\n"))
    return (
        f'[[rule]]\nid = "xx.made.{n}.rule"\nduty = {{ en = "do {n}", zh = "做{n}" }}\n'
        f'when = [{when}]\n{requires}{dates}otherwise = "{chance.choice(("block", "before"))}"\n\n'
    )


def _basis(chance: random.Random, n: int) -> str:
    when = ", ".join(f'"{_condition(chance)}"' for _ in range(2))
    return (
        f'[[basis]]\nid = "xx.made.{n}.basis"\npermits = {{ en = "may {n}", zh = "可{n}" }}\n'
        f'when = [{when}]\ndefeats = ["xx.made.{n}.rule"]\n\n'
    )


def _condition(chance: random.Random) -> str:
    regions = ", ".join(f"'{each}'" for each in chance.sample(REGIONS, 2))
    data = ", ".join(f"'{each}'" for each in chance.sample(("health", "biometric", "contact"), 2))
    return chance.choice(
        (
            f"subject_located_in IN ({regions})",
            f"recipient_region NOT IN ({regions})",
            f"has_any(stored_in, {regions})",
            f"has_any(data, {data})",
            f"operation = '{chance.choice(('share', 'transfer', 'profile', 'train'))}'",
            f"recipient_role = '{chance.choice(('controller', 'processor', 'authority'))}'",
            "consent_separate",
            "consent_given",
            "NOT automated_decision",
            "monitors_behaviour",
            f"persons >= {chance.choice((1000, 10000, 100000))}",
            f"persons_held < {chance.choice((10000, 1000000))}",
            f"birth_date > cutoff({chance.choice((13, 14, 16, 18))})",
            "necessary_for_contract OR emergency",
            "has_any(told, 'purpose', 'method')",
            f"purpose = '{chance.choice(('personalised_advertising', 'order_fulfilment'))}'",
        )
    )


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
    """Uses that are not lawful."""
    batches = Things(book, 5).batches(8)
    found: list[Thing] = []
    while len(found) < 40:
        for thing in next(batches).things:
            if thing.about == "use" and decider.decide(thing).outcome is not Outcome.LAWFUL:
                found.append(thing)
    return found


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

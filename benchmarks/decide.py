"""How long a decision takes in process, beside other engines that are given the same law.

Ours answers with its explanation: the outcome, the deciding rule, every violated and every open rule.
The peers answer which rules are violated for certain, and no more (``peers``; whether all that is
touched is covered is left out). Before anything is timed ours is checked against the oracle, and
every answer of a peer against ours; a peer that disagrees, or is not installed, gets no row, and
the reason is printed.

What is made once is made before the timing: our tables by one decision of each use, the peers'
policies by parsing, and the attributes they are given. So a peer's time begins at a plain dict, as
ours does; of *our slices* at one that holds only what the slice asks for, or (*JSON ready*) at its JSON.
The first decision of a day and of a kind have rows of their own.

Times are CPU time of the thread, less what reading the clock costs. A round times each use once,
ours and then each peer's. Whoever came before has emptied the processor's caches: so *cold* is the first
pass of a round, and all else a pass after ``WARMING`` of them, some 15 ms (of a peer, one question), as where decisions
come one after the other. Percentiles are of all rounds, ratios the median of the
rounds' ratios on the uses that the peer was asked too. Uses are of the most frequent kinds (``FOLDED`` facts) only:
each has tables of its own, which take up to a second to make. Goals at 500 rules: p50 5 µs,
p99 40 µs; 30 times Cedar in our slices, 100 times Cedar as shipped.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any

import attrs
from peers.rails import Peer, given

from lawful.decide import Decider, explain
from lawful.decide.compiler import stops
from lawful.decide.decider import FOLDED
from lawful.decide.partial import specialise
from lawful.decide.program import Program
from lawful.gate.listening import set_aside
from lawful.law import Oracle, build_book
from lawful.law.book import Book
from lawful.law.thing import Thing
from lawful.testing.growing import count_rules, grown
from lawful.testing.traffic import AT, Traffic

ROOT = Path(__file__).resolve().parent.parent
ROUNDS, WARMING, SEED, DRAWN = 5, 8, 7, 2400
ORACLE, SLICED, READY = "oracle (tree walk)", "Cedar, our slices", "Cedar, our slices, JSON ready"
WHOLE = {"Cedar, all policies": "cedar", "CEL (Rust)": "cel_rust", "Rego (C++)": "rego"}
ASKED = {ORACLE: 20, SLICED: 100, READY: 100, "Cedar, all policies": 30, "CEL (Rust)": 30}
FEW = 6
"""Uses that a peer is asked which is not in ``ASKED``."""

Answer = Callable[[Any], frozenset[str]]


@attrs.frozen
class Size:
    """A book that is measured: how many rules, how many kinds and uses, and beside whom."""

    rules: int
    kinds: int
    uses: int
    peers: tuple[str, ...]


SIZES = (
    Size(0, 12, 400, (ORACLE, SLICED, READY, *WHOLE)),
    Size(500, 12, 400, (ORACLE, SLICED, READY, *WHOLE)),
    Size(2000, 4, 200, (SLICED,)),
)


@attrs.frozen
class Rival:
    """A peer with what it is asked, use by use, in the order of the uses."""

    name: str
    asked: list[tuple[Answer, Any]]


def run() -> list[dict[str, Any]]:
    """Rows for each book and traffic: µs a decision, decisions a second; then first decisions, explanations."""
    folder = ROOT / "rulebook"
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".toml", ".md")
    }
    rows = []
    for size in SIZES:
        book = build_book(grown(files, size.rules) if size.rules else files)
        words = f"{count_rules(book):,} rules" + ("" if size.rules else ", as shipped")
        traffic, decider = Traffic(book, SEED), Decider(book)
        for kind, drawn in (("realistic", traffic.realistic), ("uniform", traffic.uniform)):
            things = _frequent(drawn(DRAWN), size)
            rows += _cell(f"{words}, {kind}", decider, things, size)
            if kind == "realistic" and ORACLE in size.peers:
                rows += _slow(words, decider, things)
    return rows


def _frequent(things: list[Thing], size: Size) -> list[Thing]:
    counts = Counter(_kind(thing) for thing in things)
    kinds = {kind for kind, _ in counts.most_common(size.kinds)}
    return [thing for thing in things if _kind(thing) in kinds][: size.uses]


def _kind(thing: Thing) -> tuple[object, ...]:
    return tuple(map(thing.values.get, FOLDED))


def _cell(words: str, decider: Decider, things: list[Thing], size: Size) -> list[dict[str, Any]]:
    """The rows of one book and traffic."""
    for thing in things:
        decider.decide(thing)
    decider.harden()  # as ``warm`` does for the usual kinds
    _check_ours(words, decider, things)
    set_aside()  # as every door does before it listens
    rivals = list(_rivals(words, decider, things, size.peers))
    clock = _clock_us()
    cold: list[float] = []
    ours: list[list[float]] = []
    theirs: dict[str, list[list[float]]] = {each.name: [] for each in rivals}
    for _ in range(ROUNDS):
        cold += _times(_decide(decider), things, clock)
        for _ in range(WARMING - 1):
            _times(_decide(decider), things, clock)
        ours.append(_times(_decide(decider), things, clock))
        for each in rivals:
            each.asked[0][0](each.asked[0][1])
            spent = [_times(ask, [what], clock)[0] for ask, what in each.asked]
            theirs[each.name].append(spent)
    rows = []
    for name, at in (("p50", statistics.median), ("p99", _p99)):
        rows.append(_row(f"{words}, {name}", "µs", at(_flat(ours))))
        rows.append(_row(f"{words}, {name}, cold", "µs", at(cold)))
    rows.append(_row(f"{words}, decisions", "1/CPU-s", 1e6 / statistics.fmean(_flat(ours))))
    for name, rounds in theirs.items():
        rows.append(_beside(f"{words}, p50", statistics.median, ours, name, rounds))
        if name == SLICED:
            rows.append(_beside(f"{words}, p99", _p99, ours, name, rounds))
    return rows


def _decide(decider: Decider) -> Callable[[Thing], object]:
    return lambda thing: decider.decide(thing).ruling


def _beside(
    name: str,
    at: Callable[[list[float]], float],
    ours: list[list[float]],
    peer: str,
    theirs: list[list[float]],
) -> dict[str, Any]:
    """A row beside a peer, on the uses that it was asked."""
    asked = [spent[: len(rival)] for spent, rival in zip(ours, theirs, strict=True)]
    ratio = statistics.median(at(t) / at(o) for o, t in zip(asked, theirs, strict=True))
    return _row(name, "µs", at(_flat(asked)), (peer, at(_flat(theirs)), ratio))


def _check_ours(words: str, decider: Decider, things: list[Thing]) -> None:
    """Raises: ValueError: the oracle finds other rules violated, or open."""
    oracle = Oracle(decider.book)
    for thing in things[: ASKED[ORACLE]]:
        ruling = decider.decide(thing).ruling
        if (set(ruling.violated), set(ruling.open)) != _judged(oracle, thing):
            raise ValueError(f"{words}: a decision differs from the oracle's; nothing is timed.")


def _judged(oracle: Oracle, thing: Thing) -> tuple[set[str], set[str]]:
    entries = oracle.book.entries
    found = {key: each for key, each in oracle.judge(thing).items() if stops(entries[key])}
    return (
        {str(key) for key, each in found.items() if each.violated},
        {str(key) for key, each in found.items() if each.violated is None},
    )


def _rivals(
    words: str, decider: Decider, things: list[Thing], names: tuple[str, ...]
) -> Iterator[Rival]:
    """The peers whose every answer is ours; why another is not among them is printed."""
    for name in names:
        asked = things[: ASKED.get(name, FEW)]
        try:
            rival = Rival(name, _questions(name, decider, asked))
            wrong = _disagreement(decider, asked, rival)
        except (ImportError, ValueError, RuntimeError) as error:  # not installed, or not evaluated
            wrong = str(error).rstrip(".")
        if wrong:
            print(f"{words}: no row for {name}: {wrong}.", file=sys.stderr)
        else:
            yield rival


def _disagreement(decider: Decider, asked: list[Thing], rival: Rival) -> str:
    for n, (thing, (ask, what)) in enumerate(zip(asked, rival.asked, strict=True)):
        differ = ask(what) ^ set(decider.decide(thing).ruling.violated)
        if differ:
            return f"of use {n} it disagrees about {', '.join(sorted(differ))}"
    return ""


def _questions(name: str, decider: Decider, things: list[Thing]) -> list[tuple[Answer, Any]]:
    """What a peer is asked, its policies parsed. Raises: ImportError: it is not installed."""
    if name == ORACLE:
        oracle = Oracle(decider.book)
        return [(lambda thing: frozenset(_judged(oracle, thing)[0]), thing) for thing in things]
    if name in WHOLE:
        program = specialise(decider.program_of(things[0]), {})
        peer = _peer(WHOLE[name], program)
        return [(peer.violated, _given(decider, each, program, peer)) for each in things]
    made: dict[tuple[object, ...], tuple[Program, Peer]] = {}
    asked: list[tuple[Answer, Any]] = []
    for thing in things:
        if _kind(thing) not in made:
            program = decider.compiled(thing).program
            made[_kind(thing)] = program, _peer("cedar", program)
        program, peer = made[_kind(thing)]
        what = _given(decider, thing, program, peer)
        asked.append((peer.violated, json.dumps(what) if name == READY else what))
    return asked


def _peer(module: str, program: Program) -> Peer:
    made: Peer = import_module(f"peers.{module}").Engine(program)
    return made


def _given(decider: Decider, thing: Thing, program: Program, peer: Peer) -> Any:
    return given(thing, program, decider.records(thing), peer.attributes)


def _slow(words: str, decider: Decider, things: list[Thing]) -> list[dict[str, Any]]:
    """What is seldom asked: the first decision of a day and of a kind, and the explanation in full."""
    clock, book = _clock_us(), decider.book
    firsts = list({_kind(thing): thing for thing in reversed(things)}.values())[:FEW]
    days, kinds, walks = [], [], []
    another = _seen(book, firsts[0])
    for thing in firsts:
        days += _times(_decide(Decider(book)), [thing], clock)
        kinds += _times(_decide(another), [thing], clock)
        walks += _times(Oracle(book).judge, [thing], clock)
    rows = []
    for name, spent in (("first decision of a day", days), ("first decision of a kind", kinds)):
        ratio = statistics.median(w / s for w, s in zip(walks, spent, strict=True))
        peer = ORACLE, statistics.median(walks), ratio
        rows.append(_row(f"{words}, {name}", "µs", statistics.median(spent), peer))

    def explained(thing: Thing) -> object:
        return explain(decider, thing, today=AT.date())

    for thing in firsts:
        explained(thing)
    full = _times(explained, firsts * 2, clock)
    rows.append(_row(f"{words}, explanation in full", "µs", statistics.median(full)))
    return rows


def _seen(book: Book, thing: Thing) -> Decider:
    """A decider that has the law of the thing's day, and no function yet."""
    decider = Decider(book)
    decider.program_of(thing)
    return decider


def _times(ask: Callable[[Any], object], asked: list[Any], clock: float) -> list[float]:
    """The CPU time of each question, in µs."""
    spent = []
    for what in asked:
        start = time.thread_time_ns()
        ask(what)
        spent.append(max((time.thread_time_ns() - start) / 1e3 - clock, 0.01))
    return spent


def _clock_us() -> float:
    """What reading the clock adds to a time, and calling something that does nothing."""
    return statistics.median(_times(lambda _: None, [None] * 2000, 0.0))


def _row(
    name: str, unit: str, figure: float, peer: tuple[str, float, float] | None = None
) -> dict[str, Any]:
    words, theirs, ratio = peer or (None, None, None)
    return {
        "name": name,
        "figure": round(figure, 1),
        "unit": unit,
        "peer": words,
        "peer_figure": None if theirs is None else round(theirs, 1),
        "ratio": None if ratio is None else round(ratio, 3),
    }


def _flat(rounds: list[list[float]]) -> list[float]:
    return list(chain.from_iterable(rounds))


def _p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]

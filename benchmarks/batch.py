"""Uses by the million: the batch kernel on one thread and on two, beside vectorised OpenFisca and DuckDB.

Realistic and uniform traffic over the shipped book and over generated ones of 500 and 2,000 rules. All engines
work out the same rules of the same uses, one after the other in each round. The violated rules that OpenFisca
finds are compared with ours before it is timed; DuckDB's text is held to the same law by the agreement gate.
Ours gives the violated and unknown rules of every row besides. Figures are of facts in memory; the last rows are
of Parquet files, streamed, with the most memory that the process ever held.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from law import read_files
from peers.openfisca import Engine

from lawful.decide.batch.uses import BatchDecider
from lawful.decide.partial import specialise
from lawful.decide.program import assemble, cone, days_of, refs_in
from lawful.decide.sql import FactSql, SqlWriter, quoted
from lawful.law import build_book
from lawful.law.book import Book
from lawful.law.thing import Thing
from lawful.law.tree import HasAll, HasAny, walk
from lawful.terms.values import SetValue
from lawful.testing.columns import columns_of
from lawful.testing.growing import count_rules, grown
from lawful.testing.traffic import Traffic

ON = date(2026, 11, 24)
SIZES = (0, 500, 2000)
MADE, ROWS, TIMES, ROUNDS = 4000, 1 << 20, 25, 3
"""Uses made, rows that we decide of them, how many times over the peers decide each, rounds."""
CHUNK = 1 << 17
MEMORY = (1 << 20, 8 << 20)
"""Rows of the files whose memory is measured; ``python benchmarks/batch.py memory 50000000`` for more."""

Row = dict[str, Any]


def run() -> list[Row]:
    """Decisions a second; the peers do the same rules of the same uses."""
    rows: list[Row] = []
    for size in SIZES:
        files = read_files()
        book = build_book(files)
        if size:
            book = build_book(grown(files, size))
        name = f"{count_rules(book)} rules"
        for kind in ("realistic", "uniform"):
            rows += measure(f"{name}, {kind}", book, kind, peers=size <= 500)
    return rows + [memory(count) for count in MEMORY]


def measure(name: str, book: Book, kind: str, *, peers: bool) -> Iterator[Row]:
    """Ours on one thread and two, and what the peers make of it."""
    found = getattr(Traffic(book, 3), kind)(MADE)
    things = [attrs.evolve(each, on=ON, records=(), kept=frozenset()) for each in found]
    decider = BatchDecider(book, on=ON)
    facts = sorted(decider.machine(things[0].at).layout.facts)
    some = pa.RecordBatch.from_pydict(columns_of(book.vocabulary, things, facts))
    chosen = np.random.default_rng(5).integers(0, MADE, ROWS)
    chunks = [some.take(pa.array(chosen[at : at + CHUNK])) for at in range(0, ROWS, CHUNK)]
    decider.decide(chunks[0])
    with ThreadPoolExecutor(2) as pool:
        one = statistics.median(
            _rate(lambda: list(map(decider.decide, chunks))) for _ in range(ROUNDS)
        )
        two = statistics.median(
            _rate(lambda: list(pool.map(decider.decide, chunks))) for _ in range(ROUNDS)
        )
    if not peers:
        yield _row(f"{name}, one thread", one)
    else:
        engines = {"openfisca-core": _openfisca, "DuckDB CASE": _duckdb}
        for peer, make in engines.items():
            work = make(book, decider, things)
            theirs = statistics.median(_rate(work, TIMES * MADE) for _ in range(ROUNDS))
            yield _row(f"{name}, one thread", one, peer, theirs)
    yield _row(f"{name}, two threads", two)


def _rate(work: Callable[[], Any], rows: int = ROWS) -> float:
    """Rows a second."""
    start = time.perf_counter()
    work()
    return rows / (time.perf_counter() - start)


def _openfisca(book: Book, decider: BatchDecider, things: list[Thing]) -> Callable[[], Any]:
    program, rules = _rules(decider, things)
    engine = Engine(program, rules)
    given = engine.given(things)
    violated = engine.violated(given, len(things))
    for row, mine in enumerate(_violated(book, decider, things)):
        assert mine == [rule for rule in rules if violated[rule][row] == 2], "the same answers"
    many = {name: np.tile(values, TIMES) for name, values in given.items()}
    return lambda: engine.violated(many, TIMES * len(things))


def _rules(decider: BatchDecider, things: list[Thing]) -> tuple[Any, list[str]]:
    whole = assemble(decider.book, "use", days_of(decider.book, things[0].at, ON))
    return cone(whole, [f"vio:{each}" for each in decider.rules]), list(decider.rules)


def _violated(book: Book, decider: BatchDecider, things: list[Thing]) -> list[list[str]]:
    batch = pa.RecordBatch.from_pydict(columns_of(book.vocabulary, things))
    return (
        decider.decide(batch.drop_columns([n for n in ("at",) if n in batch.schema.names]))
        .column("violated")
        .to_pylist()
    )


class _Layered(SqlWriter):
    """Writes references as the columns of the layer before, and records as unknown."""

    def key(self, key: str) -> str:
        return quoted(key)


def _duckdb(book: Book, decider: BatchDecider, things: list[Thing]) -> Callable[[], Any]:
    """The rules one CASE each answer, on one thread; definitions and exceptions are layers before."""
    program, rules = _rules(decider, things)
    program = specialise(program, {}, lambda _: None)
    types = {"flag": "BOOLEAN", "enum": "VARCHAR", "count": "BIGINT", "date": "DATE"}
    con = duckdb.connect()
    con.execute("SET threads = 1")
    columns, names = {}, {}
    for name in sorted(decider.machine(things[0].at).layout.facts):
        fact = book.vocabulary.facts[name]
        if fact.type != "set":
            columns[name] = [each.values.get(name) for each in things]
            names[name] = types.get(fact.type, "TIMESTAMP")
            continue
        nodes = (each for node in program.nodes.values() for each in walk(node))
        tests = [e for e in nodes if isinstance(e, (HasAny, HasAll)) and e.fact == name]
        for member in sorted({m for each in tests for m in each.members}):
            columns[f"{name}.{member}"] = [_held(each.values.get(name), member) for each in things]
            names[f"{name}.{member}"] = "BOOLEAN"
    given = pa.table({key: pa.array(values) for key, values in columns.items()})  # noqa: F841  # read by name
    shown = ", ".join(
        f"CAST({quoted(key)} AS {kind}) AS {quoted(key)}" for key, kind in names.items()
    )
    con.execute(f"CREATE TABLE layer AS SELECT {shown} FROM given, range({TIMES})")
    facts = {
        name: FactSql(member=lambda m, name=name: quoted(f"{name}.{m}"))
        if book.vocabulary.facts[name].type == "set"
        else FactSql(value=quoted(name))
        for name in {each.split(".")[0] for each in names}
    }
    text = _case(program, rules, book, _Layered(program, facts, "duckdb"))
    con.execute(text).fetchall()
    return lambda: con.execute(text).fetchall()


def _case(program: Any, rules: list[str], book: Book, writer: SqlWriter) -> str:
    made, done = "layer", set[str]()
    waiting = dict(program.nodes)
    while waiting:
        ready = [key for key, node in waiting.items() if refs_in(node) <= done]
        texts = [
            f"CAST({writer.node(waiting.pop(key))} AS BOOLEAN) AS {quoted(key)}" for key in ready
        ]
        made, done = f"(SELECT *, {', '.join(texts)} FROM {made})", done | set(ready)
    whens = []
    for otherwise, word in (("block", "prohibited"), ("before", "not_yet")):
        tests = [quoted(f"vio:{r}") for r in rules if book.entries[r].otherwise.value == otherwise]
        whens.append(f"WHEN {' OR '.join(tests)} THEN '{word}'")
    return f"SELECT outcome, count(*) FROM (SELECT CASE {' '.join(whens)} END AS outcome FROM {made}) GROUP BY 1"


def _held(value: object, member: str) -> bool | None:
    if not isinstance(value, SetValue) or member in value.unknown:
        return None
    return member in value.members


def memory(rows: int) -> Row:
    """The most memory of a process that decides a Parquet file of so many rows, in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "memory", str(rows)], capture_output=True, text=True, check=True
    )
    return {**_row(f"{rows:,} rows streamed: most memory held", float(done.stdout)), "unit": "MB"}


def _streamed(rows: int) -> None:
    """Write a file and decide it; prints megabytes to standard output, decisions a second to the other."""
    from lawful.gate.batch import decide_file
    from lawful.gate.deployment import Deployment

    with tempfile.TemporaryDirectory() as folder, Deployment.open(Path(folder)) as deployment:
        things = Traffic(deployment.book, 3).realistic(2000)
        things = [attrs.evolve(each, on=ON, records=(), kept=frozenset()) for each in things]
        facts = BatchDecider(deployment.book, on=ON).machine(things[0].at).layout.facts
        some = pa.table(columns_of(deployment.book.vocabulary, things, sorted(facts)))
        source, chance = Path(folder, "uses.parquet"), np.random.default_rng(5)
        with pq.ParquetWriter(source, some.schema) as writer:
            for _ in range(-(-rows // (1 << 18))):
                writer.write_table(some.take(pa.array(chance.integers(0, len(some), 1 << 18))))
        before = _held_most()
        start = time.perf_counter()
        decide_file(deployment, source, Path(folder, "out.parquet"), on=ON)
        spent = time.perf_counter() - start
        after = _held_most()
        print(f"{rows / spent:,.0f}/s from file to file; {before:.0f} MB before", file=sys.stderr)
        print(after)


def _held_most() -> float:
    """The most memory that this program held, in MB; what a parent held before does not count."""
    status = Path("/proc/self/status").read_text()
    line = next(each for each in status.splitlines() if each.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _row(name: str, figure: float, peer: str | None = None, theirs: float | None = None) -> Row:
    ratio = None if theirs is None else round(figure / theirs, 1)
    return {
        "name": name,
        "figure": round(figure, 1),
        "unit": "1/s",
        "peer": peer,
        "peer_figure": None if theirs is None else round(theirs, 1),
        "ratio": ratio,
    }


if __name__ == "__main__":
    _streamed(int(sys.argv[2]))

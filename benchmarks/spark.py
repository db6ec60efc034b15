"""Uses decided inside Spark, on two executor processes of a local cluster, beside the batch kernel alone.

All read the same Parquet file and keep every answer column; Spark writes to its *noop* sink, the kernel
counts its rows, on two threads as Spark has two cores. Spark does it in two ways: files that its executors
read, and a data frame whose rows it carries out of the JVM. The first run, in which each executor builds
the book and makes its kernel, is a row of its own.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lawful.decide.batch.carried import carry
from lawful.stores.spark import decide
from lawful.stores.spark_files import decide_files
from lawful.testing.cluster import cluster
from lawful.testing.columns import columns_of
from lawful.testing.growing import count_rules, grown
from lawful.testing.traffic import Traffic

ROOT = Path(__file__).resolve().parent.parent
ON = date(2026, 11, 24)
MADE = 4_000
ROWS = 1_000_000
GROUP = 65_536
ROUNDS = 3
RULES = 500


def run() -> list[dict[str, Any]]:
    """Rows a second on realistic traffic, 500 rules."""
    folder = ROOT / "rulebook"
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".toml", ".md")
    }
    book = carry(grown(files, RULES))
    built = book.built()
    found = Traffic(built, 3).realistic(MADE)
    things = [attrs.evolve(each, on=ON, records=(), kept=frozenset()) for each in found]
    names = [each.name for each in built.vocabulary.facts_of("use") if each.name != "at"]
    some = pa.table(columns_of(built.vocabulary, things, names))
    chosen = pa.array(np.random.default_rng(5).integers(0, MADE, ROWS))
    words = f"Spark, {count_rules(built)} rules, realistic, two executors"
    settings = {
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(GROUP),
        "spark.sql.files.maxPartitionBytes": str(8 << 20),
    }
    with tempfile.TemporaryDirectory() as name, cluster(Path(name), settings) as spark:
        path = Path(name) / "uses.parquet"
        numbered = some.take(chosen).append_column("n", pa.array(range(ROWS), pa.int64()))
        pq.write_table(numbered, path, row_group_size=GROUP)
        first = _seconds(lambda: _by_files(spark, book, path))
        files, frames, theirs = [], [], []
        for _ in range(ROUNDS):
            files.append(_seconds(lambda: _by_files(spark, book, path)))
            frames.append(_seconds(lambda: _by_frame(spark, book, path)))
            theirs.append(_seconds(lambda: _by_kernel(book, path)))
    return [
        _row(f"{words}, files", files, theirs),
        _row(f"{words}, a data frame", frames, theirs),
        {
            "name": f"{words}, files, first run",
            "figure": round(first, 1),
            "unit": "s",
            "peer": None,
            "peer_figure": None,
            "ratio": None,
        },
    ]


def _row(name: str, ours: list[float], theirs: list[float]) -> dict[str, Any]:
    return {
        "name": name,
        "figure": round(ROWS / statistics.median(ours)),
        "unit": "1/s",
        "peer": "the batch kernel on two threads, no Spark",
        "peer_figure": round(ROWS / statistics.median(theirs)),
        "ratio": round(statistics.median(t / o for o, t in zip(ours, theirs, strict=True)), 3),
    }


def _by_files(spark: Any, book: Any, path: Path) -> None:
    _done(decide_files(spark, str(path), book=book, on=ON, key=["n"]))


def _by_frame(spark: Any, book: Any, path: Path) -> None:
    _done(decide(spark.read.parquet(str(path)), book=book, on=ON, key=["n"]))


def _done(decided: Any) -> None:
    decided.write.format("noop").mode("overwrite").save()


def _by_kernel(book: Any, path: Path) -> None:
    decider = book.opened(ON, None)
    file = pq.ParquetFile(path)
    names = [each for each in file.schema_arrow.names if each != "n"]
    batches = file.iter_batches(batch_size=GROUP, columns=names)
    with ThreadPoolExecutor(2) as pool:
        assert sum(each.num_rows for each in pool.map(decider.decide, batches)) == ROWS


def _seconds(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started

"""Uses decided inside Spark, on two executor processes of a local cluster, beside the batch kernel alone.

Both read the same Parquet file and keep every answer column; Spark writes to its *noop* sink, the kernel
counts its rows, on two threads as Spark has two cores. The first run, in which each executor builds the
book and makes its kernel, is a row of its own.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lawful.decide.batch.carried import carry
from lawful.stores.spark import decide
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
    with tempfile.TemporaryDirectory() as name, _cluster(Path(name)) as spark:
        path = Path(name) / "uses.parquet"
        numbered = some.take(chosen).append_column("n", pa.array(range(ROWS), pa.int64()))
        pq.write_table(numbered, path, row_group_size=GROUP)
        first = _seconds(lambda: _by_spark(spark, book, path))
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(_seconds(lambda: _by_spark(spark, book, path)))
            theirs.append(_seconds(lambda: _by_kernel(book, path)))
    ratio = statistics.median(t / o for o, t in zip(ours, theirs, strict=True))
    return [
        {
            "name": words,
            "figure": round(ROWS / statistics.median(ours)),
            "unit": "1/s",
            "peer": "the batch kernel on two threads, no Spark",
            "peer_figure": round(ROWS / statistics.median(theirs)),
            "ratio": round(ratio, 3),
        },
        {
            "name": f"{words}, first run",
            "figure": round(first, 1),
            "unit": "s",
            "peer": None,
            "peer_figure": None,
            "ratio": None,
        },
    ]


def _by_spark(spark: Any, book: Any, path: Path) -> None:
    decided = decide(spark.read.parquet(str(path)), book=book, on=ON, key=["n"])
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


@contextmanager
def _cluster(folder: Path) -> Iterator[Any]:
    """Two executors of one core each, real processes."""
    import pyspark
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_HOME", str(Path(pyspark.__file__).parent))
    os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    os.environ["SPARK_WORKER_DIR"] = str(folder / "workers")
    session = (
        SparkSession.builder.master("local-cluster[2,1,1024]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.executor.memory", "1g")
        .config("spark.executorEnv.PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", str(GROUP))
        .config("spark.sql.files.maxPartitionBytes", str(8 << 20))
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    try:
        yield session
    finally:
        session.stop()

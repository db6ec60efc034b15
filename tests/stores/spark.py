"""A Spark cluster of this test's own: a master, two workers with an executor process each."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import pyarrow as pa
import pyarrow.parquet as pq

from lawful.decide.batch.carried import Carried, carry
from lawful.law.thing import Record, Thing
from lawful.testing.columns import columns_of, records_of
from lawful.testing.traffic import Traffic
from tests.law.files import rulebook_files

ON = date(2026, 11, 24)
ANSWERS = ("outcome", "deciding", "covered", "violated", "unknown")


@contextmanager
def cluster(folder: Path) -> Iterator[Any]:
    """A session on ``local-cluster``: real executor processes, each with Python workers of its own."""
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
        .config("spark.sql.files.maxPartitionBytes", "65536")
        .config("spark.sql.files.openCostInBytes", "1024")
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    try:
        yield session
    finally:
        session.stop()


def sent() -> Carried:
    return carry(rulebook_files())


def uses(book: Carried, count: int, kind: str = "realistic", seed: int = 2) -> list[Thing]:
    built = book.built()
    found = getattr(Traffic(built, seed), kind)(count)
    return [
        attrs.evolve(
            each,
            on=ON,
            kept=frozenset(),
            records=tuple(Record(rule=r.rule) for r in each.records[:9]),
        )
        for each in found
    ]


def write(book: Carried, things: list[Thing], path: Path) -> pa.Table:
    """The uses as a file of many row groups, and as a table without their numbers."""
    vocabulary = book.built().vocabulary
    names = [each.name for each in vocabulary.facts_of("use") if each.name != "at"]
    columns = {**columns_of(vocabulary, things, names), "records": records_of(things)}
    table = pa.table(columns)
    numbered = table.append_column("n", pa.array(range(len(things)), pa.int64()))
    pq.write_table(numbered, path, row_group_size=max(1, len(things) // 8))
    return table


def by_batch(book: Carried, table: pa.Table) -> bytes:
    """The answers of the batch kernel, in Spark's types, as bytes."""
    decider = book.opened(ON, None)
    whole = table.combine_chunks().to_batches()[0]
    return as_bytes(pa.Table.from_batches([decider.decide(whole)]))


def as_bytes(table: pa.Table) -> bytes:
    """Answers row by row in one form, whatever they came as."""
    plain = pa.schema(
        [
            ("outcome", pa.string()),
            ("deciding", pa.string()),
            ("covered", pa.bool_()),
            ("violated", pa.list_(pa.string())),
            ("unknown", pa.list_(pa.string())),
        ]
    )
    rows = table.select(ANSWERS).to_pylist()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, plain) as writer:
        writer.write_table(pa.Table.from_pylist(rows, schema=plain))
    return sink.getvalue().to_pybytes()

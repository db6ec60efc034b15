"""Spark on separate worker processes, and uses for it to decide."""

from __future__ import annotations

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
from lawful.testing.cluster import cluster
from lawful.testing.columns import columns_of, records_of
from lawful.testing.traffic import Traffic
from tests.law.files import rulebook_files

ON = date(2026, 11, 24)
ANSWERS = ("outcome", "deciding", "covered", "violated", "unknown")


@contextmanager
def small_tasks(folder: Path) -> Iterator[Any]:
    """A cluster that makes many tasks of small files."""
    settings = {
        "spark.sql.files.maxPartitionBytes": "65536",
        "spark.sql.files.openCostInBytes": "1024",
    }
    with cluster(folder, settings) as session:
        yield session


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

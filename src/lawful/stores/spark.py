"""Uses in a Spark data frame, decided where they lie: the batch kernel inside ``mapInArrow``.

The book is broadcast as its source. Each executor builds it, verifies its hash and refuses another; it
needs this package and the driver's Python (``PYSPARK_PYTHON``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from importlib import import_module
from typing import Any, Protocol

import attrs
import pyarrow as pa

from lawful.terms.errors import EnvironmentFailure, UsageError


class Decides(Protocol):
    """Decides record batches of uses."""

    def check(self, schema: pa.Schema) -> None:
        """Refuse columns that cannot be read."""

    def decide(self, batch: pa.RecordBatch, first_row: int) -> pa.RecordBatch:
        """The answers, row by row."""


class Law(Protocol):
    """A book that travels."""

    @property
    def schema(self) -> pa.Schema:
        """What an answer holds."""

    def opened(self, on: date | None, at: datetime | None, kept: Iterable[str]) -> Decides:
        """A decider; the same for the same moment in one process."""


def decide(
    df: Any,
    *,
    book: Law,
    on: date | None = None,
    at: datetime | None = None,
    kept: Iterable[str] = (),
    key: Sequence[str] = (),
) -> Any:
    """A data frame with each row's answers: outcome, deciding rule, covered, violated, unknown.

    Every column is a fact (see ``lawful.decide.batch.columns``), but those of ``key``, which go through
    untouched and stand first: Spark keeps no order. Nothing runs before an action does. Refusals number
    the rows of a partition.

    Raises: UsageError: a column that is no fact, a wrong type, no moment. EnvironmentFailure: Spark or
    Java is missing.
    """
    demand_spark(df, "mapInArrow")
    from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

    zone = df.sparkSession.conf.get("spark.sql.session.timeZone")
    shape = to_arrow_schema(df.schema, timezone=zone)
    job = job_of(shape, book, on=on, at=at, kept=kept, key=key)
    sent = df.sparkSession.sparkContext.broadcast(book)

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        decider, row = job.opened(sent.value), 1
        for batch in batches:
            yield job.answered(batch, decider.decide(job.facts_of(batch), row))
            row += batch.num_rows

    return df.mapInArrow(run, from_arrow_schema(job.whole))


@attrs.frozen(kw_only=True)
class Job:
    """What each executor is told: the moment, the registers kept, the columns to pass through and to give.

    ``whole``: the columns handed back; ``keys`` first, then the answers as Spark takes them.
    """

    on: date | None
    at: datetime | None
    kept: tuple[str, ...]
    keys: tuple[str, ...]
    whole: pa.Schema

    def opened(self, book: Law) -> Decides:
        """The decider of this moment."""
        return book.opened(self.on, self.at, self.kept)

    def facts_of(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """A batch without the columns to pass through."""
        return batch.drop_columns(list(self.keys))

    def answered(self, batch: pa.RecordBatch, found: pa.RecordBatch) -> pa.RecordBatch:
        """The keys of a batch and the answers found for it."""
        kept = [batch.column(name) for name in self.keys]
        columns = zip([*kept, *found.columns], self.whole, strict=True)
        return pa.RecordBatch.from_arrays(
            [column.cast(to.type) for column, to in columns], schema=self.whole
        )


def job_of(
    shape: pa.Schema,
    book: Law,
    *,
    on: date | None,
    at: datetime | None,
    kept: Iterable[str],
    key: Sequence[str],
) -> Job:
    """The job for columns of a ``shape``, once they have been looked at.

    Raises: UsageError: a column that is no fact, a wrong type, no such key, no moment.
    """
    keys = _keys_of(shape, tuple(key))
    answers = (pa.field(each.name, plain_type(each.type)) for each in book.schema)
    whole = pa.schema([*(shape.field(name) for name in keys), *answers])
    job = Job(on=on, at=at, kept=tuple(kept), keys=keys, whole=whole)
    job.opened(book).check(pa.schema([field for field in shape if field.name not in keys]))
    return job


def _keys_of(shape: pa.Schema, keys: tuple[str, ...]) -> tuple[str, ...]:
    """The columns to pass through.

    Raises: UsageError: there is no such column.
    """
    for name in keys:
        if name not in shape.names:
            raise UsageError(
                f"There is no column '{name}' to pass through.",
                code="spark.key",
                hint=f"Columns: {', '.join(shape.names[:12])}",
            )
    return keys


def plain_type(found: Any) -> Any:
    """A type without dictionaries."""
    if pa.types.is_dictionary(found):
        return found.value_type
    return pa.list_(plain_type(found.value_type)) if pa.types.is_list(found) else found


def demand_spark(found: Any, method: str) -> None:
    """See that Spark is installed, and that something of Spark's was given, which has a method.

    Raises: EnvironmentFailure, UsageError.
    """
    for name in ("pyspark", "pandas"):
        try:
            import_module(name)
        except ImportError:
            raise EnvironmentFailure(
                f"Spark cannot run here: {name} is not installed.",
                code="spark.missing",
                hint="Install pyspark and pandas (below 3) beside Lawful, and a Java 17 runtime.",
            ) from None
    if not hasattr(found, method):
        what, hint = _WANTED[method]
        raise UsageError(f"This is no Spark {what}.", code="spark.frame", hint=hint)


_WANTED = {
    "mapInArrow": ("data frame", "Read one with spark.read.parquet(…)."),
    "createDataFrame": ("session", "Make one with SparkSession.builder.getOrCreate()."),
}

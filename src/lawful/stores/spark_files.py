"""Uses in Parquet files, decided by Spark's executors, which read them: no row passes through the JVM.

Reading some two hundred columns row by row out of the JVM into Arrow takes Spark many times longer than
deciding them. Here a task is a row group: an executor reads its columns as Arrow, decides them, and hands
back the answers alone. Every machine must see the files under the same address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

import attrs
import pyarrow as pa
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from lawful.stores.spark import Decides, Law, demand_spark, job_of, plain_type
from lawful.terms.errors import EnvironmentFailure, LawfulError, Location, UsageError

ROWS = 1 << 16
"""Rows that are decided at a time."""
TASKS_PER_CORE = 8
"""So many tasks for each core, where there are as many row groups: who is slow has fewer of them."""
_PIECE = "file string, size long, changed long, groups array<int>, first long"


@attrs.frozen(kw_only=True)
class _Source:
    """Parquet files that one file system has, and what stands in each."""

    system: Any
    files: tuple[pafs.FileInfo, ...]

    def opened(self, path: str, text: list[str] | None = None) -> pq.ParquetFile:
        """A file, the text of columns ``text`` read as dictionaries.

        Raises: UsageError: it is not Parquet. EnvironmentFailure: it cannot be read.
        """
        try:
            return pq.ParquetFile(path, filesystem=self.system, read_dictionary=text)
        except pa.ArrowInvalid:
            raise UsageError(
                "The file is not Parquet, or damaged.",
                code="spark.format",
                location=Location(file=path),
                hint="Write it anew, or name the Parquet files alone.",
            ) from None
        except OSError as error:
            raise EnvironmentFailure(
                f"The file cannot be read: {error.strerror or error}.",
                code="spark.unreadable",
                location=Location(file=path),
            ) from None


def decide_files(
    session: Any,
    source: str | Sequence[str],
    *,
    book: Law,
    on: date | None = None,
    at: datetime | None = None,
    kept: Iterable[str] = (),
    key: Sequence[str] = (),
) -> Any:
    """A data frame with the answers of each use in Parquet files, as ``decide`` gives them.

    ``source``: a file, a folder (all ``*.parquet`` below it) or several files, as paths or addresses that
    pyarrow's file systems know (``s3://…``, ``hdfs://…``). All have the same columns; a folder's names
    (``day=2026-11-24``) are no columns. ``key`` columns go through and stand first. Nothing is decided before an
    action is. A file that has changed by then is refused. Refusals name the file and number its rows.

    Raises: UsageError: no file, a column that is no fact, a wrong type, other columns than the first file has,
    no moment. EnvironmentFailure: a file cannot be read; Spark or Java is missing.
    """
    demand_spark(session, "createDataFrame")
    found = _found([source] if isinstance(source, str) else list(source))
    shape, text, pieces = _looked_through(found)
    job = job_of(shape, book, on=on, at=at, kept=kept, key=key)
    from pyspark.sql.pandas.types import from_arrow_schema

    context = session.sparkContext
    sent = context.broadcast((book, found.system, text))
    tasks = min(len(pieces), context.defaultParallelism * TASKS_PER_CORE) or 1
    listed = session.createDataFrame(pieces, _PIECE).repartition(tasks)

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        law, system, columns = sent.value
        decider = job.opened(law)
        for path, size, changed, groups, row in _pieces(batches):
            info = system.get_file_info(path)
            _demand_unchanged(info, size, changed)
            with _Source(system=system, files=(info,)).opened(path, columns) as file:
                for batch in file.iter_batches(ROWS, row_groups=groups):
                    yield job.answered(batch, _decided(decider, job.facts_of(batch), row, path))
                    row += batch.num_rows

    return listed.mapInArrow(run, from_arrow_schema(job.whole))


def _pieces(batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[Any, ...]]:
    for batch in batches:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _decided(decider: Decides, batch: pa.RecordBatch, row: int, path: str) -> pa.RecordBatch:
    """Answers; a refusal says in which file."""
    try:
        return decider.decide(batch, row)
    except LawfulError as error:
        error.location = Location(file=f"{path}: {error.location}")
        raise


def _found(sources: Sequence[str]) -> _Source:
    """The files that some addresses mean, in the order of their names.

    Raises: UsageError: none, or in two file systems.
    """
    systems: list[Any] = []
    files: list[pafs.FileInfo] = []
    for each in sources:
        try:
            system, path = pafs.FileSystem.from_uri(each) if "://" in each else (_LOCAL, each)
            info = system.get_file_info(path)
            if info.type == pafs.FileType.Directory:
                inside = system.get_file_info(pafs.FileSelector(path, recursive=True))
                wanted = [one for one in inside if one.is_file and one.path.endswith(".parquet")]
            else:
                wanted = [info] if info.is_file else []
        except (pa.ArrowException, OSError, ValueError) as error:
            raise UsageError(
                f"This address cannot be read: {error}.",
                code="spark.source",
                location=Location(file=each),
            ) from None
        if not wanted:
            raise UsageError(
                "There is no Parquet file here.",
                code="spark.source",
                location=Location(file=each),
                hint="Name a file, or a folder with *.parquet files.",
            )
        systems.append(system)
        files += sorted(wanted, key=lambda one: one.path)
    if any(not system.equals(systems[0]) for system in systems):
        raise UsageError(
            "The files lie in more than one file system.",
            code="spark.source",
            hint="Decide those of each by a call of its own, and unite the data frames.",
        )
    if not files:
        raise UsageError("No file is named.", code="spark.source", hint="Name one, or a folder.")
    return _Source(system=systems[0], files=tuple(files))


_LOCAL = pafs.LocalFileSystem()


def _looked_through(source: _Source) -> tuple[pa.Schema, list[str], list[tuple[Any, ...]]]:
    """The columns of all the files, those of text, and a task for each row group."""
    shape: pa.Schema | None = None
    text: list[str] = []
    pieces: list[tuple[Any, ...]] = []
    for info in source.files:
        with source.opened(info.path) as file:
            if shape is None:
                columns = (file.schema.column(n) for n in range(len(file.schema)))
                text = [each.path for each in columns if each.physical_type == "BYTE_ARRAY"]
                shape = _plain(file.schema_arrow)
            elif not shape.equals(_plain(file.schema_arrow)):
                raise UsageError(
                    "The file has other columns than the first.",
                    code="spark.columns",
                    location=Location(file=info.path),
                    hint=f"Write it with the columns and types of {source.files[0].path}.",
                )
            first = 1
            for group in range(file.metadata.num_row_groups):
                pieces.append((info.path, info.size, info.mtime_ns, [group], first))
                first += file.metadata.row_group(group).num_rows
    assert shape is not None
    return shape, text, pieces


def _plain(schema: pa.Schema) -> pa.Schema:
    """Columns as any writer may have put them: text, whether in dictionaries or not."""
    return pa.schema([pa.field(each.name, plain_type(each.type)) for each in schema])


def _demand_unchanged(info: pafs.FileInfo, size: int, changed: int) -> None:
    if (info.size, info.mtime_ns) != (size, changed):
        raise EnvironmentFailure(
            "The file changed after its columns were checked.",
            code="spark.changed",
            location=Location(file=info.path),
            hint="Decide it again when nobody writes to it.",
        )

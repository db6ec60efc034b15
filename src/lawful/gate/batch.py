"""Uses in a Parquet file decided into another: streamed, resumable, recorded before the result has its name."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

import attrs
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lawful.decide.batch.uses import SCHEMA, BatchDecider
from lawful.evidence import batch
from lawful.gate.deciding import NOBODY
from lawful.gate.deployment import Deployment
from lawful.gate.results import ROWS, Finished, ResultFile, digest_of
from lawful.terms.errors import EnvironmentFailure, LawfulError, Location, UsageError
from lawful.terms.outcomes import Outcome

VERSION = "1"
THREADS = 2
CHUNK = 1 << 17
Tell = Callable[[int, int], None]
"""Hears of progress: rows decided so far, and of how many."""


@attrs.frozen(kw_only=True)
class Batch:
    """A batch, decided and recorded: its counts by outcome, digests, and evidence."""

    rows: int
    counts: dict[str, int] = attrs.field(hash=False)
    resumed: int
    input: str
    result: str
    decision: str

    @property
    def outcome(self) -> Outcome:
        """The worst outcome of a row; lawful of none."""
        return next((each for each in Outcome if self.counts[each.value]), Outcome.LAWFUL)


def decide_file(
    deployment: Deployment,
    source: Path,
    out: Path,
    *,
    on: date | None = None,
    at: datetime | None = None,
    kept: Iterable[str] = (),
    entity: str = "",
    threads: int = THREADS,
    door: str = "python",
    tell: Tell | None = None,
) -> Batch:
    """Decide every use of a Parquet file, as if what its columns say were true; record it; write the answers.

    Run again after it was killed, it goes on where it was and makes the same bytes. ``kept``: registers
    of records that are complete. ``threads``: how many chunks are decided at a time.

    Raises: UsageError: a column or value that cannot be read; a result that is there.
    EnvironmentFailure: a file or the evidence cannot be written; there is no result then.
    """
    if deployment.demand_review:
        raise UsageError(
            "This deployment counts only coverage signed by counsel, which a batch does not look at.",
            code="batch.review",
            hint="Decide such uses one by one, or by a deployment without demand_review.",
        )
    deployment.keep_machine_code()
    decider = BatchDecider(deployment.book, on=on, at=at, kept=kept)
    digest = digest_of(source)
    before = os.stat(source)
    header = {
        "lawful.batch": VERSION,
        "lawful.book": deployment.book.hash,
        "lawful.moment": str(on or (at.isoformat() if at else "column at")),
        "lawful.kept": ",".join(sorted(decider.kept)),
        "lawful.input": digest,
    }
    with ResultFile(out, SCHEMA, {**header, "writer": pa.__version__, "rows": ROWS}) as result:
        done = result.begin()
        if out.exists():
            return _again(result, out, digest)
        with _opened(source) as file:
            decider.check(file.schema_arrow)
            rows = file.metadata.num_rows
            _decide_parts(decider, file, source, result, done, threads, tell)
        _check_unchanged(source, before)
        counts = _counts(result.read())
        made, root = result.assemble(
            {**header, **{f"lawful.{k}": str(n) for k, n in counts.items()}}
        )
        finished = result.finish(root, deployment.new_id())
        _record(deployment, finished, header, counts, entity or NOBODY, door)
        result.publish(made)
        resumed = min(rows, len(done) * ROWS)
        return Batch(
            rows=rows, counts=counts, resumed=resumed, input=digest, result=root, decision=finished.decision
        )  # fmt: skip


def _check_unchanged(source: Path, before: os.stat_result) -> None:
    after = os.stat(source)
    if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
        raise EnvironmentFailure(
            "The file changed while it was read.",
            code="batch.changed",
            location=Location(file=str(source)),
            hint="Decide it again when nobody writes to it.",
        )


def _again(result: ResultFile, out: Path, digest: str) -> Batch:
    """A run that was killed when all was done but the clearing away."""
    finished = result.finished()
    assert finished is not None
    with pq.ParquetFile(out) as file:
        told = {key.decode(): value.decode() for key, value in file.schema_arrow.metadata.items()}
        rows = file.metadata.num_rows
    result.publish(None)
    counts = {each.value: int(told[f"lawful.{each.value}"]) for each in Outcome}
    return Batch(
        rows=rows, counts=counts, resumed=rows, input=digest, result=finished.root, decision=finished.decision
    )  # fmt: skip


def _opened(source: Path) -> pq.ParquetFile:
    """The file, its text read as dictionaries.

    Raises: UsageError: it is not Parquet.
    """
    try:
        plain = pq.ParquetFile(source)
        columns = (plain.schema.column(n) for n in range(len(plain.schema)))
        text = [each.path for each in columns if each.physical_type == "BYTE_ARRAY"]
        file = pq.ParquetFile(source, read_dictionary=text)
        groups = (file.metadata.row_group(n).num_rows for n in range(file.metadata.num_row_groups))
        if sum(groups) != file.metadata.num_rows:
            raise _damaged(source)
        return file
    except pa.ArrowInvalid:
        raise UsageError(
            "The file is not Parquet.",
            code="batch.format",
            location=Location(file=str(source)),
            hint="Write one, for example with DuckDB: COPY uses TO 'uses.parquet'",
        ) from None
    except (OSError, pa.ArrowException) as error:
        raise _damaged(source, error) from None


def _damaged(source: Path, error: Exception | None = None, group: int | None = None) -> LawfulError:
    """What a reader's fault is to the person: damage in the file, or a disk that does not give it."""
    place = "" if group is None else f", in row group {group + 1:,}"
    where = Location(file=str(source))
    if isinstance(error, OSError) and error.errno:
        return EnvironmentFailure(
            f"The file cannot be read{place}: {error.strerror}.",
            code="batch.unreadable",
            location=where,
        )
    return UsageError(
        f"The file is damaged{place}: it begins as Parquet, and cannot be read as such.",
        code="batch.format",
        location=where,
        hint="Write it anew.",
    )


def _decide_parts(
    decider: BatchDecider,
    file: pq.ParquetFile,
    source: Path,
    result: ResultFile,
    done: set[int],
    threads: int,
    tell: Tell | None,
) -> None:
    rows = file.metadata.num_rows
    with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
        pieces = _pieces(file, source, done)
        for part, group in groupby(pieces, key=lambda piece: piece[0] // ROWS):
            low, high = part * ROWS, min(rows, (part + 1) * ROWS)
            found = _in_order(pool, decider, group, max(1, threads))
            result.keep(part, _telling(found, low, rows, tell))
            if tell:
                tell(high, rows)
    if tell and rows:
        tell(rows, rows)


def _telling(
    batches: Iterator[pa.RecordBatch], low: int, rows: int, tell: Tell | None
) -> Iterator[pa.RecordBatch]:
    for each in batches:
        low += each.num_rows
        if tell:
            tell(low, rows)
        yield each


def _in_order(
    pool: ThreadPoolExecutor,
    decider: BatchDecider,
    chunks: Iterator[tuple[int, pa.RecordBatch]],
    threads: int,
) -> Iterator[pa.RecordBatch]:
    """Answers in the order of their chunks; no more chunks are read than are being decided."""
    waiting: deque[Future[pa.RecordBatch]] = deque()
    for first, chunk in chunks:
        waiting.append(pool.submit(_decided, decider, chunk, first + 1))
        if len(waiting) > threads:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _decided(decider: BatchDecider, chunk: pa.RecordBatch, first_row: int) -> pa.RecordBatch:
    """Answers of a chunk. The kernel keeps its machine code in the deployment's folder of state.

    Raises: EnvironmentFailure: the disk will not have that.
    """
    try:
        return decider.decide(chunk, first_row)
    except OSError as error:
        raise EnvironmentFailure(
            f"The state of the deployment cannot be written: {error.strerror}.",
            code="batch.unwritable",
            hint="Make room on its disk, and run the same again.",
        ) from None


def _pieces(
    file: pq.ParquetFile, source: Path, done: set[int]
) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Rows of the parts that are still to do, none across two parts, each with the number of its first row.

    Each row group is read once, and not beyond the last row that is wanted of it.
    """
    start = 0
    for group in range(file.metadata.num_row_groups):
        end = start + file.metadata.row_group(group).num_rows
        wanted = [part for part in range(start // ROWS, -(-end // ROWS)) if part not in done]
        at, stop = start, min(end, (wanted[-1] + 1) * ROWS) if wanted else start
        batches = _batches(file, source, group)
        while at < stop:
            batch = next(batches, None)
            if batch is None:
                raise _damaged(source, group=group)
            for low in range(at // ROWS * ROWS, min(stop, at + batch.num_rows), ROWS):
                first, last = max(low, at), min(low + ROWS, at + batch.num_rows, stop)
                if low // ROWS not in done:
                    yield first, batch.slice(first - at, last - first)
            at += batch.num_rows
        start = end


def _batches(file: pq.ParquetFile, source: Path, group: int) -> Iterator[pa.RecordBatch]:
    """A row group in chunks.

    Raises: UsageError: it is damaged. EnvironmentFailure: the disk does not give it.
    """
    try:
        yield from file.iter_batches(CHUNK, row_groups=[group], use_threads=False)
    except (OSError, pa.ArrowException) as error:
        raise _damaged(source, error, group) from None


def _counts(tables: Iterator[pa.Table]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for table in tables:
        for pair in pc.value_counts(table.column("outcome").cast(pa.string())).to_pylist():
            found[pair["values"]] += pair["counts"]
    return {each.value: found[each.value] for each in Outcome}


def _record(
    deployment: Deployment,
    finished: Finished,
    header: dict[str, str],
    counts: dict[str, int],
    entity: str,
    door: str,
) -> None:
    """One leaf, durable before the result gets its name; none where the last run had come so far."""
    if _is_recorded(deployment, finished.decision):
        return
    given = counts[Outcome.LAWFUL.value]
    leaf = batch(
        id=finished.decision,
        entity=entity,
        book=deployment.book.hash,
        outcome=next((each.value for each in Outcome if counts[each.value]), Outcome.LAWFUL.value),
        door=door,
        given=given,
        withheld=sum(counts.values()) - given,
        input=header["lawful.input"],
        result=finished.root,
        more={
            "moment": header["lawful.moment"],
            "kept": header["lawful.kept"],
            "counts": counts,
            "readings": dict(deployment.book.readings),
        },
    )
    deployment.evidence.append(leaf.event, leaf.payload)


def _is_recorded(deployment: Deployment, decision: str) -> bool:
    try:
        return deployment.evidence.find(decision) is not None
    except LawfulError:
        return False

"""Spark, on separate worker processes, answers byte for byte what the batch kernel answers."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lawful.decide.batch.carried import Carried
from lawful.stores.spark import decide
from lawful.stores.spark_files import decide_files
from lawful.terms.errors import EnvironmentFailure, UsageError
from tests.stores.spark import ON, as_bytes, by_batch, sent, small_tasks, uses, write

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def book() -> Carried:
    return sent()


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with small_tasks(tmp_path_factory.mktemp("spark")) as session:
        yield session


def answers(spark: Any, book: Carried, path: Path, way: str = "frame") -> bytes:
    if way == "frame":
        found = decide(spark.read.parquet(str(path)), book=book, on=ON, key=["n"])
    else:
        found = decide_files(spark, str(path), book=book, on=ON, key=["n"])
    return as_bytes(found.orderBy("n").toArrow())


@pytest.mark.parametrize("way", ["frame", "files"])
@pytest.mark.parametrize("kind", ["realistic", "uniform"])
def test_spark_answers_what_the_batch_answers(
    spark: Any, book: Carried, tmp_path: Path, kind: str, way: str
) -> None:
    path = tmp_path / "uses.parquet"
    table = write(book, uses(book, 600, kind), path)
    assert answers(spark, book, path, way) == by_batch(book, table)


def test_a_folder_of_files_is_decided_whole(spark: Any, book: Carried, tmp_path: Path) -> None:
    table = write(book, uses(book, 300), tmp_path / "uses.parquet")
    numbered = table.append_column("n", pa.array(range(300), pa.int64()))
    (tmp_path / "all" / "day=2026-11-24").mkdir(parents=True)
    for name, part in (("a", numbered[:100]), ("day=2026-11-24/b", numbered[100:])):
        pq.write_table(part, tmp_path / "all" / f"{name}.parquet", row_group_size=37)
    (tmp_path / "all" / "_SUCCESS").touch()
    assert answers(spark, book, tmp_path / "all", "files") == by_batch(book, table)
    each = [str(path) for path in (tmp_path / "all").rglob("*.parquet")]
    found = decide_files(spark, each, book=book, on=ON, key=["n"])
    assert as_bytes(found.orderBy("n").toArrow()) == by_batch(book, table)


def test_files_that_cannot_be_decided_are_refused_at_once(
    spark: Any, book: Carried, tmp_path: Path
) -> None:
    path, other, torn = (tmp_path / f"{name}.parquet" for name in ("uses", "other", "torn"))
    table = write(book, uses(book, 10), path)
    pq.write_table(table, other)
    torn.write_bytes(path.read_bytes()[:-50])
    (tmp_path / "empty").mkdir()
    for source, words in (
        (str(tmp_path / "absent"), "no Parquet file here"),
        (str(tmp_path / "empty"), "no Parquet file here"),
        ([], "No file is named"),
        ("nowhere://x/y", "cannot be read"),
        (str(torn), "not Parquet, or damaged"),
        ([str(path), str(other)], "other columns than the first"),
    ):
        with pytest.raises(UsageError, match=words):
            decide_files(spark, source, book=book, on=ON, key=["n"])
    with pytest.raises(UsageError, match="There is no fact 'n'"):
        decide_files(spark, str(path), book=book, on=ON)
    with pytest.raises(UsageError, match="no column 'm'"):
        decide_files(spark, str(path), book=book, on=ON, key=["m"])
    with pytest.raises(UsageError, match="no Spark session"):
        decide_files(object(), str(path), book=book, on=ON)


def test_executors_refuse_a_file_that_changed_and_say_which_row_is_bad(
    spark: Any, book: Carried, tmp_path: Path
) -> None:
    path = tmp_path / "uses.parquet"
    table = write(book, uses(book, 40), path)
    asked = decide_files(spark, str(path), book=book, on=ON, key=["n"])
    write(book, uses(book, 41), path)
    with pytest.raises(Exception, match="changed after its columns were checked"):
        asked.collect()
    numbered = table.append_column("n", pa.array(range(40), pa.int64()))
    wrong = ["use"] * 29 + ["uze"] + ["use"] * 10
    at = numbered.schema.get_field_index("operation")
    pq.write_table(numbered.set_column(at, "operation", pa.array(wrong)), path, row_group_size=8)
    with pytest.raises(Exception, match=r"uses\.parquet: row 30, column 'operation'"):
        decide_files(spark, str(path), book=book, on=ON, key=["n"]).collect()


def test_another_book_is_refused_by_the_executors(
    spark: Any, book: Carried, tmp_path: Path
) -> None:
    path = tmp_path / "uses.parquet"
    write(book, uses(book, 10), path)
    forged = _Forged(book)
    with pytest.raises(Exception, match=f"the book sent is {book.hash[::-1][:8]}"):
        decide(spark.read.parquet(str(path)), book=forged, on=ON, key=["n"]).collect()


class _Forged:
    """A book whose hash is another's once it has left the driver."""

    def __init__(self, book: Carried) -> None:
        self.book, self.schema = book, book.schema
        self.opened = book.opened

    def __reduce__(self) -> tuple[Any, ...]:
        return attrs.evolve, (self.book,), {"hash": self.book.hash[::-1]}


def test_a_bad_column_is_refused_before_anything_runs(
    spark: Any, book: Carried, tmp_path: Path
) -> None:
    path = tmp_path / "uses.parquet"
    write(book, uses(book, 10), path)
    df = spark.read.parquet(str(path))
    with pytest.raises(UsageError, match="There is no fact 'n'"):
        decide(df, book=book, on=ON)
    with pytest.raises(UsageError, match="no column 'm'"):
        decide(df, book=book, on=ON, key=["m"])
    with pytest.raises(UsageError, match="No moment"):
        decide(df, book=book, key=["n"])


def test_without_spark_it_says_what_to_install(
    book: Carried, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(EnvironmentFailure, match="pyspark is not installed"):
        decide(object(), book=book, on=ON)


def test_what_is_no_data_frame_is_refused(book: Carried) -> None:
    with pytest.raises(UsageError, match="no Spark data frame"):
        decide(object(), book=book, on=ON)


@pytest.mark.soak
@pytest.mark.parametrize("way", ["frame", "files"])
def test_a_worker_killed_in_the_middle_changes_nothing(
    spark: Any,
    book: Carried,
    tmp_path: Path,
    way: str,
    record_property: Callable[[str, object], None],
) -> None:
    path = tmp_path / "uses.parquet"
    table = write(book, uses(book, 100_000), path)
    expected = by_batch(book, table)
    found: list[bytes] = []
    work = threading.Thread(target=lambda: found.append(answers(spark, book, path, way)))
    work.start()
    tracker = spark.sparkContext.statusTracker()
    while not any(
        (stage := tracker.getStageInfo(each)) and 0 < stage.numCompletedTasks < stage.numTasks
        for each in tracker.getActiveStageIds()
    ):
        assert work.is_alive(), "it ended before a worker was killed"
        time.sleep(0.02)
    killed = executors(spark.sparkContext.applicationId)
    assert len(killed) == 2, "two executors run, each a process of its own"
    os.kill(killed[0], signal.SIGKILL)
    work.join()
    assert found == [expected]
    record_property("rows", len(table))


def executors(application: str) -> list[int]:
    """The processes of an application's executors."""
    found = []
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                words = (each / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue  # it ended meanwhile
            named = application.encode() in words
            if named and any(b"CoarseGrainedExecutorBackend" in word for word in words):
                found.append(int(each.name))
    return sorted(found)


@pytest.mark.soak
def test_a_million_cells(
    spark: Any, book: Carried, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    counted: Counter[str] = Counter()
    for kind in ("realistic", "uniform"):
        path = tmp_path / f"{kind}.parquet"
        table = write(book, uses(book, 6000, kind, seed=8), path)
        assert answers(spark, book, path) == by_batch(book, table)
        counted["cells"] += len(table) * len(book.opened(ON, None).rules)
    record_property("cells", counted["cells"])
    assert counted["cells"] >= 1_000_000

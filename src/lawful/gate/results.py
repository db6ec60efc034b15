"""A result file that grows in parts, survives being killed, and is there whole or not at all.

Beside ``OUT`` lies ``OUT.parts`` while work goes on: ``plan.json`` (what is being made), a part for every
million rows (its name has its digest), ``result.json`` (digest of the finished file, and the decision
that records it). A part is synced before it gets its name, and so is ``OUT``.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import attrs
import pyarrow as pa
import pyarrow.parquet as pq

from lawful.evidence import file_root
from lawful.terms.errors import EnvironmentFailure, Location, UsageError

ROWS = 1 << 20
"""Rows of a part, and of a row group of the result."""

_OURS = re.compile(r"(lock|result\.parquet|((plan|result)\.json|\d+\.[0-9a-f]{64}\.arrow)(\.new)?)")
"""Names that may be in the folder of parts."""
_PIECE = 1 << 20


@attrs.frozen(kw_only=True)
class Finished:
    """A result file that is recorded: the root over its bytes, and the decision's id."""

    root: str
    decision: str


class ResultFile:
    """The parts of one result; use it as a context manager, which holds its lock.

    Raises: UsageError: the file is there already, another process writes it, or the folder beside it is
    somebody else's.
    """

    def __init__(self, path: Path, schema: pa.Schema, plan: Mapping[str, Any]) -> None:
        self.path, self.schema, self.plan = path, schema, dict(plan)
        self.folder = path.with_name(path.name + ".parts")
        self._lock: Any = None

    def __enter__(self) -> ResultFile:
        try:
            self.folder.mkdir(exist_ok=True)
            self._check_ours()
            self._lock = (self.folder / "lock").open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise UsageError(
                "Another process is writing this result.", code="batch.busy", location=self._at
            ) from None
        except OSError as error:
            raise self._unwritable(error) from None
        return self

    def _check_ours(self) -> None:
        """Refuse a folder that this class did not make: what is in it would be deleted."""
        found = list(self.folder.iterdir())
        names = {each.name for each in found}
        plan = self._read("plan.json")
        planned = isinstance(plan, dict) and "lawful.batch" in plan
        if any(not _OURS.fullmatch(each.name) or not each.is_file() for each in found) or not (
            planned or names <= {"lock", "plan.json.new"}
        ):
            raise UsageError(
                "A folder of this name is there already, and it is not that of a batch.",
                code="batch.parts",
                location=Location(file=str(self.folder)),
                hint="Move it away, or name another result file.",
            )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.close()
        left = {each.name for each in self.folder.iterdir()} if self.folder.is_dir() else {""}
        if left <= {"lock", "plan.json"}:  # nothing that a later run could go on from
            shutil.rmtree(self.folder)

    @property
    def _at(self) -> Location:
        return Location(file=str(self.path))

    def _unwritable(self, error: OSError) -> EnvironmentFailure:
        return EnvironmentFailure(
            f"The result cannot be written: {error.strerror}.",
            code="batch.unwritable",
            location=self._at,
        )

    def begin(self) -> set[int]:
        """The parts that are there, from a run of the same plan; those of another plan are thrown away.

        Raises: UsageError: ``OUT`` is there, and no run of this plan made it.
        """
        same = self._read("plan.json") == self.plan
        if self.path.exists() and not (same and self.finished()):
            raise UsageError(
                "The result file is there already.",
                code="batch.exists",
                location=self._at,
                hint="Move it away, or name another.",
            )
        if not same:
            for each in self.folder.iterdir():
                if each.name != "lock":
                    each.unlink()
            self._write("plan.json", json.dumps(self.plan, sort_keys=True).encode())
        return {number for number, path in self._parts().items() if _digest(path) == _said(path)}

    def _parts(self) -> dict[int, Path]:
        return {int(each.name.split(".")[0]): each for each in self.folder.glob("*.arrow")}

    def keep(self, number: int, batches: Iterable[pa.RecordBatch]) -> None:
        """Write a part, whole or not at all.

        Raises: EnvironmentFailure: the disk will not have it.
        """
        sink = pa.BufferOutputStream()
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        with pa.ipc.new_file(sink, self.schema, options=options) as writer:
            for batch in batches:
                writer.write_batch(batch)
        data = sink.getvalue()
        for old in self.folder.glob(f"{number:08}.*.arrow"):
            old.unlink()
        self._write(f"{number:08}.{hashlib.sha256(data).hexdigest()}.arrow", data)

    def read(self) -> Iterator[pa.Table]:
        """The parts in order."""
        for _, path in sorted(self._parts().items()):
            with pa.ipc.open_file(str(path)) as reader:
                yield reader.read_all()

    def assemble(self, header: Mapping[str, str]) -> tuple[Path, str]:
        """Write all parts as one Parquet file under a passing name; its path and digest.

        The same parts and header make the same bytes.
        """
        made = self.folder / "result.parquet"
        schema = self.schema.with_metadata(dict(header))
        try:
            with pq.ParquetWriter(made, schema, compression="zstd", store_schema=True) as writer:
                for table in self.read():
                    whole = table.replace_schema_metadata(dict(header)).combine_chunks()
                    writer.write_table(whole, row_group_size=ROWS)
            with made.open("rb") as file:
                os.fsync(file.fileno())
        except OSError as error:
            raise self._unwritable(error) from None
        return made, _root(made)

    def finished(self) -> Finished | None:
        """What ``OUT`` or the file to become it is recorded as, once that was decided on."""
        found = self._read("result.json")
        if found is None:
            return None
        finished = Finished(**found)
        if self.path.exists() and _root(self.path) != finished.root:
            return None
        return finished

    def finish(self, root: str, decision: str) -> Finished:
        """Decide, once, as which decision a result of this root will be recorded."""
        known = self.finished()
        if known is not None and known.root == root:
            return known
        self._write("result.json", json.dumps({"root": root, "decision": decision}).encode())
        return Finished(root=root, decision=decision)

    def publish(self, made: Path | None) -> None:
        """Give the assembled file its name (None: it has it), and clear the parts away."""
        try:
            if made is not None:
                os.replace(made, self.path)
                _sync(self.path.parent)
            shutil.rmtree(self.folder)
        except OSError as error:
            raise self._unwritable(error) from None

    def _read(self, name: str) -> Any:
        try:
            return json.loads((self.folder / name).read_bytes())
        except (OSError, ValueError):
            return None

    def _write(self, name: str, data: Any) -> None:
        passing = self.folder / f"{name}.new"
        try:
            with passing.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(passing, self.folder / name)
            _sync(self.folder)
        except OSError as error:
            raise self._unwritable(error) from None


def digest_of(path: Path, tell: Callable[[int], None] = lambda _: None) -> str:
    """The SHA-256 of a file; ``tell`` hears of each piece that was read, in bytes.

    Raises: EnvironmentFailure: it cannot be read.
    """
    try:
        return _digest(path, tell)
    except OSError as error:
        raise EnvironmentFailure(
            f"The file cannot be read: {error.strerror}.",
            code="batch.unreadable",
            location=Location(file=str(path)),
        ) from None


def _digest(path: Path, tell: Callable[[int], None] = lambda _: None) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            tell(len(piece))
    return digest.hexdigest()


def _root(path: Path) -> str:
    with path.open("rb") as file:
        return file_root(file)


def _said(path: Path) -> str:
    return path.name.split(".")[1]


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

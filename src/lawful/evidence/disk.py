"""The one seam to the file system: what is written, synced, renamed and removed, in which order."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from lawful.terms.errors import EnvironmentFailure

_THREADS = 16
_LOCK_WAIT_S = 60.0
_BESIDE_BYTES = 64 * 1024
"""From here on a sync lasts longer than it takes to hand it to another thread."""


class Disk:
    """Durable writing on a POSIX file system.

    The methods down to ``lock`` touch the system and nothing else does; ``write_all`` is built
    from them. A simulation of power loss overrides them.
    """

    def __init__(self) -> None:
        self._durable_dirs: set[Path] = set()
        self._bases: set[Path] = set()
        self._pool: ThreadPoolExecutor | None = None

    def read(self, path: Path) -> bytes | None:
        """All bytes of a file; ``None`` if there is none."""
        try:
            with open(path, "rb", buffering=0) as file:
                return file.read()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def names(self, path: Path) -> list[str]:
        """Sorted names in a directory; none if there is no such directory."""
        try:
            return sorted(os.listdir(path))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def is_dir(self, path: Path) -> bool:
        """Whether the path is a directory."""
        return path.is_dir()

    def make_dir(self, path: Path) -> None:
        """Make one directory, not yet durable."""
        path.mkdir(exist_ok=True)

    def write_synced(self, path: Path, data: bytes, mode: int = 0o644) -> None:
        """Write a file from its start and sync its bytes (its name is not yet durable)."""
        self._write(path, os.O_CREAT | os.O_TRUNC, data, mode)

    def append_synced(
        self, path: Path, data: bytes | bytearray, meanwhile: Callable[[], None] = lambda: None
    ) -> None:
        """Write at a file's end and sync its bytes; the file must be there.

        ``meanwhile`` is done while a large write is being synced, or after; all is done on return.
        """
        handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_APPEND)
        try:
            self._put_all(handle, data)
            if len(data) < _BESIDE_BYTES:
                self._fdatasync(handle)
                meanwhile()
            else:
                self._beside(lambda: self._fdatasync(handle), meanwhile)
        finally:
            os.close(handle)

    def _beside(self, syncing: Callable[[], None], meanwhile: Callable[[], None]) -> None:
        """Do both, the first in another thread, which is at it before the second begins.

        It waits in the system, without the interpreter's lock: had it to ask for that lock first,
        it would get it when the second was over.
        """
        begun = Lock()
        begun.acquire()

        def work() -> None:
            begun.release()
            syncing()

        synced = self._threads().submit(work)
        begun.acquire()
        try:
            meanwhile()
        finally:
            synced.result()

    def clear(self, path: Path) -> None:
        """Empty a file, durably."""
        handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            self._cut(handle)
            self._fsync(handle)
        finally:
            os.close(handle)

    def size(self, path: Path) -> int:
        """Bytes in a file; 0 if there is none."""
        try:
            return path.stat().st_size
        except FileNotFoundError:
            return 0

    def _write(self, path: Path, flags: int, data: bytes, mode: int) -> None:
        handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC | flags, mode)
        try:
            self._put_all(handle, data)
            self._fsync(handle)
        finally:
            os.close(handle)

    def _put_all(self, handle: int, data: bytes | bytearray) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[self._put(handle, rest) :]

    def _cut(self, handle: int) -> None:
        os.ftruncate(handle, 0)

    def _put(self, handle: int, data: memoryview) -> int:
        return os.write(handle, data)

    def _fsync(self, handle: int) -> None:
        os.fsync(handle)

    def _fdatasync(self, handle: int) -> None:
        os.fdatasync(handle)

    def sync_dir(self, path: Path) -> None:
        """Make the names in a directory durable."""
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self._fsync(handle)
        finally:
            os.close(handle)

    def rename(self, source: Path, target: Path) -> None:
        """Put a file in the place of another, at once; not yet durable."""
        source.rename(target)

    def remove(self, path: Path) -> None:
        """Remove a file if it is there; not yet durable."""
        path.unlink(missing_ok=True)

    def remove_dir(self, path: Path) -> None:
        """Remove a directory if it is empty."""
        self._durable_dirs.discard(path)
        try:
            path.rmdir()
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT):
                raise

    @contextmanager
    def lock(self, path: Path) -> Iterator[None]:
        """Hold an exclusive lock among processes and threads; a dead holder's lock is free.

        Whoever waits for it holds ``<path>.turn``, so that who has just had it waits behind.
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        turn = os.open(path.with_name(path.name + ".turn"), flags, 0o600)
        try:
            handle = os.open(path, flags, 0o600)
        except OSError:
            os.close(turn)
            raise
        try:
            try:
                _take(turn)
                _take(handle)
            finally:
                os.close(turn)
            yield
        finally:
            os.close(handle)

    def adopt(self, base: Path) -> None:
        """Take a folder as ours: everything below it is made durable by name."""
        self._bases.add(base)
        self.ensure_dirs([base])

    def ensure_dirs(self, paths: Iterable[Path]) -> None:
        """Make directories where need be, and their names durable; cheap the second time.

        One of ours that is there already is synced too: whoever made it may have been stopped
        before it was.
        """
        fresh: dict[Path, bool] = {}  # and whether it was there before
        for path in paths:
            self._ensure(path, fresh)
        parents: dict[Path, bool] = {}
        for path, there in fresh.items():
            parents[path.parent] = parents.get(path.parent, True) and there
        for parent, all_there in parents.items():
            try:
                self.sync_dir(parent)
            except PermissionError:
                if not all_there:
                    raise
        self._durable_dirs |= fresh.keys()

    def _ensure(self, path: Path, fresh: dict[Path, bool]) -> None:
        if path in fresh or (path in self._durable_dirs and self.is_dir(path)):
            return
        there = self.is_dir(path)
        if not there or any(base == path or base in path.parents for base in self._bases):
            self._ensure(path.parent, fresh)
            self.make_dir(path)
            fresh[path] = there
        else:
            self._durable_dirs.add(path)

    def write_all(self, files: Mapping[Path, bytes], mode: int = 0o644) -> None:
        """Write files so that each is there whole or not at all, and all durably on return."""
        parents = sorted({path.parent for path in files})
        self.ensure_dirs(parents)
        drafts = {path.with_name(path.name + ".tmp"): path for path in files}
        self._each(lambda draft: self.write_synced(draft, files[drafts[draft]], mode), [*drafts])
        for draft, path in drafts.items():
            self.rename(draft, path)
        self._each(self.sync_dir, parents)

    def _each(self, work: Callable[[Path], None], paths: list[Path]) -> None:
        """Do the same to each path; many at once, since the system merges concurrent syncs."""
        if len(paths) == 1:
            work(paths[0])
            return

        def some(start: int) -> None:
            for path in paths[start::_THREADS]:
                work(path)

        todo = [self._threads().submit(some, start) for start in range(min(_THREADS, len(paths)))]
        wait(todo)
        for done in todo:
            done.result()

    def _threads(self) -> ThreadPoolExecutor:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(_THREADS)
        return self._pool


def _take(handle: int) -> None:
    deadline, pause = time.monotonic() + _LOCK_WAIT_S, 0.0005
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise EnvironmentFailure(
                    "another process has held the evidence lock for a minute",
                    code="evidence.locked",
                    hint="see whether another lawful process hangs",
                ) from None
        time.sleep(pause)
        pause = min(pause * 1.5, 0.005)

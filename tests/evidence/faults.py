"""A real disk whose calls are recorded, or fail on demand."""

from __future__ import annotations

import os
from pathlib import Path

from lawful.evidence import Disk


class RecordingDisk(Disk):
    """Tells what was synced, renamed and removed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, str]] = []

    def _fsync(self, handle: int) -> None:
        self.calls.append(("fsync", os.readlink(f"/proc/self/fd/{handle}")))
        super()._fsync(handle)

    def _fdatasync(self, handle: int) -> None:
        self.calls.append(("fsync", os.readlink(f"/proc/self/fd/{handle}")))
        super()._fdatasync(handle)

    def clear(self, path: Path) -> None:
        self.calls.append(("clear", str(path)))
        super().clear(path)

    def rename(self, source: Path, target: Path) -> None:
        self.calls.append(("rename", str(target)))
        super().rename(source, target)

    def remove(self, path: Path) -> None:
        self.calls.append(("remove", str(path)))
        super().remove(path)

    def note(self, what: str) -> None:
        self.calls.append((what, ""))


class FailingDisk(Disk):
    """Fails every changing call from number ``after`` on, with one error of the system."""

    def __init__(self) -> None:
        super().__init__()
        self.after: int | None = None
        self.error = 0
        self.calls = 0

    def _fail(self) -> None:
        self.calls += 1
        if self.after is not None and self.calls > self.after:
            raise OSError(self.error, os.strerror(self.error), "some/file")

    def make_dir(self, path: Path) -> None:
        self._fail()
        super().make_dir(path)

    def _put(self, handle: int, data: memoryview) -> int:
        self._fail()
        return os.write(handle, data[: max(1, len(data) // 2)])

    def _fsync(self, handle: int) -> None:
        self._fail()
        super()._fsync(handle)

    def _fdatasync(self, handle: int) -> None:
        self._fail()
        super()._fdatasync(handle)

    def rename(self, source: Path, target: Path) -> None:
        self._fail()
        super().rename(source, target)

    def _cut(self, handle: int) -> None:
        self._fail()
        super()._cut(handle)

    def remove(self, path: Path) -> None:
        self._fail()
        super().remove(path)

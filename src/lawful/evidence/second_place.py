"""The second place: where the last checkpoint is kept, so that a restored backup is noticed."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from lawful.evidence.disk import Disk


class CheckpointStore(Protocol):
    """Keeps one signed checkpoint, apart from the evidence folder.

    Both methods may raise ``OSError`` or a ``LawfulError``; the append then fails.
    """

    def get(self) -> bytes | None:
        """The last checkpoint; ``None`` if none was ever put."""

    def compare_and_set(self, old: bytes | None, new: bytes) -> bool:
        """Put ``new`` durably if ``old`` is what is there; say whether it was."""


class FileCheckpointStore:
    """A second place in a file; put it on another disk, or in other hands."""

    def __init__(self, path: Path, *, disk: Disk | None = None) -> None:
        self._path = path.absolute()
        self._disk = disk or Disk()

    def get(self) -> bytes | None:
        """The last checkpoint; ``None`` if none was ever put."""
        return self._disk.read(self._path)

    def compare_and_set(self, old: bytes | None, new: bytes) -> bool:
        """Put ``new`` durably if ``old`` is what is there; say whether it was."""
        self._disk.ensure_dirs([self._path.parent])
        with self._disk.lock(self._path.with_name(self._path.name + ".lock")):
            if self._disk.read(self._path) != old:
                return False
            self._disk.write_all({self._path: new})
            return True

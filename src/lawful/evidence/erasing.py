"""Which erasures were begun and not ended: noted in the log's state, so that none stays half done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lawful.evidence.disk import Disk
from lawful.evidence.failures import unwritable


class Erasures:
    """The notes of a log's state, one empty file for each commitment.

    All methods raise: EnvironmentFailure: the state cannot be read or written.
    """

    def __init__(self, state: Path, disk: Disk) -> None:
        self._folder, self._lock, self._disk = state / "erasing", state / "erasing.lock", disk

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While nobody else erases, in this process or another."""
        try:
            with self._disk.lock(self._lock):
                yield
        except OSError as error:
            raise unwritable(error) from None

    def begin(self, commitment: str) -> None:
        """Note, durably, that this payload is about to be erased."""
        try:
            self._disk.write_all({self._folder / commitment: b""}, mode=0o600)
        except OSError as error:
            raise unwritable(error) from None

    def begun(self) -> list[str]:
        """Commitments of the erasures begun and not ended."""
        try:
            return [each for each in self._disk.names(self._folder) if "." not in each]
        except OSError as error:
            raise unwritable(error) from None

    def end(self, commitment: str) -> None:
        """Drop a note; should a power loss bring it back, it is dropped again."""
        try:
            self._disk.remove(self._folder / commitment)
        except OSError as error:
            raise unwritable(error) from None

"""A simulated disk that loses power: what was not synced may be lost, torn or garbled.

Files have live and safe bytes; directories have safe names and a list of changes not yet synced.
After a loss each unsynced change survives or not, and unsynced bytes become any mixture.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import attrs

from lawful.evidence.disk import Disk


class PowerLoss(BaseException):
    """The machine stopped; nothing may catch this and go on."""


@attrs.define(eq=False)
class File:
    live: bytes = b""
    safe: bytes = b""


@attrs.define(eq=False)
class Folder:
    safe: dict[str, File | Folder] = attrs.Factory(dict)
    live: dict[str, File | Folder] = attrs.Factory(dict)
    unsynced: list[tuple[dict[str, File | Folder], tuple[str, ...]]] = attrs.Factory(list)

    def change(self, put: dict[str, File | Folder], drop: tuple[str, ...] = ()) -> None:
        """One atomic change of names: what appears, what goes."""
        _apply(self.live, put, drop)
        self.unsynced.append((put, drop))


def _apply(
    names: dict[str, File | Folder], put: dict[str, File | Folder], drop: tuple[str, ...]
) -> None:
    for name in drop:
        names.pop(name, None)
    names.update(put)


class SimulatedDisk(Disk):
    """Counts its steps and stops at ``loss_at``; ``broken`` names a mutant.

    ``meanwhile`` is done once, amid some publication, as another thread would.
    ``fsync PART`` and ``dir PART`` leave out syncs of files or directories whose path has that
    part (or all); ``late`` does them only when the log is used next.
    """

    def __init__(self, random: Random, root: Folder | None = None, broken: str = "") -> None:
        super().__init__()
        self.random = random
        self.root = root or Folder()
        self.broken = broken
        self.steps = 0
        self.loss_at: int | None = None
        self._late: list[Callable[[], None]] = []
        self.meanwhile: Callable[[], None] | None = None

    def read(self, path: Path) -> bytes | None:
        self._alive()
        node = self._find(path)
        return node.live if isinstance(node, File) else None

    def names(self, path: Path) -> list[str]:
        self._alive()
        node = self._find(path)
        return sorted(node.live) if isinstance(node, Folder) else []

    def is_dir(self, path: Path) -> bool:
        return isinstance(self._find(path), Folder)

    def make_dir(self, path: Path) -> None:
        self._step()
        if self._find(path) is None:
            self._folder(path.parent).change({path.name: Folder()})

    def write_synced(self, path: Path, data: bytes, mode: int = 0o644) -> None:
        self._write(path, b"", data)

    def append_synced(
        self, path: Path, data: bytes | bytearray, meanwhile: Callable[[], None] = lambda: None
    ) -> None:
        meanwhile()  # as soon as can be: what it did in memory must not outlive a loss
        old = self._find(path)
        self._write(path, old.live if isinstance(old, File) else b"", data)

    def _write(self, path: Path, kept: bytes, data: bytes | bytearray) -> None:  # type: ignore[override]
        self._step()
        file = self._find(path)
        if not isinstance(file, File):
            file = File()
            self._folder(path.parent).change({path.name: file})
        file.live = kept + data[: self.random.randrange(len(data) + 1)]
        self._step()
        file.live = kept + data
        self._step()
        self._sync("fsync", path, lambda: setattr(file, "safe", file.live))

    def sync_dir(self, path: Path) -> None:
        self._step()
        folder = self._folder(path)

        def sync() -> None:
            folder.safe = dict(folder.live)
            folder.unsynced.clear()

        self._sync("dir", path, sync)

    def _sync(self, what: str, path: Path, work: Callable[[], None]) -> None:
        kind, _, place = self.broken.partition(" ")
        if kind == "late":
            self._late.append(work)
        elif kind != what or place not in str(path):
            work()

    def rename(self, source: Path, target: Path) -> None:
        self._step()
        if self.meanwhile is not None and self.random.random() < 0.3:
            work, self.meanwhile = self.meanwhile, None
            work()
        folder = self._folder(source.parent)
        folder.change({target.name: folder.live[source.name]}, (source.name,))

    def clear(self, path: Path) -> None:
        self._step()
        file = self._find(path)
        assert isinstance(file, File)
        file.live = b""
        self._step()
        self._sync("fsync", path, lambda: setattr(file, "safe", file.live))

    def size(self, path: Path) -> int:
        return len(self.read(path) or b"")

    def remove(self, path: Path) -> None:
        self._step()
        folder = self._find(path.parent)
        if isinstance(folder, Folder) and path.name in folder.live:
            folder.change({}, (path.name,))

    def remove_dir(self, path: Path) -> None:
        self._step()
        self._durable_dirs.discard(path)
        folder = self._find(path)
        if isinstance(folder, Folder) and not folder.live:
            self._folder(path.parent).change({}, (path.name,))

    @contextmanager
    def lock(self, path: Path) -> Iterator[None]:
        self._alive()
        for work in self._late:
            work()
        self._late.clear()
        yield

    def _each(self, work: Callable[[Path], None], paths: list[Path]) -> None:
        for path in paths:
            work(path)

    def _step(self) -> None:
        self._alive()
        self.steps += 1
        self._alive()

    def _alive(self) -> None:
        if self.loss_at is not None and self.steps >= self.loss_at:
            raise PowerLoss

    def _find(self, path: Path) -> File | Folder | None:
        node: File | Folder | None = self.root
        for part in path.parts[1:]:
            node = node.live.get(part) if isinstance(node, Folder) else None
        return node

    def _folder(self, path: Path) -> Folder:
        node = self._find(path)
        assert isinstance(node, Folder), path
        return node

    def copy(self, random: Random, broken: str = "") -> SimulatedDisk:
        """The same contents on a new machine."""
        return SimulatedDisk(random, copy.deepcopy(self.root), broken)

    def after_loss(self) -> SimulatedDisk:
        """The disk as the next start finds it."""
        self._survive(self.root)
        return SimulatedDisk(self.random, self.root, self.broken)

    def _survive(self, folder: Folder) -> None:
        names = dict(folder.safe)
        ordered, reached = self.random.random() < 0.5, self.random.random()
        for place, (put, drop) in enumerate(folder.unsynced):
            kept = place < reached * len(folder.unsynced) if ordered else self.random.random() < 0.5
            if kept:
                _apply(names, put, drop)
        folder.live, folder.safe, folder.unsynced = dict(names), dict(names), []
        for node in names.values():
            if isinstance(node, Folder):
                self._survive(node)
            elif node.live != node.safe:
                node.live = node.safe = self._mixture(node)

    def _mixture(self, file: File) -> bytes:
        """What becomes of bytes that were not synced.

        Bytes that were stay, when only others were written behind them (SQLite calls that
        powersafe overwrite, and every log that is appended to rests on it).
        """
        stays = len(file.safe) if file.live.startswith(file.safe) else 0
        choice = self.random.randrange(4)
        if choice == 0:
            return file.safe
        if choice == 1:
            return file.live
        cut = self.random.randrange(stays, len(file.live) + 1)
        rest = len(file.live) - cut
        return file.live[:cut] + (b"" if choice == 2 else self.random.randbytes(rest))


@attrs.frozen
class SimulatedFiles:
    """A folder of a simulated disk, for verification."""

    disk: SimulatedDisk
    folder: Path

    def names(self) -> set[str]:
        found: set[str] = set()
        todo = [self.folder]
        while todo:
            place = todo.pop()
            for name in self.disk.names(place):
                path = place / name
                if self.disk.is_dir(path):
                    todo.append(path)
                else:
                    found.add(path.relative_to(self.folder).as_posix())
        return found

    def read(self, name: str) -> bytes:
        data = self.disk.read(self.folder / name)
        assert data is not None
        return data

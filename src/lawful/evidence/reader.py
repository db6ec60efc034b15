"""Reading a log's folder: heads, entries, tiles, and a small index of decision ids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TypeVar

import attrs

from lawful.evidence.disk import Disk
from lawful.evidence.events import ERASE, Leaf, parse_leaf
from lawful.evidence.failures import SchemaError, broken, unreadable
from lawful.evidence.notes import Checkpoint, VerifierKey, open_note
from lawful.evidence.packs import pack_folder, pack_for
from lawful.evidence.payloads import commitment_of, payload_path
from lawful.evidence.tiles import ENTRIES, split_bundle, split_tile, tile_path, tile_width
from lawful.evidence.tree import TILE, inclusion_path
from lawful.terms.errors import Location, ProofFailure

T = TypeVar("T")
_TRIES = 8
_CACHED = 256


class _Moved(ProofFailure):
    """A file is not there; perhaps only because the log has grown meanwhile."""

    code = "evidence.missing_file"


class Reader:
    """Reads a log that others may be appending to; takes no lock."""

    def __init__(self, folder: Path, verifier: VerifierKey, disk: Disk) -> None:
        self._folder = folder
        self._verifier = verifier
        self._disk = disk
        self._head: tuple[bytes, Checkpoint] | None = None
        self._cache: dict[tuple[str, int], Sequence[bytes]] = {}
        self._caching = Lock()

    def head(self) -> tuple[bytes, Checkpoint]:
        """The checkpoint as published, the log's signature verified; witnesses' are for ``verify``."""
        try:
            note = self._disk.read(self._folder / "checkpoint")
        except OSError as error:
            raise unreadable(error) from None
        if note is None:
            raise broken("missing_file", "the checkpoint is missing", file="checkpoint")
        known = self._head
        if known is None or note != known[0]:
            self._head = known = (note, open_note(note, self._verifier).checkpoint)
        return known

    def entries(self, n: int, size: int) -> Sequence[bytes]:
        """The entries of bundle ``n`` in a log of ``size`` entries."""
        return self._rows(ENTRIES, n, tile_width(size, 0, n), split_bundle)

    def tile(self, level: int, n: int, size: int) -> Sequence[bytes]:
        """The hashes of a tile in a log of ``size`` entries."""
        return self._rows(str(level), n, tile_width(size, level, n), split_tile)

    def _rows(
        self, level: str, n: int, width: int, split: Callable[[bytes], list[bytes]]
    ) -> Sequence[bytes]:
        if (kept := self._cache.get((level, n))) is not None:
            return kept
        path = tile_path(level, n, width)
        try:
            rows = split(self.raw(path))
        except ValueError as error:
            raise broken("tile", f"{error}", file=path) from None
        if len(rows) != width:
            raise broken("tile", f"it holds {len(rows)} rows instead of {width}", file=path)
        if width == TILE:
            with self._caching:
                if len(self._cache) >= _CACHED:
                    self._cache.pop(next(iter(self._cache)))
                self._cache[level, n] = rows
        return rows

    def raw(self, name: str) -> bytes:
        """A file of the folder, which must be there."""
        try:
            data = self._disk.read(self._folder / name)
        except OSError as error:
            raise unreadable(error) from None
        if data is None:
            raise _Moved("a file of the log is missing", location=Location(file=name))
        return data

    def payload(self, index: int, commitment: str) -> tuple[bytes | None, str]:
        """What is kept of an entry's payload, and in which file; ``None``: nothing is."""
        single = payload_path(commitment)
        place = pack_folder(index // TILE)
        try:
            if (data := self._disk.read(self._folder / single)) is not None:
                return data, single
            name = pack_for(self._disk.names(self._folder / place), index % TILE)
            pack = self._disk.read(self._folder / place / name) if name else None
        except OSError as error:
            raise unreadable(error) from None
        if pack is None:
            return None, single
        for line in pack.split(b"\n"):
            if line and commitment_of(line) == commitment:
                return line, f"{place}/{name}"
        return None, f"{place}/{name}"

    def at_head(self, work: Callable[[bytes, Checkpoint], T]) -> T:
        """Do ``work`` on the newest head; again if partial files went away under it."""
        for _ in range(_TRIES):
            note, head = self.head()
            try:
                return work(note, head)
            except _Moved:
                if self.head()[0] == note:
                    raise
        note, head = self.head()
        return work(note, head)

    def leaf(self, index: int, size: int) -> Leaf:
        """The leaf at ``index``, checked against its schema."""
        n, offset = divmod(index, TILE)
        return self.parsed(self.entries(n, size)[offset], index, size)

    def parsed(self, data: bytes, index: int, size: int) -> Leaf:
        """An entry as a leaf; a misfit names the bundle."""
        try:
            return parse_leaf(data, index)
        except SchemaError as error:
            n = index // TILE
            path = tile_path(ENTRIES, n, tile_width(size, 0, n))
            raise broken("schema", f"leaf {index}: {error.message}", file=path) from None

    def last_seq(self, node: str, start: int, size: int) -> int | None:
        """Last sequence number of ``node`` among the entries ``start`` to ``size``."""
        mark = f'"node":"{node}"'.encode()
        for index in range(size - 1, start - 1, -1):
            n, offset = divmod(index, TILE)
            data = self.entries(n, size)[offset]
            if mark in data and (leaf := self.parsed(data, index, size)).node == node:
                return leaf.seq
        return None

    def path(self, index: int, size: int) -> list[bytes]:
        """Inclusion path of an entry in the tree of ``size`` entries."""
        tile = cache(lambda level, n: self.tile(level, n, size))  # partial ones are asked for often
        return inclusion_path(tile, index, size)


@attrs.define
class LeafIndex:
    """Where decisions, payloads and open intents are; grown from the bundles on demand."""

    _reader: Reader
    size: int = 0
    by_id: dict[str, int] = attrs.Factory(dict)
    by_commitment: dict[str, int] = attrs.Factory(dict)
    erased: set[str] = attrs.Factory(set)
    open_intents: dict[str, int] = attrs.Factory(dict)

    def catch_up(self) -> None:
        """Take in the entries that came since the last time."""
        self._reader.at_head(lambda _note, head: self.extend(head.size))

    def extend(self, size: int) -> None:
        """Take in the entries below ``size``."""
        while self.size < size:
            n, offset = divmod(self.size, TILE)
            for data in self._reader.entries(n, size)[offset:]:
                self._take(self._reader.parsed(data, self.size, size))
                self.size += 1

    def _take(self, leaf: Leaf) -> None:
        self.by_id.setdefault(leaf.id, leaf.index)
        if leaf.commitment:
            self.by_commitment[leaf.commitment] = leaf.index
        if leaf.kind == "intent":
            self.open_intents[leaf.ref if leaf.operation == ERASE else leaf.id] = leaf.index
        elif leaf.kind == "outcome":
            self.open_intents.pop(leaf.ref, None)
            if leaf.erases:
                self.erased.add(leaf.ref)

"""The write-ahead record: what was accepted, and may not yet be in tiles.

It has two files in turn: while the integrator works on what stands in one, entries are accepted
into the other. One record: length (4 bytes) and CRC-32 (4 bytes) of the body; the body is the entry's place in
the log (8), the length of its leaf (2), the leaf, and its payload's file (the rest).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from struct import Struct
from zlib import crc32

import attrs

from lawful.evidence.disk import Disk
from lawful.evidence.failures import broken

_HEAD = 8
_BODY_MIN = 10
_FILES = ("evidence.wal", "evidence.wal.2")
_PLACE = Struct(">QH")
_SEAL = Struct(">II")


@attrs.define
class Record:
    """An accepted entry: its index, its leaf and its payload's file (empty: none)."""

    index: int
    leaf: bytes
    payload: bytes


def encode(records: Iterable[Record]) -> bytes:
    """Records as bytes, one behind the other."""
    place, seal = _PLACE.pack, _SEAL.pack
    parts: list[bytes] = []
    for record in records:
        leaf = record.leaf
        body = place(record.index, len(leaf)) + leaf + record.payload
        parts += (seal(len(body), crc32(body)), body)
    return b"".join(parts)


def decode(data: bytes) -> list[Record]:
    """The whole records at the start of ``data``; a torn or damaged rest is dropped.

    Nothing in the rest was ever acknowledged: an entry is, only after all up to it is synced.
    """
    records: list[Record] = []
    at = 0
    while (body := _body(data, at)) is not None:
        cut = _BODY_MIN + int.from_bytes(body[8:10], "big")
        if cut > len(body):
            break
        index = int.from_bytes(body[:8], "big")
        records.append(Record(index, body[_BODY_MIN:cut], body[cut:]))
        at += _HEAD + len(body)
    return records


def _body(data: bytes, at: int) -> bytes | None:
    """The record body at ``at``, if it is whole and its checksum holds."""
    length = int.from_bytes(data[at : at + 4], "big")
    body = data[at + _HEAD : at + _HEAD + length]
    if length < _BODY_MIN or len(body) != length:
        return None
    return body if crc32(body) == int.from_bytes(data[at + 4 : at + _HEAD], "big") else None


class Wal:
    """The two files of the write-ahead record of one log; whoever uses it holds the lock."""

    def __init__(self, state: Path, disk: Disk) -> None:
        self._paths = tuple(state / name for name in _FILES)
        self._disk = disk
        self._known = [0, 0]
        self._active = 0

    def begin(self) -> None:
        """Make the files that are not there yet, durably."""
        absent = {path: b"" for path in self._paths if self._disk.read(path) is None}
        if absent:
            self._disk.write_all(absent, mode=0o600)

    def unchanged(self) -> bool:
        """Whether both files are as this process left them."""
        return [self._disk.size(path) for path in self._paths] == self._known

    def is_empty(self) -> bool:
        """Whether nothing was accepted, by whomever, that is not published."""
        return not any(self._disk.size(path) for path in self._paths)

    def append(self, data: bytes) -> None:
        """Accept whole records: one write, one sync."""
        self._disk.append_synced(self._paths[self._active], data)
        self._known[self._active] += len(data)

    def turn(self) -> int:
        """Go on in the other file, which is empty; says which one has what came before."""
        before, self._active = self._active, 1 - self._active
        return before

    def clear(self, which: int) -> None:
        """Empty one file, durably: all in it is published."""
        self._disk.clear(self._paths[which])
        self._known[which] = 0

    def pending(self, size: int) -> tuple[list[Record], list[Record]]:
        """The whole records on disk, in order: those below ``size``, those from it on.

        Raises: ProofFailure: they contradict one another, or do not follow on ``size``.
        """
        before: list[Record] = []
        found: dict[int, Record] = {}
        for path in self._paths:
            for record in decode(self._disk.read(path) or b""):
                if record.index < size:
                    before.append(record)
                elif found.setdefault(record.index, record) != record:
                    raise broken(
                        "forked",
                        "the write-ahead record says two things of one entry",
                        file=path.name,
                        hint="two copies of this log were written to; nothing is written until "
                        "someone decides",
                    )
        pending = [found[index] for index in sorted(found)]
        if [record.index for record in pending] != list(range(size, size + len(pending))):
            raise broken(
                "rolled_back",
                "the log ends before the records accepted for it",
                file="checkpoint",
                hint="restore the newest evidence folder and its state; nothing is written "
                "meanwhile",
            )
        return before, pending

    def keep(self, records: list[Record]) -> None:
        """Write the records anew, durably: a sync that failed may have left them unwritten."""
        self._disk.write_all({self._paths[0]: encode(records)}, mode=0o600)

    def empty(self) -> None:
        """Empty both files, durably, and start with the first."""
        for which, path in enumerate(self._paths):
            if self._disk.size(path):
                self._disk.clear(path)
            self._known[which] = 0
        self._active = 0

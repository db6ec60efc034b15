"""The write-ahead record: what was accepted, and may not yet be in tiles.

It has two files in turn: while the integrator works on what stands in one, entries are accepted
into the other. What was accepted together is one group, whole or not there: ``LWG1``, length
(8 bytes) and CRC-32 (4) of the body; the body is the first entry's place in the log (8), how many
there are (4), the length of each leaf (2) and of each payload's file (4), the leaves, the files.
Records of earlier versions, one for each entry, are still read: length (4) and CRC-32 (4) of a
body of the place (8), the length of the leaf (2), the leaf and the file.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate, pairwise
from pathlib import Path
from struct import Struct, pack, unpack_from
from zlib import crc32

import attrs

from lawful.evidence.disk import Disk
from lawful.evidence.failures import broken

_MARK = b"LWG1"
_SEAL = Struct(">4sQI")
_RUN = Struct(">QI")
_FILES = ("evidence.wal", "evidence.wal.2")
_OLD_SEAL, _OLD_PLACE = Struct(">II"), Struct(">QH")


@attrs.define
class Run:
    """Accepted entries that follow one another: leaves and payloads' files (empty: none)."""

    first: int
    leaves: list[bytes]
    payloads: list[bytes]

    def __len__(self) -> int:
        return len(self.leaves)

    def part(self, start: int, stop: int) -> Run:
        """Its entries number ``start`` to ``stop``, exclusive."""
        return Run(self.first + start, self.leaves[start:stop], self.payloads[start:stop])


def encode(run: Run) -> bytearray:
    """A run as one group, in one buffer."""
    leaves, payloads, count = run.leaves, run.payloads, len(run)
    sizes = pack(f">{count}H{count}I", *map(len, leaves), *map(len, payloads))
    head = _RUN.pack(run.first, count)
    data = bytearray().join((bytes(_SEAL.size), head, sizes, *leaves, *payloads))
    with memoryview(data)[_SEAL.size :] as body:
        _SEAL.pack_into(data, 0, _MARK, len(body), crc32(body))
    return data


def decode(data: bytes) -> list[Run]:
    """What the whole groups at the start of ``data`` hold; a torn or damaged rest is dropped.

    Nothing in the rest was ever acknowledged: an entry is, only after all up to it is synced.
    """
    runs: list[Run] = []
    at = 0
    while at < len(data):
        seal, read = (_SEAL, _group) if data.startswith(_MARK, at) else (_OLD_SEAL, _old)
        start = at + seal.size
        if start > len(data):
            break
        length, crc = seal.unpack_from(data, at)[-2:]
        at = start + length
        body = data[start:at]
        if len(body) != length or crc32(body) != crc or (run := read(body)) is None:
            break
        runs.append(run)
    return runs


def _group(body: bytes) -> Run | None:
    """The run in the body of a group."""
    if len(body) < _RUN.size:
        return None
    first, count = _RUN.unpack_from(body)
    head = _RUN.size + 6 * count
    if head > len(body):
        return None
    cuts = [*accumulate(unpack_from(f">{count}H{count}I", body, _RUN.size), initial=head)]
    parts = [body[start:stop] for start, stop in pairwise(cuts)]
    return Run(first, parts[:count], parts[count:]) if cuts[-1] == len(body) else None


def _old(body: bytes) -> Run | None:
    """The one entry in the body of a record as it was written before."""
    if len(body) < _OLD_PLACE.size:
        return None
    index, cut = _OLD_PLACE.unpack_from(body)
    leaf, payload = body[_OLD_PLACE.size :][:cut], body[_OLD_PLACE.size + cut :]
    return Run(index, [leaf], [payload]) if len(leaf) == cut else None


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

    def append(self, run: Run, meanwhile: Callable[[], None]) -> None:
        """Accept a run: one write, one sync; ``meanwhile`` may go on beside it."""
        data = encode(run)
        self._disk.append_synced(self._paths[self._active], data, meanwhile)
        self._known[self._active] += len(data)

    def turn(self) -> int:
        """Go on in the other file, which is empty; says which one has what came before."""
        before, self._active = self._active, 1 - self._active
        return before

    def clear(self, which: int) -> None:
        """Empty one file, durably: all in it is published."""
        self._disk.clear(self._paths[which])
        self._known[which] = 0

    def pending(self, size: int) -> tuple[list[tuple[int, bytes]], Run]:
        """What is whole on disk: index and leaf of entries below ``size``; the run from it on.

        Raises: ProofFailure: they contradict one another, or do not follow on ``size``.
        """
        before: list[tuple[int, bytes]] = []
        found: dict[int, tuple[bytes, bytes]] = {}
        for path in self._paths:
            for run in decode(self._disk.read(path) or b""):
                for index, entry in enumerate(
                    zip(run.leaves, run.payloads, strict=True), run.first
                ):
                    if index < size:
                        before.append((index, entry[0]))
                    elif found.setdefault(index, entry) != entry:
                        raise broken(
                            "forked",
                            "the write-ahead record says two things of one entry",
                            file=path.name,
                            hint="two copies of this log were written to; nothing is written until "
                            "someone decides",
                        )
        if sorted(found) != list(range(size, size + len(found))):
            raise broken(
                "rolled_back",
                "the log ends before the records accepted for it",
                file="checkpoint",
                hint="restore the newest evidence folder and its state; nothing is written "
                "meanwhile",
            )
        entries = [found[index] for index in sorted(found)]
        return before, Run(size, [leaf for leaf, _ in entries], [kept for _, kept in entries])

    def keep(self, run: Run) -> None:
        """Write a run anew, durably: a sync that failed may have left it unwritten."""
        self._disk.write_all({self._paths[0]: bytes(encode(run))}, mode=0o600)

    def empty(self) -> None:
        """Empty both files, durably, and start with the first."""
        for which, path in enumerate(self._paths):
            if self._disk.size(path):
                self._disk.clear(path)
            self._known[which] = 0
        self._active = 0

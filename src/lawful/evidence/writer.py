"""The one place that changes a log: accept, integrate, agree with the second place, publish.

Order, each step durable before the next: the write-ahead record; payloads, tiles and bundles;
the second place (compare and set); the published checkpoint. Only then is an entry acknowledged.
The second place comes before publication, so that a fork is never published.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

import attrs

from lawful.evidence import wal
from lawful.evidence.disk import Disk
from lawful.evidence.failures import broken, unwritable
from lawful.evidence.growth import Growth, Tip, grow
from lawful.evidence.notes import Checkpoint, Signer, open_checkpoint
from lawful.evidence.reader import Reader
from lawful.evidence.second_place import CheckpointStore
from lawful.evidence.tiles import partials_of
from lawful.evidence.tree import EMPTY_ROOT, TILE, Frontier, leaf_hash, tree_root
from lawful.terms.errors import ProofFailure

SECOND = "second place"
_OLDER = "restore the newest evidence folder and its state; nothing is written meanwhile"
_FORK = "two copies of this log were written to; nothing is written until someone decides"


@attrs.define(kw_only=True)
class Writer:
    """Appends to the log in ``folder``; several processes may do so in turn."""

    folder: Path
    state: Path
    signer: Signer
    store: CheckpointStore
    disk: Disk
    reader: Reader
    _tip: Tip | None = None
    _seqs: dict[str, tuple[int, int]] = attrs.Factory(dict)
    _threads: RLock = attrs.Factory(RLock)

    @property
    def _wal(self) -> Path:
        return self.state / "evidence.wal"

    @contextmanager
    def locked(self) -> Iterator[Tip]:
        """Hold the log; yields its tip, recovered first where a writer was interrupted.

        A kept tip is used only if disk and second place still say the same.

        Raises: EnvironmentFailure: it cannot be written; the next try starts from the disk.
        """
        try:
            with self._threads, self.disk.lock(self.state / "evidence.lock"):
                yield self._current()
        except OSError as error:
            raise unwritable(error) from None

    def append(self, tip: Tip, records: Sequence[wal.Record], commitments: Sequence[str]) -> Tip:
        """Make records part of the log, durably; only inside ``locked``."""
        self.disk.append_synced(self._wal, b"".join([wal.encode(record) for record in records]))
        growth = grow(tip, records, commitments, want=tip.head.size)
        self._tip = self._commit(growth, stored=tip.note)
        self.disk.truncate(self._wal)
        return self._tip

    def next_seq(self, tip: Tip, node: str) -> int:
        """The node's next sequence number; counts on from what others wrote as that node."""
        seen, last = self._seqs.get(node, (0, 0))
        found = self.reader.last_seq(node, seen, tip.head.size)
        last = last if found is None else found
        self.count(node, tip.head.size, last)
        return last + 1

    def count(self, node: str, size: int, last: int) -> None:
        """Remember that among the first ``size`` entries ``last`` is the node's latest."""
        self._seqs[node] = (size, last)

    def remove_payload(self, path: str) -> None:
        """Delete a payload's file, durably; only inside ``locked``."""
        whole = self.folder / path
        if self.disk.is_dir(whole.parent):
            self.disk.remove(whole)
            self.disk.sync_dir(whole.parent)

    def _current(self) -> Tip:
        tip = self._tip
        if (
            tip is not None
            and self.disk.read(self.folder / "checkpoint") == tip.note
            and self.disk.read(self._wal) == b""
            and self.store.get() == tip.note
        ):
            return tip
        self._tip = self._load()
        return self._tip

    def _load(self) -> Tip:
        """Read the log from disk, finish what was interrupted, ask the second place."""
        stored = self.store.get()
        if self.disk.read(self.folder / "checkpoint") is None:
            stored = self._begin(stored)
        note, head = self.reader.head()
        tip = self._read_tip(note, head)
        if stored is None:
            raise broken(
                "second_place",
                "the second place has no checkpoint for a log that has begun",
                file=SECOND,
                hint="verify the log, then put its checkpoint there on purpose (seed_store)",
            )
        data = self.disk.read(self._wal)
        if data is None:
            self.disk.write_all({self._wal: b""}, mode=0o600)
        pending = self._pending(wal.decode(data or b""), tip)
        tip = self._agree(tip, pending, stored)
        self._sweep(tip)
        if data:
            self.disk.truncate(self._wal)
        return tip

    def _begin(self, stored: bytes | None) -> bytes:
        """Publish the empty log, unless there was one here."""
        empty = self.signer.sign(Checkpoint(origin=self.signer.name, size=0, root=EMPTY_ROOT))
        if stored not in (None, empty) or self.disk.names(self.folder / "tile"):
            raise broken(
                "rolled_back",
                "the checkpoint is missing from a log that has begun",
                file="checkpoint",
                hint=_OLDER,
            )
        if stored is None and not self.store.compare_and_set(None, empty):
            raise _forked()
        self.disk.write_all({self.folder / "checkpoint": empty})
        return empty

    def _read_tip(self, note: bytes, head: Checkpoint) -> Tip:
        """The right edge as the tiles have it, checked against the checkpoint."""
        size, frontier, level = head.size, Frontier(size=head.size), 0
        while count := size >> (8 * level):
            row = self.reader.tile(level, count // TILE, size) if count % TILE else []
            frontier.rows.append(list(row))
            level += 1
        bundle = self.reader.entries(size // TILE, size) if size % TILE else []
        if frontier.root() != head.root:
            raise broken("tile", "the last tiles do not lead to the checkpoint's root", file="tile")
        if [leaf_hash(entry) for entry in bundle] != (frontier.rows[0] if bundle else []):
            raise broken("leaf", "the last entries do not match their hashes", file="tile/entries")
        return Tip(note, head, frontier, list(bundle))

    def _pending(self, records: Sequence[wal.Record], tip: Tip) -> list[wal.Record]:
        """The accepted records that the log does not have yet."""
        size = tip.head.size
        for record in records:
            if record.index < size:
                n, offset = divmod(record.index, TILE)
                if self.reader.entries(n, size)[offset] != record.leaf:
                    raise _forked()
        pending = [record for record in records if record.index >= size]
        if [record.index for record in pending] != list(range(size, size + len(pending))):
            raise broken(
                "rolled_back",
                "the log ends before the records accepted for it",
                file="checkpoint",
                hint=_OLDER,
            )
        return pending

    def _agree(self, tip: Tip, pending: list[wal.Record], stored: bytes) -> Tip:
        """Integrate what is pending; the result must continue what the second place has seen."""
        seen = open_checkpoint(stored, self.signer.verifier, file=SECOND)
        size = tip.head.size
        if seen.size > size + len(pending):
            raise broken(
                "rolled_back",
                f"the log has {size + len(pending)} entries, "
                f"but {seen.size} were attested in the second place",
                file="checkpoint",
                hint=_OLDER,
            )
        commitments = [
            self.reader.parsed(record.leaf, record.index, size + len(pending)).commitment
            for record in pending
        ]
        growth = grow(tip, pending, commitments, want=seen.size)
        if seen.size < size:
            root = tree_root(lambda level, n: self.reader.tile(level, n, size), seen.size)
        else:
            root = growth.roots[seen.size]
        if root != seen.root:
            raise _forked()
        if pending:
            again = b"".join([wal.encode(record) for record in pending])
            self.disk.write_all({self._wal: again}, mode=0o600)
            return self._commit(growth, stored=stored)
        if stored != tip.note and not self.store.compare_and_set(stored, tip.note):
            raise _forked()
        return tip

    def _commit(self, growth: Growth, *, stored: bytes) -> Tip:
        """Write the tiles, agree with the second place, publish, drop stale partial tiles."""
        self.disk.write_all({self.folder / path: data for path, data in growth.files.items()})
        note = self.signer.sign(growth.head)
        if stored != note and not self.store.compare_and_set(stored, note):
            raise _forked()
        self.disk.write_all({self.folder / "checkpoint": note})
        kept = {str(Path(path).parent) for path in partials_of(growth.head.size)}
        for path in growth.stale:
            self.disk.remove(self.folder / path)
            if str(Path(path).parent) not in kept:
                self.disk.remove_dir((self.folder / path).parent)
        return Tip(note, growth.head, growth.frontier, growth.bundle)

    def _sweep(self, tip: Tip) -> None:
        """Drop partial tiles that an interrupted writer left."""
        kept = {self.folder / path for path in partials_of(tip.head.size)}
        todo = [self.folder / "tile"]
        while todo:
            place = todo.pop()
            for name in self.disk.names(place):
                path = place / name
                if place.suffix == ".p" and path not in kept:
                    self.disk.remove(path)
                elif self.disk.is_dir(path):
                    todo.append(path)
            if place.suffix == ".p" and not self.disk.names(place):
                self.disk.remove_dir(place)


def _forked() -> ProofFailure:
    return broken(
        "forked",
        "the log and the second place disagree about its past",
        file="checkpoint",
        hint=_FORK,
    )

"""Reading a log as it is published: entries, payloads, proofs; nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from threading import RLock

from lawful.evidence.disk import Disk
from lawful.evidence.events import Leaf
from lawful.evidence.failures import broken, unreadable
from lawful.evidence.notes import VerifierKey
from lawful.evidence.payloads import unwrap
from lawful.evidence.proofs import format_proof
from lawful.evidence.reader import LeafIndex, Reader
from lawful.evidence.tree import TILE
from lawful.terms.errors import UsageError


class PublishedLog:
    """What can be read of a log. Safe among threads."""

    def __init__(self, folder: Path, reader: Reader) -> None:
        self._folder = folder
        self._reader = reader
        self._index = LeafIndex(reader)
        self._reading = RLock()

    @classmethod
    def read_only(cls, folder: Path) -> PublishedLog:
        """The log in a folder, of which nothing is written; what is not published yet is not seen.

        Raises:
            ProofFailure: the verifier key is missing, or is none.
            EnvironmentFailure: it cannot be read.
        """
        disk = Disk()
        return cls(folder, Reader(folder, find_vkey(folder, disk), disk))

    @property
    def folder(self) -> Path:
        """The evidence folder."""
        return self._folder

    def settle(self) -> None:
        """See that all that was accepted is published, where that is ours to do."""

    def size(self) -> int:
        """Entries that can be read."""
        with self._reading:
            self.settle()
            return self._reader.head()[1].size

    def read(self, index: int) -> Leaf:
        """The leaf at ``index``, from 0."""
        reader = self._reader
        with self._reading:
            size = self.size()
            if not 0 <= index < size:
                raise UsageError(
                    f"the log has no entry {index}; it has {size}", code="evidence.no_entry"
                )
            return reader.at_head(lambda _note, head: reader.leaf(index, head.size))

    def find(self, decision_id: str) -> Leaf | None:
        """The leaf with this id (the first, should one id stand twice)."""
        with self._reading:
            self.settle()
            self._index.catch_up()
            index = self._index.by_id.get(decision_id)
            return None if index is None else self.read(index)

    def tail(self, n: int, before: int | None = None) -> list[Leaf]:
        """Up to ``n`` leaves below index ``before`` (default: the end), newest first."""
        reader = self._reader
        with self._reading:
            size = self.size()
            stop = size if before is None else max(0, min(before, size))
            wanted = range(stop - 1, max(0, stop - max(0, n)) - 1, -1)
            return reader.at_head(lambda _note, head: [reader.leaf(i, head.size) for i in wanted])

    def payload(self, leaf: Leaf) -> Mapping[str, object] | None:
        """What the leaf commits to; ``None`` if it has no payload, or that was erased.

        Raises: ProofFailure: the payload is not what the leaf commits to.
        """
        if not leaf.commitment:
            return None
        data, path = self._reader.payload(leaf.index, leaf.commitment)
        found = None if data is None else unwrap(data, leaf.commitment)
        if found is None and (data is not None or not self._is_erased(leaf)):
            raise broken(
                "payload", f"the payload of leaf {leaf.index} is not what it commits to", file=path
            )
        return found

    def _is_erased(self, leaf: Leaf) -> bool:
        """Whether a payload was erased, or is about to be."""
        with self._reading:
            self.settle()
            self._index.catch_up()
            index = self._index
            return leaf.commitment in index.erased or leaf.commitment in index.open_intents

    def proof(self, index: int) -> str:
        """An offline inclusion proof (tlog-proof@v1), to be kept as ``.tlog-proof``."""
        reader = self._reader
        with self._reading:
            self.read(index)
            return reader.at_head(
                lambda note, head: format_proof(index, reader.path(index, head.size), note)
            )

    def of_operations(self, operations: Collection[str]) -> Iterator[Leaf]:
        """The leaves of some operations, oldest first; the others are passed over unparsed."""
        marks = [f'"operation":"{each}"'.encode() for each in operations]
        size = self.size()
        for n in range(-(-size // TILE)):
            for index, data in enumerate(self._bundle(n), n * TILE):
                if index < size and any(mark in data for mark in marks):
                    leaf = self._reader.parsed(data, index, size)
                    if leaf.operation in operations:
                        yield leaf

    def _bundle(self, n: int) -> Sequence[bytes]:
        return self._reader.at_head(lambda _note, head: self._reader.entries(n, head.size))

    def open_intents(self) -> list[Leaf]:
        """Intents that have no outcome yet, oldest first."""
        with self._reading:
            self.settle()
            self._index.catch_up()
            return [self.read(index) for index in sorted(self._index.open_intents.values())]

    def find_commitment(self, commitment: str) -> tuple[Leaf, bool] | None:
        """The leaf that makes a commitment, and whether its payload is recorded as erased."""
        with self._reading:
            self.settle()
            self._index.catch_up()
            index = self._index.by_commitment.get(commitment)
            if index is None:
                return None
            return self.read(index), commitment in self._index.erased


def find_vkey(folder: Path, disk: Disk) -> VerifierKey:
    """The verifier key that a log's folder names.

    Raises: ProofFailure: it is missing, or is none. EnvironmentFailure: it cannot be read.
    """
    try:
        data = disk.read(folder / "vkey")
    except OSError as error:
        raise unreadable(error) from None
    if data is None:
        raise broken("missing_file", "the verifier key is missing", file="vkey")
    return VerifierKey.parse(data.decode(errors="replace").removesuffix("\n"))

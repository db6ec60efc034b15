"""The evidence log: append durably, read back, prove."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from threading import RLock

import attrs

from lawful.evidence.disk import Disk
from lawful.evidence.events import Event, Leaf, check_node, leaf_bytes, timestamp
from lawful.evidence.failures import SchemaError, broken, unreadable, unwritable
from lawful.evidence.keys import load_signer
from lawful.evidence.notes import VerifierKey
from lawful.evidence.payloads import (
    SALT_BYTES,
    commit,
    payload_bytes,
    payload_path,
    unwrap,
    wrap,
)
from lawful.evidence.proofs import format_proof
from lawful.evidence.reader import LeafIndex, Reader
from lawful.evidence.second_place import CheckpointStore
from lawful.evidence.verify import Report, verify
from lawful.evidence.wal import Record
from lawful.evidence.writer import Writer
from lawful.terms.errors import UsageError


@attrs.frozen(kw_only=True)
class Receipt:
    """An acknowledged entry: it is durable. ``root`` (hex) is that of the log at ``size``."""

    id: str
    index: int
    size: int
    root: str


def _sealed(body: bytes) -> tuple[str, bytes]:
    """A payload's commitment under a new salt, and its file; both empty if there is none."""
    if not body:
        return "", b""
    salt = secrets.token_bytes(SALT_BYTES)
    return commit(salt, body), wrap(salt, body)


class EvidenceLog:
    """A tamper-evident log in a folder. Safe among threads, and among processes that share it."""

    def __init__(self, writer: Writer, node: str, clock: Callable[[], datetime]) -> None:
        self._writer = writer
        self._node = node
        self._clock = clock
        self._index = LeafIndex(writer.reader)
        self._reading = RLock()

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        state: Path,
        origin: str,
        node: str,
        store: CheckpointStore,
        clock: Callable[[], datetime],
        disk: Disk | None = None,
    ) -> EvidenceLog:
        """Open a log, or begin one; finish what an interrupted writer left.

        Args:
            folder: the evidence folder, which may be copied and published.
            state: keys, lock and write-ahead record; outside ``folder``.
            origin: the log's unique name, like a URL without scheme.
            node: the source id that counts its own entries without gaps.
            store: the second place for the checkpoint.
            clock: gives the instant of an entry, aware.
            disk: another way to the file system, for tests of durability.

        Raises:
            EnvironmentFailure: it cannot be read or written.
            ProofFailure: it was altered, rolled back or forked.
        """
        folder, state, disk = folder.absolute(), state.absolute(), disk or Disk()
        check_node(node)
        if state == folder or folder in state.parents:
            raise SchemaError("the log's state lies inside the evidence folder")
        try:
            disk.adopt(folder)
            disk.adopt(state)
            with disk.lock(state / "evidence.lock"):
                known = store.get() is not None
                signer = load_signer(folder, state, origin, disk, known=known)
        except OSError as error:
            raise unwritable(error) from None
        writer = Writer(
            folder=folder,
            state=state,
            signer=signer,
            store=store,
            disk=disk,
            reader=Reader(folder, signer.verifier, disk),
        )
        with writer.locked():
            return cls(writer, node, clock)

    @property
    def folder(self) -> Path:
        """The evidence folder."""
        return self._writer.folder

    @property
    def vkey(self) -> VerifierKey:
        """The verifier key; ``str`` gives its written form."""
        return self._writer.signer.verifier

    def append(self, event: Event, payload: Mapping[str, object]) -> Receipt:
        """Record one event; durable when this returns, else it raises and nothing may be read.

        An empty payload is not kept; the leaf then has no commitment.

        Raises: EnvironmentFailure: it cannot be made durable. ProofFailure: the log is broken.
        """
        return self.append_many([(event, payload)])[0]

    def append_many(self, items: Sequence[tuple[Event, Mapping[str, object]]]) -> list[Receipt]:
        """Record several events with one commit, in order, all or none acknowledged."""
        bodies = [payload_bytes(payload) if payload else b"" for _, payload in items]
        if not items:
            return []
        with self._writer.locked() as tip:
            seq, time = self._writer.next_seq(tip, self._node), timestamp(self._clock())
            records: list[Record] = []
            commitments: list[str] = []
            for offset, ((event, _), body) in enumerate(zip(items, bodies, strict=True)):
                commitment, kept = _sealed(body)
                data = leaf_bytes(
                    event, node=self._node, seq=seq + offset, time=time, commitment=commitment
                )
                records.append(Record(tip.head.size + offset, data, kept))
                commitments.append(commitment)
            head = self._writer.append(tip, records, commitments).head
            self._writer.count(self._node, head.size, seq + len(items) - 1)
        return [
            Receipt(id=event.id, index=record.index, size=head.size, root=head.root.hex())
            for (event, _), record in zip(items, records, strict=True)
        ]

    def size(self) -> int:
        """Entries published."""
        with self._reading:
            return self._writer.reader.head()[1].size

    def read(self, index: int) -> Leaf:
        """The leaf at ``index``, from 0."""
        reader = self._writer.reader
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
            self._index.catch_up()
            index = self._index.by_id.get(decision_id)
            return None if index is None else self.read(index)

    def tail(self, n: int, before: int | None = None) -> list[Leaf]:
        """Up to ``n`` leaves below index ``before`` (default: the end), newest first."""
        reader = self._writer.reader
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
        path = payload_path(leaf.commitment)
        try:
            data = self._writer.disk.read(self.folder / path)
        except OSError as error:
            raise unreadable(error) from None
        if data is None:
            return None
        found = unwrap(data, leaf.commitment)
        if found is None:
            raise broken(
                "payload", f"the payload of leaf {leaf.index} is not what it commits to", file=path
            )
        return found

    def proof(self, index: int) -> str:
        """An offline inclusion proof (tlog-proof@v1), to be kept as ``.tlog-proof``."""
        reader = self._writer.reader
        with self._reading:
            self.read(index)
            return reader.at_head(
                lambda note, head: format_proof(index, reader.path(index, head.size), note)
            )

    def verify(self) -> Report:
        """Verify the whole log and compare it with the second place, while no one writes."""
        with self._writer.locked():
            return verify(self.folder, self._writer.store)

    def open_intents(self) -> list[Leaf]:
        """Intents that have no outcome yet, oldest first."""
        with self._reading:
            self._index.catch_up()
            return [self.read(index) for index in sorted(self._index.open_intents.values())]

    def find_commitment(self, commitment: str) -> tuple[Leaf, bool] | None:
        """The leaf that makes a commitment, and whether its payload is recorded as erased."""
        with self._reading:
            self._index.catch_up()
            index = self._index.by_commitment.get(commitment)
            if index is None:
                return None
            return self.read(index), commitment in self._index.erased

    def delete_payload(self, commitment: str) -> None:
        """Delete a payload's file, durably. ``erase_payload`` does it with its record."""
        with self._writer.locked():
            self._writer.remove_payload(payload_path(commitment))

    def now(self) -> datetime:
        """The log's clock."""
        return self._clock()

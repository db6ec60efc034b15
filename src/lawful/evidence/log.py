"""The evidence log: append durably, read back, prove."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import repeat
from pathlib import Path
from threading import RLock
from types import TracebackType

import attrs

from lawful.evidence.arrivals import Arrivals, Entry
from lawful.evidence.disk import Disk
from lawful.evidence.events import Event, Leaf, check_node
from lawful.evidence.failures import SchemaError, broken, unwritable
from lawful.evidence.integrator import Integrator
from lawful.evidence.keys import keep_policy, load_signer
from lawful.evidence.notes import VerifierKey
from lawful.evidence.payloads import SALT_BYTES, commit, payload_bytes, unwrap, wrap
from lawful.evidence.policy import Policy
from lawful.evidence.proofs import format_proof
from lawful.evidence.publishing import Publisher
from lawful.evidence.reader import LeafIndex, Reader
from lawful.evidence.second_place import CheckpointStore
from lawful.evidence.verify import Report, verify
from lawful.evidence.witnessing import Cosigner
from lawful.evidence.writer import Writer
from lawful.terms.errors import EnvironmentFailure, LawfulError, UsageError

LAG_S = 0.5
"""Within so many seconds what was accepted is integrated."""


@attrs.define
class Receipt:
    """An acknowledged entry: it is durable, and will stand at ``index`` in the tree.

    ``size`` is how many entries the log had with the append that it was part of.
    """

    id: str
    index: int
    size: int


def sealed(items: Sequence[tuple[Event, Mapping[str, object]]]) -> list[Entry]:
    """Events with their payloads' commitments, each under a new salt, and what is kept of them."""
    salts = secrets.token_bytes(SALT_BYTES * len(items))
    entries: list[Entry] = []
    for at, (event, payload) in enumerate(items):
        if payload:
            body, salt = payload_bytes(payload), salts[at * SALT_BYTES : (at + 1) * SALT_BYTES]
            entries.append(Entry(event, commit(salt, body), wrap(salt, body)))
        else:
            entries.append(Entry(event, "", b""))
    return entries


class EvidenceLog:
    """A tamper-evident log in a folder. Safe among threads, and among processes that share it.

    What this object reads holds all that was acknowledged before, by whichever process.
    """

    def __init__(self, writer: Writer, clock: Callable[[], datetime], lag: float | None) -> None:
        self._writer = writer
        self._clock = clock
        self._reader = writer.publisher.reader
        self._arrivals = Arrivals(writer.accept)
        self._integrator = Integrator(writer.integrate, writer.pending, lag)
        self._index = LeafIndex(self._reader)
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
        policy: Policy | None = None,
        lag: float | None = LAG_S,
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
            policy: the witnesses that must cosign what is published; without their quorum
                nothing is accepted any more.
            lag: seconds within which accepted entries are integrated; ``None``: only when they
                are read, on ``settle`` and on ``close``.
            disk: another way to the file system, for tests of durability.

        Raises:
            EnvironmentFailure: it cannot be read or written, or witnesses are missing.
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
                keep_policy(folder, policy, signer.verifier, disk)
        except OSError as error:
            raise unwritable(error) from None
        publisher = Publisher(
            folder=folder,
            signer=signer,
            store=store,
            disk=disk,
            reader=Reader(folder, signer.verifier, disk),
            cosigner=Cosigner(policy, signer.verifier),
        )
        writer = Writer(publisher, state, node, clock)
        with writer.held():
            return cls(writer, clock, lag)

    def __enter__(self) -> EvidenceLog:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Integrate what is accepted. Should that fail, the next who opens the log will do it.

        Raises: ProofFailure: the log is broken.
        """
        self._integrator.close()
        with suppress(EnvironmentFailure):
            self.settle()

    def settle(self) -> None:
        """Have all that was accepted published.

        Raises: EnvironmentFailure: it cannot be written. ProofFailure: the log is broken.
        """
        if not self._writer.is_settled():
            self._writer.integrate()

    @property
    def folder(self) -> Path:
        """The evidence folder."""
        return self._writer.publisher.folder

    @property
    def vkey(self) -> VerifierKey:
        """The verifier key; ``str`` gives its written form."""
        return self._writer.publisher.signer.verifier

    @property
    def policy(self) -> Policy | None:
        """The witness policy, if there is one."""
        return self._writer.publisher.cosigner.policy

    def append(self, event: Event, payload: Mapping[str, object]) -> Receipt:
        """Record one event; durable when this returns, else it raises and nothing may be read.

        An empty payload is not kept; the leaf then has no commitment.

        Raises: EnvironmentFailure: it cannot be made durable. ProofFailure: the log is broken.
        """
        return self.append_many([(event, payload)])[0]

    def append_many(self, items: Sequence[tuple[Event, Mapping[str, object]]]) -> list[Receipt]:
        """Record several events with one commit, in order, all or none acknowledged."""
        return self.append_sealed(sealed(items))

    def append_sealed(self, entries: Sequence[Entry]) -> list[Receipt]:
        """``append_many`` of entries made by ``sealed`` before."""
        if not entries:
            return []
        ticket = self._arrivals.put(entries)
        self._integrator.wake()
        first, size = ticket.first, ticket.size
        ids = [each.event.id for each in entries]
        return list(map(Receipt, ids, range(first, first + len(ids)), repeat(size)))

    @property
    def trouble(self) -> LawfulError | None:
        """Why the integrator cannot go on at present; ``None``: it can."""
        return self._integrator.trouble

    def probe(self) -> int:
        """See that an entry could be accepted and published now; how many there are.

        Raises: EnvironmentFailure: it could not. ProofFailure: the log is broken.
        """
        self._writer.probe()
        size = self.size()
        if (trouble := self.trouble) is not None:
            raise trouble
        return size

    def size(self) -> int:
        """Entries acknowledged."""
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

    def verify(self) -> Report:
        """Verify the whole log and compare it with the second place, while no one writes."""
        with self._writer.alone():
            return verify(self.folder, self._writer.publisher.store)

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

    def delete_payload(self, commitment: str) -> None:
        """Delete a payload, durably. ``erase_payload`` does it with its record."""
        found = self.find_commitment(commitment)
        if found is not None:
            with self._writer.alone():
                self._writer.remove_payload(found[0].index, commitment)

    def now(self) -> datetime:
        """The log's clock."""
        return self._clock()

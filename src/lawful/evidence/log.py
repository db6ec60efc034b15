"""The evidence log: append durably, read back, prove."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import repeat
from pathlib import Path
from types import TracebackType

import attrs

from lawful.evidence.arrivals import Arrivals, Entry
from lawful.evidence.disk import Disk
from lawful.evidence.erasing import Erasures
from lawful.evidence.events import Event, check_node
from lawful.evidence.failures import SchemaError, unwritable
from lawful.evidence.integrator import Integrator
from lawful.evidence.keys import keep_policy, load_signer
from lawful.evidence.notes import VerifierKey
from lawful.evidence.payloads import SALT_BYTES, commit, payload_bytes, wrap
from lawful.evidence.policy import Policy
from lawful.evidence.published import PublishedLog
from lawful.evidence.publishing import Publisher
from lawful.evidence.reader import Reader
from lawful.evidence.second_place import CheckpointStore
from lawful.evidence.verify import Report, verify
from lawful.evidence.witnessing import Cosigner
from lawful.evidence.writer import Writer
from lawful.terms.errors import EnvironmentFailure, LawfulError

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


class EvidenceLog(PublishedLog):
    """A tamper-evident log in a folder. Safe among threads, and among processes that share it.

    What this object reads holds all that was acknowledged before, by whichever process.
    """

    def __init__(
        self,
        writer: Writer,
        erasures: Erasures,
        clock: Callable[[], datetime],
        lag: float | None,
    ) -> None:
        super().__init__(writer.publisher.folder, writer.publisher.reader)
        self.erasures = erasures
        self._writer = writer
        self._clock = clock
        self._arrivals = Arrivals(writer.accept)
        self._integrator = Integrator(writer.integrate, writer.pending, lag)

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
            return cls(writer, Erasures(state, disk), clock, lag)

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

    def verify(self) -> Report:
        """Verify the whole log and compare it with the second place, while no one writes."""
        with self._writer.alone():
            return verify(self.folder, self._writer.publisher.store)

    def delete_payload(self, commitment: str) -> None:
        """Delete a payload, durably. ``erase_payload`` does it with its record."""
        found = self.find_commitment(commitment)
        if found is not None:
            with self._writer.alone():
                self._writer.remove_payload(found[0].index, commitment)

    def now(self) -> datetime:
        """The log's clock."""
        return self._clock()

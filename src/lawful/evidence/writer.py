"""Accepting entries durably, and integrating them: the one place that changes a log.

An entry is acknowledged when the write-ahead record that holds it is synced, at the place that it
will have in the tree. Integration follows: payloads, tiles and bundles; the second place (compare
and set); witnesses; the published checkpoint; then the record is emptied. Whoever takes the lock
and finds a record, of whichever process, integrates it first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from threading import Condition, Lock
from time import perf_counter

from lawful.evidence import metrics, wal
from lawful.evidence.arrivals import Ticket
from lawful.evidence.events import leaf_text, timestamp
from lawful.evidence.failures import interrupted, unwritable
from lawful.evidence.growth import Grower, Growth
from lawful.evidence.packs import drop_payload
from lawful.evidence.publishing import Publisher
from lawful.evidence.recovery import recover
from lawful.evidence.tiles import ENTRY_BYTES_MAX
from lawful.terms.errors import LawfulError


class Writer:
    """Appends to the log in ``folder``; threads share it, several processes do so in turn."""

    def __init__(
        self, publisher: Publisher, state: Path, node: str, clock: Callable[[], datetime]
    ) -> None:
        self.publisher, self._node, self._clock = publisher, node, clock
        self._lock_path, self._probe_path = state / "evidence.lock", state / "evidence.probe"
        self._wal = wal.Wal(state, publisher.disk)
        self._gate = Condition()
        self._holders = 0
        self._lock = ExitStack()
        self._sound = False  # is what we remember what is on disk?
        self._note = self._shown = b""
        self._grower: Grower | None = None
        self._seq = (0, 0)  # among the first so many entries, our node's last number
        self._accepting, self._integrating = Lock(), Lock()
        self._checkpoint = publisher.folder / "checkpoint"

    @contextmanager
    def held(self) -> Iterator[Grower]:
        """Hold the log, together with other threads of ours; recovered first where need be.

        Raises: EnvironmentFailure: it cannot be written; the next try starts from the disk.
        """
        try:
            with self._gate:
                while self._holders and not self._sound:
                    self._gate.wait()
                if not self._holders:
                    self._take()
                self._holders += 1
            assert self._grower is not None
            try:
                yield self._grower
            except BaseException:
                self._sound = False
                raise
            finally:
                with self._gate:
                    self._holders -= 1
                    if not self._holders:
                        self._lock.close()
                    self._gate.notify_all()
        except OSError as error:
            raise unwritable(error) from None

    def _take(self) -> None:
        """Take the lock among processes, and see that we know what is on disk."""
        self._lock.enter_context(self.publisher.disk.lock(self._lock_path))
        try:
            if not (self._sound and self._as_left()):
                self._sound = False
                found = recover(self.publisher, self._wal)
                self._note, self._shown, self._grower = found.note, found.shown, found.grower
                self._sound = True
        except BaseException:
            self._lock.close()
            raise

    def _as_left(self) -> bool:
        """Whether disk and second place say what they said when we left them."""
        publisher = self.publisher
        return (
            publisher.disk.read(self._checkpoint) == self._shown
            and self._wal.unchanged()
            and publisher.store.get() == self._note
        )

    def accept(self, tickets: Sequence[Ticket]) -> None:
        """Make a group of appends durable: one write, one sync; tell each its place."""
        started = perf_counter()
        with self._counted(), self.held() as grower, self._accepting, self._trusted():
            size = grower.size
            number = self._last_seq(grower) + 1 - size
            node, time = self._node, timestamp(self._clock())
            run = wal.Run(size, [], [])
            for ticket in tickets:
                ticket.first = size
                for each in ticket.entries:
                    text = leaf_text(each.event, node, number + size, time, each.commitment)
                    run.leaves.append(text.encode())
                    run.payloads.append(each.kept)
                    size += 1
                ticket.size = size
            assert max(map(len, run.leaves)) <= ENTRY_BYTES_MAX
            self._wal.append(run, meanwhile=lambda: grower.add(run))
            self._seq = (size, number + size - 1)
        of = [(one.event.kind, one.event.door) for ticket in tickets for one in ticket.entries]
        metrics.count_entries(of, perf_counter() - started)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        try:
            yield
        except LawfulError as error:
            metrics.FAILURES.labels(error.code).inc()
            raise

    @contextmanager
    def _trusted(self) -> Iterator[None]:
        """While what we remember is sound, and so that a failure makes it unsound at once."""
        if not self._sound:
            raise interrupted()
        try:
            yield
        except BaseException:
            self._sound = False
            raise

    def _last_seq(self, grower: Grower) -> int:
        """Our node's last sequence number; counts on from what others wrote as that node."""
        seen, last = self._seq
        published = grower.size - grower.pending
        found = self.publisher.reader.last_seq(self._node, seen, published)
        return last if found is None else found

    def pending(self) -> int:
        """Entries of ours that are accepted and not yet handed to publication."""
        return self._grower.pending if self._grower is not None else 0

    def probe(self) -> None:
        """Take the lock and write a block durably beside the record: an append does no more."""
        with self.held():
            self.publisher.disk.write_all({self._probe_path: bytes(4096)}, mode=0o600)

    def is_settled(self) -> bool:
        """Whether all that was accepted, by any process, is published."""
        try:
            return self._wal.is_empty()
        except OSError as error:
            raise unwritable(error) from None

    def integrate(self) -> None:
        """Publish what was accepted; appends go on meanwhile."""
        with self._counted(), self._integrating, self.held() as grower:
            with self._accepting, self._trusted():
                cut = self._cut(grower)
            self._publish(cut)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the log with nothing pending, and nobody else at it."""
        with self._integrating, self.held() as grower, self._accepting, self._trusted():
            self._publish(self._cut(grower))
            yield

    def _cut(self, grower: Grower) -> tuple[Growth, int] | None:
        """What is pending, and the file of the record that has it; the next goes to the other."""
        return (grower.cut(), self._wal.turn()) if grower.pending else None

    def _publish(self, cut: tuple[Growth, int] | None) -> None:
        if cut is not None:
            growth, before = cut
            started = perf_counter()
            self._note = self.publisher.publish(growth, stored=self._note)
            self._shown = self.publisher.disk.read(self._checkpoint) or b""
            self._wal.clear(before)
            metrics.PUBLISHED.set(growth.head.size)
            metrics.PUBLISH_SECONDS.observe(perf_counter() - started)

    def remove_payload(self, index: int, commitment: str) -> None:
        """Delete the payload of an entry, durably; only while ``alone``."""
        drop_payload(self.publisher.folder, index, commitment, self.publisher.disk)

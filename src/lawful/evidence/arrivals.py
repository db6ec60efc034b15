"""Group commit: what arrives while a group is being made durable becomes the next group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock

import attrs

from lawful.evidence.events import Event
from lawful.evidence.failures import interrupted

GROUP_MAX = 8192
"""Entries beyond which a group takes in no further append."""


@attrs.define
class Entry:
    """An event, the commitment to its payload and what is kept of that; empty: no payload."""

    event: Event
    commitment: str
    kept: bytes


@attrs.define(eq=False)
class Ticket:
    """One append in the queue: what it records, then where that stands, or why it does not."""

    entries: Sequence[Entry]
    first: int = -1
    size: int = -1
    failure: BaseException | None = None
    done: bool = False
    gate: Lock = attrs.Factory(Lock)


class Arrivals:
    """A queue whose first comer takes all that wait along; no thread of its own."""

    def __init__(self, accept: Callable[[Sequence[Ticket]], None]) -> None:
        self._accept = accept
        self._lock = Lock()
        self._queue: list[Ticket] = []
        self._led = False

    def put(self, entries: Sequence[Entry]) -> Ticket:
        """Have entries accepted; returns when they are durable.

        Raises: whatever ``accept`` raised for the group that they were in.
        """
        ticket = Ticket(entries)
        with self._lock:
            self._queue.append(ticket)
            leads, self._led = not self._led, True
            if not leads:
                ticket.gate.acquire()
        if not leads:
            ticket.gate.acquire()  # until a leader is done with us, or makes us leader
        if not ticket.done:
            self._lead()
        if ticket.failure is not None:
            raise ticket.failure
        return ticket

    def _lead(self) -> None:
        """Accept one group, with one's own ticket first in it; then hand on."""
        with self._lock:
            group = self._take()
        try:
            self._accept(group)
        except Exception as error:
            for ticket in group:
                ticket.failure = error
        except BaseException as error:  # ours alone: a signal, the end of the process
            for ticket in group:
                ticket.failure = interrupted()
            group[0].failure = error
        with self._lock:
            heir = self._queue[0] if self._queue else None
            self._led = heir is not None
        for ticket in group:
            ticket.done = True
            if ticket.gate.locked():
                ticket.gate.release()
        if heir is not None:
            heir.gate.release()

    def _take(self) -> list[Ticket]:
        count, stop = 0, 0
        while stop < len(self._queue) and (stop == 0 or count < GROUP_MAX):
            count += len(self._queue[stop].entries)
            stop += 1
        group, self._queue = self._queue[:stop], self._queue[stop:]
        return group

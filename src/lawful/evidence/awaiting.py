"""Appending from an event loop: what requests bring together is made durable together."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from lawful.evidence.arrivals import Entry
from lawful.evidence.events import Event
from lawful.evidence.log import EvidenceLog, Receipt, sealed


class Awaited:
    """A log whose appends are awaited, on one loop. One thread beside it writes; close it."""

    def __init__(self, log: EvidenceLog) -> None:
        self._log = log
        self._pool = ThreadPoolExecutor(1, "evidence-append")
        self._waiting: list[tuple[Entry, asyncio.Future[Receipt]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def append(self, event: Event, payload: Mapping[str, object]) -> Receipt:
        """Record one event; durable when this returns, else it raises and nothing may be given.

        Raises:
            SchemaError: the payload is no JSON; others' appends go on.
            EnvironmentFailure: it cannot be made durable.
            ProofFailure: the log is broken.
        """
        [entry] = sealed([(event, payload)])
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Receipt] = loop.create_future()
        self._waiting.append((entry, done))
        if self._writing is None:
            self._writing = loop.create_task(self._write())
        return await done

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                entries = [entry for entry, _ in group]
                try:
                    receipts = await loop.run_in_executor(
                        self._pool, self._log.append_sealed, entries
                    )
                except Exception as error:
                    for _, done in group:
                        if not done.done():
                            done.set_exception(error)
                    continue
                for (_, done), receipt in zip(group, receipts, strict=True):
                    if not done.done():
                        done.set_result(receipt)
        finally:
            self._writing = None

    def close(self) -> None:
        """End the writing thread; the log stays open."""
        self._pool.shutdown()

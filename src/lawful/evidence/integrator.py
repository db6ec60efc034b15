"""The integrator: publishes what was accepted, soon after, in a thread that lives while it is needed."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event as Signal
from threading import Lock, Thread

from lawful.terms.errors import LawfulError

HURRY = 50_000
"""So many entries pending are published at once."""
_PATIENCE_S = 5.0


class Integrator:
    """Calls ``integrate`` within ``lag`` seconds of the first ``wake``; again until nothing waits.

    ``lag`` ``None``: never by itself. What fails is tried again, ever more slowly; meanwhile
    ``trouble`` says why.
    """

    def __init__(
        self, integrate: Callable[[], None], pending: Callable[[], int], lag: float | None
    ) -> None:
        self._integrate, self._pending, self._lag = integrate, pending, lag
        self._lock, self._hurry, self._running = Lock(), Signal(), False
        self._closed = False
        self.trouble: LawfulError | None = None

    def wake(self) -> None:
        """Something was accepted."""
        if self._lag is None:
            return
        if self._pending() >= HURRY:
            self._hurry.set()
        if not self._running:
            self._start()

    def _start(self) -> None:
        with self._lock:
            if not (self._running or self._closed):
                self._running = True
                Thread(target=self._run, name="evidence-integrator", daemon=True).start()

    def close(self) -> None:
        """Stop; the caller integrates the rest."""
        with self._lock:
            self._closed = True
        self._hurry.set()

    def _run(self) -> None:
        pause = self._lag or 0.0
        while True:
            self._hurry.wait(pause)
            if self._closed:
                return
            self._hurry.clear()
            try:
                self._integrate()
                self.trouble, pause = None, self._lag or 0.0
            except LawfulError as error:
                self.trouble, pause = error, min(_PATIENCE_S, 2 * pause + 0.01)
            with self._lock:
                if not self._pending() and self.trouble is None:
                    self._running = False
                    return

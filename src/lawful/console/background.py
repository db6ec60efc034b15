"""Long work: one thing at a time on one thread, while pages say how far it is."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable
from typing import Any

import attrs

from lawful.terms.errors import LawfulError

_LOG = logging.getLogger("lawful.console")
Progress = Callable[[int, int], None]


class Stopped(Exception):
    """The console ends: work in hand is given up."""


@attrs.define(kw_only=True, eq=False)
class Job:
    """One piece of work: how far it is, and once it ``ended`` its result or what went wrong."""

    key: Hashable
    done: int = 0
    of: int = 0
    ended: bool = False
    result: Any = None
    error: Exception | None = None


class Background:
    """Holds one job: the one at work, or else the last, whose result stays until the next begins."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._job: Job | None = None
        self._thread: threading.Thread | None = None
        self._stopping = False

    def job(self) -> Job | None:
        """The job at work, or the last one."""
        return self._job

    def start(self, key: Hashable, work: Callable[[Progress], Any]) -> Job:
        """Begin, unless something is at work: that is what is returned then.

        ``work`` hears of its own end only through its progress, which raises once the console stops.
        """
        with self._lock:
            if self._job is not None and not self._job.ended:
                return self._job
            job = self._job = Job(key=key)
            self._stopping = False
            self._thread = threading.Thread(target=self._run, args=(job, work), name="background")
            self._thread.start()
            return job

    def stop(self) -> None:
        """Give up what is at work, and wait until it has noticed."""
        self._stopping = True
        thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self, job: Job, work: Callable[[Progress], Any]) -> None:
        def progress(done: int, of: int) -> None:
            if self._stopping:
                raise Stopped
            job.done, job.of = done, of

        try:
            job.result = work(progress)
        except Exception as error:  # told on the page that waits for it
            if not isinstance(error, (LawfulError, Stopped)):
                _LOG.error("work in the background broke: %s", type(error).__name__, exc_info=error)
            job.error = error
        finally:
            job.ended = True


BACKGROUND = Background()
"""The one of this process."""

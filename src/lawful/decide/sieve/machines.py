"""What walks the steps of a kind of use: plain Python at first, machine code once uses have come often."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

from lawful.decide.sieve.steps import Steps
from lawful.decide.sieve.walk import Facts, Records, walk

if TYPE_CHECKING:
    from lawful.decide.sieve.layout import Layout

OFTEN = 2000
"""So many uses, of any kind, are walked in plain Python before machine code is read or made: that takes its time."""
AGAIN = 8
"""A kind of use that came so often has its steps laid out for machine code, once that is there."""
MAKING = Lock()
"""Held while machine code is made for a kind; other threads go on in plain Python meanwhile."""
LAYOUT = "lawful.decide.sieve.layout"


class Sieve:
    """The steps of a kind of use, and what walks them.

    ``native``: machine code, for facts in a plain ``dict``, called with ``plan``, facts and records; None
    as long as there is none. Of all sieves of the process: ``walked``, how many uses were walked in plain
    Python; ``unavailable``, machine code was tried and cannot be had.
    """

    __slots__ = ("_layout", "_seen", "native", "plan", "steps")
    walked = 0
    unavailable = False

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.native: Callable[[int, Facts, Records], bytes] | None = None
        self._layout: Layout | None = None
        self.plan = self._seen = 0

    def kept(self, facts: Facts, records: Records) -> bytes:
        """The positions of the keys that are kept, as ``walk`` gives them."""
        self._seen += 1
        Sieve.walked += 1
        there = LAYOUT in sys.modules or Sieve.walked >= OFTEN
        if there and self.native is None and self._seen >= AGAIN:
            self.harden()
        return walk(self.steps, facts, records)

    def harden(self) -> bool:
        """Take machine code from now on; is there any? Without it every answer is the same, only later."""
        if self.native is None and not Sieve.unavailable and MAKING.acquire(blocking=False):
            try:
                self._make()
            finally:
                MAKING.release()
        return self.native is not None

    def _make(self) -> None:
        """Once only: whoever walks now has the address of a layout that must not go away."""
        if self.native is not None:
            return
        try:
            from lawful.decide.sieve.layout import WALK, Layout

            self._layout = Layout(self.steps)
        except (ImportError, OSError, RuntimeError) as error:
            Sieve.unavailable = True  # no folder to keep it in, say
            words = f"Uses are decided without machine code: {error}"
            warnings.warn(words, RuntimeWarning, stacklevel=2)
            return
        self.plan = self._layout.address
        self.native = WALK

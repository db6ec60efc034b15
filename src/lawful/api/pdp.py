"""What the protocol asks of whoever decides: weigh, settle (evidence first), list what could be found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from lawful.api.question import Malformed, Question, Search


class Weighed(Protocol):
    """A question weighed, not yet on record."""

    @property
    def decision(self) -> bool:
        """May it be done?"""
        ...


class Pdp(Protocol):
    """A policy decision point behind the door. Its methods run in threads, several at once."""

    def weigh(self, question: Question | Malformed) -> Weighed:
        """Decide; nothing is told before ``settle``."""
        ...

    def settle(self, weighed: Sequence[Any]) -> list[dict[str, Any]]:
        """Make the decisions durable, then the answers: ``decision`` and ``context``, in order.

        Raises: EnvironmentFailure: they cannot be recorded; there is no answer then.
        """
        ...

    def candidates(self, search: Search) -> Iterator[Question]:
        """Every question of a search whose answer could be yes, always in the same order."""
        ...

    def settle_search(self, weighed: Sequence[Any]) -> dict[str, Any]:
        """Make a search durable, then its context.

        Raises: EnvironmentFailure: it cannot be recorded; there is no answer then.
        """
        ...

    def version(self) -> str:
        """What the answers hang on: a page token of another version is refused."""
        ...

    def size(self) -> int:
        """How many entries the evidence holds: can it be read?"""
        ...

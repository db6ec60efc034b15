"""The words an answer may use, worst first where they have an order."""

from __future__ import annotations

from enum import Enum


class Outcome(Enum):
    """What a use answers, all instruments together."""

    PROHIBITED = "prohibited"
    NOT_YET = "not_yet"
    UNDETERMINED = "undetermined"
    LAWFUL = "lawful"

    @property
    def rank(self) -> int:
        """0 is worst.

        >>> Outcome.PROHIBITED.rank < Outcome.LAWFUL.rank
        True
        """
        return _RANKS[self]


_RANKS = {each: rank for rank, each in enumerate(Outcome)}


class Answer(Enum):
    """What an entry answers. Bases and commands answer ``applies`` instead of met and unmet."""

    NOT_APPLICABLE = "not_applicable"
    MET = "met"
    UNMET = "unmet"
    UNDETERMINED = "undetermined"
    APPLIES = "applies"


class Otherwise(Enum):
    """What an unmet rule does to the thing it is about."""

    BLOCK = "block"
    BEFORE = "before"
    WITH = "with"
    AFTER = "after"

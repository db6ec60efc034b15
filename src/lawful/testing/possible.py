"""Things that can be: of facts that contradict one another, some are not known."""

from __future__ import annotations

from lawful.law.invariants import find_contradictions
from lawful.law.thing import Thing
from lawful.law.vocabulary import Vocabulary


def possible(vocabulary: Vocabulary, thing: Thing) -> Thing:
    """The thing, with one fact of each contradiction unknown."""
    unknown = {found.facts[-1]: None for found in find_contradictions(vocabulary, thing)}
    return thing.with_values(unknown) if unknown else thing

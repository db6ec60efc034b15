"""An analysis told in every language: as it was kept, or worked out now and kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lawful.analyse import wire
from lawful.analyse.conflicts import VERSION, Progress, find_conflicts
from lawful.analyse.kept import Kept, Key
from lawful.analyse.world import Moment
from lawful.decide.prose import Prose
from lawful.decide.wire import VERSION as WIRE
from lawful.terms.errors import EnvironmentFailure

LANGS = ("en", "zh")
Told = Mapping[str, dict[str, Any]]
"""What ``wire`` says, by language."""


def _refuse(error: EnvironmentFailure) -> None:
    raise error


def kept_conflicts(moment: Moment, kept: Kept) -> Told | None:
    """The conflicts at a moment where they were worked out before."""
    found = kept.find(_key(moment))
    return found if isinstance(found, dict) and set(found) == set(LANGS) else None


def conflicts_told(
    moment: Moment,
    kept: Kept | None,
    progress: Progress,
    unkept: Callable[[EnvironmentFailure], None] = _refuse,
) -> Told:
    """The conflicts at a moment, kept ones first; ``unkept`` hears that they could not be kept.

    Raises: TooHard: the solver gave up; nothing is kept then. DoesNotReplay: ours.
    """
    known = kept_conflicts(moment, kept) if kept else None
    if known is not None:
        return known
    found = find_conflicts(moment, progress)
    told = {lang: wire.conflicts(found, Prose(moment.book, lang)) for lang in LANGS}
    if kept:
        try:
            kept.put(_key(moment), told)
        except EnvironmentFailure as error:
            unkept(error)
    return told


def _key(moment: Moment) -> Key:
    version = f"{VERSION}.{WIRE}"
    return Key.of(moment.book, f"conflicts on {moment.day.isoformat()}", version)

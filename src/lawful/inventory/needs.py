"""What an activity needs of a column, and what stands in place of the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lawful.inventory.model import Activity, Mask
from lawful.law.vocabulary import Vocabulary


def lineage(vocabulary: Vocabulary, category: str) -> Iterator[str]:
    """The category, its parent, and so on up."""
    while category:
        yield category
        category = vocabulary.categories[category].parent


def is_needed(activity: Activity, vocabulary: Vocabulary, categories: Iterable[str]) -> bool:
    """Does the purpose need a column of these categories, every one? Of none at all: no.

    A category is needed if it or a parent of it is listed.
    """
    asked = tuple(categories)
    return bool(asked) and all(
        any(each in activity.needed for each in lineage(vocabulary, category)) for category in asked
    )


def mask_for(activity: Activity, vocabulary: Vocabulary, categories: Iterable[str]) -> Mask:
    """What stands in place of a column of these categories: the strictest of their masks.

    The nearest category with a mask decides, else the default; a column of none is emptied.
    """
    found = [_mask(activity, vocabulary, category) for category in categories]
    return min(found, key=lambda mask: mask.rank, default=Mask.EMPTY)


def _mask(activity: Activity, vocabulary: Vocabulary, category: str) -> Mask:
    named = (
        activity.masks[each] for each in lineage(vocabulary, category) if each in activity.masks
    )
    return next(named, activity.mask_default)

"""Things as Arrow columns, as a batch reads them: a column a fact, and the members that may be in its sets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from lawful.decide.batch.columns import UNKNOWN
from lawful.law.thing import Thing
from lawful.law.vocabulary import Vocabulary
from lawful.terms.values import SetValue

_TYPES = {
    "flag": pa.bool_(),
    "count": pa.int64(),
    "date": pa.date32(),
    "instant": pa.timestamp("us", "UTC"),
}
_TEXT = pa.dictionary(pa.int32(), pa.string())


def columns_of(
    vocabulary: Vocabulary, things: Sequence[Thing], names: Iterable[str] | None = None
) -> dict[str, Any]:
    """The facts of things by name, of which some thing has a value; ``names``: only these facts."""
    found: dict[str, Any] = {}
    for name in names if names is not None else [each.name for each in vocabulary.facts.values()]:
        values = [each.values.get(name) for each in things]
        if all(value is None for value in values):
            continue
        match vocabulary.facts[name].type:
            case "set":
                sets = [each if isinstance(each, SetValue) else None for each in values]
                found[name] = _lists(None if each is None else each.members for each in sets)
                if any(each is not None and each.unknown for each in sets):
                    maybe = (None if each is None else each.unknown for each in sets)
                    found[name + UNKNOWN] = _lists(maybe)
            case "enum":
                found[name] = pa.array(values, pa.string()).cast(_TEXT)
            case kind:
                found[name] = pa.array(values, _TYPES[kind])
    return found


def _lists(sets: Iterable[frozenset[str] | None]) -> Any:
    """Sets as lists of dictionary text, NULL where there is none."""
    rows = [None if each is None else sorted(each) for each in sets]
    plain = pa.array(rows, pa.list_(pa.string()))
    return pa.ListArray.from_arrays(plain.offsets, plain.values.cast(_TEXT), mask=plain.is_null())


def records_of(things: Iterable[Thing]) -> Any:
    """The rules of which each thing has a record, as the column ``records``."""
    return _lists(frozenset(record.rule for record in each.records) for each in things)

"""Values of facts as JSON text, and back. ``null`` is *known to be unknown*."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime

from lawful.law.vocabulary import Vocabulary
from lawful.terms.values import SetValue, Value

JsonValue = bool | int | str | list[str] | None


def to_json(value: Value | None) -> JsonValue:
    """A value as JSON: sets as lists (unknown members with ``?``), dates and instants as ISO text.

    >>> to_json(SetValue(frozenset({"b", "a"}), frozenset({"c"})))
    ['a', 'b', '?c']
    """
    if isinstance(value, SetValue):
        return [*sorted(value.members), *(f"?{member}" for member in sorted(value.unknown))]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value


def encode(value: Value | None) -> str:
    """A value as JSON text."""
    return json.dumps(to_json(value), ensure_ascii=False)


def decode(vocabulary: Vocabulary, fact: str, text: str) -> Value | None:
    """A value from JSON text, categories with their parents.

    Raises: UsageError: the vocabulary has lost the fact or the value.
    """
    return vocabulary.close(fact, vocabulary.convert(fact, json.loads(text)))


def encode_facts(facts: Mapping[str, Value | None]) -> str:
    """Named values as a JSON object."""
    return json.dumps({name: to_json(facts[name]) for name in sorted(facts)}, ensure_ascii=False)


def decode_facts(vocabulary: Vocabulary, text: str) -> dict[str, Value | None]:
    """Named values from a JSON object."""
    return {
        name: vocabulary.close(name, vocabulary.convert(name, raw))
        for name, raw in json.loads(text).items()
    }

"""A recorded thing is read again as it was, and decides alike."""

from __future__ import annotations

import json
from itertools import islice, product

import attrs
import pytest

from lawful.decide.decider import Decider
from lawful.decide.vector import changed, changes, from_json, to_json
from lawful.law.book import Book
from lawful.law.changes import change, thing_from
from lawful.law.thing import Thing
from lawful.terms.errors import UsageError
from lawful.testing.things import Things


def again(book: Book, thing: Thing) -> Thing:
    return from_json(book.vocabulary, json.loads(json.dumps(to_json(thing))))


def test_things_come_back_as_they_were(book: Book) -> None:
    decider = Decider(book)
    for batch in islice(Things(book, 11).batches(3), 0, 600, 5):
        for thing in batch.things:
            back = again(book, thing)
            known = {
                name: value for name, value in thing.values.items() if name in book.vocabulary.facts
            }
            assert back == attrs.evolve(thing, values=known, sources={})
            assert decider.values(back) == decider.values(thing)


def test_systems_and_moments_come_back(book: Book) -> None:
    thing = thing_from(book.vocabulary, "entity", {"on": "2026-11-24"})
    text = "system.services = hosting; systems = all; since:cn.pipl.52 = 2026-01-05; recorded:cn.pipl.52:by = me"
    thing = change(book.vocabulary, thing, text)
    assert again(book, thing) == thing


def test_what_the_vocabulary_does_not_know(book: Book) -> None:
    raw = to_json(thing_from(book.vocabulary, "use", {"on": "2026-11-24", "operation": "share"}))
    raw["facts"] |= {"of_old": True, "operation": "teleport", "data": ["contact", "aura"]}
    thing = from_json(book.vocabulary, raw)
    assert "of_old" not in thing.values
    assert thing.values["operation"] is None
    assert thing.values["data"].members == {"contact"}  # type: ignore[union-attr]
    with pytest.raises(UsageError, match="recorded thing"):
        from_json(book.vocabulary, {**raw, "vector": 99})


def test_what_is_told_of_another_vector_makes_it_again(book: Book) -> None:
    about = {"on": "2026-11-24", "operation": "share", "told": "purpose,method", "data": "contact"}
    texts = (
        "operation = transfer",
        "told ?= method; recipient_region = US; on = 2026-11-25",
        "fulfilled:cn.pipl.55 = 2026-01-05T02:00Z; consent_given = false",
        "operation = null",
    )
    first = thing_from(book.vocabulary, "use", about)
    others = [change(book.vocabulary, first, text) for text in texts]
    bare = attrs.evolve(first, values={"operation": "use"})
    raws = [to_json(each) for each in (first, *others, bare)]
    for base, other in product(raws, raws):
        assert changed(base, json.loads(json.dumps(changes(base, other)))) == other
    assert changes(raws[0], raws[0]) == {"facts": {}, "gone": []}

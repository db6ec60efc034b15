"""The form of a thing that is not a use: the facts that rules about it test, those that matter first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from lawful.console.language import Words
from lawful.console.question import Field, Form
from lawful.console.shelf import Shelf
from lawful.law.account import own_facts
from lawful.law.book import Book
from lawful.law.model import Entry, Kind
from lawful.law.tree import facts_in

FIRST = 9
"""So many questions stand open at a time; the others are folded away."""

_CLOCK = "at"


@attrs.frozen(kw_only=True)
class Questions:
    """The fields of a form: those asked first, those answered, the others by what they are about."""

    first: tuple[Field, ...]
    said: tuple[Field, ...]
    groups: tuple[tuple[str, tuple[Field, ...]], ...]


def kinds(shelf: Shelf, words: Words) -> list[dict[str, Any]]:
    """The things that have a duty list, each with the number of its rules, most rules first."""
    counted = Counter(each.about for each in shelf.book.entries.values() if each.kind is Kind.RULE)
    return [
        {
            "id": about,
            "text": words(f"thing.{about}"),
            "says": words(f"thing_says.{about}"),
            "rules": n,
        }
        for about, n in counted.most_common()
        if about != "use"
    ]


def weights(shelf: Shelf, about: str) -> Counter[str]:
    """The facts that rules about a thing test, each with how many rules do: scope and clock included."""
    book = shelf.book
    found: Counter[str] = Counter()
    for entry in book.entries.values():
        if entry.about == about and entry.kind is Kind.RULE:
            found.update(_tested(book, entry))
    return Counter(
        {
            name: n
            for name, n in found.items()
            if name != _CLOCK
            and shelf.fact_uses.get(name)
            and book.vocabulary.knows_fact(about, name)
        }
    )


def _tested(book: Book, entry: Entry) -> set[str]:
    names = own_facts(entry)
    for line in book.instrument(entry).scope.get(entry.about, ()):
        names |= facts_in(line.node)
    if entry.by is not None:
        names |= {*entry.by.origin, entry.by.on}
    if entry.bearer:
        names.add(book.vocabulary.role_in.get(entry.about, ""))
    return _spelled_out(book, names, set())


def _spelled_out(book: Book, names: Iterable[str], seen: set[str]) -> set[str]:
    """Facts, with those that definitions stand for."""
    found: set[str] = set()
    for name in names:
        if name in book.vocabulary.facts:
            found.add(name)
        elif name in book.definitions and name not in seen:
            seen.add(name)
            inner = (own_facts(each) for each in book.definitions[name])
            found |= _spelled_out(book, set().union(*inner), seen)
    return found


def questions(form: Form, shelf: Shelf, about: str, answer: Mapping[str, Any] | None) -> Questions:
    """The questions of a thing: what its answer waits for most, then what was said, then the rest."""
    tested = weights(shelf, about)
    said = [name for name in form.facts if name in tested]
    wanted = [] if answer is None else answer["wanted"]
    order = [
        (each["kind"], each["name"])
        for each in wanted
        if each["kind"] in ("fact", "since", "stale")
    ] or [("fact", name) for name, _ in tested.most_common()]
    first = [each for each in order if each[1] not in said][:FIRST]
    shown = {name for _, name in first} | set(said)
    groups: dict[str, list[Field]] = {}
    for name, _ in tested.most_common():
        if name not in shown:
            grain = _grain(shelf.book, about, name)
            groups.setdefault(grain, []).append(form.field(name))
    return Questions(
        first=tuple(
            form.field(name, wanted=answer is not None)
            if kind == "fact"
            else form.moment(kind, name)
            for kind, name in first
        ),
        said=tuple(form.field(name) for name in said),
        groups=tuple(
            (grain, tuple(groups[grain]))
            for grain in sorted(groups, key=lambda each: (each != about, -len(groups[each])))
        ),
    )


def _grain(book: Book, about: str, name: str) -> str:
    """What a fact is about, as the thing sees it: itself first."""
    grains = book.vocabulary.facts[name].grain
    known = [each for each in book.vocabulary.knows[about] if each in grains]
    return about if about in grains else known[0]

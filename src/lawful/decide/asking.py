"""Which rules may ever ask for a change: for each fact and record that somebody can change, their ids.

More may stand here than a use is asked for, never less: what is met already, and whose days are over,
is not looked at. So a cure need look at those rules alone that stand here for what it changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lawful.decide.compiler import stops
from lawful.law.book import Book
from lawful.law.model import Entry, Kind, Line
from lawful.law.tree import Flag, Fulfilled, HasAll, HasAny, walk
from lawful.terms.ids import RuleId

DONE = "fulfilled:"
"""Before a rule's id: the rule's record, among what can be changed."""

Asking = dict[str, frozenset[RuleId]]


def curable(book: Book, name: str) -> bool:
    """Can somebody change this fact?"""
    fact = book.vocabulary.facts[name]
    return fact.effort > 0 and fact.changed_by in ("us", "subject", "authority")


def asking(book: Book) -> Asking:
    """The rules about a use that may ask for a change of a fact (by name) or record (``fulfilled:RULE``)."""
    found: dict[str, set[RuleId]] = {}
    for entry in book.entries.values():
        if entry.kind is Kind.RULE and entry.about == "use" and stops(entry):
            for target in _targets(book, entry):
                found.setdefault(target, set()).add(entry.id)
    return {target: frozenset(rules) for target, rules in found.items()}


def _targets(book: Book, rule: Entry) -> set[str]:
    """What meets a rule, or makes one of its bases hold."""
    seen: set[str] = set()
    found = set(_below(book, rule.requires or (), rule, seen))
    for defeater in book.defeaters.get(rule.id, ()):
        basis = book.entries[defeater]
        found |= set(_below(book, basis.when, basis, seen))
    return found


def _below(book: Book, lines: Iterable[Line], entry: Entry, seen: set[str]) -> Iterator[str]:
    """What can be changed among some lines, and in the definitions that they name."""
    for line in lines:
        for node in walk(line.node):
            match node:
                case Flag(name) if name in book.definitions:
                    if name not in seen:
                        seen.add(name)
                        for each in book.definitions[name]:
                            yield from _below(book, each.when, each, seen)
                case Flag(name) | HasAny(name) | HasAll(name) if curable(book, name):
                    yield name
                case Fulfilled(rule):
                    yield f"{DONE}{rule or entry.id}"
                case _:
                    continue

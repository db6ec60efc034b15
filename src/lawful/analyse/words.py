"""Situations and outcomes in words that a person reads, long lists by their name."""

from __future__ import annotations

from collections.abc import Iterable

from lawful.decide.prose import Prose
from lawful.law.book import Book
from lawful.law.printing import text_of
from lawful.law.tree import FactTerm, HasAny, In, Node, Not

MANY = 6
"""More values than these are told by their number and the first few."""

_COUNTED = {
    "en": "{fact}{word}{shown} and {n} more",
    "zh": "{fact}{word}{shown}等{all}项",
}


def named(book: Book, node: Node) -> Node:
    """The condition with a list of the book in place of the very same members."""
    match node:
        case Not(item):
            return Not(named(book, item))
        case In(FactTerm(name), members) if listed := _list_of(book, members):
            return In(FactTerm(name), listed=listed)
        case HasAny(name, members) if listed := _list_of(book, members):
            return HasAny(name, listed=listed)
        case _:
            return node


def _list_of(book: Book, members: Iterable[str]) -> str:
    wanted = frozenset(members)
    if len(wanted) <= MANY:
        return ""
    return next(
        (
            name
            for name, every in sorted(book.parameters.items())
            if any(frozenset(each.listed) == wanted for each in every)
        ),
        "",
    )


def text(book: Book, node: Node) -> str:
    """The condition in the language of conditions."""
    return text_of(named(book, node))


def words(prose: Prose, node: Node) -> str:
    """The condition as a person reads it."""
    node = named(prose.book, node)
    core = node.item if isinstance(node, Not) else node
    match core:
        case In(FactTerm(name), members) | HasAny(name, members) if len(members) > MANY:
            kept = members[:3]
            shown = prose.words["comma"].join(prose.member(name, each) for each in kept)
            word = prose.words["any" if isinstance(core, HasAny) else "in"]
            if isinstance(node, Not):
                word = prose.words["notin"]
            more = _COUNTED[prose.lang]
            return more.format(
                fact=prose.fact(name),
                word=word,
                shown=shown,
                n=len(members) - len(kept),
                all=len(members),
            )
        case HasAny(name, members) if isinstance(node, Not):
            shown = prose.words["comma"].join(prose.member(name, each) for each in members)
            none = {"en": " includes none of: ", "zh": "不包含："}[prose.lang]
            return prose.fact(name) + none + shown
        case _:
            return prose.node(node)


def all_words(prose: Prose, nodes: Iterable[Node]) -> list[str]:
    """Each condition as a person reads it."""
    return [words(prose, node) for node in nodes]


def all_texts(book: Book, nodes: Iterable[Node]) -> list[str]:
    """Each condition in the language of conditions."""
    return [text(book, node) for node in nodes]

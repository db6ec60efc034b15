"""Which rules a use does not clearly pass: one generated function, in which a test is made once.

A rule is passed when some condition on which its being violated rests is definitely false. So the
conditions of all rules stand in one tree, those that most rules share nearest the root: where one is
definitely false, all rules below it are passed by that one test. Facts are read where they are first
needed. What remains is asked for its other rail: violated for certain, or not known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

import attrs

from lawful.decide.program import Program
from lawful.decide.rails import Constants, Text, members_line, possible_line
from lawful.law.tree import (
    FALSE,
    TRUE,
    And,
    Beside,
    Doubted,
    HasAll,
    HasAny,
    Node,
    Not,
    Or,
    Ref,
    children,
)

COVERED = "covered"
"""Among the keys that a sieve keeps: it is not certain that everything touched is covered."""


@attrs.frozen
class Sieve:
    """The keys that may be kept, by position, and the text of the function ``sieve``."""

    keys: tuple[str, ...]
    source: str


def write_sieve(program: Program, keys: Iterable[str], constants: Constants) -> Sieve:
    """The text of a function of facts and records, which gives those of ``keys`` that do not clearly fail.

    ``n`` stands for the n-th key that holds for certain, ``~n`` for one that is not known. ``covered``
    comes last, as not known, unless it is certain.
    """
    live = [key for key in keys if program.nodes[key] != FALSE]
    nodes = [program.nodes[key] for key in live]
    if program.nodes.get(COVERED, TRUE) != TRUE:
        live.append(COVERED)
        nodes.append(Doubted(Not(Ref(COVERED))))
    leaves = [
        _Leaf(n, parts, parts) for n, node in enumerate(nodes) if (parts := _parts(program, node))
    ]
    writer = _Writer(program, constants)
    writer.block(leaves)
    head = ["def sieve(facts, records):", " get = facts.get", " state = records.get", " kept = []"]
    return Sieve(tuple(live), "\n".join([*head, *writer.lines, " return kept"]) + "\n")


@attrs.frozen
class _Leaf:
    """A key by its position: the conditions that it rests on, and those not yet tested on the way."""

    index: int
    parts: tuple[Node, ...]
    left: tuple[Node, ...]


def _parts(program: Program, node: Node) -> tuple[Node, ...]:
    """Conditions that all hold exactly when a node does; what it refers to is opened."""
    match node:
        case And(items):
            return tuple(dict.fromkeys(part for each in items for part in _parts(program, each)))
        case Ref(key) if isinstance(program.nodes[key], (And, Not, Ref)):
            return _parts(program, program.nodes[key])
        case Not(Or(items)):
            return _parts(program, And(tuple(Not(each) for each in items)))
        case Not(Not(item)):
            return _parts(program, item)
        case Not(Ref(key)) if isinstance(program.nodes[key], (Or, Not, Ref)):
            return _parts(program, Not(program.nodes[key]))
        case _:
            return (node,)


class _Writer(Text):
    """Writes blocks; what has been read in a block is known below it."""

    def __init__(self, program: Program, constants: Constants) -> None:
        super().__init__(program, constants)
        self.lines: list[str] = []
        self.depth = 1
        self.known: set[str] = set()
        self.names: dict[tuple[str, str], str] = {}
        self.costs: dict[Node, int] = {}

    def block(self, leaves: list[_Leaf]) -> None:
        """Some keys, all that is tested above them not being definitely false."""
        rest = []
        for leaf in leaves:
            if leaf.left:
                rest.append(leaf)
            else:
                self.keep(leaf)
        counts = Counter(part for leaf in rest for part in leaf.left)
        while rest:
            part = max(counts, key=lambda each: (counts[each], -self.cost(each)))
            if counts[part] < 2:  # nothing is shared any more
                break
            inside = [leaf for leaf in rest if part in leaf.left]
            rest = [leaf for leaf in rest if part not in leaf.left]
            counts.subtract(each for leaf in inside for each in leaf.left)
            self.guarded(part, [_without(leaf, part) for leaf in inside])
        for leaf in rest:
            part = min(leaf.left, key=self.cost)
            self.guarded(part, [_without(leaf, part)])

    def guarded(self, part: Node, leaves: list[_Leaf]) -> None:
        """Some keys below one more condition."""
        test = self.false(part)
        if test == "False":  # never definitely false: nothing to test
            self.block(leaves)
            return
        self.write(f"if not {test}:")
        before = set(self.known)
        self.depth += 1
        self.block(leaves)
        self.depth -= 1
        self.known = before

    def keep(self, leaf: _Leaf) -> None:
        """Keep a key: for certain where all its conditions are definitely true."""
        tests = [self.true(part) for part in sorted(leaf.parts, key=self.cost)]
        certain = "False" if "False" in tests else " and ".join(t for t in tests if t != "True")
        if certain == "False":
            self.write(f"kept.append({~leaf.index})")
        else:
            self.write(f"kept.append({leaf.index} if {certain or 'True'} else {~leaf.index})")

    def write(self, line: str) -> None:
        """A line of the block that is being written."""
        self.lines.append(" " * self.depth + line)

    def rail(self, key: str, rail: bool) -> str:
        """The text of one rail of a node, which is small, or its name once it has been worked out."""
        node = self.program.nodes[key]
        if self.cost(node) < 3:
            return self.true(node) if rail else self.false(node)
        return self._named(
            f"{'t' if rail else 'f'}", key, lambda: self.true(node) if rail else self.false(node)
        )

    def fact(self, name: str) -> str:
        """The local name of a fact, which is read here unless it is known."""
        return self._named("x", name, lambda: f"get({name!r})")

    def members(self, name: str) -> str:
        """The local name of what is in a set fact, which is read here unless it is known."""
        return self._mask(self.fact(name), "m", members_line)

    def possible(self, name: str) -> str:
        """The local name of what may be in a set fact, which is read here unless it is known."""
        return self._mask(self.fact(name), "p", possible_line)

    def _mask(self, local: str, mask: str, line: Callable[[str], str]) -> str:
        if local + mask not in self.known:
            self.write(line(local))
            self.known.add(local + mask)
        return local + mask

    def record(self, rule: str) -> str:
        """The local name of a record's state, which is asked for here unless it is known."""
        return self._named("r", rule, lambda: f"state({rule!r})")

    def _named(self, kind: str, name: str, text: Callable[[], str]) -> str:
        local = self.names.setdefault((kind, name), f"{kind}{len(self.names)}")
        if local not in self.known:
            self.write(f"{local} = {text()}")
            self.known.add(local)
        return local

    def cost(self, node: Node) -> int:
        """How much there is to do for a condition, about."""
        found = self.costs.get(node)
        if found is None:
            match node:
                case Beside():
                    found = 50
                case Ref(key):
                    found = 1 + self.cost(self.program.nodes[key])
                case HasAny() | HasAll():
                    found = 2
                case _:
                    found = 1 + sum(self.cost(each) for each in children(node))
            self.costs[node] = found
        return found


def _without(leaf: _Leaf, part: Node) -> _Leaf:
    return attrs.evolve(leaf, left=tuple(each for each in leaf.left if each != part))

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

from lawful.decide.program import Program, refs_in
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
    facts_in,
)

COVERED = "covered"
"""Among the keys that a sieve keeps: it is not certain that everything touched is covered."""


READ_AT_ONCE = 4
"""A fact that as many blocks would read is read before all of them."""


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
    numbers: dict[Node, int] = {}
    rests: list[tuple[int, ...]] = []
    for node in nodes:
        parts = _parts(program, node)
        rests.append(tuple(numbers.setdefault(part, len(numbers)) for part in parts))
    writer = _Writer(program, constants, list(numbers), rests)
    plan = writer.plan(list(enumerate(rests)))
    for name, times in sorted(writer.reads(plan, frozenset()).items()):
        if times >= READ_AT_ONCE:
            writer.fact(name)
    writer.block(plan)
    head = ["def sieve(facts, records):", " get = facts.get", " state = records.get", " kept = []"]
    return Sieve(tuple(live), "\n".join([*head, *writer.lines, " return kept"]) + "\n")


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


@attrs.frozen
class _Guard:
    """A condition by its number, and what is looked at only where it is not definitely false."""

    part: int
    inside: tuple[_Guard | int, ...]


Plan = tuple["_Guard | int", ...]
"""Keys by their positions, and guards of others."""


class _Writer(Text):
    """Plans and writes blocks; what has been read in a block is known below it."""

    def __init__(
        self,
        program: Program,
        constants: Constants,
        parts: list[Node],
        rests: list[tuple[int, ...]],
    ) -> None:
        super().__init__(program, constants)
        self.parts, self.rests = parts, rests
        self.lines: list[str] = []
        self.depth = 1
        self.known: set[str] = set()
        self.names: dict[tuple[str, str], str] = {}
        self.costs: dict[Node, int] = {}
        self.facts: dict[Node, frozenset[str]] = {}
        self.prices = [self.cost(part) for part in parts]

    def plan(self, keys: list[tuple[int, tuple[int, ...]]]) -> Plan:
        """What to test in which order, so that one test passes as many keys as it can.

        ``keys``: positions with the conditions that are still to be tested.
        """
        found: list[_Guard | int] = [index for index, left in keys if not left]
        rest = [(index, left) for index, left in keys if left]
        counts = Counter(part for _, left in rest for part in left)
        while rest:
            part = max(counts, key=lambda each: (counts[each], -self.prices[each]))
            if counts[part] < 2:  # nothing is shared any more
                break
            inside = [(index, left) for index, left in rest if part in left]
            rest = [(index, left) for index, left in rest if part not in left]
            counts.subtract(each for _, left in inside for each in left)
            found.append(self._guard(part, inside))
        for index, left in rest:
            part = min(left, key=self.prices.__getitem__)
            found.append(self._guard(part, [(index, left)]))
        return tuple(found)

    def _guard(self, part: int, inside: list[tuple[int, tuple[int, ...]]]) -> _Guard:
        below = [(index, tuple(each for each in left if each != part)) for index, left in inside]
        return _Guard(part, self.plan(below))

    def reads(self, plan: Plan, known: frozenset[str]) -> Counter[str]:
        """How often each fact would be read if each block read what it needs itself."""
        times: Counter[str] = Counter()
        for each in plan:
            if isinstance(each, _Guard):
                needed = self.facts_of(self.parts[each.part])
                times.update(needed - known)
                known |= needed
                times.update(self.reads(each.inside, known))
        return times

    def facts_of(self, node: Node) -> frozenset[str]:
        """The facts that a condition reads, through what it refers to."""
        found = self.facts.get(node)
        if found is None:
            below = (self.facts_of(self.program.nodes[key]) for key in refs_in(node))
            found = self.facts[node] = facts_in(node).union(*below)
        return found

    def block(self, plan: Plan) -> None:
        """A block of the text."""
        for each in plan:
            if isinstance(each, _Guard):
                self.guarded(each)
            else:
                self.keep(each)

    def guarded(self, guard: _Guard) -> None:
        """Some keys below one more condition."""
        test = self.false(self.parts[guard.part])
        if test == "False":  # never definitely false: nothing to test
            self.block(guard.inside)
            return
        self.write(f"if not {test}:")
        before = set(self.known)
        self.depth += 1
        self.block(guard.inside)
        self.depth -= 1
        self.known = before

    def keep(self, index: int) -> None:
        """Keep a key: for certain where all its conditions are definitely true."""
        parts = sorted(self.rests[index], key=self.prices.__getitem__)
        tests = [self.true(self.parts[part]) for part in parts]
        certain = "False" if "False" in tests else " and ".join(t for t in tests if t != "True")
        if certain == "False":
            self.write(f"kept.append({~index})")
        else:
            self.write(f"kept.append({index} if {certain or 'True'} else {~index})")

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

"""Gates over numbered bits: what a program becomes before a solver sees it.

A bit is a whole number, its opposite the negative; ``TRUE`` and ``FALSE`` fold away. Equal gates are
one gate. A three-valued condition is two bits, *certainly true* and *certainly false*: never both,
and unknown where neither holds. Where nothing is unknown, one is the other's opposite.
"""

from __future__ import annotations

from collections.abc import Iterable

Bit = int
Rails = tuple[Bit, Bit]
"""Certainly true, certainly false."""

TRUE: Bit = 1
FALSE: Bit = -1

YES: Rails = (TRUE, FALSE)
NO: Rails = (FALSE, TRUE)
OPEN: Rails = (FALSE, FALSE)
"""Unknown, whatever the facts."""


class Circuit:
    """Bits, gates by their inputs, and what must hold whatever is asked."""

    def __init__(self) -> None:
        self.size = 1
        self.held: list[tuple[Bit, ...]] = [(TRUE,)]
        self.inputs: dict[Bit, tuple[Bit, ...]] = {}
        self._gates: dict[tuple[Bit, ...], Bit] = {}

    def new(self) -> Bit:
        """A free bit."""
        self.size += 1
        return self.size

    def hold(self, *bits: Bit) -> None:
        """Some of ``bits`` must hold."""
        if TRUE not in bits:
            self.held.append(tuple(bit for bit in bits if bit != FALSE) or (FALSE,))

    def all(self, bits: Iterable[Bit]) -> Bit:
        """A bit that holds when, and only when, all of ``bits`` do.

        >>> Circuit().all([TRUE, FALSE]) == FALSE
        True
        """
        kept = set(bits)
        kept.discard(TRUE)
        if FALSE in kept:
            return FALSE
        if len(kept) < 2:
            return kept.pop() if kept else TRUE
        if not kept.isdisjoint([-bit for bit in kept]):
            return FALSE
        key = tuple(sorted(kept))
        gate = self._gates.get(key)
        if gate is None:
            gate = self._gates[key] = self.new()
            self.inputs[gate] = key
        return gate

    def below(self, bits: Iterable[Bit]) -> set[Bit]:
        """The bits, by number, that some bits rest on, themselves among them."""
        found: set[Bit] = set()
        waiting = [abs(bit) for bit in bits]
        while waiting:
            bit = waiting.pop()
            if bit not in found:
                found.add(bit)
                waiting += [abs(each) for each in self.inputs.get(bit, ())]
        return found

    def clauses_of(self, gate: Bit) -> list[tuple[Bit, ...]]:
        """What makes a gate hold when, and only when, its inputs do."""
        key = self.inputs[gate]
        return [*((-gate, bit) for bit in key), (gate, *(-bit for bit in key))]

    def some(self, bits: Iterable[Bit]) -> Bit:
        """A bit that holds when, and only when, some of ``bits`` does."""
        return -self.all([-bit for bit in bits])

    def choose(self, switch: Bit, one: Bit, other: Bit) -> Bit:
        """``one`` where the switch is on, else ``other``."""
        if one == other:
            return one
        return self.some((self.all((switch, one)), self.all((-switch, other))))

    def at_most_one(self, bits: list[Bit]) -> None:
        """No two of ``bits`` hold."""
        for index, bit in enumerate(bits):
            for other in bits[index + 1 :]:
                self.hold(-bit, -other)


def opposite(rails: Rails) -> Rails:
    """Unknown stays unknown."""
    return rails[1], rails[0]


def doubted(rails: Rails) -> Rails:
    """True becomes unknown."""
    return FALSE, rails[1]


def all_rails(circuit: Circuit, items: list[Rails]) -> Rails:
    """True if all are, false if one is, else unknown."""
    yes = circuit.all([t for t, _ in items])
    for t, f in items:
        if t != -f:
            return yes, circuit.some([f for _, f in items])
    return yes, -yes


def some_rails(circuit: Circuit, items: list[Rails]) -> Rails:
    """True if one is, false if all are, else unknown."""
    yes = circuit.some([t for t, _ in items])
    for t, f in items:
        if t != -f:
            return yes, circuit.all([f for _, f in items])
    return yes, -yes


def choose_rails(circuit: Circuit, switch: Bit, one: Rails, other: Rails) -> Rails:
    """``one`` where the switch is on, else ``other``."""
    return circuit.choose(switch, one[0], other[0]), circuit.choose(switch, one[1], other[1])

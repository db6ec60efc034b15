"""Three questions to a SAT solver: can these bits hold together, in which case, and if not, why not.

Minisat answers them, some ten microseconds a question; RC2 finds what is cheapest. The one module that
imports either, and only when a question is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from threading import Timer
from typing import Any

from lawful.analyse.circuit import FALSE, TRUE, Bit, Circuit
from lawful.terms.errors import LawfulError

LIMIT = 2_000_000
"""Conflicts that one question may run into: the same question gives up at the same place everywhere."""


class TooHard(LawfulError):
    """A question that the solver did not answer within its limit; nothing is claimed then (exit 3)."""

    code = "analyse.too_hard"
    exit_code = 3


class Solver:
    """Asks of one circuit, and takes from it only what the bits asked about rest on.

    Bits taken are numbered anew: Minisat settles every number up to the greatest that it has seen.
    """

    def __init__(self, circuit: Circuit, limit: int = LIMIT) -> None:
        from pysat.solvers import Minisat22

        self.circuit = circuit
        self.limit = limit
        self._solver: Any = Minisat22()
        self._taken: set[Bit] = set()
        self._numbers = _Numbers()
        self._held: dict[Bit, list[int]] = {}
        self._indexed = 0
        self._told: set[int] = set()
        self._gates: list[Bit] = []
        self._used_by: dict[Bit, list[Bit]] = {}
        self._sorted = 0
        self._apart: dict[tuple[Bit, ...], tuple[int, frozenset[Bit]]] = {}
        self._case: list[Bit] = []
        self._unread = False
        self._core: list[int] | None = None
        self.questions = 0

    def holds(self, *bits: Bit) -> bool:
        """Can all of ``bits`` hold together?

        Raises: TooHard: not answered within the limit.
        """
        if FALSE in bits:
            self._core = None
            return False
        self.take_up(bits)
        self.questions += 1
        if self._unread:  # a case that nobody looked at is gone
            self._case = []
        self._solver.conf_budget(self.limit)
        found = self._solver.solve_limited(self._numbers.of(bits))
        if found is None:
            raise TooHard(
                "The solver did not answer within its limit, so nothing is proved or refuted.",
                hint="Ask about less: narrow the condition, or two days that lie closer together.",
            )
        self._unread = bool(found)
        if not found:
            self._core = self._solver.get_core() or []
        return bool(found)

    def true(self, bits: Iterable[Bit]) -> set[Bit]:
        """Those of ``bits`` that hold in the last case found."""
        return {bit for bit in bits if self.is_true(bit)}

    def is_true(self, bit: Bit) -> bool:
        """Does a bit hold in the last case found, or looked at before a question that was refused?"""
        if self._unread:
            self._case, self._unread = self._solver.get_model(), False
        number = self._numbers.get(bit)
        if number is None or abs(bit) not in self._taken:
            if bit in (TRUE, FALSE):
                return bit == TRUE
            return self._worked_out(abs(bit)) is (bit > 0)
        if number > 0:
            return number <= len(self._case) and self._case[number - 1] > 0
        return -number > len(self._case) or self._case[-number - 1] < 0

    def _worked_out(self, bit: Bit) -> bool:
        """The value of a bit that the question did not rest on; a free one does not hold."""
        inputs = self.circuit.inputs.get(bit)
        return inputs is not None and all(self.is_true(each) for each in inputs)

    def core(self) -> set[Bit]:
        """Bits of the last refused question that cannot hold together already."""
        return {FALSE} if self._core is None else self._numbers.bits(self._core)

    def least_core(
        self,
        given: Iterable[Bit],
        bits: Iterable[Bit],
        needed: Callable[[Bit], None] = lambda _: None,
    ) -> list[Bit]:
        """Some of ``bits`` that, with ``given``, cannot hold together; none of them can be spared.

        Earlier ones are dropped first. Nothing is promised where all can hold together. ``needed`` is
        called with each that stays, the last case found then being one in which the others hold.
        """
        fixed = list(given)
        kept = list(bits)
        if self.holds(*fixed, *kept):
            return kept
        core = self.core()
        kept = [bit for bit in kept if bit in core]
        for bit in list(kept):
            if bit not in kept:
                continue
            fewer = [each for each in kept if each != bit]
            if not self.holds(*fixed, *fewer):
                core = self.core()
                kept = [each for each in fewer if each in core]
            else:
                needed(bit)
        return kept

    def alike(self, bits: Collection[Bit], besides: Iterable[Bit]) -> dict[Bit, frozenset[Bit]]:
        """By bit, all those of ``bits`` that nothing tells apart from it: wherever it could hold, so could they.

        ``bits``: of which exactly one holds. ``besides``: what the questions to come ask for besides. Two
        bits are alike where all that was taken up is the same with each in the other's place.
        """
        self._index()
        for gate in self._gates[self._sorted :]:
            for bit in self.circuit.inputs[gate]:
                self._used_by.setdefault(abs(bit), []).append(gate if bit > 0 else -gate)
        self._sorted = len(self._gates)
        apart = self._held_apart(tuple(bits)).union(map(abs, besides))
        groups: dict[frozenset[Bit], list[Bit]] = {}
        for bit in bits:  # one told apart is like none: it is no gate
            used = frozenset((bit,) if bit in apart else self._used_by.get(bit, ()))
            groups.setdefault(used, []).append(bit)
        return {bit: frozenset(group) for group in groups.values() for bit in group}

    def _held_apart(self, bits: tuple[Bit, ...]) -> frozenset[Bit]:
        """Those of ``bits`` of which more must hold than that one of all does, and no two."""
        held, found = self._apart.get(bits, (-1, frozenset()))
        if held != self._indexed:
            every = set(bits)
            found = frozenset(
                bit
                for bit in bits
                for clause in map(self.circuit.held.__getitem__, self._held.get(bit, ()))
                if set(clause) != every
                and (len(clause) != 2 or not every.issuperset(-each for each in clause))
            )
            self._apart[bits] = self._indexed, found
        return found

    def take_up(self, bits: Iterable[Bit]) -> None:
        """Give the solver what some bits rest on, and what must hold of these."""
        circuit, add = self.circuit, self._solver.add_clause
        self._index()
        waiting = [*(set(map(abs, bits)) - self._taken)]
        while waiting:
            bit = waiting.pop()
            if bit in self._taken:
                continue
            self._taken.add(bit)
            inputs = circuit.inputs.get(bit)
            if inputs is not None:
                self._gates.append(bit)
                gate, numbers = self._numbers[bit], self._numbers.of(inputs)
                for number in numbers:
                    add((-gate, number))
                add([gate, *[-number for number in numbers]])
                waiting += map(abs, inputs)
            for number in self._held.get(bit, ()):
                if number not in self._told:
                    self._told.add(number)
                    add(self._numbers.of(circuit.held[number]))
                    waiting += [abs(each) for each in circuit.held[number]]

    def _index(self) -> None:
        """Know by its bits what must hold; what has come for bits taken up before is waiting."""
        for number in range(self._indexed, len(self.circuit.held)):
            clause = self.circuit.held[number]
            for bit in clause:
                self._held.setdefault(abs(bit), []).append(number)
                self._taken.discard(abs(bit))
        self._indexed = len(self.circuit.held)


class _Numbers(dict[Bit, int]):
    """A solver's own numbers of bits, the next for one that has none; both signs stand in it."""

    def __init__(self) -> None:
        super().__init__()
        self._by_number: list[Bit] = [FALSE]

    def __missing__(self, bit: Bit) -> int:
        number = len(self._by_number)
        self._by_number.append(abs(bit))
        self[abs(bit)], self[-abs(bit)] = number, -number
        return self[bit]

    def of(self, bits: Iterable[Bit]) -> list[int]:
        """The numbers of some bits, in their order."""
        return list(map(self.__getitem__, bits))

    def bits(self, numbers: Iterable[int]) -> set[Bit]:
        """The bits of some numbers."""
        named = self._by_number
        return {named[each] if each > 0 else -named[-each] for each in numbers}


def cheapest(
    circuit: Circuit, wanted: Bit, costs: Mapping[Bit, int], limit_ms: int
) -> Callable[[Iterable[Iterable[Bit]]], set[Bit] | None]:
    """A question by MaxSAT: which bits of ``costs`` must hold, at the least cost, so that ``wanted`` does?

    Each call takes sets of which at least one bit must stay out, and gives the bits, or None.
    """
    from pysat.examples.rc2 import RC2
    from pysat.formula import WCNF

    used = circuit.below((wanted, *costs, *(bit for clause in circuit.held for bit in clause)))
    clauses = [each for gate in used if gate in circuit.inputs for each in circuit.clauses_of(gate)]
    formula = WCNF()
    formula.extend([*circuit.held, *clauses, (wanted,)])
    for bit, cost in costs.items():
        formula.append((-bit,), weight=cost)
    optimum = RC2(formula, solver="m22")

    def ask(without: Iterable[Iterable[Bit]]) -> set[Bit] | None:
        for bits in without:
            optimum.add_clause([-bit for bit in bits])
        clock = Timer(limit_ms / 1000, optimum.interrupt)
        clock.start()
        try:
            model = optimum.compute(expect_interrupt=True)
        finally:
            clock.cancel()
        if model is None and optimum.interrupted:
            raise TooHard("The solver did not find the cheapest set in time.")
        return None if model is None else costs.keys() & set(model)

    return ask

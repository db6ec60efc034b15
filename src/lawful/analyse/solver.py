"""Z3 behind three questions: can these bits hold together, in which case, and if not, why not.

The one module that imports Z3, and only when a solver is made: no other command pays for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lawful.analyse.circuit import FALSE, TRUE, Bit, Circuit
from lawful.terms.errors import LawfulError

MANY = 150
"""More clauses than these are handed over as text, fewer one by one."""

LIMIT_MS = 20_000
"""One question may take as long as this."""


class TooHard(LawfulError):
    """A question that the solver did not answer in time; nothing is claimed then (exit 3)."""

    code = "analyse.too_hard"
    exit_code = 3


class Solver:
    """Asks of one circuit, and takes from it only what the bits asked about rest on."""

    def __init__(self, circuit: Circuit, limit_ms: int = LIMIT_MS) -> None:
        import z3

        self._z3: Any = z3
        self.circuit = circuit
        self._solver = z3.SolverFor("QF_FD")
        self._solver.set("timeout", limit_ms)
        self._solver.set("phase", "always_false")
        self._context = z3.main_ctx().ref()
        self._taken: set[Bit] = set()
        self._held: dict[Bit, list[int]] = {}
        self._indexed = 0
        self._told: set[int] = set()
        self._names: dict[Bit, Any] = {}
        self._asts: dict[Bit, Any] = {}
        self._bits: dict[int, Bit] = {}
        self._declared: dict[Bit, Any] = {}
        self._model: Any = None
        self._unread = False
        self._core: set[Bit] = set()
        self.questions = 0

    def holds(self, *bits: Bit) -> bool:
        """Can all of ``bits`` hold together?

        Raises: TooHard: not answered in time.
        """
        if FALSE in bits:
            self._core = {FALSE}
            return False
        self._take_up(bits)
        self.questions += 1
        known = self._asts
        asked = [known.get(bit) or self._ast(bit) for bit in dict.fromkeys(bits) if bit != TRUE]
        z3 = self._z3
        every = (z3.Ast * len(asked))(*asked)
        found = z3.Z3_solver_check_assumptions(
            self._context, self._solver.solver, len(asked), every
        )
        if found == z3.Z3_L_UNDEF:
            raise TooHard(
                "The solver did not answer in time, so nothing is proved or refuted.",
                hint="Ask about less: narrow the condition, or two days that lie closer together.",
            )
        if self._unread:  # a case that nobody looked at is gone
            self._model = None
        self._unread = found == z3.Z3_L_TRUE
        if self._unread:
            return True
        self._core = self._refused()
        return False

    def _refused(self) -> set[Bit]:
        z3, context = self._z3, self._context
        core = self._solver.unsat_core()
        size = z3.Z3_ast_vector_size(context, core.vector)
        refs = (z3.Z3_ast_vector_get(context, core.vector, index) for index in range(size))
        return {self._bits[each.value] for each in refs}

    def true(self, bits: Iterable[Bit]) -> set[Bit]:
        """Those of ``bits`` that hold in the last case found."""
        return {bit for bit in bits if self.is_true(bit)}

    def is_true(self, bit: Bit) -> bool:
        """Does a bit hold in the last case found, or looked at before a question that was refused?"""
        if bit in (TRUE, FALSE):
            return bit == TRUE
        z3 = self._z3
        if self._unread:
            self._model, self._unread = self._solver.model(), False
        if abs(bit) not in self._taken:
            return self._worked_out(abs(bit)) is (bit > 0)
        declared = self._declared.get(bit)
        if declared is None:
            self._ast(abs(bit))
            declared = self._declared[bit] = self._names[abs(bit)].decl().ast
        value = z3.Z3_model_get_const_interp(self._context, self._model.model, declared)
        held = bool(value) and z3.Z3_get_bool_value(self._context, value) == z3.Z3_L_TRUE
        return held is (bit > 0)

    def _worked_out(self, bit: Bit) -> bool:
        """The value of a bit that the question did not rest on; a free one does not hold."""
        inputs = self.circuit.inputs.get(bit)
        return inputs is not None and all(self.is_true(each) for each in inputs)

    def core(self) -> set[Bit]:
        """Bits of the last refused question that cannot hold together already."""
        return set(self._core)

    def least_core(self, given: Iterable[Bit], bits: Iterable[Bit]) -> list[Bit]:
        """Some of ``bits`` that, with ``given``, cannot hold together; none of them can be spared.

        Earlier ones are dropped first. Nothing is promised where all can hold together.
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
        return kept

    def _take_up(self, bits: Iterable[Bit]) -> None:
        """Give the solver what some bits rest on, and what must hold of these."""
        circuit = self.circuit
        self._index()
        waiting = [abs(bit) for bit in bits if abs(bit) not in self._taken]
        new: list[tuple[Bit, ...]] = []
        while waiting:
            bit = waiting.pop()
            if bit in self._taken:
                continue
            self._taken.add(bit)
            if bit in circuit.inputs:
                new += circuit.clauses_of(bit)
                waiting += [abs(each) for each in circuit.inputs[bit]]
            for number in self._held.get(bit, ()):
                if number not in self._told:
                    self._told.add(number)
                    new.append(circuit.held[number])
                    waiting += [abs(each) for each in circuit.held[number]]
        if len(new) > MANY:
            self._solver.from_string(dimacs(circuit.size, new))
        else:
            for clause in new:
                self._assert(clause)

    def _index(self) -> None:
        """Know by its bits what must hold; what has come for bits taken up before is waiting."""
        for number in range(self._indexed, len(self.circuit.held)):
            clause = self.circuit.held[number]
            for bit in clause:
                self._held.setdefault(abs(bit), []).append(number)
                self._taken.discard(abs(bit))
        self._indexed = len(self.circuit.held)

    def _assert(self, clause: tuple[Bit, ...]) -> None:
        z3 = self._z3
        known = self._asts
        every = (z3.Ast * len(clause))(*[known.get(bit) or self._ast(bit) for bit in clause])
        some = z3.Z3_mk_or(self._context, len(clause), every)
        z3.Z3_solver_assert(self._context, self._solver.solver, some)

    def _ast(self, bit: Bit) -> Any:
        found = self._asts.get(bit)
        if found is None:
            name = self._z3.Bool(abs(bit))
            name = name if bit > 0 else self._z3.Not(name)
            self._names[bit] = name  # holds on to what the pointer points at
            found = self._asts[bit] = name.as_ast()
            self._bits[found.value] = bit
        return found


def dimacs(size: int, clauses: list[tuple[Bit, ...]]) -> str:
    """Clauses in the plain text that SAT solvers read."""
    lines = "\n".join([" ".join(map(str, clause)) + " 0" for clause in clauses])
    return f"p cnf {size} {len(clauses)}\n{lines}\n"


def cheapest(
    circuit: Circuit, wanted: Bit, costs: Mapping[Bit, int], limit_ms: int
) -> Callable[[Iterable[Iterable[Bit]]], set[Bit] | None]:
    """A question by MaxSAT: which bits of ``costs`` must hold, at the least cost, so that ``wanted`` does?

    Each call takes sets of which at least one bit must stay out, and gives the bits, or None.
    """
    import z3

    used = circuit.below((wanted, *costs, *(bit for clause in circuit.held for bit in clause)))
    clauses = [each for gate in used if gate in circuit.inputs for each in circuit.clauses_of(gate)]
    lines = [f"(declare-const b{bit} Bool)" for bit in sorted(used)]
    lines += [f"(assert (or {_literals(each)}))" for each in (*circuit.held, *clauses, (wanted,))]
    lines += [f"(assert-soft (not b{bit}) :weight {cost})" for bit, cost in costs.items()]
    optimize = z3.Optimize()
    optimize.set("timeout", limit_ms)
    optimize.from_string("\n".join(lines))
    names = {bit: z3.Bool(f"b{bit}") for bit in costs}

    def ask(without: Iterable[Iterable[Bit]]) -> set[Bit] | None:
        for bits in without:
            optimize.add(z3.Or([z3.Not(names[bit]) for bit in bits]))
        found = optimize.check()
        if found == z3.unknown:
            raise TooHard("The solver did not find the cheapest set in time.")
        if found != z3.sat:
            return None
        model = optimize.model()
        return {bit for bit in costs if z3.is_true(model[names[bit]])}

    return ask


def _literals(clause: tuple[Bit, ...]) -> str:
    return " ".join([f"b{bit}" if bit > 0 else f"(not b{-bit})" for bit in clause])

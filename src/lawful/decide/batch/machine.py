"""A program made ready for the kernel: tests placed, gates numbered, rules in the order of deciding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from lawful.decide.batch.binding import BLOCK, Binder, Bound, Said
from lawful.decide.batch.circuit import ALWAYS, NEVER, Circuit
from lawful.decide.batch.columns import Reader
from lawful.decide.batch.layout import Layout, Words
from lawful.decide.program import Program
from lawful.law.model import Entry
from lawful.law.oracle import Kleene
from lawful.law.tree import Node
from lawful.law.vocabulary import Vocabulary
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Otherwise, Outcome

OUTCOMES = tuple(Outcome)
NONE = -1
REFUSED = "refused"
ROOM = 8
"""Room for so many violated rules a row, and as many unknown; more is made where it is needed."""
_ORDER = (
    (Outcome.PROHIBITED, (Otherwise.BLOCK,), False),
    (Outcome.NOT_YET, (Otherwise.BEFORE,), False),
    (Outcome.UNDETERMINED, (Otherwise.BLOCK, Otherwise.BEFORE), True),
)

Listed = tuple[NDArray[np.int32], NDArray[np.int16]]
"""Where each row's rules begin (one more than rows), and the rules by number."""


@attrs.frozen(kw_only=True, eq=False)
class Decided:
    """Answers by row: outcome (place in ``OUTCOMES``), deciding rule (``NONE``: none), covered (bits).

    Rules are numbers of the machine's ``rules``, in order of id; one more than they are decides a row of
    which the condition ``refused`` certainly holds.
    """

    outcome: NDArray[np.int8]
    deciding: NDArray[np.int32]
    covered: Words
    violated: Listed
    unknown: Listed


class Machine:
    """Decides columns by one program; safe to share between threads.

    ``rules``: the numbers of rules are their places here. ``watched``: nodes whose values ``values``
    gives. ``told``: the names that the column of records may hold, and what each says. ``closing``: a
    category in a column stands for its parents too. ``refused``: of which rows nothing may be answered.
    """

    def __init__(
        self,
        program: Program,
        vocabulary: Vocabulary,
        *,
        rules: tuple[RuleId, ...] = (),
        watched: Iterable[str] = (),
        told: tuple[tuple[str, ...], Said] | None = None,
        closing: bool = True,
        refused: Node | None = None,
    ) -> None:
        self.watched = tuple(watched)
        if refused is not None:
            program = attrs.evolve(program, nodes={**program.nodes, REFUSED: refused})
        live = sorted(program.rules if rules else (), key=lambda each: each.id)
        keys = [
            *self.watched,
            *(f"vio:{each.id}" for each in live),
            *(["covered"] if rules else []),
            *([REFUSED] if refused is not None else []),
        ]
        self.circuit = Circuit(program, dict.fromkeys(keys))
        self.layout = Layout(self.circuit, vocabulary, closing=closing)
        self.reader = Reader(vocabulary, program.about)
        self._binder = Binder(self.layout, self.reader, told)
        gates = self.circuit.gates
        self._kinds = np.array([kind for kind, _ in gates], np.uint8)
        self._bounds = np.cumsum([0, *(len(each) for _, each in gates)]).astype(np.int64)
        self._inputs = np.array([n for _, each in gates for n in each], np.int64)
        rails = self.circuit.rails
        self._seen = np.array([rail for key in self.watched for rail in rails[key]], np.int64)
        self._covered = rails["covered"][0] if rules else NONE
        self._listed, self._stops = self._rules(live, {rule: n for n, rule in enumerate(rules)})

    def _rules(self, live: list[Entry], numbers: Mapping[RuleId, int]) -> tuple[Any, Any]:
        """Rules to list, in order of id; and those that decide: the worst answer, then the smallest id."""
        rails = {each.id: self.circuit.rails[f"vio:{each.id}"] for each in live}
        listed = [(numbers[rule], *both) for rule, both in rails.items() if both[1] != ALWAYS]
        stops = []
        if REFUSED in self.circuit.rails:
            stops.append((0, len(numbers), self.circuit.rails[REFUSED][0], 0))
        for outcome, otherwise, maybe in _ORDER:
            for each in live:
                true, false = rails[each.id]
                able = false != ALWAYS if maybe else true != NEVER
                if able and each.otherwise in otherwise:
                    rail = false if maybe else true
                    stops.append((OUTCOMES.index(outcome), numbers[each.id], rail, int(maybe)))
        return (
            np.array(listed, np.int64).reshape(-1, 3),
            np.array(stops, np.int64).reshape(-1, 4),
        )

    def decide(self, columns: Mapping[str, Any], rows: int, first_row: int = 1) -> Decided:
        """Decide rows of columns, by name. ``first_row``: the number of the first, for refusals.

        Raises: UsageError: a value that its fact cannot have, with its row.
        """
        bound = self._binder.bind(columns, rows, first_row)
        blocks = -(-rows // BLOCK)
        outcome, deciding = np.zeros(blocks * BLOCK, np.int8), np.zeros(blocks * BLOCK, np.int32)
        covered = np.zeros(blocks * BLOCK // 64, np.uint64)
        begins = [np.zeros(rows + 1, np.int32) for _ in range(2)]
        listed = [np.zeros(ROOM * rows, np.int16) for _ in range(2)]
        state = np.zeros(3, np.int64)
        block = 0
        while block < blocks:
            block = self._run(
                bound, (block, blocks), _NO_KEYS, _NO_WORDS, outcome, deciding, covered,
                (*begins, *listed), state,
            )  # fmt: skip
            if block < blocks:  # no room for the rules of one more block
                more = np.zeros(len(listed[0]) + BLOCK * (len(self._listed) + 1), np.int16)
                listed = [np.concatenate([each, more]) for each in listed]
        if state[2]:
            self.reader.check_numbers(columns, first_row)
        return Decided(
            outcome=outcome[:rows],
            deciding=deciding[:rows],
            covered=covered,
            violated=(begins[0], listed[0][: state[0]]),
            unknown=(begins[1], listed[1][: state[1]]),
        )

    def values(self, columns: Mapping[str, Any], rows: int) -> dict[str, list[Kleene]]:
        """The value of each watched node, row by row."""
        bound = self._binder.bind(columns, rows, 1)
        blocks = -(-rows // BLOCK)
        seen = np.zeros((len(self._seen), blocks * BLOCK // 64), np.uint64)
        nothing = np.zeros(0, np.int32), np.zeros(0, np.int16)
        self._run(
            bound, (0, blocks), self._seen, seen, np.zeros(0, np.int8), nothing[0],
            np.zeros(0, np.uint64), (nothing[0], *nothing, nothing[1]), np.zeros(3, np.int64),
        )  # fmt: skip
        bits = np.unpackbits(seen.view(np.uint8), axis=1, bitorder="little")[:, :rows]
        found: dict[str, list[Kleene]] = {}
        for n, key in enumerate(self.watched):
            both = zip(bits[2 * n], bits[2 * n + 1], strict=True)
            found[key] = [True if true else False if false else None for true, false in both]
        return found

    def _run(
        self, bound: Bound, blocks: tuple[int, int], watched: Any, seen: Any, outcome: Any,
        deciding: Any, covered: Any, lists: Any, state: Any,
    ) -> int:  # fmt: skip
        found: int = kernel().run(
            np.array(blocks, np.int64), bound.rows, bound.parts, bound.bounds, bound.words, bound.limits,
            bound.bits, self.layout.leaves, bound.ops, bound.sides, bound.tables, bound.knowns,
            self._kinds, self._bounds, self._inputs, watched, seen, self._stops,
            NONE if len(watched) else self._covered, self._listed, outcome, deciding, covered, lists,
            state,
        )  # fmt: skip
        return found


_NO_KEYS, _NO_WORDS = np.zeros(0, np.int64), np.zeros((0, 0), np.uint64)


def kernel() -> ModuleType:
    """The compiled kernel; numba is imported when this is first asked for."""
    from lawful.decide.batch import kernel as found

    return found

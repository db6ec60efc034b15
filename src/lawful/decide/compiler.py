"""What a program answers: what stands in the way of a use, and a full answer per entry.

``ruling`` is the short way, by the ``sieve``; ``run`` is generated Python that gives the value of each
entry's ``applies`` and ``violated`` and of ``covered``, by position. Each is made when first asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

import attrs

from lawful.decide.program import Program, beside
from lawful.decide.rails import Body, Constants
from lawful.decide.sieve.machines import Sieve
from lawful.decide.sieve.plan import COVERED, plan
from lawful.decide.sieve.walk import Facts, Records, positions
from lawful.decide.sieve.write import steps_of
from lawful.law.model import Entry
from lawful.law.oracle import Kleene, outcome_of
from lawful.law.tree import Beside
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Otherwise, Outcome

Generated = Callable[[Facts, Records], list[Kleene]]
REMEMBERED = 4096
"""Answers of one function that are kept in words."""


@attrs.frozen
class Ruling:
    """The outcome of a use, the rule that decides it, and every rule that stands in the way.

    ``deciding`` is None when lawful, or when only coverage is lacking. ``violated`` rules are so for
    certain, of ``open`` ones it is not known; both by id, in order.
    """

    outcome: Outcome
    deciding: RuleId | None
    covered: bool
    violated: tuple[RuleId, ...] = ()
    open: tuple[RuleId, ...] = ()

    @property
    def standing(self) -> tuple[RuleId, ...]:
        """Every rule that stands in the way, those that are violated for certain first."""
        return self.violated + self.open


@attrs.frozen(slots=False)
class Compiled:
    """The functions of a program; of a use's also its rulings."""

    program: Program

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """What ``run`` answers, by position."""
        return tuple(key for key in self.program.nodes if not key.startswith("def:"))

    @cached_property
    def records(self) -> dict[str, Beside]:
        """What the functions ask of what stands beside a thing's facts, by key."""
        return {each.key: each for each in beside(self.program)}

    @cached_property
    def source(self) -> str:
        """The text of ``run``."""
        return self._written[0]

    @cached_property
    def run(self) -> Generated:
        """The value of each of ``keys``."""
        found: Generated = _made(*self._written, "decide")
        return found

    @cached_property
    def _written(self) -> tuple[str, Constants]:
        constants = Constants()
        return _full(self.program, constants, self.keys), constants

    @cached_property
    def rules(self) -> dict[str, Entry]:
        """The rules that may stop a use, by the key that says that they are violated."""
        return {f"vio:{each.id}": each for each in self.program.rules if stops(each)}

    @cached_property
    def sieve(self) -> Sieve:
        """What tells which of ``rules`` a use does not clearly pass.

        Raises: TypeError: the program is about something else.
        """
        if COVERED not in self.program.nodes:
            raise TypeError("only a use has an outcome")
        return Sieve(steps_of(self.program, plan(self.program, self.rules)))

    @cached_property
    def ruling(self) -> Callable[[Facts, Records], Ruling]:
        """The ruling on a use. Raises: TypeError: as ``sieve``."""
        sieve, rules = self.sieve, self.rules
        known: dict[bytes, Ruling] = {}

        def ruling(facts: Facts, records: Records) -> Ruling:
            native = sieve.native
            if native is not None and type(facts) is dict:
                kept = native(sieve.plan, facts, records)
            else:
                kept = sieve.kept(facts, records)
            found = known.get(kept)
            if found is None:
                if len(known) >= REMEMBERED:
                    known.clear()
                found = known[kept] = _ruling(positions(kept), sieve.steps.keys, rules)
            return found

        return ruling


def compile_program(program: Program) -> Compiled:
    """The functions of a program, none of them made yet."""
    return Compiled(program)


def stops(entry: Entry) -> bool:
    """May an unmet rule stop a use?"""
    return entry.otherwise in (Otherwise.BLOCK, Otherwise.BEFORE)


def _ruling(left: Iterable[int], keys: tuple[str, ...], rules: Mapping[str, Entry]) -> Ruling:
    """What the positions that a sieve has left mean."""
    covered = True
    violated: list[Entry] = []
    doubtful: list[Entry] = []
    for each in left:
        key = keys[each if each >= 0 else ~each]
        if key == COVERED:
            covered = False
        else:
            (violated if each >= 0 else doubtful).append(rules[key])
    return ruling_of(violated, doubtful, covered)


def ruling_of(violated: Iterable[Entry], doubtful: Iterable[Entry], covered: bool) -> Ruling:
    """The ruling on a use that violates some rules for certain, and perhaps others: the worst decides."""
    sure = sorted(violated, key=lambda each: each.id)
    unsure = sorted(doubtful, key=lambda each: each.id)
    found = [(outcome_of(each, True).rank, each.id) for each in sure]
    found += [(outcome_of(each, None).rank, each.id) for each in unsure]
    if found:
        rank, deciding = min(found)
        outcome, rule = list(Outcome)[rank], RuleId(deciding)
    else:
        outcome, rule = (Outcome.LAWFUL if covered else Outcome.UNDETERMINED), None
    ids = (tuple(each.id for each in sure), tuple(each.id for each in unsure))
    return Ruling(outcome, rule, covered, *ids)


def _full(program: Program, constants: Constants, keys: tuple[str, ...]) -> str:
    body = Body(program, constants, [(key, rail) for key in keys for rail in (True, False)])
    results = [
        f"(True if {body.rail(key, True)} else False if {body.rail(key, False)} else None)"
        for key in keys
    ]
    text = [*body.heading(), *body.lines, f"return [{', '.join(results)}]"]
    return "\n".join(["def decide(facts, records):", *(f"    {line}" for line in text)]) + "\n"


def _made(source: str, constants: Constants, name: str) -> Any:
    namespace: dict[str, Any] = dict(constants.values)
    exec(compile(source, "<law>", "exec"), namespace)  # our own text, made from trees only
    return namespace[name]

"""OpenFisca, vectorised: a variable for each node of the law, computed over a whole population at once.

Values are 0 false, 1 unknown, 2 true, so that *and* is the least and *or* the greatest. Each member of
a set is a variable of its own. What is given: tests make the answers equal to ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import MONTH
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from lawful.decide.program import Program
from lawful.law.thing import Thing
from lawful.law.tree import (
    And,
    Beside,
    Compare,
    Const,
    Doubted,
    FactTerm,
    Flag,
    HasAll,
    HasAny,
    In,
    Literal,
    Lookup,
    Node,
    Not,
    Or,
    Presumed,
    PresumedTerm,
    Ref,
    facts_in,
    walk,
)  # fmt: skip
from lawful.terms.values import SetValue

UNKNOWN = -(2**30)
PERIOD = "2026-11"
_OPS = {"=": np.equal, "<>": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater}


class Engine:
    """The rules of a program as OpenFisca variables."""

    def __init__(self, program: Program, rules: Sequence[str]) -> None:
        self.program, self.rules = program, tuple(rules)
        self.names = {key: f"node_{n}" for n, key in enumerate(program.nodes)}
        self.codes: dict[str, int] = {}
        nodes = [each for node in program.nodes.values() for each in walk(node)]
        self.members = sorted(
            {(e.fact, m) for e in nodes if isinstance(e, (HasAny, HasAll)) for m in e.members}
        )
        sets = {fact for fact, _ in self.members}
        facts = set().union(*(facts_in(each) for each in nodes))
        self.facts = sorted(each for each in facts if each not in sets)
        use = build_entity(key="use", plural="uses", label="A use", is_person=True)
        self.system = TaxBenefitSystem([use])
        for name in [*self.facts, *(f"{fact}__{member}" for fact, member in self.members)]:
            self._add(use, name)
        for key, name in self.names.items():
            self._add(use, name, self._formula(program.nodes[key]))

    def _add(self, use: Any, name: str, formula: Any = None) -> None:
        inside = {"value_type": int, "entity": use, "definition_period": MONTH, "label": name}
        if formula:
            inside["formula"] = formula
        else:
            inside["default_value"] = UNKNOWN
        self.system.add_variable(type(name, (Variable,), inside))

    def _formula(self, node: Node) -> Any:
        def formula(uses: Any, period: Any) -> Any:
            return self._value(node, lambda name: uses(name, period), uses.count)

        return formula

    def _value(self, node: Node, get: Any, rows: int) -> Any:
        match node:
            case Const(value):
                return np.full(rows, {False: 0, None: 1, True: 2}[value])
            case Ref(key):
                return get(self.names[key])
            case And(items):
                return np.minimum.reduce([self._value(each, get, rows) for each in items])
            case Or(items):
                return np.maximum.reduce([self._value(each, get, rows) for each in items])
            case Not(item):
                return 2 - self._value(item, get, rows)
            case Doubted(item):
                return np.minimum(self._value(item, get, rows), 1)
            case Beside():
                return np.full(rows, 1)
            case Flag(name):
                return _kleene(get(name), get(name) == 1)
            case Presumed(item, value):
                known = self._value(item, get, rows)
                return np.where(known == 1, 2 * value, known)
            case HasAny(fact, members):
                found = [get(f"{fact}__{each}") for each in members]
                return np.maximum.reduce(found) if found else np.zeros(rows, int)
            case HasAll(fact, members):
                return np.minimum.reduce([get(f"{fact}__{each}") for each in members])
            case In(left, members):
                value = self._term(left, get)
                return _kleene(value, np.isin(value, [self.code(each) for each in members]))
            case Compare(op, left, right):
                one, other = self._term(left, get), self._term(right, get)
                test = one >= other if op == ">=" else _OPS[op](one, other)
                return np.where((one == UNKNOWN) | (other == UNKNOWN), 1, 2 * test)
        raise TypeError(type(node).__name__)

    def _term(self, term: Any, get: Any) -> Any:
        match term:
            case Literal(value):
                return np.int64(self.code(value))
            case FactTerm(name):
                return get(name)
            case PresumedTerm(name, value):
                return np.where(get(name) == UNKNOWN, self.code(value), get(name))
            case Lookup(name, table):
                value, found = get(name), np.full(len(get(name)), UNKNOWN)
                for region, number in table:
                    found[value == self.code(region)] = self.code(number)
                return found
        raise TypeError(type(term).__name__)

    def code(self, value: Any) -> int:
        """A value as the 32-bit number that OpenFisca keeps: instants in minutes, counts capped."""
        match value:
            case None:
                return UNKNOWN
            case bool():
                return int(value)
            case str():
                return self.codes.setdefault(value, len(self.codes))
            case datetime():
                return int(value.timestamp()) // 60
            case date():
                return value.toordinal()
            case _:
                return min(int(value), 2**31 - 2)

    def given(self, things: Sequence[Thing]) -> dict[str, Any]:
        """The inputs of things."""
        found: dict[str, Any] = {}
        for name in self.facts:
            found[name] = np.array([self.code(each.values.get(name)) for each in things], np.int32)
        for fact, member in self.members:
            found[f"{fact}__{member}"] = np.array(
                [_held(each.values.get(fact), member) for each in things], np.int32
            )
        return found

    def violated(self, given: Mapping[str, Any], rows: int) -> dict[str, Any]:
        """The value of each rule's violation, by row."""
        simulation = SimulationBuilder().build_default_simulation(self.system, rows)
        for name, values in given.items():
            simulation.set_input(name, PERIOD, values)
        return {
            rule: simulation.calculate(self.names[f"vio:{rule}"], PERIOD) for rule in self.rules
        }


def _kleene(value: Any, test: Any) -> Any:
    return np.where(value == UNKNOWN, 1, 2 * test)


def _held(value: object, member: str) -> int:
    if not isinstance(value, SetValue) or member in value.unknown:
        return 1
    return 2 * (member in value.members)

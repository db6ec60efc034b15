"""Conditions of one use in which everything is given but what somebody can change, by steps.

A test of what no step changes is worked out at once, as the decider would; only the others become bits.
"""

from __future__ import annotations

from collections.abc import Mapping

from lawful.analyse.circuit import Bit, Circuit, Rails
from lawful.analyse.encoding import Encoder
from lawful.analyse.facts import CONSTANT, Facts, Given
from lawful.analyse.probes import Probes
from lawful.analyse.world import Study, target_of
from lawful.decide.asking import DONE
from lawful.decide.cures import Change, Ways
from lawful.decide.decider import Decision
from lawful.decide.partial import valuer
from lawful.law.oracle import Kleene
from lawful.law.tree import Node, walk
from lawful.law.vocabulary import Vocabulary
from lawful.terms.values import Value


class Changeable(Encoder):
    """The conditions of a use, over a bit for each step; ``steps`` holds those that were come upon.

    A target (a fact, or a record: ``fulfilled:RULE``) gets its steps when a test of it is first worked out.
    """

    def __init__(
        self, vocabulary: Vocabulary, decision: Decision, study: Study, ways: Ways
    ) -> None:
        self.steps: dict[Bit, Change] = {}
        self._decision, self._study, self._ways = decision, study, ways
        self._value = valuer(decision.facts, decision.records.get)
        self._values: dict[str, Value | None] = {}
        self._states: dict[str, Kleene] = {}
        self._changes: dict[str, Mapping[str, Bit]] = {}
        circuit = Circuit()
        given = Given(facts=self._values, records=self._states, steps=self._changes)
        super().__init__(circuit, Facts(circuit, vocabulary, Probes(), complete=False, given=given))

    def _leaf(self, node: Node) -> Rails:
        targets = [target for each in walk(node) if (target := target_of(each))]
        changes = [self._changes_by(target) for target in targets]
        if any(changes):
            return super()._leaf(node)
        return CONSTANT[self._value(node)]

    def _changes_by(self, target: str) -> Mapping[str, Bit]:
        """The bits of the steps that change a target, by what they make of it."""
        found = self._changes.get(target)
        if found is None:
            steps = {self.circuit.new(): step for step in sorted(self._ways.on(target))}
            self.steps |= steps
            found = {step.value or "true": bit for bit, step in steps.items()}
            self._changes[target] = found
            if steps:
                self._begin(target)
        return found

    def _begin(self, target: str) -> None:
        """What a target is before any step is taken."""
        if target.startswith(DONE):
            rule = target.removeprefix(DONE)
            self._states[rule] = self._decision.records.get(rule)
        else:
            self._values[target] = self._decision.facts.get(target)
            self.facts.add(Probes.of(self._study.tests[target]))

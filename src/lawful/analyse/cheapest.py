"""The cheapest cures, by MaxSAT: exact where the search that answers ``ask`` stops at its limits.

What may change is what that search may change: a flag that somebody can set, a member that can be
added, an act that can be done, each only where a rule asks for it or a basis rests on it. So a cure
never switches the lawful basis, and offers consent only where consent is what is asked. Each is
decided again before it is given.
"""

from __future__ import annotations

from lawful.analyse.changeable import Changeable
from lawful.analyse.circuit import FALSE, Bit
from lawful.analyse.encoding import Side
from lawful.analyse.faults import DoesNotReplay
from lawful.analyse.solver import cheapest
from lawful.analyse.world import study, vio
from lawful.decide.compiler import stops
from lawful.decide.cures import ACT_EFFORT, SHOWN, Change, Cure, Ways, apply
from lawful.decide.decider import Decider, Decision
from lawful.law.book import Book
from lawful.law.thing import Thing
from lawful.terms.outcomes import Outcome

LIMIT_MS = 5_000
TRIED = 40
"""Sets that are tried at most; those that only dodge a rule are not shown."""
COVERED = "covered"


def cheapest_cures(
    decider: Decider, thing: Thing, *, shown: int = SHOWN, limit_ms: int = LIMIT_MS
) -> tuple[Cure, ...]:
    """Cures that make a use lawful, the cheapest first; none holds another.

    Raises: TooHard: not found in time. DoesNotReplay: ours.
    """
    found: list[Cure] = []
    decision = decider.decide(thing)
    if decision.outcome is Outcome.LAWFUL:
        return ()
    question = _Cures(decider, thing, decision)
    if question.lawful == FALSE:
        return ()
    ask = cheapest(question.circuit, question.lawful, question.costs, limit_ms)
    refused: list[list[Bit]] = []
    for _ in range(TRIED):
        bits = ask(refused)
        if not bits or len(found) == shown:
            break
        refused = [sorted(bits)]
        if question.is_asked(bits):
            found.append(question.cure(bits))
    return tuple(sorted(found, key=lambda each: (each.effort, each.changes)))


class _Cures:
    """A use over the bits of what could be changed; all else is given.

    Looked at is what stands in the way, and whatever else could come to stand in it by the steps that
    bear on what was looked at before. A least set of steps that makes the use lawful holds no other
    step: without those it would leave all that was looked at as it is, and the rest in nobody's way.
    """

    def __init__(self, decider: Decider, thing: Thing, decision: Decision) -> None:
        self.decider, self.thing = decider, thing
        program = decision.compiled.program
        self.study = study(program)
        self.given = Changeable(decider.book.vocabulary, decision, self.study, Ways(decider, thing))
        self.circuit, self.steps = self.given.circuit, self.given.steps
        self.side = Side(self.given, program)
        self.ends = {vio(each) for each in program.rules if stops(each)} | {COVERED}
        standing = {f"vio:{each}" for each in decision.ruling.standing}
        self.lawful = self.all_pass(standing if decision.covered else standing | {COVERED})
        self.costs = {bit: effort(decider.book, step) for bit, step in self.steps.items()}

    def all_pass(self, keys: set[str]) -> Bit:
        """Are all of some rules passed, and whatever could come to stand in the way while they are?"""
        asking = self.decider.asking.keys()
        if any(asking.isdisjoint(self.study.tested_below(key)) for key in keys):
            return FALSE
        passed: dict[str, Bit] = {}
        while keys:
            for key in sorted(keys):
                passed[key] = self.passes(key)
                if passed[key] == FALSE:
                    return FALSE
            bearing = self.circuit.below(passed.values()) & self.steps.keys()
            changed = self.study.testing({self.steps[bit].target for bit in bearing})
            keys = set(self.ends & changed - passed.keys())
        return self.circuit.all(passed.values())

    def passes(self, key: str) -> Bit:
        """Is a rule certainly not violated, everything touched certainly covered?"""
        yes, no = self.side.read(key)
        return yes if key == COVERED else no

    def after(self, bits: set[Bit]) -> Thing:
        """The thing when some steps were taken."""
        changes = frozenset(self.steps[bit] for bit in bits)
        return apply(self.decider.book.vocabulary.close, self.thing, changes)

    def is_asked(self, bits: set[Bit]) -> bool:
        """Does, of each step, some rule ask that stands in the way without it?"""
        for bit in bits:
            without = self.after(bits - {bit})
            standing = self.decider.decide(without).ruling.standing
            if not Ways(self.decider, without).is_asked(self.steps[bit], standing):
                return False
        return True

    def cure(self, bits: set[Bit]) -> Cure:
        """The cure of some steps, decided again."""
        outcome = self.decider.decide(self.after(bits)).outcome
        if outcome is not Outcome.LAWFUL:
            raise DoesNotReplay(f"A cure leads to {outcome.value}, not to lawful.")
        return Cure(
            changes=tuple(sorted(self.steps[bit] for bit in bits)),
            effort=sum(self.costs[bit] for bit in bits),
            outcome=outcome,
        )


def effort(book: Book, step: Change) -> int:
    """What a step costs."""
    return ACT_EFFORT if step.do == "act" else book.vocabulary.facts[step.name].effort

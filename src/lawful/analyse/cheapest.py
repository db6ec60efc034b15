"""The cheapest cures, by MaxSAT: exact where the search that answers ``ask`` stops at its limits.

What may change is what that search may change: a flag that somebody can set, a member that can be
added, an act that can be done, each only where a rule asks for it or a basis rests on it. So a cure
never switches the lawful basis, and offers consent only where consent is what is asked. Each is
decided again before it is given.
"""

from __future__ import annotations

from collections.abc import Mapping

from lawful.analyse.circuit import Bit, Circuit
from lawful.analyse.encoding import is_outcome
from lawful.analyse.facts import Given
from lawful.analyse.faults import DoesNotReplay
from lawful.analyse.solver import cheapest
from lawful.analyse.world import Moment, World, program_of
from lawful.decide.compiler import stops
from lawful.decide.cures import ACT_EFFORT, SHOWN, Change, Cure, apply, steps_asked
from lawful.decide.decider import Decider, fulfilments
from lawful.law.book import Book
from lawful.law.thing import Thing
from lawful.terms.outcomes import Outcome

LIMIT_MS = 5_000
TRIED = 40
"""Sets that are tried at most; those that only dodge a rule are not shown."""


def cheapest_cures(
    decider: Decider, thing: Thing, *, shown: int = SHOWN, limit_ms: int = LIMIT_MS
) -> tuple[Cure, ...]:
    """Cures that make a use lawful, the cheapest first; none holds another.

    Raises: TooHard: not found in time. DoesNotReplay: ours.
    """
    found: list[Cure] = []
    if decider.decide(thing).outcome is Outcome.LAWFUL:
        return ()
    question = _Cures(decider, thing)
    ask = cheapest(question.world.circuit, question.lawful, question.costs, limit_ms)
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
    """A use over the bits of what could be changed; all else is given."""

    def __init__(self, decider: Decider, thing: Thing) -> None:
        self.decider, self.thing = decider, thing
        circuit = Circuit()
        steps = sorted(steps_asked(decider, thing, standing=False))
        self.bits: dict[Bit, Change] = {circuit.new(): step for step in steps}
        program = program_of(decider, thing)
        vocabulary = decider.book.vocabulary
        known = {each.name: thing.values.get(each.name) for each in vocabulary.facts_of("use")}
        counted = decider.records(thing)
        records = {**dict.fromkeys(fulfilments(decider.asked_beside("use"))), **counted}
        self.world = World(
            (Moment(book=decider.book, day=thing.day("UTC")),),
            "use",
            programs=(program,),
            complete=False,
            given=Given(facts=known, records=records, steps=_by_fact(self.bits)),
            circuit=circuit,
        )
        rules = [each for each in program.rules if stops(each)]
        bad = self.world.side().bad(rules, covered=True)
        self.lawful = is_outcome(circuit, bad, Outcome.LAWFUL)
        self.costs = {bit: effort(decider.book, step) for bit, step in self.bits.items()}

    def after(self, bits: set[Bit]) -> Thing:
        """The thing when some steps were taken."""
        changes = frozenset(self.bits[bit] for bit in bits)
        return apply(self.decider.book.vocabulary.close, self.thing, changes)

    def is_asked(self, bits: set[Bit]) -> bool:
        """Does, of each step, some rule ask that stands in the way without it?"""
        return all(
            self.bits[bit] in steps_asked(self.decider, self.after(bits - {bit})) for bit in bits
        )

    def cure(self, bits: set[Bit]) -> Cure:
        """The cure of some steps, decided again."""
        outcome = self.decider.decide(self.after(bits)).outcome
        if outcome is not Outcome.LAWFUL:
            raise DoesNotReplay(f"A cure leads to {outcome.value}, not to lawful.")
        return Cure(
            changes=tuple(sorted(self.bits[bit] for bit in bits)),
            effort=sum(self.costs[bit] for bit in bits),
            outcome=outcome,
        )


def effort(book: Book, step: Change) -> int:
    """What a step costs."""
    return ACT_EFFORT if step.do == "act" else book.vocabulary.facts[step.name].effort


def _by_fact(bits: Mapping[Bit, Change]) -> dict[str, dict[str, Bit]]:
    found: dict[str, dict[str, Bit]] = {}
    for bit, step in bits.items():
        name = f"fulfilled:{step.name}" if step.do == "act" else step.name
        found.setdefault(name, {})[step.value or "true"] = bit
    return found

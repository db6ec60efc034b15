"""Answers that three-valued logic leaves open although every way of filling them in agrees.

``a or not a`` is unknown where ``a`` is; here each unknown fact is tried both ways, all together. A
second opinion for a person: it is not the answer that is enforced.
"""

from __future__ import annotations

from collections.abc import Mapping

from lawful.analyse.circuit import Bit
from lawful.analyse.encoding import ORDER, is_outcome
from lawful.analyse.facts import Given
from lawful.analyse.solver import TooHard
from lawful.analyse.world import Moment, World, program_of
from lawful.decide.compiler import stops
from lawful.decide.decider import Decider
from lawful.decide.program import Program
from lawful.law.thing import Thing
from lawful.law.tree import Presumed, PresumedTerm, facts_in, terms, walk
from lawful.terms.outcomes import Outcome
from lawful.terms.values import SetValue, Value

LIMIT = 200_000


def settle(decider: Decider, thing: Thing, limit: int = LIMIT) -> Outcome | None:
    """The outcome that every completion of the unknown facts and records gives, if they agree.

    None: they differ, or the solver did not know in time, or unverified law leaves it open.
    """
    program = program_of(decider, thing)
    known = {name: thing.values.get(name) for name in _presumed(program)} | {
        name: value for name, value in thing.values.items() if _is_whole(value)
    }
    records = {rule: value for rule, value in decider.records(thing).items() if value is not None}
    world = World(
        (Moment(book=decider.book, day=thing.day("UTC")),),
        thing.about,
        programs=(program,),
        complete=True,
        given=Given(facts=known, records=records),
        limit=limit,
    )
    side = world.side()
    partly = _partly(world, {n: v for n, v in thing.values.items() if n not in known})
    rules = [each for each in world.programs[0].rules if stops(each)]
    bad = side.bad(rules, covered=True)
    try:
        possible = [
            each for each in ORDER if world.holds(*partly, is_outcome(world.circuit, bad, each))
        ]
    except TooHard:
        return None
    return possible[0] if len(possible) == 1 and possible[0] is not Outcome.UNDETERMINED else None


def _presumed(program: Program) -> set[str]:
    """Facts for which the law presumes a value: where they are unknown it stands; they are not tried."""
    found: set[str] = set()
    for node in program.nodes.values():
        for each in walk(node):
            if isinstance(each, Presumed):
                found |= facts_in(each)
            found |= {term.name for term in terms(each) if isinstance(term, PresumedTerm)}
    return found


def _is_whole(value: Value | None) -> bool:
    return value is not None and not (isinstance(value, SetValue) and value.unknown)


def _partly(world: World, values: Mapping[str, Value | None]) -> list[Bit]:
    """What is known of sets of which some members are not."""
    bits: list[Bit] = []
    for name, value in values.items():
        if isinstance(value, SetValue) and value.unknown and name in world.facts.shapes:
            bits += world.facts.known_of(name, value)
    return bits

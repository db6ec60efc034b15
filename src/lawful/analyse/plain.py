"""The plainest case: of all that a question allows, one in which as little as possible is the case.

A witness that is a terrorist, a minor and a cloud provider at once proves as much as a plain one, and
tells nobody anything. So each fact wishes to be nothing, or the usual; wishes give way one by one.
"""

from __future__ import annotations

from lawful.analyse.circuit import FALSE, TRUE, Bit
from lawful.analyse.facts import FAMILIAR, Choice, Members, Scale
from lawful.analyse.world import World
from lawful.decide.decider import FOLDED


def wishes(world: World) -> tuple[list[Bit], list[Bit]]:
    """One bit for each thing that had better be so: what a reader minds most, and the rest."""
    early: list[Bit] = []
    late: list[Bit] = []
    names = sorted(world.facts.shapes, key=lambda each: (each not in FOLDED, each))
    for name in names:
        shape = world.facts.shapes[name]
        match shape:
            case Choice(classes=classes, bits=bits):
                early.append(bits[_usual(world, name, classes)])
            case Members(held=held, possible=possible, known=known):
                late += [known, *(-bit for bit in (*held, *possible))]
            case Scale(reached=reached, known=known):
                late += [known, *(-bit for bit in reached)]
            case (yes, no):
                late += [no]
    for yes, no in world.facts.records.values():
        late += [yes, -no]
    return early, late


def _usual(world: World, name: str, classes: tuple[tuple[str, ...], ...]) -> int:
    fact = world.vocabulary.facts[name]
    for value in (fact.assumed, fact.absent, *FAMILIAR):
        for index, members in enumerate(classes):
            if value and value in members:
                return index
    return 0


def plainest(world: World, *bits: Bit) -> bool:
    """Is there a case in which ``bits`` hold? The last case found is then a plain one.

    What the last question of this world made the facts give up is given up first: questions that
    follow one another are alike. Of that, what matters most is then asked for again.
    """
    solver = world.solver
    if not solver.holds(*bits):
        return False
    early, order = _in_order(world)
    dropped = {bit: None for bit in world.given_up if bit in order}
    kept = {bit: None for bit in order if bit not in dropped}
    while not solver.holds(*bits, *kept):
        in_the_way = [bit for bit in solver.core() if bit in kept]
        if not in_the_way:
            return False
        given_up = max(in_the_way, key=order.__getitem__)
        del kept[given_up]
        dropped[given_up] = None
    for bit in [bit for bit in early if bit in dropped]:
        if solver.is_true(bit) or solver.holds(*bits, *kept, bit):
            kept[bit] = None
            del dropped[bit]
    world.given_up = list(dropped)
    return True


def _in_order(world: World) -> tuple[list[Bit], dict[Bit, int]]:
    """What a reader minds most, and the place of every wish; kept until the world has another record."""
    records = len(world.facts.records)
    if world.wished is None or world.wished[0] != records:
        early, late = wishes(world)
        every = [bit for bit in (*early, *late) if bit not in (TRUE, FALSE)]
        world.wished = records, early, {bit: number for number, bit in enumerate(every)}
    return world.wished[1:]

"""Commands against prohibitions: two laws that one act cannot both obey.

For each command and each prohibition: can the command apply to a use that it demands and that the
prohibition forbids? A conflict is shown with a witness that the decider confirms, and with the
readings that would resolve it. It is never resolved here: named counsel does that.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import attrs

from lawful.analyse.circuit import Bit
from lawful.analyse.encoding import Side
from lawful.analyse.faults import DoesNotReplay
from lawful.analyse.plain import plainest
from lawful.analyse.readings import otherwise
from lawful.analyse.situations import Situation, atoms, situation
from lawful.analyse.world import Moment, World, vio
from lawful.decide.explain import conflicts as conflicts_of
from lawful.decide.program import folded
from lawful.law.model import Entry, Kind
from lawful.law.oracle import Court
from lawful.law.thing import Thing
from lawful.law.tree import Node, conjunction, facts_in
from lawful.terms.outcomes import Otherwise, Outcome

VERSION = 4
"""Rises whenever what is found, or how it is told, changes: results kept under another are not used."""

Progress = Callable[[Entry, int, int], None]
"""Hears which command is looked at, the how manieth, and of how many."""

ORDERED = frozenset({"compelled_by", "authority_kind"})
"""Facts that tell of an order, besides those that a command names."""


@attrs.frozen(kw_only=True)
class Resolution:
    """A reading that resolves a conflict: ``wholly``, or only for this witness."""

    reading: str
    option: str
    wholly: bool


@attrs.frozen(kw_only=True)
class Collision:
    """A command and a prohibition that meet; ``sure``: both hold, else one of them only may.

    ``direct``: the prohibition is about what the command demands; else the two meet by chance, in a
    disclosure that something else about the use forbids.
    """

    command: Entry
    rule: Entry
    sure: bool
    direct: bool
    facts: Situation
    witness: Thing
    outcome: Outcome
    resolved_by: tuple[Resolution, ...]


@attrs.frozen(kw_only=True)
class Collisions:
    """Every conflict at a moment; ``asked``: the pairs that were looked at.

    ``not_asked``: commands about another thing than a use.
    """

    moment: Moment
    found: tuple[Collision, ...]
    asked: int
    not_asked: tuple[Entry, ...]


def find_conflicts(
    moment: Moment,
    progress: Progress = lambda *_: None,
    only: Collection[str] | None = None,
) -> Collisions:
    """Every pair of a command and a prohibition that can meet in one use; of ``only`` these commands.

    Raises: TooHard: the solver gave up. DoesNotReplay: ours.
    """
    entries = moment.program("use").entries
    commands = [
        each for each in entries if each.kind is Kind.COMMAND and (only is None or each.id in only)
    ]
    blocks = [each for each in entries if _forbids(each)]
    docket = _Docket(moment, commands, blocks)
    found = []
    for number, command in enumerate(commands, 1):
        progress(command, number, len(commands))
        for rule in blocks:
            collision = docket.collision(command, rule)
            if collision is not None:
                found.append(collision)
    others = [
        each
        for each in moment.book.entries.values()
        if each.kind is Kind.COMMAND and each.about != "use"
    ]
    return Collisions(
        moment=moment,
        found=tuple(sorted(found, key=lambda each: not each.direct)),
        asked=len(commands) * len(blocks),
        not_asked=tuple(others),
    )


def _forbids(entry: Entry) -> bool:
    return (
        entry.kind is Kind.RULE and entry.otherwise is Otherwise.BLOCK and entry.force != "policy"
    )


class _Docket:
    """Commands and prohibitions at a moment, over the same facts."""

    def __init__(self, moment: Moment, commands: list[Entry], blocks: list[Entry]) -> None:
        self.moment = moment
        self.demands = {each.id: demand_of(moment, each) for each in commands}
        keys = [*(f"app:{each.id}" for each in commands), *(vio(each) for each in blocks)]
        self.world = World((moment,), "use", keys=keys, nodes=tuple(self.demands.values()))
        self.side: Side = self.world.side()

    def meeting(self, command: Entry, rule: Entry) -> tuple[Bit, Bit]:
        """Whether the two meet for certain, and whether they may."""
        rails = (
            self.side.read(f"app:{command.id}"),
            self.side.value(self.demands[command.id]),
            self.side.read(vio(rule)),
        )
        circuit = self.world.circuit
        return circuit.all([yes for yes, _ in rails]), circuit.all([-no for _, no in rails])

    def collision(self, command: Entry, rule: Entry) -> Collision | None:
        """The two meeting, with a witness; None where they never do."""
        certain, may = self.meeting(command, rule)
        sure = self.world.holds(certain)
        bit = certain if sure else may
        self.world.given_up = []
        if not plainest(self.world, bit):
            return None
        rests = self.world.references[0].cone([f"app:{command.id}", vio(rule)])
        program = self.world.programs[0]
        nodes = [self.demands[command.id], *(program.nodes[key] for key in rests)]
        facts = frozenset().union(*(facts_in(node) for node in nodes))
        thing = self.world.thing(facts)
        core = situation(self.world, (-bit,), atoms(self.world))
        demanded = facts_in(self.demands[command.id]) | ORDERED
        own = self.own_facts(rule)
        self.check(thing, command, rule, sure)
        return Collision(
            command=command,
            rule=rule,
            sure=sure,
            direct=len(own & demanded) > 1,
            facts=core.when,
            witness=thing,
            outcome=self.moment.outcome(thing),
            resolved_by=self.resolutions(thing, command, rule),
        )

    def own_facts(self, rule: Entry) -> frozenset[str]:
        """The facts on which a rule's own conditions rest, its scope and defeaters left out."""
        book = self.moment.book
        waiting = [line.node for line in rule.when]
        found: set[str] = set()
        while waiting:
            for name in facts_in(waiting.pop()):
                if name in found:
                    continue
                found.add(name)
                waiting += [
                    line.node for each in book.definitions.get(name, ()) for line in each.when
                ]
        return frozenset(found)

    def check(self, thing: Thing, command: Entry, rule: Entry, sure: bool) -> None:
        """The explanation that a person gets names this conflict.

        Raises: DoesNotReplay: it does not.
        """
        if not _meet(self.moment, thing, command, rule, sure):
            raise DoesNotReplay(f"A witness of {command.id} against {rule.id} shows no conflict.")

    def resolutions(self, thing: Thing, command: Entry, rule: Entry) -> tuple[Resolution, ...]:
        """Readings under which the two never meet, or not in this case."""
        found = []
        for reading, option, moment in otherwise(self.moment, (command, rule)):
            if not _meet(moment, thing, command, rule, False):
                other = _Docket(moment, [command], [rule])
                wholly = not other.world.holds(other.meeting(command, rule)[1])
                found.append(Resolution(reading=reading, option=option, wholly=wholly))
        return tuple(found)


def demand_of(moment: Moment, command: Entry) -> Node:
    """Which use a command demands, as it reads on the day."""
    days = dict.fromkeys(moment.book.zones, moment.day)
    lines = conjunction(tuple(line.node for line in command.commands))
    return folded(moment.book, "use", days, lines)


def _meet(moment: Moment, thing: Thing, command: Entry, rule: Entry, sure: bool) -> bool:
    """Do a command and a rule meet in a thing, as an explanation of it says?"""
    court = Court(moment.book, moment.place(thing))
    judged = {each.id: court.judged(each) for each in (command, rule)}
    return any(each.sure or not sure for each in conflicts_of(court, judged))

"""What a batch asks: the part of the law that its things are put to, folded onto their day."""

from __future__ import annotations

from functools import cached_property

from lawful.decide.decider import Decider
from lawful.decide.program import Program, beside, cone, keys_of
from lawful.law.model import Entry
from lawful.law.oracle import Kleene
from lawful.law.thing import Thing
from lawful.law.tree import facts_in
from lawful.terms.ids import RuleId
from lawful.testing.things import Batch


class Matter:
    """A batch, the program of what it asks, and the state of what stands beside its things."""

    def __init__(self, decider: Decider, batch: Batch) -> None:
        self.decider, self.book, self.batch = decider, decider.book, batch
        whole = decider.program_of(batch.base)
        for each in batch.things:
            assert decider.program_of(each) is whole, "the things of a batch share their moment"
        self.whole = batch.asked is None
        self.program = cone(whole, self._keys(whole))
        self.wanted = beside(self.program)
        self.records = self.records_of(batch.base)

    def _keys(self, whole: Program) -> list[str]:
        """The entries asked for; else all about this kind of thing, its definitions and coverage."""
        asked = self.batch.asked
        if asked is None:
            defined = {
                name
                for name, entries in self.book.definitions.items()
                if any(each.about == whole.about for each in entries)
            }
            others = (key for key in whole.nodes if not key.startswith("def:"))
            return [*others, *(f"def:{name}" for name in defined)]
        return [key for entry in asked for key in keys_of(entry)]

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Rules, bases and commands, with those that they are defeated by."""
        return self.program.entries

    @cached_property
    def rules(self) -> frozenset[RuleId]:
        """The rules that are judged in full."""
        return frozenset(e.id for e in self.entries if f"vio:{e.id}" in self.program.nodes)

    @cached_property
    def definitions(self) -> tuple[str, ...]:
        """Names of the definitions that these rest on."""
        keys = (key for key in self.program.nodes if key.startswith("def:"))
        return tuple(key.removeprefix("def:") for key in keys)

    def rests_on(self, entry: Entry) -> tuple[list[str], tuple[object, ...]]:
        """The facts that an entry's answer rests on; the days, and what stands beside, that it does."""
        part = cone(self.program, keys_of(entry))
        facts = frozenset[str]().union(*map(facts_in, part.nodes.values()))
        days = (self.batch.base.day(zone) for zone in self.book.zones)
        return sorted(facts), (*days, *(self.records.get(each.key) for each in beside(part)))

    def records_of(self, thing: Thing) -> dict[str, Kleene]:
        """The state of what this part of the law asks of what stands beside the thing's facts."""
        return self.decider.records(thing, self.wanted)

"""What differs between two moments, by the entry that it comes from, each with a switch.

With all switches off a mixed program is the first, with all on the second. A set of changes that
alone gives the second's outcome is the reason of a difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from lawful.analyse.circuit import FALSE, TRUE, Bit, Rails, choose_rails
from lawful.analyse.encoding import References, Side
from lawful.analyse.world import Moment, World
from lawful.decide.program import Program
from lawful.law.model import Entry, Kind
from lawful.law.tree import FALSE as NEVER
from lawful.law.tree import UNKNOWN, Node
from lawful.terms.ids import RuleId


@attrs.frozen(kw_only=True)
class Change:
    """A change of the law: an entry, definition or the coverage table that ``begins``, ``ends`` or ``changes``."""

    unit: str
    how: str
    entry: Entry | None = None


def unit_of(key: str) -> str:
    """What a node's key belongs to: an entry's id, ``def:NAME`` or ``covered``.

    >>> unit_of("vio:cn.pipl.38.mechanism")
    'cn.pipl.38.mechanism'
    """
    return key[4:] if key[:4] in ("app:", "vio:") else key


def changed_keys(one: Program, other: Program) -> frozenset[str]:
    """Keys whose node differs."""
    keys = {*one.nodes, *other.nodes}
    return frozenset(key for key in keys if one.nodes.get(key) != other.nodes.get(key))


def by_unit(
    changed: frozenset[str], dirty: frozenset[str], programs: Iterable[References]
) -> dict[str, frozenset[str]]:
    """By unit, which of its keys changed, and what may rest on them in a mixture of some programs.

    ``dirty``: all that rests on what changed.
    """
    above: dict[str, set[str]] = {}
    for references in programs:
        for key in dirty:
            for below in references.below.get(key, ()):
                above.setdefault(below, set()).add(key)
    upwards = References({key: frozenset(keys) for key, keys in above.items()})
    units: dict[str, set[str]] = {}
    for key in changed:
        units.setdefault(unit_of(key), set()).add(key)
    return {unit: upwards.cone(keys) for unit, keys in units.items()}


def change_of(one: Moment, other: Moment, programs: tuple[Program, Program], unit: str) -> Change:
    """What happens to a unit between two moments."""
    key = unit if unit.startswith("def:") or unit == "covered" else f"app:{unit}"
    before, after = (each.nodes.get(key) for each in programs)
    how = "begins" if _is_out(before) else ("ends" if _is_out(after) else "changes")
    if unit.startswith("def:"):
        name = unit.removeprefix("def:")
        return Change(unit=unit, how=how, entry=_defined(other, name) or _defined(one, name))
    found = other.book.entries.get(RuleId(unit)) or one.book.entries.get(RuleId(unit))
    return Change(unit=unit, how=how, entry=found)


def _is_out(node: Node | None) -> bool:
    return node is None or node in (NEVER, UNKNOWN)


def _defined(moment: Moment, name: str) -> Entry | None:
    """The definition of a name that holds at a moment."""
    live = [
        each
        for each in moment.book.definitions.get(name, ())
        if each.in_force_on(moment.day) and each.kind is Kind.DEFINITION
    ]
    return live[0] if live else None


class Mixed(Side):
    """The two programs of a world mixed by switches: a bit for each unit that changed."""

    def __init__(
        self,
        world: World,
        base: Side,
        dirty: frozenset[str],
        changed: frozenset[str],
        switches: Mapping[str, Bit],
    ) -> None:
        super().__init__(world.encoder, world.programs[1], shared=base, own=dirty)
        self._first, self._changed, self._switches = world.programs[0], changed, switches

    def _work_out(self, key: str) -> Rails:
        if key not in self._changed:
            return super()._work_out(key)
        switch = self._switches.get(unit_of(key), FALSE)
        sides = (self.program, self._first)
        if switch in (TRUE, FALSE):
            return self._of(sides[0] if switch == TRUE else sides[1], key)
        one, other = (self._of(each, key) for each in sides)
        return choose_rails(self.encoder.circuit, switch, one, other)

    def _of(self, program: Program, key: str) -> Rails:
        node = program.nodes.get(key, NEVER)
        return self.encoder.node(node, self.read)


def only(units: Iterable[str]) -> dict[str, Bit]:
    """Switches that put just these changes on."""
    return dict.fromkeys(units, TRUE)

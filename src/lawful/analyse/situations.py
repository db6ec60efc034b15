"""A class of situations in few words: the facts of one case that alone make something certain.

A case is cut down to a core: facts are dropped while what is to be shown stays certain, then each
value is widened to all the values for which it does. What is left is a conjunction in the language
of conditions, so that it can be read, asked again and put into prose.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, datetime, timedelta

import attrs

from lawful.analyse.circuit import FALSE, TRUE, Bit
from lawful.analyse.facts import Choice, Members, Scale
from lawful.analyse.faults import DoesNotReplay
from lawful.analyse.probes import EPOCH
from lawful.analyse.world import World
from lawful.law.tree import Compare, FactTerm, Flag, HasAny, In, Literal, Node, Not


@attrs.frozen(kw_only=True)
class Atom:
    """One fact of a case: ``bit`` holds there. ``weight``: the lighter is dropped first."""

    fact: str
    kind: str
    members: tuple[str, ...] = ()
    value: int = 0
    bit: Bit
    weight: int = 0


Situation = tuple[Node, ...]
"""Conditions that hold together."""


@attrs.frozen(kw_only=True)
class Core:
    """What makes something certain: conditions, facts that are ``unknown``, and the bit of all that."""

    when: Situation
    unknown: tuple[str, ...]
    bit: Bit


def atoms(world: World, facts: Collection[str] | None = None) -> list[Atom]:
    """The facts of the last case found, the lightest first; only these ``facts`` if they are named."""
    found: list[Atom] = []
    is_true = world.solver.is_true
    for name, shape in world.facts.shapes.items():
        if facts is None or name in facts:
            found += _of_fact(name, shape, is_true)
            if not world.facts.complete and all(is_true(-bit) for bit in world.facts.knowing(name)):
                bit = world.circuit.all([-each for each in world.facts.knowing(name)])
                found.append(Atom(fact=name, kind="unknown", bit=bit, weight=1))
    for rule, (yes, no) in world.facts.records.items():
        if facts is None or f"fulfilled:{rule}" in facts:
            for kind, bit in (("record", yes), ("no_record", no)):
                if is_true(bit):
                    found.append(Atom(fact=rule, kind=kind, bit=bit, weight=3))
    return sorted(
        (each for each in found if each.bit not in (TRUE, FALSE)),
        key=lambda each: (each.weight, each.fact),
    )


def _of_fact(name: str, shape: object, is_true: Callable[[Bit], bool]) -> Iterator[Atom]:
    match shape:
        case Choice(classes=classes, bits=bits):
            for bit, members in zip(bits, classes, strict=True):
                if is_true(bit):
                    yield Atom(fact=name, kind="is", members=members, bit=bit, weight=4)
        case Members(classes=classes, held=held, possible=possible):
            for bit, may_be, members in zip(held, possible, classes, strict=True):
                if is_true(bit):
                    yield Atom(fact=name, kind="has", members=members, bit=bit, weight=5)
                elif not is_true(may_be):
                    yield Atom(fact=name, kind="lacks", members=members, bit=-may_be, weight=1)
        case Scale(limits=limits, reached=reached):
            past = [index for index, bit in enumerate(reached) if is_true(bit)]
            for tight, index in enumerate(past):
                yield Atom(
                    fact=name,
                    kind="from",
                    value=limits[index],
                    bit=reached[index],
                    weight=2 - 4 * tight,
                )
            if is_true(shape.known):
                for tight, index in enumerate(range(len(reached) - 1, len(past) - 1, -1)):
                    yield Atom(
                        fact=name,
                        kind="below",
                        value=limits[index],
                        bit=-reached[index],
                        weight=-4 * tight,
                    )
        case (int(yes), int(no)):
            if is_true(yes):
                yield Atom(fact=name, kind="yes", bit=yes, weight=5)
            elif is_true(no):
                yield Atom(fact=name, kind="no", bit=no, weight=1)
        case _:
            return


def situation(world: World, refuted: Iterable[Bit], case: list[Atom]) -> Core:
    """The fewest facts of a case that make it certain that ``refuted`` cannot hold, widened.

    ``refuted``: bits that the case contradicts all together.

    Raises: DoesNotReplay: it does not; ours.
    """
    given, local = list(refuted), world.local
    if local.holds(*given, *(each.bit for each in case)):
        raise DoesNotReplay("A case does not make certain what was found in it.")
    needed = local.core()
    case = [each for each in case if each.weight >= 0 or each.bit in needed]
    case = _without_tight(world, given, case)
    by_bit = {each.bit: each for each in case}
    spoilt: dict[Bit, Bit] = {}

    def note(bit: Bit) -> None:
        """Of a value that cannot be spared, remember another with which the rest is not certain."""
        if by_bit[bit].kind == "is":
            spoilt[bit] = _value_in(world, by_bit[bit])

    core = [by_bit[bit] for bit in local.least_core(given, list(by_bit), note)]
    wide: dict[str, tuple[str, ...]] = {}
    bits = {each: each.bit for each in core}
    for each in core:
        if each.kind == "is":
            others = [bits[other] for other in core if other is not each]
            wide[each.fact], bits[each] = _widened(
                world, [*given, *others], each, spoilt.get(each.bit)
            )
    told = [each for each in core if each.kind != "unknown"]
    return Core(
        when=_nodes(world, told, wide),
        unknown=tuple(each.fact for each in core if each.kind == "unknown"),
        bit=world.circuit.all(bits.values()),
    )


def _without_tight(world: World, given: list[Bit], case: list[Atom]) -> list[Atom]:
    """The case without bounds that are tighter than need be, the tightest left out first."""
    for weight in sorted({each.weight for each in case if each.weight < 0}):
        rest = [each for each in case if each.weight != weight]
        if not world.local.holds(*given, *(each.bit for each in rest)):
            case = rest
            continue
        for atom in [each for each in case if each.weight == weight]:
            rest = [each for each in case if each is not atom]
            if not world.local.holds(*given, *(each.bit for each in rest)):
                case = rest
    return case


def _widened(
    world: World, given: list[Bit], atom: Atom, spoilt: Bit | None
) -> tuple[tuple[str, ...], Bit]:
    """All the values of an enum with which the rest stays certain, and a bit for any of them.

    ``spoilt``: one with which it does not, if one is known.
    """
    shape, solver = world.facts.shapes[atom.fact], world.local
    assert isinstance(shape, Choice)
    told = world.circuit.some(shape.bits)
    alike = solver.alike(shape.bits, given)
    spoiling = set[Bit]() if spoilt is None else set(alike[spoilt])
    while solver.holds(*given, told, -atom.bit, *(-bit for bit in sorted(spoiling))):
        spoiling |= alike[_value_in(world, atom)]
    wide = [bit for bit in shape.bits if bit not in spoiling]
    classes = dict(zip(shape.bits, shape.classes, strict=True))
    return tuple(value for bit in wide for value in classes[bit]), world.circuit.some(wide)


def _value_in(world: World, atom: Atom) -> Bit:
    """The bit of the value that an enum has in the last case of ``local``."""
    shape = world.facts.shapes[atom.fact]
    assert isinstance(shape, Choice)
    return next(bit for bit in shape.bits if world.local.is_true(bit))


def _nodes(world: World, core: list[Atom], wide: dict[str, tuple[str, ...]]) -> Situation:
    """The conditions of a core, in the order in which the facts are declared."""
    order = world.order
    lacking: dict[str, list[str]] = {}
    found: list[tuple[int, Node]] = []
    for each in core:
        if each.kind == "lacks":
            lacking.setdefault(each.fact, []).extend(each.members)
        else:
            found.append((order.get(each.fact, len(order)), _node(world, each, wide)))
    for name, members in lacking.items():
        found.append((order[name], Not(HasAny(name, _ordered(world, name, members)))))
    return tuple(node for _, node in sorted(found, key=lambda each: each[0]))


def _node(world: World, atom: Atom, wide: dict[str, tuple[str, ...]]) -> Node:
    match atom.kind:
        case "is":
            return _one_of(world, atom.fact, wide[atom.fact])
        case "has":
            return HasAny(atom.fact, _ordered(world, atom.fact, atom.members))
        case "yes":
            return Flag(atom.fact)
        case "no":
            return Not(Flag(atom.fact))
        case "record":
            return world.facts.nodes[atom.fact]
        case "no_record":
            return Not(world.facts.nodes[atom.fact])
        case _:
            op = ">=" if atom.kind == "from" else "<"
            return Compare(op, FactTerm(atom.fact), Literal(_limit(world, atom.fact, atom.value)))


def _limit(world: World, name: str, value: int) -> int | date | datetime:
    kind = world.vocabulary.facts[name].type
    if kind == "count":
        return value
    return date.fromordinal(value) if kind == "date" else EPOCH + timedelta(microseconds=value)


def _ordered(world: World, name: str, members: Iterable[str]) -> tuple[str, ...]:
    wanted = set(members)
    return tuple(each for each in world.vocabulary.values_of(name) if each in wanted)


def _one_of(world: World, name: str, members: tuple[str, ...]) -> Node:
    """One of some values, said by those left out where they are fewer."""
    inside = _ordered(world, name, members)
    outside = _ordered(world, name, set(world.vocabulary.values_of(name)).difference(inside))
    if len(outside) < len(inside):
        return Not(In(FactTerm(name), members=outside))
    return In(FactTerm(name), members=inside)

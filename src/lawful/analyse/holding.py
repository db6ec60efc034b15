"""What can never be among facts, told to the solver: nothing that cannot be is a witness."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from lawful.analyse.circuit import TRUE, Bit, Circuit, Rails
from lawful.analyse.encoding import Encoder
from lawful.analyse.facts import Facts
from lawful.analyse.probes import Probes
from lawful.law.invariants import Invariant, on_day
from lawful.law.tree import Flag, Node
from lawful.law.vocabulary import Vocabulary


def tested_too(
    vocabulary: Vocabulary, about: str, tests: Probes, first: date | None
) -> Iterator[Node]:
    """What can never be among the facts that some conditions test: it tells their values apart as well."""
    for each in _held(vocabulary, about, first):
        if tests.facts.issuperset(each.facts) and each.order is None:
            yield each.never if first is None else on_day(each.never, first)


def hold_invariants(facts: Facts, encoder: Encoder, about: str, first: date | None) -> None:
    """Hold what always holds among the facts; ``first`` is the first day looked at."""
    for each in _held(facts.vocabulary, about, first):
        if facts.given.facts.keys() >= set(each.facts) or not facts.shapes.keys() >= set(
            each.facts
        ):
            continue  # what is given is as it is
        if each.order is not None:
            _hold_order(facts, *each.order)
            continue
        if each.implies is not None:
            _hold_implied(facts, encoder, *each.implies)
        node = each.never if first is None else on_day(each.never, first)
        yes, _ = encoder.node(node, _no_reference)
        if yes != TRUE:  # else it is given so
            for clause in _clauses(facts.circuit, (-yes,)):
                facts.circuit.hold(*clause)


def _held(vocabulary: Vocabulary, about: str, first: date | None) -> Iterator[Invariant]:
    """The invariants of such things; without a day those alone that ask for none."""
    for each in vocabulary.invariants_of[about]:
        if first is not None or on_day(each.never, date.min) == each.never:
            yield each


def _hold_implied(facts: Facts, encoder: Encoder, one: str, other: str) -> None:
    """Of two flags one follows from the other: neither is unknown where it does."""
    (one_yes, one_no), (other_yes, other_no) = (
        encoder.node(Flag(name), _no_reference) for name in (one, other)
    )
    facts.circuit.hold(-one_yes, other_yes)
    facts.circuit.hold(-other_no, one_no)


def _clauses(circuit: Circuit, bits: tuple[Bit, ...]) -> Iterator[tuple[Bit, ...]]:
    """*Some of these bits* as clauses over bits that are no gates: a solver takes up a clause by its bits."""
    for bit in bits:
        inputs = circuit.inputs.get(abs(bit))
        if inputs is not None:
            rest = tuple(each for each in bits if each != bit)
            if bit < 0:
                yield from _clauses(circuit, (*rest, *(-each for each in inputs)))
            else:
                for each in inputs:
                    yield from _clauses(circuit, (*rest, each))
            return
    yield bits


def _hold_order(facts: Facts, less: str, more: str) -> None:
    """Where both are known, one is at most the other: whatever limit the lesser reaches the other does not miss."""
    for limit in sorted({*_limits(facts, less), *_limits(facts, more)}):
        too_few = facts.at_least(more, limit)[1]
        facts.circuit.hold(-facts.at_least(less, limit)[0], -too_few)


def _limits(facts: Facts, name: str) -> tuple[int, ...]:
    shape = facts.shapes[name]
    limits: tuple[int, ...] = getattr(shape, "limits", ())
    return limits


def _no_reference(key: str) -> Rails:
    raise AssertionError(f"what can never be refers to {key}")

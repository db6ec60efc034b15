"""With every fact fixed, the solver gives what the oracle gives, for every rule, unknowns included."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice

import attrs
import pytest

from lawful.analyse.circuit import Circuit
from lawful.analyse.encoding import Encoder, NoEncoding, is_outcome
from lawful.analyse.facts import Facts
from lawful.analyse.probes import Probes, classes, cuts
from lawful.analyse.solver import Solver
from lawful.analyse.world import Moment, World, pinned, program_of
from lawful.decide.compiler import stops
from lawful.decide.decider import Decider
from lawful.law.book import Book
from lawful.law.invariants import find_contradictions, with_what_follows
from lawful.law.oracle import Kleene, Oracle
from lawful.law.thing import Thing
from lawful.law.tree import Node
from lawful.law.vocabulary import Vocabulary
from lawful.terms.outcomes import Outcome
from lawful.terms.values import SetValue
from lawful.testing.things import Things
from tests.decide.uses import USES, use
from tests.law.files import basis, rule, small_book

KLEENE = {(True, False): True, (False, True): False, (False, False): None}


def can_be(vocabulary: Vocabulary, thing: Thing) -> bool:
    """Does a generated thing keep the invariants, and say what follows from what it says?"""
    whole = with_what_follows(vocabulary, thing) == thing
    return whole and not [*find_contradictions(vocabulary, thing)]


def judged(
    decider: Decider, things: list[Thing]
) -> Iterator[tuple[Thing, World, dict[str, Kleene]]]:
    """Things with their world, all facts pinned, and the value of every node as the solver has it."""
    world = None
    program = None
    for thing in things:
        if program is not program_of(decider, thing):
            program = program_of(decider, thing)
            moment = Moment(book=decider.book, day=thing.day("UTC"))
            world = World((moment,), thing.about, programs=(program,), complete=False)
            side = world.side()
            rails = {key: side.read(key) for key in program.nodes if key[:4] != "def:"}
        assert world is not None
        if can_be(decider.book.vocabulary, thing):
            bits = pinned(world, thing, decider.records(thing))
            every = [abs(bit) for pair in rails.values() for bit in pair]
            assert world.holds(*bits)
            world.solver.true(every)
            found = {
                key: KLEENE[world.solver.is_true(yes), world.solver.is_true(no)]
                for key, (yes, no) in rails.items()
            }
            yield thing, world, found


@pytest.mark.parametrize("seed", range(4))
def test_every_rule_answers_as_the_oracle_says(book: Book, seed: int) -> None:
    decider, oracle = Decider(book), Oracle(book)
    seen: set[Kleene] = set()
    for batch in islice(Things(book, seed).batches(10), 12):
        for thing, _, found in judged(decider, list(batch.things)):
            for id_, one in oracle.judge(thing).items():
                assert found[f"app:{id_}"] is one.applies, id_
                assert found.get(f"vio:{id_}", False) is one.violated, id_
                seen.add(one.violated)
    assert seen == {True, False, None}


def test_every_outcome_is_the_deciders(book: Book) -> None:
    decider = Decider(book)
    seen: set[Outcome] = set()
    things = Things(book, 77)
    for facts in USES:
        batch = things.batch(use(book, facts), 16)
        for thing, world, _ in judged(decider, list(batch.things)):
            rules = [each for each in world.programs[0].rules if stops(each)]
            bad = world.side().bad(rules, covered=True)
            outcome = decider.decide(thing).outcome
            seen.add(outcome)
            bits = pinned(world, thing, decider.records(thing))
            for each in Outcome:
                can = world.holds(*bits, is_outcome(world.circuit, bad, each))
                assert can is (each is outcome)
    assert len(seen) == 4


def test_a_case_becomes_a_thing_that_decides_alike(book: Book) -> None:
    """From the solver to a thing and back: nothing is lost by classes and limits."""
    moment = Moment(book=book, day=date(2026, 11, 24))
    for complete in (True, False):
        world = World((moment,), "use", complete=complete)
        side = world.side()
        rails = {key: side.read(key) for key in world.programs[0].nodes if key[:4] != "def:"}
        wanted = [bit for key in sorted(rails)[::9] for bit in rails[key]]
        for bit in wanted:
            if world.holds(bit):
                thing = world.thing()
                values = moment.decider.values(moment.place(thing))
                for key in rails.keys() & values.keys():
                    value = values[key]
                    yes, no = rails[key]
                    assert KLEENE[world.solver.is_true(yes), world.solver.is_true(no)] is value


def test_values_that_no_condition_tells_apart_are_one_class(book: Book) -> None:
    found = classes(book.vocabulary, "recipient_region", [frozenset({"CN"}), frozenset({"US"})])
    assert {len(each) for each in found} >= {1}
    assert ("CN",) in found
    assert sum(len(each) for each in found) == len(book.vocabulary.values_of("recipient_region"))


def test_a_category_is_told_apart_by_what_is_above_it(book: Book) -> None:
    found = classes(book.vocabulary, "data", [frozenset({"health"})])
    health = next(each for each in found if "health" in each)
    assert set(health) == {"health"}


@pytest.mark.parametrize(
    ("op", "turns"), [("<", (5,)), (">=", (5,)), (">", (6,)), ("<=", (6,)), ("<>", (5, 6))]
)
def test_where_a_comparison_turns(op: str, turns: tuple[int, ...]) -> None:
    assert cuts(op, 5) == turns


@attrs.frozen
class Unheard(Node):
    """A kind of condition of a later version of the language."""

    name: str = "x"


def test_a_kind_of_condition_that_is_not_known_is_named(book: Book) -> None:
    circuit = Circuit()
    encoder = Encoder(circuit, Facts(circuit, book.vocabulary, Probes()))
    with pytest.raises(NoEncoding, match="Unheard"):
        encoder.node(Unheard(), lambda _: (1, -1))


def test_gates_fold_and_are_shared() -> None:
    circuit = Circuit()
    one, other = circuit.new(), circuit.new()
    assert circuit.all((one, other)) == circuit.all((other, one, 1))
    assert circuit.some((one, -one)) == 1
    assert circuit.all((one, -one)) == -1
    assert circuit.some((one, other)) == -circuit.all((-one, -other))


def test_a_core_is_least() -> None:
    circuit = Circuit()
    bits = [circuit.new() for _ in range(6)]
    circuit.hold(-bits[1], -bits[4])
    solver = Solver(circuit)
    assert set(solver.least_core([], bits)) == {bits[1], bits[4]}
    assert solver.holds(*bits[:4])
    assert all(solver.is_true(bit) for bit in bits[:4])


def test_a_set_may_be_partly_known() -> None:
    book = small_book(
        rule("has_any(data, 'health')", requires="has_all(told, 'purpose', 'method')")
        + basis("has_any(lawful_bases, 'consent')")
    )
    decider = Decider(book)
    thing = Thing(
        about="use",
        at=Moment(book=book, day=date(2026, 1, 1)).at,
        values={
            "data": SetValue(frozenset({"contact"}), frozenset({"health"})),
            "told": SetValue(frozenset({"purpose"})),
        },
    )
    for _, _, found in judged(decider, [thing]):
        assert found["vio:xx.act.1.a"] is decider.values(thing)["vio:xx.act.1.a"] is None


@pytest.mark.parametrize("complete", [True, False])
def test_every_value_of_an_enum_gives_what_is_written(complete: bool) -> None:
    """Few values, most, none: where all is known a condition is one bit, whichever side is shorter."""
    tests = {
        "few": "purpose IN ('marketing', 'security')",
        "most": "purpose NOT IN ('marketing', 'security', 'fraud_prevention')",
        "one": "purpose = 'security'",
    }
    book = small_book("".join(rule(text, name=name) for name, text in tests.items()))
    world = World((Moment(book=book, day=date(2026, 11, 24)),), "use", complete=complete)
    side = world.side()
    applies = {name: side.read(f"app:xx.act.1.{name}") for name in tests}
    for value in book.vocabulary.values_of("purpose"):
        bits = world.facts.bits_of("purpose", value)
        wanted = {
            "few": value in ("marketing", "security"),
            "most": value not in ("marketing", "security", "fraud_prevention"),
            "one": value == "security",
        }
        for name, (yes, no) in applies.items():
            assert world.holds(*bits, yes) is wanted[name]
            assert not world.holds(*bits, no) or not wanted[name]

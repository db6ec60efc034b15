"""The two machines that walk a sieve's steps: alike on every value, and safe whatever Python code does meanwhile."""

from __future__ import annotations

import gc
import random
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from time import sleep
from types import MappingProxyType
from typing import Any

import attrs
import pytest

from lawful.decide.compiler import Compiled, compile_program
from lawful.decide.decider import Decider
from lawful.decide.partial import specialise
from lawful.decide.sieve import steps as s
from lawful.decide.sieve.layout import Layout
from lawful.decide.sieve.machines import AGAIN, Sieve
from lawful.decide.sieve.plan import Plan, plan
from lawful.decide.sieve.steps import Steps
from lawful.decide.sieve.walk import Records, positions, walk
from lawful.decide.sieve.write import steps_of
from lawful.law.book import Book, build_book
from lawful.law.oracle import Kleene
from lawful.law.thing import Thing
from lawful.law.tree import TRUE
from lawful.terms.values import NEVER_ON, SetValue, set_of
from lawful.testing.growing import grown
from lawful.testing.traffic import AT, Traffic
from tests.law.files import basis, rule, rulebook_files, small_book

ODD = (
    None, True, False, 0, 1, -1, 10**30, "", "CN", "no such value", date(2020, 2, 29), NEVER_ON,
    datetime(2020, 2, 29, tzinfo=UTC), SetValue(), set_of(["CN"]), set_of([], ["CN", "DE"]), set_of(["never heard of"]),
)  # fmt: skip
NO_RECORDS: dict[str, Kleene] = {}


def hardened(compiled: Compiled) -> Sieve:
    assert compiled.sieve.harden()
    return compiled.sieve


def native(sieve: Sieve, facts: dict[str, Any], records: Records) -> bytes:
    assert sieve.native is not None
    return sieve.native(sieve.plan, facts, records)


def walked(sieve: Sieve, facts: dict[str, Any], records: Records) -> object:
    """What both machines give; where one raises, the other does."""
    found: list[object] = []
    for machine in (walk, native):
        what: Any = sieve.steps if machine is walk else sieve
        try:
            found.append(machine(what, facts, records))
        except (TypeError, AttributeError, AssertionError) as error:
            found.append("type" if isinstance(error, TypeError) else "no set")
    assert found[0] == found[1]
    return found[0]


def test_both_walk_alike_on_odd_values(book: Book) -> None:
    """Values of the wrong kind too, which no door lets in; whatever the states are."""
    chance, decider, answered = random.Random(7), Decider(book), 0
    for use in Traffic(book, 7).uniform(60):
        sieve = hardened(decider.compiled(use))
        names = [each.name for each in sieve.steps.slots]
        for odd in (0, 0, 1, 3):
            facts = {
                **use.values,
                **{each: chance.choice(ODD) for each in chance.sample(names, odd)},
            }
            for name in chance.sample(names, 20):
                facts.pop(name, None)
            states = {each: chance.choice([True, False, None]) for each in sieve.steps.states}
            found = walked(sieve, facts, states)
            answered += isinstance(found, bytes)
            assert odd or isinstance(found, bytes)
    assert answered > 120


@pytest.mark.parametrize("kind", ["realistic", "uniform"])
def test_both_walk_alike_in_a_large_book(kind: str) -> None:
    decider = Decider(build_book(grown(rulebook_files(), 300)))
    for use in getattr(Traffic(decider.book, 5), kind)(60):
        decision = decider.decide(use)
        sieve = hardened(decision.compiled)
        assert isinstance(walked(sieve, dict(use.values), decision.records), bytes)


def test_more_values_than_a_word_has_bits(book: Book) -> None:
    """Codes beyond the 64th, of enums and of sets, named in tables only, in steps only, and in both."""
    regions = list(book.vocabulary.lists["regions"])[:150]
    several = [regions[n : n + 30] for n in range(0, 150, 15)]
    quoted = [", ".join(f"'{each}'" for each in some) for some in several]
    entries = "".join(
        rule(f"subject_located_in IN ({some}) AND has_any(stored_in, {some})", name=f"a{n}")
        + rule(f"subject_located_in IN ({some}) OR has_any(stored_in, {some})", name=f"b{n}")
        + rule(f"NOT (recipient_region IN ({some})) AND ciio", name=f"c{n}")
        for n, some in enumerate(quoted)
    )
    decider, chance = Decider(small_book(entries)), random.Random(3)
    for _ in range(300):
        values = {
            "subject_located_in": chance.choice([None, *regions]),
            "recipient_region": chance.choice([None, *regions]),
            "stored_in": set_of(chance.sample(regions, 3), chance.sample(regions, 1)[:0]),
            "ciio": chance.choice([True, False, None]),
        }
        decision = decider.decide(Thing(about="use", at=AT, values=values))
        assert isinstance(walked(hardened(decision.compiled), values, NO_RECORDS), bytes)
        assert decision.ruling == decider.decision(decision.values)


def test_a_value_that_only_a_fact_put_in_has_named() -> None:
    """No test names CN, until the recipient's region is put into *the same as the recipient's*."""
    entries = [
        rule(f"subject_located_in {op} recipient_region", name=f"a{n}", requires="FALSE")
        for n, op in enumerate(("=", "<>") * 8)
    ]
    entries.append(rule("subject_located_in IN ('DE', 'FR')", name="b", requires="FALSE"))
    whole = Decider(small_book("".join(entries))).program("use", AT)
    part = specialise(whole, {"recipient_region": "CN"})
    keys = [f"vio:{each.id}" for each in part.rules]
    sieve = Sieve(steps_of(part, plan(part, keys)))
    assert sieve.harden()
    for place in ("CN", "DE", "US", None):
        values = compile_program(part)
        found = walked(sieve, {"subject_located_in": place}, NO_RECORDS)
        assert isinstance(found, bytes)
        full = dict(zip(values.keys, values.run({"subject_located_in": place}, {}), strict=True))
        expected = [n if full[key] else ~n for n, key in enumerate(keys) if full[key] is not False]
        assert [n for n in positions(found) if max(n, ~n) < len(keys)] == expected


@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 128])
def test_any_number_of_rules(count: int) -> None:
    entries = "".join(rule("ciio", name=f"a{n}", requires="FALSE") for n in range(count))
    compiled = Decider(small_book(entries or basis("ciio"))).compiled(Thing(about="use", at=AT))
    for ciio, left in ((True, list(range(count))), (None, [~n for n in range(count)]), (False, [])):
        found = walked(hardened(compiled), {"ciio": ciio}, NO_RECORDS)
        assert isinstance(found, bytes)
        of_rules = [n for n in positions(found) if max(n, ~n) < count]
        assert of_rules == left


def test_no_rule_at_all_leaves_nothing(asking: Compiled) -> None:
    program = attrs.evolve(asking.program, nodes={"covered": TRUE})
    empty = Sieve(steps_of(program, plan(program, [])))
    assert empty.harden()
    for _ in range(1000):
        assert walked(empty, {}, NO_RECORDS) == b""


def test_a_kind_that_came_often_is_decided_by_machine_code(book: Book) -> None:
    decider, thing = Decider(book), Thing(about="use", at=AT, values={"operation": "collect"})
    hardened(Decider(book).compiled(thing))  # some kind has it, so the library is there
    first = decider.decide(thing).ruling
    for _ in range(AGAIN):
        assert decider.decide(thing).ruling == first
    assert decider.compiled(thing).sieve.native is not None
    assert decider.decide(thing).ruling == first
    read_only = attrs.evolve(thing, values=MappingProxyType(dict(thing.values)))
    assert decider.decide(read_only).ruling == first


class Told:
    """States that a test tells, and what it does when one is asked for."""

    def __init__(self, act: Callable[[str], Kleene]) -> None:
        self.get = act


@pytest.fixture
def asking() -> Compiled:
    """Two rules: the first asks for its record, the second reads more facts after that."""
    book = small_book(
        rule("consent_given", name="a", requires="fulfilled")
        + rule("monitors_behaviour", name="b", requires="purpose IN ('research')")
        + rule("birth_date > DATE '2010-01-01'", name="c", requires="FALSE")
    )
    return Decider(book).compiled(Thing(about="use", at=AT))


def facts_of(compiled: Compiled) -> dict[str, Any]:
    return {
        "consent_given": True,
        "monitors_behaviour": True,
        "purpose": "".join(["mark", "eting"]),
        "birth_date": date(2011, 2, 3),
    }


def test_what_a_state_raises_is_raised(asking: Compiled) -> None:
    def refuse(key: str) -> Kleene:
        raise LookupError(key)

    sieve, facts = hardened(asking), facts_of(asking)
    counts = [sys.getrefcount(each) for each in facts.values()]
    for _ in range(50):
        with pytest.raises(LookupError, match=r"xx\.act\.1\.a"):
            native(sieve, facts, Told(refuse))
    assert [sys.getrefcount(each) for each in facts.values()] == counts


def test_nothing_is_held_afterwards(asking: Compiled) -> None:
    sieve, facts = hardened(asking), facts_of(asking)
    told = Told(lambda _: None)
    native(sieve, facts, told)
    counts = [sys.getrefcount(each) for each in (*facts.values(), None, True)]
    blocks = sys.getallocatedblocks()
    for _ in range(20_000):
        native(sieve, facts, told)
    after = [sys.getrefcount(each) for each in (*facts.values(), None, True)]
    assert all(abs(a - b) < 50 for a, b in zip(after, counts, strict=True))
    assert sys.getallocatedblocks() - blocks < 2000


def test_facts_that_go_away_meanwhile_do_no_harm(asking: Compiled) -> None:
    """Nobody may change a thing's facts; if somebody does, nothing worse than a wrong answer comes of it."""
    sieve = hardened(asking)

    for _ in range(200):
        facts = facts_of(asking)

        def wipe(key: str, facts: dict[str, Any] = facts) -> Kleene:
            facts.clear()
            gc.collect(0)
            [bytes(100) for _ in range(100)]
            return None

        assert positions(native(sieve, facts, Told(wipe)))


def test_threads_walk_at_once(asking: Compiled) -> None:
    sieve = hardened(asking)
    expected = walk(sieve.steps, facts_of(asking), NO_RECORDS)

    def slow(key: str) -> Kleene:
        sleep(0.0005)
        return None

    def many(_: int) -> set[bytes]:
        return {native(sieve, facts_of(asking), Told(slow)) for _ in range(100)}

    with ThreadPoolExecutor(8) as pool:
        assert set().union(*pool.map(many, range(8))) == {expected}


def test_without_a_place_for_machine_code_uses_are_decided_in_plain_python(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(steps: Steps) -> Layout:
        raise RuntimeError("no locator available")

    monkeypatch.setattr("lawful.decide.sieve.layout.Layout", refuse)
    monkeypatch.setattr(Sieve, "unavailable", False)
    decider, uses = Decider(book), Traffic(book, 3).realistic(40)
    found = [decider.decide(each).ruling for each in uses]
    with pytest.warns(RuntimeWarning, match="without machine code: no locator") as told:
        assert decider.harden() == 0
    assert len(told) == 1
    assert [decider.decide(each).ruling for each in uses] == found


def test_more_rules_than_it_has_numbers_for_are_refused(asking: Compiled) -> None:
    with pytest.raises(OverflowError, match="more rules"):
        steps_of(asking.program, Plan(("vio:x",) * (1 << 15), (), ()))
    for a, b, target in ((1 << 18, 0, 0), (0, 1 << 17, 0), (0, 0, 1 << 20)):
        with pytest.raises(OverflowError, match="more steps"):
            s.packed(s.CODED, a, b, True, target, 0)
    word = s.packed(s.MEMBER, (1 << 18) - 1, (1 << 17) - 1, True, (1 << 20) - 1, 7)
    assert 0 < word < 1 << 63
    assert word >> s.TARGET == (1 << 20) - 1

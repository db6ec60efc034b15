"""What a solver says of bits besides whether they hold: which are alike, which cannot be spared."""

from __future__ import annotations

from lawful.analyse.circuit import Circuit
from lawful.analyse.solver import Solver


def chosen(circuit: Circuit, count: int) -> list[int]:
    bits = [circuit.new() for _ in range(count)]
    circuit.at_most_one(bits)
    circuit.hold(*bits)
    return bits


def test_values_are_alike_where_nothing_taken_up_tells_them_apart() -> None:
    circuit = Circuit()
    a, b, c, d, e = bits = chosen(circuit, 5)
    solver = Solver(circuit)
    other = circuit.new()
    question = circuit.all((circuit.some((a, b, c)), other))
    assert solver.holds(question)
    alike = solver.alike(bits, ())
    assert alike[a] == {a, b, c}
    assert alike[d] == {d, e}


def test_a_test_taken_up_later_tells_them_apart() -> None:
    circuit = Circuit()
    a, b, c, d, _ = bits = chosen(circuit, 5)
    solver = Solver(circuit)
    assert solver.holds(circuit.some((a, b, c)))
    assert solver.alike(bits, ())[a] == {a, b, c}
    assert solver.holds(circuit.some((b, c, d)), circuit.new())
    alike = solver.alike(bits, ())
    assert [alike[each] for each in (a, b, d)] == [{a}, {b, c}, {d}]


def test_what_must_hold_and_what_is_asked_tell_them_apart() -> None:
    circuit = Circuit()
    a, b, c, d, e = bits = chosen(circuit, 5)
    solver = Solver(circuit)
    question = circuit.some((a, b, c, d))
    assert solver.holds(question)
    assert solver.alike(bits, (-b,))[a] == {a, c, d}
    circuit.hold(-c, circuit.new())  # not asked about since: known nevertheless
    assert solver.alike(bits, (-b,))[a] == {a, d}
    circuit.hold(a, d)  # of two of them one: more than that one of all holds
    alike = solver.alike(bits, ())
    assert (alike[a], alike[d], alike[e]) == ({a}, {d}, {e})


def test_each_that_cannot_be_spared_is_told_with_a_case_without_it() -> None:
    circuit = Circuit()
    bits = [circuit.new() for _ in range(4)]
    solver = Solver(circuit)
    refused = -circuit.all(bits[1:3])
    without: dict[int, list[bool]] = {}

    def needed(bit: int) -> None:
        without[bit] = [solver.is_true(each) for each in bits[1:3]]

    assert solver.least_core([refused], bits, needed) == bits[1:3]
    assert without == {bits[1]: [False, True], bits[2]: [True, False]}

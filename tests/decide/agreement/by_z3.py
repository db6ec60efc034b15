"""The law in Z3 on two rails, written from the tree alone: an opinion that shares no code with ours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import z3

from lawful.law.oracle import Kleene
from lawful.law.thing import Thing
from lawful.law.tree import (
    And,
    Beside,
    Compare,
    Const,
    Doubted,
    FactTerm,
    Flag,
    HasAll,
    HasAny,
    In,
    Literal,
    Lookup,
    Node,
    Not,
    Or,
    Presumed,
    PresumedTerm,
    Ref,
    Term,
)
from lawful.terms.values import SetValue
from tests.decide.agreement.backends import Answers, columns
from tests.decide.agreement.matter import Matter

Rails = tuple[Any, Any]


class Z3Law:
    """A program as Boolean equations: each node's *true* and *false*; facts are free."""

    def __init__(self, matter: Matter) -> None:
        self.matter = matter
        self.solver = z3.Solver()
        self.texts: dict[str, int] = {}
        self.flags: dict[str, Rails] = {}
        self.members: dict[tuple[str, str], Rails] = {}
        self.numbers: dict[str, Rails] = {}
        for key, node in matter.program.nodes.items():
            both = self._named(f"node {key}")
            for name, text in zip(both, self.rails(node), strict=True):
                self.solver.add(name == text)

    def _named(self, name: str) -> Rails:
        return z3.Bool(f"{name} true"), z3.Bool(f"{name} false")

    def _flag(self, name: str) -> Rails:
        return self.flags.setdefault(name, self._named(f"fact {name}"))

    def _member(self, fact: str, member: str) -> Rails:
        return self.members.setdefault((fact, member), self._named(f"set {fact} {member}"))

    def rails(self, node: Node) -> Rails:
        match node:
            case Const(value):
                return z3.BoolVal(value is True), z3.BoolVal(value is False)
            case Ref(key):
                return self._named(f"node {key}")
            case And(items):
                both = [self.rails(each) for each in items]
                return z3.And([true for true, _ in both]), z3.Or([false for _, false in both])
            case Or(items):
                both = [self.rails(each) for each in items]
                return z3.Or([true for true, _ in both]), z3.And([false for _, false in both])
            case Not(item):
                true, false = self.rails(item)
                return false, true
            case Doubted(item):
                return z3.BoolVal(False), self.rails(item)[1]
            case Beside():
                return self._flag(f"beside {node.key}")
            case Flag(name):
                return self._flag(name)
            case Presumed(item, value):
                true, false = self.rails(item)
                return (z3.Not(false), false) if value else (true, z3.Not(true))
            case HasAny(fact, members):
                both = [self._member(fact, each) for each in ("", *members)]
                some = z3.Or([true for true, _ in both[1:]])
                return some, z3.And([false for _, false in both])
            case HasAll(fact, members):
                return self.rails(And(tuple(HasAny(fact, (each,)) for each in members)))
            case In(left, members):
                value, known = self.term(left)
                test = z3.Or([value == self._number(each) for each in members])
                return z3.And(known, test), z3.And(known, z3.Not(test))
            case Compare(op, left, right):
                (one, known), (other, known_too) = self.term(left), self.term(right)
                test = _compare(op, one, other)
                both_known = z3.And(known, known_too)
                return z3.And(both_known, test), z3.And(both_known, z3.Not(test))
        raise TypeError(type(node).__name__)

    def term(self, term: Term) -> Rails:
        match term:
            case Literal(value):
                return z3.IntVal(self._number(value)), z3.BoolVal(True)
            case FactTerm(name):
                made = z3.Int(f"fact {name}"), z3.Bool(f"fact {name} known")
                return self.numbers.setdefault(name, made)
            case PresumedTerm(name, value):
                found, known = self.term(FactTerm(name))
                return z3.If(known, found, self._number(value)), z3.BoolVal(True)
            case Lookup(key, table):
                region, known = self.term(FactTerm(key))
                value: Any = z3.IntVal(0)
                for each, number in table:
                    value = z3.If(region == self._number(each), self._number(number), value)
                there = z3.Or([region == self._number(each) for each, _ in table])
                return value, z3.And(known, there)
        raise TypeError(type(term).__name__)

    def _number(self, value: object) -> int:
        match value:
            case str():
                return self.texts.setdefault(value, len(self.texts))
            case datetime():
                return int(value.timestamp()) * 1_000_000 + value.microsecond
            case date():
                return value.toordinal()
            case int():
                return value
        raise TypeError(type(value).__name__)

    def decide(self, thing: Thing, records: Mapping[str, Kleene]) -> dict[str, Kleene]:
        """The value of every node for one thing."""
        self.solver.push()
        for name, both in self.flags.items():
            beside = name.startswith("beside ")
            value = records.get(name[7:]) if beside else thing.values.get(name)
            self.solver.add(both[0] == (value is True), both[1] == (value is False))
        for (fact, member), both in self.members.items():
            held = _held(thing.values.get(fact), member)
            self.solver.add(both[0] == (held is True), both[1] == (held is False))
        for name, (number, known) in self.numbers.items():
            value = thing.values.get(name)
            self.solver.add(known == (value is not None))
            if value is not None:
                self.solver.add(number == self._number(value))
        assert self.solver.check() == z3.sat
        model = self.solver.model()
        found = {
            key: _value(model, self._named(f"node {key}")) for key in self.matter.program.nodes
        }
        self.solver.pop()
        return found


def _compare(op: str, one: Any, other: Any) -> Any:
    return {
        "=": one == other,
        "<>": one != other,
        "<": one < other,
        "<=": one <= other,
        ">": one > other,
        ">=": one >= other,
    }[op]


def _held(value: object, member: str) -> Kleene:
    """Whether a member is in a set; the empty name asks if the set is known: never true, false if it is."""
    if not isinstance(value, SetValue):
        return None
    if not member:
        return False
    return True if member in value.members else None if member in value.unknown else False


def _value(model: Any, rails: Rails) -> Kleene:
    true, false = (z3.is_true(model.eval(each, model_completion=True)) for each in rails)
    assert not (true and false)
    return True if true else False if false else None


def by_z3(matter: Matter) -> Answers:
    """Every node of a batch, as Z3 has it."""
    law = Z3Law(matter)
    things = matter.batch.things
    return columns(dict(law.decide(each, matter.records_of(each))) for each in things)

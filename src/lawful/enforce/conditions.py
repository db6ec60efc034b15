"""From a use to what its data subjects get: the decision of each observed vector of live facts.

Three steps for each vector: the row (the use with the subject key alone), each column by its categories,
then the columns given, jointly. A column that the purpose does not need is never given as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from lawful.decide.compiler import Compiled, compile_program
from lawful.decide.decider import Decider
from lawful.decide.encoding import Codes, decode, encode, tested, vector_of
from lawful.decide.partial import specialise
from lawful.decide.program import Program
from lawful.decide.sql import FactSql
from lawful.decide.verdicts import NOT_COVERED, Categories, Verdict, verdict_of
from lawful.law.oracle import Kleene
from lawful.law.thing import Thing
from lawful.law.vocabulary import Vocabulary
from lawful.terms.outcomes import Outcome
from lawful.terms.values import SetValue, Value

PER_COLUMN = ("data", "needed_for_purpose")


class Conditions:
    """The decisions of one use over one population, all facts fixed but the live ones."""

    def __init__(self, decider: Decider, thing: Thing, live: Iterable[str]) -> None:
        self.decider, self.thing = decider, thing
        self.live = frozenset(live)
        vocabulary = decider.book.vocabulary
        fixed: dict[str, Value | None] = {
            fact.name: thing.values.get(fact.name)
            for fact in vocabulary.facts_of("use")
            if fact.name not in self.live and fact.name not in PER_COLUMN
        }
        records = decider.records(thing)
        self.program: Program = specialise(
            decider.program("use", thing.at, thing.on), fixed, records.get
        )
        self._compiled: Compiled = compile_program(self.program)
        self._records: Mapping[str, Kleene] = records
        self._cache: dict[
            tuple[frozenset[tuple[str, Value | None]], Categories], tuple[Outcome, str]
        ] = {}

    @property
    def vocabulary(self) -> Vocabulary:
        """The facts of the book."""
        return self.decider.book.vocabulary

    def asked(self) -> frozenset[str]:
        """The live facts that some rule still tests."""
        return frozenset(tested(self.program)) & self.live

    def codes(self, facts: Mapping[str, FactSql], dialect: str) -> tuple[Codes, ...]:
        """How the live facts are coded for this use."""
        return encode(
            self.program,
            self.vocabulary,
            {name: sql for name, sql in facts.items() if name in self.live},
            dialect,
        )

    def decide(
        self, live: Mapping[str, Value | None], categories: Categories
    ) -> tuple[Outcome, str]:
        """The outcome of the use with some categories of data, and the deciding rule (or *not covered*)."""
        key = (frozenset(live.items()), categories)
        if key not in self._cache:
            data = self.vocabulary.close("data", SetValue(categories))
            facts = {**live, "data": data, "needed_for_purpose": True}
            found = self._compiled.ruling(facts, self._records)
            deciding = found.deciding or ("" if found.covered else NOT_COVERED)
            self._cache[key] = (found.outcome, deciding)
        return self._cache[key]

    def unneeded(self, live: Mapping[str, Value | None], categories: Categories) -> str:
        """The rule that keeps back a column which the purpose does not need; empty if none does."""
        data = self.vocabulary.close("data", SetValue(categories))
        facts = {**live, "data": data, "needed_for_purpose": False}
        return self._compiled.ruling(facts, self._records).deciding or ""

    def verdict(
        self, live: Mapping[str, Value | None], key: Categories, columns: tuple[Categories, ...]
    ) -> Verdict:
        """Row, columns, then jointly."""
        return verdict_of(partial(self.decide, live), key, columns)


def verdicts(
    conditions: Conditions,
    codes: tuple[Codes, ...],
    numbers: Iterable[int],
    key: Categories,
    columns: tuple[Categories, ...],
) -> dict[int, Verdict]:
    """The verdict of each observed vector, by its integer."""
    return {
        number: conditions.verdict(decode(codes, vector_of(codes, number)), key, columns)
        for number in numbers
    }

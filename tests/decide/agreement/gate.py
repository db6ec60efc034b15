"""Runs batches through every way of deciding, compares, counts and shrinks."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator

import attrs
import duckdb

from lawful.decide.decider import Decider
from lawful.law.book import Book
from lawful.law.examples import possible_answers
from lawful.law.model import Entry, Kind
from lawful.law.thing import Thing
from lawful.law.tree import (
    And,
    Compare,
    Const,
    Cutoff,
    In,
    Literal,
    Node,
    Not,
    Or,
    Presumed,
    PresumedTerm,
    ReadingIs,
)
from lawful.terms.ids import RuleId
from lawful.terms.values import SetValue, Value
from lawful.testing.things import Batch
from tests.decide.agreement import backends
from tests.decide.agreement.backends import Answers, Residual
from tests.decide.agreement.matter import Matter
from tests.decide.agreement.raw import Raw, words

ENOUGH = 50
_SAID = {True: "true", False: "false", None: "unknown"}


@attrs.frozen(kw_only=True)
class Disagreement:
    """One cell on which a way of deciding differs from the oracle."""

    way: str
    key: str
    expected: object
    found: object
    thing: Thing


def reachable(book: Book, entry: Entry) -> tuple[str, ...]:
    """The answers that an entry can give under the readings chosen: one that another reading needs applies never.

    A definition that presumes all that it tests is unknown outside its dates only, which are not counted.
    """
    asked = [node for line in entry.when for node in (line.node,) if isinstance(node, ReadingIs)]
    if not all(book.readings[each.reading] == each.option for each in asked):
        return ("not_applicable",)
    answers = possible_answers(entry)
    if entry.kind is Kind.DEFINITION and all(_certain(line.node) for line in entry.when):
        return tuple(each for each in answers if each != "unknown")
    return answers


def _certain(node: Node) -> bool:
    """Is a condition never unknown, whatever nobody knows?"""
    match node:
        case And(items) | Or(items):
            return all(map(_certain, items))
        case Not(item):
            return _certain(item)
        case Const(value):
            return value is not None
        case In(PresumedTerm(), _, listed):
            return not listed
        case Compare(_, PresumedTerm(), Literal() | Cutoff(table="")):
            return True
        case _:
            return isinstance(node, (Presumed, ReadingIs))


class Gate:
    """Decides each batch in every way; counts cells and the answers that each entry gave."""

    def __init__(self, book: Book) -> None:
        self.book, self.decider = book, Decider(book)
        self.con = duckdb.connect()
        self.con.execute("SET threads = 1")
        self.con.execute("PRAGMA disable_optimizer")  # planning takes longer than 400 rows do
        words(self.con)
        self.lite = sqlite3.connect(":memory:")
        self.cells: Counter[str] = Counter()
        self.answers: Counter[tuple[str, str]] = Counter()
        self.situations: dict[tuple[str, str], set[int]] = {}
        self.nulls = 0
        self.round = 0

    def close(self) -> None:
        self.con.close()
        self.lite.close()

    def run(self, batch: Batch) -> Iterator[Disagreement]:
        """Every disagreement of a batch."""
        matter = Matter(self.decider, batch)
        expected = backends.by_oracle(matter)
        self._count(matter, expected)
        for way, found in self._ways(matter):
            yield from self._compare(batch, expected, way, found)

    def _ways(self, matter: Matter) -> Iterator[tuple[str, Answers]]:
        self.round += 1
        residual = Residual(matter)
        yield "evaluate", backends.by_evaluate(matter)
        yield "function", backends.by_function(matter)
        yield "duckdb", backends.by_duckdb(self.con, residual)
        some = residual.keys[self.round % min(41, len(residual.keys) or 1) :: 41]
        if some:
            yield "duckdb, written out", backends.by_duckdb_written_out(self.con, residual, some)
        yield "sqlite", backends.by_sqlite(self.lite, residual)
        yield "batch", backends.by_batch(matter)
        yield "table", backends.by_table(self.con, residual)
        yield "texts", Raw(self.con, matter).answers()

    def _compare(
        self, batch: Batch, expected: Answers, way: str, found: Answers
    ) -> Iterator[Disagreement]:
        entries = {key for key in expected if key.startswith(("app:", "vio:"))}
        if way != "duckdb, written out":
            assert entries <= set(found), f"{way} does not decide every entry"
        for key in sorted(set(found) & set(expected)):
            values = found[key]
            if key == "covered":
                values = [each is True for each in values]
            self.cells[way] += len(values) if key.startswith("app:") else 0
            for thing, one, other in zip(batch.things, expected[key], values, strict=True):
                if one != other:
                    yield Disagreement(way=way, key=key, expected=one, found=other, thing=thing)

    def _count(self, matter: Matter, expected: Answers) -> None:
        for key, values in expected.items():
            kind, _, name = key.partition(":")
            if kind == "answer":
                self.cells["oracle"] += len(values)
                self.nulls += values.count("undetermined")
                self._note(matter, self.book.entries[RuleId(name)], map(str, values))
            if kind == "def":
                live = self._definition(matter.batch, name)
                if live is not None:
                    said = [_SAID[each] for each in values if each in (True, False, None)]
                    self._note(matter, live, said)

    def _note(self, matter: Matter, entry: Entry, said: Iterable[str]) -> None:
        """Count an entry's answers, and up to ``ENOUGH`` the different situations they were given in."""
        names, around = matter.rests_on(entry)
        for thing, answer in zip(matter.batch.things, said, strict=True):
            self.answers[entry.id, answer] += 1
            situations = self.situations.setdefault((entry.id, answer), set())
            if len(situations) < ENOUGH:
                situations.add(hash((around, *(thing.values.get(name) for name in names))))

    def _definition(self, batch: Batch, name: str) -> Entry | None:
        """The definition of the day, where it is about this kind of thing."""
        court = backends.Court(self.book, batch.base)
        found = (each for each in self.book.definitions[name] if court.in_force(each))
        return next((each for each in found if each.about == batch.base.about), None)

    def lacking(self, times: int) -> list[tuple[Entry, str]]:
        """Answers that an entry can give and gave fewer times."""
        return [
            (entry, answer)
            for entry in self.book.entries.values()
            for answer in reachable(self.book, entry)
            if self.answers[entry.id, answer] < times
        ]

    def shrink(self, found: Disagreement) -> str:
        """A failing example: the row with every fact taken away that the disagreement can spare."""
        thing = found.thing
        for name in sorted(thing.values):
            less = attrs.evolve(thing, values={k: v for k, v in thing.values.items() if k != name})
            if self._persists(found, less):
                thing = less
        return as_example(found, thing, self.book)

    def _persists(self, found: Disagreement, thing: Thing) -> bool:
        batch = Batch(base=thing, fixed={}, things=(thing,))
        again = Gate(self.book)
        try:
            return any((each.way, each.key) == (found.way, found.key) for each in again.run(batch))
        finally:
            again.close()


def as_example(found: Disagreement, thing: Thing, book: Book) -> str:
    """The text of an examples file for a disagreement."""
    rule = found.key.partition(":")[2]
    moment = f"on = {thing.on}" if thing.on else f'at = "{thing.at.isoformat()}"'
    facts = [
        f"{name} = {_toml(value)}"
        for name, value in sorted(thing.values.items())
        if value is not None
    ]
    records = [f'"fulfilled:{each.rule}" = true' for each in thing.records]
    entry = book.entries.get(RuleId(rule))
    kind = entry.kind.value if entry and entry.kind is not Kind.DEFINITION else "definition"
    body = "\n".join([f'rule = "{rule}"', "[base]", moment, *facts, *records])
    return (
        f"{found.way} says {found.found}, the oracle {found.expected} ({found.key}, a {kind}):\n\n"
        f"```toml\n{body}\n```\n\n| except that | expect | because |\n|---|---|---|\n"
        f"| | {found.expected} | {found.way} disagrees |\n"
    )


def _toml(value: Value) -> str:
    match value:
        case bool():
            return str(value).lower()
        case SetValue(members, unknown):
            return str([*sorted(members), *(f"?{each}" for each in sorted(unknown))])
        case int():
            return str(value)
        case _:
            return f'"{value}"'

"""The rulebook's own texts, run by DuckDB: no parser, tree or printer of ours comes between.

The words of the language are macros; facts and parameters are columns; definitions and entries
become columns layer by layer. Only AND, OR, NOT, brackets and the books' dates are put between the
texts as the law puts them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter
from typing import ClassVar

import duckdb

from lawful.decide.sql import quoted
from lawful.law.book import Book
from lawful.law.model import Entry, Kind, Line, Parameter
from lawful.law.oracle import Court
from lawful.law.records import latest, recorded
from lawful.law.tree import (
    IN_TIME,
    AnyOf,
    Cutoff,
    HasAny,
    In,
    Number,
    Recorded,
    facts_in,
    terms,
    walk,
)
from tests.decide.agreement.backends import Answers, load, transposed
from tests.decide.agreement.matter import Matter

ARITY = 40
SET = "STRUCT(members VARCHAR[], unknown VARCHAR[])"
TYPES = {
    "flag": "BOOLEAN",
    "enum": "VARCHAR",
    "count": "BIGINT",
    "date": "DATE",
    "instant": "TIMESTAMPTZ",
    "set": SET,
}


def words(con: duckdb.DuckDBPyConnection) -> None:
    """The language's words as macros."""
    con.execute("SET TimeZone = 'UTC'")
    con.execute(f"CREATE MACRO has_any {', '.join(_has_any(n) for n in range(1, ARITY + 1))}")
    con.execute(f"CREATE MACRO has_all {', '.join(_has_all(n) for n in range(1, ARITY + 1))}")
    con.execute("CREATE MACRO cutoff(n) AS CAST(getvariable('today') - to_years(n) AS DATE)")
    con.execute("CREATE MACRO reading(x) AS getvariable('readings')[x]")
    con.execute("CREATE MACRO fulfilled(x) AS getvariable('records')[x]")
    con.execute(
        "CREATE MACRO recorded (x) AS getvariable('records')['recorded:' || x], "
        "(x, item) AS getvariable('says')[x || ':' || item]"
    )
    con.execute(
        f"CREATE MACRO passed (f) AS {_passed('0', 'to_days(0)')}, (f, n, unit) AS {PASSED}"
    )
    day_over, over = (
        each.replace(" <= getvariable", " < getvariable")
        for each in (_passed("0", "to_days(0)"), PASSED)
    )
    con.execute(f"CREATE MACRO over (f) AS {day_over}, (f, n, unit) AS {over}")
    con.execute("CREATE MACRO presumed(f, v) AS coalesce(f, v)")


def _passed(n: str, gap: str) -> str:
    """Has so much gone by since the civil day of a date or an instant, in the session's zone?"""
    day = "CAST(f AS DATE)"
    return (
        f"(CASE WHEN f IS NULL OR {n} IS NULL THEN NULL WHEN {day} > getvariable('now') THEN FALSE"
        f" ELSE CAST({day} + {gap} AS DATE) <= getvariable('now') END)"
    )


PASSED = (
    "CASE unit "
    + " ".join(
        f"WHEN '{unit}' THEN {_passed('n', f'to_{unit}(n)')}"
        for unit in ("days", "weeks", "months", "years")
    )
    + " END"
)


def _has_any(n: int) -> str:
    names = [f"a{i}" for i in range(n)]
    listed = f"[{', '.join(names)}]"
    unknown = "s IS NULL"
    if n == 1:  # one value, or the name of a list
        listed, unknown = "string_split(trim(a0::VARCHAR, '[]'), ', ')", "s IS NULL OR a0 IS NULL"
    return (
        f"({', '.join(['s', *names])}) AS CASE WHEN {unknown} THEN NULL"
        f" WHEN list_has_any(s.members, {listed}) THEN TRUE"
        f" WHEN list_has_any(s.unknown, {listed}) THEN NULL ELSE FALSE END"
    )


def _has_all(n: int) -> str:
    names = [f"a{i}" for i in range(n)]
    return f"({', '.join(['s', *names])}) AS {' AND '.join(f'has_any(s, {a})' for a in names)}"


class Raw:
    """One batch before DuckDB: facts and parameters in a table, then texts, layer by layer.

    Layers that are read in one zone are one statement.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, matter: Matter) -> None:
        self.con, self.book, self.batch = con, matter.book, matter.batch
        self.court = Court(self.book, self.batch.base)
        self.matter, self.about = matter, self.batch.base.about
        self.records = matter.records
        self.texts = Texts(self.book)
        self.readers = {each.id: each for each in matter.entries}
        self.defined = {name: self._live(name) for name in self._definitions()}

    def answers(self) -> Answers:
        self._table()
        self._variable("readings", _map(self.book.readings))
        self._variable("records", _map({k: v for k, v in self.records.items() if "(" not in k}))
        self._variable("says", _map(self._said(), "VARCHAR"))
        shown: list[str] = []
        for zone, layers in self._runs():
            self._set_zone(zone, layers[0][0])
            made = "raw"
            for layer in layers:
                texts = [text for entry in layer for text in self._columns(entry)]
                shown += [key for key, _ in texts]
                spelt = ", ".join(
                    f"CAST({text} AS BOOLEAN) AS {quoted(key)}" for key, text in texts
                )
                made = f"(SELECT *, {spelt} FROM {made})"
            self.con.execute(f"CREATE OR REPLACE TABLE raw AS SELECT * FROM {made}")
        self.con.execute("SET TimeZone = 'UTC'")
        order = ", ".join(map(quoted, shown))
        rows = self.con.execute(f"SELECT {order} FROM raw ORDER BY n").fetchall()
        return {
            key if ":" in key else f"def:{key}": values
            for key, values in transposed(shown, rows).items()
        }

    def _set_zone(self, zone: str, reader: Entry) -> None:
        self.con.execute(f"SET TimeZone = '{zone}'")
        self._variable("now", f"DATE '{self.batch.base.day(zone)}'")
        self._variable("today", f"DATE '{self.court.day(reader)}'")

    def _said(self) -> dict[str, str | None]:
        """What the latest record says of each item that a text asks; the empty text where none was made."""
        found: dict[str, str | None] = {}
        for node in self.matter.wanted:
            if isinstance(node, Recorded) and node.item:
                made = latest(self.batch.base.records, node.rule)
                dated = [each for each in made if each.done_at]
                said = (dated or made)[0].says.get(node.item) if made else None
                if made and node.item == IN_TIME and said is None:
                    timely = recorded(self.court, Recorded(node.rule, IN_TIME, "yes"))
                    said = {True: "yes", False: "no", None: None}[timely]
                never = not made and recorded(self.court, Recorded(node.rule)) is False
                found[f"{node.rule}:{node.item}"] = "" if never else said
        return found

    def _variable(self, name: str, text: str) -> None:
        self.con.execute(f"SET VARIABLE {name} = {text}")

    def _table(self) -> None:
        """The facts that the texts name, then the parameters that they name."""
        every = [*self.readers.values(), *self.defined.values()]
        named = frozenset[str]().union(*(self.texts.names(each) for each in every))
        facts = [f for f in self.book.vocabulary.facts.values() if f.name in named]
        header = [("n", "BIGINT"), *((fact.name, TYPES[fact.type]) for fact in facts)]
        spelt = ", ".join(f"{quoted(name)} {kind}" for name, kind in header)
        self.con.execute(f"CREATE OR REPLACE TABLE raw ({spelt})")
        rows = (
            [n, *(thing.values.get(fact.name) for fact in facts)]
            for n, thing in enumerate(self.batch.things)
        )
        load(self.con, "raw", rows)
        given = ", ".join(
            f"{_parameter(self.book, self.court.parameter(name), versions[0])} AS {quoted(name)}"
            for name, versions in self.book.parameters.items()
            if name in named
        )
        if given:
            self.con.execute(f"CREATE OR REPLACE TABLE raw AS SELECT *, {given} FROM raw")

    def _definitions(self) -> list[str]:
        """Definitions that the texts name, and those that these name."""
        found: dict[str, None] = {}
        waiting = [*self.matter.definitions]
        for each in self.readers.values():
            waiting += self.texts.names(each) & set(self.book.definitions)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found[name] = None
                waiting += self.texts.names(self._live(name)) & set(self.book.definitions)
        return sorted(found)

    def _runs(self) -> Iterator[tuple[str, list[list[Entry]]]]:
        """Zones, with layers of entries: each entry after the definitions and defeaters it names."""
        graph: dict[str, set[str]] = {}
        for key, entry in {**self.readers, **self.defined}.items():
            graph[key] = self.texts.names(entry) & set(self.defined) - {key}
            graph[key] |= set(self.book.defeaters.get(entry.id, ())) & set(self.readers)
        sorter = TopologicalSorter(graph)
        sorter.prepare()
        waiting: dict[str, list[str]] = {}
        while sorter.is_active():
            zone = max(waiting, key=lambda each: len(waiting[each]), default="")
            layers: list[list[Entry]] = []
            while ready := self._ready(sorter, waiting, zone):
                layers.append([self.readers.get(key) or self.defined[key] for key in ready])
                sorter.done(*ready)
            if layers:
                yield zone, layers

    def _ready(
        self, sorter: TopologicalSorter[str], waiting: dict[str, list[str]], zone: str
    ) -> list[str]:
        """What can be worked out in a zone; what has become ready in others waits there."""
        for key in sorter.get_ready():
            entry = self.readers.get(key) or self.defined[key]
            waiting.setdefault(self.book.instrument(entry).zone, []).append(key)
        return sorted(waiting.pop(zone, []))

    def _live(self, name: str) -> Entry:
        """The definition of the day, or the first, which is then not in force."""
        found = self.book.definitions[name]
        return next((each for each in found if self.court.in_force(each)), found[0])

    def _columns(self, entry: Entry) -> Iterator[tuple[str, str]]:
        if entry.kind is Kind.DEFINITION:
            known = self.court.in_force(entry) and entry.verified
            yield entry.name, self._all(entry.when, entry) if known else "NULL"
            return
        applies = self._applies(entry)
        yield f"app:{entry.id}", applies
        if entry.kind is Kind.RULE:
            met = "FALSE" if entry.requires is None else self._all(entry.requires, entry)
            yield f"vio:{entry.id}", f"({applies}) AND NOT ({met})"

    def _applies(self, entry: Entry) -> str:
        instrument = self.book.instrument(entry)
        if not self.court.in_force(entry) or self.about not in instrument.scope:
            return "FALSE"
        exempt = _some(self._text(line, entry) for line in entry.unless)
        frees = []
        for each in self.book.defeaters.get(entry.id, ()):
            column = quoted(f"app:{each}")
            frees.append(column if self.book.entries[each].verified else _doubted(column))
        parts = [
            self._all(instrument.scope[self.about], entry),
            self._bearer(entry),
            self._all(entry.when, entry),
            f"NOT ({exempt if entry.verified else _doubted(exempt)})",
            f"NOT ({_some(frees)})",
        ]
        text = " AND ".join(f"({part})" for part in parts)
        return text if entry.verified or entry.kind is not Kind.BASIS else _doubted(text)

    def _bearer(self, entry: Entry) -> str:
        fact = self.book.vocabulary.role_in.get(entry.about)
        if not entry.bearer or not fact or "authority" in entry.bearer:
            return "TRUE"
        if self.book.vocabulary.facts[fact].type == "set":
            return " OR ".join(f"has_any({fact}, {each!r})" for each in entry.bearer)
        return f"{fact} IN ({', '.join(repr(each) for each in entry.bearer)})"

    def _all(self, lines: Iterable[Line], entry: Entry) -> str:
        return " AND ".join(f"({self._text(line, entry)})" for line in lines) or "TRUE"

    def _text(self, line: Line, entry: Entry) -> str:
        """The line as it stands; bare ``fulfilled`` is a column of its own rule.

        Only ``any_of(…)``, which asks of things that are no columns, is replaced by what its own text
        answers of these.
        """
        text = line.text
        for node in walk(line.node):
            if isinstance(node, AnyOf):
                call = _call(text, "any_of(")
                text = text.replace(call, _boolean(self._any_of(node, call)), 1)
        if "fulfilled" not in text:
            return text
        state = _boolean(self.records.get(entry.id))
        return f"(SELECT {text} FROM (SELECT {state} AS fulfilled))"

    def _any_of(self, node: AnyOf, call: str) -> bool | None:
        """The text inside, put to each of the things beside; none of them means no if none is missing."""
        base, names = self.batch.base, sorted(facts_in(node.item))
        kinds = {name: self.book.vocabulary.facts[name] for name in names}
        shared = {n: base.values.get(n) for n, fact in kinds.items() if "entity" in fact.grain}
        spelt = ", ".join(f"{quoted(name)} {TYPES[fact.type]}" for name, fact in kinds.items())
        self.con.execute(f"CREATE OR REPLACE TABLE beside ({spelt})")
        each = ({**shared, **system} for system in base.systems)
        load(self.con, "beside", ([known.get(name) for name in names] for known in each))
        text = call.removesuffix(")").partition(",")[2]
        found = self.con.execute(f"SELECT {text} FROM beside").fetchall()
        values = [value for (value,) in found]
        if True in values:
            return True
        return False if None not in values and node.about in base.kept else None


class Texts:
    """What the texts of a book's entries name; worked out once for each."""

    known: ClassVar[dict[tuple[str, str], frozenset[str]]] = {}

    def __init__(self, book: Book) -> None:
        self.book = book

    def names(self, entry: Entry) -> frozenset[str]:
        """Facts, definitions and parameters."""
        key = (self.book.hash, entry.id)
        if key not in self.known:
            self.known[key] = frozenset(self._names(entry))
        return self.known[key]

    def _names(self, entry: Entry) -> Iterator[str]:
        scope = self.book.instrument(entry).scope.get(entry.about, ())
        lines = [*entry.when, *entry.unless, *(entry.requires or ())]
        for line in lines if entry.kind is Kind.DEFINITION else [*lines, *scope]:
            for node in walk(line.node):
                yield from facts_in(node)
                if isinstance(node, (HasAny, In)) and node.listed:
                    yield node.listed
                for term in terms(node):
                    if isinstance(term, Cutoff) and term.table:
                        yield term.table
                    if isinstance(term, Number):
                        yield term.name
        yield self.book.vocabulary.role_in.get(entry.about, "")


def _call(text: str, word: str) -> str:
    """The call of a word in a text, to its closing bracket."""
    start = text.index(word)
    depth = 0
    for at in range(start, len(text)):
        depth += (text[at] == "(") - (text[at] == ")")
        if text[at] == ")" and depth == 0:
            return text[start : at + 1]
    raise AssertionError(text)


def _some(texts: Iterable[str]) -> str:
    return " OR ".join(f"({text})" for text in texts) or "FALSE"


def _doubted(text: str) -> str:
    return f"NULLIF(({text}), TRUE)"


def _boolean(value: bool | None, kind: str = "BOOLEAN") -> str:
    return f"NULL::{kind}" if value is None else str(value).upper()


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _map(values: object, kind: str = "BOOLEAN") -> str:
    assert isinstance(values, dict)
    if not values:
        return f"MAP {{'': NULL::{kind}}}"
    spelt = (
        f"{_quote(key)}: {_quote(value) if isinstance(value, str) else _boolean(value, kind)}"
        for key, value in values.items()
    )
    return f"MAP {{{', '.join(spelt)}}}"


def _parameter(book: Book, live: Parameter | None, first: Parameter) -> str:
    """A parameter's value of the day as a column; NULL where none is in force."""
    if first.listed:
        members = ", ".join(map(repr, live.listed)) if live else ""
        return f"[{members}]::VARCHAR[]" if live else "NULL::VARCHAR[]"
    if first.number is not None:
        return str(live.number) if live else "NULL::BIGINT"
    if live is None:
        return "NULL::MAP(VARCHAR, BIGINT)"
    regions = book.vocabulary.lists["regions"]
    filled = {region: live.by_region.get(region, live.other) for region in regions}
    rows = (f"'{region}': {number}" for region, number in filled.items() if number is not None)
    return f"MAP {{{', '.join(rows)}}}"

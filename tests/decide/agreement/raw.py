"""The rulebook's own texts, run by DuckDB: no parser, tree or printer of ours comes between.

The words of the language are macros; facts and parameters are columns; definitions and entries
become columns layer by layer. Only AND, OR, NOT, brackets and the books' dates are put between the
texts as the law puts them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter

import duckdb

from lawful.decide.decider import Decider, asked_beside
from lawful.decide.sql import quoted
from lawful.law.book import Book
from lawful.law.model import Entry, Kind, Line, Parameter
from lawful.law.oracle import Court
from lawful.law.records import latest
from lawful.law.tree import AnyOf, Flag, Recorded, walk
from lawful.testing.things import Batch
from tests.decide.agreement.backends import Answers, load, transposed

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
    """One batch before DuckDB: facts and parameters in a table, then texts, layer by layer."""

    def __init__(self, con: duckdb.DuckDBPyConnection, decider: Decider, batch: Batch) -> None:
        self.con, self.book, self.batch = con, decider.book, batch
        self.court = Court(decider.book, batch.base)
        self.records = decider.records(batch.base)
        self.about = batch.base.about

    def answers(self) -> Answers:
        self._table()
        self._variable("readings", _map(self.book.readings))
        self._variable("records", _map(self.records))
        self._variable("says", _map(self._said(), "VARCHAR"))
        shown: list[str] = []
        for stage in self._stages():
            by_zone: dict[str, list[Entry]] = {}
            for entry in stage:
                by_zone.setdefault(self.book.instrument(entry).zone, []).append(entry)
            for zone, entries in by_zone.items():
                self.con.execute(f"SET TimeZone = '{zone}'")
                self._variable("now", f"DATE '{self.batch.base.day(zone)}'")
                self._variable("today", f"DATE '{self.court.day(entries[0])}'")
                texts = [text for entry in entries for text in self._columns(entry)]
                shown += [key for key, _ in texts]
                made = ", ".join(f"CAST({text} AS BOOLEAN) AS {quoted(key)}" for key, text in texts)
                self.con.execute(f"CREATE OR REPLACE TABLE raw AS SELECT *, {made} FROM raw")
        self.con.execute("SET TimeZone = 'UTC'")
        order = ", ".join(map(quoted, shown))
        rows = self.con.execute(f"SELECT {order} FROM raw ORDER BY n").fetchall()
        return {
            key if ":" in key else f"def:{key}": values
            for key, values in transposed(shown, rows).items()
        }

    def _said(self) -> dict[str, str | None]:
        """What the latest record says of each item that a text asks; the empty text where none was made."""
        found: dict[str, str | None] = {}
        for node in asked_beside(self.book, self.about):
            if isinstance(node, Recorded) and node.item:
                made = latest(self.batch.base.records, node.rule)
                dated = [each for each in made if each.done_at]
                said = (dated or made)[0].says.get(node.item) if made else None
                never = self.records.get(f"recorded:{node.rule}") is False
                found[f"{node.rule}:{node.item}"] = "" if never else said
        return found

    def _variable(self, name: str, text: str) -> None:
        self.con.execute(f"SET VARIABLE {name} = {text}")

    def _table(self) -> None:
        facts = [f for f in self.book.vocabulary.facts.values() if f.name != "at"]
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
        )
        self.con.execute(f"CREATE OR REPLACE TABLE raw AS SELECT *, {given} FROM raw")

    def _stages(self) -> Iterator[list[Entry]]:
        """Definitions that the kind of thing needs, then entries, each after its defeaters."""
        definitions = {name: self._live(name) for name in self.book.definitions}
        graph: dict[str, set[str]] = {}
        for name, entries in self.book.definitions.items():
            lines = [line for each in entries for line in each.when]
            graph[name] = {name for line in lines for name in _names(line)} & set(definitions)
        entries = {e.id: e for e in self.book.entries.values() if e.about == self.about}
        entries = {key: e for key, e in entries.items() if e.kind is not Kind.DEFINITION}
        for key in entries:
            graph[key] = {*self.book.defeaters.get(key, ()), *self.book.definitions}
        sorter = TopologicalSorter(graph)
        sorter.prepare()
        while sorter.is_active():
            ready = sorter.get_ready()
            yield [entries.get(key) or definitions[key] for key in sorted(ready)]
            sorter.done(*ready)

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

        Only ``any_of(…)``, which asks of things that are no columns, is replaced by its state.
        """
        text = line.text
        for node in walk(line.node):
            if isinstance(node, AnyOf):
                key = AnyOf(node.about, node.item, entry.id).key
                text = text.replace(_call(text, "any_of("), _boolean(self.records.get(key)), 1)
        if "fulfilled" not in text:
            return text
        state = _boolean(self.records.get(entry.id))
        return f"(SELECT {text} FROM (SELECT {state} AS fulfilled))"


def _call(text: str, word: str) -> str:
    """The call of a word in a text, to its closing bracket."""
    start = text.index(word)
    depth = 0
    for at in range(start, len(text)):
        depth += (text[at] == "(") - (text[at] == ")")
        if text[at] == ")" and depth == 0:
            return text[start : at + 1]
    raise AssertionError(text)


def _names(line: Line) -> set[str]:
    return {node.name for node in walk(line.node) if isinstance(node, Flag)}


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

"""Every way of deciding a batch of things, as one shape: for each key a value per thing.

Keys: ``app:ID`` and ``vio:ID`` of entries, ``covered``, ``outcome`` and ``deciding`` (uses), and
``def:NAME`` where a way of deciding has definitions at all.
"""

from __future__ import annotations

import csv
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from math import prod

import duckdb
import numpy as np
import pyarrow as pa

from lawful.decide.batch.machine import OUTCOMES, Listed, Machine
from lawful.decide.compiler import Compiled, compile_program
from lawful.decide.decider import FOLDED, Decider
from lawful.decide.encoding import Codes, decode, encode, vector_of, vector_sql
from lawful.decide.partial import evaluate, specialise
from lawful.decide.program import Program, refs_in
from lawful.decide.sieve.machines import Sieve
from lawful.decide.sieve.plan import COVERED, plan
from lawful.decide.sieve.walk import Facts, Records, positions
from lawful.decide.sieve.walk import walk as walk_plainly
from lawful.decide.sieve.write import steps_of
from lawful.decide.sql import FactSql, SqlWriter, quoted
from lawful.law.coverage import touched
from lawful.law.model import Kind
from lawful.law.oracle import Court, Kleene, worst
from lawful.law.thing import Thing
from lawful.law.tree import HasAll, HasAny, facts_in, walk
from lawful.terms.values import NEVER_AT, SetValue
from lawful.testing.columns import columns_of
from tests.decide.agreement.matter import Matter

Column = list[object]
Answers = dict[str, Column]
TYPES = {"flag": "BOOLEAN", "enum": "VARCHAR", "count": "BIGINT", "date": "DATE"}


def columns(rows: Iterable[dict[str, object]]) -> Answers:
    found: Answers = {}
    for row in rows:
        for key, value in row.items():
            found.setdefault(key, []).append(value)
    return found


def by_oracle(matter: Matter) -> Answers:
    return columns(_judged(matter, thing) for thing in matter.batch.things)


def _judged(matter: Matter, thing: Thing) -> dict[str, object]:
    court = Court(matter.book, thing)
    row: dict[str, object] = {}
    violated = []
    for entry in matter.entries:
        if entry.kind is Kind.RULE and entry.id not in matter.rules:
            row[f"app:{entry.id}"] = court.applies(entry)
            continue
        judged = court.judged(entry)
        row[f"app:{entry.id}"] = judged.applies
        row[f"answer:{entry.id}"] = judged.answer.value
        if entry.kind is Kind.RULE:
            row[f"vio:{entry.id}"] = judged.violated
            violated.append((entry.id, entry, judged.violated))
    for name in matter.definitions:
        row[f"def:{name}"] = court.defined(name)
    if "covered" in matter.program.nodes:
        row["covered"] = touched(court).covered
        outcome, deciding = worst(violated)
        if not row["covered"] and outcome.value == "lawful":
            row["outcome"], row["deciding"] = "undetermined", None
        else:
            row["outcome"], row["deciding"] = outcome.value, deciding
    return row


def by_evaluate(matter: Matter) -> Answers:
    rows = []
    for thing in matter.batch.things:
        row = dict(evaluate(matter.program, thing.values, matter.records_of(thing).get))
        if "covered" in row:
            row["covered"] = row["covered"] is True
        rows.append(row)
    return columns(rows)


def by_function(matter: Matter) -> Answers:
    """The generated functions, the full answer; and the sieve, by both its machines, the outcome."""
    if not matter.whole:
        return _by_a_function_of_its_own(matter)
    decider = matter.decider
    rows = []
    for thing in matter.batch.things:
        row: dict[str, object] = dict(decider.values(thing))
        if thing.about == "use":
            row["covered"] = row["covered"] is True
            quick = decider.decide(thing)
            slow = decider.decision(quick.values)
            assert quick.ruling == slow, "the short way and the full answer give one decision"
            assert quick.covered is row["covered"]
            Sifted(quick.compiled).assert_leaves(decider.values(thing), thing.values, quick.records)
            row["outcome"] = quick.outcome.value
            row["deciding"] = quick.deciding
        rows.append(row)
    return columns(rows)


def _by_a_function_of_its_own(matter: Matter) -> Answers:
    """A function of a part of the law, made as a decider makes that of the whole."""
    fixed = matter.batch.fixed
    known = {name: fixed[name] for name in FOLDED if name in fixed}
    compiled = compile_program(specialise(matter.program, known))
    sifted = Sifted(compiled)
    rows = []
    for each in matter.batch.things:
        records = matter.records_of(each)
        row = dict(zip(compiled.keys, compiled.run(each.values, records), strict=True))
        sifted.assert_leaves(row, each.values, records)
        rows.append(row)
    return columns(rows)


class Sifted:
    """The sieve of a program, walked by both machines: it leaves the rules that are violated, certainly or perhaps."""

    def __init__(self, compiled: Compiled) -> None:
        if COVERED in compiled.program.nodes:
            self.sieve = compiled.sieve
        else:
            keys = [f"vio:{each.id}" for each in compiled.program.rules]
            wanted = [key for key in keys if key in compiled.program.nodes]
            self.sieve = Sieve(steps_of(compiled.program, plan(compiled.program, wanted)))
        assert self.sieve.harden(), "there is machine code on this machine"

    def assert_leaves(self, row: Mapping[str, Kleene], facts: Facts, records: Records) -> None:
        steps, native = self.sieve.steps, self.sieve.native
        found = walk_plainly(steps, facts, records)
        assert native is not None
        assert native(self.sieve.plan, dict(facts), records) == found, "both machines walk alike"
        expected = []
        for position, key in enumerate(steps.keys):
            certain = row[key] is True and key != COVERED
            if row[key] is not (key == COVERED):
                expected.append(position if certain else ~position)
        assert list(positions(found)) == expected


class Residual:
    """The program of a batch with its fixed facts and records folded, over a table of the rest."""

    def __init__(self, matter: Matter) -> None:
        self.decider, self.batch = matter.decider, matter.batch
        self.vocabulary = matter.book.vocabulary
        self.program = specialise(matter.program, matter.batch.fixed, matter.records.get)
        self.keys = list(self.program.nodes)
        self.live = self._live()
        self.facts = {name: self._sql(name) for name in self.live}

    def _live(self) -> dict[str, list[str]]:
        """The facts still tested, and of sets the members."""
        found: dict[str, set[str]] = {}
        for node in self.program.nodes.values():
            for each in walk(node):
                for name in facts_in(each):
                    found.setdefault(name, set())
                if isinstance(each, (HasAny, HasAll)):
                    found[each.fact].update(each.members)
        return {name: sorted(members) for name, members in sorted(found.items())}

    def _sql(self, name: str) -> FactSql:
        if self.vocabulary.facts[name].type != "set":
            return FactSql(value=quoted(name))
        return FactSql(member=lambda member: quoted(f"{name}.{member}"))

    def header(self) -> Iterator[tuple[str, str]]:
        for name, members in self.live.items():
            kind = self.vocabulary.facts[name].type
            if kind == "set":
                yield from ((f"{name}.{member}", "BOOLEAN") for member in members)
            else:
                yield name, TYPES.get(kind, "TIMESTAMP")

    def row(self, thing: Thing, dialect: str) -> Iterator[object]:
        for name, members in self.live.items():
            value = thing.values.get(name)
            if self.vocabulary.facts[name].type == "set":
                yield from (_held(value, member) for member in members)
            elif isinstance(value, datetime):
                text = value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
                yield text if value != NEVER_AT else "9999-12-31 00:00:00"
            elif dialect == "sqlite" and value is not None and not isinstance(value, (int, str)):
                yield value.isoformat()
            else:
                yield value


def _held(value: object, member: str) -> bool | None:
    if not isinstance(value, SetValue) or member in value.unknown:
        return None
    return member in value.members


class Layered(SqlWriter):
    """Writes references as the columns of a table made before."""

    def key(self, key: str) -> str:
        return quoted(key)


def by_duckdb(con: duckdb.DuckDBPyConnection, residual: Residual) -> Answers:
    """Every node on DuckDB; references are columns of the layer before."""
    names = [f"{quoted(name)} {kind}" for name, kind in residual.header()]
    con.execute(f"CREATE OR REPLACE TABLE layer (n BIGINT{''.join(', ' + each for each in names)})")
    rows = ([n, *residual.row(each, "duckdb")] for n, each in enumerate(residual.batch.things))
    load(con, "layer", rows)
    writer = Layered(residual.program, residual.facts, "duckdb")
    made = "layer"
    for layer in layers(residual.program):
        texts = ", ".join(
            f"CAST({writer.node(residual.program.nodes[key])} AS BOOLEAN) AS {quoted(key)}"
            for key in layer
        )
        made = f"(SELECT *, {texts} FROM {made})"
    shown = ", ".join(map(quoted, residual.program.nodes))
    rows = con.execute(f"SELECT {shown} FROM {made} ORDER BY n").fetchall()
    return transposed(residual.program.nodes, rows)


def by_duckdb_written_out(
    con: duckdb.DuckDBPyConnection, residual: Residual, keys: Sequence[str]
) -> Answers:
    """Some nodes on DuckDB as a store reads them: one expression each, nothing made before."""
    writer = SqlWriter(residual.program, residual.facts, "duckdb")
    texts = ", ".join(f"CAST({writer.key(key)} AS BOOLEAN)" for key in keys)
    rows = con.execute(f"SELECT {texts} FROM layer ORDER BY n").fetchall()
    return transposed(keys, rows)


def by_sqlite(lite: sqlite3.Connection, residual: Residual) -> Answers:
    """Every node on SQLite, each one expression with all references written out."""
    names = [quoted(name) for name, _ in residual.header()]
    lite.execute("DROP TABLE IF EXISTS facts")
    lite.execute(f"CREATE TABLE facts (n{''.join(', ' + each for each in names)})")
    holes = ", ".join("?" * (len(names) + 1))
    rows = [(n, *residual.row(thing, "sqlite")) for n, thing in enumerate(residual.batch.things)]
    lite.executemany(f"INSERT INTO facts VALUES ({holes})", rows)
    writer = SqlWriter(residual.program, residual.facts, "sqlite")
    found: Answers = {}
    for key in residual.keys:
        text = f"SELECT {writer.key(key)} FROM facts ORDER BY n"
        values = (value for (value,) in lite.execute(text))
        found[key] = [None if value is None else bool(value) for value in values]
    return found


def by_table(con: duckdb.DuckDBPyConnection, residual: Residual) -> Answers:
    """The decision table: facts to codes in the store, codes to facts, decided once a vector."""
    codes = encode(residual.program, residual.vocabulary, residual.facts, "duckdb")
    compiled = compile_program(residual.program)
    known: dict[tuple[int, ...], dict[str, object]] = {}
    rows = []
    for vector in _vectors(con, codes):
        if vector not in known:
            known[vector] = _decided(residual.decider, compiled, codes, vector)
        rows.append(known[vector])
    return columns(rows)


def _vectors(con: duckdb.DuckDBPyConnection, codes: tuple[Codes, ...]) -> Iterator[tuple[int, ...]]:
    parts = list(_parts(codes))
    texts = ", ".join(["n", *(vector_sql(part) for part in parts)])
    for _, *numbers in con.execute(f"SELECT {texts} FROM layer ORDER BY n").fetchall():
        found = [vector_of(part, number) for part, number in zip(parts, numbers, strict=True)]
        yield tuple(index for part in found for index in part)


def _parts(codes: tuple[Codes, ...]) -> Iterator[tuple[Codes, ...]]:
    """Codes in groups that fit one integer each."""
    part: list[Codes] = []
    for code in codes:
        if prod(each.count for each in (*part, code)) >= 1 << 62:
            yield tuple(part)
            part = []
        part.append(code)
    if part:
        yield tuple(part)


def _decided(
    decider: Decider, compiled: Compiled, codes: tuple[Codes, ...], vector: tuple[int, ...]
) -> dict[str, object]:
    facts = decode(codes, vector)
    values = dict(zip(compiled.keys, compiled.run(facts, {}), strict=True))
    row: dict[str, object] = dict(values)
    if "covered" in values:
        row["covered"] = values["covered"] is True
        found = compiled.ruling(facts, {})
        row["outcome"], row["deciding"] = found.outcome.value, found.deciding
        assert decider.decision(values) == found
    return row


def by_batch(matter: Matter) -> Answers:
    """The batch kernel: every node of the program, and the outcomes of whole uses by the short way.

    What stands beside a thing is told as its records are, each a name that says one state.
    """
    program, things = matter.program, matter.batch.things
    keys = [each.key for each in matter.wanted]
    names = tuple(f"{word}|{key}" for key in keys for word in ("true", "unknown"))

    def said(name: str) -> dict[str, Kleene]:
        word, _, key = name.partition("|")
        return {each: (each == key and (word == "true" or None)) for each in keys}

    whole_uses = matter.whole and program.about == "use"
    rules = tuple(sorted(each.id for each in program.rules)) if whole_uses else ()
    machine = Machine(
        program,
        matter.book.vocabulary,
        rules=rules,
        watched=program.nodes,
        told=(names, said),
        closing=False,
    )
    given = columns_of(matter.book.vocabulary, things, sorted(machine.layout.facts))
    if keys:
        told = [_told(keys, matter.records_of(thing)) for thing in things]
        given["records"] = pa.array(told, pa.list_(pa.string()))
    found: Answers = dict(machine.values(given, len(things)))
    if rules:
        decided = machine.decide(given, len(things))
        found["outcome"] = [OUTCOMES[place].value for place in decided.outcome]
        found["deciding"] = [rules[n] if n >= 0 else None for n in decided.deciding]
        bits = np.unpackbits(decided.covered.view(np.uint8), bitorder="little")
        assert bits[: len(things)].tolist() == [each is True for each in found["covered"]]
        _assert_listed(found, rules, decided.violated, True)
        _assert_listed(found, rules, decided.unknown, None)
    return found


def _told(keys: list[str], states: Mapping[str, Kleene]) -> list[str]:
    """The state of each key as names of records; what is not there is unknown."""
    found = {True: "true", None: "unknown"}
    known = {key: states.get(key) for key in keys}
    return [f"{found[state]}|{key}" for key, state in known.items() if state is not False]


def _assert_listed(found: Answers, rules: tuple[str, ...], listed: Listed, state: Kleene) -> None:
    """The rules listed of each thing are those whose ``vio:`` is so."""
    begins, ids = listed
    for row, (low, high) in enumerate(pairwise(begins)):
        mine = [rule for rule in rules if found[f"vio:{rule}"][row] is state]
        assert [rules[n] for n in ids[low:high]] == mine


def layers(program: Program) -> list[list[str]]:
    """Keys by depth: each refers only to keys of layers before its own."""
    depth: dict[str, int] = {}
    for key, node in program.nodes.items():
        depth[key] = 1 + max((depth[each] for each in refs_in(node)), default=-1)
    found: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for key, level in depth.items():
        found[level].append(key)
    return found


def transposed(keys: Iterable[str], rows: list[tuple[object, ...]]) -> Answers:
    return {key: [row[index] for row in rows] for index, key in enumerate(keys)}


def load(con: duckdb.DuckDBPyConnection, table: str, rows: Iterable[list[object]]) -> None:
    """Fill a table from a file: parsing rows as a statement would take longer than deciding them."""
    with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([spelling(value) for value in row] for row in rows)
        file.flush()
        con.execute(f"COPY {table} FROM '{file.name}' (FORMAT csv, HEADER false, NULLSTR 'NULL')")


def spelling(value: object) -> str:
    """A value as DuckDB reads it from a file."""
    match value:
        case None:
            return "NULL"
        case SetValue(members, unknown):
            return f"{{'members': {sorted(members)}, 'unknown': {sorted(unknown)}}}"
        case datetime():
            return value.astimezone(UTC).isoformat()
        case _:
            return str(value)

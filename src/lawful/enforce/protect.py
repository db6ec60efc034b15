"""What stands for a protected table in a query: its rows that may be given, its columns given, masked or empty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from lawful.decide.encoding import Codes, vector_sql
from lawful.decide.sql import literal, quoted
from lawful.decide.verdicts import Categories, Verdict
from lawful.enforce.conditions import Conditions, verdicts
from lawful.enforce.population import Writing, population_sql
from lawful.inventory.model import Activity, Mask, Population, ProtectedTable, Role
from lawful.inventory.needs import is_needed, mask_for
from lawful.law.vocabulary import Vocabulary
from lawful.stores.model import ColumnInfo, Session

BATCH = 500
UNSEEN = "no decision for these facts yet"
NO_SUBJECT = "no data subject found"
CONFLICTING = -1


@attrs.frozen(kw_only=True)
class MaskedColumn:
    """How a column is given where its roles pass: as it is (``mask`` None), or masked.

    ``slot`` is its place among the category sets decided; None where nothing is decided (always empty).
    """

    name: str
    categories: Categories
    roles: tuple[str, ...]
    mask: Mask | None
    slot: int | None


@attrs.frozen(kw_only=True)
class Coded:
    """A population's live facts in this snapshot as one integer for each key, in the temporary table ``table``.

    ``people``: how many data subjects each integer stands for; those whose facts contradict have none.
    """

    population: Population
    conditions: Conditions
    codes: tuple[Codes, ...]
    table: str
    people: Mapping[int, int] = attrs.field(hash=False, repr=False)


@attrs.frozen(kw_only=True)
class RolePlan:
    """One subject role of a table in one query, with the table of verdicts made for it in the snapshot.

    ``table`` has one row for each key: ``k``, ``row_ok``, ``rule`` and ``c0``, ``c1`` … for ``columns``.
    """

    role: Role
    coded: Coded
    table: str
    columns: tuple[Categories, ...]
    verdicts: Mapping[int, Verdict] = attrs.field(hash=False, repr=False)


@attrs.frozen(kw_only=True)
class TablePlan:
    """A protected table in one query: the roles in play, its columns, and the SELECT that stands for it."""

    table: ProtectedTable
    roles: tuple[RolePlan, ...]
    columns: tuple[MaskedColumn, ...]
    sql: str


def masked_columns(
    table: ProtectedTable,
    columns: Iterable[ColumnInfo],
    referenced: frozenset[str],
    activity: Activity,
    vocabulary: Vocabulary,
) -> tuple[MaskedColumn, ...]:
    """Every column of a table in order, with its mask; category sets that must be decided get a slot.

    A column that the statement does not name is empty: nobody sees it, and nothing of it is decided.
    """
    slots: dict[Categories, int] = {}
    found = []
    for column in columns:
        if column.name not in referenced:
            found.append(
                MaskedColumn(
                    name=column.name, categories=frozenset(), roles=(), mask=Mask.EMPTY, slot=None
                )
            )
            continue
        label = table.column(column.name)
        needed = is_needed(activity, vocabulary, label.categories)
        mask = None if needed else mask_for(activity, vocabulary, label.categories)
        categories = frozenset(label.categories)
        slot = None if mask is Mask.EMPTY else slots.setdefault(categories, len(slots))
        found.append(
            MaskedColumn(
                name=column.name,
                categories=categories,
                roles=label.roles or tuple(table.roles),
                mask=mask,
                slot=slot,
            )
        )
    return tuple(found)


def code_population(
    session: Session, conditions: Conditions, population: Population, name: str, writing: Writing
) -> Coded:
    """Code the live facts of every data subject, once for a query; rows that contradict get no code.

    A population's own table may name a key twice: then the key's facts contradict, unless they are alike.
    """
    sql = population_sql(population, conditions.asked(), writing)
    codes = conditions.codes(sql.facts, writing.dialect)
    coded = (
        f"SELECT {sql.key} AS k, {vector_sql(codes)} AS v {sql.body} WHERE {sql.key} IS NOT NULL"
    )
    session.run(
        f"CREATE TEMP TABLE {name} AS SELECT k, "
        f"CASE WHEN MIN(v) = MAX(v) THEN MIN(v) ELSE {CONFLICTING} END AS v FROM ({coded}) AS c GROUP BY k"
    )
    found = session.rows(f"SELECT v, COUNT(*) FROM {name} WHERE v <> {CONFLICTING} GROUP BY v")
    return Coded(
        population=population,
        conditions=conditions,
        codes=codes,
        table=name,
        people=dict(sorted((int(str(number)), int(str(count))) for number, count in found)),
    )


def plan_verdicts(
    session: Session, coded: Coded, columns: tuple[Categories, ...], name: str, dialect: str
) -> dict[int, Verdict]:
    """Decide every vector observed, and put the verdicts beside the keys in the temporary table ``name``."""
    key = frozenset({coded.population.category})
    found = verdicts(coded.conditions, coded.codes, coded.people, key, columns)
    flags = "".join(f", c{index} BOOLEAN" for index in range(len(columns)))
    session.run(f"CREATE TEMP TABLE {name}_d (v BIGINT, row_ok BOOLEAN, rule VARCHAR{flags})")
    rows = [_row(number, verdict, dialect) for number, verdict in sorted(found.items())]
    for start in range(0, len(rows), BATCH):
        session.run(f"INSERT INTO {name}_d VALUES {', '.join(rows[start : start + BATCH])}")
    shown = "".join(f", d.c{index} AS c{index}" for index in range(len(columns)))
    session.run(
        f"CREATE TEMP TABLE {name} AS SELECT u.k AS k, d.row_ok AS row_ok, d.rule AS rule{shown} "
        f"FROM {coded.table} AS u LEFT JOIN {name}_d AS d ON d.v = u.v"
    )
    if dialect == "sqlite":
        session.run(f"CREATE INDEX {name}_k ON {name} (k)")
    return found


def _row(number: int, verdict: Verdict, dialect: str) -> str:
    flag = {True: "TRUE", False: "FALSE"} if dialect == "duckdb" else {True: "1", False: "0"}
    cells = [
        str(number),
        flag[verdict.row],
        literal(verdict.rule, dialect),
        *(flag[each] for each in verdict.given),
    ]
    return f"({', '.join(cells)})"


def replacement(
    table: ProtectedTable,
    columns: tuple[MaskedColumn, ...],
    types: Mapping[str, str],
    roles: tuple[RolePlan, ...],
    dialect: str,
    on: str,
) -> str:
    """The SELECT that stands for a protected table, its columns in the table's own order."""
    outputs = ", ".join(
        f"{_output(column, types[column.name], roles, dialect, on)} AS {quoted(column.name)}"
        for column in columns
    )
    joins = " ".join(
        f"LEFT JOIN {plan.table} AS r{index} ON r{index}.k = b.{quoted(plan.role.column)}"
        for index, plan in enumerate(roles)
    )
    tests = " AND ".join(_passes(index, plan) for index, plan in enumerate(roles))
    return f"SELECT {outputs} FROM {quoted(table.name)} AS b {joins} WHERE {tests}"


def _passes(index: int, plan: RolePlan) -> str:
    test = f"COALESCE(r{index}.row_ok, FALSE)"
    if plan.role.no_subject == "none":
        return f"({test} OR b.{quoted(plan.role.column)} IS NULL)"
    return test


def _output(
    column: MaskedColumn, type_name: str, roles: tuple[RolePlan, ...], dialect: str, on: str
) -> str:
    nothing = f"CAST(NULL AS {type_name})" if dialect == "duckdb" else "NULL"
    in_play = {plan.role.name for plan in roles}
    if column.slot is None or not set(column.roles) <= in_play or not column.roles:
        return nothing
    tests = []
    for index, plan in enumerate(roles):
        if plan.role.name in column.roles:
            test = f"COALESCE(r{index}.c{plan.columns.index(column.categories)}, FALSE)"
            tests.append(
                f"({test} OR b.{quoted(plan.role.column)} IS NULL)"
                if plan.role.no_subject == "none"
                else test
            )
    source = f"b.{quoted(column.name)}"
    shown = {
        None: source,
        Mask.TOKEN: f"lawful_token({source})",
        Mask.AGE_BAND: f"lawful_age_band({source}, {literal_date(on, dialect)})",
    }[column.mask]
    return f"CASE WHEN {' AND '.join(tests)} THEN {shown} END"


def literal_date(on: str, dialect: str) -> str:
    """The civil day by which the age band counts."""
    return f"DATE '{on}'" if dialect == "duckdb" else f"'{on}'"


def withheld_sql(table: ProtectedTable, plan: RolePlan, dialect: str) -> str:
    """Rows of a table by why a role withholds them: deciding rule, empty text where given."""
    column = f"b.{quoted(plan.role.column)}"
    given_without = (
        f"WHEN {column} IS NULL THEN ''"
        if plan.role.no_subject == "none"
        else f"WHEN {column} IS NULL THEN {literal(NO_SUBJECT, dialect)}"
    )
    reason = (
        f"CASE {given_without} WHEN r.k IS NULL THEN {literal(NO_SUBJECT, dialect)} "
        f"WHEN r.row_ok THEN '' WHEN r.rule IS NULL THEN {literal(UNSEEN, dialect)} ELSE r.rule END"
    )
    return (
        f"SELECT {reason} AS why, COUNT(*) FROM {quoted(table.name)} AS b "
        f"LEFT JOIN {plan.table} AS r ON r.k = {column} GROUP BY 1"
    )

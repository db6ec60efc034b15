"""A query's answer, as every door shows it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import attrs

from lawful.decide import wire
from lawful.enforce import withheld as held
from lawful.enforce.protect import TablePlan
from lawful.enforce.sql import Influence, Reference
from lawful.enforce.withheld import Withheld
from lawful.gate.deployment import Deployment
from lawful.gate.use import Use
from lawful.law.book import Book
from lawful.law.model import Kind
from lawful.terms.ids import DecisionId, RuleId
from lawful.terms.outcomes import Outcome

VERSION = 1


@attrs.frozen(kw_only=True)
class ChangedColumn:
    """A column of the query that is not given as it is: masked everywhere, or in some rows.

    ``becomes`` is ``empty``, ``token``, ``age_band`` or ``in_some_rows``; ``rules`` are what keeps it back.
    """

    table: str
    column: str
    categories: tuple[str, ...]
    becomes: str
    rules: tuple[str, ...]
    labelled: bool


@attrs.frozen(kw_only=True)
class QueryAnswer:
    """What was asked, what runs in its place, what is withheld and why, and the rows."""

    sql: str
    rewritten: str
    mode: str
    outcome: Outcome
    deciding: str
    use: Use
    book: Book
    references: tuple[Reference, ...]
    influences: tuple[Influence, ...]
    withheld: tuple[Withheld, ...]
    changed: tuple[ChangedColumn, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...] = attrs.field(repr=False)
    more: bool
    exact: bool
    executed: bool
    decision: DecisionId
    store: str

    def wire(self, lang: str = "en") -> dict[str, Any]:
        """The versioned JSON of the answer."""
        return {
            "version": VERSION,
            "outcome": self.outcome.value,
            "mode": self.mode,
            "store": self.store,
            "purpose": self.use.activity.purpose,
            "activity": self.use.activity.id,
            "entity": self.use.entity,
            "role": self.use.role,
            "on": self.use.day.isoformat(),
            "deciding": self.deciding or None,
            "sql": self.sql,
            "rewritten": self.rewritten,
            "columns": list(self.columns),
            "rows": [[plain(value) for value in row] for row in self.rows],
            "more": self.more,
            "executed": self.executed,
            "influences": [
                {"table": each.table, "column": each.column, "in_output": each.in_output}
                for each in self.influences
            ],
            "withheld": [
                held.wire(each, self.book, lang, exact=self.exact) for each in self.withheld
            ],
            "changed": [changed(each, self.book, lang) for each in self.changed],
            "exact": self.exact,
            "decision": self.decision,
            "book": wire.book(self.book),
            "refusal": None,
        }


def changed(each: ChangedColumn, book: Book, lang: str) -> dict[str, Any]:
    """A changed column as JSON, with the rules that keep it back and their citations."""
    return {
        "table": each.table,
        "column": each.column,
        "categories": list(each.categories),
        "becomes": each.becomes,
        "labelled": each.labelled,
        "rules": [held.reason(rule, book, lang) for rule in each.rules],
    }


def plain(value: object) -> object:
    """A cell as JSON."""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Decimal):
        return float(value)
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)


def changed_columns(
    plans: Iterable[TablePlan], deployment: Deployment, use: Use
) -> tuple[ChangedColumn, ...]:
    """The columns of a query that are not given as they are, each once."""
    minimal = minimisation_rules(deployment.book, use)
    found: dict[tuple[str, str], ChangedColumn] = {}
    for plan in plans:
        for column in plan.columns:
            named = [role for role in plan.roles if role.role.name in column.roles]
            label = plan.table.column(column.name)
            if not column.roles:
                continue
            kept: set[str] = set()
            for role in named if column.slot is not None else ():
                slot = role.columns.index(column.categories)
                kept |= {
                    each.column_rules[slot]
                    for each in role.verdicts.values()
                    if each.row and not each.given[slot]
                }
            becomes = column.mask.value if column.mask else ("in_some_rows" if kept else "")
            if becomes:
                rules = (
                    tuple(sorted(kept))
                    if column.mask is None
                    else minimal
                    if label.labelled
                    else ()
                )
                found[plan.table.name, column.name] = ChangedColumn(
                    table=plan.table.name,
                    column=column.name,
                    categories=tuple(sorted(column.categories)),
                    becomes=becomes,
                    rules=rules,
                    labelled=label.labelled,
                )
    return tuple(found[key] for key in sorted(found))


def minimisation_rules(book: Book, use: Use) -> tuple[str, ...]:
    """The rules in force that ask for no more data than the purpose needs."""
    found = []
    for entry in book.entries.values():
        if (
            entry.kind is Kind.RULE
            and entry.about == "use"
            and entry.requires
            and any(line.text.strip() == "needed_for_purpose" for line in entry.requires)
            and entry.in_force_on(use.day)
        ):
            found.append(str(RuleId(entry.id)))
    return tuple(found)

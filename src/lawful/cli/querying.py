"""``lawful query`` and ``lawful rewrite``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from lawful.cli.output import Output, leave

SHOWN = 20


def run_query_verb(
    output: Output,
    folder: Path,
    sql: str,
    purpose: str,
    store: str,
    actor: str,
    limit: int,
    *,
    execute: bool,
) -> None:
    """Answer a query; exit 1 where nothing may be given."""
    from lawful.enforce.query import run_query
    from lawful.gate.deployment import Deployment

    text = sys.stdin.read() if sql == "-" else sql
    with Deployment.open(folder) as deployment:
        answer = run_query(
            deployment,
            text,
            purpose=purpose,
            store=store,
            actor=actor,
            execute=execute,
            limit=limit,
            door="cli",
        )
        found = answer.wire(output.lang)
    if output.json:
        output.data(found)
    else:
        show_query(output, found, execute=execute)
    leave(0 if found["outcome"] == "lawful" or found["mode"] == "observe" else 1)


def show_query(output: Output, found: dict[str, Any], *, execute: bool) -> None:
    """A query's answer as text: rows first, what was withheld and changed to standard error."""
    if not execute:
        output.line(found["rewritten"])
    elif found["executed"]:
        output.line("\t".join(found["columns"]))
        for row in found["rows"]:
            output.line("\t".join("" if value is None else str(value) for value in row))
    if found["mode"] == "observe":
        output.note(
            "OBSERVED, not enforced: the rows are unchanged; this is what would be withheld."
        )
    if found["outcome"] != "lawful":
        output.note(
            f"{output.word(found['outcome'])}: nothing may be given for this purpose. {found['deciding'] or ''}"
        )
    for table in found["withheld"]:
        exact = (
            f"{table['given']:,} of {table['rows']:,} rows given"
            if table["rows"] is not None
            else "rows withheld for"
        )
        output.note(f"{table['table']} as {table['role']}: {exact}")
        for group in table["groups"]:
            count = "some" if group["rows"] is None else f"{group['rows']:,}"
            source = f"{output.cited(group)} ({group['rule']})" if group["rule"] else ""
            policy = " · company policy" if group["force"] == "policy" else ""
            output.note(f"  {count:>12}  {group['reason']}  {source}{policy}")
    for column in found["changed"]:
        why = (
            ", ".join(output.cited(rule) for rule in column["rules"])
            or "unlabelled in the dataset file"
        )
        output.note(f"{column['table']}.{column['column']} → {column['becomes']}  ({why})")
    only = [
        f"{each['table']}.{each['column']}" for each in found["influences"] if not each["in_output"]
    ]
    if only:
        output.note(f"influence the result without being in it: {', '.join(only)}")
    output.note(f"evidence {found['decision']}")

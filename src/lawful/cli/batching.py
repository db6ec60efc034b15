"""``lawful ask --batch``: uses by the million, from one Parquet file into another."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from lawful.cli.asking import read_moment
from lawful.cli.output import EXIT, Output, leave
from lawful.terms.errors import UsageError

if TYPE_CHECKING:
    from lawful.gate.batch import Batch


def run_batch(
    output: Output,
    folder: Path,
    source: Path | None,
    out: Path | None,
    on: str | None,
    at: str | None,
    kept: list[str],
    threads: int,
    *,
    alone: bool,
) -> None:
    """Decide a file and end with the exit code of its worst row.

    Raises: UsageError: half of the options, or facts beside them.
    """
    from lawful.gate.batch import decide_file
    from lawful.gate.deployment import Deployment

    if source is None or out is None:
        raise UsageError(
            "Say --batch FILE.parquet and --out FILE.parquet together.", code="usage.batch"
        )
    if not alone:
        raise UsageError(
            "A batch takes its facts from its columns alone.",
            code="usage.batch",
            hint="Leave out the operation, --fact, --facts and --people.",
        )
    if threads < 1:
        raise UsageError("--threads is a number from 1.", code="usage.batch")
    on_day, moment = read_moment({}, on, at)
    with (
        Deployment.open(folder) as deployment,
        typer.progressbar(length=1, label="deciding", file=sys.stderr) as bar,
    ):

        def tell(done: int, rows: int) -> None:
            bar.length = max(1, rows)
            bar.update(done - bar.pos)

        found = decide_file(
            deployment,
            source,
            out,
            on=on_day,
            at=moment,
            kept=kept,
            threads=threads,
            door="cli",
            tell=tell,
        )
    show_batch(output, found, out)
    leave(EXIT[found.outcome.value])


def show_batch(output: Output, found: Batch, out: Path) -> None:
    """Counts by outcome, digests and the evidence."""
    if output.json:
        output.data(
            {
                "version": 1,
                "outcome": found.outcome.value,
                "rows": found.rows,
                "counts": found.counts,
                "resumed": found.resumed,
                "input": found.input,
                "result": found.result,
                "decision": found.decision,
            }
        )
    else:
        for name, count in found.counts.items():
            output.line(f"{count:>14,}  {output.word(name)}")
        output.line(f"  input    {found.input}")
        output.line(f"  result   {found.result}  {out}")
        output.line(f"  evidence {found.decision}")

"""The verbs of ``lawful law`` that analyse; each imports its work, and the solver, only when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lawful.cli.options import Chosen, Folder, Json, Lang, On, Rulebook
from lawful.cli.output import Output, guarded


def add_to(app: typer.Typer) -> None:
    """Add the verbs to ``lawful law``."""
    app.command("diff")(law_diff)
    app.command("conflicts")(law_conflicts)
    app.command("prove")(law_prove)
    app.command("dead")(law_dead)


def law_diff(
    first: Annotated[str, typer.Option("--from", help="Civil date: 2024-03-21.")],
    second: Annotated[str, typer.Option("--to", help="Civil date: 2024-03-23.")],
    about: Annotated[str, typer.Option("--about", help="use, incident, entity …; all.")] = "",
    rulebook: Rulebook = None,
    to_rulebook: Annotated[
        Path | None, typer.Option("--to-rulebook", help="Another rulebook for the later date.")
    ] = None,
    reading: Chosen = None,
    json: Json = False,
    lang: Lang = "en",
    folder: Folder = Path(),
) -> None:
    """What was freed and what was tightened between two days, each class with a witness; proved."""
    with guarded(Output(json=json, lang=lang)) as output:
        from lawful.cli.analysis import run_diff

        books = (rulebook, to_rulebook)
        run_diff(output, folder, (first, second), about, books, reading or [])


def law_conflicts(
    on: On = None,
    rulebook: Rulebook = None,
    reading: Chosen = None,
    json: Json = False,
    lang: Lang = "en",
    folder: Folder = Path(),
) -> None:
    """Commands and prohibitions that one act can meet, each with a witness."""
    with guarded(Output(json=json, lang=lang)) as output:
        from lawful.cli.analysis import run_conflicts

        run_conflicts(output, folder, on, rulebook, reading or [])


def law_prove(
    claim: Annotated[
        str,
        typer.Argument(
            help="never OUTCOME when CONDITION [unless CONDITION]; always …; RULE never ANSWER when …"
        ),
    ],
    on: On = None,
    readings: Annotated[
        list[str] | None,
        typer.Option("--readings", help="Under each option of this reading. Repeat."),
    ] = None,
    rulebook: Rulebook = None,
    reading: Chosen = None,
    json: Json = False,
    lang: Lang = "en",
    folder: Folder = Path(),
) -> None:
    """Prove a claim about the law, or list its counterexamples by class."""
    with guarded(Output(json=json, lang=lang)) as output:
        from lawful.cli.analysis import run_prove

        run_prove(output, folder, claim, on, rulebook, readings or [], reading or [])


def law_dead(
    rulebook: Rulebook = None,
    reading: Chosen = None,
    json: Json = False,
    lang: Lang = "en",
    folder: Folder = Path(),
) -> None:
    """Entries that never do anything on any day of their dates."""
    with guarded(Output(json=json, lang=lang)) as output:
        from lawful.cli.analysis import run_dead

        run_dead(output, folder, rulebook, reading or [])

"""The verbs of ``lawful law`` that analyse and weigh; each imports its work, and the solver, only when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lawful.cli.options import (
    At,
    Chosen,
    FactOption,
    FactsFile,
    Folder,
    Json,
    Lang,
    On,
    Rulebook,
)
from lawful.cli.output import Output, guarded


def add_to(app: typer.Typer) -> None:
    """Add the verbs to ``lawful law``."""
    app.command("diff")(law_diff)
    app.command("conflicts")(law_conflicts)
    app.command("prove")(law_prove)
    app.command("dead")(law_dead)
    app.command("impact")(law_impact)
    app.command("exposure")(law_exposure)


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


def law_impact(
    rulebook: Annotated[
        Path | None, typer.Option("--rulebook", help="Another rulebook folder, under our policy.")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", help="Judge again as on this civil day: 2027-07-01.")
    ] = None,
    reading: Chosen = None,
    draft: Annotated[
        list[str] | None,
        typer.Option("--draft", help="Read this instrument's drafts as law. Repeat."),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Only decisions recorded from this day on (UTC).")
    ] = None,
    fact: Annotated[
        list[str] | None,
        typer.Option(
            "--fact", help="NAME=VALUE of data subjects, for the register's uses. Repeat."
        ),
    ] = None,
    json: Json = False,
    lang: Lang = "en",
    folder: Folder = Path(),
) -> None:
    """What another book, reading, draft or day would change in recorded decisions and the register.

    Exit 1: something would change, or a replay under the same book was not equal.
    """
    with guarded(Output(json=json, lang=lang)) as output:
        from lawful.cli.impact import run_impact

        run_impact(
            output, folder, rulebook, on, reading or [], draft or [], since=since, typed=fact or []
        )


def law_exposure(
    about: Annotated[str, typer.Argument(help="use, incident, entity, system, request, order …")],
    fact: FactOption = None,
    facts: FactsFile = None,
    on: On = None,
    at: At = None,
    base: Annotated[
        list[str] | None,
        typer.Option(
            "--base",
            help="NAME=CUR:AMOUNT, such as worldwide_turnover=EUR:123, for a percentage. Repeat.",
        ),
    ] = None,
    json: Json = False,
    lang: Lang = "en",
    folder: Folder = Path(),
) -> None:
    """What the rules that are not met may cost, by regime; nothing is added up."""
    with guarded(Output(json=json, lang=lang)) as output:
        from lawful.cli.exposure import run_exposure

        run_exposure(output, folder, about, fact or [], facts, on, at, base or [])

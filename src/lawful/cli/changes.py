"""``lawful law impact`` and ``lawful law exposure``: their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lawful.cli.options import At, FactOption, FactsFile, Folder, Json, Lang, On
from lawful.cli.output import Output, guarded


def law_impact(
    rulebook: Annotated[
        Path | None, typer.Option("--rulebook", help="Another rulebook folder, under our policy.")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", help="Judge again as on this civil day: 2027-07-01.")
    ] = None,
    reading: Annotated[
        list[str] | None,
        typer.Option("--reading", help="NAME=OPTION: another reading. Repeat."),
    ] = None,
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
            "--base", help="NAME=CUR:AMOUNT, such as turnover=CNY:123, for a percentage. Repeat."
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

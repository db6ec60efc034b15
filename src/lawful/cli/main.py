"""The commands and their exit codes; each verb's module is imported only when it runs.

Exit: 0 lawful, nothing owed, ran, clean; 1 not lawful, something owed, nothing may be given, a finding; 2 usage
or SQL refused; 3 undetermined; 4 a proof does not verify; 5 store, evidence or environment unreachable; 70 ours.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from lawful.cli import verbs_evidence, verbs_law
from lawful.cli.options import (
    At,
    FactOption,
    FactsFile,
    Folder,
    Json,
    Lang,
    On,
)
from lawful.cli.output import Output, guarded

app = typer.Typer(
    name="lawful",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    help="May we use this data? A dated, cited answer, enforced in the query, provable later.",
)
law_app = typer.Typer(
    no_args_is_help=True,
    help=(
        "The rulebook: check it, list facts, show an article, compare days, find conflicts, prove, "
        "weigh a change, show exposure."
    ),
)
activity_app = typer.Typer(no_args_is_help=True, help="The activity register: list, show, approve.")
org_app = typer.Typer(no_args_is_help=True, help="The organisation: show, approve.")
evidence_app = typer.Typer(
    no_args_is_help=True, help="The evidence log: verify, show, replay, export."
)
for name, sub in (
    ("law", law_app),
    ("activity", activity_app),
    ("org", org_app),
    ("evidence", evidence_app),
):
    app.add_typer(sub, name=name)


def _output(json: bool, lang: str) -> Output:
    return Output(json=json, lang=lang)


@app.command()
def ask(
    operation: Annotated[
        str | None, typer.Argument(help="collect, use, share, transfer, disclose …")
    ] = None,
    fact: FactOption = None,
    facts: FactsFile = None,
    on: On = None,
    at: At = None,
    people: Annotated[
        Path | None, typer.Option("--people", help="JSON lines: {facts, count}, a group each.")
    ] = None,
    batch: Annotated[
        Path | None, typer.Option("--batch", help="A Parquet file: a use a row, a fact a column.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Parquet: the answers to --batch.")
    ] = None,
    kept: Annotated[
        list[str] | None,
        typer.Option("--kept", help="With --batch: a rule whose register is complete. Repeat."),
    ] = None,
    threads: Annotated[int, typer.Option("--threads", help="With --batch: chunks at a time.")] = 2,
    json: Json = False,
    lang: Lang = "en",
    folder: Folder = Path(),
) -> None:
    """May we use this data? Typed conclusions are taken as true and listed as assumed."""
    with guarded(_output(json, lang)) as output:
        if batch is not None or out is not None or kept:
            from lawful.cli.batching import run_batch

            alone = operation is None and not fact and facts is None and people is None
            return run_batch(output, folder, batch, out, on, at, kept or [], threads, alone=alone)
        from lawful.cli.asking import run_ask

        run_ask(output, folder, operation, fact or [], facts, on, at, people)


@app.command()
def duties(
    about: Annotated[str, typer.Argument(help="incident, entity, system, request, order …")],
    fact: FactOption = None,
    facts: FactsFile = None,
    on: On = None,
    at: At = None,
    json: Json = False,
    lang: Lang = "en",
    folder: Folder = Path(),
) -> None:
    """What is owed, by whom, until when."""
    with guarded(_output(json, lang)) as output:
        from lawful.cli.asking import run_duties

        run_duties(output, folder, about, fact or [], facts, on, at)


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help="One SELECT; - reads it from standard input.")],
    purpose: Annotated[str, typer.Option("--purpose", "-p")],
    store: Annotated[
        str, typer.Option("--store", "-s", help="A store's name in lawful.toml.")
    ] = "",
    actor: Annotated[str, typer.Option("--as", help="ENTITY/ROLE")] = "",
    limit: Annotated[int, typer.Option("--limit", help="Rows to print; 0 = all.")] = 0,
    json: Json = False,
    lang: Lang = "en",
    folder: Folder = Path(),
) -> None:
    """Run a SELECT with the law's conditions in it."""
    with guarded(_output(json, lang)) as output:
        from lawful.cli.querying import run_query_verb

        run_query_verb(output, folder, sql, purpose, store, actor, limit, execute=True)


@app.command()
def rewrite(
    sql: Annotated[str, typer.Argument(help="One SELECT; - reads it from standard input.")],
    purpose: Annotated[str, typer.Option("--purpose", "-p")],
    store: Annotated[str, typer.Option("--store", "-s")] = "",
    actor: Annotated[str, typer.Option("--as", help="ENTITY/ROLE")] = "",
    json: Json = False,
    lang: Lang = "en",
    folder: Folder = Path(),
) -> None:
    """Show what would run, and what would be withheld, without running it."""
    with guarded(_output(json, lang)) as output:
        from lawful.cli.querying import run_query_verb

        run_query_verb(output, folder, sql, purpose, store, actor, 0, execute=False)


@app.command()
def init(
    url: Annotated[
        str, typer.Argument(help="sqlite:///mine.db, duckdb:///mine.duckdb, or a file.")
    ],
    store: Annotated[str, typer.Option("--store", "-s", help="A name for the store.")] = "main",
    folder: Folder = Path(),
    json: Json = False,
    lang: Lang = "en",
) -> None:
    """Write lawful.toml, a dataset skeleton, an organisation and an activity to fill in and approve."""
    with guarded(_output(json, lang)) as output:
        from lawful.cli.starting import run_init

        run_init(output, folder, url, store)


@app.command()
def demo(
    folder: Folder = Path(),
    port: int = 8420,
    reset: Annotated[bool, typer.Option("--reset")] = False,
    open_browser: Annotated[bool, typer.Option("--open/--no-open")] = True,
    lang: Lang = "en",
) -> None:
    """Build the sample platform and serve it on 127.0.0.1, opening an answered question."""
    with guarded(_output(False, lang)) as output:
        from lawful.cli.starting import run_demo

        run_demo(output, folder, port, reset=reset, open_browser=open_browser)


@app.command()
def serve(
    folder: Folder = Path(),
    door: Annotated[
        str, typer.Option("--door", help="console (for people), or api (AuthZEN, for services).")
    ] = "console",
    host: Annotated[str, typer.Option("--host", help="This machine's own address only.")] = (
        "127.0.0.1"
    ),
    port: Annotated[
        int, typer.Option("--port", help="0: 8420 for the console, 8421 for the api.")
    ] = 0,
    base_url: Annotated[
        str, typer.Option("--base-url", help="api: the https address of the proxy before it.")
    ] = "",
    token_file: Annotated[
        Path | None, typer.Option("--token-file", help="api: callers send this token (Bearer).")
    ] = None,
    lang: Lang = "en",
) -> None:
    """Serve a door of this deployment on this machine: the console, or the api for other services."""
    with guarded(_output(False, lang)) as output:
        from lawful.cli.starting import run_serve

        run_serve(output, folder, door, host, port, base_url=base_url, token_file=token_file)


@app.command()
def doctor(folder: Folder = Path(), json: Json = False, lang: Lang = "en") -> None:
    """Check this deployment: each line says what, why it matters, and how to mend it."""
    with guarded(_output(json, lang)) as output:
        from lawful.cli.starting import run_doctor

        run_doctor(output, folder)


@law_app.command("check")
def law_check(
    rulebook: Annotated[
        Path | None, typer.Option("--rulebook", help="Another rulebook folder.")
    ] = None,
    json: Json = False,
    lang: Lang = "en",
    folder: Folder = Path(),
) -> None:
    """Load the rulebook, lint it, run every example; count per instrument."""
    with guarded(_output(json, lang)) as output:
        from lawful.cli.law import run_check

        run_check(output, folder, rulebook)


@law_app.command("facts")
def law_facts(json: Json = False, lang: Lang = "en", folder: Folder = Path()) -> None:
    """Each fact, with the entries that test it."""
    with guarded(_output(json, lang)) as output:
        from lawful.cli.law import run_facts

        run_facts(output, folder)


@law_app.command("show")
def law_show(id: str, json: Json = False, lang: Lang = "en", folder: Folder = Path()) -> None:
    """An article or entry: prose, conditions as written and in words."""
    with guarded(_output(json, lang)) as output:
        from lawful.cli.law import run_show

        run_show(output, folder, id)


verbs_law.add_to(law_app)
verbs_evidence.add_to(evidence_app)


@activity_app.command("list")
def activity_list(json: Json = False, lang: Lang = "en", folder: Folder = Path()) -> None:
    """Approved activities, and files that differ from what was approved."""
    with guarded(_output(json, lang)) as output:
        from lawful.cli.registers import run_activities

        run_activities(output, folder)


@activity_app.command("approve")
def activity_approve(
    file: Path,
    author: Annotated[str, typer.Option("--author")],
    approver: Annotated[str, typer.Option("--approver")],
    json: Json = False,
    lang: Lang = "en",
    folder: Folder = Path(),
) -> None:
    """Approve an activity file; author and approver are two people of the organisation."""
    with guarded(_output(json, lang)) as output:
        from lawful.cli.registers import run_approve

        run_approve(output, folder, "activity", file, author, approver)


@org_app.command("show")
def org_show(json: Json = False, lang: Lang = "en", folder: Folder = Path()) -> None:
    """The approved organisation."""
    with guarded(_output(json, lang)) as output:
        from lawful.cli.registers import run_organisation

        run_organisation(output, folder)


@org_app.command("approve")
def org_approve(
    file: Annotated[Path, typer.Argument()] = Path("organisation.toml"),
    author: Annotated[str, typer.Option("--author")] = "",
    approver: Annotated[str, typer.Option("--approver")] = "",
    json: Json = False,
    lang: Lang = "en",
    folder: Folder = Path(),
) -> None:
    """Approve the organisation file."""
    with guarded(_output(json, lang)) as output:
        from lawful.cli.registers import run_approve

        run_approve(output, folder, "organisation", file, author, approver)


@app.command()
def version() -> None:
    """The version of the package."""
    from importlib.metadata import version as of

    sys.stdout.write(f"lawful {of('lawful')}{os.linesep}")


def main() -> None:
    """Entry point of the console script."""
    app()

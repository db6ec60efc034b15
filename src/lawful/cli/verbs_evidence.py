"""The verbs of ``lawful evidence``; each imports its work only when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lawful.cli.options import Chosen, Folder, Json, Lang, Rulebook
from lawful.cli.output import Output, guarded


def add_to(app: typer.Typer) -> None:
    """Add the verbs to ``lawful evidence``."""
    app.command("verify")(evidence_verify)
    app.command("show")(evidence_show)
    app.command("replay")(evidence_replay)
    app.command("export")(evidence_export)
    app.command("witness")(evidence_witness)


def evidence_verify(
    path: Annotated[
        Path | None,
        typer.Argument(help="An evidence folder or export; default: this deployment's."),
    ] = None,
    vkey: Annotated[
        str | None, typer.Option(help="The verifier key as you know it; for a folder.")
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(help="The witness policy as you know it; for a folder.")
    ] = None,
    json: Json = False,
    lang: Lang = "en",
    folder: Folder = Path(),
) -> None:
    """Check every file of the log; exit 4 and name the place where it fails."""
    with guarded(Output(json=json, lang=lang)) as output:
        from lawful.cli.proving import run_verify

        run_verify(output, folder, path, vkey, policy)


def evidence_show(id: str, json: Json = False, lang: Lang = "en", folder: Folder = Path()) -> None:
    """A decision's leaf and payload."""
    with guarded(Output(json=json, lang=lang)) as output:
        from lawful.cli.proving import run_show

        run_show(output, folder, id)


def evidence_replay(
    since: Annotated[
        str | None, typer.Option("--since", help="Only decisions recorded from this day on (UTC).")
    ] = None,
    rulebook: Rulebook = None,
    on: Annotated[
        str | None, typer.Option("--on", help="Decide again as on this civil day: 2027-07-01.")
    ] = None,
    reading: Chosen = None,
    draft: Annotated[
        list[str] | None,
        typer.Option("--draft", help="Read this instrument's drafts as law. Repeat."),
    ] = None,
    json: Json = False,
    lang: Lang = "en",
    folder: Folder = Path(),
) -> None:
    """Decide every recorded decision again; by the book that decided, the answers must agree.

    Exit 1: one does not agree, or another book, reading, draft or day answers one otherwise.
    """
    with guarded(Output(json=json, lang=lang)) as output:
        from lawful.cli.replaying import run_replay

        run_replay(output, folder, rulebook, on, reading or [], draft or [], since=since)


def evidence_export(
    to: Annotated[
        Path | None, typer.Argument(help="A new folder; with --as a new file, default: output.")
    ] = None,
    form: Annotated[
        str,
        typer.Option("--as", help="folder (verifies offline), ocsf or cloudevents (JSON lines)."),
    ] = "folder",
    since: Annotated[int, typer.Option(help="First entry to write as an event, from 0.")] = 0,
    proof: Annotated[
        list[str] | None, typer.Option(help="A decision to prove in the folder; again for more.")
    ] = None,
    json: Json = False,
    lang: Lang = "en",
    folder: Folder = Path(),
) -> None:
    """Copy the log to a static folder that verifies without a network, or write it as events."""
    with guarded(Output(json=json, lang=lang)) as output:
        from lawful.cli.proving import export_as

        export_as(output, folder, to, form, since, proof or [])


def evidence_witness(
    state: Annotated[Path, typer.Argument(help="The witness's own folder: its key, what it saw.")],
    name: Annotated[str, typer.Option(help="Its name, like a URL without scheme.")],
    log: Annotated[
        list[str] | None, typer.Option(help="A log's verifier key; again for more logs.")
    ] = None,
    host: str = "127.0.0.1",
    port: int = 8430,
    key_only: Annotated[bool, typer.Option("--key-only", help="Say the key and end.")] = False,
    json: Json = False,
    lang: Lang = "en",
) -> None:
    """Be a witness: cosign a log's checkpoints, as long as each goes on from the last."""
    with guarded(Output(json=json, lang=lang)) as output:
        from lawful.cli.witnessing import run_witness

        run_witness(output, state, name, log or [], host, port, key_only)

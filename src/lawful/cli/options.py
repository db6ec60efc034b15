"""Options that several commands take, spelled once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Versioned JSON on standard output.")]
Lang = Annotated[str, typer.Option("--lang", help="en or zh.", envvar="LAWFUL_LANG")]
FactOption = Annotated[
    list[str] | None,
    typer.Option("--fact", help="NAME=VALUE; a set as a,b; null = unknown. Repeat."),
]
FactsFile = Annotated[
    Path | None, typer.Option("--facts", help="A JSON file of facts; typed ones win.")
]
On = Annotated[
    str | None, typer.Option("--on", help="Civil date, the same in every zone: 2024-03-22.")
]
At = Annotated[str | None, typer.Option("--at", help="Instant with its zone: 2024-03-21T17:00Z.")]
Folder = Annotated[Path, typer.Option("--folder", help="Where to look for lawful.toml, upwards.")]

"""``lawful evidence verify | show | export``."""

from __future__ import annotations

import json
from pathlib import Path

from lawful.cli.output import Output
from lawful.evidence import export, verify
from lawful.gate.deployment import Deployment
from lawful.terms.errors import UsageError


def run_verify(output: Output, folder: Path, path: Path | None) -> None:
    """Verify a folder, or this deployment's log with its second place; raises where it fails."""
    if path is not None:
        if not path.is_dir():
            raise UsageError(
                f"There is no folder '{path}'.", hint="Name an evidence folder or an export."
            )
        report = verify(path)
    else:
        report = Deployment.verify(folder)
    found = {
        "version": 1,
        "verified": True,
        "entries": report.entries,
        "size": report.checkpoint_size,
        "root": report.root,
        "origin": report.origin,
        "compared": report.compared,
    }
    if output.json:
        output.data(found)
    else:
        output.line(
            f"● verified: {report.entries} entries, root {report.root[:16]}…, {report.origin}"
        )
        output.line(
            "  compared with the last checkpoint kept elsewhere"
            if report.compared
            else "  not compared with a checkpoint kept elsewhere"
        )


def run_show(output: Output, folder: Path, wanted: str) -> None:
    """A decision's leaf, payload and place in the log."""
    with Deployment.open(folder) as deployment:
        leaf = deployment.evidence.find(wanted)
        if leaf is None:
            raise UsageError(
                f"There is no decision '{wanted}' in the log.", code="evidence.unknown"
            )
        payload = deployment.evidence.payload(leaf)
        content = {
            "version": 1,
            "index": leaf.index,
            "leaf": json.loads(leaf.data),
            "payload": payload,
        }
    output.data(content)


def run_export(output: Output, folder: Path, to: Path) -> None:
    """Copy the log to a static folder."""
    with Deployment.open(folder) as deployment:
        export(deployment.evidence.folder, to)
    if output.json:
        output.data({"version": 1, "folder": str(to)})
    else:
        output.line(f"Exported to {to}. Check it with: lawful evidence verify {to}")

"""``lawful evidence verify | show | export``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from lawful.cli.output import Output
from lawful.evidence import Leaf, PublishedLog, Report, as_cloudevent, as_ocsf, export, verify
from lawful.gate.deployment import Deployment
from lawful.gate.verifying import Verified, verify_deployment
from lawful.terms.errors import EnvironmentFailure, Location, UsageError

FORMS = ("folder", "ocsf", "cloudevents")
_AT_ONCE = 256


def run_verify(
    output: Output, folder: Path, path: Path | None, vkey: str | None, policy: Path | None
) -> None:
    """Verify a folder, or this deployment's log with its second place; raises where it fails."""
    if path is not None:
        if not path.is_dir():
            raise UsageError(
                f"There is no folder '{path}'.", hint="Name an evidence folder or an export."
            )
        try:
            known = policy.read_text(encoding="utf-8") if policy else None
        except (OSError, UnicodeDecodeError):
            raise UsageError(
                "The policy cannot be read.", location=Location(file=str(policy))
            ) from None
        _say(output, verify(path, vkey=vkey, policy=known), None)
    else:
        verified = verify_deployment(folder)
        _say(output, verified.log, verified)


def _say(output: Output, report: Report, verified: Verified | None) -> None:
    found: dict[str, Any] = {
        "version": 1,
        "verified": True,
        "entries": report.entries,
        "size": report.checkpoint_size,
        "root": report.root,
        "origin": report.origin,
        "compared": report.compared,
        "checked": list(report.checked),
    }
    if verified is not None:
        register = verified.register
        found["second_place"] = verified.second_place
        found["approvals"] = {"standing": register.standing, "attested": register.compared}
    if output.json:
        output.data(found)
        return
    output.line(f"● verified: {report.entries} entries, root {report.root[:16]}…, {report.origin}")
    for line in _against(report, verified):
        output.line(f"  {line}")


def _against(report: Report, verified: Verified | None) -> Iterator[str]:
    """What the log was compared with, and what that cannot tell."""
    if verified is None:
        yield "not compared with a checkpoint kept elsewhere"
        return
    yield f"compared with the last checkpoint kept in {verified.second_place}"
    if "witnesses" not in report.checked:
        yield (
            "without witnesses, an older copy of the whole folder cannot be told from it: "
            "name some in lawful.toml under [evidence], or keep a checkpoint elsewhere"
        )
    register = verified.register
    yield (
        f"{register.compared} of {register.standing} approvals in the register are compared "
        "with the evidence, and are as it attests"
    )


def run_show(output: Output, folder: Path, wanted: str) -> None:
    """A decision's leaf, payload and place in the log."""
    with Deployment.open(folder) as deployment:
        leaf = _found(deployment.published, wanted)
        payload = deployment.published.payload(leaf)
        content = {
            "version": 1,
            "index": leaf.index,
            "leaf": json.loads(leaf.data),
            "payload": payload,
        }
    output.data(content)


def export_as(
    output: Output, folder: Path, to: Path | None, form: str, since: int, proofs: list[str]
) -> None:
    """The export that was asked for.

    Raises: UsageError: an unknown form, or a folder without a name.
    """
    if form not in FORMS:
        raise UsageError(
            f"There is no form '{form}'.", code="evidence.form", hint=f"--as {', '.join(FORMS)}"
        )
    if form != "folder":
        run_export_events(output, folder, to, form, since)
    elif to is None:
        raise UsageError("Export to which folder?", hint="lawful evidence export FOLDER")
    else:
        run_export(output, folder, to, proofs)


def run_export(output: Output, folder: Path, to: Path, proofs: list[str]) -> None:
    """Copy the log to a static folder, with proofs of some decisions."""
    with Deployment.open(folder) as deployment:
        log = deployment.published
        log.settle()
        export(log.folder, to, proofs=[_found(log, each).index for each in proofs])
    if output.json:
        output.data({"version": 1, "folder": str(to)})
    else:
        output.line(f"Exported to {to}. Check it with: lawful evidence verify {to}")
        output.line(f"or, without Lawful: python3 {to}/verify.py {to}")


def run_export_events(output: Output, folder: Path, to: Path | None, form: str, since: int) -> None:
    """Write the log's entries as events, one JSON document a line, oldest first."""
    with Deployment.open(folder) as deployment:
        log = deployment.published
        size = log.size()
        ours = version("lawful")

        def told(leaf: Leaf) -> dict[str, Any]:
            if form == "ocsf":
                return as_ocsf(leaf, product_version=ours, origin=deployment.origin)
            return as_cloudevent(leaf, source=f"/{deployment.origin}")

        with _to(to) as file:
            for start in range(max(0, since), size, _AT_ONCE):
                for leaf in reversed(
                    log.tail(min(_AT_ONCE, size - start), before=start + _AT_ONCE)
                ):
                    if start <= leaf.index < size:
                        file.write(json.dumps(told(leaf), ensure_ascii=False) + "\n")
    output.note(f"{max(0, size - max(0, since))} events; next time: --since {size}")


@contextmanager
def _to(path: Path | None) -> Iterator[IO[str]]:
    """A new file, or standard output."""
    if path is None:
        yield sys.stdout
        return
    try:
        with path.open("x", encoding="utf-8") as file:
            yield file
    except FileExistsError:
        raise UsageError(
            "The file is there already, and left alone.", location=Location(file=str(path))
        ) from None
    except OSError as error:
        raise EnvironmentFailure(
            f"The file cannot be written: {error.strerror}.",
            code="evidence.export",
            location=Location(file=str(path)),
        ) from None


def _found(log: PublishedLog, wanted: str) -> Leaf:
    leaf = log.find(wanted)
    if leaf is None:
        raise UsageError(f"There is no decision '{wanted}' in the log.", code="evidence.unknown")
    return leaf

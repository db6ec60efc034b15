"""``lawful init | demo | serve | doctor``."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import webbrowser
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

import attrs

from lawful.cli.output import Output, leave
from lawful.terms.errors import EnvironmentFailure, Location, UsageError

PORTS = {"console": 8420, "api": 8421}
"""Each door that is served, with its port."""


def run_init(output: Output, folder: Path, url: str, store: str) -> None:
    """Write the files of a deployment for a store; nothing that is there is overwritten."""
    from lawful.inventory import skeleton
    from lawful.stores import open_store

    base = folder.resolve()
    source = open_store(url, name=store, folder=base)
    files = skeleton(source.catalog(), url, store, source.foreign_keys())
    present = [path for path in files if (base / path).exists()]
    if present:
        raise UsageError(
            f"Already there, and left alone: {', '.join(present)}.",
            location=Location(file=str(base)),
            hint="Move them away, or run lawful init in another folder.",
        )
    for path, text in files.items():
        (base / path).parent.mkdir(parents=True, exist_ok=True)
        (base / path).write_text(text, encoding="utf-8")
    if output.json:
        output.data({"version": 1, "written": sorted(files)})
        return
    for path in sorted(files):
        output.line(f"wrote {path}")
    output.line("Next, each in its file:")
    output.line(
        "  1. organisation.toml: your people and the legal entity; then: "
        "lawful org approve organisation.toml --author A --approver B"
    )
    output.line(
        f"  2. datasets/{store}.toml: whose data each table holds, and what each column is; "
        "unlabelled columns are masked"
    )
    output.line(
        "  3. activities/example.toml: purpose, lawful basis, what is needed; then: "
        "lawful activity approve activities/example.toml --author A --approver B"
    )
    output.line(f'  4. lawful query "SELECT * FROM …" --purpose … --store {store}')


def run_demo(output: Output, folder: Path, port: int, *, reset: bool, open_browser: bool) -> None:
    """Build the sample platform if it is not there, and serve it."""
    from lawful.sample.platform import build_platform

    home = folder.resolve() / ".lawful" / "demo"
    if reset and home.exists():
        shutil.rmtree(home)
    if not (home / "ready").exists():
        if home.exists():
            shutil.rmtree(home)
        build_platform(home, progress=output.note)
    output.note(f"Sample platform in {os.path.relpath(home)}: three things to try, each one click:")
    output.note(f"  an answered question   http://127.0.0.1:{port}/ask?example=1")
    output.note(f"  the law in a query     http://127.0.0.1:{port}/query?example=1")
    output.note(f"  the proof              http://127.0.0.1:{port}/evidence")
    output.note("The same from the shell, in another terminal:")
    output.note(
        f'  cd {os.path.relpath(home)} && lawful query "SELECT buyer_id, count(*) AS n FROM orders GROUP BY ALL" '
        "--purpose personalised_advertising --store sample --as shop-dublin/privacy_engineer"
    )
    shown = (
        open_browser
        and sys.stdout.isatty()
        and bool(os.environ.get("DISPLAY") or sys.platform == "darwin")
    )
    address = f"http://127.0.0.1:{port}/ask?example=1"
    _serve(output, home, "console", "127.0.0.1", port, address, shown=shown)


def run_serve(
    output: Output,
    folder: Path,
    door: str,
    host: str,
    port: int,
    *,
    base_url: str = "",
    token_file: Path | None = None,
) -> None:
    """Serve a door of this deployment; port 0 is the door's own."""
    if door not in PORTS:
        raise UsageError(f"There is no door '{door}'.", hint=f"Doors: {', '.join(PORTS)}.")
    port = port or PORTS[door]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    if door == "api":
        words = {"base_url": base_url, "token_file": token_file}
        _serve(output, folder, door, host, port, address, shown=False, **words)
        return
    if base_url or token_file is not None:
        raise UsageError(
            "The console knows no callers from elsewhere: --base-url and --token-file are the api's.",
            hint="lawful serve --door api --base-url https://… --token-file FILE",
        )
    if host not in ("127.0.0.1", "localhost"):
        raise UsageError(
            f"The console has no sign-in, and '{host}' can be reached by others than you.",
            hint="Leave --host out, and reach it from elsewhere through a tunnel of yours.",
        )
    _serve(output, folder, door, host, port, address, shown=False)


def _serve(
    output: Output,
    folder: Path,
    door: str,
    host: str,
    port: int,
    address: str,
    *,
    shown: bool,
    **words: object,
) -> None:
    from lawful.gate.deployment import Deployment

    serve = find_door(door)
    check_port(port)

    def announce() -> None:
        output.line(f"Lawful on {address}   (Ctrl-C stops it; the data stays)")
        sys.stdout.flush()
        if shown:
            webbrowser.open(address)

    with Deployment.open(folder) as deployment:
        serve(deployment, host=host, port=port, ready=announce, **words)


def check_port(port: int) -> None:
    """Raise EnvironmentFailure if another program listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise EnvironmentFailure(
                f"Another program uses port {port}.",
                code="serve.port",
                hint=f"Choose one: --port {port + 1}",
            ) from None


def find_door(name: str) -> Callable[..., None]:
    """A door's ``serve``, found by name: doors do not know one another.

    Raises: EnvironmentFailure: this installation has no such door.
    """
    found = list(entry_points(group="lawful.doors", name=name))
    if not found:
        raise EnvironmentFailure(
            f"This installation has no door '{name}'.",
            hint="Install the package again: make install",
        )
    serve: Callable[..., None] = found[0].load()
    return serve


def run_doctor(output: Output, folder: Path) -> None:
    """Check this deployment, a line for each thing; exit 1 on a finding."""
    from lawful.cli.doctor import checks
    from lawful.gate.deployment import Deployment

    with Deployment.open(folder) as deployment:
        rows = checks(deployment)
    if output.json:
        output.data({"version": 1, "checks": [attrs.asdict(row) for row in rows]})
    for row in () if output.json else rows:
        why = "" if row.ok else f"  (why it matters: {row.why})"
        output.line(f"{'●' if row.ok else '■'} {row.what:<16} {row.found}{why}")
    leave(0 if all(row.ok for row in rows) else 1)

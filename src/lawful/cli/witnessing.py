"""``lawful evidence witness``: be a witness for somebody's log."""

from __future__ import annotations

import time
from pathlib import Path

from lawful.cli.output import Output
from lawful.evidence.notes import VerifierKey
from lawful.evidence.witness import WitnessServer
from lawful.evidence.witness_http import witness_server
from lawful.terms.errors import EnvironmentFailure


def run_witness(
    output: Output, state: Path, name: str, logs: list[str], host: str, port: int, key_only: bool
) -> None:
    """Make or read the witness's key, say it, and answer until interrupted."""
    keys = [VerifierKey.parse(text) for text in logs]
    witness = WitnessServer(
        state, name, {key.name: key for key in keys}, now=lambda: int(time.time())
    )
    if output.json:
        output.data({"version": 1, "vkey": str(witness.vkey), "logs": sorted(k.name for k in keys)})
    else:
        output.line(f"witness NAME {witness.vkey} http://{host}:{port}")
    if key_only:
        return
    try:
        server = witness_server(witness, host, port)
    except OSError as error:
        raise EnvironmentFailure(
            f"The witness cannot listen on {host}:{port}: {error.strerror}.",
            code="evidence.witness",
            hint="Choose another with --port.",
        ) from None
    output.note(f"cosigns for {', '.join(k.name for k in keys) or 'no log'}; Ctrl-C ends it")
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            output.note("ended")

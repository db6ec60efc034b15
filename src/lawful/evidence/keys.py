"""The log's own key: made once, kept outside the evidence folder, checked on every open."""

from __future__ import annotations

from pathlib import Path

from lawful.evidence.disk import Disk
from lawful.evidence.failures import SchemaError, broken
from lawful.evidence.notes import Signer, check_name

KEY = Path("keys") / "log-ed25519"


def load_signer(folder: Path, state: Path, origin: str, disk: Disk, *, known: bool) -> Signer:
    """The log's signer; a log that has none yet, and is not ``known`` elsewhere, gets one.

    Raises: ProofFailure: the key is gone, or is not the one that the folder names.
    """
    try:
        check_name(origin)
    except ValueError as error:
        raise SchemaError(str(error)) from None
    pem, vkey = disk.read(state / KEY), disk.read(folder / "vkey")
    begun = vkey is not None or known or disk.read(folder / "checkpoint") is not None
    if pem is None:
        if begun:
            raise broken(
                "key",
                "the log's private key is missing, so the log cannot be continued",
                file="log-ed25519",
                hint="restore the keys folder of the state, or begin a new log elsewhere",
            )
        signer = Signer.generate(origin)
        disk.write_all({state / KEY: signer.to_pem()}, mode=0o600)
    else:
        signer = Signer.from_pem(origin, pem)
    _check_vkey(folder, signer, vkey, disk)
    return signer


def _check_vkey(folder: Path, signer: Signer, vkey: bytes | None, disk: Disk) -> None:
    expected = f"{signer.verifier}\n".encode()
    if vkey is None:
        if disk.read(folder / "checkpoint") is not None:
            raise broken("missing_file", "the verifier key is missing", file="vkey")
        disk.write_all({folder / "vkey": expected})
    elif vkey != expected:
        raise broken(
            "key",
            "the verifier key is not that of the log's private key and origin",
            file="vkey",
            hint="either the folder was altered, or this state belongs to another log",
        )

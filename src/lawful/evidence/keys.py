"""The log's own key: made once, kept outside the evidence folder, checked on every open."""

from __future__ import annotations

from pathlib import Path

from lawful.evidence.disk import Disk
from lawful.evidence.failures import SchemaError, broken
from lawful.evidence.notes import Signer, VerifierKey, check_name
from lawful.evidence.policy import Policy

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


def private_key(path: Path, name: str, disk: Disk) -> Signer:
    """The key kept in a file, made on first use; for witnesses."""
    try:
        check_name(name)
    except ValueError as error:
        raise SchemaError(str(error)) from None
    pem = disk.read(path)
    if pem is not None:
        return Signer.from_pem(name, pem)
    signer = Signer.generate(name)
    disk.write_all({path: signer.to_pem()}, mode=0o600)
    return signer


def keep_policy(folder: Path, policy: Policy | None, verifier: VerifierKey, disk: Disk) -> None:
    """Publish the witness policy beside the key, or take it away; under the log's lock.

    Raises: SchemaError: it is for another log.
    """
    path = folder / "policy"
    kept = disk.read(path)
    if policy is not None and policy.log != verifier:
        raise SchemaError(
            "the witness policy is for another log", hint=f"its line must be: log {verifier}"
        )
    if policy is not None and kept != policy.text.encode():
        disk.write_all({path: policy.text.encode()})
    elif policy is None and kept is not None:
        disk.remove(path)
        disk.sync_dir(folder)


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

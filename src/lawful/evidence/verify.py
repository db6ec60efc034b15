"""Verification of a whole log, from its files alone: every byte of every file counts."""

from __future__ import annotations

from pathlib import Path

import attrs

from lawful.evidence.auditing import Audited, Leaves, audit, tile_fault
from lawful.evidence.exported import (
    README,
    VERIFIER,
    check_readme,
    is_proof,
    proof_index,
)
from lawful.evidence.failures import SchemaError, broken
from lawful.evidence.folder import Files, FolderFiles
from lawful.evidence.notes import Checkpoint, VerifierKey, open_checkpoint
from lawful.evidence.policy import Policy, open_witnessed
from lawful.evidence.proofs import verify_proof
from lawful.evidence.second_place import CheckpointStore
from lawful.evidence.tiles import (
    ENTRIES,
    files_of,
    split_bundle,
    split_tile,
    tile_path,
    tile_width,
)
from lawful.evidence.tree import TILE, tree_root
from lawful.evidence.verify_payloads import check_payloads

_SECOND = "second place"


@attrs.frozen(kw_only=True)
class Report:
    """What was verified. ``compared`` says whether the second place was asked."""

    origin: str
    entries: int
    root: str
    nodes: int
    payloads: int
    erased: int
    proofs: int
    compared: bool
    checked: tuple[str, ...]

    @property
    def checkpoint_size(self) -> int:
        """Entries that the checkpoint attests; the same as ``entries`` in a log that verifies."""
        return self.entries


def verify(
    folder: Path,
    store: CheckpointStore | None = None,
    *,
    vkey: str | None = None,
    policy: str | None = None,
) -> Report:
    """Verify a log's folder, or an export of it, offline.

    Args:
        folder: the evidence folder or a copy; nobody may be writing to it meanwhile
            (``EvidenceLog.verify`` sees to that).
        store: the second place; without it a whole older log, or one forged together with its
            key, cannot be told from the true one.
        vkey: the verifier key as the auditor knows it, to be held against the folder's.
        policy: the witness policy as the auditor knows it; without it, the folder's own counts.

    Raises:
        ProofFailure: naming the file, and what in it is wrong.
        EnvironmentFailure: the folder cannot be read.
    """
    return verify_files(FolderFiles(folder), store, vkey=vkey, policy=policy)


def verify_files(
    files: Files,
    store: CheckpointStore | None = None,
    *,
    vkey: str | None = None,
    policy: str | None = None,
) -> Report:
    """Like ``verify``, over any set of named files."""
    names = files.names()
    for name in ("vkey", "checkpoint"):
        if name not in names:
            raise broken("missing_file", "this file is missing", file=name)
    verifier = _verifier(files.read("vkey"), vkey)
    trusted = _policy(files, names, policy)
    head = open_witnessed(files.read("checkpoint"), verifier, trusted)
    _check_tile_names(names, head.size)
    audited = audit(files, names, head)
    _check_tiles(files, audited)
    payloads = check_payloads(files, names, audited.leaves, audited.kept)
    proofs = _check_exported(files, names, head, verifier, trusted)
    if store is not None:
        _compare(files, store, verifier, head)
    return _report(head, audited.leaves, payloads, proofs, store is not None, trusted)


def _report(
    head: Checkpoint,
    leaves: Leaves,
    payloads: int,
    proofs: int,
    compared: bool,
    policy: Policy | None,
) -> Report:
    checked = ["files", "signature", "entries", "schema", "sequences", "tiles", "root", "payloads"]
    checked += ["witnesses"] if policy else []
    checked += ["proofs"] if proofs else []
    checked += ["second place"] if compared else []
    return Report(
        origin=head.origin,
        entries=head.size,
        root=head.root.hex(),
        nodes=len(leaves.nodes),
        payloads=payloads,
        erased=len(leaves.erased),
        proofs=proofs,
        compared=compared,
        checked=tuple(checked),
    )


def _verifier(data: bytes, known: str | None) -> VerifierKey:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = ""
    if not text.endswith("\n"):
        raise broken("key", "this is not a verifier key", file="vkey")
    verifier = VerifierKey.parse(text[:-1])
    if known is not None and known.removesuffix("\n") != text[:-1]:
        raise broken("key", "the verifier key is not the one you know", file="vkey")
    return verifier


def _check_tile_names(names: set[str], size: int) -> None:
    """Exactly the tiles and bundles that a log of this size has; else the first that differs."""
    found = {name for name in names if name.startswith("tile/")}
    expected = files_of(size)
    if missing := sorted(expected - found):
        raise broken(
            "missing_file", f"this file of a log of {size} entries is missing", file=missing[0]
        )
    if extra := sorted(found - expected):
        raise broken("extra_file", f"a log of {size} entries has no such file", file=extra[0])


def _policy(files: Files, names: set[str], known: str | None) -> Policy | None:
    """The witness policy: the folder's, which must be the one that the auditor knows, if any."""
    if "policy" not in names:
        if known is not None:
            raise broken("missing_file", "the witness policy is missing", file="policy")
        return None
    text = files.read("policy").decode(errors="replace")
    if known is not None and known != text:
        raise broken("key", "the witness policy is not the one you know", file="policy")
    try:
        return Policy.parse(text)
    except SchemaError as error:
        raise broken("key", error.message, file="policy") from None


def _check_tiles(files: Files, audited: Audited) -> None:
    """Every hash tile above level 0, byte for byte, against what the entries give."""
    for level, row in enumerate(audited.levels, 1):
        for n in range((len(row) + TILE - 1) // TILE):
            part = row[n * TILE : (n + 1) * TILE]
            name = tile_path(level, n, len(part))
            data = files.read(name)
            if data != b"".join(part):
                raise broken("tile", tile_fault(data, part), file=name)


def _check_exported(
    files: Files,
    names: set[str],
    head: Checkpoint,
    verifier: VerifierKey,
    policy: Policy | None,
) -> int:
    """The files that only an export has: its README and proofs; nothing else may be there."""
    proofs = sorted(name for name in names if is_proof(name))
    for name in names - set(proofs) - {"vkey", "checkpoint", "policy", README, VERIFIER}:
        if not name.startswith(("tile/", "payload/")):
            raise broken("extra_file", "an evidence folder has no such file", file=name)
    if README in names:
        program = files.read(VERIFIER) if VERIFIER in names else None
        check_readme(files.read(README), head, verifier, program)
    elif VERIFIER in names:
        raise broken(
            "missing_file", "the README, which vouches for verify.py, is missing", file=README
        )
    for name in proofs:
        index = proof_index(name)
        if index >= head.size:
            raise broken("extra_file", "the log has no such entry to prove", file=name)
        n, offset = divmod(index, TILE)
        bundle = files.read(tile_path(ENTRIES, n, tile_width(head.size, 0, n)))
        text = files.read(name).decode(errors="replace")
        if f"\nindex {index}\n" not in text:
            raise broken("proof", "the proof is not about the entry it is named for", file=name)
        leaf = split_bundle(bundle)[offset]
        verify_proof(text, leaf, str(verifier), policy=policy, file=name)
    return len(proofs)


def _compare(files: Files, store: CheckpointStore, verifier: VerifierKey, head: Checkpoint) -> None:
    """The log continues what the second place attests; its tiles have been checked by now."""
    note = store.get()
    if note is None:
        raise broken("second_place", "the second place has no checkpoint", file=_SECOND)
    seen = open_checkpoint(note, verifier, file=_SECOND)
    if seen.size > head.size:
        raise broken(
            "rolled_back",
            f"the log has {head.size} entries, but {seen.size} were attested in the second place",
            file="checkpoint",
        )

    def tile(level: int, n: int) -> list[bytes]:
        return split_tile(files.read(tile_path(level, n, tile_width(head.size, level, n))))

    if tree_root(tile, seen.size) != seen.root:
        raise broken(
            "forked", "the log and the second place disagree about its past", file="checkpoint"
        )

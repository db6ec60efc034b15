"""Verification of a whole log, from its files alone: every byte of every file counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attrs

from lawful.evidence.events import parse_leaf
from lawful.evidence.exported import README, check_readme, is_proof, proof_index
from lawful.evidence.failures import SchemaError, broken
from lawful.evidence.folder import Files, FolderFiles
from lawful.evidence.notes import Checkpoint, VerifierKey, open_checkpoint
from lawful.evidence.payloads import payload_path, unwrap
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
from lawful.evidence.tree import TILE, leaf_hash, root_of

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


@attrs.define
class _Leaves:
    """What the leaves say: hashes, commitments, erasures, the last sequence of each node."""

    hashes: list[bytes] = attrs.Factory(list)
    commitments: dict[str, int] = attrs.Factory(dict)
    erased: set[str] = attrs.Factory(set)
    last: dict[str, int] = attrs.Factory(dict)


def verify(
    folder: Path, store: CheckpointStore | None = None, *, vkey: str | None = None
) -> Report:
    """Verify a log's folder, or an export of it, offline.

    Args:
        folder: the evidence folder or a copy; nobody may be writing to it meanwhile
            (``EvidenceLog.verify`` sees to that).
        store: the second place; without it a whole older log, or one forged together with its
            key, cannot be told from the true one.
        vkey: the verifier key as the auditor knows it, to be held against the folder's.

    Raises:
        ProofFailure: naming the file, and what in it is wrong.
        EnvironmentFailure: the folder cannot be read.
    """
    return verify_files(FolderFiles(folder), store, vkey=vkey)


def verify_files(
    files: Files, store: CheckpointStore | None = None, *, vkey: str | None = None
) -> Report:
    """Like ``verify``, over any set of named files."""
    names = files.names()
    for name in ("vkey", "checkpoint"):
        if name not in names:
            raise broken("missing_file", "this file is missing", file=name)
    verifier = _verifier(files.read("vkey"), vkey)
    head = open_checkpoint(files.read("checkpoint"), verifier)
    _check_tile_names(names, head.size)
    leaves = _check_entries(files, head)
    _check_tiles(files, leaves.hashes)
    payloads = _check_payloads(files, names, leaves)
    proofs = _check_exported(files, names, head, verifier)
    if store is not None:
        _compare(store, verifier, head, leaves.hashes)
    return _report(head, leaves, payloads, proofs, compared=store is not None)


def _report(
    head: Checkpoint, leaves: _Leaves, payloads: int, proofs: int, *, compared: bool
) -> Report:
    checked = ["files", "signature", "entries", "schema", "sequences", "tiles", "root", "payloads"]
    checked += ["proofs"] if proofs else []
    checked += ["second place"] if compared else []
    return Report(
        origin=head.origin,
        entries=head.size,
        root=head.root.hex(),
        nodes=len(leaves.last),
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


def _bundles(files: Files, size: int) -> Iterator[tuple[str, int, list[bytes]]]:
    """Each bundle as its name, the index of its first entry, and its entries."""
    for n in range((size + TILE - 1) // TILE):
        width = tile_width(size, 0, n)
        name = tile_path(ENTRIES, n, width)
        try:
            entries = split_bundle(files.read(name))
        except ValueError as error:
            raise broken("entries", f"from leaf {n * TILE}: {error}", file=name) from None
        if len(entries) != width:
            raise broken(
                "entries", f"it holds {len(entries)} entries instead of {width}", file=name
            )
        yield name, n * TILE, entries


def _check_entries(files: Files, head: Checkpoint) -> _Leaves:
    """Hash all entries; if they do not give the attested root, find the first that is wrong.

    Only then are they read as leaves, so that an altered byte is reported as such.
    """
    leaves = _Leaves()
    for _, _, entries in _bundles(files, head.size):
        leaves.hashes.extend([leaf_hash(entry) for entry in entries])
    if root_of(leaves.hashes) != head.root:
        _blame_entry(files, head, leaves.hashes)
    for name, first, entries in _bundles(files, head.size):
        for offset, entry in enumerate(entries):
            _take_leaf(leaves, name, first + offset, entry)
    return leaves


def _blame_entry(files: Files, head: Checkpoint, hashes: list[bytes]) -> None:
    """Name the first entry that differs from its hash in the level-0 tiles."""
    for n in range((head.size + TILE - 1) // TILE):
        width = tile_width(head.size, 0, n)
        tile = files.read(tile_path(0, n, width))
        for offset, hashed in enumerate(hashes[n * TILE : n * TILE + width]):
            if tile[32 * offset : 32 * offset + 32] != hashed:
                raise broken(
                    "leaf",
                    f"leaf {n * TILE + offset} was altered: it does not match its hash",
                    file=tile_path(ENTRIES, n, width),
                )
    raise broken("root", "the entries do not lead to the attested root", file="checkpoint")


def _take_leaf(leaves: _Leaves, name: str, index: int, entry: bytes) -> None:
    """Check one leaf's schema and its place in its node's sequence."""
    try:
        leaf = parse_leaf(entry, index)
    except SchemaError as error:
        raise broken("schema", f"leaf {index}: {error.message}", file=name) from None
    due = leaves.last.get(leaf.node, 0) + 1
    if leaf.seq != due:
        raise broken(
            "sequence",
            f"leaf {index}: its node's entry {due} was due here, not {leaf.seq}",
            file=name,
        )
    leaves.last[leaf.node] = leaf.seq
    if leaf.commitment:
        leaves.commitments[leaf.commitment] = index
    if leaf.erases:
        leaves.erased.add(leaf.ref)


def _check_tiles(files: Files, hashes: list[bytes]) -> None:
    """Every hash tile, byte for byte, against what the entries give."""
    level, row = 0, hashes
    while row:
        for n in range((len(row) + TILE - 1) // TILE):
            part = row[n * TILE : (n + 1) * TILE]
            name = tile_path(level, n, len(part))
            data = files.read(name)
            if data != b"".join(part):
                raise broken("tile", _tile_fault(data, part), file=name)
        row = [root_of(row[i : i + TILE]) for i in range(0, len(row) // TILE * TILE, TILE)]
        level += 1


def _tile_fault(data: bytes, part: list[bytes]) -> str:
    if len(data) != 32 * len(part):
        return f"the tile has {len(data)} bytes instead of {32 * len(part)}"
    place = next(i for i, hashed in enumerate(split_tile(data)) if hashed != part[i])
    return f"hash {place} of the tile was altered: the entries give another"


def _check_payloads(files: Files, names: set[str], leaves: _Leaves) -> int:
    """Each committed payload is there as committed to, or recorded as erased and gone."""
    found = {name for name in names if name.startswith("payload/")}
    for commitment, index in leaves.commitments.items():
        name = payload_path(commitment)
        there = name in found
        if commitment in leaves.erased:
            if there:
                raise broken(
                    "payload",
                    f"the payload of leaf {index} is recorded as erased, but still there",
                    file=name,
                )
        elif not there:
            raise broken(
                "payload",
                f"the payload of leaf {index} is missing, and no erasure is recorded",
                file=name,
            )
        elif unwrap(files.read(name), commitment) is None:
            raise broken("payload", f"the payload of leaf {index} was altered", file=name)
        found.discard(name)
    if found:
        raise broken("extra_file", "no leaf commits to this payload", file=min(found))
    return len(leaves.commitments.keys() - leaves.erased)


def _check_exported(files: Files, names: set[str], head: Checkpoint, verifier: VerifierKey) -> int:
    """The files that only an export has: its README and proofs; nothing else may be there."""
    proofs = sorted(name for name in names if is_proof(name))
    for name in names - set(proofs) - {"vkey", "checkpoint", README}:
        if not name.startswith(("tile/", "payload/")):
            raise broken("extra_file", "an evidence folder has no such file", file=name)
    if README in names:
        check_readme(files.read(README), head, verifier)
    for name in proofs:
        index = proof_index(name)
        if index >= head.size:
            raise broken("extra_file", "the log has no such entry to prove", file=name)
        n, offset = divmod(index, TILE)
        bundle = files.read(tile_path(ENTRIES, n, tile_width(head.size, 0, n)))
        text = files.read(name).decode(errors="replace")
        if f"\nindex {index}\n" not in text:
            raise broken("proof", "the proof is not about the entry it is named for", file=name)
        verify_proof(text, split_bundle(bundle)[offset], str(verifier), file=name)
    return len(proofs)


def _compare(
    store: CheckpointStore, verifier: VerifierKey, head: Checkpoint, hashes: list[bytes]
) -> None:
    """The log continues what the second place attests."""
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
    if root_of(hashes[: seen.size]) != seen.root:
        raise broken(
            "forked", "the log and the second place disagree about its past", file="checkpoint"
        )

"""Growing a log by accepted records: the new head and the files that it needs. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from lawful.evidence.notes import Checkpoint
from lawful.evidence.payloads import payload_path
from lawful.evidence.tiles import ENTRIES, join_bundle, partials_of, tile_path
from lawful.evidence.tree import TILE, Frontier, leaf_hash
from lawful.evidence.wal import Record


@attrs.frozen
class Tip:
    """The right edge of a log: its head as signed, the frontier, the last bundle's entries."""

    note: bytes
    head: Checkpoint
    frontier: Frontier
    bundle: list[bytes]


@attrs.frozen
class Growth:
    """What records make of a tip: files to write (relative paths), files no longer needed.

    ``roots`` are the roots at the sizes that were asked for.
    """

    files: dict[str, bytes]
    stale: set[str]
    head: Checkpoint
    frontier: Frontier
    bundle: list[bytes]
    roots: dict[int, bytes]


def grow(tip: Tip, records: Sequence[Record], commitments: Sequence[str], *, want: int) -> Growth:
    """Add ``records`` to the tip, which stays as it is.

    ``commitments`` name the records' payloads (empty: none); the root at size ``want`` is
    computed on the way.
    """
    frontier, bundle = tip.frontier.copy(), list(tip.bundle)
    files: dict[str, bytes] = {}
    roots: dict[int, bytes] = {want: tip.head.root} if want == tip.head.size else {}
    for record, commitment in zip(records, commitments, strict=True):
        if commitment:
            files[payload_path(commitment)] = record.payload
        bundle.append(record.leaf)
        for level, n, hashes in frontier.add(leaf_hash(record.leaf)):
            files[tile_path(level, n)] = b"".join(hashes)
        if len(bundle) == TILE:
            files[tile_path(ENTRIES, frontier.size // TILE - 1)] = join_bundle(bundle)
            bundle = []
        if frontier.size == want:
            roots[want] = frontier.root()
    _add_partials(files, frontier, bundle, before=tip.frontier)
    stale = partials_of(tip.frontier.size) - partials_of(frontier.size)
    head = Checkpoint(origin=tip.head.origin, size=frontier.size, root=frontier.root())
    return Growth(files, stale, head, frontier, bundle, roots)


def _add_partials(
    files: dict[str, bytes], frontier: Frontier, bundle: list[bytes], *, before: Frontier
) -> None:
    """The partial tiles that changed, and the partial bundle."""
    for level, row in enumerate(frontier.rows):
        grown = (frontier.size >> (8 * level)) != (before.size >> (8 * level))
        if row and grown:
            n = frontier.size >> (8 * (level + 1))
            files[tile_path(level, n, len(row))] = b"".join(row)
    if bundle and frontier.size != before.size:
        files[tile_path(ENTRIES, frontier.size // TILE, len(bundle))] = join_bundle(bundle)

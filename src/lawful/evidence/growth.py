"""Growing a log by accepted entries: the new head and the files that it needs. Pure."""

from __future__ import annotations

from hashlib import sha256

import attrs

from lawful.evidence.notes import Checkpoint
from lawful.evidence.packs import pack_path
from lawful.evidence.tiles import ENTRIES, join_bundle, partials_of, tile_path
from lawful.evidence.tree import TILE, Frontier
from lawful.evidence.wal import Run


@attrs.frozen
class Tip:
    """The right edge of a log: its head as signed, the frontier, the last bundle's entries."""

    note: bytes
    head: Checkpoint
    frontier: Frontier
    bundle: list[bytes]


@attrs.frozen
class Growth:
    """What entries make of a log: files to write (relative paths), files no longer needed."""

    files: dict[str, bytes]
    stale: set[str]
    head: Checkpoint


class Grower:
    """Takes in runs one after the other; cut off what they make whenever it suits.

    Tiles and bundles are made as they fill, so that a cut costs the right edge only. Payloads
    are packed: one file for each run of entries within a bundle and a cut.
    """

    def __init__(self, tip: Tip) -> None:
        self._origin = tip.head.origin
        self._frontier, self._bundle = tip.frontier.copy(), list(tip.bundle)
        self._cut = tip.head.size
        self._files: dict[str, bytes] = {}
        self._pack: list[bytes] = []
        self._first = tip.head.size

    @property
    def size(self) -> int:
        """Entries, those of the tip included."""
        return self._frontier.size

    @property
    def root(self) -> bytes:
        """Root over all of them."""
        return self._frontier.root()

    @property
    def pending(self) -> int:
        """Entries since the last cut."""
        return self._frontier.size - self._cut

    def add(self, run: Run) -> None:
        """Take in a run that goes on from ``size``."""
        at = 0
        while at < len(run):
            part = run.part(at, at + TILE - len(self._bundle))
            at += len(part)
            self._add_part(part)

    def _add_part(self, part: Run) -> None:
        """Take in entries that fit in the last bundle."""
        frontier, bundle, leaves = self._frontier, self._bundle, part.leaves
        bundle.extend(leaves)
        kept = [(index, each) for index, each in enumerate(part.payloads, part.first) if each]
        if kept and not self._pack:
            self._first = kept[0][0]
        self._pack.extend([each for _, each in kept])
        for level, n, hashes in frontier.extend([sha256(b"\0" + each).digest() for each in leaves]):
            self._files[tile_path(level, n)] = b"".join(hashes)
        if len(bundle) == TILE:
            self._files[tile_path(ENTRIES, frontier.size // TILE - 1)] = join_bundle(bundle)
            bundle.clear()
            self._close_pack()

    def _close_pack(self) -> None:
        if self._pack:
            self._files[pack_path(self._first)] = b"\n".join([*self._pack, b""])
            self._pack.clear()

    def cut(self) -> Growth:
        """All that came since the last cut; later entries go on after it."""
        files, frontier, before = self._files, self._frontier, self._cut
        self._close_pack()
        for level, row in enumerate(frontier.rows):
            grown = (frontier.size >> (8 * level)) != (before >> (8 * level))
            if row and grown:
                n = frontier.size >> (8 * (level + 1))
                files[tile_path(level, n, len(row))] = b"".join(row)
        if self._bundle and frontier.size != before:
            name = tile_path(ENTRIES, frontier.size // TILE, len(self._bundle))
            files[name] = join_bundle(self._bundle)
        self._files, self._cut = {}, frontier.size
        head = Checkpoint(origin=self._origin, size=frontier.size, root=frontier.root())
        return Growth(files, partials_of(before) - partials_of(frontier.size), head)

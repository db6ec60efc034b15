"""The Merkle tree of RFC 6962 over SHA-256: hashes, roots, growth and inclusion paths. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

import attrs

EMPTY_ROOT = sha256(b"").digest()
TILE = 256
"""Hashes in a full tile, entries in a full bundle."""

TileReader = Callable[[int, int], Sequence[bytes]]
"""``(level, n)`` to the hashes of that tile, as wide as the tree's size makes it."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash of an entry: ``H(00 || entry)``."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: ``H(01 || left || right)``."""
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Root over consecutive hashes of one level, an unpaired last one being promoted.

    >>> root_of([]) == EMPTY_ROOT
    True
    """
    if not hashes:
        return EMPTY_ROOT
    return row_root(b"".join(hashes))


def row_root(row: bytes) -> bytes:
    """``root_of`` over hashes that lie one behind the other, as in a tile; at least one."""
    while len(row) > 32:
        pairs = [sha256(b"\x01" + row[i : i + 64]).digest() for i in range(0, len(row) - 32, 64)]
        if len(row) & 32:
            pairs.append(row[-32:])
        row = b"".join(pairs)
    return row


@attrs.define
class Frontier:
    """The right edge of a tree: for each tile level the hashes of its partial tile.

    ``size`` entries; ``rows[level]`` has ``(size >> 8 * level) % 256`` hashes.
    """

    size: int = 0
    rows: list[list[bytes]] = attrs.Factory(list)

    def copy(self) -> Frontier:
        """An independent copy, so that a failed append changes nothing."""
        return Frontier(self.size, [list(row) for row in self.rows])

    def add(self, hashed: bytes) -> list[tuple[int, int, list[bytes]]]:
        """Add one leaf hash; return the tiles that it completes as ``(level, n, hashes)``."""
        return self.extend([hashed])

    def extend(self, hashes: Sequence[bytes]) -> list[tuple[int, int, list[bytes]]]:
        """Add leaf hashes, no more than the last tile has room for; return the tiles completed."""
        done: list[tuple[int, int, list[bytes]]] = []
        if not self.rows:
            self.rows.append([])
        level, row = 0, self.rows[0]
        if len(row) + len(hashes) > TILE:
            raise ValueError("more hashes than the last tile has room for")
        row.extend(hashes)
        self.size += len(hashes)
        while len(row) == TILE:
            done.append((level, (self.size >> (8 * (level + 1))) - 1, row))
            self.rows[level] = []
            level += 1
            if level == len(self.rows):
                self.rows.append([])
            self.rows[level].append(root_of(row))
            row = self.rows[level]
        return done

    def root(self) -> bytes:
        """Root of the whole tree."""
        carry: bytes | None = None
        for row in self.rows:
            whole = row if carry is None else [*row, carry]
            if whole:
                carry = root_of(whole)
        return EMPTY_ROOT if carry is None else carry


def _split(count: int) -> int:
    """Largest power of two below ``count`` (which is at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def range_root(tile: TileReader, start: int, stop: int) -> bytes:
    """Root over the entries ``start`` to ``stop`` (exclusive) of an aligned range."""
    count = stop - start
    if count & (count - 1) == 0:
        bits = count.bit_length() - 1
        level, width = bits // 8, 1 << (bits % 8)
        first = start >> (8 * level)
        offset = first % TILE
        return root_of(tile(level, first // TILE)[offset : offset + width])
    middle = start + _split(count)
    return node_hash(range_root(tile, start, middle), range_root(tile, middle, stop))


def tree_root(tile: TileReader, size: int) -> bytes:
    """Root of the tree's first ``size`` entries."""
    return range_root(tile, 0, size) if size else EMPTY_ROOT


def inclusion_path(tile: TileReader, index: int, size: int) -> list[bytes]:
    """Hashes from the leaf's sibling up to the root's child (RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise IndexError("no such entry")
    path: list[bytes] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            path.append(range_root(tile, middle, stop))
            stop = middle
        else:
            path.append(range_root(tile, start, middle))
            start = middle
    path.reverse()
    return path


def consistency_path(tile: TileReader, old: int, size: int) -> list[bytes]:
    """Hashes that show the tree of ``old`` entries to be the beginning of this one (RFC 6962, 2.1.2).

    None where ``old`` is 0 or ``size``.
    """
    if not 0 <= old <= size:
        raise IndexError("no such tree")
    path: list[bytes] = []
    if old in (0, size):
        return path
    start, stop, whole = 0, size, True
    while old != stop:
        middle = start + _split(stop - start)
        if old <= middle:
            path.append(range_root(tile, middle, stop))
            stop = middle
        else:
            path.append(range_root(tile, start, middle))
            start, whole = middle, False
    if not whole:
        path.append(range_root(tile, start, stop))
    path.reverse()
    return path


def consistent(old: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether a consistency path leads from the old root to the new one.

    Written from RFC 9162, 2.1.4.2, independently of how paths are made. From 0, or to the same
    size, the path is empty.
    """
    if old == 0 or old == size:
        return not path and (old == 0 or old_root == root)
    if not 0 < old < size or not path:
        return False
    hashes = list(path)
    if old & (old - 1) == 0:
        hashes.insert(0, old_root)
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = hashes[0]
    for hashed in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            first, second = node_hash(hashed, first), node_hash(hashed, second)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, hashed)
        place, last = place >> 1, last >> 1
    return last == 0 and first == old_root and second == root


def root_from_path(hashed: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Root that an inclusion path leads to; ``None`` if the path has the wrong length.

    Written from RFC 9162, 2.1.3.2, independently of how paths are made.
    """
    if not 0 <= index < size:
        return None
    place, last, root = index, size - 1, hashed
    for sibling in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            root = node_hash(sibling, root)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        place, last = place >> 1, last >> 1
    return root if last == 0 else None

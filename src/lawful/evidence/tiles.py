"""C2SP tlog-tiles: names and contents of hash tiles and entry bundles. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lawful.evidence.tree import TILE

ENTRY_BYTES_MAX = 65_535
ENTRIES = "entries"
HASH_BYTES = 32


def tile_path(level: int | str, n: int, width: int = TILE) -> str:
    """Path of a tile or (``level`` = ``entries``) of an entry bundle.

    >>> tile_path(0, 1234067)
    'tile/0/x001/x234/067'
    >>> tile_path("entries", 5, 17)
    'tile/entries/005.p/17'
    """
    groups = [f"{n % 1000:03d}"]
    while n >= 1000:
        n //= 1000
        groups.insert(0, f"x{n % 1000:03d}")
    suffix = f".p/{width}" if width < TILE else ""
    return f"tile/{level}/{'/'.join(groups)}{suffix}"


def tile_width(size: int, level: int, n: int) -> int:
    """Hashes in tile ``n`` of ``level`` in a tree of ``size`` entries (0: no such tile)."""
    return max(0, min(TILE, (size >> (8 * level)) - n * TILE))


def tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """Every hash tile of a tree of ``size`` entries, as ``(level, n, width)``.

    >>> [t for t in tiles_of(70_000) if t[2] < 256 or t[0] > 0]
    [(0, 273, 112), (1, 0, 256), (1, 1, 17), (2, 0, 1)]
    """
    level = 0
    while size >> (8 * level):
        count = size >> (8 * level)
        for n in range((count + TILE - 1) // TILE):
            yield level, n, tile_width(size, level, n)
        level += 1


def files_of(size: int) -> set[str]:
    """Paths of all tiles and bundles of a tree of ``size`` entries."""
    paths = {tile_path(level, n, width) for level, n, width in tiles_of(size)}
    paths |= {tile_path(ENTRIES, n, width) for level, n, width in tiles_of(size) if level == 0}
    return paths


def partials_of(size: int) -> set[str]:
    """Paths of the partial tiles and of the partial bundle."""
    paths: set[str] = set()
    level = 0
    while count := size >> (8 * level):
        n, width = divmod(count, TILE)
        if width:
            paths.add(tile_path(level, n, width))
            if level == 0:
                paths.add(tile_path(ENTRIES, n, width))
        level += 1
    return paths


def split_tile(data: bytes) -> list[bytes]:
    """The hashes of a tile; its length must be a multiple of 32."""
    if len(data) % HASH_BYTES:
        raise ValueError("its length is not a multiple of 32 bytes")
    return [data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES)]


def join_bundle(entries: Sequence[bytes]) -> bytes:
    """An entry bundle: big-endian uint16 length and bytes, again and again."""
    return b"".join([len(entry).to_bytes(2, "big") + entry for entry in entries])


def split_bundle(data: bytes) -> list[bytes]:
    """The entries of a bundle; nothing may be cut off at its end.

    >>> split_bundle(join_bundle([b"a", b""]))
    [b'a', b'']
    """
    entries: list[bytes] = []
    at, end = 0, len(data)
    while at < end:
        start = at + 2
        stop = start + int.from_bytes(data[at:start], "big")
        if start > end or stop > end:
            raise ValueError(f"entry {len(entries)} of the bundle is cut off")
        entries.append(data[start:stop])
        at = stop
    return entries

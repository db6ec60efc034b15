"""The tree against RFC 6962's published vectors and a definition written out anew."""

from __future__ import annotations

import functools
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawful.evidence import tree
from lawful.evidence.tiles import (
    files_of,
    join_bundle,
    partials_of,
    split_bundle,
    split_tile,
    tile_path,
    tiles_of,
)
from lawful.evidence.tree import (
    EMPTY_ROOT,
    Frontier,
    TileReader,
    inclusion_path,
    leaf_hash,
    root_from_path,
    root_of,
    tree_root,
)

# Test data of the Certificate Transparency project: eight leaves, the root of each prefix.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATHS = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def defined_root(hashes: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word, over leaf hashes."""
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return sha256(b"\x01" + defined_root(hashes[:k]) + defined_root(hashes[k:])).digest()


def tiles_from(hashes: list[bytes]) -> TileReader:
    """All tiles of a tree, made from scratch."""
    rows = [hashes]
    while len(rows[-1]) >= 256:
        row = rows[-1]
        rows.append([defined_root(row[i : i + 256]) for i in range(0, len(row) // 256 * 256, 256)])
    return lambda level, n: rows[level][256 * n : 256 * n + 256]


def numbered(count: int) -> list[bytes]:
    return [leaf_hash(str(i).encode()) for i in range(count)]


def test_the_empty_tree() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert Frontier().root() == EMPTY_ROOT
    assert tree_root(lambda level, n: [], 0) == EMPTY_ROOT


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size: int) -> None:
    hashes = [leaf_hash(leaf) for leaf in LEAVES[:size]]
    frontier = Frontier()
    for hashed in hashes:
        frontier.add(hashed)
    assert root_of(hashes).hex() == frontier.root().hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("index", "size"), PATHS)
def test_published_paths(index: int, size: int) -> None:
    hashes = [leaf_hash(leaf) for leaf in LEAVES[:size]]
    path = inclusion_path(lambda level, n: hashes, index, size)
    assert [hashed.hex() for hashed in path] == PATHS[index, size]
    assert root_from_path(hashes[index], index, size, path) == bytes.fromhex(ROOTS[size - 1])


def test_every_path_up_to_300(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "range_root", functools.cache(tree.range_root))  # for speed only
    hashes = numbered(300)
    tiles = tiles_from(hashes)
    for size in range(1, 301):
        root = root_of(hashes[:size])
        for index in range(size):
            path = inclusion_path(tiles, index, size)
            assert root_from_path(hashes[index], index, size, path) == root


@pytest.mark.parametrize("size", [255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 66_000])
def test_roots_and_paths_across_tile_borders(size: int) -> None:
    hashes = numbered(size)
    frontier = Frontier()
    for hashed in hashes:
        frontier.add(hashed)
    tiles, root = tiles_from(hashes), defined_root(hashes)
    assert frontier.root() == root == tree_root(tiles, size) == root_of(hashes)
    for index in {0, 1, 255, size // 2, size - 2, size - 1} & set(range(size)):
        path = inclusion_path(tiles, index, size)
        assert root_from_path(hashes[index], index, size, path) == root


@given(st.integers(1, 700), st.data())
def test_a_path_proves_its_leaf_at_its_place_only(size: int, data: st.DataObject) -> None:
    hashes = numbered(size)
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_path(tiles_from(hashes), index, size)
    root = root_of(hashes)
    assert root_from_path(hashes[index], index, size, path) == root
    other = data.draw(st.integers(-1, size))
    if other != index:
        assert root_from_path(hashes[index], other, size, path) != root
    assert root_from_path(hashes[index], index, size, [*path, root]) != root
    if path:
        assert root_from_path(hashes[index], index, size, path[:-1]) != root
        spoilt = [*path]
        place = data.draw(st.integers(0, len(path) - 1))
        spoilt[place] = bytes(32)
        assert root_from_path(hashes[index], index, size, spoilt) != root


@given(st.lists(st.integers(1, 400), min_size=1, max_size=6))
def test_the_frontier_completes_exactly_the_full_tiles(batches: list[int]) -> None:
    frontier, full = Frontier(), {}
    total = sum(batches)
    hashes = numbered(total)
    for hashed in hashes:
        for level, n, row in frontier.add(hashed):
            full[level, n] = row
    tiles = tiles_from(hashes)
    assert set(full) == {(level, n) for level, n, width in tiles_of(total) if width == 256}
    assert all(row == tiles(level, n) for (level, n), row in full.items())
    for level, row in enumerate(frontier.rows):
        assert row == tiles(level, (total >> 8 * level) // 256)[: len(row)]
        assert len(row) == (total >> 8 * level) % 256


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ((0, 0), "tile/0/000"),
        ((0, 999), "tile/0/999"),
        ((0, 1000), "tile/0/x001/000"),
        ((1, 1234067), "tile/1/x001/x234/067"),
        ((63, 5, 1), "tile/63/005.p/1"),
        (("entries", 1234067, 255), "tile/entries/x001/x234/067.p/255"),
        (("entries", 256_000, 256), "tile/entries/x256/000"),
    ],
)
def test_tile_names(arguments: tuple[int | str, int], path: str) -> None:
    assert tile_path(*arguments) == path


def test_the_tiles_of_the_standards_own_example() -> None:
    tiles = list(tiles_of(70_000))
    assert len([t for t in tiles if t[0] == 0 and t[2] == 256]) == 273
    assert [t for t in tiles if t[2] < 256] == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert list(tiles_of(256)) == [(0, 0, 256), (1, 0, 1)]
    assert list(tiles_of(0)) == []


@given(st.integers(0, 200_000))
def test_partial_tiles_are_among_the_tiles_and_never_empty(size: int) -> None:
    assert partials_of(size) == {path for path in files_of(size) if ".p/" in path}
    assert all(1 <= width <= 256 for _, _, width in tiles_of(size))


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles_read_back(entries: list[bytes]) -> None:
    data = join_bundle(entries)
    assert split_bundle(data) == entries
    if data:
        with pytest.raises(ValueError, match="cut off"):
            split_bundle(data[:-1] if entries[-1] or len(data) > 1 else data[:-1] + b"")


def test_a_tile_of_odd_length_is_refused() -> None:
    with pytest.raises(ValueError, match="multiple of 32"):
        split_tile(bytes(33))


def test_a_path_longer_than_the_tree_leads_nowhere() -> None:
    """Else the root of two entries would pass for that of one."""
    first, second = numbered(2)
    assert root_from_path(second, 1, 2, [first]) == root_of([first, second])
    assert root_from_path(second, 0, 1, [first]) is None

"""Auditing entries: hashes, schema and sequences of a range of bundles, and of ranges together.

Ranges do not depend on one another, so a large log is audited by several processes.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import attrs

from lawful.evidence.events import parse_leaf
from lawful.evidence.failures import SchemaError, broken
from lawful.evidence.folder import Files, FolderFiles
from lawful.evidence.notes import Checkpoint
from lawful.evidence.packs import Pack, pack_ranges
from lawful.evidence.payloads import commitments_of
from lawful.evidence.plain import Plain, read_plain
from lawful.evidence.tiles import (
    ENTRIES,
    HASH_BYTES,
    split_bundle,
    split_tile,
    tile_path,
    tile_width,
)
from lawful.evidence.tree import EMPTY_ROOT, TILE, root_of, row_root

MANY = 200_000
"""Entries from which a folder is audited by several processes."""
_ANSWER = "from lawful.evidence.auditing import answer; answer()"


@attrs.define
class Leaves:
    """What leaves say: commitments by index, erasures, each node's first and last number.

    ``made`` counts commitments, so that one made twice is noticed. ``nodes`` maps a node to the
    index of its first leaf here, that leaf's number, its last number.
    """

    commitments: dict[str, int] = attrs.Factory(dict)
    made: int = 0
    erased: set[str] = attrs.Factory(set)
    nodes: dict[str, tuple[int, int, int]] = attrs.Factory(dict)


@attrs.define
class Part:
    """A range of bundles: a root for each full one, the hashes of a partial last one.

    ``altered`` is an entry that its tile gives another hash; ``fault`` the first leaf that is not
    of the schema or out of sequence. ``kept`` are the bundles whose packs hold their payloads, all
    of them, none changed; erasures are not yet considered.
    """

    roots: list[bytes] = attrs.Factory(list)
    rest: list[bytes] = attrs.Factory(list)
    leaves: Leaves = attrs.Factory(Leaves)
    kept: set[int] = attrs.Factory(set)
    altered: int | None = None
    tile: tuple[str, str] | None = None
    fault: tuple[str, str, str] | None = None


def check_range(
    files: Files, size: int, start: int, stop: int, packs: Mapping[int, Sequence[Pack]]
) -> Part:
    """Audit the bundles ``start`` to ``stop`` (exclusive) of a log of ``size`` entries.

    ``packs`` are each bundle's (``pack_ranges``).

    Raises: ProofFailure: a bundle or tile is missing or malformed.
    """
    part = Part()
    for n in range(start, stop):
        width = tile_width(size, 0, n)
        name = tile_path(ENTRIES, n, width)
        data = files.read(name)
        plain = read_plain(data)
        entries = plain.entries if plain is not None else _split(data, n, name)
        if len(entries) != width:
            raise broken(
                "entries", f"it holds {len(entries)} entries instead of {width}", file=name
            )
        hashes = [sha256(b"\x00" + entry).digest() for entry in entries]
        row = b"".join(hashes)
        _check_tile(part, files, n, row)
        if width == TILE:
            part.roots.append(row_root(row))
        else:
            part.rest = hashes
        if part.fault is None:
            commitments = _take_all(part, name, n * TILE, entries, plain)
            if commitments and _kept(files, n * TILE, commitments, packs.get(n, ())):
                part.kept.add(n)
    return part


def _split(data: bytes, n: int, name: str) -> list[bytes]:
    try:
        return split_bundle(data)
    except ValueError as error:
        raise broken("entries", f"from leaf {n * TILE}: {error}", file=name) from None


def _check_tile(part: Part, files: Files, n: int, row: bytes) -> None:
    name = tile_path(0, n, len(row) // HASH_BYTES)
    data = files.read(name)
    if data != row:
        hashes = split_tile(row)
        if part.tile is None:
            part.tile = (name, tile_fault(data, hashes))
        if part.altered is None and len(data) == len(row):
            rows = split_tile(data)
            part.altered = n * TILE + next(i for i, each in enumerate(rows) if each != hashes[i])


def tile_fault(data: bytes, part: Sequence[bytes]) -> str:
    """In which way a tile is not what its entries give."""
    if len(data) != 32 * len(part):
        return f"the tile has {len(data)} bytes instead of {32 * len(part)}"
    place = next(i for i, hashed in enumerate(split_tile(data)) if hashed != part[i])
    return f"hash {place} of the tile was altered: the entries give another"


def _take_all(
    part: Part, name: str, first: int, entries: Sequence[bytes], plain: Plain | None
) -> Sequence[str]:
    """Take in a bundle's leaves; their commitments, none if one is not right."""
    if plain is None:
        return _take_slowly(part, name, first, entries)
    nodes: dict[str, tuple[int, int, int]] = {}
    seqs = [*map(int, plain.seqs)]
    for node in dict.fromkeys(plain.nodes):
        places = [*range(len(seqs))]
        if plain.nodes.count(node) != len(seqs):
            places = [at for at in places if plain.nodes[at] == node]
        known = part.leaves.nodes.get(node.decode())
        due = known[2] + 1 if known else seqs[places[0]]
        if [seqs[at] for at in places] != [*range(due, due + len(places))]:
            return _take_slowly(part, name, first, entries)
        begun = known or (first + places[0], due, 0)
        nodes[node.decode()] = (begun[0], begun[1], due + len(places) - 1)
    part.leaves.nodes.update(nodes)
    if not any(plain.commitments):
        return ()
    commitments = [each.decode() for each in plain.commitments]
    indices = range(first, first + len(commitments))
    part.leaves.commitments.update(zip(commitments, indices, strict=True))
    part.leaves.commitments.pop("", None)
    part.leaves.made += len(commitments) - commitments.count("")
    return commitments


def _take_slowly(part: Part, name: str, first: int, entries: Sequence[bytes]) -> Sequence[str]:
    """The same, a leaf at a time, so that the first that is not right is found."""
    nodes, commitments = part.leaves.nodes, part.leaves.commitments
    found: list[str] = []
    for index, entry in enumerate(entries, first):
        try:
            leaf = parse_leaf(entry, index)
        except SchemaError as error:
            part.fault = ("schema", f"leaf {index}: {error.message}", name)
            return ()
        if leaf.erases:
            part.leaves.erased.add(leaf.ref)
        known = nodes.get(leaf.node)
        if known is not None and leaf.seq != known[2] + 1:
            part.fault = _gap(index, known[2] + 1, leaf.seq, name)
            return ()
        nodes[leaf.node] = (*known[:2], leaf.seq) if known else (index, leaf.seq, leaf.seq)
        if leaf.commitment:
            commitments[leaf.commitment] = index
            part.leaves.made += 1
        found.append(leaf.commitment)
    return found


def _kept(files: Files, first: int, commitments: Sequence[str], packs: Sequence[Pack]) -> bool:
    """Whether a bundle's packs hold the payloads that its leaves commit to, each, in order."""
    if not packs or any(commitments[: packs[0][0] - first]):
        return False
    for start, stop, name in packs:
        due = [each for each in commitments[start - first : stop - first] if each]
        if not due or commitments_of(files.read(name)) != due:
            return False
    return True


def _gap(index: int, due: int, seq: int, name: str) -> tuple[str, str, str]:
    why = f"leaf {index}: its node's entry {due} was due here, not {seq}"
    return ("sequence", why, name)


@attrs.define
class Audited:
    """All entries of a log: what their leaves say, and the hashes of each level above them.

    ``kept`` are the bundles whose payloads have been checked, erasures aside.
    ``levels[k]`` is the row of hashes at tile level ``k + 1``; ``rest`` the last, partial row of
    level 0.
    """

    leaves: Leaves
    kept: set[int]
    levels: list[list[bytes]]
    rest: list[bytes]

    def root(self) -> bytes:
        """Root over all entries."""
        carry: bytes | None = root_of(self.rest) if self.rest else None
        for row in self.levels:
            edge = row[len(row) // TILE * TILE :]
            if carry is not None:
                edge = [*edge, carry]
            if edge:
                carry = root_of(edge)
        return EMPTY_ROOT if carry is None else carry


def audit(files: Files, names: set[str], head: Checkpoint) -> Audited:
    """Audit all entries against the attested root, and the level-0 tiles.

    An entry that was altered is reported as such, before any that is not of the schema.

    Raises: ProofFailure: naming the file and the first thing in it that is wrong.
    """
    bundles = (head.size + TILE - 1) // TILE
    parts = _parts(files, names, head.size, bundles)
    roots = [root for part in parts for root in part.roots]
    rest = next((part.rest for part in parts if part.rest), [])
    levels = [roots]
    while len(levels[-1]) >= TILE:
        row = levels[-1]
        levels.append([root_of(row[i : i + TILE]) for i in range(0, len(row) // TILE * TILE, TILE)])
    leaves = Leaves()
    done = Audited(leaves, set(), levels, rest)
    if done.root() != head.root:
        _blame_entry(parts, head.size)
    _join(parts, leaves, head.size)
    for part in parts:
        if part.tile is not None:
            raise broken("tile", part.tile[1], file=part.tile[0])
    if leaves.made == len(leaves.commitments):  # else erasing one may concern several bundles
        done.kept.update(*[part.kept for part in parts])
    return done


def _parts(files: Files, names: set[str], size: int, bundles: int) -> list[Part]:
    packs = pack_ranges(names)
    workers = min(os.cpu_count() or 1, 8)
    if size >= MANY and workers > 1 and isinstance(files, FolderFiles):
        step = (bundles + workers - 1) // workers
        ranges = [(at, min(at + step, bundles)) for at in range(0, bundles, step)]
        found = _apart(files, size, ranges, packs)
        if found is not None:
            return found  # else there is no room for more processes: alone, then
    return [check_range(files, size, 0, bundles, packs)]


def _apart(
    files: FolderFiles,
    size: int,
    ranges: list[tuple[int, int]],
    packs: Mapping[int, Sequence[Pack]],
) -> list[Part] | None:
    """Audit ranges in processes of their own, the last in this; ``None`` if one did not work.

    They are plain processes: ``multiprocessing`` would run the caller's own script again.
    """
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}
    running: list[subprocess.Popen[bytes]] = []
    try:
        for start, stop in ranges[:-1]:
            words = ["-c", _ANSWER, str(files.folder), str(size), str(start), str(stop)]
            running.append(
                subprocess.Popen(
                    [sys.executable, *words],
                    env=env,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            )
        last = check_range(files, size, *ranges[-1], packs)
        parts: list[Part] = []
        for each in running:
            data, _ = each.communicate()
            if each.returncode:
                return None
            parts.append(pickle.loads(data))
    except (OSError, EOFError, pickle.UnpicklingError):
        return None
    finally:
        for each in running:
            each.kill()
            each.wait()
            if each.stdout is not None:
                each.stdout.close()
    return [*parts, last]


def _blame_entry(parts: list[Part], size: int) -> None:
    """Name the first entry that differs from its hash in the level-0 tiles."""
    for part in parts:
        if part.altered is not None:
            n = part.altered // TILE
            raise broken(
                "leaf",
                f"leaf {part.altered} was altered: it does not match its hash",
                file=tile_path(ENTRIES, n, tile_width(size, 0, n)),
            )
    raise broken("root", "the entries do not lead to the attested root", file="checkpoint")


def _join(parts: list[Part], leaves: Leaves, size: int) -> None:
    """Put together what the ranges say; the first leaf that is not right is reported."""
    for part in parts:
        for node, (index, first, last) in part.leaves.nodes.items():
            due = leaves.nodes[node][2] + 1 if node in leaves.nodes else 1
            if first != due:
                n = index // TILE
                name = tile_path(ENTRIES, n, tile_width(size, 0, n))
                code, why, _ = _gap(index, due, first, name)
                raise broken(code, why, file=name)
            leaves.nodes[node] = (index, first, last)
        if part.fault is not None:
            code, why, name = part.fault
            raise broken(code, why, file=name)
        leaves.commitments.update(part.leaves.commitments)
        leaves.made += part.leaves.made
        leaves.erased |= part.leaves.erased


def answer() -> None:
    """A range in a process of its own: the folder, its size and the range are its arguments."""
    folder, *numbers = sys.argv[1:]
    size, start, stop = map(int, numbers)
    files = FolderFiles(Path(folder))
    part = check_range(files, size, start, stop, pack_ranges(files.names()))
    sys.stdout.buffer.write(pickle.dumps(part))

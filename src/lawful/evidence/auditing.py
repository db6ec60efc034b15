"""Auditing entries: hashes, schema and sequences of a range of bundles, and of ranges together.

Ranges do not depend on one another, so a large log is audited by several processes.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import attrs

from lawful.evidence.events import fast_fields, parse_leaf
from lawful.evidence.failures import SchemaError, broken
from lawful.evidence.folder import Files, FolderFiles
from lawful.evidence.notes import Checkpoint
from lawful.evidence.tiles import ENTRIES, split_bundle, split_tile, tile_path, tile_width
from lawful.evidence.tree import EMPTY_ROOT, TILE, root_of

MANY = 200_000
"""Entries from which a folder is audited by several processes."""
_ANSWER = "from lawful.evidence.auditing import answer; answer()"


@attrs.define
class Leaves:
    """What leaves say: commitments by index, erasures, each node's first and last number.

    ``nodes`` maps a node to the index of its first leaf here, that leaf's number, its last number.
    """

    commitments: dict[str, int] = attrs.Factory(dict)
    erased: set[str] = attrs.Factory(set)
    nodes: dict[str, tuple[int, int, int]] = attrs.Factory(dict)


@attrs.define
class Part:
    """A range of bundles: a root for each full one, the hashes of a partial last one.

    ``altered`` is an entry that its tile gives another hash; ``fault`` the first leaf that is not
    of the schema or out of sequence.
    """

    roots: list[bytes] = attrs.Factory(list)
    rest: list[bytes] = attrs.Factory(list)
    leaves: Leaves = attrs.Factory(Leaves)
    altered: int | None = None
    tile: tuple[str, str] | None = None
    fault: tuple[str, str, str] | None = None


def check_range(files: Files, size: int, start: int, stop: int) -> Part:
    """Audit the bundles ``start`` to ``stop`` (exclusive) of a log of ``size`` entries.

    Raises: ProofFailure: a bundle or tile is missing or malformed.
    """
    part = Part()
    for n in range(start, stop):
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
        hashes = [sha256(b"\x00" + entry).digest() for entry in entries]
        _check_tile(part, files, n, hashes)
        if width == TILE:
            part.roots.append(root_of(hashes))
        else:
            part.rest = hashes
        if part.fault is None:
            _take_all(part, name, n * TILE, entries)
    return part


def _check_tile(part: Part, files: Files, n: int, hashes: list[bytes]) -> None:
    name = tile_path(0, n, len(hashes))
    data = files.read(name)
    if data != b"".join(hashes):
        if part.tile is None:
            part.tile = (name, tile_fault(data, hashes))
        if part.altered is None and len(data) == 32 * len(hashes):
            rows = split_tile(data)
            part.altered = n * TILE + next(i for i, row in enumerate(rows) if row != hashes[i])


def tile_fault(data: bytes, part: Sequence[bytes]) -> str:
    """In which way a tile is not what its entries give."""
    if len(data) != 32 * len(part):
        return f"the tile has {len(data)} bytes instead of {32 * len(part)}"
    place = next(i for i, hashed in enumerate(split_tile(data)) if hashed != part[i])
    return f"hash {place} of the tile was altered: the entries give another"


def _take_all(part: Part, name: str, first: int, entries: list[bytes]) -> None:
    """Take in a bundle's leaves, up to the first that is not right."""
    nodes, commitments = part.leaves.nodes, part.leaves.commitments
    for index, entry in enumerate(entries, first):
        found = fast_fields(entry)
        if found is not None:
            node, seq, commitment = found
        else:
            try:
                leaf = parse_leaf(entry, index)
            except SchemaError as error:
                part.fault = ("schema", f"leaf {index}: {error.message}", name)
                return
            node, seq, commitment = leaf.node, leaf.seq, leaf.commitment
            if leaf.erases:
                part.leaves.erased.add(leaf.ref)
        known = nodes.get(node)
        if known is not None and seq != known[2] + 1:
            part.fault = _gap(index, known[2] + 1, seq, name)
            return
        nodes[node] = (known[0], known[1], seq) if known else (index, seq, seq)
        if commitment:
            commitments[commitment] = index


def _gap(index: int, due: int, seq: int, name: str) -> tuple[str, str, str]:
    why = f"leaf {index}: its node's entry {due} was due here, not {seq}"
    return ("sequence", why, name)


@attrs.define
class Audited:
    """All entries of a log: what their leaves say, and the hashes of each level above them.

    ``levels[k]`` is the row of hashes at tile level ``k + 1``; ``rest`` the last, partial row of
    level 0.
    """

    leaves: Leaves
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


def audit(files: Files, head: Checkpoint) -> Audited:
    """Audit all entries against the attested root, and the level-0 tiles.

    An entry that was altered is reported as such, before any that is not of the schema.

    Raises: ProofFailure: naming the file and the first thing in it that is wrong.
    """
    bundles = (head.size + TILE - 1) // TILE
    parts = _parts(files, head.size, bundles)
    roots = [root for part in parts for root in part.roots]
    rest = next((part.rest for part in parts if part.rest), [])
    levels = [roots]
    while len(levels[-1]) >= TILE:
        row = levels[-1]
        levels.append([root_of(row[i : i + TILE]) for i in range(0, len(row) // TILE * TILE, TILE)])
    leaves = Leaves()
    done = Audited(leaves, levels, rest)
    if done.root() != head.root:
        _blame_entry(parts, head.size)
    _join(parts, leaves, head.size)
    for part in parts:
        if part.tile is not None:
            raise broken("tile", part.tile[1], file=part.tile[0])
    return done


def _parts(files: Files, size: int, bundles: int) -> list[Part]:
    workers = min(os.cpu_count() or 1, 8)
    if size < MANY or workers == 1 or not isinstance(files, FolderFiles):
        return [check_range(files, size, 0, bundles)]
    step = (bundles + workers - 1) // workers
    ranges = [(at, min(at + step, bundles)) for at in range(0, bundles, step)]
    found = _apart(files.folder, size, ranges)
    if found is None:  # no room for more processes: alone, then
        return [check_range(files, size, 0, bundles)]
    return found


def _apart(folder: Path, size: int, ranges: list[tuple[int, int]]) -> list[Part] | None:
    """Audit ranges in processes of their own, the last in this; ``None`` if one did not work.

    They are plain processes: ``multiprocessing`` would run the caller's own script again.
    """
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}
    running: list[subprocess.Popen[bytes]] = []
    try:
        for start, stop in ranges[:-1]:
            words = ["-c", _ANSWER, str(folder), str(size), str(start), str(stop)]
            running.append(
                subprocess.Popen(
                    [sys.executable, *words],
                    env=env,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            )
        last = check_range(FolderFiles(folder), size, *ranges[-1])
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
        leaves.erased |= part.leaves.erased


def answer() -> None:
    """A range in a process of its own: the folder, its size and the range are its arguments."""
    folder, *numbers = sys.argv[1:]
    size, start, stop = map(int, numbers)
    part = check_range(FolderFiles(Path(folder)), size, start, stop)
    sys.stdout.buffer.write(pickle.dumps(part))

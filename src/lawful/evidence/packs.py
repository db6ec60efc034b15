"""Packs: where payloads are kept, some of a bundle in one file, one a line, each erasable."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lawful.evidence.disk import Disk
from lawful.evidence.payloads import commitment_of, payload_path
from lawful.evidence.tiles import tile_path
from lawful.evidence.tree import TILE

Pack = tuple[int, int, str]
"""The first entry that it may be of, the first that it may not, its name."""


def pack_folder(n: int) -> str:
    """Where the payloads of bundle ``n`` are kept.

    >>> pack_folder(1234067)
    'payload/x001/x234/067'
    """
    return "payload/" + tile_path("", n).removeprefix("tile//")


def pack_path(first: int) -> str:
    """The pack of payloads whose first is that of entry ``first``.

    >>> pack_path(517)
    'payload/002/005.jsonl'
    """
    return f"{pack_folder(first // TILE)}/{first % TILE:03d}.jsonl"


def pack_offset(name: str) -> int | None:
    """Offset in its bundle at which a pack begins, by its file's name; ``None`` if it is no pack."""
    number, dot, rest = name.partition(".")
    if dot and rest == "jsonl" and len(number) == 3 and number.isascii() and number.isdigit():
        return int(number)
    return None


def pack_for(names: Iterable[str], offset: int) -> str | None:
    """Which of a bundle's packs holds the payload of the entry at ``offset``, if one does."""
    starts = [(at, name) for name in names if (at := pack_offset(name)) is not None]
    return max([each for each in starts if each[0] <= offset], default=(0, None))[1]


def pack_lines(data: bytes) -> list[bytes]:
    """The payloads in a pack, one a line.

    Raises: ValueError: it does not end in a line's end, or holds nothing.
    """
    lines = data.split(b"\n")
    if lines.pop() or not lines:
        raise ValueError("the pack is cut off")
    return lines


def pack_bundle(folder: str) -> int | None:
    """The bundle whose packs are kept in a folder; ``None`` if it is no such folder.

    >>> pack_bundle("payload/x001/x234/067"), pack_bundle("payload/ab")
    (1234067, None)
    """
    digits = folder.removeprefix("payload/").replace("/", "").replace("x", "")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        return None
    return int(digits) if pack_folder(int(digits)) == folder else None


def pack_ranges(names: Iterable[str]) -> dict[int, list[Pack]]:
    """Each bundle's packs, in order.

    What is no pack, by its name, is left out.
    """
    firsts: dict[int, list[int]] = {}
    for name in names:
        folder, _, file = name.rpartition("/")
        n, offset = pack_bundle(folder), pack_offset(file)
        if n is not None and offset is not None and offset < TILE:
            firsts.setdefault(n, []).append(n * TILE + offset)
    ranges: dict[int, list[Pack]] = {}
    for n, starts in firsts.items():
        starts.sort()
        stops = [*starts[1:], n * TILE + TILE]
        ranges[n] = [(at, to, pack_path(at)) for at, to in zip(starts, stops, strict=True)]
    return ranges


def pack_begins(name: str) -> float:
    """The entry that a pack begins with; what is no pack belongs to the oldest entries, or none."""
    folder, _, file = name.rpartition("/")
    n, offset = pack_bundle(folder), pack_offset(file)
    if n is not None and offset is not None:
        return n * TILE + offset
    return -1 if file.endswith(".json") else float("inf")


def drop_payload(folder: Path, index: int, commitment: str, disk: Disk) -> None:
    """Delete the payload of an entry, durably, if it is there."""
    single = folder / payload_path(commitment)
    if disk.read(single) is not None:
        disk.remove(single)
        disk.sync_dir(single.parent)
    place = folder / pack_folder(index // TILE)
    name = pack_for(disk.names(place), index % TILE)
    if name is None:
        return
    lines = (disk.read(place / name) or b"").split(b"\n")[:-1]
    rest = [line for line in lines if commitment_of(line) != commitment]
    if len(rest) == len(lines):
        return
    if rest:
        disk.write_all({place / name: b"".join([line + b"\n" for line in rest])})
    else:
        disk.remove(place / name)
        disk.sync_dir(place)

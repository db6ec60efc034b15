"""Verification of payloads: each is there as committed to, or recorded as erased and gone."""

from __future__ import annotations

from bisect import bisect_left

from lawful.evidence.auditing import Leaves
from lawful.evidence.failures import broken
from lawful.evidence.folder import Files
from lawful.evidence.packs import Pack, pack_folder, pack_lines, pack_ranges
from lawful.evidence.payloads import commitment_of, payload_path
from lawful.evidence.tree import TILE
from lawful.terms.errors import ProofFailure


def check_payloads(files: Files, names: set[str], leaves: Leaves, kept: set[int]) -> int:
    """Check every payload file against the leaves; how many payloads there are.

    The packs of the bundles in ``kept`` hold what their leaves commit to; of those, only that
    nothing was to be erased is left to be checked.

    Raises: ProofFailure: one was altered, is missing with no erasure recorded, or is one too many.
    """
    found = {name for name in names if name.startswith("payload/")}
    single = _check_singles(files, found, leaves)
    gone = leaves.commitments.keys() & leaves.erased
    done = kept - {leaves.commitments[each] // TILE for each in gone}
    open_ = [  # in the order of the log, so by index
        (index, commitment)
        for commitment, index in leaves.commitments.items()
        if index // TILE not in done and commitment not in gone and commitment not in single
    ]
    open_.sort()
    at = 0
    for first, stop, name in _packs(found):
        if first // TILE in done:
            continue
        if at < len(open_) and open_[at][0] < first:
            raise _missing(open_[at][0], pack_folder(open_[at][0] // TILE))
        end = bisect_left(open_, (stop, ""), lo=at)
        _check_pack(files, name, open_[at:end], leaves)
        at = end
    if at < len(open_):
        raise _missing(open_[at][0], pack_folder(open_[at][0] // TILE))
    return len(leaves.commitments) - len(gone)


def _missing(index: int, file: str) -> ProofFailure:
    return broken(
        "payload",
        f"the payload of leaf {index} is missing, and no erasure is recorded",
        file=file,
    )


def _check_singles(files: Files, found: set[str], leaves: Leaves) -> set[str]:
    """The payloads of older logs, one file each; takes them out of ``found``."""
    single: set[str] = set()
    for name in [name for name in found if name.endswith(".json")]:
        commitment = name.rpartition("/")[2].removesuffix(".json")
        index = leaves.commitments.get(commitment)
        if index is None or name != payload_path(commitment):
            raise broken("extra_file", "no leaf commits to this payload", file=name)
        if commitment in leaves.erased:
            raise _still_there(index, name)
        if commitment_of(files.read(name)) != commitment:
            raise broken("payload", f"the payload of leaf {index} was altered", file=name)
        found.discard(name)
        single.add(commitment)
    return single


def _still_there(index: int, name: str) -> ProofFailure:
    return broken(
        "payload",
        f"the payload of leaf {index} is recorded as erased, but still there",
        file=name,
    )


def _packs(found: set[str]) -> list[Pack]:
    """All packs, in the order of the log; there may be nothing else."""
    packs = [pack for each in pack_ranges(found).values() for pack in each]
    if extra := sorted(found - {name for _, _, name in packs}):
        raise broken("extra_file", "no leaf commits to this payload", file=extra[0])
    return sorted(packs)


def _check_pack(files: Files, name: str, due: list[tuple[int, str]], leaves: Leaves) -> None:
    """The lines of a pack are the payloads due in it, in order, every byte."""
    try:
        lines = pack_lines(files.read(name))
    except ValueError as error:
        raise broken("payload", f"{error}", file=name) from None
    for place, line in enumerate(lines):
        found = commitment_of(line)
        if place < len(due) and found == due[place][1]:
            continue
        if found in leaves.erased and found in leaves.commitments:
            raise _still_there(leaves.commitments[found], name)
        if found in {commitment for _, commitment in due[place:]}:
            raise _missing(due[place][0], name)
        if place < len(due):
            raise broken("payload", f"the payload of leaf {due[place][0]} was altered", file=name)
        raise broken("extra_file", "no leaf commits to a payload of this pack", file=name)
    if len(lines) < len(due):
        raise _missing(due[len(lines)][0], name)

"""Reading a log from disk as a writer must: checked, agreed with the second place, nothing pending."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from lawful.evidence.failures import broken
from lawful.evidence.growth import Grower, Tip
from lawful.evidence.notes import Checkpoint, open_checkpoint
from lawful.evidence.publishing import OLDER, Publisher, forked
from lawful.evidence.reader import Reader
from lawful.evidence.tree import TILE, Frontier, leaf_hash, tree_root
from lawful.evidence.wal import Run, Wal

SECOND = "second place"


@attrs.frozen(kw_only=True)
class Recovered:
    """A log with nothing pending: its note as the second place has it, and what grows it."""

    note: bytes
    shown: bytes
    grower: Grower


def recover(publisher: Publisher, wal: Wal) -> Recovered:
    """Finish what was interrupted: integrate what was accepted, drop what never was.

    Raises:
        ProofFailure: altered, rolled back or forked; nothing is changed then.
        EnvironmentFailure, OSError: it cannot be read or written.
    """
    reader, stored = publisher.reader, publisher.store.get()
    if publisher.disk.read(publisher.folder / "checkpoint") is None:
        stored = publisher.begin(stored)
    shown, head = reader.head()
    tip = _read_tip(reader, shown, head)
    if stored is None:
        raise broken(
            "second_place",
            "the second place has no checkpoint for a log that has begun",
            file=SECOND,
            hint="verify the log, then put its checkpoint there on purpose (seed_store)",
        )
    wal.begin()
    before, pending = wal.pending(head.size)
    _check_before(reader, before, head.size)
    note, grower = _agree(publisher, wal, tip, pending, stored)
    publisher.sweep(grower.size)
    wal.empty()
    return Recovered(note=note, shown=reader.head()[0], grower=grower)


def _read_tip(reader: Reader, note: bytes, head: Checkpoint) -> Tip:
    """The right edge as the tiles have it, checked against the checkpoint."""
    size, frontier, level = head.size, Frontier(size=head.size), 0
    while count := size >> (8 * level):
        row = reader.tile(level, count // TILE, size) if count % TILE else []
        frontier.rows.append(list(row))
        level += 1
    bundle = reader.entries(size // TILE, size) if size % TILE else []
    if frontier.root() != head.root:
        raise broken("tile", "the last tiles do not lead to the checkpoint's root", file="tile")
    if [leaf_hash(entry) for entry in bundle] != (frontier.rows[0] if bundle else []):
        raise broken("leaf", "the last entries do not match their hashes", file="tile/entries")
    return Tip(note, head, frontier, list(bundle))


def _check_before(reader: Reader, leaves: Sequence[tuple[int, bytes]], size: int) -> None:
    """Entries that the log has already must be the same there."""
    for index, leaf in leaves:
        n, offset = divmod(index, TILE)
        if reader.entries(n, size)[offset] != leaf:
            raise forked()


def _agree(
    publisher: Publisher, wal: Wal, tip: Tip, pending: Run, stored: bytes
) -> tuple[bytes, Grower]:
    """Integrate what is pending; the result must continue what the second place has seen."""
    reader, size = publisher.reader, tip.head.size
    seen = open_checkpoint(stored, publisher.signer.verifier, file=SECOND)
    if seen.size > size + len(pending):
        raise broken(
            "rolled_back",
            f"the log has {size + len(pending)} entries, "
            f"but {seen.size} were attested in the second place",
            file="checkpoint",
            hint=OLDER,
        )
    for index, leaf in enumerate(pending.leaves, size):
        reader.parsed(leaf, index, size + len(pending))
    grower, known = Grower(tip), max(0, seen.size - size)
    grower.add(pending.part(0, known))
    if seen.size < size:
        root = tree_root(lambda level, n: reader.tile(level, n, size), seen.size)
    else:
        root = grower.root
    if root != seen.root:
        raise forked()
    grower.add(pending.part(known, len(pending)))
    if pending:
        wal.keep(pending)
        return publisher.publish(grower.cut(), stored=stored), grower
    note = publisher.signer.sign(tip.head)
    if stored != note and not publisher.store.compare_and_set(stored, note):
        raise forked()
    publisher.show_again(tip.note, tip.head)
    return note, grower

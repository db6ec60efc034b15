"""Publishing a log's growth: files, agreement with the second place, witnesses, the checkpoint.

Each step is durable before the next. The second place comes before publication, so that a fork is
never published.
"""

from __future__ import annotations

from pathlib import Path

import attrs

from lawful.evidence.disk import Disk
from lawful.evidence.failures import broken
from lawful.evidence.growth import Growth
from lawful.evidence.notes import Checkpoint, Signer
from lawful.evidence.reader import Reader
from lawful.evidence.second_place import CheckpointStore
from lawful.evidence.tiles import partials_of
from lawful.evidence.tree import EMPTY_ROOT
from lawful.evidence.witnessing import Cosigner
from lawful.terms.errors import ProofFailure

OLDER = "restore the newest evidence folder and its state; nothing is written meanwhile"
_FORK = "two copies of this log were written to; nothing is written until someone decides"


@attrs.frozen(kw_only=True)
class Publisher:
    """Changes the files of the log in ``folder``; whoever uses it holds the log's lock."""

    folder: Path
    signer: Signer
    store: CheckpointStore
    disk: Disk
    reader: Reader
    cosigner: Cosigner

    def begin(self, stored: bytes | None) -> bytes:
        """Publish the empty log, unless there was one here; says what the second place has then."""
        empty = self.signer.sign(Checkpoint(origin=self.signer.name, size=0, root=EMPTY_ROOT))
        if stored not in (None, empty) or self.disk.names(self.folder / "tile"):
            raise broken(
                "rolled_back",
                "the checkpoint is missing from a log that has begun",
                file="checkpoint",
                hint=OLDER,
            )
        if stored is None and not self.store.compare_and_set(None, empty):
            raise forked()
        self.disk.write_all({self.folder / "checkpoint": empty})
        return empty

    def publish(self, growth: Growth, *, stored: bytes) -> bytes:
        """Write the growth, agree with the second place, publish, drop stale partial tiles.

        Returns the note as the second place has it: with the log's own signature only.
        """
        self.disk.write_all({self.folder / path: data for path, data in growth.files.items()})
        note = self.signer.sign(growth.head)
        if stored != note and not self.store.compare_and_set(stored, note):
            raise forked()
        self._show(note, growth.head)
        kept = {str(Path(path).parent) for path in partials_of(growth.head.size)}
        for path in growth.stale:
            self.disk.remove(self.folder / path)
            if str(Path(path).parent) not in kept:
                self.disk.remove_dir((self.folder / path).parent)
        return note

    def _show(self, note: bytes, head: Checkpoint) -> None:
        """Put the checkpoint in its place, with the cosignatures that its policy asks for."""
        shown = self.cosigner.cosigned(note, head, self.reader.tile)
        self.disk.write_all({self.folder / "checkpoint": shown})

    def show_again(self, shown: bytes, head: Checkpoint) -> None:
        """Renew a checkpoint whose cosignatures are not those that the policy asks for."""
        if not self.cosigner.satisfied(shown):
            self._show(self.signer.sign(head), head)

    def sweep(self, size: int) -> None:
        """Drop partial tiles that an interrupted writer left."""
        kept = {self.folder / path for path in partials_of(size)}
        todo = [self.folder / "tile"]
        while todo:
            place = todo.pop()
            for name in self.disk.names(place):
                path = place / name
                if place.suffix == ".p" and path not in kept:
                    self.disk.remove(path)
                elif self.disk.is_dir(path):
                    todo.append(path)
            if place.suffix == ".p" and not self.disk.names(place):
                self.disk.remove_dir(place)


def forked() -> ProofFailure:
    """Two pasts of one log."""
    return broken(
        "forked",
        "the log and the second place disagree about its past",
        file="checkpoint",
        hint=_FORK,
    )

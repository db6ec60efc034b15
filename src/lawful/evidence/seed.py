"""Putting a log's checkpoint into a new second place, on purpose."""

from __future__ import annotations

from pathlib import Path

from lawful.evidence.failures import broken
from lawful.evidence.folder import FolderFiles
from lawful.evidence.second_place import CheckpointStore
from lawful.evidence.verify import Report, verify


def seed_store(folder: Path, store: CheckpointStore, *, vkey: str) -> Report:
    """Verify a log whole, then make its checkpoint the first that ``store`` holds.

    For a second place that was lost or moved. Never automatic: an emptied second place is also
    what somebody leaves who puts an old log in place of the true one. ``vkey`` is the verifier
    key as known from elsewhere.

    Raises: ProofFailure: the log does not verify, or the place is not empty.
    """
    report = verify(folder, vkey=vkey)
    if not store.compare_and_set(None, FolderFiles(folder).read("checkpoint")):
        raise broken(
            "second_place", "the second place already has a checkpoint", file="second place"
        )
    return report

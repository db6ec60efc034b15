"""Export: a static copy of a log that verifies with no network."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lawful.evidence.disk import Disk
from lawful.evidence.exported import README, VERIFIER, program, proof_path, readme
from lawful.evidence.failures import unwritable
from lawful.evidence.folder import FolderFiles
from lawful.evidence.notes import Checkpoint, VerifierKey
from lawful.evidence.packs import drop_payload, pack_begins
from lawful.evidence.proofs import format_proof
from lawful.evidence.reader import LeafIndex, Reader
from lawful.evidence.tiles import files_of, partials_of
from lawful.evidence.verify import Report, verify
from lawful.terms.errors import UsageError

_AT_ONCE = 256


def export(folder: Path, dest: Path, *, proofs: Iterable[int] = ()) -> Report:
    """Copy a log to ``dest`` (new or empty), with a README and the proofs asked for.

    The copy is verified before this returns. Others may append meanwhile: the copy is of the
    log as it stood at one checkpoint. Payloads go along; erased ones are not there to go.

    Raises:
        UsageError: ``dest`` is not empty, or an entry to prove does not exist.
        ProofFailure: the log does not verify.
        EnvironmentFailure: reading or writing failed.
    """
    disk = Disk()
    folder, dest = folder.absolute(), dest.absolute()
    if disk.names(dest) or dest == folder or folder in dest.parents:
        raise UsageError(
            "an export needs an empty place outside the log's folder", code="evidence.export"
        )
    files = FolderFiles(folder)
    verifier = VerifierKey.parse(files.read("vkey").decode(errors="replace").removesuffix("\n"))
    reader = Reader(folder, verifier, disk)
    index = LeafIndex(reader)
    wanted = sorted(set(proofs))

    def copy(note: bytes, head: Checkpoint) -> None:
        index.extend(head.size)
        edge = {name: reader.raw(name) for name in partials_of(head.size)}
        whole = sorted(files_of(head.size) - edge.keys())
        for start in range(0, len(whole), _AT_ONCE):
            names = whole[start : start + _AT_ONCE]
            disk.write_all({dest / name: reader.raw(name) for name in names})
        _copy_payloads(folder, dest, head.size, disk)
        edge |= {"checkpoint": note, "vkey": f"{verifier}\n".encode(), VERIFIER: program()}
        if (policy := disk.read(folder / "policy")) is not None:
            edge["policy"] = policy
        edge |= {proof_path(i): _proof(reader, i, note, head) for i in wanted}
        edge[README] = readme(head, verifier, program())
        disk.write_all({dest / name: data for name, data in edge.items()})
        for one in index.erased & index.by_commitment.keys():
            drop_payload(dest, index.by_commitment[one], one, disk)

    try:
        reader.at_head(copy)
    except OSError as error:
        raise unwritable(error) from None
    return verify(dest)


def _copy_payloads(folder: Path, dest: Path, size: int, disk: Disk) -> None:
    """Copy the payloads of the first ``size`` entries: a pack never goes beyond a checkpoint."""
    names = sorted(name for name in FolderFiles(folder).names() if name.startswith("payload/"))
    for start in range(0, len(names), _AT_ONCE):
        found = {name: disk.read(folder / name) for name in names[start : start + _AT_ONCE]}
        disk.write_all(
            {
                dest / name: data
                for name, data in found.items()
                if data is not None and pack_begins(name) < size
            }
        )


def _proof(reader: Reader, index: int, note: bytes, head: Checkpoint) -> bytes:
    if not 0 <= index < head.size:
        raise UsageError(
            f"the log has no entry {index}; it has {head.size}", code="evidence.no_entry"
        )
    return format_proof(index, reader.path(index, head.size), note).encode()

"""A deployment verified: its evidence, the second place, and the register of approvals."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import attrs

from lawful.db import reading
from lawful.evidence import Disk, Report, verify
from lawful.gate.deployment import EVIDENCE, STATE_FILE, Deployment
from lawful.inventory import Attested, verify_register
from lawful.terms.errors import Location, ProofFailure, UsageError


@attrs.frozen(kw_only=True)
class Verified:
    """What was verified: the log, and what stands in the register.

    ``second_place`` is the file that the log's checkpoint was compared with.
    """

    log: Report
    register: Attested
    second_place: str


def verify_deployment(start: Path) -> Verified:
    """Verify a deployment's evidence against the checkpoint kept in its state, and its register.

    Only what any opening finishes is written: an erasure that was interrupted, what was accepted
    and not yet published. Where nothing can be written, nothing is.

    Raises: ProofFailure: with the place. UsageError: there is no log yet.
    """
    with Deployment.open(start) as deployment:
        folder = deployment.state / EVIDENCE
        _check_there(deployment, folder)
        if deployment.is_writable and any((deployment.state / "erasing").glob("*")):
            deployment.published.settle()  # opening it finishes the erasure
        with ExitStack() as stack:
            if deployment.is_writable:  # a copy that cannot be written is not being written
                stack.enter_context(Disk().lock(deployment.state / "evidence.lock"))
            report = verify(folder, deployment.second_place)
        return Verified(
            log=report,
            register=attest(deployment),
            second_place=str((deployment.state / STATE_FILE).relative_to(deployment.folder)),
        )


def attest(deployment: Deployment) -> Attested:
    """Hold the register against the evidence.

    Raises: ProofFailure: an approval, or what was written down of it, is not as it was approved.
    """
    try:
        return _attest(deployment)
    except ProofFailure:
        return _attest(deployment)  # an approval may have been under way


def _attest(deployment: Deployment) -> Attested:
    log = deployment.published if _is_published(deployment) else None
    with reading(deployment.engine) as connection:
        return verify_register(connection, deployment.vocabulary, log, deployment.now())


def _is_published(deployment: Deployment) -> bool:
    """Can all that was accepted be read? Not in a copy made before it was published."""
    records = deployment.state.glob("evidence.wal*")
    return deployment.is_writable or not any(each.stat().st_size for each in records)


def _check_there(deployment: Deployment, folder: Path) -> None:
    if (folder / "checkpoint").exists():
        return
    state = deployment.state / STATE_FILE
    if state.is_file() and deployment.second_place.get() is not None:
        raise ProofFailure(
            "The evidence is gone: our state attests entries, and there is no log of them.",
            code="evidence.gone",
            location=Location(file=str(folder)),
            hint="Find out who can delete it, and restore the newest copy of the folder.",
        )
    if not folder.is_dir():
        raise UsageError(
            "There is no evidence here yet.",
            code="evidence.none",
            location=Location(file=str(folder)),
            hint="Ask a question first: lawful ask --help",
        )

"""Files of a deployment that are not as they were approved."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import attrs
from sqlalchemy import Connection

from lawful.inventory.queries import ACTIVITIES_FOLDER, ORGANISATION_FILE, standing_approvals
from lawful.terms.errors import EnvironmentFailure, Location


@attrs.frozen(kw_only=True)
class Drift:
    """A file that is not as approved: changed, missing, or never approved."""

    file: str
    how: Literal["changed", "missing", "not_approved"]
    message: str


def drift(conn: Connection, folder: Path) -> list[Drift]:
    """The files of a deployment that are not as approved, by name; empty when all are.

    Raises: EnvironmentFailure: a file cannot be read.
    """
    approved = {each.file: each for each in standing_approvals(conn)}
    present = _files(folder)
    found = [_drift(name, approved[name].digest, present.get(name)) for name in sorted(approved)]
    found += [
        Drift(
            file=name, how="not_approved", message=f"{name} was never approved; it does not count."
        )
        for name in sorted(set(present) - set(approved))
    ]
    return [each for each in found if each is not None]


def _drift(name: str, digest: str, data: bytes | None) -> Drift | None:
    if data is None:
        return Drift(
            file=name, how="missing", message=f"{name} is gone; what was approved still counts."
        )
    if hashlib.sha256(data).hexdigest() == digest:
        return None
    return Drift(
        file=name,
        how="changed",
        message=f"{name} was changed; the change does not count until it is approved again.",
    )


def _files(folder: Path) -> Mapping[str, bytes]:
    names = [
        ORGANISATION_FILE,
        *(
            f"{ACTIVITIES_FOLDER}/{path.name}"
            for path in sorted((folder / ACTIVITIES_FOLDER).glob("*.toml"))
        ),
    ]
    try:
        return {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}
    except OSError as error:
        raise EnvironmentFailure(
            f"A file of the register cannot be read: {str(error.strerror).lower()}.",
            code="inventory.unreadable",
            location=Location(file=str(folder)),
        ) from None

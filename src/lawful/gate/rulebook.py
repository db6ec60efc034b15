"""Where the rulebook's files are, and their bytes: shipped with the package, or at the repository's root."""

from __future__ import annotations

from pathlib import Path

from lawful.terms.errors import EnvironmentFailure, Location, UsageError


def shipped_folder() -> Path:
    """The rulebook that ships: beside the package in a wheel, at the root in a checkout.

    Raises: EnvironmentFailure: neither is there.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "_data" / "rulebook", package.parents[1] / "rulebook"):
        if (folder / "coverage.toml").is_file():
            return folder
    raise EnvironmentFailure(
        "The rulebook that belongs to this package is missing.",
        code="rulebook.missing",
        hint="Install the package again.",
    )


def read_folder(folder: Path, prefix: str = "") -> dict[str, bytes]:
    """The bytes of a rulebook folder's files, by path below it.

    Raises: UsageError: there is no such folder.
    """
    if not folder.is_dir():
        raise UsageError("There is no rulebook folder here.", location=Location(file=str(folder)))
    return {
        prefix + path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in (".toml", ".md")
    }

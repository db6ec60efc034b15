"""What goes wrong with evidence, as errors that people read."""

from __future__ import annotations

import os

from lawful.terms.errors import EnvironmentFailure, LawfulError, Location, ProofFailure


class SchemaError(LawfulError):
    """An event does not fit the closed schema; the message names the field, never its value."""

    code = "evidence.schema"


def broken(code: str, message: str, *, file: str = "", hint: str = "") -> ProofFailure:
    """A proof failure at one place of the evidence folder (``file`` is relative to it)."""
    return ProofFailure(message, code=f"evidence.{code}", location=Location(file=file), hint=hint)


def unwritable(error: OSError) -> EnvironmentFailure:
    """The evidence cannot be written now: the door stays shut."""
    name = os.path.basename(str(error.filename)) if error.filename else "the evidence folder"
    return EnvironmentFailure(
        f"evidence cannot be written ({error.strerror or type(error).__name__}: {name}); "
        "nothing was read or given",
        code="evidence.unwritable",
        hint="make room or make the folder writable; the log recovers by itself on the next try",
    )


def unreadable(error: OSError) -> EnvironmentFailure:
    """The evidence folder cannot be read."""
    name = os.path.basename(str(error.filename)) if error.filename else "the evidence folder"
    return EnvironmentFailure(
        f"evidence cannot be read ({error.strerror or type(error).__name__}: {name})",
        code="evidence.unreadable",
        hint="check that the folder exists and may be read",
    )


def interrupted() -> EnvironmentFailure:
    """Whoever was writing stopped in the middle; what is on disk will be read again."""
    return EnvironmentFailure(
        "evidence was not written: the writer was interrupted; nothing was read or given",
        code="evidence.interrupted",
        hint="try again; the log recovers by itself",
    )

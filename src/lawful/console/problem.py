"""What went wrong, as a page shows it: a code, a sentence, a hint, and an HTTP status."""

from __future__ import annotations

import attrs

from lawful.console.language import languages
from lawful.terms.errors import EnvironmentFailure, LawfulError, ProofFailure, UsageError


@attrs.frozen(kw_only=True)
class Problem:
    """One problem. The sentence holds no personal data."""

    status: int
    code: str
    sentence: str
    hint: str = ""
    place: str = ""


def problem_from(error: LawfulError) -> Problem:
    """A problem that a room below told."""
    status = 500
    if isinstance(error, UsageError):
        status = 400
    elif isinstance(error, (EnvironmentFailure, ProofFailure)):
        status = 503
    return Problem(
        status=status,
        code=error.code,
        sentence=error.message,
        hint=error.hint,
        place=str(error.location),
    )


def problem_of(status: int, lang: str) -> Problem:
    """A problem of the request itself, or of ours."""
    words = languages()[lang]
    known = status if words.has(f"problem.{status}.sentence") else 500 if status >= 500 else 400
    return Problem(
        status=status,
        code=f"console.{known}",
        sentence=words(f"problem.{known}.sentence"),
        hint=words(f"problem.{known}.hint"),
    )


def refusal(reason: str) -> Problem:
    """Why a request was not let in: ``host`` or ``cross_site``."""
    status = {"host": 421, "cross_site": 403}[reason]
    found = problem_of(status, "en")
    return attrs.evolve(found, code=f"console.{reason}")

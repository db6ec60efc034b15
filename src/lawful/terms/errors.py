"""Errors that people read: what is wrong, where, and how to mend it."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Location:
    """Where an error is: a file with line and column (both from 1), or a record's id."""

    file: str = ""
    line: int = 0
    column: int = 0
    record: str = ""

    def __str__(self) -> str:
        if not self.file:
            return self.record
        place = self.file
        if self.line:
            place += f":{self.line}"
            if self.column:
                place += f":{self.column}"
        return place


class LawfulError(Exception):
    """Base of all errors meant for people.

    Attributes:
        code: stable, dotted, for programs (``law.unknown_fact``).
        message: one sentence in the reader's nouns; never personal data.
        location: where; empty when it is nowhere in particular.
        hint: how to mend it; empty when there is nothing to say.
        exit_code: what the command line returns (2 usage, 4 proof, 5 environment, 70 ours).
    """

    code = "lawful.error"
    exit_code = 70

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        location: Location | None = None,
        hint: str = "",
        exit_code: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.location = location or Location()
        self.hint = hint
        if code is not None:
            self.code = code
        if exit_code is not None:
            self.exit_code = exit_code

    def __str__(self) -> str:
        place = str(self.location)
        text = f"{place}: {self.message}" if place else self.message
        return f"{text}\n  {self.hint}" if self.hint else text


class UsageError(LawfulError):
    """What was asked cannot be understood (exit 2)."""

    code = "usage"
    exit_code = 2


class EnvironmentFailure(LawfulError):
    """A store, the evidence log or the machine cannot be reached or written (exit 5)."""

    code = "environment"
    exit_code = 5


class ProofFailure(LawfulError):
    """A proof does not verify (exit 4)."""

    code = "proof"
    exit_code = 4

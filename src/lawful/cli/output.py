"""What the command line prints, and how it ends."""

from __future__ import annotations

import json as json_module
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import attrs
import typer

from lawful.terms.errors import LawfulError

EXIT = {"lawful": 0, "prohibited": 1, "not_yet": 1, "undetermined": 3}
GLYPH = {"lawful": "●", "prohibited": "■", "not_yet": "■", "undetermined": "◆"}
WORDS = {
    "en": {
        "lawful": "Clear to proceed",
        "prohibited": "Blocked",
        "not_yet": "Not yet",
        "undetermined": "Counsel needed / facts needed",
    },
    "zh": {
        "lawful": "可以进行",
        "prohibited": "禁止",
        "not_yet": "尚不可以",
        "undetermined": "需要法务或补充事实",
    },
}


@attrs.define(kw_only=True)
class Output:
    """Where a verb writes: JSON or text to standard output, progress to standard error."""

    json: bool = False
    lang: str = "en"

    def data(self, value: Any) -> None:
        """One JSON document."""
        sys.stdout.write(json_module.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")

    def line(self, text: str = "") -> None:
        """A line of text."""
        sys.stdout.write(text + "\n")

    def note(self, text: str) -> None:
        """A line of progress."""
        sys.stderr.write(text + "\n")

    def cited(self, of: Mapping[str, Any]) -> str:
        """A citation in its own language, and for who reads English in ours beside it."""
        own, ours = str(of.get("citation", "")), str(of.get("citation_en", ""))
        both = ours and ours != own and not self.lang.startswith("zh")
        return f"{own} · {ours}" if both else own

    def word(self, outcome: str) -> str:
        """An outcome as people read it."""
        words = WORDS["zh" if self.lang.startswith("zh") else "en"]
        return f"{GLYPH.get(outcome, '○')} {words.get(outcome, outcome)}"


def leave(code: int) -> None:
    """End with an exit code."""
    raise typer.Exit(code)


@contextmanager
def guarded(output: Output) -> Iterator[Output]:
    """Turn errors into one sentence and an exit code; anything else is our fault (70)."""
    try:
        yield output
    except LawfulError as error:
        _report(output, error)
        raise typer.Exit(error.exit_code) from None
    except BrokenPipeError:
        raise typer.Exit(0) from None
    except (typer.Exit, typer.Abort, SystemExit, KeyboardInterrupt):
        raise
    except Exception as error:
        traceback.print_exc(file=sys.stderr)
        output.note(f"This is a fault of Lawful, not yours: {type(error).__name__}.")
        raise typer.Exit(70) from None


def _report(output: Output, error: LawfulError) -> None:
    if output.json:
        output.data(
            {
                "version": 1,
                "error": {
                    "code": error.code,
                    "message": error.message,
                    "hint": error.hint,
                    "location": str(error.location),
                },
            }
        )
    output.note(f"lawful: {error}")

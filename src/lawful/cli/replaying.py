"""``lawful evidence replay``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lawful.cli.asking import read_moment
from lawful.cli.impact import read_readings
from lawful.cli.output import Output, leave

SHOWN = 20
"""So many differences are printed; all of them with ``--json``."""


def run_replay(
    output: Output,
    folder: Path,
    rulebook: Path | None,
    on: str | None,
    readings: list[str],
    drafts: list[str],
    *,
    since: str | None,
) -> None:
    """Decide the log again; exit 1 where an answer does not agree, or a comparison finds another one."""
    from lawful.gate.deployment import Deployment
    from lawful.gate.replaying import replay, replay_json

    day, _ = read_moment({}, on, None)
    first, _ = read_moment({}, since, None)
    with Deployment.open(folder) as deployment:
        changed = rulebook is not None or readings or drafts
        other = deployment.book_of(rulebook, read_readings(readings), drafts) if changed else None
        found = replay(
            deployment,
            other,
            on=day,
            since=first,
            progress=lambda done, of: output.note(f"{done:,} of {of:,} entries of the log …"),
        )
    answer = replay_json(found, output.lang)
    if output.json:
        output.data(answer)
    else:
        show_replay(output, answer)
    leave(1 if found.differs else 0)


def show_replay(output: Output, answer: dict[str, Any]) -> None:
    """A replay as text: counts, what could not be replayed, then each difference."""
    by = answer["by"]
    drafts = f", drafts of {', '.join(by['drafts'])}" if by["drafts"] else ""
    day = f", on {by['on']}" if by["on"] else ""
    output.line(f"by {by['version']} ({by['hash'][:8]}){drafts}{day}")
    output.line(
        f"{answer['recorded']:,} recorded, {answer['replayed']:,} decided again, {answer['agreed']:,} agree; "
        f"{answer['same_book']:,} by the book that decided them"
    )
    for each in answer["not_replayable"]:
        output.line(f"  {each['count']:,} not replayable: {each['text']}")
    for name, word in (("errors", "ERROR"), ("differences", "differs")):
        for each in answer[name][:SHOWN]:
            output.line(
                f"  {word:<8} {each['id']}  {each['recorded'] or '–'} → {each['replayed'] or '–'}"
                f"  ({each['kind']}, {each['door']}, {each['time'][:10]}, book {each['book'][:8]})"
            )
        more = max(0, len(answer[name]) - SHOWN) + answer[f"{name}_more"]
        if more:
            output.line(f"  … {more:,} more, with --json")

"""``lawful law impact``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lawful.cli.asking import read_facts, read_moment
from lawful.cli.output import Output, leave
from lawful.terms.errors import UsageError

SHOWN = 12
"""So many classes and rows are printed; all of them with ``--json``."""


def run_impact(
    output: Output,
    folder: Path,
    rulebook: Path | None,
    on: str | None,
    readings: list[str],
    drafts: list[str],
    *,
    since: str | None,
    typed: list[str],
) -> None:
    """Weigh a change; exit 1 if anything would change or a replay was not equal."""
    from lawful.gate.deployment import Deployment
    from lawful.gate.impact import weigh
    from lawful.gate.impact_wire import impact_json

    day, _ = read_moment({}, on, None)
    first, _ = read_moment({}, since, None)
    with Deployment.open(folder) as deployment:
        other = deployment.book_of(rulebook, read_readings(readings), drafts)
        found = weigh(
            deployment,
            other,
            on=day,
            since=first,
            given=read_facts(typed, None),
            progress=lambda done, of: output.note(f"{done:,} of {of:,} entries of the log …"),
        )
    answer = impact_json(found, output.lang)
    if output.json:
        output.data(answer)
    else:
        show_impact(output, answer)
    leave(1 if found.differs else 0)


def read_readings(words: list[str]) -> dict[str, str]:
    """``NAME=OPTION`` words.

    Raises: UsageError: a word has no ``=``.
    """
    found = {}
    for word in words:
        name, equals, option = word.partition("=")
        if not equals:
            raise UsageError(f"'{word}' is not NAME=OPTION.", code="usage.reading")
        found[name.strip()] = option.strip()
    return found


def show_impact(output: Output, answer: dict[str, Any]) -> None:
    """An impact as text: counts, then classes of change, then tables."""
    before, after = answer["before"], answer["after"]
    drafts = f", drafts of {', '.join(after['drafts'])}" if after["drafts"] else ""
    day = f", on {after['on']}" if after["on"] else ""
    output.line(f"{before['hash'][:8]} → {after['hash'][:8]}{drafts}{day}")
    decisions, activities = answer["decisions"], answer["activities"]
    output.line(
        f"decisions   {decisions['recorded']:,} recorded, {decisions['judged']:,} replayed, "
        f"{decisions['changed']:,} would change: {decisions['worse']:,} worse, {decisions['better']:,} better"
    )
    for each in decisions["not_replayable"]:
        output.line(f"            {each['count']:,} not replayable: {each['text']}")
    if decisions["by_another_book"]:
        output.line(
            f"            {decisions['by_another_book']:,} were made by another book; "
            f"today's answers {decisions['differ_from_record']:,} of them otherwise"
        )
    output.line(
        f"activities  {activities['registered']:,} registered, {activities['judged']:,} uses and duty lists, "
        f"{activities['changed']:,} would change: {activities['worse']:,} worse, {activities['better']:,} better"
    )
    for error in answer["errors"]:
        output.line(
            f"  ERROR       {error['decision']}: recorded {error['recorded']}, replayed {error['replayed']}"
        )
    for change in answer["uses"][:SHOWN]:
        _show_use(output, change)
    for change in answer["duties"][:SHOWN]:
        _show_duty(output, change)
    more = sum(max(0, len(answer[name]) - SHOWN) for name in ("uses", "duties"))
    if more or answer["left_off"]:
        output.line(f"  … {more + answer['left_off']:,} more classes of change, with --json")
    for name, rows in answer["by"].items():
        changed = [row for row in rows if row["changed"]]
        if changed:
            told = ", ".join(
                f"{row['label'] or '–'} {row['changed']:,} of {row['judged']:,}"
                for row in changed[:SHOWN]
            )
            output.line(f"by {name:<9} {told}")
    for note in answer["notes"]:
        output.note(note)


def _show_use(output: Output, change: dict[str, Any]) -> None:
    people = f", {change['people']:,} people" if change["people"] else ""
    places = " → ".join(filter(None, (change["country"], change["recipient"])))
    columns = f", {change['columns']} columns" if change["columns"] else ""
    output.line(
        f"  {change['count']:>6,} {change['of']}{people}: {output.word(change['before'])} → "
        f"{output.word(change['after'])}{columns}"
    )
    where = " · ".join(filter(None, (change["purpose_label"], change["store"], places)))
    output.line(f"         {where}")
    for rule in change["rules"]:
        only = f" (only {rule['in'][0]})" if len(rule["in"]) == 1 else ""
        output.line(f"         {rule['id']}  {output.cited(rule)}  {rule['says']}{only}")
    for name, words in (("not_known", "not known"), ("approximate", "approximate in")):
        if change[name]:
            told = ", ".join(each["fact"] for each in change[name])
            output.line(f"         {words}: {told}")
    output.line(f"         {', '.join(change['examples'])}")


def _show_duty(output: Output, change: dict[str, Any]) -> None:
    rule = change["rule"]
    states = " → ".join(filter(None, (change["before"], change["after"])))
    moved = ", last moment moved" if change["last_moved"] else ""
    output.line(
        f"  {change['count']:>6,} {change['of']}: duty {change['change']} ({states}{moved})  "
        f"{rule['id']}  {output.cited(rule)}  {rule['says']}"
    )
    where = " · ".join(
        filter(None, (change["about"], change["purpose_label"], change["store"], change["country"]))
    )
    output.line(f"         {where}  {', '.join(change['examples'])}")

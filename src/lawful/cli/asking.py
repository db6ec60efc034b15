"""``lawful ask`` and ``lawful duties``."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from lawful.cli.output import EXIT, Output, leave
from lawful.cli.owing import show_duties
from lawful.law.days import check_asked
from lawful.law.vocabulary import instant_of
from lawful.terms.errors import Location, UsageError


def run_ask(
    output: Output,
    folder: Path,
    operation: str | None,
    typed: list[str],
    file: Path | None,
    on: str | None,
    at: str | None,
    people: Path | None,
) -> None:
    """Answer a question and end with its exit code."""
    from lawful.gate.asking import ask
    from lawful.gate.deployment import Deployment

    facts = read_facts(typed, file)
    if operation is not None:
        facts["operation"] = operation
    on_day, moment = read_moment(facts, on, at)
    with Deployment.open(folder) as deployment:
        asked = ask(deployment, facts, on=on_day, at=moment, people=read_people(people), door="cli")
        answer = asked.wire(output.lang)
    if output.json:
        output.data(answer)
    else:
        show_answer(output, answer)
    leave(EXIT[answer["outcome"]])


def run_duties(
    output: Output,
    folder: Path,
    about: str,
    typed: list[str],
    file: Path | None,
    on: str | None,
    at: str | None,
) -> None:
    """Print a duty list; exit 1 if something is owed, 3 if undetermined."""
    from lawful.gate.asking import list_owed
    from lawful.gate.deployment import Deployment

    facts = read_facts(typed, file)
    on_day, moment = read_moment(facts, on, at)
    with Deployment.open(folder) as deployment:
        owed = list_owed(deployment, about, facts, on=on_day, at=moment, door="cli")
        answer = owed.wire(output.lang)
    if output.json:
        output.data(answer)
    else:
        show_duties(output, answer)
    leave(1 if answer["owed"] else 3 if owed.duties.undetermined else 0)


def read_facts(typed: list[str], file: Path | None) -> dict[str, Any]:
    """Facts from a JSON file and from ``NAME=VALUE`` words; the words win.

    Raises: UsageError: the file is not a JSON object, a word has no ``=``, or a fact is given twice.
    """
    facts: dict[str, Any] = {}
    if file is not None:
        try:
            content = json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=_each_key_once)
        except _Twice as twice:
            raise UsageError(
                f"The facts file names '{twice}' twice.",
                code="usage.fact",
                location=Location(file=str(file)),
                hint="Leave one of them.",
            ) from None
        except OSError as error:
            raise UsageError(
                f"The facts file cannot be read: {error.strerror}.",
                location=Location(file=str(file)),
            ) from None
        except ValueError as error:
            raise UsageError(
                f"The facts file is not JSON: {error}", location=Location(file=str(file))
            ) from None
        if not isinstance(content, dict):
            raise UsageError(
                "The facts file holds one JSON object of facts.", location=Location(file=str(file))
            )
        facts.update(content)
    words: dict[str, Any] = {}
    for word in typed:
        name, equals, value = word.partition("=")
        name = name.strip()
        if not equals:
            raise UsageError(f"'{word}' is not NAME=VALUE.", code="usage.fact")
        if name in words:
            raise UsageError(
                f"'{name}' is given twice.",
                code="usage.fact",
                hint="Leave one of them; a set is written once: NAME=a,b.",
            )
        words[name] = _value(value)
    return {**facts, **words}


class _Twice(Exception):
    """A key that a JSON object has twice."""


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object.

    Raises: _Twice: a key is there twice, of which JSON would keep the last without a word.
    """
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Twice(name)
        found[name] = value
    return found


def _value(text: str) -> Any:
    """A typed value: a JSON list is a set, ``null`` is unknown; anything else is read by its fact."""
    stripped = text.strip()
    if stripped == "null":
        return None
    if stripped.startswith("["):
        try:
            return json.loads(stripped)
        except ValueError:
            return stripped
    return stripped


def read_moment(
    facts: dict[str, Any], on: str | None, at: str | None
) -> tuple[date | None, datetime | None]:
    """The moment asked about, from the options or from ``on`` and ``at`` among the facts.

    Raises: UsageError: both, not a date or instant, or outside of the years that may be asked about.
    """
    on = on or _text(facts.pop("on", None))
    at = at or _text(facts.pop("at", None))
    if on and at:
        raise UsageError("Say --on or --at, not both.", code="usage.moment")
    try:
        moment = (date.fromisoformat(on) if on else None), (instant_of(at) if at else None)
    except (ValueError, OverflowError):
        raise UsageError(
            f"'{on or at}' is not a "
            f"{'date such as 2024-03-22' if on else 'instant with its zone such as 2024-03-21T17:00Z'}.",
            code="usage.moment",
        ) from None
    for each in filter(None, moment):
        check_asked(each)
    return moment


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def read_people(file: Path | None) -> list[dict[str, Any]]:
    """Groups of people from JSON lines.

    Raises: UsageError: the file cannot be read or holds no group, or a line is no JSON object, with its number.
    """
    if file is None:
        return []
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"The file of people cannot be read: {error}.",
            code="ask.people",
            location=Location(file=str(file)),
        ) from None
    groups = [
        _group(line, Location(file=str(file), line=number))
        for number, line in enumerate(lines, 1)
        if line.strip()
    ]
    if not groups:
        raise UsageError(
            "The file of people holds no group.",
            code="ask.people",
            location=Location(file=str(file)),
            hint=_GROUP,
        )
    return groups


_GROUP = 'Write a group on each line: {"facts": {…}, "count": 412}.'


def _group(line: str, where: Location) -> dict[str, Any]:
    try:
        found = json.loads(line, object_pairs_hook=_each_key_once)
    except _Twice as twice:
        raise UsageError(f"'{twice}' is named twice.", code="ask.people", location=where) from None
    except ValueError as error:
        raise UsageError(f"Not JSON: {error}", location=where) from None
    if not isinstance(found, dict):
        raise UsageError(
            "The line is no JSON object.", code="ask.people", location=where, hint=_GROUP
        )
    return found


def show_answer(output: Output, answer: dict[str, Any]) -> None:
    """An answer as text: outcome, rules that stand in the way, what is wanted, cures, conflicts."""
    book = answer["book"]
    output.line(
        f"{output.word(answer['outcome'])}    rulebook {book['version']} ({book['hash'][:8]})"
    )
    for rule in answer["rules"]:
        open_question = rule["answer"] == "undetermined" and rule["kind"] == "rule"
        if open_question or rule["answer"] in ("unmet", "applies"):
            output.line(
                f"  {rule['answer']:<13} {output.cited(rule)}  "
                f"{rule['says']}{'' if rule['verified'] else '  (unverified)'}"
            )
            output.line(f"  {'':<13} {rule['id']}")
    for conflict in answer["conflicts"]:
        output.line(
            f"  conflict      {output.cited(conflict['command'])}  ×  "
            f"{output.cited(conflict['rule'])}  (counsel decides)"
        )
    for want in answer["wanted"]:
        output.line(f"  wanted        {want['question']}  ← {want['from']}  [{want['name']}]")
    for number, cure in enumerate(answer["cures"], 1):
        steps = " + ".join(change["text"] for change in cure["changes"])
        output.line(f"  cure {number}        {steps}  → {output.word(cure['outcome'])}")
    for group in answer["people"] or ():
        output.line(
            f"  {group['count']:>9,} people  {output.word(group['outcome'])}  "
            f"{json.dumps(group['facts'], ensure_ascii=False)}"
        )
    if answer["assumed"]:
        output.line("  assumed       " + ", ".join(each["fact"] for each in answer["assumed"]))
    for each in answer["readings"]:
        for other in each["others"]:
            if other["outcome"] != answer["outcome"]:
                output.line(
                    f"  contested     {each['id']}: {each['question']} Read as {each['chosen']}; "
                    f"as {other['option']}: {output.word(other['outcome'])}"
                )
    for each in answer["not_examined"]:
        output.line(f"  not examined  {each}")
    output.line(f"  evidence {answer['decision']}")

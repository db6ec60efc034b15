"""``lawful law diff | conflicts | prove | dead``: what two days differ in, what collides, what can never be."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from lawful.analyse import (
    Dead,
    Finding,
    Kept,
    Moment,
    ThingDiff,
    UseDiff,
    conflicts_told,
    diff_things,
    diff_uses,
    find_dead,
    options_of,
    prove,
    read_as,
    read_claim,
    reliefs,
    wire,
)
from lawful.cli.output import Output, leave
from lawful.cli.situations import print_not_covered, print_situation
from lawful.decide.prose import Prose
from lawful.decide.wire import VERSION
from lawful.decide.wire import book as book_of
from lawful.gate.deployment import Deployment
from lawful.gate.rulebook import read_folder
from lawful.law import build_book
from lawful.law.book import Book
from lawful.law.days import check_asked
from lawful.law.model import Kind
from lawful.law.vocabulary import nearest
from lawful.terms.errors import UsageError
from lawful.terms.texts import a_or_an

Json = dict[str, Any]


def run_diff(
    output: Output,
    folder: Path,
    days: tuple[str, str],
    about: str,
    rulebooks: tuple[Path | None, Path | None],
    readings: list[str],
) -> None:
    """What was freed and what tightened between two days, or two books; exit 1 on a difference."""
    first, second = (_day(each) for each in days)
    one = _book(folder, rulebooks[0], readings)
    other = _book(folder, rulebooks[1], readings) if rulebooks[1] else one
    moments = Moment(book=one, day=first), Moment(book=other, day=second)
    kinds = _kinds(one, other)
    if about and about not in kinds:
        raise UsageError(f"No rule is about '{about}'.", hint=nearest(about, kinds))
    tell = _progress(output)
    wanted = [about] if about else kinds
    uses = diff_uses(*moments, tell) if "use" in wanted else None
    things = [diff_things(*moments, each) for each in wanted if each != "use"]
    found = reliefs(uses) if uses and uses.tightened.classes else ()
    prose = Prose(other, output.lang)
    told = wire.diff(uses, things, found, prose)
    if output.json:
        output.data(told)
    else:
        _print_diff(output, told, uses, things)
    leave(1 if any(told[name] for name in _SECTIONS) else 0)


_SECTIONS = {
    "freed": "USES FREED",
    "tightened": "USES TIGHTENED",
    "lifted": "DUTIES LIFTED",
    "imposed": "DUTIES IMPOSED",
}


def _print_diff(output: Output, told: Json, uses: UseDiff | None, things: list[ThingDiff]) -> None:
    output.line(f"From {told['from']} to {told['to']}, about: {', '.join(told['about'])}.")
    for name, heading in _SECTIONS.items():
        of_uses = name in ("freed", "tightened")
        if (of_uses and uses is None) or (not of_uses and not things):
            continue
        output.line()
        classes = told[name]
        many = _many(len(classes), "class", "classes") if classes else "nothing"
        output.line(f"{heading}: {many}{_proof(name, told) if of_uses else '.'}")
        for number, each in enumerate(classes, 1):
            _print_class(output, number, each)
    if uses is not None:
        _print_rest(output, told)
    print_not_covered(output, told)
    for each in things:
        if not each.changes:
            output.line(f"Nothing about {a_or_an(each.about)} changed.")


def _proof(name: str, told: Json) -> str:
    proved = told["uses"][name]["proved"]
    if told[name]:
        return (
            ". Proved: every other use is one of these or several together."
            if proved
            else ". There are more: the limit was reached."
        )
    return " (proved, all facts being known)." if proved else "."


def _print_class(output: Output, number: int, each: Json) -> None:
    head = each["rule"]["id"] if "rule" in each else "a use"
    output.line(
        f"\n {number}. {head}: {_word(output, each['before'])} → {_word(output, each['after'])}"
    )
    for change in each["changes"]:
        cited = output.cited(change) if "citation" in change else ""
        output.line(f"      {change['how']:<8} {change['id']}  {cited}")
        if change.get("says"):
            output.line(f"               {change['says']}")
    print_situation(output, each)


def _print_rest(output: Output, told: Json) -> None:
    uses = told["uses"]
    output.line()
    wholly = [each for each in told["readings"] if each["nothing_tightened"]]
    for each in wholly or told["readings"]:
        what = (
            "nothing is tightened (proved)"
            if each["nothing_tightened"]
            else f"{_many(each['not_tightened'], 'class is', 'classes are')} not tightened"
        )
        output.line(f"Read {each['reading']} = {each['option']}: {what}.")
    for name, words in (("opened", "A refusal"), ("closed", "A lawful use")):
        found = uses[name]
        output.line(
            f"{words} becomes a question where facts are unknown: {', '.join(found['unknown'][:6])}."
            if found
            else f"{words} never becomes a question, whatever is unknown (proved)."
        )
    for name in ("freed", "tightened"):
        if uses[name]["by_time"]:
            found = uses[name]["by_time"]
            output.line(
                f"Set aside: by coming of age or the end of a period some uses are {name} "
                f"({_word(output, found['before'])} → {_word(output, found['after'])})."
            )


def run_conflicts(
    output: Output, folder: Path, on: str | None, rulebook: Path | None, readings: list[str]
) -> None:
    """Commands against prohibitions that one act can meet; exit 1 if there are any."""
    moment = Moment(book=_book(folder, rulebook, readings), day=_on(folder, on))
    tell = _progress(output)
    found = conflicts_told(
        moment,
        _kept(folder, rulebook),
        lambda command, number, of: tell(f"{command.id}: command {number} of {of}"),
        lambda error: output.note(f"lawful: {error}"),
    )
    told = found["zh" if output.lang.startswith("zh") else "en"]
    if output.json:
        output.data(told)
    else:
        _print_conflicts(output, told)
    leave(1 if told["conflicts"] else 0)


def _print_conflicts(output: Output, told: Json) -> None:
    output.line(
        f"On {told['on']}: {_many(len(told['conflicts']), 'conflict', 'conflicts')} "
        f"among {_many(told['pairs'], 'pair', 'pairs')} of a command and a prohibition."
    )
    print_not_covered(output, told)
    direct = [each for each in told["conflicts"] if each["direct"]]
    for number, each in enumerate(direct, 1):
        _print_conflict(output, number, each)
    by_chance = [each for each in told["conflicts"] if not each["direct"]]
    if by_chance:
        output.line(
            "\nBy chance, where something else about the disclosure is forbidden (facts: --json):"
        )
    for each in by_chance:
        output.line(f"      {each['command']['id']} against {each['rule']['id']}")
    if told["conflicts"]:
        output.line(
            "\nNone is resolved by default: named counsel's recorded determination does that."
        )
    for each in told["not_examined"]:
        output.line(f"Not examined, since it is not about a use: {each['id']}.")


def _print_conflict(output: Output, number: int, each: Json) -> None:
    perhaps = "" if each["sure"] else "perhaps: "
    output.line(f"\n {number}. {perhaps}{each['command']['id']} against {each['rule']['id']}")
    for word, side in (("demands", each["command"]), ("forbids", each["rule"])):
        doubt = "" if side["verified"] else " (source not read)"
        output.line(f"      {word:<8} {output.cited(side)}{doubt}: {side['says']}")
    print_situation(output, each)
    for one in each["resolved_by"]:
        how = "resolves it" if one["wholly"] else "resolves this case"
        output.line(f"      reading  {one['reading']} = {one['option']} {how}")


def run_prove(
    output: Output,
    folder: Path,
    claim: str,
    on: str | None,
    rulebook: Path | None,
    under: list[str],
    readings: list[str],
) -> None:
    """A claim proved, or its counterexamples, under each option of some readings; exit 1 on one."""
    book = _book(folder, rulebook, readings)
    day = _on(folder, on)
    found = [
        _proved(each, day, claim, reading, _progress(output))
        for each, reading in _books(book, under)
    ]
    prose = Prose(book, output.lang)
    if output.json:
        output.data(
            {
                "version": VERSION,
                "claim": claim,
                "on": day.isoformat(),
                "book": book_of(book),
                "proved": all(each.proved for each in found),
                "findings": [wire.finding(each, prose) for each in found],
            }
        )
    else:
        output.line(f"On {day}: {claim}")
        for each in found:
            _print_finding(output, each, prose)
    leave(0 if all(each.proved for each in found) else 1)


def _proved(
    book: Book,
    day: date,
    claim: str,
    reading: tuple[str, str] | None,
    tell: Callable[[str], None],
) -> Finding:
    import attrs

    found = prove(Moment(book=book, day=day), read_claim(book, claim), tell)
    return attrs.evolve(found, reading=reading)


def _books(book: Book, under: list[str]) -> Iterable[tuple[Book, tuple[str, str] | None]]:
    if not under:
        yield book, None
    for reading in under:
        for option in options_of(book, reading):
            yield read_as(book, reading, option), (reading, option)


def _print_finding(output: Output, found: Finding, prose: Prose) -> None:
    told = wire.finding(found, prose)
    output.line()
    if found.reading:
        output.line(f"Read {found.reading[0]} = {found.reading[1]}:")
    if found.proved:
        output.line("PROVED, whatever is unknown.")
        return
    many = _many(len(found.counterexamples), "class", "classes")
    rest = "Everything else: proved." if found.complete else "There may be more."
    output.line(f"NOT SO: {many} of counterexamples. {rest}")
    for number, each in enumerate(told["counterexamples"], 1):
        output.line(f"\n {number}. {_word(output, each['answer'])}")
        for one in each["by"]:
            output.line(f"      by       {one['id']}  {output.cited(one)}: {one['says']}")
        print_situation(output, each)
        if each["unknown"]:
            output.line(f"      unknown  {', '.join(each['unknown'][:8])}")


def run_dead(output: Output, folder: Path, rulebook: Path | None, readings: list[str]) -> None:
    """Entries that never do anything on any day of their dates; exit 1 if there are any."""
    book = _book(folder, rulebook, readings)
    found = find_dead(book, _progress(output))
    prose = Prose(book, output.lang)
    if output.json:
        output.data(
            {
                "version": VERSION,
                "book": book_of(book),
                "entries": sum(
                    1 for each in book.entries.values() if each.kind is not Kind.DEFINITION
                ),
                "dead": [wire.dead(each, prose) for each in found],
            }
        )
    else:
        _print_dead(output, found, book)
    leave(1 if found else 0)


_WHY = {
    "dates": "is never in force, or its instrument never reaches such a thing",
    "conditions": "its conditions can never all hold",
    "defeated": "is always defeated",
    "never_unmet": "can never be unmet",
}


def _print_dead(output: Output, found: tuple[Dead, ...], book: Book) -> None:
    for each in found:
        by = f" by {', '.join(one.id for one in each.by)}" if each.by else ""
        output.line(
            f"{each.entry.file}:{each.entry.line}: {each.entry.id} {_WHY[each.why.value]}{by}."
        )
    live = sum(1 for each in book.entries.values() if each.kind is not Kind.DEFINITION)
    output.line(f"{len(found)} of {live} entries do nothing, on any day of their dates.")


def _book(folder: Path, rulebook: Path | None, readings: list[str]) -> Book:
    """The book of a deployment or of a rulebook folder, with readings chosen as NAME=OPTION."""
    if rulebook:
        book = build_book(read_folder(rulebook))
    else:
        with Deployment.open(folder) as deployment:
            book = deployment.book
    for each in readings:
        name, _, option = each.partition("=")
        book = read_as(book, name.strip(), option.strip())
    return book


def _kept(folder: Path, rulebook: Path | None) -> Kept | None:
    """The results kept in a deployment's state; none where no state is, or the book is another's."""
    if rulebook:
        return None
    with Deployment.open(folder) as deployment:
        return Kept.under(deployment.state) if deployment.state.is_dir() else None


def _kinds(one: Book, other: Book) -> list[str]:
    """The kinds of thing that rules are about, a use first."""
    found = {
        each.about
        for book in (one, other)
        for each in book.entries.values()
        if each.kind is not Kind.DEFINITION
    }
    return sorted(found, key=lambda each: (each != "use", each))


def _on(folder: Path, on: str | None) -> date:
    if on:
        return _day(on)
    with Deployment.open(folder) as deployment:
        return deployment.today()


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"'{text}' is not a date.", code="cli.date", hint="Write it so: 2024-03-22."
        ) from None
    check_asked(day)
    return day


def _progress(output: Output) -> Callable[[str], None]:
    """Progress to standard error, where a person looks on."""
    return output.note if sys.stderr.isatty() else lambda _: None


def _many(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"


def _word(output: Output, answer: str) -> str:
    return {"not_unmet": "not owed, or met", "unmet": "unmet"}.get(answer) or output.word(answer)

"""``lawful law check | facts | show``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lawful.cli.output import Output, leave
from lawful.decide.prose import Prose
from lawful.gate.deployment import Deployment
from lawful.gate.rulebook import read_folder
from lawful.law import build_book, check_examples, lint
from lawful.law.book import Book
from lawful.law.model import Entry, Kind, Line
from lawful.law.tree import facts_in
from lawful.law.vocabulary import nearest
from lawful.terms.errors import UsageError
from lawful.terms.ids import RuleId


def run_check(output: Output, folder: Path, rulebook: Path | None) -> None:
    """Load, lint, run every example; exit 1 on a finding."""
    book = build_book(read_folder(rulebook)) if rulebook else _book(folder)
    findings = [*lint(book), *check_examples(book)]
    rows = [_row(book, each) for each in sorted(book.rulebook.instruments)]
    if output.json:
        output.data(
            {
                "version": 1,
                "book": {"version": book.rulebook.version, "hash": book.hash},
                "instruments": rows,
                "findings": [
                    {
                        "code": each.code,
                        "message": each.message,
                        "location": str(each.location),
                        "hint": each.hint,
                    }
                    for each in findings
                ],
            }
        )
    else:
        for row in rows:
            output.line(
                f"{row['instrument']:<48} {row['articles']:>3} articles {row['entries']:>4} entries "
                f"{row['examples']:>5} examples {row['prose']:>3} prose {row['unverified']:>3} unverified"
            )
        for finding in findings:
            output.line(str(finding))
        output.line(
            f"{len(book.entries)} entries, {len(book.rulebook.examples)} examples, {len(findings)} findings"
        )
    leave(1 if findings else 0)


def _book(folder: Path) -> Book:
    """The book of the deployment that a folder lies in: the shipped rulebook and its policy."""
    with Deployment.open(folder) as deployment:
        return deployment.book


def _row(book: Book, instrument: str) -> dict[str, Any]:
    entries = [each for each in book.entries.values() if each.instrument == instrument]
    ids = {each.id for each in entries}
    return {
        "instrument": instrument,
        "articles": sum(
            1 for each in book.rulebook.articles.values() if each.instrument == instrument
        ),
        "entries": len(entries),
        **{
            kind.value: sum(1 for each in entries if each.kind is kind)
            for kind in (Kind.RULE, Kind.COMMAND, Kind.BASIS, Kind.DEFINITION)
        },
        "prose": sum(1 for each in book.rulebook.prose if each.instrument == instrument),
        "examples": sum(1 for each in book.rulebook.examples if each.rule in ids),
        "unverified": sum(1 for each in entries if not each.verified),
        "facts": sorted(set().union(*(_facts(each) for each in entries)) - set(book.definitions)),
    }


def _facts(entry: Entry) -> set[str]:
    lines = (*entry.when, *entry.unless, *(entry.requires or ()), *entry.commands)
    return set().union(*(facts_in(line.node) for line in lines)) if lines else set()


def run_facts(output: Output, folder: Path) -> None:
    """Each fact with the entries that test it."""
    book = _book(folder)
    used: dict[str, list[str]] = {name: [] for name in book.vocabulary.facts}
    for entry in book.entries.values():
        for name in _facts(entry) - set(book.definitions):
            used.setdefault(name, []).append(entry.id)
    if output.json:
        output.data(
            {
                "version": 1,
                "facts": [
                    {
                        "fact": name,
                        "type": fact.type,
                        "grain": list(fact.grain),
                        "question": fact.question.in_(output.lang),
                        "supplier": fact.supplier,
                        "concluded": fact.concluded,
                        "entries": used[name],
                    }
                    for name, fact in book.vocabulary.facts.items()
                ],
            }
        )
        return
    for name, fact in book.vocabulary.facts.items():
        output.line(
            f"{name:<32} {fact.type:<8} {len(used[name]):>3} entries  {fact.question.in_(output.lang)}"
        )


def run_show(output: Output, folder: Path, wanted: str) -> None:
    """An article's prose and entries, conditions as written and in words."""
    book = _book(folder)
    prose = Prose(book, output.lang)
    ids = [each for each in book.entries if each == wanted or each.startswith(f"{wanted}.")]
    if not ids:
        raise UsageError(
            f"There is no article or entry '{wanted}'.",
            hint=nearest(wanted, [*book.rulebook.articles, *book.entries]),
        )
    shown = [_shown(book.entries[RuleId(each)], prose) for each in ids]
    article = book.rulebook.articles[book.entries[ids[0]].article]
    if output.json:
        output.data(
            {
                "version": 1,
                "article": article.id,
                "title": article.title,
                "sections": dict(article.sections),
                "entries": shown,
            }
        )
        return
    output.line(f"{article.citation} · {article.title}")
    for heading, text in article.sections:
        output.line(f"\n{heading}\n{text}" if heading else text)
    for each in ids:
        entry = book.entries[each]
        doubt = "" if entry.verified else " (unverified)"
        output.line(f"\n{entry.kind.value} {entry.id}{doubt}: {entry.says.in_(output.lang)}")
        for part, lines in _parts(entry):
            for line in lines or ():
                words = prose.node(line.node)
                output.line(f"  {part:<9} {line.text}\n  {'':<9} {words}")


def _parts(entry: Entry) -> tuple[tuple[str, tuple[Line, ...] | None], ...]:
    return (("when", entry.when), ("unless", entry.unless), ("requires", entry.requires))


def _shown(entry: Entry, prose: Prose) -> dict[str, Any]:
    """An entry as JSON, each condition as written and in words."""
    found: dict[str, Any] = {
        "id": entry.id,
        "kind": entry.kind.value,
        "says": entry.says.in_(prose.lang),
        "citation": entry.citation,
        "verified": entry.verified,
    }
    for part, lines in _parts(entry):
        found[part] = (
            None if lines is None else [[line.text, prose.node(line.node)] for line in lines]
        )
    return found

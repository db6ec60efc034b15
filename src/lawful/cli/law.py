"""``lawful law check | facts | show``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lawful.cli.output import Output, leave
from lawful.decide.prose import Prose
from lawful.gate.rulebook import read_folder, shipped_folder
from lawful.law import build_book, check_examples, lint
from lawful.law.book import Book
from lawful.law.model import Kind
from lawful.law.tree import facts_in
from lawful.law.vocabulary import nearest
from lawful.terms.errors import UsageError


def run_check(output: Output, folder: Path, rulebook: Path | None) -> None:
    """Load, lint, run every example; exit 1 on a finding."""
    del folder
    book = build_book(read_folder(rulebook or shipped_folder()))
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


def _facts(entry: Any) -> set[str]:
    lines = (*entry.when, *entry.unless, *(entry.requires or ()), *entry.commands)
    return set().union(*(facts_in(line.node) for line in lines)) if lines else set()


def run_facts(output: Output, folder: Path) -> None:
    """Each fact with the entries that test it."""
    del folder
    book = build_book(read_folder(shipped_folder()))
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
    del folder
    book = build_book(read_folder(shipped_folder()))
    prose = Prose(book, output.lang)
    ids = [each for each in book.entries if each == wanted or each.startswith(f"{wanted}.")]
    if not ids:
        raise UsageError(
            f"There is no article or entry '{wanted}'.",
            hint=nearest(wanted, [*book.rulebook.articles, *book.entries]),
        )
    shown = [
        {
            "id": each,
            "kind": book.entries[each].kind.value,
            "says": book.entries[each].says.in_(output.lang),
            "citation": book.entries[each].citation,
            "verified": book.entries[each].verified,
            "when": [[line.text, prose.node(line.node)] for line in book.entries[each].when],
            "unless": [[line.text, prose.node(line.node)] for line in book.entries[each].unless],
            "requires": None
            if (lines := book.entries[each].requires) is None
            else [[line.text, prose.node(line.node)] for line in lines],
        }
        for each in ids
    ]
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
    for entry in shown:
        output.line(
            f"\n{entry['kind']} {entry['id']}{'' if entry['verified'] else ' (unverified)'}: {entry['says']}"
        )
        for part in ("when", "unless", "requires"):
            for text, words in entry[part] or ():
                output.line(f"  {part:<9} {text}\n  {'':<9} {words}")

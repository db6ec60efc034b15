"""``lawful law check | facts | show``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from lawful.cli.output import Output, leave
from lawful.decide.prose import Prose
from lawful.gate.deployment import Deployment
from lawful.gate.rulebook import read_folder
from lawful.law import build_book, check_examples, lint
from lawful.law.account import (
    account,
    asks_record,
    check_account,
    fact_uses,
    own_facts,
    provisions_served,
)
from lawful.law.book import Book
from lawful.law.model import Entry, Kind, Line
from lawful.law.vocabulary import nearest
from lawful.terms.errors import UsageError
from lawful.terms.ids import InstrumentId


def run_check(output: Output, folder: Path, rulebook: Path | None) -> None:
    """Load, lint, run every example, account for every provision; exit 1 on a finding."""
    book = build_book(read_folder(rulebook)) if rulebook else _book(folder)
    findings = [*lint(book), *check_examples(book), *check_account(book)]
    rows = [_row(book, each) for each in sorted(book.rulebook.instruments)]
    total = _totals(book)
    if output.json:
        output.data(
            {
                "version": 2,
                "book": {"version": book.rulebook.version, "hash": book.hash},
                "instruments": rows,
                "total": total,
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
                f"{row['instrument']:<44} {row['articles']:>3} articles {row['provisions']:>4} provisions "
                f"{row['entries']:>4} entries {row['examples']:>5} examples {row['prose']:>3} prose "
                f"{row['unverified']:>3} unverified"
            )
        for finding in findings:
            output.line(str(finding))
        for name, words in _SHARES.items():
            some, of = total[name]
            output.line(f"{words}: {some} of {of}" + (f" ({100 * some / of:.0f} %)" if of else ""))
        output.line(
            f"{total['entries']} entries, {len(book.rulebook.examples)} examples, {len(findings)} findings"
        )
    leave(1 if findings else 0)


_SHARES = {
    "accounted": "Provisions accounted for",
    "timed_executable": "Provisions with a threshold or deadline that entries carry out",
    "demands_executable": "Duties, prohibitions and permissions that entries carry out",
    "demands_testing_facts": "… of which entries test facts",
    "facts_shared": "Facts that serve two provisions or more",
}


def _totals(book: Book) -> dict[str, Any]:
    """Entries by kind, and the shares that say how far the rulebook carries the sheets out."""
    found = account(book)
    demands = tuple(each for each in found.demands if each.id in found.executable)
    uses = fact_uses(book)
    shared = sum(1 for ids in uses.values() if provisions_served(book, ids) > 1)
    entries = tuple(book.everything.entries.values())
    return {
        "entries": len(entries),
        "decided_by_facts": sum(1 for each in entries if not asks_record(each)),
        "decided_by_record": sum(1 for each in entries if asks_record(each)),
        "decided_by_a_person": dict(Counter(each.reason for each in book.rulebook.prose)),
        "missing": [each.id for each in found.missing],
        "accounted": [len(found.provisions) - len(found.missing), len(found.provisions)],
        "timed_executable": list(found.share(found.timed, found.executable)),
        "demands_executable": list(found.share(found.demands, found.executable)),
        "demands_testing_facts": list(found.share(demands, found.tested)),
        "facts_shared": [shared, len(uses)],
    }


def _book(folder: Path) -> Book:
    """The book of the deployment that a folder lies in: the shipped rulebook and its policy."""
    with Deployment.open(folder) as deployment:
        return deployment.book


def _row(book: Book, instrument: str) -> dict[str, Any]:
    whole = book.everything
    entries = [each for each in whole.entries.values() if each.instrument == instrument]
    ids = {each.id for each in entries}
    articles = [each for each in book.rulebook.articles.values() if each.instrument == instrument]
    prose = [each for each in book.rulebook.prose if each.instrument == instrument]
    return {
        "instrument": instrument,
        "force": book.rulebook.instruments[InstrumentId(instrument)].force,
        "articles": len(articles),
        "provisions": len({name for article in articles for name in article.provisions}),
        "entries": len(entries),
        **{
            kind.value: sum(1 for each in entries if each.kind is kind)
            for kind in (Kind.RULE, Kind.COMMAND, Kind.BASIS, Kind.DEFINITION)
        },
        "decided_by_facts": sum(1 for each in entries if not asks_record(each)),
        "decided_by_record": sum(1 for each in entries if asks_record(each)),
        "prose": len(prose),
        "decided_by_a_person": dict(Counter(each.reason for each in prose)),
        "examples": sum(1 for each in book.rulebook.examples if each.rule in ids),
        "unverified": sum(1 for each in entries if not each.verified),
        "facts": sorted(
            set().union(*(own_facts(each) for each in entries)) - set(whole.definitions)
        ),
    }


def run_facts(output: Output, folder: Path) -> None:
    """Each fact with the entries that test it, by instrument; why it stands where only one does."""
    book = _book(folder)
    used = fact_uses(book)
    if output.json:
        output.data(
            {"version": 2, "facts": [_fact_row(book, name, used[name], output) for name in used]}
        )
        return
    for name, fact in book.vocabulary.facts.items():
        served = provisions_served(book, used[name])
        output.line(
            f"{name:<32} {fact.type:<8} serves {served:>3}  {fact.question.in_(output.lang)}"
        )
        for instrument, ids in _by_instrument(book, used[name]).items():
            output.line(f"    {instrument}: {', '.join(ids)}")
        if fact.single_use:
            output.line(f"    alone, because {fact.single_use}")


def _fact_row(book: Book, name: str, used: tuple[str, ...], output: Output) -> dict[str, Any]:
    fact = book.vocabulary.facts[name]
    return {
        "fact": name,
        "type": fact.type,
        "grain": list(fact.grain),
        "question": fact.question.in_(output.lang),
        "supplier": fact.supplier,
        "concluded": fact.concluded,
        "serves": provisions_served(book, used),
        "single_use": fact.single_use,
        "entries": list(used),
        "by_instrument": _by_instrument(book, used),
    }


def _by_instrument(book: Book, ids: tuple[str, ...]) -> dict[str, list[str]]:
    """Entry ids without their instrument's id, under it."""
    found: dict[str, list[str]] = {}
    for each in ids:
        owner = max(
            (name for name in book.rulebook.instruments if each.startswith(f"{name}.")),
            key=len,
            default="",
        )
        found.setdefault(owner or "elsewhere", []).append(each.removeprefix(f"{owner}."))
    return found


def run_show(output: Output, folder: Path, wanted: str) -> None:
    """An article's prose and entries, conditions as written and in words."""
    book = _book(folder)
    prose = Prose(book, output.lang)
    whole = book.everything
    ids = [each for each in whole.entries if each == wanted or each.startswith(f"{wanted}.")]
    article = book.rulebook.articles.get(wanted) or (
        book.rulebook.articles[whole.entries[ids[0]].article] if ids else None
    )
    if article is None:
        raise UsageError(
            f"There is no article or entry '{wanted}'.",
            hint=nearest(wanted, [*book.rulebook.articles, *whole.entries]),
        )
    shown = [_shown(whole.entries[each], prose) for each in ids]
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
        entry = whole.entries[each]
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

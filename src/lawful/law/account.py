"""What the rulebook accounts for: every provision of the sheets, who decides it, and which facts serve."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from lawful.law.book import Book
from lawful.law.model import Entry, Provision
from lawful.law.tree import AnyOf, Beside, facts_in, walk
from lawful.terms.errors import LawfulError, Location, UsageError

DEMANDS = ("duty", "prohibition", "permission")


@attrs.frozen(kw_only=True)
class Account:
    """How the rulebook accounts for the provisions of one sheet or of all."""

    provisions: tuple[Provision, ...]
    missing: tuple[Provision, ...]
    executable: frozenset[str]
    tested: frozenset[str]

    def share(self, of: tuple[Provision, ...], among: frozenset[str]) -> tuple[int, int]:
        """How many of some provisions are among those, and of how many."""
        return sum(1 for each in of if each.id in among), len(of)

    @property
    def timed(self) -> tuple[Provision, ...]:
        """Provisions with a typed threshold or deadline."""
        return tuple(each for each in self.provisions if each.timed)

    @property
    def demands(self) -> tuple[Provision, ...]:
        """Duties, prohibitions and permissions."""
        return tuple(each for each in self.provisions if each.kind in DEMANDS)

    def of(self, sheet: str) -> Account:
        """The account of one sheet."""
        return attrs.evolve(
            self,
            provisions=tuple(each for each in self.provisions if each.sheet == sheet),
            missing=tuple(each for each in self.missing if each.sheet == sheet),
        )


def account(book: Book) -> Account:
    """Which provisions an article names, which an entry executes, and which of these test facts."""
    whole = book.everything
    named = {each for article in whole.rulebook.articles.values() for each in article.provisions}
    executable: set[str] = set()
    tested: set[str] = set()
    for ids, tests in _executed(whole):
        executable |= ids
        tested |= ids if tests else set()
    return Account(
        provisions=book.rulebook.provisions,
        missing=tuple(each for each in book.rulebook.provisions if each.id not in named),
        executable=frozenset(executable),
        tested=frozenset(tested),
    )


def _executed(book: Book) -> Iterator[tuple[set[str], bool]]:
    """For each entry, parameter and penalty: the provisions that it executes, and whether it tests facts.

    An entry executes the provision whose id its own extends; those that it ``covers``; or, where its
    article has but one provision, that one.
    """
    for entry in book.entries.values():
        yield _of(book, entry.article, entry.id, entry.covers), bool(own_facts(entry))
    for parameter in book.rulebook.parameters:
        yield _of(book, parameter.article, parameter.id, ()), True
    for penalty in book.rulebook.penalties:
        yield _of(book, penalty.article, penalty.id, penalty.covers), bool(penalty.when)


def _of(book: Book, article: str, entry: str, covers: tuple[str, ...]) -> set[str]:
    provisions = book.rulebook.articles[article].provisions
    if len(provisions) == 1:
        return {*provisions, *covers}
    longest = max(
        (each for each in provisions if entry == each or entry.startswith(f"{each}.")),
        key=len,
        default="",
    )
    return {longest, *covers} - {""}


def own_facts(entry: Entry) -> set[str]:
    """The facts and definitions that an entry's own conditions test, those of its systems too."""
    lines = (*entry.when, *entry.unless, *(entry.requires or ()), *entry.commands)
    found: set[str] = set()
    for line in lines:
        found |= facts_in(line.node)
        for node in walk(line.node):
            if isinstance(node, AnyOf):
                found |= facts_in(node.item)
    return found


def asks_record(entry: Entry) -> bool:
    """Does a record decide whether the entry is met?"""
    nodes = (node for line in entry.requires or () for node in walk(line.node))
    return any(isinstance(node, Beside) and not isinstance(node, AnyOf) for node in nodes)


def fact_uses(book: Book) -> dict[str, tuple[str, ...]]:
    """For each fact the ids of the entries that test it, through definitions too.

    Scopes and topics of the coverage table count as one each.
    """
    whole = book.everything
    used: dict[str, list[str]] = {name: [] for name in whole.vocabulary.facts}
    behind = _behind_definitions(whole)

    def note(names: set[str] | frozenset[str], by: str) -> None:
        for name in names.union(*(behind.get(each, frozenset()) for each in names)):
            if name in used and by not in used[name]:
                used[name].append(by)

    for entry in whole.entries.values():
        note(own_facts(entry), entry.id)
        if entry.bearer and (role := whole.vocabulary.role_in.get(entry.about)):
            note({role}, entry.id)
        note({*(entry.by.origin if entry.by else ()), *entry.binds}, entry.id)
        note({entry.by.on} if entry.by else set(), entry.id)
        note({entry.every.after} if entry.every else set(), entry.id)
        for item in entry.contents:
            note(facts_in(item.when) if item.when else set(), entry.id)
    for parameter in whole.rulebook.parameters:
        note({parameter.name}, parameter.id)
    for instrument in whole.rulebook.instruments.values():
        for about, lines in instrument.scope.items():
            for line in lines:
                note(facts_in(line.node), f"{instrument.id} (scope: {about})")
    for topic in whole.rulebook.coverage.topics:
        for line in topic.when:
            note(facts_in(line.node), f"coverage: {topic.id}")
    for penalty in whole.rulebook.penalties:
        for line in penalty.when:
            note(facts_in(line.node), penalty.id)
    return {name: tuple(ids) for name, ids in used.items()}


def _behind_definitions(book: Book) -> dict[str, frozenset[str]]:
    """For each definition the facts that it rests on, through other definitions too."""
    direct = {
        name: frozenset().union(*(own_facts(each) for each in entries))
        for name, entries in book.definitions.items()
    }
    found: dict[str, frozenset[str]] = {}
    for name in direct:
        waiting, seen = [name], set[str]()
        while waiting:
            for each in direct.get(waiting.pop(), frozenset()) - seen:
                seen.add(each)
                waiting.append(each)
        found[name] = frozenset(seen)
    return found


def provisions_served(book: Book, entries: tuple[str, ...]) -> int:
    """How many articles, scopes and topics some entries stand in."""
    whole = book.everything
    return len({str(whole.article_of.get(each, each)) for each in entries})


def check_account(book: Book) -> Iterator[LawfulError]:
    """Provisions that no article accounts for, and facts of a single use without a reason."""
    for each in account(book).missing:
        yield UsageError(
            f"No article accounts for {each.id} ({each.kind}).",
            code="law.account",
            location=Location(file="provisions.toml", record=each.id),
            hint="Name it under `provisions` of the article that carries it out or leaves it to a person.",
        )
    known = {each.id for each in book.rulebook.provisions}
    sheets = {each.sheet for each in book.rulebook.provisions}
    for article in book.rulebook.articles.values():
        for name in article.provisions:
            if any(name.startswith(f"{sheet}.") for sheet in sheets) and name not in known:
                yield UsageError(
                    f"The sheets have no provision '{name}'.",
                    code="law.account",
                    location=Location(file=article.file, record=article.id),
                )
    for name, entries in fact_uses(book).items():
        fact = book.vocabulary.facts[name]
        alone = provisions_served(book, entries) <= 1
        if fact.single_use and not alone:
            yield UsageError(
                f"The fact '{name}' says why it serves one provision, and serves several.",
                code="law.account",
                location=Location(file="vocabulary", record=name),
                hint="Take its single_use away.",
            )
        if alone and not fact.single_use:
            where = entries[0] if entries else "nothing"
            yield UsageError(
                f"The fact '{name}' serves {where} alone.",
                code="law.account",
                location=Location(file="vocabulary", record=name),
                hint='Use a fact that says it already, or say why it stands here: single_use = "…".',
            )

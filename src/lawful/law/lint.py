"""What a rulebook may not say, found before a book is built.

Each finding names file, line and remedy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

import attrs

from lawful.law.book import BINDING, Book
from lawful.law.clauses import MEASURES, OF_INSTANTS, ORIGINS, day_named, record_named
from lawful.law.conditions import (
    Asked,
    asked_elsewhere,
    check_conditions,
    check_invariants,
    check_line,
)
from lawful.law.model import Entry, Kind, Line, Parameter, Penalty
from lawful.law.tree import (
    And,
    AnyOf,
    Compare,
    Cutoff,
    FactTerm,
    Flag,
    HasAll,
    HasAny,
    In,
    Literal,
    Node,
    Not,
    Number,
    Or,
    Presumed,
    Recorded,
    terms,
    walk,
)
from lawful.law.vocabulary import nearest
from lawful.terms.errors import LawfulError, Location, UsageError
from lawful.terms.ids import RuleId
from lawful.terms.texts import a_or_an

AUTHORITY = "authority"
"""The bearer of an act that we await."""


def lint(book: Book) -> list[LawfulError]:
    """Everything that is wrong with the entries of a book, in order of file and line.

    Guidance and drafts are checked with the law that they stand beside.
    """
    binding = attrs.evolve(book, forces=BINDING, drafts=frozenset())
    book = book.everything
    found: list[LawfulError] = [*_cycles(book), *_rests_on_advice(binding, book)]
    checks = CHECKS if not found else tuple(each for each in CHECKS if each is not check_permitting)
    for entry in book.rulebook.entries:
        for check in checks:  # check_permitting follows definitions, which must not go round
            found += check(book, entry)
    for asked in asked_elsewhere(book):
        found += check_line(book, asked)
    found += check_invariants(book)
    for penalty in book.rulebook.penalties:
        found += check_penalty(book, penalty)
    found += _twice(book)
    return sorted(found, key=lambda each: (each.location.file, each.location.line))


def _error(entry: Entry, message: str, hint: str = "", line: int = 0) -> UsageError:
    return UsageError(
        message,
        code="law.lint",
        hint=hint,
        location=Location(file=entry.file, line=line or entry.line, record=entry.id),
    )


def _all_lines(entry: Entry) -> Iterator[Line]:
    for lines in (entry.when, entry.unless, entry.requires or (), entry.commands):
        yield from lines


def check_shape(book: Book, entry: Entry) -> Iterator[LawfulError]:
    """Thing, scope, name and defeaters of an entry."""
    if entry.about not in book.vocabulary.knows:
        yield _error(
            entry,
            f"There is no thing '{entry.about}'.",
            nearest(entry.about, book.vocabulary.knows),
        )
        return
    if entry.kind is not Kind.DEFINITION and entry.about not in book.instrument(entry).scope:
        yield _error(
            entry,
            f"{book.instrument(entry).file} has no scope for {a_or_an(entry.about)}.",
            "A kind of thing without a scope is not covered: add it under [scope].",
        )
    if entry.kind is Kind.DEFINITION and not entry.name:
        yield _error(entry, "A definition wants the name that conditions use.")
    if entry.kind is Kind.COMMAND and not entry.commands:
        yield _error(entry, "A command says which use of data it commands.")
    for name in entry.binds:
        if name not in book.vocabulary.facts:
            yield _error(
                entry, f"There is no fact '{name}' to bind.", nearest(name, book.vocabulary.facts)
            )


def check_bearer(book: Book, entry: Entry) -> Iterator[LawfulError]:
    """The roles that an entry binds are ones that the entity has towards this kind of thing; or an authority acts."""
    fact = book.vocabulary.role_in.get(entry.about)
    known = [*(book.vocabulary.values_of(fact) if fact else ()), AUTHORITY]
    for role in entry.bearer:
        if role in known:
            continue
        if fact is None:
            yield _error(
                entry,
                f"Nobody is the '{role}' towards {a_or_an(entry.about)}, so this binds nobody in particular.",
                "Leave bearer out: any entity is bound. Who is exempt is said by when or unless.",
            )
        else:
            yield _error(entry, f"There is no role '{role}'.", nearest(role, known))


def check_labels(book: Book, entry: Entry) -> Iterator[LawfulError]:
    """What a record contains, to whom it goes and what it says have labels in both languages.

    The company's own policy is shown as it is written.
    """
    if entry.force == "policy":
        return
    vocabulary = book.vocabulary
    asked = [
        node
        for line in _all_lines(entry)
        for node in walk(line.node)
        if isinstance(node, Recorded) and node.item
    ]
    items = [*(each.name for each in entry.contents), *(each.item for each in asked)]
    for table, known, names in (
        ("contents", vocabulary.contents, items),
        ("addressees", vocabulary.addressees, [entry.to] if entry.to else []),
        ("said", vocabulary.said, [each.value for each in asked]),
    ):
        for name in dict.fromkeys(names):
            if name not in known:
                hint = (
                    f"Write it under [{table}] of vocabulary/records.toml, in English and Chinese."
                )
                close = nearest(name, known)
                near = f" {close}" if close.startswith("Did") else ""
                yield _error(entry, f"'{name}' has no label.", hint + near)


def check_defeat(book: Book, entry: Entry) -> Iterator[LawfulError]:
    """Defeaters are named where they defeat; policy never defeats; a basis defeats something."""
    for pattern in (*entry.defeats, *entry.defeated_by):
        everywhere = any(each.id == pattern for each in book.rulebook.entries)
        if not book.matching(pattern) and not everywhere:
            yield _error(entry, f"'{pattern}' names no entry.", nearest(pattern, book.entries))
    for pattern in (*entry.defeats, *entry.defeated_by):
        named = book.entries.get(RuleId(pattern))
        if named and (named.about != entry.about or Kind.DEFINITION in (named.kind, entry.kind)):
            hint = f"{pattern} is a {named.kind.value} about {a_or_an(named.about)}."
            yield _error(entry, "Only entries about the same thing can defeat each other.", hint)
    frees = entry.defeats or any(entry.id in ids for ids in book.defeaters.values())
    if entry.force in ("policy", "guidance") and (frees or entry.kind is Kind.BASIS):
        hint = "Take the defeat away, or write what it asks for beyond the law as a rule."
        what = {"policy": "Company policy may be stricter than law", "guidance": "Guidance advises"}
        yield _error(entry, f"{what[entry.force]}; it never defeats.", hint)
    if entry.kind is Kind.BASIS and entry.force in BINDING and not frees:
        hint = 'Name the rule that it lifts: defeats = ["…"].'
        yield _error(entry, "A basis only defeats, and this one defeats nothing.", hint)


def check_clocks(book: Book, entry: Entry) -> Iterator[LawfulError]:
    """A clock starts from a date or an instant that the thing knows; hours from an instant."""
    after = entry.every.after if entry.every else ""
    if after and not _may_start(book, entry, after, ("date", "instant")):
        yield _error(entry, f"A period of {a_or_an(entry.about)} cannot begin after '{after}'.", "")
    if entry.by is None:
        return
    fixed = entry.by.on if entry.by.on and not entry.by.on[:1].isdigit() else ""
    for name in (*entry.by.origin, *((fixed,) if fixed else ())):
        if name in ORIGINS or day_named(name):
            continue
        if rule := record_named(name):
            if rule not in book.entries:
                yield _error(entry, f"There is no rule '{rule}'.", nearest(rule, book.entries))
            continue
        types = ("instant",) if entry.by.unit in OF_INSTANTS else ("date", "instant")
        if not _may_start(book, entry, name, types):
            yield _error(
                entry,
                f"A clock of {a_or_an(entry.about)} cannot start from '{name}'.",
                f"Name a fact of it that is {a_or_an(' or '.join(types))}.",
            )


def _may_start(book: Book, entry: Entry, name: str, types: tuple[str, ...]) -> bool:
    """Is it a fact that the entry's thing knows, of one of these types?"""
    fact = book.vocabulary.facts.get(name)
    return fact is not None and book.vocabulary.knows_fact(entry.about, name) and fact.type in types


def check_penalty(book: Book, penalty: Penalty) -> Iterator[LawfulError]:
    """A penalty names entries that there are; its conditions are ones that their things can know."""
    at = Location(file=penalty.file, line=penalty.line, record=penalty.id)
    about: set[str] = set()
    for pattern in penalty.unmet:
        ids = book.matching(pattern)
        about |= {book.entries[each].about for each in ids}
        if not ids:
            yield UsageError(
                f"'{pattern}' names no entry.",
                code="law.lint",
                hint=nearest(pattern, book.entries),
                location=at,
            )
    for line in penalty.when:
        for each in sorted(about):
            yield from check_line(book, Asked(line=line, about=each, at=at))
    for measure in penalty.measures:
        if measure not in MEASURES:
            yield UsageError(
                f"'{measure}' is not a measure.",
                code="law.lint",
                hint=nearest(measure, MEASURES),
                location=at,
            )


def check_permitting(book: Book, entry: Entry) -> Iterator[LawfulError]:
    """A fact that is *no* where nothing is recorded may only permit: *yes* never makes it worse."""
    frees = entry.kind is Kind.BASIS or bool(entry.defeats)
    binds = entry.kind in (Kind.RULE, Kind.COMMAND)
    for lines, good in ((entry.when, True), (entry.unless, False), (entry.requires or (), None)):
        for line in lines:
            for name, positive in _polarities(book, line.node, True):
                helps = positive if good is None else (positive is good if frees else None)
                hurts = good is not None and binds and positive is good
                if helps is False or hurts:
                    yield _error(
                        entry,
                        f"'{name}' is no where nothing is recorded, but here yes makes it worse.\n"
                        f"  {line.text}",
                        "Leave it unknown (take `unrecorded` away), or turn the condition round.",
                        line.line,
                    )


def _polarities(
    book: Book, node: Node, positive: bool, above: frozenset[str] = frozenset()
) -> Iterator[tuple[str, bool]]:
    """The facts declared ``unrecorded`` below a node, and whether *yes* makes the node truer."""
    match node:
        case Not(item):
            yield from _polarities(book, item, not positive, above)
        case And(items) | Or(items):
            for item in items:
                yield from _polarities(book, item, positive, above)
        case Flag(name) if name in above:  # a ring, which is told elsewhere
            return
        case Flag(name) if name in book.definitions:
            for definition in book.definitions[name]:
                for line in definition.when:
                    yield from _polarities(book, line.node, positive, above | {name})
        case Presumed(item):
            yield from _polarities(book, item, positive, above)
        case Flag(name) | HasAny(name) | HasAll(name) if book.vocabulary.only_permits(name):
            yield name, positive
        case In(FactTerm(name), members) if book.vocabulary.only_permits(name):
            yield name, positive is (book.vocabulary.facts[name].absent not in members)
        case Compare(op, FactTerm(name), Literal(value)) if book.vocabulary.only_permits(name):
            is_absent = value == book.vocabulary.facts[name].absent
            yield name, positive is ((op == "<>") is is_absent)
        case _:
            return


CHECKS: tuple[Callable[[Book, Entry], Iterator[LawfulError]], ...] = (
    check_conditions,
    check_shape,
    check_bearer,
    check_labels,
    check_defeat,
    check_clocks,
    check_permitting,
)


def _cycles(book: Book) -> Iterator[LawfulError]:
    graph: dict[str, set[str]] = {each: set(ids) for each, ids in book.defeaters.items()}
    for name, entries in book.definitions.items():
        used = {
            fact for entry in entries for line in _all_lines(entry) for fact in _names(line.node)
        }
        graph[name] = used & set(book.definitions)
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        ring = [str(each) for each in error.args[1]]
        entry = book.entries.get(ring[0]) or book.definitions[ring[0]][0]  # type: ignore[call-overload]  # a rule id or a name
        yield _error(
            entry,
            f"These go round in a ring: {' → '.join(ring)}.",
            "Take one of the defeaters away.",
        )


def _rests_on_advice(binding: Book, everything: Book) -> Iterator[LawfulError]:
    """What binds rests on no definition or parameter that only guidance or a draft gives."""
    given = [*everything.definitions, *everything.parameters]
    lacking = set(given) - {*binding.definitions, *binding.parameters}
    for entry in binding.entries.values():
        for line in _all_lines(entry):
            for name in sorted(_named_by(line.node) & lacking):
                yield _error(
                    entry,
                    f"'{name}' stands only in guidance or a draft, on which nothing binding can rest.\n"
                    f"  {line.text}",
                    "Write the parameter or definition where the law stands that says it.",
                    line.line,
                )


def _named_by(node: Node) -> set[str]:
    """Names of definitions and parameters in a condition, and of facts."""
    found = set(_names(node))
    for each in walk(node):
        match each:
            case In(listed=listed) | HasAny(listed=listed):
                found.add(listed)
            case AnyOf(item=item):
                found |= _named_by(item)
            case _:
                pass
        for term in terms(each):
            match term:
                case Number(name=name) | Cutoff(table=name):
                    found.add(name)
                case _:
                    pass
    return found


def _names(node: Node) -> set[str]:
    return {each.name for each in walk(node) if isinstance(each, Flag)}


def _twice(book: Book) -> Iterator[LawfulError]:
    """Two entries of one id; two definitions or parameters of one name on the same days."""
    seen: dict[str, Entry] = {}
    for entry in book.rulebook.entries:
        if entry.id in seen:
            yield _error(entry, f"'{entry.id}' is there twice.", f"See {seen[entry.id].file}.")
        seen[entry.id] = entry
    dated: dict[str, list[Entry | Parameter]] = {}
    every: tuple[Entry | Parameter, ...] = (*seen.values(), *book.rulebook.parameters)
    for each in every:
        if isinstance(each, Parameter) or each.kind is Kind.DEFINITION:
            dated.setdefault(each.name, []).append(each)
    for name, found in dated.items():
        ordered = sorted(found, key=lambda each: each.in_force or date.min)
        for one, other in pairwise(ordered):
            if (one.until or date.max) >= (other.in_force or date.min):
                yield UsageError(
                    f"'{name}' is defined twice for the same days.",
                    code="law.lint",
                    hint=f"The other stands in {one.file}: give one of them an end.",
                    location=Location(file=other.file, line=other.line, record=other.id),
                )

"""A book: a rulebook version and the chosen readings, immutable and hashed over all dates."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import attrs

from lawful.law.contents import readings_in
from lawful.law.load import Rulebook, load_rulebook
from lawful.law.model import Entry, Instrument, Kind, Line, Parameter, Penalty
from lawful.law.tree import Compare, FactTerm, Flag, Literal, Node, walk
from lawful.law.vocabulary import Vocabulary, nearest
from lawful.terms.errors import UsageError
from lawful.terms.ids import InstrumentId, RuleId

BINDING = ("law", "policy")


@attrs.frozen(kw_only=True, slots=False)
class Book:
    """What is decided with: binding law and company policy; drafts only of the instruments named.

    A gate's book names none. ``forces`` with ``guidance`` among them is for advice, never for answers.
    """

    rulebook: Rulebook
    readings: Mapping[str, str]
    hash: str
    forces: tuple[str, ...] = BINDING
    drafts: frozenset[str] = frozenset()

    def holds(self, force: str, instrument: str) -> bool:
        """Does this book read entries of such force of an instrument?"""
        return force in self.forces or (force == "draft" and instrument in self.drafts)

    def reading_all_of(self, force: str, instrument: str = "") -> Book:
        """This book with guidance too, or with the drafts of an instrument (without one: of all)."""
        if force != "draft":
            return attrs.evolve(self, forces=(*BINDING, "guidance"))
        drafts = {instrument} if instrument else set(self.rulebook.instruments)
        return attrs.evolve(self, drafts=frozenset(drafts))

    def read_as(self, readings: Mapping[str, str]) -> Book:
        """This book with some readings chosen otherwise; its hash says that it is another.

        Raises: UsageError: a reading or option is not known.
        """
        if not readings:
            return self
        chosen = _chosen(self.rulebook, {**self.readings, **readings})
        digest = hashlib.sha256(json.dumps([self.hash, sorted(chosen.items())]).encode())
        return attrs.evolve(self, readings=chosen, hash=digest.hexdigest())

    @cached_property
    def everything(self) -> Book:
        """The book with guidance and all drafts, for checks; nothing is decided by it."""
        return self.reading_all_of("guidance").reading_all_of("draft")

    @property
    def vocabulary(self) -> Vocabulary:
        """The facts and values of this book."""
        return self.rulebook.vocabulary

    @property
    def name(self) -> str:
        """What a person calls it: the rulebook's version and the first digits of the hash."""
        return f"{self.rulebook.version} · {self.hash[:8]}"

    @cached_property
    def entries(self) -> dict[RuleId, Entry]:
        """Rules, commands, bases and definitions by id, in order of id."""
        kept = (each for each in self.rulebook.entries if self.holds(each.force, each.instrument))
        return {each.id: each for each in sorted(kept, key=lambda each: each.id)}

    @cached_property
    def article_of(self) -> dict[str, str]:
        """The article in which an entry, parameter or penalty stands, by its id."""
        every: tuple[Entry | Parameter | Penalty, ...] = (
            *self.entries.values(),
            *self.rulebook.parameters,
            *self.rulebook.penalties,
        )
        return {each.id: each.article for each in every}

    @cached_property
    def definitions(self) -> dict[str, list[Entry]]:
        """Definitions by name; several of one name hold at different times."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries.values():
            if entry.kind is Kind.DEFINITION:
                found.setdefault(entry.name, []).append(entry)
        return found

    @cached_property
    def parameters(self) -> dict[str, list[Parameter]]:
        """Parameters by name, in order of their first day."""
        found: dict[str, list[Parameter]] = {}
        for each in self.rulebook.parameters:
            force = self.rulebook.articles[each.article].force
            if not self.holds(force, each.instrument):
                continue
            found.setdefault(each.name, []).append(each)
        return found

    @cached_property
    def defeaters(self) -> dict[RuleId, tuple[RuleId, ...]]:
        """For each entry the ids that defeat it, whoever of the two says so."""
        found: dict[RuleId, set[RuleId]] = {}
        for entry in self.entries.values():
            for pattern in entry.defeats:
                for target in self._equals(entry, pattern):
                    found.setdefault(target, set()).add(entry.id)
            for pattern in entry.defeated_by:
                found.setdefault(entry.id, set()).update(self._equals(entry, pattern))
        for kept in self.entries.values():
            if kept.about == "use" and kept.keep is not None and kept.keep.at_least:
                for command in self._erasures(self.instrument(kept).jurisdiction):
                    found.setdefault(command, set()).add(kept.id)
        return {each: tuple(sorted(ids)) for each, ids in found.items()}

    def _erasures(self, jurisdiction: str) -> Iterator[RuleId]:
        """Commands of a legal order that demand an erasure: a running keep of the same order lifts them."""
        erase = Compare("=", FactTerm("operation"), Literal("erase"))
        for entry in self.entries.values():
            same = self.instrument(entry).jurisdiction == jurisdiction
            lines = (node for line in entry.commands for node in walk(line.node))
            if entry.kind is Kind.COMMAND and same and any(node == erase for node in lines):
                yield entry.id

    def _equals(self, entry: Entry, pattern: str) -> Iterator[RuleId]:
        """The ids of a pattern that are about the same thing, definitions left out."""
        for each in self.matching(pattern):
            other = self.entries[each]
            if other.about == entry.about and Kind.DEFINITION not in (other.kind, entry.kind):
                yield each

    def matching(self, pattern: str) -> list[RuleId]:
        """Ids that a pattern names: an entry, or all below ``prefix*``."""
        if pattern.endswith("*"):
            return [each for each in self.entries if each.startswith(pattern[:-1])]
        return [RuleId(pattern)] if pattern in self.entries else []

    @cached_property
    def readings_of(self) -> dict[RuleId, frozenset[str]]:
        """The contested readings that each entry's conditions and scope ask for, through definitions."""
        return {
            each.id: frozenset().union(
                *(self._readings_below(line.node) for line in self._conditions(each))
            )
            for each in self.entries.values()
        }

    @cached_property
    def turning_on(self) -> dict[str, frozenset[RuleId]]:
        """For each reading the entries whose answers it may change, through what defeats them too."""
        below: dict[RuleId, frozenset[str]] = {}

        def readings(name: RuleId) -> frozenset[str]:
            if name not in below:
                below[name] = self.readings_of[name]  # were they to defeat one another
                others = (readings(each) for each in self.defeaters.get(name, ()))
                below[name] = below[name].union(*others)
            return below[name]

        found: dict[str, set[RuleId]] = {each: set() for each in self.rulebook.readings}
        for name in self.entries:
            for each in readings(name):
                found[each].add(name)
        return {each: frozenset(names) for each, names in found.items()}

    def _conditions(self, entry: Entry) -> Iterator[Line]:
        yield from self.instrument(entry).scope.get(entry.about, ())
        yield from (*entry.when, *entry.unless, *(entry.requires or ()), *entry.commands)

    def _readings_below(self, node: Node) -> set[str]:
        found = readings_in(node)
        for each in walk(node):
            if isinstance(each, Flag):
                for definition in self.definitions.get(each.name, ()):
                    for line in definition.when:
                        found |= self._readings_below(line.node)
        return found

    def instrument(self, entry: Entry | Parameter) -> Instrument:
        """The instrument that an entry belongs to."""
        return self.rulebook.instruments[entry.instrument]

    @cached_property
    def zones(self) -> tuple[str, ...]:
        """All zones in which this book reads civil dates."""
        zones = {each.zone for each in self.rulebook.instruments.values()}
        return tuple(sorted(zones | {each.zone for each in self.rulebook.coverage.covers}))


def _chosen(rulebook: Rulebook, readings: Mapping[str, str]) -> dict[str, str]:
    """Every reading's option: the one chosen, else its safe default.

    Raises: UsageError: a reading or option is not known.
    """
    chosen = {each.id: each.default for each in rulebook.readings.values()}
    for name, option in readings.items():
        if name not in chosen:
            raise UsageError(
                f"There is no reading '{name}'.", code="law.reading", hint=nearest(name, chosen)
            )
        options = rulebook.readings[name].options
        if option not in options:
            raise UsageError(
                f"'{option}' is not an option of {name}.",
                code="law.reading",
                hint=nearest(option, options),
            )
        chosen[name] = option
    return chosen


def build_book(
    files: Mapping[str, bytes],
    readings: Mapping[str, str] | None = None,
    drafts: Iterable[str] = (),
) -> Book:
    """A book from a rulebook's files; readings not named keep their safe default.

    ``drafts``: the instruments whose drafts are read as law, for analysis; a gate names none.

    Raises: UsageError: a file is not right, or a reading or option is not known.
    """
    rulebook = load_rulebook(files)
    chosen = _chosen(rulebook, readings or {})
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(json.dumps([path, hashlib.sha256(files[path]).hexdigest()]).encode())
    digest.update(json.dumps(sorted(chosen.items())).encode())
    named = frozenset(drafts)
    for name in sorted(named):
        if InstrumentId(name) not in rulebook.instruments:
            raise UsageError(
                f"There is no instrument '{name}'.",
                code="law.draft",
                hint=nearest(name, rulebook.instruments),
            )
        digest.update(json.dumps(["draft", name]).encode())
    return Book(rulebook=rulebook, readings=chosen, hash=digest.hexdigest(), drafts=named)

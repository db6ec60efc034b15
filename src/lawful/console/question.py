"""A question as a form: from fields to facts, and from facts to the fields that would say them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from lawful.console.language import Words
from lawful.console.page import Visit
from lawful.decide.prose import Prose
from lawful.gate.deployment import Deployment
from lawful.law.vocabulary import Fact
from lawful.terms.values import SetValue, Value

SENTENCE = (
    "operation",
    "data",
    "subject_located_in",
    "recipient_role",
    "recipient_region",
    "purpose",
    "lawful_bases",
    "persons",
)
"""The facts that the sentence itself asks; all others stand under *Correct a fact*."""

EMPTY = "-"
"""A checkbox that says: the set is known, and empty."""

_OWN = ("entity", "activity")
_BESIDE = ("fulfilled:", "recorded:", "since:", "stale:")
_FIELDS = ("on", "about", "example", "format", "lang", "theme", "keys", "go")


@attrs.frozen(kw_only=True)
class Option:
    """One choice of a field."""

    value: str
    label: str
    chosen: bool


@attrs.frozen(kw_only=True)
class Field:
    """One fact as a form asks it: by ``choice``, ``set``, ``region`` or ``text``."""

    name: str
    label: str
    question: str
    kind: str
    supplier: str = ""
    concluded: bool = False
    wanted: bool = False
    value: str = ""
    form: str = ""
    options: tuple[Option, ...] = ()

    @property
    def chosen(self) -> tuple[str, ...]:
        """Labels of what is chosen."""
        return tuple(each.label for each in self.options if each.chosen)


def facts_in(visit: Visit, about: str = "use") -> dict[str, object]:
    """The facts that fields say: sets as lists, ``null`` as unknown, empty ones as not said.

    Raises: UsageError: a field is no fact; the nearest name is offered.
    """
    vocabulary = visit.deployment.vocabulary
    facts: dict[str, object] = {}
    for name in dict.fromkeys(key for key, _ in visit.fields):
        given = [each.strip() for each in visit.all(name) if each.strip()]
        if name in _FIELDS or not given:
            continue
        if name in _OWN or name.startswith(_BESIDE):
            facts[name] = given[-1]
        elif vocabulary.find(name, about).type == "set":
            facts[name] = _members(given)
        else:
            facts[name] = None if given[-1] == "null" else given[-1]
    return facts


def _members(given: list[str]) -> list[str] | None:
    if given == ["null"]:
        return None
    parts = [part.strip() for each in given for part in each.split(",")]
    return [each for each in parts if each and each not in (EMPTY, "null")]


def fields_of(facts: Mapping[str, object]) -> list[tuple[str, str]]:
    """Facts as the fields of an address; ``facts_in`` reads them back."""
    found: list[tuple[str, str]] = []
    for name, value in facts.items():
        if value is None:
            found.append((name, "null"))
        elif isinstance(value, (list, tuple)):
            found += [(name, str(each)) for each in value] or [(name, EMPTY)]
        else:
            found.append((name, str(value).lower() if isinstance(value, bool) else str(value)))
    return found


class Form:
    """Makes fields in one language, filled with what was said."""

    def __init__(self, deployment: Deployment, words: Words, facts: Mapping[str, object]) -> None:
        self.deployment, self.words, self.facts = deployment, words, facts
        self.prose = Prose(deployment.book, words.lang)

    def field(self, name: str, *, wanted: bool = False) -> Field:
        """The field of one fact."""
        fact = self.deployment.vocabulary.facts[name]
        made = Field(
            name=name,
            label=self.prose.fact(name),
            question=fact.question.in_(self.words.lang),
            kind="text",
            supplier=fact.supplier,
            concluded=fact.concluded,
            wanted=wanted,
        )
        if fact.values == "regions" and name not in SENTENCE:
            return attrs.evolve(
                made,
                kind="region",
                value=self._codes(name),
                form=self.words("form.regions" if fact.type == "set" else "form.region"),
            )
        if fact.type == "set":
            return attrs.evolve(made, kind="set", options=self._set(fact))
        if fact.type in ("enum", "flag"):
            return attrs.evolve(made, kind="choice", options=self._choice(fact))
        value = self.facts.get(name, "")
        return attrs.evolve(
            made,
            value="null" if value is None else str(value),
            form=self.words(f"form.{fact.type}"),
        )

    def record(self, rule: str) -> Field:
        """The field of a record: is there one that counts?"""
        name = f"fulfilled:{rule}"
        said = str(self.facts.get(name, "")).lower()
        options = self._plain(
            said, [("true", self.words("form.yes")), ("false", self.words("form.no"))]
        )
        return Field(
            name=name,
            label=self.prose.fact(name),
            question=rule,
            kind="choice",
            wanted=True,
            options=options,
        )

    def moment(self, kind: str, rule: str) -> Field:
        """The field that asks ``since`` when a rule applies, or its record is ``stale``."""
        name = f"{kind}:{rule}"
        return Field(
            name=name,
            label=self.prose.words[kind] + self.prose.rule(rule),
            question=rule,
            kind="text",
            wanted=True,
            value=str(self.facts.get(name, "")),
            form=self.words("form.date"),
        )

    def entity(self) -> Field | None:
        """Which legal entity asks; None where the organisation is not known."""
        organisation = self.deployment.organisation
        if organisation is None or not organisation.entities:
            return None
        named = [
            (str(each.id), each.name.in_(self.words.lang))
            for each in organisation.entities.values()
        ]
        said = str(self.facts.get("entity") or "")
        options = (
            Option(value="", label=self.words("ask.any_entity"), chosen=not said),
            *(Option(value=value, label=label, chosen=value == said) for value, label in named),
        )
        return Field(
            name="entity",
            label=self.words("ask.entity"),
            question="",
            kind="choice",
            options=options,
        )

    def _codes(self, name: str) -> str:
        raw = self.facts.get(name, "")
        if isinstance(raw, (list, tuple)):
            return ", ".join(map(str, raw)) or EMPTY
        return "null" if raw is None else str(raw)

    def _choice(self, fact: Fact) -> tuple[Option, ...]:
        raw = self.facts.get(fact.name, "")
        said = "null" if raw is None else str(raw).lower() if isinstance(raw, bool) else str(raw)
        if fact.type == "flag":
            said = {"yes": "true", "no": "false"}.get(said.lower(), said.lower())
            return self._plain(
                said, [("true", self.words("form.yes")), ("false", self.words("form.no"))]
            )
        values = self.deployment.vocabulary.values_of(fact.name)
        pairs = [(value, text.in_(self.words.lang)) for value, text in values.items()]
        return self._plain(
            said, sorted(pairs, key=lambda each: each[1]) if fact.values == "regions" else pairs
        )

    def _plain(self, said: str, pairs: Iterable[tuple[str, str]]) -> tuple[Option, ...]:
        ends = [("", self.words("form.not_said")), *pairs, ("null", self.words("form.unknown"))]
        return tuple(
            Option(value=value, label=label, chosen=value == said) for value, label in ends
        )

    def _set(self, fact: Fact) -> tuple[Option, ...]:
        raw = self.facts.get(fact.name)
        said = {str(each) for each in raw} if isinstance(raw, (list, tuple)) else set()
        values = self.deployment.vocabulary.values_of(fact.name)
        options = [
            Option(value=value, label=text.in_(self.words.lang), chosen=value in said)
            for value, text in values.items()
        ]
        none = Option(
            value=EMPTY,
            label=self.words("form.none"),
            chosen=isinstance(raw, (list, tuple)) and not raw,
        )
        unknown = Option(
            value="null",
            label=self.words("form.unknown"),
            chosen=fact.name in self.facts and raw is None,
        )
        return (*options, none, unknown)


def typed_from(value: Value | None) -> object:
    """A fact's value as a person would type it."""
    if isinstance(value, SetValue):
        return sorted(value.members) + [f"?{each}" for each in sorted(value.unknown)]
    return value if value is None or isinstance(value, bool) else str(value)

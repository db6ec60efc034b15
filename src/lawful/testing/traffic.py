"""Uses as a platform asks about them, and uses of facts drawn evenly; for benchmarks and large counts.

*Realistic*: some dozens of activities, a few of them far more frequent than the rest, each with its
purpose, parties, data and records; its uses differ in the data subject and in what they were told
and consented to. Most facts are the usual ones, a few are unknown. *Uniform*: every fact is drawn evenly
from its closed values by itself, so that uses have nothing in common: the worst case of anything kept.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import attrs

from lawful.law.book import Book
from lawful.law.coverage import PLACES
from lawful.law.thing import Record, Thing
from lawful.law.vocabulary import Fact
from lawful.terms.values import NEVER_ON, SetValue, Value
from lawful.testing.possible import possible

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ACTIVITIES = 48
UNKNOWN = 0.02
USUAL = 0.85
"""How often a fact of an activity is the usual one: what the law presumes, or *no*."""
MARKETS = ("CN", "CN", "CN", "CN", "DE", "FR", "ES", "US", "US", "BR", "SG", "GB", "JP", "KR")


class Traffic:
    """Uses for one book; the same seed gives the same ones."""

    def __init__(self, book: Book, seed: int, at: datetime = AT) -> None:
        self.book, self.at = book, at
        self.random = random.Random(seed)
        self.facts = book.vocabulary.facts_of("use")
        self._of_subject = frozenset(each.name for each in self.facts if _is_of_subject(each))
        rules = sorted(
            each.id for each in book.entries.values() if each.requires and each.about == "use"
        )
        self.kept = frozenset(rules)
        self._rules = rules

    def realistic(self, count: int) -> list[Thing]:
        """``count`` uses of the activities of one group of companies."""
        activities = [self._activity() for _ in range(ACTIVITIES)]
        weights = [1 / (1 + n) for n in range(ACTIVITIES)]
        return [self._use(each) for each in self.random.choices(activities, weights, k=count)]

    def uniform(self, count: int) -> list[Thing]:
        """``count`` uses with nothing in common."""
        return list(islice(self._uniform(), count))

    def _uniform(self) -> Iterator[Thing]:
        while True:
            values = {each.name: self._even(each) for each in self.facts}
            yield self._thing({name: each for name, each in values.items() if each is not None})

    def _activity(self) -> Thing:
        values: dict[str, Value | None] = {}
        for fact in self.facts:
            usual = self.random.random() < USUAL
            values[fact.name] = self._usual(fact) if usual else self._even(fact)
        place = self.random.choice(MARKETS)
        values |= {
            fact.name: place if fact.type == "enum" else SetValue(frozenset({place}))
            for fact in self.facts
            if fact.name in PLACES and fact.name not in self._of_subject
        }
        values["operation"] = self.random.choice(list(self.book.vocabulary.values_of("operation")))
        values["data_state"], values["controller_role"] = "personal", "controller"
        records = tuple(
            Record(rule=rule, done_at=self.at - timedelta(days=self.random.randint(1, 300)))
            for rule in self._rules
            if self.random.random() < 0.7
        )
        return attrs.evolve(self._thing(values), records=records, kept=self.kept)

    def _use(self, activity: Thing) -> Thing:
        place = self.random.choice(MARKETS)
        mine: dict[str, Value | None] = {}
        for fact in self.facts:
            if fact.name in self._of_subject:
                known = self.random.random() >= UNKNOWN
                value = place if fact.values == "regions" else self._even(fact, unknown=0)
                mine[fact.name] = value if known else None
        return possible(self.book.vocabulary, activity.with_values(mine))

    def _thing(self, values: Mapping[str, Value | None]) -> Thing:
        found = Thing(about="use", at=self.at, values=values)
        return possible(self.book.vocabulary, found)

    def _usual(self, fact: Fact) -> Value:
        if fact.type == "date":
            return NEVER_ON
        if fact.type in ("count", "instant"):
            value = self._even(fact, unknown=0)
            assert value is not None
            return value
        if fact.type == "enum" and fact.assumed:
            return fact.assumed
        return self.book.vocabulary.nothing(fact.name)

    def _even(self, fact: Fact, unknown: float = UNKNOWN) -> Value | None:
        chance = self.random
        if chance.random() < unknown:
            return None
        match fact.type:
            case "flag":
                return chance.random() < 0.5
            case "enum":
                return chance.choice(list(self.book.vocabulary.values_of(fact.name)))
            case "set":
                known = list(self.book.vocabulary.values_of(fact.name))
                members = chance.sample(known, min(len(known), chance.randint(0, 3)))
                return self.book.vocabulary.close(fact.name, SetValue(frozenset(members)))
            case "count":
                return int(10 ** chance.uniform(0, 8))
            case "date":
                return date(1940, 1, 1) + timedelta(days=chance.randrange(31_000))
            case _:
                return self.at - timedelta(hours=chance.randrange(20_000))


def _is_of_subject(fact: Fact) -> bool:
    return any(grain in ("subject", "state") for grain in fact.grain)

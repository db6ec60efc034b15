"""What unmet rules may cost: the penalties that name them, by regime; nothing is added up.

A ceiling is a limit, not a forecast. Two ceilings are never summed: not over tiers, regimes or
currencies, for one act may be punished once, at the highest scale, or under each of several laws.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from enum import Enum

import attrs

from lawful.decide.currencies import CURRENCIES
from lawful.decide.duties import DutyList
from lawful.decide.explain import Explanation, FactUsed, RuleAnswer, Wanted
from lawful.law.book import Book
from lawful.law.clauses import BASES
from lawful.law.clocks import Due, DutyState, due
from lawful.law.model import Ceiling, Entry, Kind, Penalty
from lawful.law.oracle import Court, Kleene
from lawful.law.records import latest
from lawful.law.thing import Thing
from lawful.law.vocabulary import nearest
from lawful.terms.errors import UsageError
from lawful.terms.ids import InstrumentId
from lawful.terms.outcomes import Answer, Otherwise


class How(Enum):
    """How a rule is not met: it is violated, its last moment has passed, or it can still be met."""

    VIOLATED = "violated"
    OVERDUE = "overdue"
    DUE = "due"
    UNDETERMINED = "undetermined"


@attrs.frozen(kw_only=True)
class Unmet:
    """A rule that is not met (or may not be), how, and the penalties that name it."""

    rule: RuleAnswer
    how: How
    due: Due
    penalties: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Money:
    """An amount of a base in a currency, as given."""

    currency: str
    amount: Decimal


@attrs.frozen(kw_only=True)
class Limit:
    """A ceiling, and what its share or multiple of a base comes to where that base was given."""

    ceiling: Ceiling
    base: Money | None = None
    computed: Decimal | None = None


@attrs.frozen(kw_only=True)
class Tier:
    """One penalty: for which unmet rules (and how they are not met), and its limits.

    ``holds``: does its own condition (None: not known)?
    """

    penalty: Penalty
    holds: Kleene
    rules: tuple[tuple[str, How], ...]
    limits: tuple[Limit, ...]

    @property
    def personal(self) -> bool:
        """Does it reach a person, not only the entity?"""
        measures = {"person_banned", "detention", "criminal"}
        return bool(measures & set(self.penalty.measures)) or any(
            each.ceiling.on == "person" for each in self.limits
        )


@attrs.frozen(kw_only=True)
class Regime:
    """The tiers of one instrument of a jurisdiction, in order of their ids."""

    jurisdiction: str
    instrument: InstrumentId
    tiers: tuple[Tier, ...]


@attrs.frozen(kw_only=True)
class Exposure:
    """What a thing's unmet rules may cost. ``unmet`` in the order of how; undetermined rules come last."""

    thing: Thing
    book: Book
    unmet: tuple[Unmet, ...]
    regimes: tuple[Regime, ...]
    wanted: tuple[Wanted, ...]
    assumed: tuple[FactUsed, ...]
    bases: Mapping[str, Money] = attrs.field(factory=dict, hash=False)

    @property
    def bases_asked(self) -> tuple[str, ...]:
        """The bases of which a ceiling here is a share or a multiple."""
        tiers = [tier for regime in self.regimes for tier in regime.tiers]
        return tuple(sorted({each.ceiling.base for tier in tiers for each in tier.limits} - {""}))

    @property
    def bases_unused(self) -> tuple[str, ...]:
        """Bases that were given, and of which no ceiling here is a share or a multiple."""
        return tuple(sorted(set(self.bases) - set(self.bases_asked)))

    @property
    def without_penalty(self) -> tuple[Unmet, ...]:
        """Rules that are not met, and for which the rulebook holds no penalty that fits."""
        return tuple(
            each for each in self.unmet if not each.penalties and each.how is not How.UNDETERMINED
        )


def read_base(text: str) -> tuple[str, Money]:
    """``turnover=CNY:1200000`` as a base and its amount.

    >>> read_base("turnover=CNY:1,200,000")
    ('turnover', Money(currency='CNY', amount=Decimal('1200000')))

    Raises: UsageError: not of this form, not a base that penalties know, or no currency of ISO 4217.
    """
    name, _, rest = text.partition("=")
    currency, colon, figure = rest.partition(":")
    try:
        amount = Decimal(figure.replace(",", "").replace("_", ""))
    except InvalidOperation:
        amount = Decimal(-1)
    shaped = colon and currency.isalpha() and len(currency) == 3
    if name not in BASES or not shaped or not amount.is_finite() or amount < 0:
        known = name in BASES
        raise UsageError(
            f"'{text}' is not a base.",
            code="usage.base",
            hint="Write worldwide_turnover=EUR:1200000."
            if known
            else nearest(name, BASES) or f"Bases: {', '.join(BASES)}.",
        )
    if currency.upper() not in CURRENCIES:
        raise UsageError(
            f"'{currency}' is no currency of ISO 4217.",
            code="usage.base",
            hint=nearest(currency.upper(), sorted(CURRENCIES)),
        )
    return name, Money(currency=currency.upper(), amount=amount)


def exposure_of_use(found: Explanation, bases: Mapping[str, Money] | None = None) -> Exposure:
    """The exposure of a use, if it is made as it stands."""
    court = Court(found.book, found.thing)
    rules = [each for each in found.rules if each.entry.kind is Kind.RULE]
    standing = [
        (each, due(court, each.entry, each.answer, latest(found.thing.records, each.id)))
        for each in rules
        if each.answer in (Answer.UNMET, Answer.UNDETERMINED)
    ]
    return _exposure(court, standing, found.wanted, found.assumed, bases or {})


def exposure_of_duties(found: DutyList, bases: Mapping[str, Money] | None = None) -> Exposure:
    """The exposure of any other thing, as its duties stand: of every rule that an act would meet."""
    every = (one for each in found.duties for one in (each, *each.also))
    ours = (each for each in every if "authority" not in each.rule.entry.bearer)
    standing = [(each.rule, each.due) for each in ours]
    court = Court(found.book, found.thing)
    return _exposure(court, standing, found.wanted, found.assumed, bases or {})


def _exposure(
    court: Court,
    standing: Iterable[tuple[RuleAnswer, Due]],
    wanted: tuple[Wanted, ...],
    assumed: tuple[FactUsed, ...],
    bases: Mapping[str, Money],
) -> Exposure:
    named = _penalties_of(court)
    unmet: list[Unmet] = []
    holding: dict[str, list[tuple[str, How, Kleene]]] = {}
    for rule, state in standing:
        how = _how(rule.entry, rule.answer, state)
        if how is None:
            continue
        fitting = []
        for penalty in named.get(rule.id, ()):
            holds = _holds(court, penalty, rule.entry)
            if holds is not False:
                fitting.append(str(penalty.id))
                if how is not How.UNDETERMINED:
                    holding.setdefault(str(penalty.id), []).append((str(rule.id), how, holds))
        unmet.append(Unmet(rule=rule, how=how, due=state, penalties=tuple(fitting)))
    unmet.sort(key=lambda each: (list(How).index(each.how), each.rule.id))
    return Exposure(
        thing=court.thing,
        book=court.book,
        unmet=tuple(unmet),
        regimes=_regimes(court.book, holding, bases),
        wanted=wanted,
        assumed=assumed,
        bases=bases,
    )


def _penalties_of(court: Court) -> dict[str, list[Penalty]]:
    """For each rule's id the penalties in force that name it, of a force that the book reads."""
    book = court.book
    found: dict[str, list[Penalty]] = {}
    for penalty in sorted(book.rulebook.penalties, key=lambda each: each.id):
        force = book.rulebook.articles[penalty.article].force
        day = court.moment.day(book.rulebook.instruments[penalty.instrument].zone)
        if book.holds(force, penalty.instrument) and penalty.in_force_on(day):
            ids = {each for pattern in penalty.unmet for each in book.matching(pattern)}
            for each in ids:
                found.setdefault(each, []).append(penalty)
    return found


def _how(entry: Entry, answer: Answer, state: Due) -> How | None:
    """Violated where nothing is left to wait for; with a clock or as a later duty, due or overdue."""
    if state.state in (DutyState.MET, DutyState.MET_LATE):
        return None
    if answer is Answer.UNDETERMINED:
        return How.UNDETERMINED
    if state.state is DutyState.OVERDUE:
        return How.OVERDUE
    timed = entry.by is not None or entry.every is not None
    later = entry.otherwise is Otherwise.AFTER or (timed and entry.otherwise is not Otherwise.BLOCK)
    return How.DUE if later else How.VIOLATED


def _holds(court: Court, penalty: Penalty, rule: Entry) -> Kleene:
    """The penalty's own condition, read as its instrument reads it."""
    return court.lines(penalty.when, attrs.evolve(rule, instrument=penalty.instrument))


def _regimes(
    book: Book, holding: Mapping[str, list[tuple[str, How, Kleene]]], bases: Mapping[str, Money]
) -> tuple[Regime, ...]:
    grouped: dict[tuple[str, InstrumentId], list[Tier]] = {}
    for penalty in sorted(book.rulebook.penalties, key=lambda each: each.id):
        found = holding.get(str(penalty.id))
        if not found:
            continue
        tier = Tier(
            penalty=penalty,
            holds=True if any(holds for _, _, holds in found) else None,
            rules=tuple((rule, how) for rule, how, _ in found),
            limits=tuple(_limit(each, bases) for each in penalty.ceilings),
        )
        jurisdiction = book.rulebook.instruments[penalty.instrument].jurisdiction
        grouped.setdefault((jurisdiction, penalty.instrument), []).append(tier)
    return tuple(
        Regime(jurisdiction=place, instrument=instrument, tiers=tuple(tiers))
        for (place, instrument), tiers in sorted(grouped.items())
    )


def _limit(ceiling: Ceiling, bases: Mapping[str, Money]) -> Limit:
    base = bases.get(ceiling.base) if ceiling.base else None
    if base is None:
        return Limit(ceiling=ceiling)
    factor = (
        Decimal(ceiling.percent) / 100
        if ceiling.percent
        else Decimal(ceiling.multiple)
        if ceiling.multiple
        else None
    )
    computed = None if factor is None else base.amount * factor
    return Limit(ceiling=ceiling, base=base, computed=computed)

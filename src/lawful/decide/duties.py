"""Duty lists: what is owed for a thing that is not a use, by whom, to whom, until when.

One act that several rules ask for stands there once, with all of them: under the rule that keeps
its record, and until the earliest of their last moments.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from lawful.decide.contested import answers_otherwise
from lawful.decide.explain import FactUsed, RuleAnswer, Wanted, assumed_in, facts_used
from lawful.decide.unexamined import beside_a_list
from lawful.decide.why import Missing, next_missing, reasons
from lawful.law.book import Book
from lawful.law.clocks import Due, DutyState, Last, due
from lawful.law.missed import missed_periods
from lawful.law.model import Entry, Item, Kind
from lawful.law.oracle import Court, Judged
from lawful.law.records import latest
from lawful.law.thing import RECORDS, Record, Thing
from lawful.law.tree import And, Fulfilled, Node, Or, Recorded, conjunction, walk
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Answer, Otherwise
from lawful.terms.texts import Text


@attrs.frozen(kw_only=True)
class Duty:
    """One duty of the list and how it stands.

    ``contents``: the items of its record that apply to this thing, or may, with the condition then.
    ``also``: the other rules that the same act meets, each with a clock of its own. ``act``: how the
    act stands for all of them. ``missed``: last moments of earlier periods in which nothing was done;
    while there are any, the duty is overdue since the first, and ``next_on`` tells of the running one.
    """

    rule: RuleAnswer
    due: Due
    contents: tuple[Item, ...] = ()
    missed: tuple[Last, ...] = ()
    also: tuple[Duty, ...] = ()

    @property
    def act(self) -> Due:
        """While it is unmet, the clock that ends first of the rules that it meets; else the rule's own."""
        if self.rule.answer is Answer.MET:
            return self.due
        return min((self, *self.also), key=_urgency).due

    @property
    def owed(self) -> bool:
        """Is something still to be done?"""
        return self.act.state in (DutyState.DUE, DutyState.OVERDUE, DutyState.PROMPTLY)


@attrs.frozen(kw_only=True)
class DutyList:
    """Duties of a thing: refused ones first, then by last moment; what is wanted and assumed.

    ``otherwise``: by reading and option not in use, the rules that would answer otherwise.
    """

    thing: Thing
    book: Book
    duties: tuple[Duty, ...]
    rules: tuple[RuleAnswer, ...]
    wanted: tuple[Wanted, ...]
    assumed: tuple[FactUsed, ...]
    facts: tuple[FactUsed, ...]
    not_examined: tuple[Text, ...]
    otherwise: Mapping[str, Mapping[str, Mapping[RuleId, Answer]]] = attrs.field(hash=False)

    @property
    def owed(self) -> tuple[Duty, ...]:
        """The duties of which something is still to be done."""
        return tuple(each for each in self.duties if each.owed)

    @property
    def undetermined(self) -> bool:
        """Is some duty not known to be owed or met?"""
        return any(each.act.state is DutyState.UNDETERMINED for each in self.duties)


def list_duties(book: Book, thing: Thing) -> DutyList:
    """The duty list of a thing, by the law of its moment and the clock of ``thing.at``."""
    court = Court(book, thing)
    judged = {
        each.id: court.judged(each)
        for each in book.entries.values()
        if each.about == thing.about and each.kind is Kind.RULE
    }
    answers = {
        rule: RuleAnswer(
            entry=book.entries[rule],
            answer=found.answer,
            because=reasons(court, book.entries[rule], found),
        )
        for rule, found in judged.items()
    }
    duties = [
        _duty(court, answers[rule])
        for rule, found in judged.items()
        if found.answer is not Answer.NOT_APPLICABLE
    ]
    return DutyList(
        thing=thing,
        book=book,
        duties=tuple(sorted(_joined(duties), key=_order)),
        rules=tuple(answers.values()),
        wanted=_wanted(court, judged, duties),
        assumed=(*assumed_in(court), *_unnamed(thing)),
        facts=facts_used(court, judged),
        not_examined=tuple(beside_a_list(court)),
        otherwise=answers_otherwise(court, judged),
    )


def _duty(court: Court, rule: RuleAnswer) -> Duty:
    entry, records = rule.entry, _acts(court.thing, rule.entry)
    stands = due(court, entry, rule.answer, records)
    contents = tuple(_contents(court, entry))
    if rule.answer is Answer.UNDETERMINED or not (missed := missed_periods(court, entry, records)):
        return Duty(rule=rule, due=stands, contents=contents)
    following = stands.next_on if rule.answer is Answer.MET else stands.ends.on
    since = attrs.evolve(stands, state=DutyState.OVERDUE, ends=missed[0], next_on=following)
    return Duty(rule=rule, due=since, contents=contents, missed=missed)


def _contents(court: Court, entry: Entry) -> Iterable[Item]:
    for item in entry.contents:
        applies = True if item.when is None else court.value(item.when, entry)
        if applies is not False:
            yield attrs.evolve(item, when=None) if applies else item


def _acts(thing: Thing, entry: Entry) -> list[Record]:
    """The records of a rule; where it has none, those of other rules whose acts are enough for it."""
    own = latest(thing.records, entry.id)
    if own:
        return own
    for way in _ways(conjunction(tuple(line.node for line in entry.requires or ()))):
        found = [latest(thing.records, rule) for rule in way]
        if all(found):
            return max(
                found, key=_first_done
            )  # all are needed: the last of them is when it was met
    return []


def _first_done(records: list[Record]) -> float:
    return min((each.done_at.timestamp() for each in records if each.done_at), default=0.0)


def _wanted(
    court: Court, judged: Mapping[RuleId, Judged], duties: Iterable[Duty]
) -> tuple[Wanted, ...]:
    """What to find out next: for rules that are undetermined, and for last moments that are not known."""
    waits: dict[Missing, list[RuleId]] = {}
    for rule, found in judged.items():
        for each in next_missing(court, court.book.entries[rule], found):
            waits.setdefault(each, []).append(rule)
    for duty in duties:
        if not duty.owed:
            continue
        for name in duty.due.wanted:
            kind, _, rest = name.rpartition(":")
            rules = waits.setdefault(Missing(kind or "fact", rest), [])
            if duty.rule.id not in rules:
                rules.append(duty.rule.id)
    wanted = (
        Wanted(kind=each.kind, name=each.name, why=tuple(rules)) for each, rules in waits.items()
    )
    return tuple(sorted(wanted, key=lambda each: (each.kind, each.name)))


def _unnamed(thing: Thing) -> Iterable[FactUsed]:
    """That no record was named, where that is taken to mean that nothing was done."""
    if RECORDS in thing.sources:
        yield FactUsed(name=RECORDS, value=False, source=thing.sources[RECORDS])


def _joined(duties: Iterable[Duty]) -> Iterable[Duty]:
    """Duties, those that another's act meets put under that other.

    Whose record a rule cannot do without stays; then each goes under acts that stay, if some are enough.
    Of two that each accept the other's record, the first stays.
    """
    listed = {each.rule.id: each for each in duties}
    ways = {rule: tuple(_ways_listed(each, listed)) for rule, each in listed.items()}
    stay = {rule for rule, found in ways.items() if not found}
    stay |= {
        keeper
        for rule, found in ways.items()
        if len(found) == 1 and not _keeps_its_own(listed[rule].rule.entry)
        for keeper in found[0]
    }
    under: dict[RuleId, list[Duty]] = {}
    for rule, found in ways.items():
        way = next((each for each in found if stay.issuperset(each)), ())
        if rule in stay or not way:
            stay.add(rule)
            continue
        for keeper in way:
            under.setdefault(keeper, []).append(listed[rule])
    for rule in listed:
        if rule in stay:
            yield attrs.evolve(listed[rule], also=tuple(under.get(rule, ())))


def _ways_listed(duty: Duty, listed: Mapping[RuleId, Duty]) -> Iterable[tuple[RuleId, ...]]:
    """The sets of listed duties, standing as this one stands, whose acts are enough for it."""
    for way in _ways(conjunction(tuple(line.node for line in duty.rule.entry.requires or ()))):
        keepers = [listed.get(RuleId(each)) for each in way]
        if all(
            each is not None
            and each is not duty
            and each.rule.answer is duty.rule.answer
            and _keeps_its_own(each.rule.entry)
            for each in keepers
        ):
            yield tuple(RuleId(each) for each in way)


def _keeps_its_own(entry: Entry) -> bool:
    """Does a rule ask for a record of its own?"""
    return any(
        isinstance(node, Fulfilled) and not node.rule
        for line in entry.requires or ()
        for node in walk(line.node)
    )


def _ways(requires: Node) -> Iterable[tuple[str, ...]]:
    """The sets of other rules' records of which each is enough for what a rule requires."""
    match requires:
        case Fulfilled(rule) | Recorded(rule, ""):
            return ((rule,),) if rule else ()
        case And(items):
            ways = [tuple(_ways(each)) for each in items]
            if all(ways) and all(len(each) == 1 for each in ways):
                return (tuple(rule for each in ways for rule in each[0]),)
            return ()
        case Or(items):
            return tuple(way for each in items for way in _ways(each))
        case _:
            return ()


def _urgency(duty: Duty) -> tuple[bool, str]:
    last = duty.due.last
    return (last is None, last.isoformat() if last else "")


def _order(duty: Duty) -> tuple[bool, bool, str, str]:
    refused = duty.rule.entry.otherwise in (Otherwise.BLOCK, Otherwise.BEFORE)
    last = duty.act.last.isoformat() if duty.act.last else ""
    return (not refused, not duty.owed, last, duty.rule.id)

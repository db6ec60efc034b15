"""Facts as typed by a person, or told by a register: what is filled in, and what a gate will not believe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time

import attrs

from lawful.law.changes import UNKNOWN, set_fact
from lawful.law.invariants import find_contradictions, verify_consistent, with_what_follows
from lawful.law.records import ids_above
from lawful.law.thing import RECORDS, Record, Thing
from lawful.law.vocabulary import Fact, Vocabulary, nearest
from lawful.terms.errors import UsageError
from lawful.terms.values import NEVER_AT, NEVER_ON, SetValue, Source, SourceKind, Value

SENDING = ("share", "sell", "entrust", "transfer", "disclose", "publish")
ROLES = {"system": ("provider",), "deal": ("party",), "content": ("platform",)}
MAKING = ("maker", "platform", "uploader")
"""Whose duties a list shows for synthetic content where nobody says which of these we are."""
TYPED = Source(kind=SourceKind.TYPED)
FOLLOWS = Source(kind=SourceKind.TYPED, label="follows from another answer")
NOON = time(12, 0, tzinfo=UTC)

Known = Mapping[str, tuple["Value | None", Source]]


def assumed(label: str) -> Source:
    """The source of a value that was filled in, with the reason in words."""
    return Source(kind=SourceKind.ASSUMED, label=label)


def typed_thing(
    vocabulary: Vocabulary,
    about: str,
    facts: Mapping[str, object],
    *,
    now: datetime,
    on: date | None = None,
    at: datetime | None = None,
    known: Known | None = None,
) -> Thing:
    """A thing from typed facts over what registers know; a name given as ``null`` is unknown and stays so.

    ``on`` sets the civil date everywhere, ``at`` the instant; without either it is ``now``.

    Raises: UsageError: an unknown thing, fact or value, with the nearest; facts that contradict one another.
    """
    if about not in vocabulary.knows:
        raise UsageError(
            f"There is no thing '{about}'.",
            code="usage.thing",
            hint=nearest(about, vocabulary.knows),
        )
    moment = at or (datetime.combine(on, NOON) if on else now)
    thing = Thing(about=about, at=moment, on=None if at else on)
    sources: dict[str, Source] = {}
    for name, (value, source) in (known or {}).items():
        if vocabulary.knows_fact(about, name):
            thing = thing.with_values({name: vocabulary.close(name, value)})
            sources[name] = source
    for name, raw in facts.items():
        thing = set_fact(vocabulary, thing, name, raw)
        if name in vocabulary.facts:
            sources[name] = TYPED
    verify_consistent(vocabulary, thing)
    whole = with_what_follows(vocabulary, thing)
    follows = {name for name in whole.values if whole.values[name] != thing.values.get(name)}
    return attrs.evolve(whole, sources={**sources, **dict.fromkeys(follows, FOLLOWS)})


def filled_in(vocabulary: Vocabulary, thing: Thing, named: frozenset[str]) -> Thing:
    """An asked thing with what goes without saying, each value marked *assumed*; never at a gate.

    ``named`` are the facts that the asker named, unknown ones included: those are left alone.
    """
    changes = (
        _places(thing)
        | _not_personal(thing)
        | _roles(vocabulary, thing)
        | _absent(vocabulary, thing)
        | _unrecorded(vocabulary, thing)
    )
    values, sources = dict(thing.values), dict(thing.sources)
    for name, (value, label) in changes.items():
        if (
            name not in named
            and values.get(name) is None
            and vocabulary.knows_fact(thing.about, name)
        ):
            values[name], sources[name] = value, assumed(label)
    return _agreeing(vocabulary, thing, attrs.evolve(thing, values=values, sources=sources))


def _agreeing(vocabulary: Vocabulary, before: Thing, after: Thing) -> Thing:
    """A thing with what was filled in, less what contradicts the rest: that is asked for."""
    filled = {
        name
        for found in find_contradictions(vocabulary, after)
        for name in found.facts
        if before.values.get(name) is None
    }
    if not filled:
        return after
    unsaid = dict.fromkeys(filled & before.values.keys())
    return attrs.evolve(
        after,
        values={k: v for k, v in after.values.items() if k not in filled} | unsaid,
        sources={k: v for k, v in after.sources.items() if k not in filled},
    )


Filled = dict[str, tuple[Value, str]]


def _places(thing: Thing) -> Filled:
    found: Filled = {}
    people = thing.values.get("people_located_in") or thing.values.get("published_in")
    if isinstance(people, SetValue):
        source = "people_located_in" if "people_located_in" in thing.values else "published_in"
        found["offered_in"] = (people, f"as {source}")
    for source, targets in (
        ("collected_in", ("stored_in", "processed_in")),
        ("controller_region", ("established_in",)),
        ("subject_located_in", ("offered_in",)),
    ):
        value = thing.values.get(source)
        if isinstance(value, str):
            for target in targets:
                found[target] = (SetValue(frozenset({value})), f"as {source}")
    return found


def _not_personal(thing: Thing) -> Filled:
    """Data that is about nobody has none of the categories of personal data."""
    if thing.values.get("data_state") != "non_personal":
        return {}
    return {"data": (SetValue(frozenset()), "it is not personal")}


def _roles(vocabulary: Vocabulary, thing: Thing) -> Filled:
    found: Filled = {}
    if thing.about in vocabulary.role_in:
        roles: tuple[str, ...] = ROLES.get(thing.about, ("controller",))
        if thing.values.get("ai_made") in ("generated", "edited"):
            roles = MAKING
        one = vocabulary.facts[vocabulary.role_in[thing.about]].type != "set"
        value = roles[0] if one else SetValue(frozenset(roles))
        found[vocabulary.role_in[thing.about]] = (
            value,
            f"{', '.join(roles)} unless said otherwise",
        )
    for fact in vocabulary.facts.values():
        if fact.assumed:
            found[fact.name] = (fact.assumed, "the strictest value unless said otherwise")
    return found


def _absent(vocabulary: Vocabulary, thing: Thing) -> Filled:
    """What is absent says so; but a use that sends data has a recipient, a deal perhaps, and a demand a source.

    What a thing is cannot be absent from the thing itself: where nobody says it, it is asked for.
    """
    found: Filled = {}
    values = thing.values
    sends = values.get("operation") in SENDING or values.get("operation") is None
    to_authority = (
        values.get("recipient_role") == "authority" or values.get("operation") == "disclose"
    )
    bases = values.get("lawful_bases")
    obliged = not isinstance(bases, SetValue) or bool(
        (bases.members | bases.unknown) & {"legal_obligation", "public_interest"}
    )
    skipped = {
        "recipient_role": sends,
        "recipient_region": sends,
        "deal_kind": sends and values.get("recipient_role") != "none",
        "compelled_by": to_authority,
        "authority_kind": to_authority or (values.get("recipient_role") is None and sends),
        "obligation_under": obliged,
        "important_data": True,
    }
    for fact in vocabulary.facts.values():
        if _says_what_it_is(fact, thing.about):
            continue
        if fact.absent and not fact.unrecorded and not skipped.get(fact.name, False):
            found[fact.name] = (_nothing(fact), "none was named")
    return found


def _says_what_it_is(fact: Fact, about: str) -> bool:
    """Is it a fact of such things alone and named for them (``order_process``: its *none* is *no order*)?"""
    return fact.type == "enum" and fact.grain == (about,) and fact.name.startswith(f"{about}_")


def _nothing(fact: Fact) -> Value:
    """The value that says *there is none*."""
    if fact.type == "set":
        return SetValue()
    if fact.absent == "never":
        return NEVER_ON if fact.type == "date" else NEVER_AT
    return fact.absent


def _unrecorded(vocabulary: Vocabulary, thing: Thing) -> Filled:
    """What can only permit is *no* where nothing is recorded, unless the activity claims it."""
    bases = thing.values.get("lawful_bases")
    claimed = (bases.members | bases.unknown) if isinstance(bases, SetValue) else frozenset()
    return {
        fact.name: (vocabulary.nothing(fact.name), "nothing is recorded")
        for fact in vocabulary.facts.values()
        if fact.unrecorded
        and (
            not fact.claimed_by or (isinstance(bases, SetValue) and fact.claimed_by not in claimed)
        )
    }


def nothing_done(thing: Thing, asked: Iterable[str], named: Mapping[str, object]) -> Thing:
    """An asked thing for which nothing was done beyond the records named, marked *assumed*; never at a gate.

    ``asked``: the rules whose records are asked for. ``named``: what the asker typed; a record that
    is named as unknown (``fulfilled:RULE`` of null) stays so.
    """
    unknown = {
        name.partition(":")[2]
        for name, value in named.items()
        if name.startswith("fulfilled:") and str(value).strip().lower() in UNKNOWN
    }
    kept = {each for each in asked if unknown.isdisjoint(ids_above(each))}
    if not kept:
        return thing
    source = assumed("no other record was named: taken as not done")
    return attrs.evolve(thing, kept=thing.kept | kept, sources={**thing.sources, RECORDS: source})


def believed(vocabulary: Vocabulary, thing: Thing) -> Thing:
    """What a gate believes: conclusions and records typed by hand, or filled in, are unknown.

    A conclusion counts from an approved record; the strictest value counts from anyone.
    """
    values: dict[str, Value | None] = {}
    for name, value in thing.values.items():
        fact, source = vocabulary.facts[name], thing.sources.get(name, TYPED)
        approved = source.kind in (SourceKind.RECORD,)
        strictest = fact.assumed != "" and value == fact.assumed
        assumed_no = (
            source.kind is SourceKind.REGISTER
            and fact.unrecorded != ""
            and value == vocabulary.nothing(name)
        )
        values[name] = value if not fact.concluded or approved or strictest or assumed_no else None
    records: tuple[Record, ...] = tuple(each for each in thing.records if each.items is not None)
    return attrs.evolve(thing, values=values, records=records, kept=frozenset())


def registered(vocabulary: Vocabulary, thing: Thing) -> Thing:
    """At a gate: what can only permit is *no* where the registers hold nothing; nothing else is filled in."""
    values, sources = dict(thing.values), dict(thing.sources)
    for name, (value, _) in _unrecorded(vocabulary, thing).items():
        if name not in values and vocabulary.knows_fact(thing.about, name):
            values[name] = value
            sources[name] = Source(kind=SourceKind.REGISTER, label="nothing is recorded")
    for fact in vocabulary.facts.values():
        if (
            fact.assumed
            and fact.name not in values
            and vocabulary.knows_fact(thing.about, fact.name)
        ):
            values[fact.name] = fact.assumed
            sources[fact.name] = assumed("the strictest value unless said otherwise")
    return _agreeing(vocabulary, thing, attrs.evolve(thing, values=values, sources=sources))

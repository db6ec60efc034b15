"""The uses that a question is: its reader, its one approved activity, its resource, and the facts given.

A reader of the register who reads a described resource is asked exactly as ``lawful query`` asks
(``gate/use.py``); everything else as ``lawful.may`` does. What nobody says stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import attrs

from lawful.api.bases import Bases, over_with
from lawful.api.mapping import Given, Refused, read_given
from lawful.api.places import KINDS, Place
from lawful.api.question import Question
from lawful.gate.deployment import Deployment
from lawful.gate.typed import SENDING, TYPED, believed, registered
from lawful.gate.use import NO_DEMAND
from lawful.inventory.model import Activity
from lawful.inventory.needs import is_needed
from lawful.law.invariants import CODE, verify_consistent
from lawful.law.thing import Thing
from lawful.law.vocabulary import Vocabulary, nearest
from lawful.terms.errors import UsageError
from lawful.terms.values import SetValue, Value

READERS = ("staff", "workload")
"""Types of subject whose id is ``ENTITY/ROLE`` (or ``ENTITY``) of the approved organisation."""
OF_ACTIVITY = ("operation", "purpose")
"""What a question about a query may say: both must be those of an approved activity."""


@attrs.frozen(kw_only=True)
class Reader:
    """Who asks, as far as the organisation knows; both empty: nobody of it."""

    entity: str = ""
    role: str = ""

    @property
    def actor(self) -> str:
        """As ``lawful query --as`` writes it."""
        return f"{self.entity}/{self.role}"


@attrs.frozen(kw_only=True, eq=False)
class Asked:
    """What a question was understood as. ``things``: one for each table of its resource, else one.

    ``not_believed``: conclusions that the caller gave; they count only from approved records.
    """

    things: tuple[Thing, ...]
    given: Given
    reader: Reader
    activity: Activity | None
    not_believed: tuple[str, ...]


def read_uses(bases: Bases, question: Question) -> Asked:
    """The uses that a question is.

    Raises: UsageError: something of it names what is not there, or contradicts a register.
    """
    deployment = bases.deployment
    given = read_given(deployment.vocabulary, question)
    if question.resource.type == "query":
        check_query(given)
    check_book(deployment, given)
    reader = read_reader(deployment, question, given)
    activity = choose_activity(deployment, given, reader)
    kind = question.resource.type
    where = bases.places.find(kind, question.resource.id) if kind in KINDS else (None,)
    things = tuple(
        _with_given(
            deployment.vocabulary,
            bases.base(reader.entity, reader.role, activity, place, given.on),
            given,
            activity,
            place,
        )
        for place in where
    )
    return Asked(
        things=things,
        given=given,
        reader=reader,
        activity=activity,
        not_believed=tuple(
            sorted(
                name
                for name, value in given.facts.items()
                if value is not None
                and deployment.vocabulary.facts[name].concluded
                and any(thing.values.get(name) != value for thing in things)
            )
        ),
    )


def check_query(given: Given) -> None:
    """Refuse facts beside a statement: all that it needs to know stands in the registers and the store.

    Raises: Refused: naming the facts.
    """
    facts = sorted(
        name for name, value in given.facts.items() if value is not None and name not in OF_ACTIVITY
    )
    if facts:
        names = ", ".join(f"'{each}'" for each in facts)
        raise Refused(
            400,
            f"A query takes its facts from the registers and the store, and cannot be told {names}.",
            code="api.query",
            hint="Leave it out, or ask about a field or table.",
        )


def check_book(deployment: Deployment, given: Given) -> None:
    """Refuse a question that is meant for another rulebook than ours."""
    wanted, book = given.own.get("rulebook", ""), deployment.book
    known = (book.rulebook.version, book.hash, book.hash[:8])
    if wanted and wanted not in known:
        raise Refused(
            409,
            f"This deployment decides by the rulebook {book.rulebook.version} ({book.hash[:8]}).",
            code="api.rulebook",
            hint="Leave context.rulebook out to be answered by it.",
        )


def read_reader(deployment: Deployment, question: Question, given: Given) -> Reader:
    """The reader whom a subject names; a subject of another type is nobody of the organisation.

    Raises: Refused: there is no such entity or role, or the legal entity is another one.
    """
    entity, role = given.own.get("entity", ""), ""
    subject = question.subject
    if subject.type in READERS and subject.id:
        named, _, role = subject.id.partition("/")
        if entity and entity != named:
            raise Refused(
                409, "The subject's id and its legal_entity name two entities.", code="api.entity"
            )
        if not named:
            raise Refused(
                404,
                "The subject's id names no entity.",
                code="api.entity",
                hint="Write ENTITY/ROLE, or ENTITY.",
            )
        entity = named
    organisation = deployment.organisation
    entities = (
        {str(key): each for key, each in organisation.entities.items()} if organisation else {}
    )
    if entity and entity not in entities:
        raise Refused(
            404,
            f"There is no approved entity '{entity}'.",
            code="api.entity",
            hint=nearest(entity, entities),
        )
    if role and role not in entities[entity].roles:
        raise Refused(
            404,
            f"'{role}' is not a staff role of '{entity}'.",
            code="api.role",
            hint=nearest(role, entities[entity].roles),
        )
    return Reader(entity=entity, role=role)


def choose_activity(deployment: Deployment, given: Given, reader: Reader) -> Activity | None:
    """The activity that is named, else the only one that fits reader, operation and purpose.

    Raises: Refused: the one that is named is not there, is another entity's, does not name the role,
        or was approved for another operation or purpose.
    """
    named = given.own.get("activity", "")
    fitting = [each for each in deployment.activities if not _misfit(each, given.facts, reader)]
    if not named:
        return fitting[0] if len(fitting) == 1 else None
    known = {str(each.id): each for each in deployment.activities}
    if named not in known:
        raise Refused(
            404,
            f"There is no approved activity '{named}'.",
            code="api.activity",
            hint=nearest(named, known),
        )
    if misfit := _misfit(known[named], given.facts, reader):
        raise Refused(403, misfit, code="api.activity")
    return known[named]


def _misfit(activity: Activity, facts: Mapping[str, Value | None], reader: Reader) -> str:
    """Why an activity is not the one asked about; empty if it may be."""
    if activity.entity != reader.entity or reader.role not in activity.roles:
        return f"The activity '{activity.id}' does not name the role '{reader.actor}'."
    for name, own in (("operation", activity.operation), ("purpose", activity.purpose)):
        if facts.get(name, own) != own:
            return f"The activity '{activity.id}' was approved for another {name}: '{own}'."
    return ""


def _with_given(
    vocabulary: Vocabulary,
    thing: Thing,
    given: Given,
    activity: Activity | None,
    place: Place | None,
) -> Thing:
    """The thing with the given facts; conclusions among them are unknown, as at every gate.

    Raises: Refused: a given fact is not what a register holds. UsageError: facts contradict one another.
    """
    records, kept = thing.records, thing.kept
    own: dict[str, Value | None] = {}
    for name, value in given.facts.items():
        held = thing.values.get(name)
        if held is None or _yields(vocabulary, name, held, given.facts):
            own[name] = value
        elif value is not None and value != held and not vocabulary.facts[name].concluded:
            raise Refused(
                409,
                f"'{name}' is not what the registers hold.",
                code="api.contradiction",
                hint="Leave it out, or correct the register.",
            )
    given_alone = over_with(vocabulary, attrs.evolve(thing, values={}), own, TYPED)
    verify_consistent(vocabulary, thing.with_values(given_alone.values))
    typed = believed(vocabulary, given_alone)
    whole = {**thing.values, **typed.values}
    data = own.get("data")
    if activity is not None and place is None and isinstance(data, SetValue):
        whole["needed_for_purpose"] = not data.unknown and is_needed(
            activity, vocabulary, _narrowest(vocabulary, data.members)
        )
    found = attrs.evolve(thing, values=whole, sources=typed.sources, records=records, kept=kept)
    return registered(vocabulary, found)


def _yields(
    vocabulary: Vocabulary, name: str, held: Value, given: Mapping[str, Value | None]
) -> bool:
    """Does what is held give way to what is given: nothing recorded, the strictest value, no demand?"""
    fact = vocabulary.facts[name]
    sends = name == "recipient_region" and given.get("operation") in SENDING
    nothing = bool(fact.unrecorded) and held == vocabulary.nothing(name)
    return sends or nothing or held == fact.assumed or name in NO_DEMAND


def _narrowest(vocabulary: Vocabulary, members: Iterable[str]) -> set[str]:
    """The categories that are no parent of another one."""
    found = set(members)
    return found - {vocabulary.categories[each].parent for each in found}


def statement(asked: Asked) -> tuple[str, str]:
    """The SQL and the purpose of a question about a query: both its activity's and its action's.

    Raises: Refused: there is no statement, or no one activity that was approved for this action.
    """
    sql = asked.given.own.get("sql", "")
    if not sql:
        raise Refused(400, "A query needs resource.properties.sql.", code="api.sql")
    if asked.activity is None:
        operation, actor = asked.given.facts["operation"], asked.reader.actor
        raise Refused(
            403,
            f"No one approved activity lets '{actor}' do '{operation}' for that purpose.",
            code="api.activity",
            hint="Name it: context.activity.",
        )
    return sql, asked.activity.purpose


def day_of(thing: Thing) -> date:
    """The civil day asked about: the one given, else that of the moment in UTC."""
    return thing.on or thing.at.date()


def no_decision(error: UsageError) -> Refused:
    """What a room below would not understand, as the refusal that it is here."""
    if isinstance(error, Refused):
        return error
    status = 409 if error.code == CODE else 404
    return Refused(status, error.message, code=error.code, hint=error.hint)

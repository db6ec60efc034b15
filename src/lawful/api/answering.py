"""The deployment as a policy decision point: each question weighed, made durable, then answered."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from lawful.api.bases import Bases
from lawful.api.mapping import Refused
from lawful.api.places import KINDS
from lawful.api.question import Action, Entity, Malformed, Question, Search
from lawful.api.telling import Teller, both, obligation, obligations, rule
from lawful.api.uses import READERS, Asked, Reader, no_decision, read_uses, statement
from lawful.enforce.answer import QueryAnswer
from lawful.enforce.query import SqlRefused, run_query
from lawful.evidence import Event
from lawful.gate.deciding import NOBODY, Ruled, record, rule_on
from lawful.gate.deployment import Deployment
from lawful.terms.errors import EnvironmentFailure, ProofFailure, UsageError
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Outcome

_LOG = logging.getLogger("lawful.api")
DOOR = "api"
SUPPORTED_OBLIGATIONS = ("custom",)
"""Types of obligations that answers may carry."""
CANNOT = both(
    "The enforcement point cannot do what the law asks along with this.",
    "执行点不能履行法律对该处理同时要求的事项。",
)
NOTHING_KNOWN = both(
    "Nothing of this kind is on a register, or the rest of the question is not known here.",
    "登记中没有此类对象，或者问题的其余部分在此未知。",
)


@attrs.frozen(kw_only=True, eq=False)
class Weighed:
    """A question weighed. One of three: ``ruled`` (a use for each table), ``query``, or ``refused``."""

    asked: Asked | None = None
    ruled: tuple[Ruled, ...] = ()
    query: QueryAnswer | None = None
    refused: Refused | None = None
    recorded: str = ""
    operation: str = ""
    obligations: tuple[Mapping[str, Any], ...] = ()

    @property
    def worst(self) -> Ruled:
        """The use that decides: the first of those that answer worst."""
        return min(self.ruled, key=lambda each: each.outcome.rank)

    @property
    def outcome(self) -> Outcome | None:
        """What is answered; None where nothing was decided."""
        if self.query is not None:
            return self.query.outcome
        return self.worst.outcome if self.ruled else None

    @property
    def cannot(self) -> bool:
        """Is it lawful only along with what the caller says it cannot do?"""
        can = self.asked.given.caller_can if self.asked else None
        return can is not None and any(each["type"] not in can for each in self.obligations)

    @property
    def decision(self) -> bool:
        """Only what is lawful is a yes, and only where the caller can do what goes with it."""
        return self.outcome is Outcome.LAWFUL and not self.cannot


class LawfulPdp:
    """Answers for one deployment; safe to share between threads."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.bases = Bases(deployment)
        self.teller = Teller(deployment)

    def weigh(self, question: Question | Malformed) -> Weighed:
        """Decide a question; one that is none, or names what is not there, is refused, and so is one that breaks.

        Raises: EnvironmentFailure, ProofFailure: nothing can be decided or recorded now.
        """
        if isinstance(question, Malformed):
            return Weighed(refused=Refused(400, question.message, code=question.code))
        name = question.action.name
        operation = name if name in self.deployment.vocabulary.values_of("operation") else ""
        try:
            return self._weighed(question)
        except SqlRefused as error:
            return Weighed(refused=no_decision(error), recorded=error.decision, operation=operation)
        except UsageError as error:
            return Weighed(refused=no_decision(error), operation=operation)
        except (EnvironmentFailure, ProofFailure):
            raise
        except Exception as error:  # one question's fault is not its neighbours'
            return Weighed(refused=_fault(error), operation=operation)

    def _weighed(self, question: Question) -> Weighed:
        asked = read_uses(self.bases, question)
        if question.resource.type == "query":
            return self._query(question, asked)
        ruled = tuple(rule_on(self.deployment, each, asked.reader.entity) for each in asked.things)
        found = Weighed(asked=asked, ruled=ruled)
        if found.outcome is not Outcome.LAWFUL:
            return found
        owed = [each for one in ruled for each in self.teller.duties(one)]
        alone = list({each["id"]: each for each in owed}.values())
        return attrs.evolve(found, obligations=tuple(obligations(alone)))

    def _query(self, question: Question, asked: Asked) -> Weighed:
        """A statement, lawful only as Lawful runs it. The answer is on record when this returns."""
        sql, purpose = statement(asked)
        answer = run_query(
            self.deployment,
            sql,
            purpose=purpose,
            store=question.resource.id,
            actor=asked.reader.actor,
            execute=False,
            on=asked.given.on,
            door=DOOR,
        )
        run = obligation(
            1,
            "run_through_lawful",
            store=answer.store,
            purpose=purpose,
            actor=asked.reader.actor,
        )
        return Weighed(asked=asked, query=answer, recorded=answer.decision, obligations=(run,))

    def settle(self, weighed: Sequence[Weighed]) -> list[dict[str, Any]]:
        """Make all durable, each decision as a ``use``, and only then tell them.

        Raises: EnvironmentFailure: they cannot be recorded; there is no answer then.
        """
        ids = iter(self._recorded([one for each in weighed for one in each.ruled], "use"))
        kept = [[next(ids) for _ in each.ruled] for each in weighed]
        refusals = iter(self._refusals(weighed))
        return [
            self._told(each, own or [each.recorded or next(refusals)])
            for each, own in zip(weighed, kept, strict=True)
        ]

    def _recorded(self, ruled: Sequence[Ruled], kind: str) -> list[str]:
        return [*record(self.deployment, ruled, kind=kind, door=DOOR)] if ruled else []

    def _refusals(self, weighed: Sequence[Weighed]) -> list[str]:
        """What was refused without a decision is on record too, without what was asked."""
        items = [
            self._refusal(each.operation, each.refused.code)
            for each in weighed
            if each.refused is not None and not each.recorded
        ]
        if items:
            self.deployment.evidence.append_many(items)
        return [event.id for event, _ in items]

    def _refusal(self, operation: str, code: str) -> tuple[Event, Mapping[str, object]]:
        event = Event(
            kind="refusal",
            id=self.deployment.new_id(),
            entity=NOBODY,
            book=self.deployment.book.hash,
            operation=operation,
            outcome="refused",
            door=DOOR,
        )
        return event, {"code": code}

    def _told(self, weighed: Weighed, ids: Sequence[str]) -> dict[str, Any]:
        """The answer; where telling it breaks, a no with the decision that is on record."""
        try:
            return self._answer(weighed, ids)
        except (EnvironmentFailure, ProofFailure):
            raise
        except Exception as error:
            return {"decision": False, "context": _error(_fault(error), ids[0])}

    def _answer(self, weighed: Weighed, ids: Sequence[str]) -> dict[str, Any]:
        if weighed.refused is not None:
            return {"decision": False, "context": _error(weighed.refused, ids[0])}
        assert weighed.asked is not None
        context = (
            self._of_query(weighed.query)
            if weighed.query is not None
            else self.teller.context(weighed.worst, brief=weighed.asked.given.brief)
        )
        deciding = weighed.ruled.index(weighed.worst) if weighed.ruled else 0
        context = {
            "decision_id": ids[deciding],
            **context,
            "activity": weighed.asked.activity.id if weighed.asked.activity else None,
            "not_believed": list(weighed.asked.not_believed),
            "ignored": list(weighed.asked.given.ignored),
            "evidence": f"/evidence/{ids[deciding]}",
        }
        if len(ids) > 1:
            context["decision_ids"] = list(ids)
        if weighed.obligations:
            context["obligations"] = list(weighed.obligations)
        if weighed.cannot:
            context["reason_codes"] = ["obligation_not_supported"]
            context["reason_admin"] = context["reason_user"] = CANNOT
        return {"decision": weighed.decision, "context": context}

    def _of_query(self, answer: QueryAnswer) -> dict[str, Any]:
        book = self.deployment.book
        entry = book.entries.get(RuleId(answer.deciding))
        return {
            "outcome": answer.outcome.value,
            "on": answer.use.day.isoformat(),
            "rulebook": book.rulebook.version,
            "book": book.hash,
            "mode": answer.mode,
            "reason_codes": [answer.outcome.value, *([answer.deciding] if answer.deciding else [])],
            "deciding_rule": rule(entry, book) if entry else None,
        }

    def candidates(self, search: Search) -> Iterator[Question]:
        """Who, what or how of the sought kind is known: staff roles, described resources, operations.

        Workloads, other subjects, queries and other resources are on no register: none is guessed.
        """
        asked = search.question
        if search.sought == "action":
            for name in self.deployment.vocabulary.values_of("operation"):
                yield attrs.evolve(asked, action=Action(name=name))
        elif search.sought == "resource" and asked.resource.type in KINDS:
            for id in self.bases.places.ids(asked.resource.type):
                yield attrs.evolve(asked, resource=_named(asked.resource, id))
        elif search.sought == "subject" and asked.subject.type == READERS[0]:
            for reader in self._readers():
                yield attrs.evolve(asked, subject=_named(asked.subject, reader.actor))

    def _readers(self) -> Iterator[Reader]:
        organisation = self.deployment.organisation
        for entity in organisation.entities.values() if organisation else ():
            for role in entity.roles:
                yield Reader(entity=entity.id, role=role)

    def settle_search(self, weighed: Sequence[Weighed]) -> dict[str, Any]:
        """Record every decision of a search as an ``ask``: it opens nothing; a search of nothing as refused.

        Raises: EnvironmentFailure: it cannot be recorded; there is no answer then.
        """
        ids = self._recorded([one for each in weighed for one in each.ruled], "ask")
        ids += [each.recorded for each in weighed if each.recorded]
        found: dict[str, Any] = {"decided": len(weighed), "book": self.deployment.book.hash}
        if not ids:
            event, payload = self._refusal("", "api.search")
            self.deployment.evidence.append(event, payload)
            found["reason"] = NOTHING_KNOWN
            errors = [_error(each.refused, "")["error"] for each in weighed if each.refused]
            if errors and all(each == errors[0] for each in errors):
                found["error"] = errors[0]
            ids = [event.id]
        return {**found, "decision_ids": ids}

    def version(self) -> str:
        """The hash of the book."""
        return self.deployment.book.hash

    def size(self) -> int:
        """Entries of the evidence log."""
        return self.deployment.evidence.size()


def _named(entity: Entity, id: str) -> Entity:
    return attrs.evolve(entity, id=id)


def _fault(error: Exception) -> Refused:
    """What broke while one question was decided, logged; never a yes."""
    _LOG.error("a question broke: %s", type(error).__name__, exc_info=error)
    message = "This is a fault of Lawful, not yours; there is no yes."
    return Refused(500, message, code="api.fault")


def _error(refused: Refused, decision: str) -> dict[str, Any]:
    """Why there is no decision, as the specification shows errors of single evaluations."""
    message = f"{refused.message} {refused.hint}".strip()
    return {
        "decision_id": decision,
        "reason_codes": [refused.code],
        "error": {"status": refused.status, "message": message},
        "evidence": f"/evidence/{decision}",
    }

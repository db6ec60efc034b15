"""Decisions: the sieve, generated functions, decision tables, SQL, explanations, cures, duty lists."""

from lawful.decide.cures import Change, Cure
from lawful.decide.decider import Decider, Decision
from lawful.decide.duties import Duty, DutyList, list_duties
from lawful.decide.explain import Conflict, Explanation, FactUsed, RuleAnswer, Wanted, explain
from lawful.decide.timeline import Span
from lawful.decide.why import Reason

__all__ = [
    "Change",
    "Conflict",
    "Cure",
    "Decider",
    "Decision",
    "Duty",
    "DutyList",
    "Explanation",
    "FactUsed",
    "Reason",
    "RuleAnswer",
    "Span",
    "Wanted",
    "explain",
    "list_duties",
]

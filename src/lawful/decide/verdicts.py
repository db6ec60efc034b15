"""What a data subject's row gets: the row with the subject key alone, each column, then the columns given jointly."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import attrs

from lawful.terms.outcomes import Outcome

NOT_COVERED = "not covered"
Categories = frozenset[str]
Decide = Callable[[Categories], tuple[Outcome, str]]
"""The outcome of the use with some categories of data, and the deciding rule (or *not covered*)."""


@attrs.frozen(kw_only=True)
class Verdict:
    """What one vector gets: the row or not, why not, and which category sets are given."""

    row: bool
    outcome: Outcome
    rule: str
    given: tuple[bool, ...]
    column_rules: tuple[str, ...]


def verdict_of(decide: Decide, key: Categories, columns: tuple[Categories, ...]) -> Verdict:
    """Row, columns, then jointly: where the columns given are not lawful together, none is given."""
    outcome, rule = decide(key)
    if outcome is not Outcome.LAWFUL:
        nothing = (False,) * len(columns)
        return Verdict(
            row=False,
            outcome=outcome,
            rule=rule,
            given=nothing,
            column_rules=(rule,) * len(columns),
        )
    found = [decide(categories) for categories in columns]
    given = [each is Outcome.LAWFUL for each, _ in found]
    rules = [rule for _, rule in found]
    joint = key.union(*(categories for categories, ok in zip(columns, given, strict=True) if ok))
    together, joint_rule = decide(joint)
    if together is not Outcome.LAWFUL:
        rules = [joint_rule if ok else rule for ok, rule in zip(given, rules, strict=True)]
        given = [False] * len(columns)
    return Verdict(
        row=True, outcome=outcome, rule="", given=tuple(given), column_rules=tuple(rules)
    )


def best_of(roles: Iterable[Iterable[Verdict]]) -> tuple[Outcome, str]:
    """What a query answers: lawful if every role gives some row; else the best answer of the worst role."""
    worst = (Outcome.LAWFUL, "")
    for role in roles:
        verdicts = list(role)
        if verdicts and not any(each.row for each in verdicts):
            best = max(verdicts, key=lambda each: each.outcome.rank)
            if best.outcome.rank < worst[0].rank:
                worst = (best.outcome, best.rule)
    return worst

"""A claim about the law, in the language of conditions and a few words before it.

    never OUTCOME when CONDITION [unless CONDITION]      never lawful when has_any(data, 'biometric')
    always OUTCOME when CONDITION [unless CONDITION]     always prohibited when compelled_by = 'US'
    RULE never|always ANSWER when CONDITION [unless …]   cn.pipl.38.mechanism never unmet when …

Outcomes are those of a use (lawful, not_yet, prohibited, undetermined); a rule answers met, unmet
(or violated), undetermined, not_applicable, or applies. A claim of *never* fails where its exception is
not established; one of *always* only where the exception certainly does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import attrs

from lawful.law.book import Book
from lawful.law.conditions import Asked, check_line
from lawful.law.model import Entry, Line
from lawful.law.parse import parse
from lawful.law.tree import FALSE, TRUE, Node
from lawful.law.vocabulary import nearest
from lawful.terms.errors import Location, UsageError
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Answer, Outcome

_WORD = re.compile(r"'(?:[^']|'')*'|\b(when|unless)\b", re.IGNORECASE)
_HEAD = re.compile(
    r"^\s*(?:(?P<rule>\S+)\s+)?(?P<how>never|always)\s+(?P<what>\w+)\s*$", re.IGNORECASE
)
_HINT = "Write for instance: never lawful when has_any(data, 'biometric') unless consent_separate"


@attrs.frozen(kw_only=True)
class Claim:
    """``never`` or always ``what`` where ``when`` holds and ``unless`` is not established.

    ``rule``: the claim is about what it answers; else about the outcome of a use. ``conditions``: the
    text of ``when`` and ``unless``, as written.
    """

    text: str
    never: bool
    what: str
    when: Node = TRUE
    unless: Node = FALSE
    rule: Entry | None = None
    conditions: Mapping[str, str] = attrs.field(factory=dict, hash=False)

    @property
    def about(self) -> str:
        """The kind of thing that the claim is about."""
        return self.rule.about if self.rule else "use"


def read_claim(book: Book, text: str) -> Claim:
    """A claim from its text, checked against the book.

    Raises: UsageError: not a claim, or an unknown rule, fact or value; the nearest is offered.
    """
    head, parts = _cut(text)
    match = _HEAD.match(head)
    if match is None:
        raise UsageError(f"'{text}' is not a claim.", code="analyse.claim", hint=_HINT)
    name, how, what = match["rule"], match["how"].lower(), match["what"].lower()
    rule = _rule(book, name) if name else None
    about = rule.about if rule else "use"
    conditions = {key: _condition(book, about, part) for key, part in parts.items()}
    return Claim(
        text=text,
        never=how == "never",
        what=_what(rule, what),
        rule=rule,
        when=conditions.get("when", TRUE),
        unless=conditions.get("unless", FALSE),
        conditions=parts,
    )


def _cut(text: str) -> tuple[str, dict[str, str]]:
    """What stands before ``when``, and the text after ``when`` and ``unless``; quotes are left alone."""
    marks = [each for each in _WORD.finditer(text) if each.group(1)]
    if not marks:
        raise UsageError(f"'{text}' has no 'when'.", code="analyse.claim", hint=_HINT)
    parts: dict[str, str] = {}
    for index, mark in enumerate(marks):
        end = marks[index + 1].start() if index + 1 < len(marks) else len(text)
        word = mark.group(1).lower()
        if word in parts:
            raise UsageError(f"'{word}' is there twice.", code="analyse.claim", hint=_HINT)
        parts[word] = text[mark.end() : end].strip()
    return text[: marks[0].start()], parts


def _rule(book: Book, name: str) -> Entry:
    found = book.entries.get(RuleId(name))
    if found is None:
        raise UsageError(f"There is no rule '{name}'.", hint=nearest(name, book.entries))
    return found


def _what(rule: Entry | None, what: str) -> str:
    if rule is not None and what == "violated":
        return Answer.UNMET.value
    known = [each.value for each in (Answer if rule is not None else Outcome)]
    if what not in known:
        raise UsageError(
            f"'{what}' is no {'answer of a rule' if rule else 'outcome of a use'}.",
            code="analyse.claim",
            hint=f"Known: {', '.join(known)}.",
        )
    return what


def _condition(book: Book, about: str, text: str) -> Node:
    node = parse(text)
    line = Line(text=text, node=node)
    for error in check_line(book, Asked(line=line, about=about, at=Location())):
        raise error
    return node

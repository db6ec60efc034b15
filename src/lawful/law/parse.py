"""From the text of a condition to its tree, with errors that point at the place.

The language is the small one of the rulebook: comparisons, ``IN``, ``AND OR NOT``, typed date
literals and a few words. No arithmetic, casts, strings or NULL tests.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime

import attrs

from lawful.law.tree import (
    And,
    AnyOf,
    Compare,
    Const,
    Cutoff,
    FactTerm,
    Flag,
    Fulfilled,
    HasAll,
    HasAny,
    In,
    Literal,
    Node,
    Not,
    Number,
    Or,
    Passed,
    Presumed,
    PresumedTerm,
    ReadingIs,
    Recorded,
    Term,
)
from lawful.terms.errors import Location, UsageError

COMPARISONS = ("<=", ">=", "<>", "=", "<", ">")
UNITS = ("days", "weeks", "months", "years")

_TOKEN = re.compile(
    r"\s+|(?P<string>'(?:[^']|'')*')|(?P<number>\d+(?:_\d+)*)|(?P<word>[^\W\d]\w*)"
    r"|(?P<op><=|>=|<>|!=|[=<>(),\[\]])"
)


@attrs.frozen
class Token:
    """One word, literal or sign; ``column`` from 1."""

    kind: str
    text: str
    column: int


class ConditionError(UsageError):
    """A condition that the language does not know (``law.condition``)."""

    code = "law.condition"


def fault(
    text: str, column: int, message: str, hint: str = "", at: Location | None = None
) -> ConditionError:
    """An error with the text and a caret under its place."""
    caret = f"{text}\n  {' ' * (column - 1)}^"
    where = at or Location()
    return ConditionError(
        f"{message}\n  {caret}",
        location=Location(file=where.file, line=where.line, column=column, record=where.record),
        hint=hint,
    )


def tokens(text: str, at: Location | None = None) -> list[Token]:
    """Cut ``text`` into tokens, the last of kind ``end``."""
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise fault(
                text,
                position + 1,
                f"'{text[position]}' has no meaning in a condition.",
                "No arithmetic, casts or strings: a derived value is a fact or a definition.",
                at,
            )
        if match.lastgroup:
            found.append(Token(match.lastgroup, match.group(), position + 1))
        position = match.end()
    found.append(Token("end", "", len(text) + 1))
    return found


def parse(text: str, at: Location | None = None) -> Node:
    """The tree of one condition.

    Raises: ConditionError: with file, line, caret and remedy.

    >>> parse("recipient_role IN ('controller', 'joint')")
    In(left=FactTerm(name='recipient_role'), members=('controller', 'joint'), listed='')
    """
    parser = _Parser(text, tokens(text, at), at)
    node = parser.disjunction()
    parser.expect_end()
    return node


class _Parser:
    def __init__(self, text: str, found: list[Token], at: Location | None) -> None:
        self.text, self.tokens, self.at, self.index = text, found, at, 0

    @property
    def here(self) -> Token:
        return self.tokens[self.index]

    def fail(self, message: str, hint: str = "", token: Token | None = None) -> ConditionError:
        return fault(self.text, (token or self.here).column, message, hint, self.at)

    def take(self) -> Token:
        token = self.here
        self.index += 1
        return token

    def is_word(self, word: str) -> bool:
        return self.here.kind == "word" and self.here.text.upper() == word

    def sign(self, text: str) -> None:
        if self.here.text != text:
            raise self.fail(f"Expected '{text}' here.")
        self.take()

    def call(self) -> None:
        self.take()
        self.sign("(")

    def expect_end(self) -> None:
        if self.here.kind == "end":
            return
        hint = ""
        if self.is_word("IS"):
            hint = (
                "No rule may test for NULL: unknown is not false. "
                "Ask for the fact, or use presumed(fact, value)."
            )
        elif self.is_word("BETWEEN"):
            hint = "Write two comparisons, so that each bound shows whether it is included."
        raise self.fail(f"'{self.here.text}' cannot stand here.", hint)

    def disjunction(self) -> Node:
        return self._chain("OR", self.conjunction, Or)

    def conjunction(self) -> Node:
        return self._chain("AND", self.negation, And)

    def _chain(self, word: str, part: Callable[[], Node], kind: type[And] | type[Or]) -> Node:
        items = [part()]
        while self.is_word(word):
            self.take()
            items.append(part())
        if len(items) == 1:
            return items[0]
        flat: list[Node] = []
        for item in items:
            flat.extend(item.items if isinstance(item, kind) else (item,))
        return kind(tuple(flat))

    def negation(self) -> Node:
        if self.is_word("NOT"):
            self.take()
            return Not(self.negation())
        return self.atom()

    def atom(self) -> Node:
        if self.here.text == "(":
            self.take()
            node = self.disjunction()
            self.sign(")")
            return node
        token = self.here
        if token.kind == "word":
            word = token.text.lower()
            if word in ("true", "false"):
                self.take()
                return Const(word == "true")
            special = self._word(word)
            if special is not None:
                return special
        return self._comparison(self.term())

    def _word(self, word: str) -> Node | None:
        """The nodes that begin with one of the language's own words, or None."""
        if word in ("has_any", "has_all"):
            return self._has(word)
        if word in ("passed", "over"):
            return self._passed(last=word == "over")
        if word == "fulfilled":
            self.take()
            if self.here.text != "(":
                return Fulfilled()
            return Fulfilled(self._one_string())
        if word == "reading":
            self.take()
            name = self._one_string()
            self.sign("=")
            return ReadingIs(name, self._string("the option's name in quotes"))
        own = {"recorded": self._recorded, "any_of": self._any_of}.get(word)
        return own() if own else None

    def _recorded(self) -> Node:
        self.call()
        rule = self._string("an id in quotes")
        if self.here.text == ")":
            self.take()
            return Recorded(rule)
        self.sign(",")
        item = self._string("an item's name in quotes")
        self.sign(")")
        self.sign("=")
        return Recorded(rule, item, self._string("what the record says, in quotes"))

    def _any_of(self) -> Node:
        self.call()
        about = self._name()
        if about != "system":
            raise self.fail("any_of asks of systems: any_of(system, …).")
        self.sign(",")
        item = self.disjunction()
        self.sign(")")
        return AnyOf(about, item)

    def _one_string(self) -> str:
        self.sign("(")
        text = self._string("an id in quotes")
        self.sign(")")
        return text

    def _string(self, wanted: str) -> str:
        if self.here.kind != "string":
            raise self.fail(f"Expected {wanted} here.")
        return self.take().text[1:-1].replace("''", "'")

    def _name(self) -> str:
        if self.here.kind != "word":
            raise self.fail("Expected the name of a fact here.")
        return self.take().text

    def _has(self, word: str) -> Node:
        self.call()
        fact = self._name()
        members: list[str] = []
        listed = ""
        while self.here.text == ",":
            self.take()
            if self.here.kind == "word":
                listed = self._name()
            else:
                members.append(self._string("a value in quotes, or the name of a list"))
        self.sign(")")
        if bool(members) == bool(listed):
            raise self.fail(f"{word} wants values in quotes, or the name of one list.")
        if word == "has_any":
            return HasAny(fact, tuple(members), listed)
        if listed:
            raise self.fail("has_all wants values in quotes.")
        return HasAll(fact, tuple(members))

    def _passed(self, *, last: bool) -> Node:
        self.call()
        fact, n, unit = self._name(), 0, "days"
        if self.here.text == ",":
            self.take()
            n = self._integer()
            self.sign(",")
            token = self.here
            unit = self._string("a unit in quotes")
            if unit not in UNITS:
                raise self.fail(
                    f"'{unit}' is not a unit here.", f"Units: {', '.join(UNITS)}.", token
                )
        self.sign(")")
        return Passed(fact, n, unit, last=last)

    def _integer(self) -> int:
        if self.here.kind != "number":
            raise self.fail("Expected a whole number here.")
        return int(self.take().text.replace("_", ""))

    def term(self) -> Term | Presumed:
        token = self.here
        if token.kind == "number":
            return Literal(self._integer())
        if token.kind == "string":
            return Literal(self._string("a value"))
        if token.kind != "word":
            raise self.fail("Expected a fact or a value here.")
        word = token.text.lower()
        if word == "null":
            raise self.fail(
                "No rule may test for NULL.",
                "Unknown is not false: ask for the fact, or use presumed(fact, value).",
            )
        if word in ("date", "timestamptz") and self.tokens[self.index + 1].kind == "string":
            return self._dated(word)
        if word in ("cutoff", "presumed"):
            return self._cutoff() if word == "cutoff" else self._presumed()
        name = self._name()
        if self.here.text == "(":
            raise self.fail(
                f"'{name}' is not a word of the language.",
                "Words: has_any, has_all, passed, over, cutoff, presumed, reading, fulfilled, recorded, any_of.",
                token,
            )
        if self.here.text == "[":
            return Number(name, self._key())
        return FactTerm(name)

    def _key(self) -> str:
        self.sign("[")
        key = self._name()
        self.sign("]")
        return key

    def _dated(self, word: str) -> Term:
        self.take()
        token = self.here
        text = self._string("a date in quotes")
        try:
            if word == "date":
                return Literal(date.fromisoformat(text))
            value = datetime.fromisoformat(text)
        except ValueError:
            raise self.fail(f"'{text}' is not an ISO {word}.", token=token) from None
        if value.tzinfo is None:
            raise self.fail(f"'{text}' has no zone.", "Write 2024-03-22T00:00:00+08:00.", token)
        return Literal(value)

    def _cutoff(self) -> Term:
        self.call()
        if self.here.kind == "number":
            years = self._integer()
            self.sign(")")
            return Cutoff(years=years)
        table = self._name()
        key = self._key()
        self.sign(")")
        return Cutoff(table=table, key=key)

    def _presumed(self) -> Term | Presumed:
        self.call()
        test = self.atom()
        listed = isinstance(test, HasAny) and test.listed
        if listed or not isinstance(test, (Flag, HasAny, HasAll, Passed)):
            raise self.fail("presumed wants a fact, or has_any … over of written values.")
        self.sign(",")
        if self.here.text.lower() in ("true", "false"):
            presumed = self.take().text.lower() == "true"
            self.sign(")")
            return Presumed(test, presumed)
        match test, self.term():
            case Flag(name), Literal(value) if not isinstance(value, datetime):
                self.sign(")")
                return PresumedTerm(name, value)
        raise self.fail("presumed wants a written value; of a test in brackets, TRUE or FALSE.")

    def _comparison(self, left: Term | Presumed) -> Node:
        if isinstance(left, Presumed):
            return left
        if self.here.text in COMPARISONS:
            op = self.take().text
            right = self.term()
            if isinstance(right, Presumed):
                raise self.fail("A presumed test stands alone.")
            return Compare(op, left, right)
        if self.here.text == "!=":
            raise self.fail("Write <> for 'is not'.")
        if self.is_word("NOT") and self.tokens[self.index + 1].text.upper() == "IN":
            self.take()
            return Not(self._in(left))
        if self.is_word("IN"):
            return self._in(left)
        if isinstance(left, FactTerm):
            return Flag(left.name)
        raise self.fail("Expected a comparison here.")

    def _in(self, left: Term) -> Node:
        self.take()
        if self.here.kind == "word":
            return In(left, listed=self._name())
        self.sign("(")
        members = [self._string("a value in quotes")]
        while self.here.text == ",":
            self.take()
            members.append(self._string("a value in quotes"))
        self.sign(")")
        return In(left, members=tuple(members))

"""Conditions and values in words, English and Chinese, made from the vocabulary's texts."""

from __future__ import annotations

from datetime import date, datetime

from lawful.law.book import Book
from lawful.law.model import Item
from lawful.law.thing import RECORDS
from lawful.law.tree import (
    And,
    AnyOf,
    Compare,
    Const,
    Cutoff,
    Doubted,
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
from lawful.terms.ids import RuleId
from lawful.terms.values import NEVER_AT, NEVER_ON, SetValue, Value

_WORDS = {
    "en": {
        "and": " and ",
        "or": " or ",
        "not": "not: ",
        "yes": "yes",
        "no": "no",
        "any": " includes any of: ",
        "all": " includes all of: ",
        "in": " is ",
        "notin": " is none of: ",
        "under": "under {n} years of age",
        "over": "{n} years of age or older",
        "under_table": "under the age of {name}",
        "over_table": "at least the age of {name}",
        "comma": ", ",
        "colon": ": ",
        "record": "on record: ",
        "item": "what the record says of “{item}”: ",
        "records": "other records",
        "recorded": "was once on record: ",
        "says": ", where {item} says {value}",
        "any_of": "one of the systems: ",
        "systems": "all systems that belong to it, for: ",
        "since": "since when this has applied (a figure: since when it has been reached): ",
        "stale": "since when the record has been out of date: ",
        "passed": "{n} {unit} have passed since {fact}",
        "come": "{fact} has come",
        "run_out": "the {n} {unit} from {fact} are over",
        "day_over": "the day of {fact} is over",
        "where": " (where {case})",
        "presumed": " (presumed {value} where unknown)",
        "unknown": "not known",
        "never": "never",
        "none": "none",
        "own_record": "it is on record",
    },
    "zh": {
        "and": "，且",
        "or": "，或者",
        "not": "并非：",
        "yes": "是",
        "no": "否",
        "any": "包含下列任一：",
        "all": "包含下列全部：",
        "in": "为",
        "notin": "不属于：",
        "under": "未满{n}周岁",
        "over": "已满{n}周岁",
        "under_table": "未达到{name}规定的年龄",
        "over_table": "已达到{name}规定的年龄",
        "comma": "、",
        "colon": "：",
        "records": "其他记录",
        "record": "已有记录：",
        "item": "记录就“{item}”如何记载：",
        "recorded": "曾有记录：",
        "says": "，其中{item}为{value}",
        "any_of": "其系统之一：",
        "systems": "全部所属系统，用于：",
        "since": "该义务自何时起产生：",
        "stale": "记录自何时起不再符合：",
        "passed": "自{fact}起已满{n}{unit}",
        "come": "{fact}已到",
        "run_out": "自{fact}起的{n}{unit}已届满",
        "day_over": "{fact}当日已过",
        "where": "（{case}的）",
        "presumed": "（未知时推定为{value}）",
        "unknown": "未知",
        "never": "从未",
        "none": "无",
        "own_record": "已有记录",
    },
}
_UNITS = {"days": "天", "weeks": "周", "months": "个月", "years": "年"}
_SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "=": "=", "<>": "≠"}


class Prose:
    """Words for one book in one language (``en`` or ``zh``), its guidance and drafts among them.

    ``of`` is the book itself, ``book`` the same with everything that it holds beside the law.
    """

    def __init__(self, book: Book, lang: str) -> None:
        self.of = book
        self.book, self.lang = book.everything, "zh" if lang.startswith("zh") else "en"
        self.words = _WORDS[self.lang]

    def fact(self, name: str) -> str:
        """A fact's short name."""
        if name.startswith("fulfilled:"):
            return self.words["record"] + self.rule(name.removeprefix("fulfilled:"))
        if name == RECORDS:
            return self.words["records"]
        return self.book.vocabulary.facts[name].label.in_(self.lang)

    def item(self, name: str) -> str:
        """One item of what a record contains; a policy's own, which has no label, as written."""
        label = self.book.vocabulary.contents.get(name)
        return label.in_(self.lang) if label else name.replace("_", " ")

    def item_of(self, item: Item) -> str:
        """An item, and where it belongs there only in some case, in which."""
        if item.when is None:
            return self.item(item.name)
        return self.item(item.name) + self.words["where"].format(case=self.node(item.when))

    def addressee(self, to: str) -> str:
        """To whom a record goes; a policy's own, which has no label, as written."""
        label = self.book.vocabulary.addressees.get(to)
        return label.in_(self.lang) if label else to

    def said(self, value: str) -> str:
        """What an item of a record says; a policy's own as written."""
        label = self.book.vocabulary.said.get(value)
        return label.in_(self.lang) if label else value.replace("_", " ")

    def rule(self, rule: str) -> str:
        """What an entry says; of an article's id, its first entry."""
        entry = self.book.entries.get(RuleId(rule)) or next(
            (each for each in self.book.entries.values() if each.id.startswith(f"{rule}.")), None
        )
        return entry.says.in_(self.lang) if entry else rule

    def value(self, name: str, value: Value | None) -> str:
        """A fact's value as a person reads it."""
        match value:
            case None:
                return self.words["unknown"]
            case bool():
                return self.words["yes" if value else "no"]
            case SetValue(members, unknown):
                texts = [self.member(name, each) for each in self._least(name, members)]
                texts += [f"{self.member(name, each)}?" for each in sorted(unknown)]
                return self.words["comma"].join(texts) or self.words["none"]
            case datetime():
                return (
                    self.words["never"]
                    if value >= NEVER_AT
                    else value.strftime("%Y-%m-%d %H:%M UTC")
                )
            case date():
                return self.words["never"] if value == NEVER_ON else value.isoformat()
            case int():
                return f"{value:,}"
            case _:
                return self.member(name, value)

    def _least(self, name: str, members: frozenset[str]) -> list[str]:
        """Members in order, without those that a more special one implies."""
        if self.book.vocabulary.facts[name].values != "categories":
            return sorted(members)
        parents = {self.book.vocabulary.categories[each].parent for each in members}
        return sorted(members - parents)

    def member(self, name: str, member: str) -> str:
        """One closed value as a person reads it."""
        text = self.book.vocabulary.values_of(name).get(member)
        return text.in_(self.lang) if text else member

    def node(self, node: Node, depth: int = 0) -> str:
        """A condition as a person reads it."""
        match node:
            case And(items) | Or(items):
                word = self.words["and" if isinstance(node, And) else "or"]
                text = word.join(self.node(item, depth + 1) for item in items)
                return f"({text})" if depth else text
            case Not(In(FactTerm(name) | PresumedTerm(name) as left, members, listed)):
                shown = self._members(name, members, listed)
                return self.fact(name) + self.words["notin"] + shown + self._tail(left)
            case Not(Flag(name)) if name not in self.book.definitions:
                return self.fact(name) + self.words["colon"] + self.words["no"]
            case Not(item) | Doubted(item):
                return (self.words["not"] if isinstance(node, Not) else "") + self.node(
                    item, depth + 1
                )
            case _:
                return self._leaf(node)

    def _leaf(self, node: Node) -> str:
        words = self.words
        match node:
            case Const(value):
                return words["unknown"] if value is None else words["yes" if value else "no"]
            case Flag(name) if name in self.book.definitions:
                return self.book.definitions[name][0].says.in_(self.lang)
            case Flag(name):
                return self.fact(name) + words["colon"] + words["yes"]
            case Presumed(item, value):
                text = words["presumed"].format(value=words["yes" if value else "no"])
                return self._leaf(item) + text
            case HasAny(name, members, listed):
                return self.fact(name) + words["any"] + self._members(name, members, listed)
            case HasAll(name, members):
                return self.fact(name) + words["all"] + self._members(name, members, "")
            case In(FactTerm(name) | PresumedTerm(name) as left, members, listed):
                shown = self._members(name, members, listed)
                return self.fact(name) + words["in"] + shown + self._tail(left)
            case Passed(name, n, unit, last):
                shown = unit if self.lang == "en" else _UNITS[unit]
                kind = ("run_out" if last else "passed") if n else ("day_over" if last else "come")
                return words[kind].format(n=n, unit=shown, fact=self.fact(name))
            case Fulfilled(rule):
                return words["record"] + self.rule(rule) if rule else words["own_record"]
            case Recorded(rule, item, value):
                said = words["says"].format(item=self.item(item), value=self.said(value))
                return words["recorded"] + self.rule(rule) + (said if item else "")
            case AnyOf(_, item):
                return words["any_of"] + self.node(item)
            case ReadingIs(reading, option):
                options = self.book.rulebook.readings[reading].options
                return f"{reading}{words['colon']}{options[option].in_(self.lang)}"
            case Compare(op, left, right):
                return self._comparison(op, left, right)
            case _:
                raise TypeError(f"{type(node).__name__} has no words")

    def _tail(self, left: Term) -> str:
        """What is presumed of the side that a condition tests, if anything is."""
        if not isinstance(left, PresumedTerm):
            return ""
        return self.words["presumed"].format(value=self.value(left.name, left.value))

    def _members(self, name: str, members: tuple[str, ...], listed: str) -> str:
        if listed:
            return self.book.everything.parameters[listed][0].says.in_(self.lang)
        return self.words["comma"].join(self.member(name, each) for each in members)

    def _comparison(self, op: str, left: Term, right: Term) -> str:
        assert isinstance(left, (FactTerm, PresumedTerm))
        tail = self._tail(left)
        if isinstance(right, Cutoff):
            young = op in (">", ">=")
            if right.table:
                name = self.book.everything.parameters[right.table][0].says.in_(self.lang)
                return self.words["under_table" if young else "over_table"].format(name=name) + tail
            return self.words["under" if young else "over"].format(n=right.years) + tail
        shown = self._right(left.name, right)
        if op == "=" and isinstance(right, Literal) and isinstance(right.value, str):
            return self.fact(left.name) + self.words["in"] + shown + tail
        return f"{self.fact(left.name)} {_SIGNS[op]} {shown}{tail}"

    def _right(self, name: str, term: Term) -> str:
        match term:
            case FactTerm(number) if number in self.book.parameters:  # a line parsed by itself
                return self.book.parameters[number][0].says.in_(self.lang)
            case Literal(value):
                return self.value(name, value)
            case Number(parameter):
                return self.book.everything.parameters[parameter][0].says.in_(self.lang)
            case _:
                raise TypeError(f"{type(term).__name__} has no words")

"""Contested readings as JSON: the option in use, and what each other option would answer."""

from __future__ import annotations

from typing import Any

from lawful.decide.duties import DutyList
from lawful.decide.explain import Explanation
from lawful.law.book import Book


def of_use(name: str, found: Explanation, lang: str) -> dict[str, Any]:
    """A reading that the answer about a use asks for, with the outcome under each other option."""
    told = _reading(name, found.book, lang)
    return {
        **told,
        "others": [
            {"option": each, "says": told["options"][each], "outcome": outcome.value}
            for each, outcome in found.otherwise[name].items()
        ],
    }


def of_duties(name: str, found: DutyList, lang: str) -> dict[str, Any]:
    """A reading on which a duty list turns, with the rules that answer otherwise under each other option."""
    told = _reading(name, found.book, lang)
    return {
        **told,
        "others": [
            {
                "option": each,
                "says": told["options"][each],
                "changes": [
                    {
                        "rule": rule,
                        "says": found.book.entries[rule].says.in_(lang),
                        "answer": answer.value,
                    }
                    for rule, answer in changes.items()
                ],
            }
            for each, changes in found.otherwise[name].items()
        ],
    }


def _reading(name: str, of: Book, lang: str) -> dict[str, Any]:
    known, chosen = of.rulebook.readings[name], of.readings[name]
    options = {key: text.in_(lang) for key, text in known.options.items()}
    return {
        "id": name,
        "question": known.question.in_(lang),
        "chosen": chosen,
        "default": known.default,
        "options": options,
        "says": options[chosen],
    }

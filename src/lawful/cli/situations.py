"""What an analysis found, as lines: the facts of a class, its witness, and where the book says nothing."""

from __future__ import annotations

import json
from typing import Any

from lawful.cli.output import Output

Json = dict[str, Any]


def print_situation(output: Output, each: Json) -> None:
    """The facts of a class in words, and its witness."""
    for index, words in enumerate(each["words"]):
        output.line(f"      {'where' if index == 0 else 'and':<8} {words}")
    facts = json_line(each["witness"])
    output.line(f"      witness  {facts}")
    then = each.get("witness_then") or {}
    moved = {key: value for key, value in then.items() if each["witness"].get(key) != value}
    if moved:
        output.line(f"      then     {json_line(moved)}  (come on the second day)")


def json_line(facts: Json) -> str:
    """A witness on one line, without what is merely *no* or *none*."""
    told = {key: value for key, value in facts.items() if value not in (False, [], "none", 0)}
    return json.dumps(told, ensure_ascii=False)


def print_not_covered(output: Output, told: Json) -> None:
    """The jurisdictions that the book does not cover on a day looked at: nothing is said of their law then."""
    for each in told["not_covered"]:
        output.line(
            f"Not covered on {' and '.join(each['on'])}: {each['text']} ({each['jurisdiction']}; "
            f"covered from {each['from'] or 'the first'}{' to ' + each['to'] if each['to'] else ''})."
        )

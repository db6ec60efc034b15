"""From a program to generated Python: a full answer per entry, and the outcome alone, faster.

``run`` gives the value of each entry's ``applies`` and ``violated`` and of ``covered``, by
position. ``quick`` works out only what the outcome of a use needs, the worst rules first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from lawful.decide.program import Program, beside
from lawful.decide.rails import Body, Constants
from lawful.law.model import Entry
from lawful.law.oracle import Kleene
from lawful.law.tree import Beside, Const
from lawful.terms.ids import RuleId
from lawful.terms.outcomes import Otherwise, Outcome
from lawful.terms.values import Value

Facts = Mapping[str, "Value | None"]
Records = Mapping[str, Kleene]
Generated = Callable[[Facts, Records], list[Kleene]]
Verdict = tuple[Outcome, RuleId | None, bool]
"""Outcome, deciding rule, and whether everything touched is covered."""


@attrs.frozen(kw_only=True)
class Compiled:
    """The generated functions of a program, the keys of ``run``'s results in order, and the source.

    ``quick`` (uses only) gives an index into ``verdicts``. ``records``: the rules whose records the
    functions ask for.
    """

    keys: tuple[str, ...]
    run: Generated
    quick: Callable[[Facts, Records], int]
    verdicts: tuple[Verdict, ...]
    records: tuple[Beside, ...]
    source: str


def compile_program(program: Program) -> Compiled:
    """Generate and compile the functions of a program."""
    constants = Constants()
    keys = tuple(key for key in program.nodes if not key.startswith("def:"))
    verdicts: list[Verdict] = []
    source = _full(program, constants, keys)
    if "covered" in program.nodes:
        source += "\n\n" + _quick(program, constants, verdicts)
    namespace: dict[str, Any] = dict(constants.values)
    exec(compile(source, "<law>", "exec"), namespace)  # our own text, made from trees only
    return Compiled(
        keys=keys,
        run=namespace["decide"],
        quick=namespace.get("quick", _no_outcome),
        verdicts=tuple(verdicts),
        records=beside(program),
        source=source,
    )


def _no_outcome(*_: object) -> int:
    raise TypeError("only a use has an outcome")


def _full(program: Program, constants: Constants, keys: tuple[str, ...]) -> str:
    body = Body(program, constants, [(key, rail) for key in keys for rail in (True, False)])
    results = [
        f"(True if {body.rail(key, True)} else False if {body.rail(key, False)} else None)"
        for key in keys
    ]
    return _function("decide", body, body.lines, f"return [{', '.join(results)}]")


def _quick(program: Program, constants: Constants, verdicts: list[Verdict]) -> str:
    """Tests from the worst answer to the best; the first that holds decides."""
    blocks = _rules(program, Otherwise.BLOCK)
    befores = _rules(program, Otherwise.BEFORE)
    checks = [(each, True, Outcome.PROHIBITED) for each in blocks]
    checks += [(each, True, Outcome.NOT_YET) for each in befores]
    open_ones = sorted((*blocks, *befores), key=lambda each: each.id)
    checks += [(each, False, Outcome.UNDETERMINED) for each in open_ones]
    roots = [(f"vio:{each.id}", rail) for each, rail, _ in checks]
    body = Body(program, constants, [("covered", True), *roots])
    lines: list[str] = []

    def write(text: str) -> None:
        lines.extend(body.lines)
        body.lines.clear()
        lines.append(text)

    write(f"c = 1 if {body.rail('covered', True)} else 0")
    for rule, rail, outcome in checks:
        test = body.rail(f"vio:{rule.id}", rail)
        write(f"if {test if rail else f'not {test}'}: return {len(verdicts)} + c")
        verdicts += [(outcome, rule.id, False), (outcome, rule.id, True)]
    write(f"return {len(verdicts)} + c")
    verdicts += [(Outcome.UNDETERMINED, None, False), (Outcome.LAWFUL, None, True)]
    return _function("quick", body, lines)


def _rules(program: Program, otherwise: Otherwise) -> list[Entry]:
    """Rules that can stand in the way, in order of id; those that are settled are left out."""
    found = (each for each in program.rules if each.otherwise is otherwise)
    live = (each for each in found if program.nodes[f"vio:{each.id}"] != Const(False))
    return sorted(live, key=lambda each: each.id)


def _function(name: str, body: Body, lines: list[str], *last: str) -> str:
    text = [*body.heading(), *lines, *last]
    return "\n".join([f"def {name}(facts, records):", *(f"    {line}" for line in text)]) + "\n"

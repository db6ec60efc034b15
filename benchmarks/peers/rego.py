"""Rego (the C++ engine): a module with a helper rule for each alternative, built once into a bundle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import regopy

from lawful.decide.program import Program
from peers.rails import YES, Given, Rails, listed

_SIGNS = {"=": "==", "<>": "!="}


class RegoText(Rails):
    """Bodies of Rego rules. A test of an absent attribute is undefined, so it does not hold."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.helpers: dict[tuple[str, ...], str] = {}

    def helper(self, bodies: Sequence[str]) -> str:
        """The name of a rule that holds when one of the bodies does."""
        return self.helpers.setdefault(tuple(bodies), f"h{len(self.helpers)}")

    def module(self, rules: dict[str, str]) -> str:
        """The text of the module; ``violated`` is the set of ids."""
        lines = ["package law", "import rego.v1"]
        for bodies, name in self.helpers.items():
            lines += [f"{name} if {{ {body} }}" for body in bodies]
        lines += [f'violated contains "{key}" if {{ {body} }}' for key, body in rules.items()]
        return "\n".join(lines) + "\n"

    def shared(self, text: str) -> str:
        return self.helper([text])

    def conjunction(self, parts: Sequence[str]) -> str:
        return "; ".join(parts)

    def disjunction(self, parts: Sequence[str]) -> str:
        return self.helper(parts)

    def has(self, _name: str, /) -> str:
        return YES  # every test that follows is undefined without it

    def lacks(self, name: str) -> str:
        return f'object.get(input, "{name}", null) == null'

    def read(self, name: str) -> str:
        return f"input.{name}"

    def flag(self, name: str, wanted: bool) -> str:
        return f"input.{name} == {str(wanted).lower()}"

    def compare(self, sign: str, left: str, right: str) -> str:
        return f"{left} {_SIGNS.get(sign, sign)} {right}"

    def one_of(self, name: str, members: Iterable[str], wanted: bool) -> str:
        test = f"input.{name} in {{{listed(members)}}}"
        return test if wanted else f"input.{name}; not {test}"

    def overlaps(self, name: str, members: Iterable[str]) -> str:
        return self.helper([f"some e in input.{name}; e in {{{listed(members)}}}"])

    def disjoint(self, name: str, members: Iterable[str]) -> str:
        return f"input.{name}; not {self.overlaps(name, members)}"


class Engine:
    """The rules of a program as a partial set."""

    def __init__(self, program: Program) -> None:
        text = RegoText(program)
        module = text.module(text.rules())
        self.attributes = frozenset(text.used)
        self._engine = regopy.Interpreter()
        self._engine.add_module("law.rego", module)
        self._bundle = self._engine.build("found=data.law.violated")

    def violated(self, given: Given) -> frozenset[str]:
        """The ids in the set."""
        self._engine.set_input(given)
        return frozenset(self._engine.query_bundle(self._bundle)[0]["found"])

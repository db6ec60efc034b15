"""Cedar: a ``forbid`` policy for each rule, over a context record; policies and entities parsed once."""

from __future__ import annotations

from collections.abc import Iterable

import cedarpy

from lawful.decide.program import Program
from peers.infix import Infix
from peers.rails import Given, listed

_HEAD = "permit(principal, action, resource);"
_REQUEST = {"principal": 'Handler::"it"', "action": 'Action::"use"', "resource": 'Data::"it"'}


class CedarText(Infix):
    """Cedar conditions. Definitions and exceptions are written out: Cedar has no functions."""

    def has(self, name: str) -> str:
        return f"context has {name}"

    def read(self, name: str) -> str:
        return f"context.{name}"

    def one_of(self, name: str, members: Iterable[str], wanted: bool) -> str:
        return f"{'' if wanted else '!'}[{listed(members)}].contains({self.read(name)})"

    def overlaps(self, name: str, members: Iterable[str]) -> str:
        return f"({self.has(name)} && {self.read(name)}.containsAny([{listed(members)}]))"

    def disjoint(self, name: str, members: Iterable[str]) -> str:
        return f"({self.has(name)} && !{self.read(name)}.containsAny([{listed(members)}]))"


class Engine:
    """The rules of a program as Cedar policies."""

    def __init__(self, program: Program) -> None:
        text = CedarText(program)
        policies = [
            f'@id("{key}") forbid(principal, action, resource) when {{ {rule} }};'
            for key, rule in text.rules().items()
        ]
        self.attributes = frozenset(text.used)
        self._policies = cedarpy.PolicySet.from_str("\n".join([_HEAD, *policies]))
        self._entities = cedarpy.Entities.from_json_str("[]")

    def violated(self, given: Given | str) -> frozenset[str]:
        """The ids of the policies that forbid; ``given`` may be JSON already.

        Raises: ValueError: a policy could not be evaluated.
        """
        request = {**_REQUEST, "context": given}
        found = cedarpy.is_authorized(request, self._policies, self._entities).diagnostics
        if found.errors:
            raise ValueError(found.errors[0])
        return frozenset(found.id_annotations_by_reason.values())

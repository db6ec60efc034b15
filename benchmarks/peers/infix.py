"""What Cedar and CEL write alike: ``&&``, ``||``, ``!`` and comparisons."""

from __future__ import annotations

from collections.abc import Sequence

from peers.rails import Rails

_SIGNS = {"=": "==", "<>": "!="}


class Infix(Rails):
    """Texts in a language with C's operators."""

    def in_order(self, parts: list[str]) -> list[str]:
        return sorted(parts, key=len)  # the cheap ones first: the rest is often idle

    def conjunction(self, parts: Sequence[str]) -> str:
        return "(" + " && ".join(parts) + ")"

    def disjunction(self, parts: Sequence[str]) -> str:
        return "(" + " || ".join(parts) + ")"

    def lacks(self, name: str) -> str:
        return f"!({self.has(name)})"

    def flag(self, name: str, wanted: bool) -> str:
        return f"({self.has(name)} && {'' if wanted else '!'}{self.read(name)})"

    def compare(self, sign: str, left: str, right: str) -> str:
        return f"{left} {_SIGNS.get(sign, sign)} {right}"

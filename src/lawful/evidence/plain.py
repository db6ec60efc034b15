"""Leaves by the bundle: one pattern over all of its bytes, for bundles that hold what most hold. Pure.

The pattern is made from the schema's own. It settles the form of every field; the rules among
fields depend on a leaf's **shape** alone (which fields it has, its kind, operation, basis, book,
whether it has a ref), and of each shape one leaf is read by ``parse_leaf``. What does not fit is
for ``parse_leaf`` too, which says why.
"""

from __future__ import annotations

import re
from struct import pack

import attrs

from lawful.evidence.events import COUNTS, ERASE, FIELDS, TEXTS, VERSION, parse_leaf
from lawful.evidence.failures import SchemaError
from lawful.evidence.ids import DECISION_ID

_SHAPES: set[tuple[bytes, ...]] = set()
_SHAPES_MAX = 4096


@attrs.frozen
class Plain:
    """What a bundle's leaves say, each column in their order; none erases a payload."""

    entries: tuple[bytes, ...]
    nodes: tuple[bytes, ...]
    seqs: tuple[bytes, ...]
    commitments: tuple[bytes, ...]


def read_plain(data: bytes) -> Plain | None:
    """The leaves of a bundle, all of the schema; ``None``: split it and ask ``parse_leaf``."""
    rows = _BUNDLE.findall(data)
    if not rows:
        return None
    (lengths, entries, heads, commitments, given, input_, kinds, nodes, operations, refs, result,
     seqs, withheld) = zip(*rows, strict=True)  # fmt: skip
    sizes = [len(entry) for entry in entries]
    if sum(sizes) + 2 * len(sizes) != len(data):
        return None  # something lies between them
    if b"".join(lengths) != pack(f">{len(sizes)}H", *sizes):
        return None
    shapes = [*zip(heads, given, input_, kinds, operations, refs, result, withheld, strict=True)]
    for shape in set(shapes) - _SHAPES:
        try:
            parse_leaf(entries[shapes.index(shape)], 0)
        except SchemaError:
            return None
        if len(_SHAPES) >= _SHAPES_MAX:
            _SHAPES.clear()
        _SHAPES.add(shape)
    return Plain(entries, nodes, seqs, commitments)


def _pattern() -> re.Pattern[bytes]:
    """Length and leaf, again and again; the groups are in the order that ``read_plain`` takes."""
    fields = "".join([_field(name) for name in sorted(FIELDS)])
    return re.compile(rf"([\0-\xff]{{2}})(\{{{fields}\}})".encode())


def _field(name: str) -> str:
    """A field's pattern, with the comma before it; basis, the first, has none."""
    start = f'"{name}":' if name == "basis" else f',"{name}":'
    if name in COUNTS:
        return rf"(?:({start})(?:0|[1-9][0-9]{{0,14}}+))?"
    if name == "seq":
        return rf"{start}([1-9][0-9]{{0,14}}+)"
    if name == "v":
        return f"{start}{VERSION}"
    if name == "ref":
        return f'{start}(?:("")|"{DECISION_ID.pattern}")'
    value = TEXTS[name].pattern.replace("(", "(?:")
    value = re.sub(r"(\{\d+,\d+\})", r"\1+", value)  # no way back: faster
    if name in ("input", "result"):
        return f'(?:({start})"{value}")?'
    if name in ("commitment", "node"):
        return f'{start}"({value})"'
    if name == "operation":
        value = f'(?!{ERASE}")(?:{value})'
    opened, closed = _GROUPS.get(name, ("", ""))
    return f'{opened}{start}"(?:{value})"{closed}'


_GROUPS = {"basis": ("(", ""), "book": ("", ")"), "kind": ("(", ")"), "operation": ("(", ")")}
"""Where the groups of a shape begin and end; basis and book are one."""
_BUNDLE = _pattern()

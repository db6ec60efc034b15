"""The closed event schema: what a leaf may say, field by field. Integers and strings only."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import attrs

from lawful.evidence.failures import SchemaError
from lawful.evidence.ids import DECISION_ID

VERSION = 1
KINDS = ("ask", "use", "query", "batch", "refusal", "intent", "outcome")
DOORS = ("cli", "console", "python", "api", "hooks")
ERASE = "erase_payload"
"""Operation of the intent and the outcome of erasing a payload; their ``ref`` names it."""

_COUNT_MAX = 1 << 53
_IDENT = r"[A-Za-z0-9][A-Za-z0-9._:/-]"
_HEX64 = r"[0-9a-f]{64}"
TEXTS = {
    "kind": re.compile("|".join(KINDS)),
    "id": DECISION_ID,
    "entity": re.compile(_IDENT + "{0,127}"),
    "node": re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"),
    "time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII),
    "book": re.compile(f"({_HEX64})?"),
    "purpose": re.compile(f"({_IDENT}{{0,127}})?"),
    "basis": re.compile(r"([a-z0-9_]{1,40}(,[a-z0-9_]{1,40}){0,19})?"),
    "outcome": re.compile(r"([a-z][a-z_]{0,31})?"),
    "rule": re.compile(f"({_IDENT}{{0,127}})?"),
    "operation": re.compile(r"([a-z][a-z0-9_.]{0,63})?"),
    "door": re.compile("|".join(DOORS)),
    "subject": re.compile(f"({_HEX64})?"),
    "commitment": re.compile(f"({_HEX64})?"),
    "ref": re.compile(f"({DECISION_ID.pattern}|{_HEX64})?"),
    "input": re.compile(_HEX64),
    "result": re.compile(_HEX64),
}
_BASE = frozenset(TEXTS) - {"input", "result"} | {"v", "seq"}
COUNTS = frozenset({"given", "withheld"})
FIELDS = frozenset(TEXTS) | COUNTS | {"v", "seq"}
"""All that a leaf may have, in the leaf in alphabetical order."""
_OPTIONAL: Mapping[str, frozenset[str]] = {
    "ask": frozenset(),
    "use": COUNTS,
    "query": COUNTS,
    "batch": COUNTS,
    "refusal": frozenset(),
    "intent": frozenset(),
    "outcome": COUNTS,
}
_REQUIRED: Mapping[str, frozenset[str]] = {
    kind: _BASE | ({"input", "result"} if kind == "batch" else frozenset()) for kind in KINDS
}
_SHAPES: set[tuple[str, ...]] = set()
_SHAPES_MAX = 4096
_NEEDS_BOOK = frozenset({"ask", "use", "query", "batch"})


def _sorted_basis(basis: str | Iterable[str]) -> str:
    return basis if isinstance(basis, str) else ",".join(sorted(set(basis)))


@attrs.frozen(kw_only=True)
class Event:
    """What a caller records; the log adds version, node, sequence, time and commitment.

    ``book`` is the book's hash in hex (empty only for refusals, intents and outcomes);
    ``basis`` may be given as an iterable; ``given`` and ``withheld`` are counts of rows, for
    use, query, batch and outcome; ``input`` and ``result`` (SHA-256 in hex: input digest and
    root of the result file) belong to a batch and to nothing else. ``ref`` is the id of the
    intent that an outcome ends.

    Raises: SchemaError: a field does not fit.
    """

    kind: str
    id: str
    entity: str
    book: str = ""
    purpose: str = ""
    basis: str = attrs.field(default="", converter=_sorted_basis)
    outcome: str = ""
    rule: str = ""
    operation: str = ""
    door: str = "python"
    subject: str = ""
    ref: str = ""
    given: int | None = None
    withheld: int | None = None
    input: str | None = None
    result: str | None = None

    def __attrs_post_init__(self) -> None:
        """Check it. What it shares with many others is checked once and remembered."""
        shape = (
            self.kind, self.entity, self.book, self.purpose, self.basis, self.outcome, self.rule,
            self.operation, self.door,
        )  # fmt: skip
        plain = self._is_plain() and {*map(type, shape)} == {str}
        if plain and shape in _SHAPES:
            return
        probe = {"v": VERSION, "node": "n", "seq": 1, "time": "2000-01-01T00:00:00.000Z"}
        check_fields({**self.fields(), **probe, "commitment": ""})
        if plain:
            if len(_SHAPES) >= _SHAPES_MAX:
                _SHAPES.clear()
            _SHAPES.add(shape)

    def _is_plain(self) -> bool:
        """Whether what is not in its shape fits, whatever that is: true of most events."""
        if not type(self.id) is type(self.subject) is type(self.ref) is str or self.ref:
            return False
        if self.input is not None or self.result is not None:
            return False
        for count in (self.given, self.withheld):
            if count is not None and (
                self.kind not in ("use", "query")
                or type(count) is not int
                or not 0 <= count < _COUNT_MAX
            ):
                return False
        return bool(
            DECISION_ID.fullmatch(self.id)
            and (not self.subject or TEXTS["subject"].fullmatch(self.subject))
        )

    def fields(self) -> dict[str, int | str]:
        """The fields that are there, as they will stand in the leaf."""
        values = {name: getattr(self, name) for name in _EVENT_FIELDS[:_ALWAYS]}
        for name in _EVENT_FIELDS[_ALWAYS:]:
            if (value := getattr(self, name)) is not None:
                values[name] = value
        return values


_EVENT_FIELDS = tuple(field.name for field in attrs.fields(Event))
_ALWAYS = _EVENT_FIELDS.index("ref") + 1


@attrs.frozen(kw_only=True)
class Leaf:
    """One entry of the log, read back; ``data`` are its bytes, ``index`` its place from 0."""

    index: int
    data: bytes = attrs.field(repr=False)
    v: int
    kind: str
    id: str
    entity: str
    node: str
    seq: int
    time: str
    book: str
    purpose: str
    basis: str
    outcome: str
    rule: str
    operation: str
    door: str
    subject: str
    commitment: str
    ref: str
    given: int | None = None
    withheld: int | None = None
    input: str | None = None
    result: str | None = None

    @property
    def erases(self) -> bool:
        """Whether this is the outcome that records a payload as erased."""
        return self.kind == "outcome" and self.operation == ERASE and self.outcome == "done"


def check_fields(fields: Mapping[str, object]) -> None:
    """Check names, types, lengths and the rules of the kind.

    Raises: SchemaError: naming the field, never its value.
    """
    kind = fields.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise SchemaError(f"an event's kind is one of {', '.join(KINDS)}")
    required, names = _REQUIRED[kind], fields.keys()
    if missing := sorted(required - names):
        raise SchemaError(f"an event of kind {kind} lacks the field {missing[0]}")
    if len(names) > len(required) and names - required - _OPTIONAL[kind]:
        raise SchemaError(f"an event of kind {kind} has a field that its schema does not know")
    for name, value in fields.items():
        pattern = TEXTS.get(name)
        if pattern is None:
            _check_count(name, value)
        elif not isinstance(value, str):
            raise SchemaError(f"the field {name} is not a text")
        elif not pattern.fullmatch(value):
            raise SchemaError(f"the field {name} is too long or not of its form")
    _check_kind(kind, fields)


def _check_count(name: str, value: object) -> None:
    if type(value) is not int:
        raise SchemaError(f"the field {name} is not an integer")
    lowest = 1 if name in ("seq", "v") else 0
    if not lowest <= value < _COUNT_MAX or (name == "v" and value != VERSION):
        raise SchemaError(f"the field {name} is out of its range")


def _check_kind(kind: str, fields: Mapping[str, object]) -> None:
    """What the kinds demand beyond the form of single fields."""
    basis, ref, erasing = fields["basis"], fields["ref"], fields["operation"] == ERASE
    if basis and "," in str(basis):
        parts = str(basis).split(",")
        if parts != sorted(set(parts)):
            raise SchemaError("the field basis is not sorted, or repeats itself")
    if kind in _NEEDS_BOOK and not fields["book"]:
        raise SchemaError(f"an event of kind {kind} names its book")
    if erasing:
        if kind not in ("intent", "outcome") or len(str(ref)) != 64:
            raise SchemaError("erasing a payload is an intent and an outcome that name it in ref")
    elif kind == "outcome":
        if not str(ref).startswith("dec_"):
            raise SchemaError("an outcome names the intent that it ends in ref")
    elif ref:
        raise SchemaError(f"an event of kind {kind} has no ref")


def timestamp(at: datetime) -> str:
    """RFC 3339 in UTC with milliseconds.

    >>> timestamp(datetime(2026, 11, 24, 9, tzinfo=UTC))
    '2026-11-24T09:00:00.000Z'
    """
    if at.tzinfo is None:
        raise SchemaError("the log's clock gave an instant without a zone")
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def check_node(node: str) -> str:
    """A source id that may stand in a leaf."""
    if not TEXTS["node"].fullmatch(node):
        raise SchemaError("the node's name is too long or not of its form")
    return node


def leaf_text(e: Event, node: str, seq: int, time: str, commitment: str) -> str:
    """The canonical JSON of a leaf: as ``_spell``, of an event whose fields have been checked."""
    given = "" if e.given is None else f'"given":{e.given},'
    input_ = "" if e.input is None else f'"input":"{e.input}",'
    result = "" if e.result is None else f'"result":"{e.result}",'
    withheld = "" if e.withheld is None else f',"withheld":{e.withheld}'
    return (
        f'{{"basis":"{e.basis}","book":"{e.book}","commitment":"{commitment}","door":"{e.door}",'
        f'"entity":"{e.entity}",{given}"id":"{e.id}",{input_}"kind":"{e.kind}","node":"{node}",'
        f'"operation":"{e.operation}","outcome":"{e.outcome}","purpose":"{e.purpose}",'
        f'"ref":"{e.ref}",{result}"rule":"{e.rule}","seq":{seq},"subject":"{e.subject}",'
        f'"time":"{time}","v":{VERSION}{withheld}}}'
    )


def _spell(fields: Mapping[str, int | str]) -> bytes:
    """Checked fields as canonical JSON, several times faster than by a general encoder.

    No text that the schema admits holds anything that JSON would escape.
    """
    parts = [
        f'"{name}":"{value}"' if isinstance(value, str) else f'"{name}":{value}'
        for name, value in sorted(fields.items())
    ]
    return ("{" + ",".join(parts) + "}").encode()


def parse_leaf(data: bytes, index: int) -> Leaf:
    """Read a leaf and check it against the schema.

    Raises: SchemaError: not canonical JSON, or not of the schema.
    """
    try:
        fields = json.loads(data)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise SchemaError("a leaf is not a JSON object")
    check_fields(fields)
    if _spell(fields) != data:
        raise SchemaError("a leaf is not canonical JSON")
    return Leaf(index=index, data=data, **fields)

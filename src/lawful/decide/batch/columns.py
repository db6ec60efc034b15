"""Arrow columns as the kernel reads them, where they lie; what is no fact or no value is refused.

A column has a fact's name: dictionary or plain text for an enum, booleans, whole numbers, ``date32``,
timestamps with a zone, lists of text for sets. NULL is unknown, and so is a fact without a column. A set
may have a second column ``<fact>_unknown`` with the members that may be in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, NoReturn

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lawful.decide.batch.layout import RECORDS, number
from lawful.law.days import YEARS
from lawful.law.vocabulary import Vocabulary, nearest
from lawful.terms.errors import Location, UsageError

AT = "at"
UNKNOWN = "_unknown"
KINDS = {
    "flag": "true or false (bool)",
    "enum": "text (string, or a dictionary of strings)",
    "count": "whole numbers from 0 (int64)",
    "date": "days (date32)",
    "instant": "instants with their zone (timestamp with a time zone)",
    "set": "lists of text (list<string>)",
    AT: f"instants with their zone, from {YEARS[0]}-01-01 to {YEARS[-1]}-12-31 in UTC",
}
_DAYS = (number(date.min), number(date.max))
_ASKED = tuple(
    number(each)
    for each in (
        datetime(YEARS[0], 1, 1, tzinfo=UTC),
        datetime(YEARS[-1], 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    )
)
_INSTANTS = tuple(
    number(each)
    for each in (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
)


@attrs.frozen(kw_only=True, eq=False)
class Column:
    """A fact's column: where its numbers lie (``address``, bytes each; below zero: signed).

    ``codes`` gives for each number of an enum or of a set's children its place in the closed list.
    ``offsets``: of a set, address and bytes of where each row's children begin. ``known``: the whole
    array, for its bits. ``kept`` holds what the addresses point into.
    """

    address: int
    size: int
    known: Any
    codes: np.ndarray[Any, np.dtype[np.int64]] | None = None
    offsets: tuple[int, int] = (0, 0)
    kept: tuple[Any, ...] = ()


class Reader:
    """Reads columns of one kind of thing; remembers the last dictionary of each."""

    def __init__(self, vocabulary: Vocabulary, about: str = "use") -> None:
        self.vocabulary, self.about = vocabulary, about
        self._seen: dict[str, tuple[Any, Any]] = {}

    def check(self, schema: pa.Schema) -> None:
        """Refuse a column that is no fact of this kind of thing, is there twice, or has a wrong type.

        Raises: UsageError.
        """
        for n, field in enumerate(schema):
            at = Location(record=f"column '{field.name}'")
            if schema.names.index(field.name) != n:
                raise UsageError("The column is there twice.", code="batch.column", location=at)
            kind = self._kind(field.name, at)
            if not _fits(kind, field.type):
                raise UsageError(
                    f"The column holds {field.type}.",
                    code="batch.type",
                    location=at,
                    hint=f"Write {KINDS[kind]}.",
                )

    def _kind(self, name: str, at: Location) -> str:
        if name == RECORDS:
            return "set"
        whole = name.removesuffix(UNKNOWN)
        if whole != name and name not in self.vocabulary.facts and whole in self.vocabulary.facts:
            fact = self.vocabulary.find(whole, self.about, at)
            if fact.type != "set":
                raise UsageError(
                    f"'{whole}' is no set: a value that is not known is NULL.",
                    code="batch.column",
                    location=at,
                )
            return "set"
        return self.vocabulary.find(name, self.about, at).type

    def check_unknown(self, batch: pa.RecordBatch, first_row: int) -> None:
        """Refuse a NULL among the members that may be in a set which is itself known: it would say *none*.

        Raises: UsageError: with the row.
        """
        columns = dict(zip(batch.schema.names, batch.columns, strict=True))
        for name, array in columns.items():
            whole = columns.get(name.removesuffix(UNKNOWN))
            if name in self.vocabulary.facts or whole is None or whole is array:
                continue
            wrong = np.asarray(pc.and_(array.is_null(), whole.is_valid()))
            if wrong.any():
                _Refusal(name, first_row)(
                    int(np.argmax(wrong)),
                    "It is NULL where the set is known.",
                    f"Write [] where nothing more may be in it, or NULL as '{name.removesuffix(UNKNOWN)}' too.",
                )

    def read(
        self, name: str, array: Any, first_row: int, codes: tuple[str, ...] | None = None
    ) -> Column:
        """One column. ``first_row``: the number of its first row, from 1, for refusals.

        Raises: UsageError: a value that the fact cannot have, with its row.
        """
        refuse = _Refusal(name, first_row)
        if codes is None:
            whole = name.removesuffix(UNKNOWN) if name not in self.vocabulary.facts else name
            kind = self.vocabulary.facts[whole].type
            codes = tuple(self.vocabulary.values_of(whole)) if kind in ("enum", "set") else ()
        else:
            kind = "set"
        match kind:
            case "flag":
                return Column(address=0, size=0, known=array)
            case "enum":
                return self._enum(name, array, codes, refuse)
            case "set":
                return self._set(name, array, codes, refuse)
            case _:
                return _ordered(AT if name == AT else kind, array, refuse)

    def check_numbers(self, columns: Mapping[str, Any], first_row: int) -> None:
        """Refuse a dictionary column whose numbers point behind its dictionary.

        Raises: UsageError: with the row. A number below a NULL does not count.
        """
        for name, array in columns.items():
            found = (
                array.values
                if hasattr(array, "values") and not pa.types.is_dictionary(array.type)
                else array
            )
            if pa.types.is_dictionary(found.type):
                numbers = np.asarray(found.indices.fill_null(0)).astype(np.int64)
                wrong = (numbers < 0) | (numbers >= len(found.dictionary))
                if wrong.any():
                    row = int(np.argmax(wrong))
                    rows = (
                        [row] if found is array else _rows_of(array.offsets, np.array([row]), array)
                    )
                    if len(rows):
                        _Refusal(name, first_row)(
                            rows[0],
                            "The number points to no entry of the dictionary.",
                            "The file is damaged: write it anew.",
                        )

    def _enum(self, name: str, array: Any, codes: tuple[str, ...], refuse: _Refusal) -> Column:
        array = _encoded(array)
        places = self._places(name, array, codes, refuse, lambda row: row)
        address, size = _numbers(array.indices)
        return Column(address=address, size=size, known=array, codes=places, kept=(array,))

    def _set(self, name: str, array: Any, codes: tuple[str, ...], refuse: _Refusal) -> Column:
        children, starts = array.values, array.offsets
        first, last = starts[0].as_py(), starts[-1].as_py()
        if last - first < len(children):
            children = children.slice(first, last - first)
            starts = pc.subtract(starts, pa.scalar(first, starts.type))
        children = _encoded(children)
        if children.indices.type != pa.int32():
            children = pa.DictionaryArray.from_arrays(
                children.indices.cast(pa.int32()), children.dictionary
            )
        if children.null_count:
            inside = np.flatnonzero(~np.asarray(children.is_valid()))
            rows = _rows_of(starts, inside, array)
            if len(rows):
                refuse(
                    rows[0],
                    "A member of the list is NULL.",
                    f"Members that may be in the set stand in '{name.removesuffix(UNKNOWN)}{UNKNOWN}'.",
                )
        places = self._places(
            name, children, codes, refuse, lambda child: _rows_of(starts, np.array([child]), array)
        )
        address, _ = _numbers(children.indices)
        size = starts.type.bit_width // 8
        return Column(
            address=address,
            size=4,
            known=array,
            codes=places,
            offsets=(starts.buffers()[1].address + starts.offset * size, size),
            kept=(array, children, starts),
        )

    def _places(
        self,
        name: str,
        array: Any,
        codes: tuple[str, ...],
        refuse: _Refusal,
        row_of: Callable[[int], Any],
    ) -> Any:
        """The place in the closed list of each entry of a dictionary; -1 for those that no row has."""
        seen = self._seen.get(name)
        if seen is not None and seen[0].equals(array.dictionary):
            places = seen[1]
        else:
            found = pc.index_in(
                array.dictionary.cast(pa.string()), value_set=pa.array(codes, pa.string())
            )
            places = np.asarray(found.fill_null(-1), dtype=np.int64)
            self._seen[name] = (array.dictionary, places)
        if len(places) and places.min() < 0:
            numbers = np.asarray(array.indices.fill_null(-1)).astype(np.int64)
            foreign = (numbers >= 0) & (places[np.clip(numbers, 0, len(places) - 1)] < 0)
            for place in np.flatnonzero(foreign):
                rows = np.atleast_1d(row_of(int(place)))
                if len(rows):
                    text = str(array.dictionary[int(numbers[place])])
                    refuse(rows[0], "The value is not in the closed list.", nearest(text, codes))
        return places


class _Refusal:
    """Refuses one column at a row; the value itself is never told, since it may be anybody's."""

    def __init__(self, column: str, first_row: int) -> None:
        self.column, self.first_row = column, first_row

    def __call__(self, row: int, message: str, hint: str) -> NoReturn:
        raise UsageError(
            message,
            code="batch.value",
            location=Location(record=f"row {self.first_row + int(row):,}, column '{self.column}'"),
            hint=hint,
        )


def _fits(kind: str, found: Any) -> bool:
    if pa.types.is_null(found):
        return True
    match kind:
        case "flag":
            return bool(pa.types.is_boolean(found))
        case "enum":
            return _is_text(found)
        case "count":
            return bool(pa.types.is_integer(found))
        case "date":
            return bool(pa.types.is_date32(found))
        case "instant":
            return bool(pa.types.is_timestamp(found) and found.tz is not None)
        case _:
            listed = pa.types.is_list(found) or pa.types.is_large_list(found)
            return listed and (_is_text(found.value_type) or pa.types.is_null(found.value_type))


def _is_text(found: Any) -> bool:
    if pa.types.is_dictionary(found):
        found = found.value_type
    return bool(pa.types.is_string(found) or pa.types.is_large_string(found))


def _encoded(array: Any) -> Any:
    """Text as a dictionary without NULL among its entries."""
    if pa.types.is_null(array.type):
        array = array.cast(pa.string())
    if pa.types.is_dictionary(array.type):
        if not array.dictionary.null_count:
            return array
        array = array.cast(array.type.value_type)
    return array.dictionary_encode()


def _numbers(array: Any) -> tuple[int, int]:
    """Where a column's numbers lie, and the bytes of each; signed ones below zero."""
    size = array.type.bit_width // 8
    buffer = array.buffers()[1]
    return (buffer.address if buffer else 0) + array.offset * size, size


def _ordered(kind: str, array: Any, refuse: _Refusal) -> Column:
    low, high = {"count": (0, None), "date": _DAYS, "instant": _INSTANTS, AT: _ASKED}[kind]
    instant = kind in ("instant", AT)
    if instant:
        array = _microseconds(array, kind, refuse)
    if kind == "count" and pa.types.is_uint64(array.type):
        over = np.asarray(pc.greater(array, pa.scalar(2**63 - 1, pa.uint64())).fill_null(False))
        if over.any():
            refuse(
                int(np.argmax(over)),
                "The number is too large.",
                "Write at most 9223372036854775807.",
            )
        array = array.cast(pa.int64())
    plain = array.view(pa.int32()) if kind == "date" else array
    plain = plain.view(pa.int64()) if instant else plain
    ends = pc.min_max(plain)
    if ends["min"].is_valid:
        for wrong, found in ((pc.less, ends["min"]), (pc.greater, ends["max"])):
            limit = low if wrong is pc.less else high
            if limit is not None and wrong(found, pa.scalar(limit, pa.int64())).as_py():
                where = np.asarray(wrong(plain, pa.scalar(limit, pa.int64())).fill_null(False))
                refuse(int(np.argmax(where)), "The value is out of range.", f"Write {KINDS[kind]}.")
    address, size = _numbers(plain)
    signed = pa.types.is_signed_integer(plain.type)
    return Column(address=address, size=-size if signed else size, known=array, kept=(array, plain))


def _microseconds(array: Any, kind: str, refuse: _Refusal) -> Any:
    """Instants in microseconds; finer ones are refused, and so are those beyond what a number can count."""
    wanted = pa.timestamp("us", "UTC")
    try:
        return array.cast(wanted)
    except pa.ArrowInvalid:
        numbers = array.view(pa.int64())
    if array.type.unit == "ns":
        rest = np.asarray(numbers.fill_null(0)) % 1_000
        refuse(int(np.argmax(rest != 0)), "The instant is finer than a microsecond.", "Round it.")
    most = (2**63 - 1) // {"s": 1_000_000, "ms": 1_000}[array.type.unit]
    values = np.asarray(numbers.fill_null(0))
    over = (values > most) | (values < -most)
    refuse(
        int(np.argmax(over)), "The instant is beyond the calendar's end.", f"Write {KINDS[kind]}."
    )


def _rows_of(starts: Any, children: Any, array: Any) -> Any:
    """The rows that some children of a list column stand in; those of no row, or of a NULL one, fall out."""
    bounds = np.asarray(starts)
    rows = np.searchsorted(bounds, children, side="right") - 1
    inside = (rows >= 0) & (rows < len(array)) & (children < bounds[-1])
    valid = np.asarray(array.is_valid())
    return rows[inside][valid[rows[inside]]]


def bits_of(array: Any, out: np.ndarray[Any, np.dtype[np.uint64]]) -> None:
    """A boolean column's values as bits, the first row lowest; what is behind the last row is anything."""
    if array.offset % 8:
        array = pa.concat_arrays([array, pa.array([], pa.bool_())])
    _put(array.buffers()[1], array.offset, len(array), out)


def known_bits(array: Any, out: np.ndarray[Any, np.dtype[np.uint64]]) -> None:
    """Where a column is not NULL, as bits."""
    if pa.types.is_null(array.type):
        out[:] = 0
    elif not array.null_count:
        out[:] = np.uint64(0xFFFFFFFFFFFFFFFF)
    elif array.offset % 8:
        bits_of(array.is_valid(), out)
    else:
        _put(array.buffers()[0], array.offset, len(array), out)


def _put(buffer: Any, offset: int, rows: int, out: np.ndarray[Any, np.dtype[np.uint64]]) -> None:
    size = (rows + 7) // 8
    found = np.frombuffer(buffer, np.uint8, count=size, offset=offset // 8)
    out.view(np.uint8)[:size] = found


def named(batch: pa.RecordBatch) -> Mapping[str, Any]:
    """A batch's columns by name; those that hold nothing but NULL fall out."""
    return dict(_columns(batch))


def _columns(batch: pa.RecordBatch) -> Iterator[tuple[str, Any]]:
    for name, array in zip(batch.schema.names, batch.columns, strict=True):
        if array.null_count < len(array):
            yield name, array

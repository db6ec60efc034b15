"""Uses by the million: record batches of facts in, record batches of answers out, one row per use.

Columns are read as ``columns`` says. Two more may be there: ``records``, lists of the rules whose record
counts (as ``fulfilled:RULE = true`` is typed; an article's id stands for all its rules), and ``at``, the
moment of each row. Nothing is filled in: what no column says is unknown. What is concluded is taken
as true, as ``ask`` takes it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lawful.decide.batch.agreeing import contradiction, refusal, verify_order
from lawful.decide.batch.columns import AT, Reader, named
from lawful.decide.batch.layout import EPOCH
from lawful.decide.batch.machine import OUTCOMES, Decided, Listed, Machine
from lawful.decide.beside import asked_beside
from lawful.decide.decider import Decider
from lawful.decide.program import assemble, beside, days_of
from lawful.law.book import Book
from lawful.law.days import check_asked
from lawful.law.model import Kind
from lawful.law.oracle import Kleene
from lawful.law.records import ids_above
from lawful.law.thing import Record, Thing
from lawful.law.tree import AnyOf, Fulfilled, Recorded
from lawful.law.vocabulary import nearest
from lawful.terms.errors import Location, UsageError

DAYS_KEPT = 400
"""So many days' machines are held, each some hundred kilobytes."""
SYSTEMS = "system"
_QUARTER_US = 900_000_000
_MODERN_US = 94_694_400_000_000
"""1973: from here on every zone's offset is a multiple of a quarter of an hour."""

RULE = pa.dictionary(pa.int16(), pa.string())
SCHEMA = pa.schema(
    [
        pa.field("outcome", pa.dictionary(pa.int8(), pa.string()), nullable=False),
        pa.field("deciding", RULE),
        pa.field("covered", pa.bool_(), nullable=False),
        pa.field("violated", pa.list_(RULE), nullable=False),
        pa.field("unknown", pa.list_(RULE), nullable=False),
    ]
)
"""An answer: its outcome, the deciding rule (NULL: none, lawful or not covered), whether all that it touches is
covered, and the ids of the rules that it violates and of those that are not known, in order."""


class BatchDecider:
    """Decides batches of uses by one book; safe to share between threads.

    ``on`` sets the civil date in every zone, ``at`` the instant; without both each row says its own in
    the column ``at``. ``kept``: rules whose registers of records are complete (``system``: the entity's
    systems): no record there is then *no*, else unknown.

    Raises: UsageError: a register of no rule; a day outside of the years that may be asked about.
    """

    def __init__(
        self,
        book: Book,
        *,
        on: date | None = None,
        at: datetime | None = None,
        kept: Iterable[str] = (),
    ) -> None:
        self.book, self.on, self.at = book, on, at
        if moment := on or at:
            check_asked(moment)
        self.kept = frozenset(kept)
        self._decider = Decider(book)
        self._machines: OrderedDict[tuple[date, ...], Machine] = OrderedDict()
        self._lock = Lock()
        self._reader = Reader(book.vocabulary)
        self.rules = tuple(
            sorted(
                each.id
                for each in book.entries.values()
                if each.kind is Kind.RULE and each.about == "use"
            )
        )
        self._check_kept()
        self._outcomes = pa.array([each.value for each in OUTCOMES])
        self._ids = pa.array(self.rules, pa.string())

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What the column of records may name: rules, and the articles and instruments above them."""
        rules = (each.id for each in self.book.entries.values() if each.kind is Kind.RULE)
        return tuple(sorted({name for rule in rules for name in ids_above(rule)}))

    @cached_property
    def _asked(self) -> frozenset[str]:
        """The names of which a rule about a use asks."""
        asked = asked_beside(self.book, "use")
        rules = (each.rule for each in asked if isinstance(each, (Fulfilled, Recorded)))
        readers = (each.reader for each in asked if isinstance(each, AnyOf))
        return frozenset(name for rule in (*rules, *readers) for name in ids_above(rule))

    def _check_kept(self) -> None:
        for name in sorted(self.kept - {SYSTEMS, *self.names}):
            raise UsageError(
                f"There is no rule '{name}' whose register could be kept.",
                code="batch.kept",
                hint=nearest(name, [*self.names, SYSTEMS]),
            )

    def check(self, schema: pa.Schema) -> None:
        """Refuse columns that are no facts of a use, or have a wrong type, and a moment said twice or never.

        Raises: UsageError.
        """
        self._reader.check(schema)
        own = AT in schema.names
        if own == (self.on is not None or self.at is not None):
            raise UsageError(
                "The moment is said twice." if own else "No moment is said.",
                code="batch.moment",
                location=Location(record=f"column '{AT}'") if own else None,
                hint="Give one civil day or instant for all rows, or a column 'at' with each row's.",
            )

    def decide(self, batch: pa.RecordBatch, first_row: int = 1) -> pa.RecordBatch:
        """Answers of ``SCHEMA``, row by row. ``first_row``: the number of the first row, for refusals.

        Raises: UsageError: a column or value that cannot be read, or facts of a row that contradict one
            another, with row and column.
        """
        self.check(batch.schema)
        self._reader.check_unknown(batch, first_row)
        verify_order(self.book.vocabulary, named(batch), first_row)
        if AT not in batch.schema.names:
            moment = self.at or datetime.combine(
                self.on or date.min, datetime.min.time(), EPOCH.tzinfo
            )
            return self._decide(batch, moment, first_row)
        groups, moments = self._moments(batch.column(batch.schema.get_field_index(AT)), first_row)
        if len(moments) == 1:
            return self._decide(batch, moments[0], first_row)
        self._read_all(batch, first_row)
        order = np.argsort(groups, kind="stable")
        bounds = np.searchsorted(groups[order], np.arange(len(moments) + 1))
        found = [
            self._decide(batch.take(pa.array(order[low:high])), moment, first_row, order[low:high])
            for moment, (low, high) in zip(moments, pairwise(bounds), strict=True)
        ]
        whole = pa.Table.from_batches(found).combine_chunks().to_batches()[0]
        return whole.take(pa.array(np.argsort(order, kind="stable")))

    def _read_all(self, batch: pa.RecordBatch, first_row: int) -> None:
        """Refuse values while rows stand where the reader of a refusal will look for them."""
        for name, array in named(batch).items():
            self._reader.read(name, array, first_row, self.names if name == "records" else None)

    def _moments(self, column: Any, first_row: int) -> tuple[NDArray[np.int64], list[datetime]]:
        """For each row a number of its civil days, and a moment that has those days."""
        if column.null_count:
            row = int(np.argmax(~np.asarray(column.is_valid())))
            raise UsageError(
                "The moment is NULL.",
                code="batch.value",
                location=Location(record=f"row {first_row + row:,}, column '{AT}'"),
                hint="Write each row's moment, or leave the column out and give one for all.",
            )
        self._reader.read(AT, column, first_row)
        exact = np.asarray(column.cast(pa.timestamp("us", "UTC")).view(pa.int64()))
        rounded = np.where(exact >= _MODERN_US, exact // _QUARTER_US * _QUARTER_US, exact)
        found, places = np.unique(rounded, return_inverse=True)
        days: dict[tuple[date, ...], int] = {}
        moments: list[datetime] = []
        groups = np.zeros(len(found), np.int64)
        for n, microseconds in enumerate(found.tolist()):
            moment = EPOCH + timedelta(microseconds=microseconds)
            key = tuple(days_of(self.book, moment).values())
            if key not in days:
                days[key] = len(moments)
                moments.append(moment)
            groups[n] = days[key]
        return groups[places], moments

    def _decide(
        self,
        batch: pa.RecordBatch,
        moment: datetime,
        first_row: int,
        places: NDArray[np.int64] | None = None,
    ) -> pa.RecordBatch:
        """Answers of rows of one moment; ``places``: where these rows stood, if not as they stand."""
        if not batch.num_rows:
            return pa.RecordBatch.from_pylist([], schema=SCHEMA)
        columns = {name: each for name, each in named(batch).items() if name != AT}
        found = self.machine(moment).decide(columns, batch.num_rows, first_row)
        wrong = int(np.argmax(found.deciding))
        if found.deciding[wrong] == len(self.rules):
            place = first_row + int(wrong if places is None else places[wrong])
            day = self._latest_day(moment)
            raise refusal(self.book.vocabulary, batch.slice(wrong, 1), day, place)
        return self._answers(found, batch.num_rows)

    def _latest_day(self, moment: datetime) -> date:
        """No civil day of the rows of a moment is later, wherever: what has come by then does not lie ahead."""
        days = days_of(self.book, moment, self.on).values()
        return self.on or max(days) + timedelta(days=1)

    def machine(self, moment: datetime) -> Machine:
        """The machine of a moment's civil days; made when first needed."""
        key = tuple(days_of(self.book, moment, self.on).values())
        with self._lock:
            found = self._machines.get(key)
            if found is None:
                found = self._machines[key] = self._made(moment)
                while len(self._machines) > DAYS_KEPT:
                    self._machines.popitem(last=False)
            else:
                self._machines.move_to_end(key)
        return found

    def _made(self, moment: datetime) -> Machine:
        program = assemble(self.book, "use", days_of(self.book, moment, self.on))
        wanted = beside(program)
        plain = Thing(about="use", at=moment, on=self.on, kept=self.kept)

        def said(name: str) -> dict[str, Kleene]:
            records = (Record(rule=name),) if name in self._asked else ()
            thing = Thing(about="use", at=moment, on=self.on, kept=self.kept, records=records)
            states = self._decider.records(thing if records else plain, wanted)
            return {each.key: states.get(each.key) for each in wanted}

        without = said("")
        return Machine(
            program,
            self.book.vocabulary,
            rules=self.rules,
            told=(self.names, lambda name: said(name) if name in self._asked else without),
            refused=contradiction(self.book.vocabulary, self._latest_day(moment)),
        )

    def _answers(self, found: Decided, rows: int) -> pa.RecordBatch:
        covered = pa.Array.from_buffers(
            pa.bool_(), rows, [None, pa.py_buffer(found.covered.view(np.uint8))]
        )
        deciding = pa.array(found.deciding.astype(np.int16), mask=found.deciding < 0)
        return pa.RecordBatch.from_arrays(
            [
                pa.DictionaryArray.from_arrays(pa.array(found.outcome), self._outcomes),
                pa.DictionaryArray.from_arrays(deciding, self._ids),
                covered,
                self._lists(found.violated),
                self._lists(found.unknown),
            ],
            schema=SCHEMA,
        )

    def _lists(self, found: Listed) -> pa.ListArray:
        begins, rules = found
        named_rules = pa.DictionaryArray.from_arrays(pa.array(rules), self._ids)
        return pa.ListArray.from_arrays(pa.array(begins), named_rules)

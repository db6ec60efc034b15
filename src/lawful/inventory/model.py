"""Frozen values of this room: what a dataset file and an activity file say."""

from __future__ import annotations

import string
from collections.abc import Mapping
from enum import Enum
from typing import Literal

import attrs

from lawful.law.thing import Record
from lawful.terms.ids import ActivityId, EntityId
from lawful.terms.texts import Text
from lawful.terms.values import Value

_FOLD = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def fold(name: str) -> str:
    """A table's or column's name as the engines compare it: ASCII letters lose their case."""
    return name.translate(_FOLD)


class Mask(Enum):
    """What stands in place of a value that the purpose does not need, strictest first."""

    EMPTY = "empty"
    TOKEN = "token"
    AGE_BAND = "age_band"

    @property
    def rank(self) -> int:
        """0 is strictest."""
        return list(Mask).index(self)


@attrs.frozen(kw_only=True)
class FactSource:
    """Where a fact of each data subject stands in the store.

    Attributes:
        fact: the fact's name.
        column: the column that holds it, in ``table`` or else in the population's own.
        table: a table of records about subjects; empty for the population's own.
        key: the column of ``table`` that holds the subject's key.
        match: columns of ``table`` and what they must equal; ``$purpose`` and ``$entity`` stand
            for the use's.
        latest_by: of several rows that match, the one with the greatest value here counts.
        values: stored text → value. A stored value that is not listed is read as it stands (a
            closed value, a date, a boolean); where it is none of the fact's, ``other_means``.
        separator: a set stands in one text, its members parted by this.
        null_means: the value where the column is NULL. ``None``: unknown.
        no_row_means: the value where ``table`` has no row of the subject. ``None``: unknown.
        other_means: the value of a stored value that is neither listed nor one of the fact's.
            ``None``: unknown.
        reason: why absence has a meaning; shown in the answer.
    """

    fact: str
    column: str
    table: str = ""
    key: str = ""
    match: Mapping[str, str | int | bool] = attrs.field(factory=dict, hash=False)
    latest_by: str = ""
    values: Mapping[str, Value | None] = attrs.field(factory=dict, hash=False)
    separator: str = ""
    null_means: Value | None = None
    no_row_means: Value | None = None
    other_means: Value | None = None
    reason: Text | None = None


@attrs.frozen(kw_only=True)
class Population:
    """Data subjects of one kind: their table, its key, and where their facts stand."""

    name: str
    table: str
    key: str
    category: str
    facts: Mapping[str, FactSource] = attrs.field(factory=dict, hash=False)


@attrs.frozen(kw_only=True)
class Role:
    """In which part a data subject stands in the rows of a table.

    ``no_subject``: what holds of a row whose ``column`` is NULL. One whose key is not NULL and
    finds no data subject is withheld always.
    """

    name: str
    subject: str
    column: str
    no_subject: Literal["withheld", "none"] = "withheld"
    reason: Text | None = None


@attrs.frozen(kw_only=True)
class ColumnLabel:
    """What a column holds, and about whom. No categories: unlabelled, so masked."""

    name: str
    categories: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    @property
    def labelled(self) -> bool:
        """Is it said what the column holds?"""
        return bool(self.categories)


@attrs.frozen(kw_only=True)
class ProtectedTable:
    """A table, described. ``personal`` is false only with a reason, and without roles or labels."""

    name: str
    personal: bool = True
    reason: Text | None = None
    facts: Mapping[str, Value | None] = attrs.field(factory=dict, hash=False)
    roles: Mapping[str, Role] = attrs.field(factory=dict, hash=False)
    columns: Mapping[str, ColumnLabel] = attrs.field(factory=dict, hash=False)

    def find_column(self, name: str) -> ColumnLabel | None:
        """The label of a column, whatever the case of its ASCII letters."""
        return next((each for each in self.columns.values() if fold(each.name) == fold(name)), None)

    def column(self, name: str) -> ColumnLabel:
        """The label of a column; one not in the file is unlabelled, about every role."""
        return self.find_column(name) or ColumnLabel(name=name, roles=tuple(self.roles))


@attrs.frozen(kw_only=True)
class Dataset:
    """What is known of a store. A table that is neither here nor in no file cannot be queried.

    ``undecided``: tables of which the file says that nobody has yet described them.
    """

    name: str
    file: str = ""
    facts: Mapping[str, Value | None] = attrs.field(factory=dict, hash=False)
    populations: Mapping[str, Population] = attrs.field(factory=dict, hash=False)
    tables: Mapping[str, ProtectedTable] = attrs.field(factory=dict, hash=False)
    undecided: tuple[str, ...] = ()

    def find_table(self, name: str) -> ProtectedTable | None:
        """The description of a table, whatever the case of its ASCII letters."""
        return next((each for each in self.tables.values() if fold(each.name) == fold(name)), None)


@attrs.frozen(kw_only=True)
class Activity:
    """An entry of the activity register: who does what with which data, and for what."""

    id: ActivityId
    entity: EntityId
    purpose: str
    operation: str
    title: Text
    roles: tuple[str, ...] = ()
    needed: frozenset[str] = frozenset()
    mask_default: Mask = Mask.EMPTY
    masks: Mapping[str, Mask] = attrs.field(factory=dict, hash=False)
    facts: Mapping[str, Value | None] = attrs.field(factory=dict, hash=False)
    records: tuple[Record, ...] = ()
    kept: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True)
class NoActivity:
    """Why not one activity was found: none or several, with a sentence and the line to write."""

    reason: Literal["none", "several"]
    message: str
    hint: str

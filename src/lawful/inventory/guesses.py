"""Guesses from names alone, for the skeleton: shown as guesses, never taken as answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import attrs

from lawful.inventory.model import fold
from lawful.stores.model import ColumnInfo, ForeignKey

_CATEGORIES = (
    ("national_id", r"national_?id|id_?card|ssn|passport|身份证"),
    ("email", r"e_?mail|邮箱"),
    ("phone", r"phone|mobile|fax|tel|手机|电话"),
    ("birth_date", r"birth|dob|生日|出生"),
    ("address", r"address|street|city|postal|postcode|zip|地址"),
    ("residence", r"country|nationality|国家"),
    ("sex", r"sex|gender|性别"),
    ("credentials", r"password|passwd|secret|salt|密码"),
    ("payment", r"card|iban|payment|支付"),
    ("financial_account", r"bank|account_?no|账户"),
    ("device", r"device|imei|ip_?address|user_?agent|cookie|设备"),
    ("location_precise", r"lat(itude)?|lon(gitude)?|gps"),
    ("biometric", r"face|finger|iris|biometric"),
    ("name", r"(full|first|last|given|family|sur|nick)_?name|姓名"),
    ("communication", r"message|body|comment|note"),
    ("transaction", r"amount|total|price|quantity|invoice|order"),
)
_OF_PEOPLE = frozenset({"national_id", "email", "phone", "birth_date", "name", "sex"})
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@attrs.frozen(kw_only=True)
class People:
    """A table that seems to hold data subjects, one a row."""

    name: str
    table: str
    key: str


@attrs.frozen(kw_only=True)
class Part:
    """A column that seems to name a data subject of some people."""

    name: str
    people: str
    column: str


def category_of(column: str) -> str:
    """The category that a column's name suggests; empty if none.

    >>> category_of("BirthDate"), category_of("LastName"), category_of("Milliseconds")
    ('birth_date', 'name', '')
    """
    words = _WORD.sub("_", column).lower()
    for category, pattern in _CATEGORIES:
        if re.search(rf"(?:^|_)(?:{pattern})(?:$|_|s$|s_|\d)", words):
            return category
    return ""


def people_in(catalog: Mapping[str, Sequence[ColumnInfo]]) -> dict[str, People]:
    """Tables with a key of one column and several that tell people apart; by folded name."""
    found: dict[str, People] = {}
    for table, columns in catalog.items():
        keys = [column.name for column in columns if column.key]
        telling = [column for column in columns if category_of(column.name) in _OF_PEOPLE]
        if len(keys) == 1 and len(telling) >= 2:
            name = re.sub(r"[^a-z0-9]+", "_", _WORD.sub("_", table).lower()).strip("_")
            found[fold(table)] = People(name=_singular(name) or "person", table=table, key=keys[0])
    return found


def parts_in(
    table: str, people: Mapping[str, People], keys: Sequence[ForeignKey]
) -> Iterator[Part]:
    """How the rows of a table seem to name data subjects: their own row, then its foreign keys."""
    if fold(table) in people:
        own = people[fold(table)]
        yield Part(name=own.name, people=own.name, column=own.key)
    for key in keys:
        target = people.get(fold(key.to_table))
        if fold(key.table) != fold(table) or target is None or len(key.columns) != 1:
            continue
        if tuple(map(fold, key.to_columns)) == (fold(target.key),):
            yield Part(
                name=_role(key.columns[0], target), people=target.name, column=key.columns[0]
            )


def _role(column: str, target: People) -> str:
    """``buyer`` for ``buyer_id``; else the people's name."""
    name = re.sub(r"_?id$", "", _WORD.sub("_", column).lower())
    return re.sub(r"[^a-z0-9]+", "_", name).strip("_") or target.name


def _singular(name: str) -> str:
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name

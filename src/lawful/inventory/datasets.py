"""From the bytes of ``datasets/*.toml`` to a dataset."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from lawful.inventory.model import ColumnLabel, Dataset, Population, ProtectedTable, Role, fold
from lawful.inventory.sources import SourceShape, fact_source
from lawful.law.vocabulary import Vocabulary
from lawful.org.document import Document, Shape, Step, TextShape
from lawful.org.load import check_id
from lawful.terms.errors import UsageError
from lawful.terms.values import Value

_GRAINS = frozenset({"use", "subject", "state"})
_ELSEWHERE = (
    "at",
    "operation",
    "purpose",
    "data",
    "needed_for_purpose",
    "lawful_bases",
    "automated_decision",
)


class _Subject(Shape):
    name: str
    table: str
    key: str
    category: str
    facts: dict[str, SourceShape] = Field(default_factory=dict)


class _Role(Shape):
    subject: str
    column: str
    no_subject: Literal["withheld", "none"] = "withheld"
    reason: TextShape | None = None


class _Column(Shape):
    category: list[str] | str = Field(default_factory=list)
    roles: list[str] | None = None


class _Table(Shape):
    name: str
    personal: bool = True
    undecided: bool = False
    reason: TextShape | None = None
    facts: dict[str, Any] = Field(default_factory=dict)
    roles: dict[str, _Role] = Field(default_factory=dict)
    columns: dict[str, _Column] = Field(default_factory=dict)


class _Dataset(Shape):
    dataset: str
    facts: dict[str, Any] = Field(default_factory=dict)
    subject: list[_Subject] = Field(default_factory=list)
    table: list[_Table] = Field(default_factory=list)


def load_dataset(data: bytes, file: str, vocabulary: Vocabulary) -> Dataset:
    """A dataset from its file.

    Raises: UsageError: the first thing that is wrong, with file, line and remedy.
    """
    document = Document.read(data, file)
    shape = document.shaped(_Dataset)
    check_id(document, shape.dataset, (), "dataset", "dataset")
    populations: dict[str, Population] = {}
    for number, subject in enumerate(shape.subject):
        check_id(document, subject.name, populations, "subject", "subject", number, "name")
        populations[subject.name] = _population(document, vocabulary, subject, number)
    tables: dict[str, ProtectedTable] = {}
    undecided: list[str] = []
    taken: set[str] = set()
    for number, table in enumerate(shape.table):
        _check_once(document, table.name, taken, "table", "table", number, "name")
        described = _table(document, vocabulary, table, populations, number)
        if described is None:
            undecided.append(table.name)
        else:
            tables[table.name] = described
    return Dataset(
        name=shape.dataset,
        file=file,
        facts=_facts(document, vocabulary, shape.facts, "facts"),
        populations=populations,
        tables=tables,
        undecided=tuple(undecided),
    )


def _population(
    document: Document, vocabulary: Vocabulary, shape: _Subject, number: int
) -> Population:
    path: tuple[Step, ...] = ("subject", number)
    document.one_of(shape.category, vocabulary.categories, "category of data", *path, "category")
    facts = {
        name: fact_source(document, vocabulary, name, source, *path, "facts", name)
        for name, source in shape.facts.items()
    }
    return Population(
        name=shape.name, table=shape.table, key=shape.key, category=shape.category, facts=facts
    )


def _table(
    document: Document,
    vocabulary: Vocabulary,
    shape: _Table,
    populations: dict[str, Population],
    number: int,
) -> ProtectedTable | None:
    """A described table; ``None`` where the file says that it is undecided."""
    path: tuple[Step, ...] = ("table", number)
    if shape.undecided:
        if shape.roles or not shape.personal:
            raise UsageError(
                f"The table '{shape.name}' is described, and undecided all the same.",
                code="inventory.undecided",
                location=document.at(*path, "undecided"),
                hint="Take undecided = true away.",
            )
        return None
    if not shape.personal:
        _check_not_personal(document, shape, path)
        return ProtectedTable(
            name=shape.name, personal=False, reason=shape.reason.text() if shape.reason else None
        )
    if not shape.roles:
        raise UsageError(
            f"The table '{shape.name}' does not say whose data it holds.",
            code="inventory.no_role",
            location=document.at(*path),
            hint=_line_to_write(shape, populations),
        )
    roles = {
        name: _role(document, role, name, populations, *path, "roles", name)
        for name, role in shape.roles.items()
    }
    columns: dict[str, ColumnLabel] = {}
    taken: set[str] = set()
    for name, column in shape.columns.items():
        _check_once(document, name, taken, "column", *path, "columns", name)
        columns[name] = _column(document, vocabulary, name, column, roles, *path, "columns", name)
    return ProtectedTable(
        name=shape.name,
        facts=_facts(document, vocabulary, shape.facts, *path, "facts"),
        roles=roles,
        columns=columns,
    )


def _check_not_personal(document: Document, shape: _Table, path: tuple[Step, ...]) -> None:
    if shape.reason is None:
        raise UsageError(
            f"The table '{shape.name}' is said to hold no personal data, without a reason.",
            code="inventory.no_reason",
            location=document.at(*path, "personal"),
            hint='Write reason = { en = "…", zh = "…" } beside it.',
        )
    if shape.roles or any(column.category for column in shape.columns.values()) or shape.facts:
        raise UsageError(
            f"The table '{shape.name}' is described, and said to hold no personal data.",
            code="inventory.not_personal",
            location=document.at(*path, "personal"),
            hint="Take personal = false away, or what it contradicts.",
        )


def _line_to_write(shape: _Table, populations: dict[str, Population]) -> str:
    who = next(iter(populations), "customer")
    column = next(iter(shape.columns), "customer_id")
    return (
        f'Write [table.roles.{who}] with subject = "{who}" and column = "{column}" (their key); '
        f'or personal = false with reason = {{ en = "…", zh = "…" }}.'
    )


def _role(
    document: Document, shape: _Role, name: str, populations: dict[str, Population], *path: Step
) -> Role:
    check_id(document, name, (), "role", *path)
    document.one_of(shape.subject, populations, "subject", *path, "subject")
    if shape.no_subject == "none" and shape.reason is None:
        raise UsageError(
            f"Rows without a {name} are given without a reason.",
            code="inventory.no_reason",
            location=document.at(*path, "no_subject"),
            hint='Write reason = { en = "…", zh = "…" } beside it, or take no_subject away.',
        )
    return Role(
        name=name,
        subject=shape.subject,
        column=shape.column,
        no_subject=shape.no_subject,
        reason=shape.reason.text() if shape.reason else None,
    )


def _column(
    document: Document,
    vocabulary: Vocabulary,
    name: str,
    shape: _Column,
    roles: dict[str, Role],
    *path: Step,
) -> ColumnLabel:
    categories = [shape.category] if isinstance(shape.category, str) else shape.category
    for category in categories:
        document.one_of(category, vocabulary.categories, "category of data", *path)
    for role in shape.roles or ():
        document.one_of(role, roles, "role of this table", *path)
    if shape.roles == []:
        raise UsageError(
            f"The column '{name}' is about nobody.",
            code="inventory.no_role",
            location=document.at(*path),
            hint="Take roles = [] away: all roles of the table.",
        )
    return ColumnLabel(
        name=name,
        categories=tuple(dict.fromkeys(categories)),
        roles=tuple(dict.fromkeys(shape.roles or roles)),
    )


def _facts(
    document: Document, vocabulary: Vocabulary, raw: dict[str, Any], *path: Step
) -> dict[str, Value | None]:
    """Facts that hold for a whole store or table; conclusions need an author, so none of them."""
    for name in raw:
        where = document.at(*path, name)
        fact = vocabulary.find(name, "", where)
        if fact.concluded:
            raise UsageError(
                f"'{name}' is a legal conclusion; a dataset file cannot state it.",
                code="inventory.conclusion",
                location=where,
                hint="State it in an activity file and have that approved.",
            )
        if name in _ELSEWHERE or not _GRAINS & set(fact.grain):
            raise UsageError(
                f"'{name}' is not a fact of data (it belongs to: {', '.join(fact.grain)}).",
                code="inventory.fact_of_another_thing",
                location=where,
                hint=f"Take the line away; the {fact.supplier} supplies it.",
            )
    return document.facts(vocabulary, raw, *path)


def _check_once(document: Document, name: str, taken: set[str], what: str, *path: Step) -> None:
    if fold(name) in taken:
        raise UsageError(
            f"The {what} '{name}' stands twice.",
            code="file.twice",
            location=document.at(*path),
            hint="Join the two; the store does not tell capitals from small letters.",
        )
    taken.add(fold(name))

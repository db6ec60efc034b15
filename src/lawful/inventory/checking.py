"""A dataset file held against the store's own catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lawful.inventory.model import Dataset, FactSource, Population, ProtectedTable, fold
from lawful.law.vocabulary import nearest
from lawful.stores.model import ColumnInfo
from lawful.terms.errors import LawfulError, Location, UsageError

Catalog = Mapping[str, Sequence[ColumnInfo]]

NOTES = frozenset({"inventory.unlisted_column", "inventory.unlisted_table", "inventory.undecided"})
"""Codes that say what is masked or cannot be queried; the rest are errors, which must be mended."""


def check_against(dataset: Dataset, catalog: Catalog) -> list[LawfulError]:
    """What the file names and the store lacks (errors), then what the file leaves out (notes).

    A note's ``code`` is in ``NOTES``; its column is masked, its table cannot be queried.
    """
    return [*_errors(dataset, catalog), *_notes(dataset, catalog)]


def is_note(found: LawfulError) -> bool:
    """Does it only say what is masked or cannot be queried?"""
    return found.code in NOTES


def _errors(dataset: Dataset, catalog: Catalog) -> Iterator[LawfulError]:
    for population in dataset.populations.values():
        yield from _population(dataset, population, catalog)
    for table in dataset.tables.values():
        yield from _table(dataset, table, catalog)
    for name in dataset.undecided:
        if _columns(catalog, name) is None:
            yield _no_table(dataset, name, catalog, f"table {name}")


def _population(
    dataset: Dataset, population: Population, catalog: Catalog
) -> Iterator[LawfulError]:
    record = f"subject {population.name}"
    own = _columns(catalog, population.table)
    if own is None:
        yield _no_table(dataset, population.table, catalog, record)
    else:
        yield from _missing(dataset, population.table, own, [population.key], record)
    for source in population.facts.values():
        yield from _source(dataset, population, source, catalog, f"{record}, fact {source.fact}")


def _source(
    dataset: Dataset, population: Population, source: FactSource, catalog: Catalog, record: str
) -> Iterator[LawfulError]:
    name = source.table or population.table
    there = _columns(catalog, name)
    if there is not None:
        wanted = [source.column, source.key, source.latest_by, *source.match]
        yield from _missing(dataset, name, there, [each for each in wanted if each], record)
    elif source.table:
        yield _no_table(dataset, name, catalog, record)


def _table(dataset: Dataset, table: ProtectedTable, catalog: Catalog) -> Iterator[LawfulError]:
    there = _columns(catalog, table.name)
    record = f"table {table.name}"
    if there is None:
        yield _no_table(dataset, table.name, catalog, record)
        return
    wanted = [*(role.column for role in table.roles.values()), *table.columns]
    yield from _missing(dataset, table.name, there, list(dict.fromkeys(wanted)), record)


def _notes(dataset: Dataset, catalog: Catalog) -> Iterator[LawfulError]:
    undecided = {fold(name) for name in dataset.undecided}
    for name, columns in catalog.items():
        table = dataset.find_table(name)
        if fold(name) in undecided:
            yield _note(
                dataset,
                f"The table '{name}' is undecided, so it cannot be queried.",
                "inventory.undecided",
                f"table {name}",
                "Say whose data it holds, or personal = false with reason; drop undecided = true.",
            )
        elif table is None:
            yield _note(
                dataset,
                f"The table '{name}' is not in the file, so it cannot be queried.",
                "inventory.unlisted_table",
                f"table {name}",
                f'Write [[table]] with name = "{name}".',
            )
        elif table.personal:
            for column in columns:
                if table.find_column(column.name) is None:
                    yield _note(
                        dataset,
                        f"The column '{column.name}' of '{name}' is not in the file: it is masked.",
                        "inventory.unlisted_column",
                        f"table {name}",
                        f'Write {_key(column.name)} = {{ category = "…" }} in [table.columns].',
                    )


def _key(name: str) -> str:
    return (
        name if name.isascii() and name.replace("_", "").replace("-", "").isalnum() else f'"{name}"'
    )


def _columns(catalog: Catalog, table: str) -> list[str] | None:
    for name, columns in catalog.items():
        if fold(name) == fold(table):
            return [column.name for column in columns]
    return None


def _missing(
    dataset: Dataset, table: str, there: Sequence[str], wanted: Sequence[str], record: str
) -> Iterator[LawfulError]:
    known = {fold(each) for each in there}
    for column in wanted:
        if fold(column) not in known:
            yield UsageError(
                f"The store's table '{table}' has no column '{column}'.",
                code="inventory.no_column",
                location=Location(file=dataset.file, record=record),
                hint=nearest(column, there),
            )


def _no_table(dataset: Dataset, table: str, catalog: Catalog, record: str) -> LawfulError:
    return UsageError(
        f"The store has no table '{table}'.",
        code="inventory.no_such_table",
        location=Location(file=dataset.file, record=record),
        hint=nearest(table, catalog),
    )


def _note(dataset: Dataset, message: str, code: str, record: str, hint: str) -> LawfulError:
    return UsageError(
        message, code=code, location=Location(file=dataset.file, record=record), hint=hint
    )

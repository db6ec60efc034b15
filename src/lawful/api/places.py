"""Resources of ours by id: datasets, tables and fields, as the dataset files describe them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from lawful.gate.deployment import Deployment
from lawful.inventory.model import ColumnLabel, Dataset, ProtectedTable
from lawful.law.vocabulary import nearest
from lawful.terms.errors import UsageError

KINDS = ("dataset", "table", "field")
"""Types of resource whose ids are ``STORE``, ``STORE.TABLE`` and ``STORE.TABLE.COLUMN``."""


@attrs.frozen(kw_only=True)
class Place:
    """Part of a table, with the categories of data that would be read there.

    ``categories`` of None: not all its columns are described, so it is not known which. ``needs``:
    the categories that a purpose must need, which those of the key are not among.
    """

    store: str
    dataset: Dataset
    table: ProtectedTable
    categories: frozenset[str] | None
    needs: frozenset[str]


class Places:
    """The described resources of a deployment, read once: a dataset file changes with a restart."""

    def __init__(self, deployment: Deployment) -> None:
        self._found: Mapping[str, dict[str, tuple[Place, ...]]] = {kind: {} for kind in KINDS}
        for store in sorted(deployment.config.stores):
            self._add(store, deployment.dataset(store))

    def _add(self, store: str, dataset: Dataset) -> None:
        whole: list[Place] = []
        for table in dataset.tables.values():
            if not table.personal:
                continue
            name = f"{store}.{table.name}"
            place = _place(store, dataset, table, table.columns.values())
            whole.append(place)
            self._found["table"][name] = (place,)
            for column in table.columns.values():
                own = (_place(store, dataset, table, [column]),)
                self._found["field"][f"{name}.{column.name}"] = own
        self._found["dataset"][store] = tuple(whole)

    def ids(self, kind: str) -> Iterator[str]:
        """The ids of a type of resource, in the order of the files."""
        yield from self._found.get(kind, ())

    def find(self, kind: str, id: str) -> tuple[Place, ...]:
        """What a resource consists of.

        Raises: UsageError: no dataset file describes it.
        """
        known = self._found[kind]
        if id not in known:
            raise UsageError(
                f"No dataset file describes the {kind} '{id}'.",
                code="api.resource",
                hint=nearest(id, known),
            )
        return known[id]


def _place(
    store: str, dataset: Dataset, table: ProtectedTable, columns: Iterable[ColumnLabel]
) -> Place:
    labels = list(columns)
    roles = {role for each in labels for role in (each.roles or tuple(table.roles))}
    keys = {dataset.populations[table.roles[role].subject].category for role in roles}
    needs = frozenset(name for each in labels for name in each.categories)
    known = all(each.labelled for each in labels)
    return Place(
        store=store,
        dataset=dataset,
        table=table,
        categories=needs | keys if known else None,
        needs=needs,
    )

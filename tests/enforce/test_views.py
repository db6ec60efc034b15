"""A query's result equals the same query over protected views, computed row by row with the oracle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import duckdb
import pytest

from lawful.enforce import run_query
from lawful.gate import Deployment
from lawful.terms import Outcome
from tests.enforce.world import NOW, QUERIES, TABLES, TYPES, Views, deployed, store


@pytest.mark.parametrize("kind", ["duckdb", "sqlite"])
@pytest.mark.parametrize("seed", [1, 5])
def test_equal_to_protected_views(tmp_path: Path, kind: str, seed: int) -> None:
    deployment, rows = deployed(tmp_path, kind, seed)
    given_somewhere = withheld_somewhere = False
    with deployment, deployment.session(deployment.store("s")) as session:
        tokens = {"a@x": next(iter(session.rows("SELECT lawful_token('a@x')")))[0]}
    views = Views(deployment, rows, tokens.get)
    for sql, (people, orders) in QUERIES.items():
        found = run_query(deployment, sql, purpose="personalised_advertising")
        with duckdb.connect() as over:
            for table, made in (
                ("people", None if people is None else views.people(people)),
                ("orders", None if orders is None else views.orders(orders)),
                ("goods", rows["goods"]),
            ):
                over.execute(f"CREATE TABLE {table} ({columns(table)})")
                for row in made or ():
                    over.execute(
                        f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", list(row)
                    )
            wanted = over.execute(sql).fetchall()
        if found.outcome is Outcome.LAWFUL:
            assert sorted(map(repr, found.rows)) == sorted(map(repr, wanted)), (sql, kind, seed)
        else:  # nothing of some table may be given: it is not run (exit 1)
            assert found.rows == ()
            assert any(each.given == 0 for each in found.withheld)
        for each in found.withheld:
            assert each.given + sum(each.groups.values()) == each.rows == len(rows[each.table])
            given_somewhere |= each.given > 0
            withheld_somewhere |= bool(each.groups)
    assert given_somewhere
    assert withheld_somewhere


def test_an_empty_store_gives_nothing_and_fails_nothing(tmp_path: Path) -> None:
    deployment, _ = deployed(tmp_path / "full", "duckdb", 1)
    deployment.close()
    (tmp_path / "full" / "s.db").unlink()
    store(tmp_path / "full" / "s.db", "duckdb", {name: [] for name in TABLES})
    with Deployment.open(tmp_path / "full", clock=lambda: NOW) as again:
        found = run_query(again, "SELECT id, email FROM people", purpose="personalised_advertising")
    assert found.rows == ()


def test_a_vector_without_a_decision_is_withheld(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment, _ = deployed(tmp_path, "duckdb", 1)
    from lawful.enforce import protect

    whole = protect.verdicts

    def without_one(*words: Any) -> Any:
        found = whole(*words)
        lost = next(vector for vector, verdict in found.items() if verdict.row)
        return {vector: verdict for vector, verdict in found.items() if vector != lost}

    with deployment:
        before = run_query(deployment, "SELECT id FROM people", purpose="personalised_advertising")
        monkeypatch.setattr(protect, "verdicts", without_one)
        after = run_query(deployment, "SELECT id FROM people", purpose="personalised_advertising")
    assert len(after.rows) < len(before.rows)
    assert attrs.evolve(after.withheld[0], groups={}).rows == before.withheld[0].rows


def test_the_decision_is_durable_before_the_first_row_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment, _ = deployed(tmp_path, "duckdb", 1)
    from lawful.enforce.query import _Runner
    from lawful.evidence import EvidenceLog

    order: list[str] = []
    append, read = EvidenceLog.append, _Runner.read
    monkeypatch.setattr(EvidenceLog, "append", lambda *w: (append(*w), order.append("durable"))[0])
    monkeypatch.setattr(_Runner, "read", lambda *w: (order.append("read"), read(*w))[1])
    with deployment:
        run_query(deployment, "SELECT id FROM people", purpose="personalised_advertising")
    assert order == ["durable", "read"]


def columns(table: str) -> str:
    """Columns of a view: whole numbers, and text for all else."""
    kinds = ((name, TYPES.get(name) == "INTEGER") for name in TABLES[table])
    return ", ".join(f"{name} {'INTEGER' if whole else 'VARCHAR'}" for name, whole in kinds)

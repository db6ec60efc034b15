"""Building: the same content every time, complete or not at all, and within its budget."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import attrs
import duckdb
import pytest

from lawful.sample import choices, data, ground, people
from lawful.sample.data import TABLES, Sizes, build_data, describe, fill
from lawful.terms.errors import EnvironmentFailure, UsageError

SMALL = 0.02


def digest(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[object, ...]]:
    """Per table the count, and two folds over the hashes of its rows, blind to their order."""
    return {
        table: connection.execute(
            f"""SELECT count(*), bit_xor(h), sum(h % 1000003)
            FROM (SELECT md5_number(t::VARCHAR) AS h FROM {table} AS t)"""
        ).fetchall()[0]
        for table in TABLES
    }


def made(seed: int = 7, threads: int = 2) -> dict[str, tuple[object, ...]]:
    with duckdb.connect(config={"threads": threads}) as connection:
        fill(connection, seed=seed, sizes=Sizes.at(SMALL))
        return digest(connection)


def test_equal_arguments_give_equal_content(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        build_data(tmp_path / name, scale=SMALL)
        with duckdb.connect(str(tmp_path / name), read_only=True) as connection:
            found.append(digest(connection))
    assert found[0] == found[1]


def test_threads_do_not_matter() -> None:
    assert made(threads=1) == made(threads=4)


def test_a_seed_changes_every_table() -> None:
    first, second = made(seed=7), made(seed=8)
    assert [table for table in TABLES if first[table] == second[table]] == []


def test_rows_keep_their_order(tmp_path: Path) -> None:
    build_data(tmp_path / "one", scale=SMALL)
    with duckdb.connect(str(tmp_path / "one"), read_only=True) as connection:
        found = connection.execute("SELECT order_id FROM orders").fetchall()
    assert found == sorted(found)


def test_sizes_follow_the_scale() -> None:
    full, half = Sizes.at(1), Sizes.at(0.5)
    assert (full.customers, full.sellers, full.couriers, full.products) == (
        50_000,
        2_000,
        500,
        5_000,
    )
    assert half.orders * 2 == full.orders == 300_000
    assert Sizes.at(0.0001).customers > max(data.CAST)


@pytest.mark.parametrize("scale", [0, -1, 20.1, float("nan")])
def test_a_scale_out_of_range_is_refused(tmp_path: Path, scale: float) -> None:
    with pytest.raises(UsageError) as caught:
        build_data(tmp_path / "one", scale=scale)
    assert caught.value.code == "sample.scale"
    assert list(tmp_path.iterdir()) == []


def test_the_least_scale_still_holds_the_cast(tmp_path: Path) -> None:
    build_data(tmp_path / "one", scale=0.0001)
    rows = describe(tmp_path / "one")["rows"]
    assert rows["customers"] == 200
    assert set(rows) == set(TABLES)
    assert all(rows.values())


def test_a_file_that_is_there_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "mine.duckdb"
    path.write_bytes(b"mine")
    with pytest.raises(UsageError) as caught:
        build_data(path, scale=SMALL)
    assert caught.value.code == "sample.exists"
    assert path.read_bytes() == b"mine"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(EnvironmentFailure) as caught:
        build_data(tmp_path / "file" / "one.duckdb", scale=SMALL)
    assert caught.value.exit_code == 5


def test_a_failed_build_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise duckdb.IOException("disk full")

    monkeypatch.setattr(data.logistics, "build_parcels", fail)
    with pytest.raises(EnvironmentFailure) as caught:
        build_data(tmp_path / "one.duckdb", scale=SMALL)
    assert caught.value.code == "sample.unwritable"
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_the_sample_cannot_be_described(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "other.duckdb")) as other:
        other.execute("CREATE TABLE customers (customer_id BIGINT)")
    for name in ("other.duckdb", "missing.duckdb"):
        with pytest.raises(EnvironmentFailure) as caught:
            describe(tmp_path / name)
        assert caught.value.code == "sample.unreadable"


def test_a_build_beside_another_is_no_obstacle(tmp_path: Path) -> None:
    left = tmp_path / ".one.duckdb.left-by-a-crash"
    left.mkdir()
    build_data(tmp_path / "one.duckdb", scale=SMALL)
    assert {entry.name for entry in tmp_path.iterdir()} == {left.name, "one.duckdb"}


def test_no_one_deals_with_themselves_where_few_meet_often() -> None:
    sizes = attrs.evolve(Sizes.at(SMALL), customers=200, sellers=10, orders=20_000)
    with duckdb.connect() as connection:
        fill(connection, seed=7, sizes=sizes)
        query = """SELECT count(*), count(gift_recipient_id) > 1000, count(*) FILTER (
                WHERE buyer_id = seller_id OR buyer_id = gift_recipient_id) FROM orders"""
        assert connection.execute(query).fetchone() == (20_000, True, 0)


def test_the_cast_neither_sells_nor_objects_whatever_the_seed() -> None:
    cast = ", ".join(map(str, data.CAST))
    for seed in range(5):
        with duckdb.connect() as connection:
            ground.prepare(connection)
            people.build_customers(connection, seed, 200)
            people.build_sellers(connection, seed, 190)
            choices.build_objections(connection, seed)
            for table in ("sellers", "objections"):
                query = f"SELECT count(*) > 0, count_if(customer_id IN ({cast})) FROM {table}"
                assert connection.execute(query).fetchone() == (True, 0), (table, seed)


def test_the_whole_sample(tmp_path: Path) -> None:
    """Time and memory are printed, not asserted: this machine may be busy."""
    path = tmp_path / "sample.duckdb"
    started = time.perf_counter()
    build_data(path)
    seconds = time.perf_counter() - started
    rows = describe(path)["rows"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\n{sum(rows.values()):,} rows in {seconds:.1f} s, peak of the process {peak:.0f} MB")
    assert rows["customers"] == 50_000
    assert rows["orders"] == 300_000
    assert rows["parcels"] == 250_000
    with duckdb.connect(str(path), read_only=True) as connection:
        query = "SELECT count(national_id) - count(DISTINCT national_id) FROM customers"
        assert connection.execute(query).fetchone() == (0,)
    assert 1_000_000 < sum(rows.values()) < 1_400_000

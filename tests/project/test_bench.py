"""The benchmark runner finds, checks, prints and writes what benchmarks say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.bench import BadBenchmark, check_row, find_benchmarks, main, table

ROW = {
    "name": "decide",
    "figure": 4.5,
    "unit": "µs",
    "peer": "tree walk",
    "peer_figure": 90.0,
    "ratio": 20.0,
}
ALONE = ROW | {"peer": None, "peer_figure": None, "ratio": None}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the two benchmarks `one` and `two`."""
    for name in ("one", "two"):
        row = ROW | {"name": name}
        (tmp_path / f"{name}.py").write_text(f"def run():\n    return [{row!r}]\n", "utf-8")
    (tmp_path / "bench.py").write_text("raise SystemExit\n", "utf-8")
    return tmp_path


def written(folder: Path) -> list[str]:
    """The names in `latest.json`."""
    return [row["name"] for row in json.loads((folder / "latest.json").read_text("utf-8"))]


def test_the_runner_is_not_a_benchmark(folder: Path) -> None:
    assert list(find_benchmarks(folder)) == ["one", "two"]


def test_all_are_run_without_a_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], folder) == 0
    assert written(folder) == ["one", "two"]
    assert "tree walk" in capsys.readouterr().out


def test_one_is_run_by_name(folder: Path) -> None:
    assert main(["two"], folder) == 0
    assert written(folder) == ["two"]


def test_an_unknown_name_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["three"], folder) == 2
    assert "one, two" in capsys.readouterr().err
    assert not (folder / "latest.json").exists()


def test_an_empty_folder_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], tmp_path) == 2
    assert "no benchmark here" in capsys.readouterr().err


def test_a_module_without_run_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "one.py").write_text("", "utf-8")
    assert main([], folder) == 2
    assert "one.py has no run()" in capsys.readouterr().err


@pytest.mark.parametrize("row", [ROW, ALONE, ROW | {"figure": 3}])
def test_a_good_row(row: dict[str, object]) -> None:
    check_row("a.py", row)


@pytest.mark.parametrize(
    "row",
    [
        ROW | {"note": "x"},
        {k: v for k, v in ROW.items() if k != "ratio"},
        ROW | {"peer": None},
        ROW | {"figure": None},
        ROW | {"figure": "4.5"},
        ROW | {"figure": float("nan")},
        ROW | {"ratio": float("inf")},
        ROW | {"figure": True},
    ],
)
def test_a_bad_row(row: dict[str, object]) -> None:
    with pytest.raises(BadBenchmark):
        check_row("a.py", row)


def test_columns_are_aligned() -> None:
    head, with_peer, alone = table([ROW, ALONE]).splitlines()
    assert head.index("peer") == with_peer.index("tree walk") == alone.index("–")

"""Runs benchmarks, prints a table, writes `latest.json`.

    make bench              all of them
    make bench NAME=decide  benchmarks/decide.py

A benchmark is a module beside this one with `run() -> list[dict]`; each row has exactly the keys
of `KEYS`. Interleave your runs with the peer's and give the median of the ratios: on a noisy
machine only the ratio decides. Without a peer, `peer`, `peer_figure` and `ratio` are None.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).resolve().parent
KEYS = ("name", "figure", "unit", "peer", "peer_figure", "ratio")

Row = dict[str, Any]


class BadBenchmark(Exception):
    """A benchmark that does not exist, or does not answer as it promised."""


def find_benchmarks(folder: Path) -> dict[str, Path]:
    """Each benchmark's file by its name, in alphabetical order."""
    return {p.stem: p for p in sorted(folder.glob("*.py")) if p.name != Path(__file__).name}


def choose(known: dict[str, Path], wanted: list[str]) -> dict[str, Path]:
    """The benchmarks asked for; all of them when none was named."""
    if not known:
        raise BadBenchmark("There is no benchmark here yet.")
    for name in wanted:
        if name not in known:
            raise BadBenchmark(f"No benchmark is called {name}; there are: {', '.join(known)}.")
    return {name: known[name] for name in wanted or known}


def run_benchmark(path: Path) -> list[Row]:
    """The rows of one benchmark, checked."""
    rows = _load(path).run()
    for row in rows:
        check_row(path.name, row)
    return list(rows)


def check_row(source: str, row: Row) -> None:
    """Raise unless the row has the promised keys, finite figures, and a whole peer or none."""
    if set(row) != set(KEYS):
        raise BadBenchmark(f"{source}: a row has the keys {sorted(row)}, not {sorted(KEYS)}.")
    peer = [row["peer"], row["peer_figure"], row["ratio"]]
    if None in peer and peer != [None, None, None]:
        raise BadBenchmark(f"{source}: {row['name']} has only part of a peer.")
    for key in ("figure", "peer_figure", "ratio"):
        value = row[key]
        if value is None and key != "figure":
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or value - value != 0:
            raise BadBenchmark(f"{source}: {row['name']} has no finite number as its {key}.")


def table(rows: Iterable[Row]) -> str:
    """The rows as aligned text."""
    head = ("name", "figure", "unit", "peer", "peer figure", "ratio")
    cells = [head] + [tuple(_cell(row[key]) for key in KEYS) for row in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(head))]
    lines = ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) for line in cells]
    return "\n".join(line.rstrip() for line in lines)


def write_latest(rows: list[Row], path: Path) -> None:
    """Write the rows of this run, in place of the last run's."""
    path.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main(args: list[str], folder: Path = HERE) -> int:
    try:
        chosen = choose(find_benchmarks(folder), args)
        rows = [row for path in chosen.values() for row in run_benchmark(path)]
    except BadBenchmark as error:
        print(error, file=sys.stderr)
        return 2
    print(table(rows))
    write_latest(rows, folder / "latest.json")
    return 0


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"benchmarks_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise BadBenchmark(f"{path.name} cannot be loaded.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not hasattr(module, "run"):
        raise BadBenchmark(f"{path.name} has no run().")
    return module


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

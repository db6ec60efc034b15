"""Writers in processes of their own, beside the store under test."""

from __future__ import annotations

import subprocess
import sys

WRITE = {
    "duckdb": "import sys, duckdb\nwith duckdb.connect(sys.argv[1]) as c: c.execute(sys.argv[2])",
    "sqlite": (
        "import sys, sqlite3, contextlib\n"
        "with contextlib.closing(sqlite3.connect(sys.argv[1], timeout=0.2)) as c:\n"
        "    c.execute(sys.argv[2])\n    c.commit()"
    ),
}
HOLD = {
    "duckdb": (
        "import sys, duckdb\nc = duckdb.connect(sys.argv[1])\n"
        "print('held', flush=True)\nsys.stdin.read()"
    ),
    "sqlite": (
        "import sys, sqlite3\nc = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('BEGIN EXCLUSIVE')\nprint('held', flush=True)\nsys.stdin.read()"
    ),
}


def write(dialect: str, path: str, statement: str) -> bool:
    command = [sys.executable, "-c", WRITE[dialect], path, statement]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def hold(dialect: str, path: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD[dialect], path]
    held = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert held.stdout is not None
    assert held.stdout.readline() == "held\n"
    return held


def release(held: subprocess.Popen[str]) -> None:
    held.communicate()

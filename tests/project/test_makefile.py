"""The Makefile tells its targets, and the scripts it calls can be run."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
SCRIPTS = sorted(p for p in (ROOT / "scripts").iterdir() if p.is_file())


def test_help_tells_every_target() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony is not None
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    targets = [line.split()[1] for line in told.stdout.splitlines() if line.startswith("  make ")]
    assert sorted(targets) == sorted(phony.group(1).split())
    assert {"install", "run", "test", "soak", "check", "bench", "clean", "docs"} <= set(targets)


@pytest.mark.parametrize("path", [*SCRIPTS, ROOT / ".ci" / "run"], ids=lambda p: p.name)
def test_scripts_can_be_run(path: Path) -> None:
    assert os.access(path, os.X_OK)


@pytest.mark.parametrize("path", [*SCRIPTS, ROOT / ".ci" / "run"], ids=lambda p: p.name)
def test_shell_scripts_parse(path: Path) -> None:
    if "bash" in path.read_text("utf-8").splitlines()[0]:
        subprocess.run(["bash", "-n", path], check=True)


def _find_python(folder: Path) -> subprocess.CompletedProcess[str]:
    bash = next(p for d in os.environ["PATH"].split(":") if (p := Path(d, "bash")).exists())
    return subprocess.run(
        [bash, ROOT / "scripts" / "find-python"],
        env={"PATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def _fake_python(folder: Path, name: str, says: str) -> None:
    script = folder / name
    script.write_text(f"#!/bin/sh\n{says}\n", "utf-8")
    script.chmod(0o755)


def test_no_python_is_told_in_a_sentence(tmp_path: Path) -> None:
    done = _find_python(tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Lawful needs Python 3.11, 3.12 or 3.13")


def test_the_first_python_that_runs_is_taken(tmp_path: Path) -> None:
    _fake_python(tmp_path, "python3.11", "exit 127")  # a version manager's empty shim
    _fake_python(tmp_path, "python3.12", "echo found-3.12")
    _fake_python(tmp_path, "python3.13", "echo found-3.13")
    assert _find_python(tmp_path).stdout == "found-3.12\n"

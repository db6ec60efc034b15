"""What is installed is pinned with hashes, names no address, and is what the package declares."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.house.tree import ROOT

FOLDER = ROOT / "requirements"
LOCKS = sorted(FOLDER.glob("*.txt"))
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(\[[^\]]*\])?==\S+")


def find_unpinned(text: str) -> list[str]:
    """Requirements without an exact version or without a hash, and anything with an address."""
    problems = []
    joined = re.sub(r"\\\n", " ", text)
    for line in joined.splitlines():
        words = line.split("#")[0].strip()
        if "://" in line or words.startswith(("-i", "--index", "--extra-index", "--find-links")):
            problems.append(f"an address: {line.strip()}")
        elif words and not PIN.match(words):
            problems.append(f"not pinned: {words.split()[0]}")
        elif words and "--hash=sha256:" not in words:
            problems.append(f"no hash: {words.split()[0]}")
    return problems


def declared(name: str) -> set[str]:
    """The packages that a .in file names itself."""
    lines = (FOLDER / f"{name}.in").read_text(encoding="utf-8").splitlines()
    words = [line.split("#")[0].strip() for line in lines]
    names = (re.split(r"[<>=!~]", word)[0] for word in words if not word.startswith("-"))
    return {name for name in names if name}


def test_good_and_bad_lines() -> None:
    assert not find_unpinned("attrs==26.1.0 \\\n    --hash=sha256:00\n    # via -r run.in\n")
    assert find_unpinned("attrs>=26 --hash=sha256:00\n")
    assert find_unpinned("attrs==26.1.0\n")
    assert find_unpinned("--index-url https://example.eu/simple\n")
    assert find_unpinned("attrs @ https://example.eu/attrs.whl --hash=sha256:00\n")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda p: p.name)
def test_locks_are_pinned(lock: object) -> None:
    assert not find_unpinned(FOLDER.joinpath(str(lock)).read_text(encoding="utf-8"))


def test_each_list_is_locked() -> None:
    assert [p.stem for p in LOCKS] == sorted(p.stem for p in FOLDER.glob("*.in"))
    for name in (p.stem for p in LOCKS):
        text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
        pinned = {m.group(1) for line in text.splitlines() if (m := PIN.match(line))}
        assert declared(name) <= pinned


def test_the_package_declares_what_run_in_lists() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[><=!~\[ ;]", d, maxsplit=1)[0] for d in project["dependencies"]}
    assert names == declared("run")


def test_development_pins_agree_with_what_runs() -> None:
    run, dev = ((FOLDER / f"{n}.txt").read_text(encoding="utf-8") for n in ("run", "dev"))
    pins = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", re.MULTILINE)
    assert set(pins.findall(run)) <= set(pins.findall(dev))  # one pin for each range of Python

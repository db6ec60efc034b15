"""Several processes on one log, and processes that are killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from lawful.evidence import EvidenceLog, FileCheckpointStore
from tests.evidence.making import ask, open_log

ROOT = Path(__file__).parents[2]
APPENDER = Path(__file__).with_name("appender.py")
SEED = int(os.environ.get("LAWFUL_SEED", "1"))


def start(base: Path, node: str, count: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(APPENDER), str(base), node, str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )


def opened(base: Path) -> EvidenceLog:
    return open_log(base, FileCheckpointStore(base / "second" / "checkpoint"))


def acknowledged(output: bytes) -> dict[int, str]:
    lines = [line.split() for line in output.decode().split("\n")[:-1]]
    return {int(index): one for index, one in lines}


@pytest.mark.parametrize("nodes", [("node-a", "node-b"), ("node-a", "node-a")])
def test_two_processes_lose_nothing_and_leave_no_gap(
    tmp_path: Path, nodes: tuple[str, str]
) -> None:
    writers = [start(tmp_path, node, 50) for node in nodes]
    outputs = [writer.communicate(b"go\n", timeout=120)[0] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    told = [acknowledged(output) for output in outputs]
    assert [len(each) for each in told] == [50, 50]
    assert sorted({**told[0], **told[1]}) == list(range(100))
    log = opened(tmp_path)
    assert all(log.read(i).id == one for each in told for i, one in each.items())
    assert log.verify().entries == 100
    assert log.verify().nodes == len(set(nodes))


def kill_rounds(base: Path, rounds: int) -> int:
    """Kill a writer at a random moment, again and again; returns how many entries it had told."""
    random, total, last = Random(SEED), 0, 0
    waiting = [start(base, "node-a", 10_000) for _ in range(2)]
    for number in range(rounds):
        if number + 2 < rounds:
            waiting.append(start(base, "node-a", 10_000))  # loads its modules meanwhile
        writer = waiting.pop(0)
        assert writer.stdin is not None
        assert writer.stdout is not None
        writer.stdin.write(b"go\n")
        writer.stdin.close()
        output = writer.stdout.readline()  # it is at work
        for _ in range(random.randrange(6)):
            output += writer.stdout.readline()
        if random.random() < 0.7:
            time.sleep(random.random() * 0.03)
        writer.kill()
        output += writer.stdout.read()
        writer.wait()
        writer.stdout.close()
        told = acknowledged(output)
        log = opened(base)
        assert all(log.read(index).id == one for index, one in told.items())
        assert min(told) >= last
        log.append(ask(), {"after": "the kill"})
        last, total = log.size(), total + len(told)
    assert opened(base).verify().entries == last
    return total


def test_kill_nine_loses_nothing(tmp_path: Path) -> None:
    assert kill_rounds(tmp_path, 20) >= 20


@pytest.mark.soak
def test_kill_nine_loses_nothing_for_long(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("rounds", 1000)
    record_property("acknowledged", kill_rounds(tmp_path, 1000))

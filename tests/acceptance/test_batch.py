"""``lawful ask --batch``: a Parquet file in, one out, recorded; killed in the middle, it goes on."""

from __future__ import annotations

import fcntl
import hashlib
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import attrs
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lawful.decide.decider import Decider
from lawful.evidence import file_root
from lawful.gate import Deployment
from lawful.law.thing import Thing
from lawful.terms.errors import EnvironmentFailure
from lawful.testing.columns import columns_of
from lawful.testing.traffic import Traffic
from tests.acceptance.conftest import Command

ON = date(2026, 11, 24)
SMALL = """
import sys, time
import lawful.gate.batch as batch, lawful.gate.results as results
batch.ROWS = results.ROWS = 1000
batch.CHUNK = 300
if sys.argv.pop(1) == "slow":
    keep = results.ResultFile.keep
    def slowly(self, number, batches):
        time.sleep(0.3)
        keep(self, number, batches)
    results.ResultFile.keep = slowly
from lawful.cli.main import app
app()
"""


def uses(count: int) -> list[Thing]:
    with Deployment.open(Path()) as deployment:
        found = Traffic(deployment.book, 4).realistic(count)
    return [attrs.evolve(each, on=ON, records=(), kept=frozenset()) for each in found]


def write(things: list[Thing], path: str = "uses.parquet", *, group: int = 700) -> None:
    with Deployment.open(Path()) as deployment:
        names = [each.name for each in deployment.vocabulary.facts_of("use") if each.name != "at"]
        columns = columns_of(deployment.vocabulary, things, names)
    pq.write_table(pa.table(columns), path, row_group_size=group)


def root(path: str) -> str:
    with Path(path).open("rb") as file:
        return file_root(file)


def sha256(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def test_a_file_is_decided_and_recorded(lawful: Command) -> None:
    things = uses(900)
    write(things)
    ran = lawful(
        "ask", "--batch", "uses.parquet", "--out", "answers.parquet", "--on", str(ON), "--json"
    )
    assert ran.code in (1, 3), ran.err
    answer = ran.json
    table = pq.read_table("answers.parquet")
    with Deployment.open(Path()) as deployment:
        decider = Decider(deployment.book)
        decided = [decider.decide(each) for each in things]
        assert table.column("outcome").to_pylist() == [each.outcome.value for each in decided]
        assert table.column("deciding").to_pylist() == [each.deciding for each in decided]
        leaf = deployment.evidence.find(answer["decision"])
        book = deployment.book.hash
    assert leaf is not None
    assert (leaf.kind, leaf.book) == ("batch", book)
    assert (leaf.input, leaf.result) == (sha256("uses.parquet"), root("answers.parquet"))
    lawful_ones = sum(each.outcome.value == "lawful" for each in decided)
    assert (leaf.given, leaf.withheld) == (lawful_ones, 900 - lawful_ones)
    told = {k.decode(): v.decode() for k, v in table.schema.metadata.items()}
    assert told["lawful.book"] == book
    assert told["lawful.input"] == sha256("uses.parquet")
    assert told["lawful.moment"] == str(ON)
    assert not Path("answers.parquet.parts").exists()
    assert lawful("evidence", "verify").code == 0


def test_a_result_is_never_written_over(lawful: Command) -> None:
    write(uses(20))
    Path("answers.parquet").write_text("mine")
    ran = lawful("ask", "--batch", "uses.parquet", "--out", "answers.parquet", "--on", str(ON))
    assert ran.code == 2
    assert "there already" in ran.err
    assert Path("answers.parquet").read_text() == "mine"
    assert not Path("answers.parquet.parts").exists()


def test_without_evidence_there_is_no_result(
    lawful: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(uses(20))

    def shut(*_: object) -> None:
        raise EnvironmentFailure("the evidence cannot be written")

    words = ("ask", "--batch", "uses.parquet", "--out", "answers.parquet", "--on", str(ON))
    with monkeypatch.context() as patched:
        patched.setattr("lawful.evidence.EvidenceLog.append", shut)
        assert lawful(*words).code == 5
    assert not Path("answers.parquet").exists()
    assert lawful(*words).code in (0, 1, 3)
    assert Path("answers.parquet").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--on", "2026-11-24"), "--out"),
        (("--on", "2026-11-24", "--out", "a.parquet", "--fact", "persons=1"), "columns alone"),
        (("--out", "a.parquet"), "No moment"),
        (("--on", "2026-11-24", "--out", "a.parquet", "--kept", "cn.pipl.551"), "cn.pipl.551"),
        (("--on", "2026-11-24", "--out", "a.parquet", "--threads", "0"), "--threads"),
    ],
)
def test_what_makes_no_batch_is_refused(lawful: Command, words: tuple[str, ...], says: str) -> None:
    pq.write_table(pa.table({"persons": [1]}), "uses.parquet")
    ran = lawful("ask", "--batch", "uses.parquet", *words)
    assert ran.code == 2
    assert says in ran.err
    assert not Path("a.parquet").exists()


def test_a_bad_row_is_named_and_nothing_is_left(lawful: Command) -> None:
    pq.write_table(pa.table({"persons": [1, 2, -3]}), "uses.parquet")
    ran = lawful("ask", "--batch", "uses.parquet", "--out", "a.parquet", "--on", str(ON))
    assert ran.code == 2
    assert "row 3, column 'persons'" in ran.err
    assert not Path("a.parquet").exists()


def test_a_file_that_is_not_parquet_says_so(lawful: Command) -> None:
    Path("uses.parquet").write_text("persons\n1\n")
    ran = lawful("ask", "--batch", "uses.parquet", "--out", "a.parquet", "--on", str(ON))
    assert ran.code == 2
    assert "not Parquet" in ran.err


def started(out: str, pace: str) -> subprocess.Popen[bytes]:
    words = ("ask", "--batch", "uses.parquet", "--out", out, "--on", str(ON))
    return subprocess.Popen(
        [sys.executable, "-c", SMALL, pace, *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def parts(out: str) -> int:
    return len(list(Path(f"{out}.parts").glob("*.arrow")))


def test_killed_in_the_middle_it_goes_on_to_the_same_bytes(lawful: Command) -> None:
    write(uses(6000))
    with started("whole.parquet", "fast") as process:
        assert process.wait() in (1, 3)
    with started("answers.parquet", "slow") as process:
        while parts("answers.parquet") < 2:
            assert process.poll() is None, "it ended before it was killed"
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    assert 2 <= parts("answers.parquet") < 6
    assert not Path("answers.parquet").exists()
    torn = sorted(Path("answers.parquet.parts").glob("*.arrow"))[0]
    torn.write_bytes(torn.read_bytes()[:-1] + b"?")  # a part that was damaged is made anew
    with started("answers.parquet", "fast") as process:
        assert process.wait() in (1, 3)
    assert sha256("answers.parquet") == sha256("whole.parquet")
    assert not Path("answers.parquet.parts").exists()
    with Deployment.open(Path()) as deployment:
        assert [each.kind for each in deployment.evidence.tail(9)] == ["batch", "batch"]


def test_killed_between_evidence_and_name_there_is_one_leaf(
    lawful: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(uses(50))
    words = ("ask", "--batch", "uses.parquet", "--out", "a.parquet", "--on", str(ON), "--json")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("lawful.gate.results.ResultFile.publish", die)
        lawful(*words)
    assert not Path("a.parquet").exists()
    ran = lawful(*words)
    assert ran.code in (1, 3)
    with Deployment.open(Path()) as deployment:
        leaves = deployment.evidence.tail(9)
    assert [(each.id, each.result) for each in leaves] == [
        (ran.json["decision"], root("a.parquet"))
    ]
    again = lawful(*words)
    assert again.code == 2  # it is there, and finished


def test_one_process_writes_a_result(lawful: Command) -> None:
    write(uses(20))
    Path("a.parquet.parts").mkdir()
    with Path("a.parquet.parts/lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ran = lawful("ask", "--batch", "uses.parquet", "--out", "a.parquet", "--on", str(ON))
    assert ran.code == 2
    assert "Another process" in ran.err


def test_coverage_that_counsel_must_sign_is_refused(lawful: Command) -> None:
    write(uses(20))
    Path("lawful.toml").write_text("version = 1\n[gate]\ndemand_review = true\n")
    ran = lawful("ask", "--batch", "uses.parquet", "--out", "a.parquet", "--on", str(ON))
    assert ran.code == 2
    assert "signed by counsel" in ran.err
    assert not Path("a.parquet").exists()


def test_a_folder_of_ones_own_is_left_alone(lawful: Command) -> None:
    write(uses(10))
    own = Path("keep.parquet.parts")
    own.mkdir()
    (own / "mine.txt").write_text("mine", encoding="utf-8")
    found = lawful("ask", "--batch", "uses.parquet", "--out", "keep.parquet", "--on", str(ON))
    assert found.code == 2
    assert [each.name for each in own.iterdir()] == ["mine.txt"]


def test_a_damaged_file_is_named(lawful: Command) -> None:
    write(uses(3000))
    data = bytearray(Path("uses.parquet").read_bytes())
    data[4:2000] = bytes(1996)
    Path("uses.parquet").write_bytes(data)
    found = lawful("ask", "--batch", "uses.parquet", "--out", "out.parquet", "--on", str(ON))
    assert found.code == 2, found.err
    assert "uses.parquet" in found.err
    assert "row group 1" in found.err


def test_a_full_disk_of_state_is_said(lawful: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    from lawful.decide.batch.uses import BatchDecider

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    write(uses(10))
    monkeypatch.setattr(BatchDecider, "decide", full)
    found = lawful("ask", "--batch", "uses.parquet", "--out", "out.parquet", "--on", str(ON))
    assert found.code == 5, found.err
    assert "No space left on device" in found.err


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-30", "9999-12-31"])
def test_a_day_beyond_the_years_is_refused(lawful: Command, day: str) -> None:
    for words in (("ask", "use", "--on", day), ("duties", "--at", f"{day}T12:00Z")):
        found = lawful(*words)
        assert found.code == 2, found.err

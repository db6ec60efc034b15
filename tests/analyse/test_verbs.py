"""The four commands, as a person and as a program sees them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from lawful.cli.main import app

SPRING = ("--from", "2024-03-21", "--to", "2024-03-23")
BIOMETRIC = "never lawful when has_any(data, 'biometric') AND subject_located_in = 'CN' unless consent_separate"


def law(*words: str) -> Result:
    return CliRunner().invoke(app, ["law", *words])


def told(*words: str) -> tuple[int, dict[str, Any]]:
    found = law(*words, "--json")
    return found.exit_code, json.loads(found.stdout)


@pytest.fixture(scope="module")
def spring() -> dict[str, Any]:
    code, found = told("diff", *SPRING)
    assert code == 1
    return found


def test_diff_lists_what_was_freed(spring: dict[str, Any]) -> None:
    assert spring["version"] == 1
    assert spring["about"][0] == "use"
    ids = [{each["id"] for each in one["changes"]} for one in spring["freed"]]
    assert {"cn.cross_border_flow_provisions_2024.5.1.1"} in ids
    for each in spring["freed"]:
        assert each["when"]
        assert len(each["when"]) == len(each["words"])
        assert each["changes"][0]["citation"]
    assert spring["uses"]["freed"]["proved"]


def test_each_witness_can_be_asked_as_it_stands(spring: dict[str, Any], tmp_path: Path) -> None:
    """Through the public door: `ask --facts` on both days answers what the class says."""
    file = tmp_path / "facts.json"
    uses = [each for each in spring["freed"] + spring["tightened"] if each["about"] == "use"]
    for each in (uses[0], uses[-1]):
        file.write_text(json.dumps(each["witness"]), encoding="utf-8")
        for day, outcome in (("2024-03-21", each["before"]), ("2024-03-23", each["after"])):
            words = ["ask", "--facts", str(file), "--on", day, "--json"]
            found = CliRunner().invoke(app, [*words, "--folder", str(tmp_path)])
            assert json.loads(found.stdout)["outcome"] == outcome


def test_diff_proves_that_nothing_was_tightened() -> None:
    for words in ((), ("--reading", "F24-8=assessment_suffices")):
        _, found = told("diff", *SPRING, *words, "--about", "use")
        assert found["tightened"] == []
        assert found["nothing_tightened"]
    text = law("diff", *SPRING, "--about", "use").stdout
    assert "USES TIGHTENED: nothing (proved" in text


def test_new_duties_are_told_apart_from_what_is_allowed(spring: dict[str, Any]) -> None:
    assert spring["tightened"] == []
    ids = {each["rule"]["id"] for each in spring["imposed"]}
    assert "cn.cross_border_flow_provisions_2024.2.declare" in ids
    assert all(each["about"] != "use" for each in spring["lifted"] + spring["imposed"])


def test_the_amended_cybersecurity_law() -> None:
    _, found = told("diff", "--from", "2025-12-31", "--to", "2026-01-01")
    assert found["nothing_tightened"]
    changed = {each["id"] for one in found["lifted"] + found["imposed"] for each in one["changes"]}
    assert any(each.startswith("cn.csl_2026.") for each in changed)
    assert any(each.startswith("cn.csl_2017.") for each in changed)


def test_diff_of_the_same_law_says_so() -> None:
    found = law("diff", "--from", "2024-03-23", "--to", "2024-03-24")
    assert found.exit_code == 0
    assert found.stdout.count("nothing (proved") == 2


def test_conflicts(tmp_path: Path) -> None:
    found = law("conflicts", "--on", "2026-11-24", "--folder", str(tmp_path))
    assert found.exit_code == 1
    assert "us.cloud.2713.disclose against cn.dsl.36.disclose" in found.stdout
    assert "数据安全法 第三十六条" in found.stdout
    assert "named counsel" in found.stdout


def test_prove_under_each_option_of_a_reading() -> None:
    code, found = told("prove", BIOMETRIC, "--readings", "CS-1", "--on", "2026-11-24")
    assert code == 1
    assert [each["reading"] for each in found["findings"]] == [
        ["CS-1", "consent_only"],
        ["CS-1", "always"],
    ]
    assert all(each["complete"] for each in found["findings"])
    text = law("prove", BIOMETRIC, "--on", "2026-11-24", "--lang", "zh").stdout
    assert "数据" in text


def test_a_claim_that_holds_ends_well() -> None:
    claim = "cn.pipl.31.guardian never unmet when birth_date < DATE '2000-01-01'"
    found = law("prove", claim, "--on", "2026-11-24")
    assert found.exit_code == 0
    assert "PROVED" in found.stdout


def test_dead() -> None:
    code, found = told("dead")
    assert code == 0
    assert found["dead"] == []
    assert found["entries"] > 100


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("diff", "--from", "tomorrow", "--to", "2024-03-23"), "2024-03-22"),
        (("diff", *SPRING, "--about", "insident"), "incident"),
        (("prove", "never lawful when emergensy"), "emergency"),
        (("prove", BIOMETRIC, "--readings", "CS-11"), "CS-1"),
        (("conflicts", "--reading", "FR-1=regulators"), "regulators_too"),
    ],
)
def test_what_is_wrong_says_how_to_mend_it(words: tuple[str, ...], said: str) -> None:
    found = law(*words)
    assert found.exit_code == 2
    assert said in found.stderr


def test_no_other_command_pays_for_the_solver() -> None:
    code = "import sys; import lawful.cli.main, lawful.cli.law, lawful.cli.asking; print('pysat' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

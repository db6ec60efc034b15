"""What came on a day is judged by the law of that day: its witnesses replay through the public door."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lawful.cli.main import app


def run(folder: Path, *words: str) -> Any:
    return json.loads(CliRunner().invoke(app, [*words, "--json", "--folder", str(folder)]).stdout)


@pytest.mark.parametrize(
    ("about", "first", "second"),
    [
        ("order", "2026-08-17", "2026-08-18"),
        ("incident", "2025-10-31", "2025-11-01"),
        ("request", "2018-05-24", "2018-05-25"),
    ],
)
def test_each_class_replays_on_both_days(
    tmp_path: Path, about: str, first: str, second: str
) -> None:
    words = ("--from", first, "--to", second, "--about", about)
    found = run(tmp_path, "law", "diff", *words)
    classes = found["imposed"] + found["lifted"]
    assert classes
    for each in classes:
        for day, key, answer in (
            (first, "witness", each["before"]),
            (second, "witness_then", each["after"]),
        ):
            file = tmp_path / "facts.json"
            file.write_text(json.dumps(each[key]), encoding="utf-8")
            rules = run(tmp_path, "duties", about, "--facts", str(file), "--on", day)["rules"]
            answers = {one["id"]: one["answer"] for one in rules}
            said = answers.get(each["rule"]["id"], "not_applicable")
            assert (said == "unmet") is (answer == "unmet"), (each["rule"]["id"], day, said)


def test_an_entity_has_one_witness_for_both_days(tmp_path: Path) -> None:
    words = ("--from", "2024-03-21", "--to", "2024-03-23", "--about", "entity")
    found = run(tmp_path, "law", "diff", *words)
    assert [each["witness_then"] for each in found["imposed"]] == [None] * len(found["imposed"])

"""The doors as a person uses them: a command line in a folder, a sample platform, a newcomer's file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from typer.testing import CliRunner

from lawful.cli.main import app
from lawful.sample.platform import build_platform


@attrs.frozen
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


Command = Callable[..., Ran]


@pytest.fixture
def lawful(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run ``lawful WORDS …`` in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> Ran:
        found = CliRunner().invoke(app, list(words))
        return Ran(found.exit_code, found.stdout, found.stderr)

    return run


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample platform at a tenth of its size."""
    return build_platform(tmp_path_factory.mktemp("platform") / "demo", scale=0.1)


EXPORT: dict[str, Any] = {
    "operation": "transfer",
    "purpose": "customer_service",
    "data": ["contact"],
    "needed_for_purpose": True,
    "lawful_bases": ["consent"],
    "consent_given": True,
    "consent_withdrawn": False,
    "consent_separate": True,
    "controller_region": "CN",
    "collected_in": "CN",
    "subject_located_in": "CN",
    "recipient_role": "controller",
    "recipient_region": "SG",
    "told": [
        "recipient_name",
        "recipient_contact",
        "purpose",
        "method",
        "categories",
        "rights_route",
    ],
    "ciio": False,
    "important_data": "none",
    "exported_general_persons_ytd": 50000,
    "exported_sensitive_persons_ytd": 0,
    "birth_date": "1990-01-01",
    "transfer_routes": [],
    "fulfilled:cn.pipl.55": True,
}


@pytest.fixture
def asked(lawful: Command, tmp_path: Path) -> Callable[..., Any]:
    """Ask about the export with some facts changed (a value of ``...`` takes the fact away)."""

    def ask(*words: str, **changes: Any) -> Any:
        facts = {**EXPORT, **{name.replace("__", ":"): value for name, value in changes.items()}}
        facts = {name: value for name, value in facts.items() if value is not ...}
        (tmp_path / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
        ran = lawful("ask", "--facts", "facts.json", "--json", *words)
        answer = ran.json
        assert ran.code == {"lawful": 0, "undetermined": 3}.get(answer["outcome"], 1)
        return answer

    return ask


def answers(answer: Any, kind: str) -> set[str]:
    """Ids of the rules that answer so."""
    return {rule["id"] for rule in answer["rules"] if rule["answer"] == kind}


def steps(answer: Any) -> set[tuple[str, ...]]:
    """The cures, each as the values of its steps."""
    return {
        tuple(sorted(str(each["value"]) for each in cure["changes"])) for cure in answer["cures"]
    }

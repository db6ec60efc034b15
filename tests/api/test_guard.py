"""Who is let in: hosts, tokens, where the door listens, and how it is started."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from lawful.api import create_app, serve
from lawful.api.guard import read_token
from lawful.cli.main import app
from lawful.gate.deployment import Deployment
from lawful.terms.errors import LawfulError, UsageError
from tests.api.conftest import BASE, LAWFUL, ONE, WELL_KNOWN, Door

TOKEN = "0123456789abcdef0123456789abcdef"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", encoding="utf-8")
    file.chmod(0o600)
    return file


@pytest.fixture
def locked(platform: Deployment, token_file: Path) -> Door:
    """The door with an address for callers elsewhere, and a token to know them by."""
    return Door(create_app(platform, base_url=BASE, token=read_token(token_file)))


def test_only_who_has_the_token_is_answered(locked: Door, platform: Deployment) -> None:
    before = platform.evidence.size()
    for said in (
        {},
        {"authorization": TOKEN},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": "Bearer "},
        {"authorization": f"Bearer {TOKEN[:-1]}"},
        {"authorization": f"Bearer {TOKEN} x"},
    ):
        found = locked.post(ONE, LAWFUL, **{"x-request-id": "9", **said})
        assert found.status_code == 401
        assert found.headers["www-authenticate"] == "Bearer"
        assert found.headers["x-request-id"] == "9"
        assert isinstance(found.json(), str)
    assert platform.evidence.size() == before, "nobody unknown writes into the evidence"
    for scheme in ("Bearer", "bearer"):
        assert (
            locked.post(ONE, LAWFUL, authorization=f"{scheme} {TOKEN}").json()["decision"] is True
        )


def test_metadata_and_health_need_no_token(locked: Door) -> None:
    for path in (WELL_KNOWN, "/healthz", "/readyz"):
        assert locked.ask("GET", path).status_code == 200
    assert locked.ask("GET", "/healthzz").status_code == 401


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "127.0.0.1:80@evil.example", "localhost:x", ""],
)
def test_another_host_is_refused(host: str, locked: Door) -> None:
    for path in (ONE, WELL_KNOWN, "/healthz", "//evil.example/", "http://evil.example/healthz"):
        assert locked.ask("GET", path, headers={"host": host}).status_code == 421
    headers = [("host", "127.0.0.1"), ("host", "evil.example")]
    assert locked.ask("GET", "/healthz", headers=headers).status_code == 421


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8421", "LOCALHOST", "[::1]:8421", "lawful.example.com"]
)
def test_our_own_hosts_are_served_and_metadata_stay_the_same(host: str, locked: Door) -> None:
    found = locked.ask("GET", WELL_KNOWN, headers={"host": host})
    assert found.json()["policy_decision_point"] == BASE


def test_metadata_are_announced_under_https_only(platform: Deployment) -> None:
    found = Door(create_app(platform)).ask("GET", WELL_KNOWN)
    assert found.status_code == 404
    assert "--base-url" in found.json()
    for wrong in (
        "http://x.example",
        "https://",
        "ftp://x",
        "https://x?a=1",
        "https://x#a",
        "https://u@x",
    ):
        with pytest.raises(UsageError, match="https"):
            create_app(platform, base_url=wrong)
    tenant = Door(create_app(platform, base_url=f"{BASE}/tenant1/"))
    told = tenant.ask("GET", f"{WELL_KNOWN}/tenant1").json()
    assert told["policy_decision_point"] == f"{BASE}/tenant1"
    assert told["access_evaluation_endpoint"] == f"{BASE}/tenant1{ONE}"
    assert tenant.ask("GET", WELL_KNOWN).status_code == 404


def test_what_is_not_served(door: Door) -> None:
    assert door.ask("GET", "/nowhere").status_code == 404
    assert door.ask("GET", ONE).status_code == 405
    assert door.ask("POST", "/healthz").status_code == 405
    found = door.ask(
        "POST", ONE, content=b" " * 1_100_000, headers={"content-type": "application/json"}
    )
    assert found.status_code == 413
    assert isinstance(found.json(), str)


def test_every_answer_is_for_this_caller_only(door: Door) -> None:
    for found in (door.post(ONE, LAWFUL), door.post(ONE, {}), door.ask("GET", "/nowhere")):
        assert found.headers["cache-control"] == "no-store"
        assert found.headers["x-content-type-options"] == "nosniff"


def test_a_fault_of_ours_is_no_decision(
    platform: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("lawful.api.answering.read_uses", fail)
    found = Door(create_app(platform)).post(ONE, LAWFUL, **{"x-request-id": "3"})
    assert found.status_code == 200  # as every question that has no answer
    answer = found.json()
    assert answer["decision"] is False
    assert answer["context"]["error"]["status"] == 500
    assert "ZeroDivision" not in found.text


@pytest.mark.parametrize(
    ("content", "mode", "says"),
    [
        (TOKEN, 0o640, "Others may read"),
        (TOKEN[:-1], 0o600, "at least 32"),
        (f"{TOKEN} {TOKEN}", 0o600, "at least 32"),
        ("é" * 40, 0o600, "at least 32"),
        (None, 0, "cannot be read"),
    ],
)
def test_a_token_file_that_is_none(
    content: str | None, mode: int, says: str, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_text(content, encoding="utf-8")
        file.chmod(mode)
    with pytest.raises(LawfulError, match=says):
        read_token(file)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "lawful.example.com", ""])
def test_it_listens_on_this_machine_only(host: str, platform: Deployment) -> None:
    with pytest.raises(UsageError, match="other machines") as found:
        serve(platform, host=host)
    assert "--base-url" in found.value.hint


def test_an_address_for_others_needs_a_token(platform: Deployment) -> None:
    with pytest.raises(UsageError, match="must know them"):
        serve(platform, base_url=BASE)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--door", "ftp"], "There is no door"),
        (["--host", "0.0.0.0"], "no sign-in"),
        (["--base-url", BASE], "lawful serve --door api"),
    ],
)
def test_the_command_refuses_what_it_cannot_guard(
    words: list[str], says: str, tmp_path: Path
) -> None:
    ran = CliRunner().invoke(app, ["serve", "--folder", str(tmp_path), *words])
    assert ran.exit_code == 2
    assert says in ran.stderr


def test_the_command_hands_its_options_to_the_door_and_says_when_it_listens(
    tmp_path: Path, token_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: dict[str, Any] = {}

    def door(deployment: Deployment, **words: Any) -> None:
        words.pop("ready")()
        handed.update(words, folder=deployment.folder)

    monkeypatch.setattr("lawful.cli.starting.find_door", {"api": door}.get)
    words = ["--base-url", BASE, "--token-file", str(token_file), "--port", "18499"]
    ran = CliRunner().invoke(app, ["serve", "--folder", str(tmp_path), "--door", "api", *words])
    assert ran.exit_code == 0
    assert "http://127.0.0.1:18499/" in ran.stdout
    assert handed == {
        "folder": tmp_path,
        "host": "127.0.0.1",
        "port": 18499,
        "base_url": BASE,
        "token_file": token_file,
    }


def test_the_door_is_found_by_its_name() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    doors = project["project"]["entry-points"]["lawful.doors"]
    assert doors["api"] == "lawful.api.app:serve"


STARTS = """
import sys
from pathlib import Path
from lawful.api import serve
from lawful.gate.deployment import Deployment
with Deployment.open(Path(sys.argv[1])) as deployment:
    serve(
        deployment,
        port=int(sys.argv[2]),
        base_url=sys.argv[3],
        token_file=Path(sys.argv[4]),
        ready=lambda: print("listening", flush=True),
    )
"""


def test_served_over_a_socket(tmp_path: Path, token_file: Path) -> None:
    """A real server in a process of its own: a question, its evidence, an end without loss."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path / "deployment"
    folder.mkdir()
    words = [str(folder), str(port), BASE, str(token_file)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-c", STARTS, *words]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"listening\n"
            answer = _asked(f"http://127.0.0.1:{port}{ONE}")
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
    assert answer["decision"] is False
    with Deployment.open(folder) as deployment:
        leaf = deployment.evidence.find(answer["context"]["decision_id"])
    assert leaf is not None
    assert leaf.door == "api"


def _asked(address: str) -> dict[str, Any]:
    asked = {"subject": {"type": "user", "id": "a"}, "action": {"name": "use"},
             "resource": {"type": "record", "id": "1"}}  # fmt: skip
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
    found = httpx.post(address, content=json.dumps(asked), headers=headers, timeout=60)
    assert found.status_code == 200, found.text
    answer: dict[str, Any] = found.json()
    return answer


def test_a_slash_at_the_end_is_no_address(door: Door) -> None:
    found = door.post(f"{ONE}/", LAWFUL)
    assert found.status_code == 404
    assert "location" not in found.headers


def test_figures_are_there_for_who_may_ask(door: Door, locked: Door) -> None:
    assert door.ask("GET", "/metrics").text.startswith("# HELP")
    assert locked.ask("GET", "/metrics").status_code == 401

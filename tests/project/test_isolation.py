"""What pytest is set up to guarantee really holds in a test."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_world_cannot_be_reached() -> None:
    # 192.0.2.0/24 is reserved for documentation; the guard itself warns, and warnings raise.
    with socket.socket() as s, pytest.raises(Exception, match=r"192\.0\.2\.1"):
        s.connect(("192.0.2.1", 80))


def test_loopback_can() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as s:
        s.connect(server.getsockname())


def test_warnings_raise() -> None:
    with pytest.raises(ResourceWarning):
        warnings.warn("left open", ResourceWarning, stacklevel=1)


def test_time_is_utc() -> None:
    assert time.localtime(0).tm_hour == 0
    assert time.tzname == ("UTC", "UTC")


def test_hypothesis_has_a_profile_of_ours() -> None:
    assert settings.default.deadline is None


def run_inner(folder: Path, text: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run one test file with the project's conftest, in a process of its own."""
    (folder / "test_inner.py").write_text(text, "utf-8")
    conftest = "from tests.conftest import *\n"
    (folder / "conftest.py").write_text(conftest, "utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_inner.py"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_settings_from_outside_are_cleared(tmp_path: Path) -> None:
    text = (
        "import os\n"
        "def test_inner():\n"
        "    told = {n for n in os.environ if n.startswith('LAWFUL_')}\n"
        "    assert told == {'LAWFUL_SEED'}\n"
        "    assert os.environ['TZ'] == 'UTC'\n"
    )
    outside = {"LAWFUL_HOME": "x", "LAWFUL_SEED": "7", "TZ": "Asia/Shanghai"}
    done = run_inner(tmp_path, text, **outside)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_browser_test_without_a_browser_fails(tmp_path: Path) -> None:
    text = (
        "import pytest\n"
        "pytestmark = pytest.mark.filterwarnings('ignore::pytest.PytestUnknownMarkWarning')\n"
        "@pytest.mark.browser\n"
        "def test_inner(): pass\n"
    )
    path = _path_without_chromium(tmp_path)
    done = run_inner(tmp_path, text, PATH=path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "missing: chromium" in done.stdout
    assert "skipped" not in done.stdout


def _path_without_chromium(folder: Path) -> str:
    """A PATH with what the check needs, and no browser."""
    tools = folder / "bin"
    tools.mkdir()
    for tool in ("bash", "env", "grep", "fc-list"):
        found = next((p for d in os.environ["PATH"].split(":") if (p := Path(d, tool)).exists()), 0)
        if found:
            (tools / tool).symlink_to(found)
    return str(tools)

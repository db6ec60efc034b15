"""What holds for every test: no settings from outside, UTC, one Hypothesis profile.

Nothing here belongs to one room; a room's fixtures live in its own folder.
"""

from __future__ import annotations

import functools
import os
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

# `make soak` says these to its tests; every other LAWFUL_ variable is the caller's own.
KEPT = {"LAWFUL_SOAK", "LAWFUL_SEED"}

settings.register_profile("ci", derandomize=True, max_examples=100, deadline=None, print_blob=True)
settings.register_profile("dev", max_examples=30, deadline=None)
settings.register_profile("soak", max_examples=5000, deadline=None, print_blob=True)


def pytest_configure(config: pytest.Config) -> None:
    for name in [n for n in os.environ if n.startswith("LAWFUL_") and n not in KEPT]:
        del os.environ[name]
    os.environ["TZ"] = "UTC"
    time.tzset()
    soaking = os.environ.get("LAWFUL_SOAK") == "1"
    settings.load_profile("soak" if soaking else os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test without its browser or Java fails, and says what to install. It is never skipped."""
    if item.get_closest_marker("browser") and (sentence := missing_for("browser")):
        pytest.fail(sentence, pytrace=False)
    if item.get_closest_marker("spark") and (sentence := missing_for("java")):
        pytest.fail(sentence, pytrace=False)


@functools.cache
def missing_for(what: str) -> str:
    """One sentence on what tests lack here, by the script that installs it; empty when nothing."""
    done = subprocess.run(
        [ROOT / "scripts" / f"install-{what}", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stdout or done.stderr).strip() if done.returncode else ""

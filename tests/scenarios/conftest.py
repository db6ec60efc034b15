"""A deployment that knows only the shipped rulebook, and the count of what was found at the end of the run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from lawful.gate import Deployment
from tests.scenarios.reading import cases, outside, read

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
TITLES = {"cn-export": "export from the mainland", "intl": "elsewhere", "own": "our own"}


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """An empty folder: no policy, no register, the default readings."""
    with Deployment.open(tmp_path_factory.mktemp("scenarios"), clock=lambda: NOW) as opened:
        yield opened


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many of how many scenarios came out as published, and why any is out of scope."""
    ran = {
        key: {
            value
            for report in terminalreporter.stats.get(key, [])
            if isinstance(report, pytest.TestReport)
            for name, value in report.user_properties
            if name == "scenario"
        }
        for key in ("passed", "failed")
    }
    if not (ran["passed"] or ran["failed"]):
        return
    terminalreporter.section("scenario conformance")
    for name, title in TITLES.items():
        ids = {f"{name}:{each.id}" for each in cases(name)}
        published = read(name).get("published", 0)
        told = f" ({published} scenarios published)" if published else ""
        terminalreporter.write_line(
            f"{title}: {len(ids & ran['passed'])} of {len(ids)} cases as expected{told}"
        )
    for each in outside():
        which = "all" if not each.variants else "variants " + ", ".join(map(str, each.variants))
        terminalreporter.write_line(f"out of scope: {each.sheet} ({which}): {each.reason}")

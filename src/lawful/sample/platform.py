"""The sample platform as a deployment: files, data, and approvals made through the verbs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from lawful.actions import approve_activity, approve_organisation
from lawful.gate.deployment import Deployment, utc_now
from lawful.sample.data import build_data

FILES = Path(__file__).parent / "deployment"
AUTHOR, APPROVER = "li.wei", "anna.berg"


def build_platform(
    folder: Path,
    *,
    seed: int = 7,
    scale: float = 1.0,
    clock: Callable[[], datetime] = utc_now,
    progress: Callable[[str], None] = lambda _: None,
) -> Path:
    """Build the sample platform in a folder that is not there yet; ``ready`` is written last.

    Raises: UsageError: the folder is there. EnvironmentFailure: it cannot be written.
    """
    started = datetime.now(UTC)
    shutil.copytree(FILES, folder)
    progress("Building the sample platform: 50,000 data subjects, about 1.2 million rows …")
    build_data(folder / "sample.duckdb", seed=seed, scale=scale)
    with Deployment.open(folder, clock=clock) as deployment:
        place = (deployment.engine, deployment.evidence, deployment.vocabulary, deployment.folder)
        approve_organisation(*place, author=AUTHOR, approver=APPROVER, clock=clock)
        for path in sorted((folder / "activities").glob("*.toml")):
            approve_activity(*place, path.name, author=AUTHOR, approver=APPROVER, clock=clock)
    (folder / "ready").write_text("", encoding="utf-8")
    progress(f"Built in {(datetime.now(UTC) - started).total_seconds():.1f} s.")
    return folder

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lawful.evidence import EvidenceLog
from tests.evidence.making import MemoryCheckpointStore, open_log


@pytest.fixture
def store() -> MemoryCheckpointStore:
    return MemoryCheckpointStore()


@pytest.fixture
def log(tmp_path: Path, store: MemoryCheckpointStore) -> EvidenceLog:
    return open_log(tmp_path, store)


@pytest.fixture
def reopen(tmp_path: Path, store: MemoryCheckpointStore) -> Callable[[], EvidenceLog]:
    return lambda: open_log(tmp_path, store)

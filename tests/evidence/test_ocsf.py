"""OCSF: the attributes that the classes require, the right class, and nothing personal."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lawful.evidence import EvidenceLog, as_ocsf
from tests.evidence.making import BOOK, ask, new_id

KINDS: list[tuple[dict[str, Any], int, int, int | None, int]] = [
    # changes, class, activity, disposition, status
    ({}, 6003, 2, None, 1),
    ({"outcome": "prohibited"}, 6003, 2, 2, 1),
    ({"outcome": "undetermined"}, 6003, 2, 2, 1),
    ({"kind": "use", "given": 5, "withheld": 0}, 6003, 2, None, 1),
    ({"kind": "query", "operation": "query", "given": 5, "withheld": 2}, 6005, 4, None, 1),
    ({"kind": "batch", "input": BOOK, "result": BOOK, "given": 1, "withheld": 0}, 6005, 4, None, 1),
    ({"kind": "refusal", "operation": "query", "outcome": "refused"}, 6005, 4, 2, 2),
    ({"kind": "intent", "operation": "approve_activity", "outcome": ""}, 6003, 3, None, 1),
    ({"kind": "outcome", "operation": "approve_activity", "outcome": "not_done", "ref": new_id()},
     6003, 3, 2, 2),
    ({"kind": "intent", "operation": "erase_payload", "outcome": "", "ref": BOOK}, 6005, 7, None, 1),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "class_uid", "activity", "disposition", "status"), KINDS)
def test_each_kind_has_its_class_and_what_that_requires(
    log: EvidenceLog,
    changes: dict[str, Any],
    class_uid: int,
    activity: int,
    disposition: int | None,
    status: int,
) -> None:
    log.append(ask(**changes), {"phone": "13800138000"})
    leaf = log.read(0)
    event = as_ocsf(leaf, product_version="0.1.0", origin="lawful.example/log")
    assert (event["class_uid"], event["activity_id"]) == (class_uid, activity)
    assert event["type_uid"] == class_uid * 100 + activity
    assert event["category_uid"] == class_uid // 1000 == 6
    assert event.get("disposition_id") == disposition
    assert event["status_id"] == status
    assert {"time", "severity_id", "metadata", "actor", "src_endpoint", "unmapped"} <= event.keys()
    assert event["metadata"]["uid"] == leaf.id
    assert event["metadata"]["product"]["vendor_name"]
    assert event["metadata"]["sequence"] == 0
    assert 1_763_974_800_000 < event["time"] < 1_800_000_000_000
    assert event["unmapped"]["purpose"] == "payment"
    assert event["unmapped"]["dpv_legal_basis"] == ["dpv:Contract"]
    assert "13800138000" not in json.dumps(event)
    assert "" not in event["unmapped"].values()
    if changes.get("kind") == "query":
        assert event["query_info"]["data"] == {"rows": 5}
        assert event["unmapped"]["withheld"] == 2


def test_the_time_is_in_milliseconds(log: EvidenceLog) -> None:
    log.append(ask(), {})
    leaf = log.read(0)
    event = as_ocsf(leaf, product_version="0", origin="o")
    assert event["time"] % 1000 == int(leaf.time[20:23])

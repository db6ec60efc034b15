"""A leaf as an OCSF event, for security lakes: Datastore Activity 6005 and API Activity 6003."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lawful.evidence.cloudevents import BASES
from lawful.evidence.events import ERASE, Leaf

SCHEMA = "1.9.0-dev"
_CATEGORY = 6
_DATASTORE, _API = 6005, 6003
_DELETE, _QUERY = 7, 4
_API_READ, _API_UPDATE = 2, 3
_BLOCKED = frozenset({"prohibited", "not_yet", "undetermined", "refused", "failed", "not_done"})


def as_ocsf(leaf: Leaf, *, product_version: str, origin: str) -> dict[str, Any]:
    """One OCSF event. Ids and counts only; what has no home goes to ``unmapped``.

    A query, a batch and a refusal of one are activity on a datastore, so is erasing; a decision,
    asked for by whichever door, is a read of our API, and so is an intent or outcome an update.

    Args:
        leaf: the entry to export.
        product_version: our version.
        origin: the log's name, so that ``origin`` and index name the entry for ever.
    """
    datastore = leaf.kind in ("query", "batch") or leaf.operation in (ERASE, "query")
    class_uid = _DATASTORE if datastore else _API
    activity = _activity(leaf, datastore)
    blocked = leaf.kind == "refusal" or leaf.outcome in _BLOCKED
    failed = leaf.kind == "refusal" or leaf.outcome in ("failed", "not_done")
    event: dict[str, Any] = {
        "activity_id": activity,
        "category_uid": _CATEGORY,
        "class_uid": class_uid,
        "type_uid": class_uid * 100 + activity,
        "time": _millis(leaf.time),
        "severity_id": 2 if blocked else 1,
        "status_id": 2 if failed else 1,
        "metadata": {
            "version": SCHEMA,
            "product": {"name": "Lawful", "vendor_name": "Lawful", "version": product_version},
            "uid": leaf.id,
            "log_name": origin,
            "sequence": leaf.index,
        },
        "actor": {"app_name": leaf.entity},
        "src_endpoint": {"name": leaf.node, "svc_name": leaf.door},
        "unmapped": _unmapped(leaf),
    }
    if blocked:
        event["disposition_id"] = 2
    if datastore:
        event["type_id"] = 0
        event["query_info"] = {"uid": leaf.id, **_rows(leaf)}
    else:
        event["api"] = {"operation": leaf.operation or leaf.kind, "service": {"name": "lawful"}}
    return event


def _activity(leaf: Leaf, datastore: bool) -> int:
    if datastore:
        return _DELETE if leaf.operation == ERASE else _QUERY
    return _API_UPDATE if leaf.kind in ("intent", "outcome") else _API_READ


def _millis(time: str) -> int:
    return round(datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp() * 1000)


def _rows(leaf: Leaf) -> Mapping[str, Any]:
    return {} if leaf.given is None else {"data": {"rows": leaf.given}}


def _unmapped(leaf: Leaf) -> dict[str, Any]:
    """Purpose, basis, rule and proof, for which OCSF has no attribute."""
    found: dict[str, Any] = {
        "kind": leaf.kind,
        "outcome": leaf.outcome,
        "rule": leaf.rule,
        "purpose": leaf.purpose,
        "basis": leaf.basis,
        "book": leaf.book,
        "subject": leaf.subject,
        "commitment": leaf.commitment,
        "ref": leaf.ref,
        "seq": leaf.seq,
        "withheld": leaf.withheld,
        "input": leaf.input,
        "result": leaf.result,
    }
    if terms := [BASES[each] for each in leaf.basis.split(",") if each in BASES]:
        found["dpv_legal_basis"] = terms
    return {name: value for name, value in found.items() if value not in ("", None)}

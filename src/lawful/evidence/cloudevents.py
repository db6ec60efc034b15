"""A leaf as a CloudEvent, with DPV terms for purpose and basis."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import attrs

from lawful.evidence.events import Leaf

DPV = "https://w3id.org/dpv#"
BASES: Mapping[str, str] = {
    "consent": "dpv:Consent",
    "contract": "dpv:Contract",
    "legal_obligation": "dpv:LegalObligation",
    "legitimate_interest": "dpv:LegitimateInterest",
    "public_interest": "dpv:PublicInterest",
    "vital_interest": "dpv:VitalInterest",
}
"""Lawful bases that the DPV has a term for."""

SCHEMA = "urn:lawful:evidence"
"""What the URI of each kind's schema begins with; the kind and the version of the leaf follow."""
_IN_URI = "/:@!$&'()*+,;=~"
_BARE = {"index", "data"}


def as_cloudevent(
    leaf: Leaf,
    *,
    source: str = "/lawful",
    purposes: Mapping[str, str] | None = None,
    bases: Mapping[str, str] | None = None,
) -> dict[str, object]:
    """CloudEvents 1.0, structured mode. The leaf's own bytes stay the evidence.

    Args:
        leaf: the entry to export.
        source: the log, as a path or URI without query and escapes; the node is added to it, and what no URI may
            hold is percent-encoded.
        purposes: purpose to DPV term (``dpv:CustomerCare`` or a whole IRI), as the vocabulary
            declares them. A purpose without a term gets none: no DPV name is made up.
        bases: the same for lawful bases, added to those that the DPV names as we do.
    """
    data: dict[str, object] = {
        name: value
        for name, value in attrs.asdict(leaf, recurse=False).items()
        if name not in _BARE and value is not None
    }
    if (term := (purposes or {}).get(leaf.purpose)) is not None:
        data["dpv:hasPurpose"] = _iri(term)
    known = {**BASES, **(bases or {})}
    terms = [_iri(known[basis]) for basis in leaf.basis.split(",") if basis in known]
    if terms:
        data["dpv:hasLegalBasis"] = terms
    return {
        "specversion": "1.0",
        "id": leaf.id,
        "source": quote(f"{source}/{leaf.node}", safe=_IN_URI),
        "type": f"lawful.evidence.{leaf.kind}.v{leaf.v}",
        "subject": leaf.entity,
        "time": leaf.time,
        "datacontenttype": "application/json",
        "dataschema": f"{SCHEMA}:{quote(leaf.kind, safe='')}:v{leaf.v}",
        "logindex": leaf.index,
        "data": data,
    }


def _iri(term: str) -> str:
    return DPV + term.removeprefix("dpv:") if term.startswith("dpv:") else term

"""Evidence: the newest entries of the log, one decision with its proof, verification on demand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
from starlette.exceptions import HTTPException

from lawful.console.page import Answer, Download, Shown, Tab, Visit, Way
from lawful.console.problem import Problem, problem_from
from lawful.decide.prose import Prose
from lawful.evidence import EvidenceLog, Leaf, verify_proof
from lawful.terms.errors import ProofFailure, UsageError

PATH = "/evidence"
TAB = Tab(name="evidence", path=PATH, order=5, letter="e")
SHOWN = 25


@attrs.frozen(kw_only=True)
class EvidencePage:
    """The newest entries, the signed head, open intents, and a verification if asked for."""

    size: int
    entries: tuple[Mapping[str, Any], ...]
    purposes: Mapping[str, str] = attrs.field(hash=False)
    older: int | None
    checkpoint: str
    key: str
    open_intents: int
    report: Mapping[str, Any] | None = attrs.field(hash=False)
    failure: Problem | None


@attrs.frozen(kw_only=True)
class DecisionPage:
    """One entry: its leaf, its payload, and whether the signed head attests it."""

    leaf: Mapping[str, Any] = attrs.field(hash=False)
    said: Mapping[str, str] = attrs.field(hash=False)
    payload: Mapping[str, Any] | None = attrs.field(hash=False)
    erased: bool
    size: int
    proof: str
    failure: Problem | None


def show_log(visit: Visit) -> Answer:
    """The newest entries, or those before an index."""
    return Shown(template="evidence.html", context=_log_page(visit, _before(visit)))


def do_verify(visit: Visit) -> Answer:
    """Verify the whole log now and say what was checked, or where it fails."""
    log = visit.deployment.evidence
    report, failure = None, None
    try:
        report = attrs.asdict(log.verify())
    except ProofFailure as error:
        failure = problem_from(error)
    page = _log_page(visit, None) if failure is None else _broken_page(visit)
    return Shown(
        template="evidence.html", context=attrs.evolve(page, report=report, failure=failure)
    )


def show_decision(visit: Visit) -> Answer:
    """One entry, by its id."""
    log = visit.deployment.evidence
    leaf = _leaf(log, visit.params["id"])
    failure, payload = None, None
    try:
        verify_proof(log.proof(leaf.index), leaf.data, str(log.vkey), policy=log.policy)
        payload = log.payload(leaf)
    except ProofFailure as error:
        failure = problem_from(error)
    page = DecisionPage(
        leaf=_leaf_view(leaf),
        said=_said(visit, leaf),
        payload=payload,
        erased=bool(leaf.commitment) and payload is None and failure is None,
        size=log.size(),
        proof=f"{PATH}/{leaf.id}/proof",
        failure=failure,
    )
    return Shown(template="decision.html", context=page)


def give_proof(visit: Visit) -> Answer:
    """The inclusion proof of one entry, to be kept and checked offline."""
    log = visit.deployment.evidence
    leaf = _leaf(log, visit.params["id"])
    return Download(text=log.proof(leaf.index), name=f"{leaf.id}.tlog-proof")


WAYS = (
    Way(path=PATH, handler=show_log),
    Way(path=PATH + "/verify", handler=do_verify, methods=("POST",)),
    Way(path=PATH + "/{id}", handler=show_decision),
    Way(path=PATH + "/{id}/proof", handler=give_proof),
)


def _before(visit: Visit) -> int | None:
    text = visit.one("before")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise UsageError("An entry's index is a whole number from 0.", code="console.before")
    return int(text)


def _leaf(log: EvidenceLog, decision: str) -> Leaf:
    leaf = log.find(decision)
    if leaf is None:
        raise HTTPException(404)
    return leaf


def _log_page(visit: Visit, before: int | None) -> EvidencePage:
    log, prose = visit.deployment.evidence, Prose(visit.deployment.book, visit.lang)
    leaves = log.tail(SHOWN, before)
    purposes = sorted({each.purpose for each in leaves if each.purpose})
    last = leaves[-1].index if leaves else 0
    return EvidencePage(
        size=log.size(),
        entries=tuple(_leaf_view(each) for each in leaves),
        purposes={each: prose.member("purpose", each) for each in purposes},
        older=last if last > 0 else None,
        checkpoint=_checkpoint(log),
        key=str(log.vkey),
        open_intents=len(log.open_intents()),
        report=None,
        failure=None,
    )


def _broken_page(visit: Visit) -> EvidencePage:
    """What can still be said of a log that does not verify."""
    log = visit.deployment.evidence
    try:
        return _log_page(visit, None)
    except ProofFailure:
        return EvidencePage(
            size=0,
            entries=(),
            purposes={},
            older=None,
            checkpoint="",
            key=str(log.vkey),
            open_intents=0,
            report=None,
            failure=None,
        )


def _checkpoint(log: EvidenceLog) -> str:
    log.settle()
    path = log.folder / "checkpoint"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _leaf_view(leaf: Leaf) -> dict[str, Any]:
    return {
        name: value
        for name, value in attrs.asdict(leaf).items()
        if name != "data" and value is not None
    }


def _said(visit: Visit, leaf: Leaf) -> dict[str, str]:
    """Fields of a leaf whose codes the vocabulary has a word for, in that word."""
    prose = Prose(visit.deployment.book, visit.lang)
    told = {"purpose": "purpose", "basis": "lawful_bases", "operation": "operation"}
    codes = {name: getattr(leaf, name) for name in told}
    return {name: prose.member(told[name], code) for name, code in codes.items() if code}

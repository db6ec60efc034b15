"""The tamper-evident log: what was asked, decided, intended and done, provable later."""

from lawful.evidence.awaiting import Awaited
from lawful.evidence.batches import Batch, batch, file_root
from lawful.evidence.cloudevents import as_cloudevent
from lawful.evidence.disk import Disk
from lawful.evidence.erasure import (
    erase_payload,
    finish_erasures,
    open_erasures,
    open_intents,
    resume_erasures,
)
from lawful.evidence.events import Event, Leaf
from lawful.evidence.export import export
from lawful.evidence.failures import SchemaError
from lawful.evidence.ids import new_decision_id
from lawful.evidence.log import EvidenceLog, Receipt
from lawful.evidence.notes import origin_of
from lawful.evidence.ocsf import as_ocsf
from lawful.evidence.payloads import commit
from lawful.evidence.policy import Policy
from lawful.evidence.proofs import verify_proof
from lawful.evidence.published import PublishedLog, find_vkey
from lawful.evidence.second_place import CheckpointStore, FileCheckpointStore
from lawful.evidence.seed import seed_store
from lawful.evidence.subjects import SubjectKeys, subject_pseudonym
from lawful.evidence.verify import Report, verify
from lawful.evidence.witness import WitnessServer

__all__ = [
    "Awaited",
    "Batch",
    "CheckpointStore",
    "Disk",
    "Event",
    "EvidenceLog",
    "FileCheckpointStore",
    "Leaf",
    "Policy",
    "PublishedLog",
    "Receipt",
    "Report",
    "SchemaError",
    "SubjectKeys",
    "WitnessServer",
    "as_cloudevent",
    "as_ocsf",
    "batch",
    "commit",
    "erase_payload",
    "export",
    "file_root",
    "find_vkey",
    "finish_erasures",
    "new_decision_id",
    "open_erasures",
    "open_intents",
    "origin_of",
    "resume_erasures",
    "seed_store",
    "subject_pseudonym",
    "verify",
    "verify_proof",
]

"""The map: the register of approved activities, and what each store holds about whom."""

from lawful.inventory.activities import load_activity
from lawful.inventory.approvals import Proposal, approve, check_approval, propose
from lawful.inventory.attesting import Attested, verify_register
from lawful.inventory.checking import check_against, is_note
from lawful.inventory.datasets import load_dataset
from lawful.inventory.drift import Drift, drift
from lawful.inventory.model import (
    Activity,
    ColumnLabel,
    Dataset,
    FactSource,
    Mask,
    NoActivity,
    Population,
    ProtectedTable,
    Role,
)
from lawful.inventory.needs import is_needed, mask_for
from lawful.inventory.queries import (
    Approval,
    activities,
    find_activity,
    find_organisation,
    get_activity,
    standing_approvals,
)
from lawful.inventory.skeleton import skeleton

__all__ = [
    "Activity",
    "Approval",
    "Attested",
    "ColumnLabel",
    "Dataset",
    "Drift",
    "FactSource",
    "Mask",
    "NoActivity",
    "Population",
    "Proposal",
    "ProtectedTable",
    "Role",
    "activities",
    "approve",
    "check_against",
    "check_approval",
    "drift",
    "find_activity",
    "find_organisation",
    "get_activity",
    "is_needed",
    "is_note",
    "load_activity",
    "load_dataset",
    "mask_for",
    "propose",
    "skeleton",
    "standing_approvals",
    "verify_register",
]

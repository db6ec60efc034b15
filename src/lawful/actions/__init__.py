"""One function per verb that changes state: permission, intent, transaction, outcome."""

from lawful.actions.approvals import approve_activity, approve_organisation
from lawful.actions.reconcile import reconcile

__all__ = ["approve_activity", "approve_organisation", "reconcile"]

"""The only way to a decision that opens anything: facts, decide, evidence."""

from lawful.gate.asking import Asked, Owed, ask, list_owed, may
from lawful.gate.deployment import Deployment

__all__ = ["Asked", "Deployment", "Owed", "ask", "list_owed", "may"]

"""Our own state: one MetaData, one SQLite file, migrations from the first table."""

from lawful.db.base import Instant, metadata
from lawful.db.intents import close_intent, ended_as
from lawful.db.settings import SettingCheckpoint
from lawful.db.state import migrate, open_state, open_state_copy, reaching, reading

__all__ = [
    "Instant",
    "SettingCheckpoint",
    "close_intent",
    "ended_as",
    "metadata",
    "migrate",
    "open_state",
    "open_state_copy",
    "reaching",
    "reading",
]

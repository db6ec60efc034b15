"""SQL that people write over protected tables: understood or refused, then rewritten.

Pure: no store, no clock, no law. It knows tables, and which of them are protected.
"""

from lawful.enforce.sql.guard import GUARDS
from lawful.enforce.sql.model import Catalog, Column, Influence, Reference, Refusal, Table
from lawful.enforce.sql.parsing import Parsed, parse
from lawful.enforce.sql.rewrite import ReplacementError, rewrite

__all__ = [
    "GUARDS",
    "Catalog",
    "Column",
    "Influence",
    "Parsed",
    "Reference",
    "Refusal",
    "ReplacementError",
    "Table",
    "parse",
    "rewrite",
]

"""The law in the query: protected tables replaced by what may be given, decided and recorded first."""

from lawful.enforce.answer import ChangedColumn, QueryAnswer
from lawful.enforce.query import SqlRefused, run_query
from lawful.enforce.withheld import Withheld

__all__ = ["ChangedColumn", "QueryAnswer", "SqlRefused", "Withheld", "run_query"]

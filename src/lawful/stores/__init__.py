"""Data that we protect: connectors, and ``lawful.toml``, which says where it is."""

from lawful.stores.config import Config, Mode, StoreConfig, find_config, load_config, read_config
from lawful.stores.model import (
    Capabilities,
    Catalog,
    ColumnInfo,
    Dialect,
    ForeignKey,
    Gap,
    Rows,
    Session,
    Store,
)
from lawful.stores.opening import open_store, parse_url

__all__ = [
    "Capabilities",
    "Catalog",
    "ColumnInfo",
    "Config",
    "Dialect",
    "ForeignKey",
    "Gap",
    "Mode",
    "Rows",
    "Session",
    "Store",
    "StoreConfig",
    "find_config",
    "load_config",
    "open_store",
    "parse_url",
    "read_config",
]

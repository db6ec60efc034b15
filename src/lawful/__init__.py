"""Lawful: may we use this data? A dated, cited answer, enforced in the query, provable later.

``lawful.open()``, ``lawful.may(…)``, ``lawful.duties(…)``, ``lawful.rewrite(sql, …)`` and
``lawful.explain(id)`` are the Python door; they are loaded when first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_DOOR = {
    "open": "open_deployment",
    "may": "may",
    "duties": "duties",
    "rewrite": "rewrite",
    "explain": "explain",
}


def __getattr__(name: str) -> Any:
    if name in _DOOR:
        return getattr(import_module("lawful.hooks.python"), _DOOR[name])
    raise AttributeError(f"module 'lawful' has no attribute '{name}'")

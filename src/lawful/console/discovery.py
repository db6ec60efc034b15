"""Finds the pages: each module of ``pages`` names its ways, and its tab if it has one."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import attrs

import lawful.console.pages as folder
from lawful.console.page import Tab, Way


@attrs.frozen(kw_only=True)
class Page:
    """One module of ``pages``; without a tab of its own it may stand ``under`` another's."""

    name: str
    ways: tuple[Way, ...]
    tab: Tab | None
    under: str = ""


@cache
def pages() -> tuple[Page, ...]:
    """All pages, those with a tab first, in the tabs' order."""
    found = []
    for module in pkgutil.iter_modules(folder.__path__):
        content = importlib.import_module(f"{folder.__name__}.{module.name}")
        found.append(
            Page(
                name=module.name,
                ways=tuple(content.WAYS),
                tab=getattr(content, "TAB", None),
                under=getattr(content, "UNDER", ""),
            )
        )
    return tuple(sorted(found, key=lambda each: (each.tab.order if each.tab else 99, each.name)))


def tabs() -> tuple[Tab, ...]:
    """The navigation."""
    return tuple(each.tab for each in pages() if each.tab)

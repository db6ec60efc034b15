"""Templates, drawings and files: what a page is made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import attrs
from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from lawful.console import drawings, lanes
from lawful.console.language import languages
from lawful.console.page import address

_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "md": "text/markdown"}
_PROSE = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image"])


@attrs.frozen(kw_only=True)
class Asset:
    """A file of ``static``, kept in memory."""

    content: bytes
    media_type: str
    etag: str


@cache
def assets() -> Mapping[str, Asset]:
    """The files that the console serves, by name: these and no others."""
    found = {}
    for path in (files("lawful.console") / "static").iterdir():
        content = path.read_bytes()
        kind = path.name.rpartition(".")[2]
        if kind in _TYPES:
            digest = hashlib.sha256(content).hexdigest()[:16]
            found[path.name] = Asset(content=content, media_type=_TYPES[kind], etag=f'"{digest}"')
    return found


@cache
def environment(lang: str) -> Environment:
    """Templates in one language: everything escaped, nothing undefined let pass."""
    made = Environment(
        loader=PackageLoader("lawful.console", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"t": languages()[lang], "address": address, "draw": drawings, "lay": lanes}
    made.filters |= {"prose": prose, "number": number, "pretty": pretty}
    return made


def prose(text: str) -> Markup:
    """Markdown as HTML; raw HTML stays text, and nothing is fetched from elsewhere.

    >>> str(prose("<b>x</b>")).strip()
    '<p>&lt;b&gt;x&lt;/b&gt;</p>'
    """
    return Markup(_PROSE.render(text))


def number(value: int) -> str:
    """A whole number with its thousands apart.

    >>> number(21406)
    '21,406'
    """
    return f"{value:,}"


def pretty(value: object) -> str:
    """A value as indented JSON."""
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True, default=str)

"""From a url to a store: ``duckdb:///path``, ``sqlite:///path``, or a path by its first bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from lawful.stores.duckdb import DuckStore
from lawful.stores.masks import KEY_BYTES_MIN
from lawful.stores.model import Store, cannot_open
from lawful.stores.sqlite import LiteStore
from lawful.terms.errors import UsageError

_CONNECTORS: Mapping[str, Callable[[str, Path, bytes], Store]] = {
    "duckdb": DuckStore,
    "sqlite": LiteStore,
}


def open_store(url: str, *, name: str, folder: Path | None = None, token_key: bytes = b"") -> Store:
    """Open a store to read; a relative path begins at ``folder``.

    Without ``token_key`` (at least 16 bytes) its sessions have no ``lawful_token``.

    Raises: UsageError: the url is of no kind that we know. EnvironmentFailure: it cannot be opened.
    """
    if token_key and len(token_key) < KEY_BYTES_MIN:
        raise ValueError("a token key has at least 16 bytes")
    kind, path = parse_url(url, folder)
    return _CONNECTORS[kind or _kind_of(name, path)](name, path, token_key)


def parse_url(url: str, folder: Path | None = None) -> tuple[str, Path]:
    """The connector's name (empty for a bare path) and the path, absolute.

    Three slashes and a path: ``sqlite:///shop.db`` is relative, ``sqlite:////var/shop.db`` is not.

    Raises: UsageError: the url is of no kind that we know.
    """
    kind, found, rest = url.partition("://")
    if not found:
        kind, rest = "", url
    elif kind not in _CONNECTORS or not rest.startswith("/"):
        raise UsageError(
            f"There is no connector for '{kind}://'.",
            code="store.url",
            hint="Write sqlite:///PATH, duckdb:///PATH, or the path of a SQLite or DuckDB file.",
        )
    else:
        rest = rest[1:]
    if not rest:
        raise UsageError(
            "The url names no file.",
            code="store.url",
            hint="Write sqlite:///PATH, duckdb:///PATH, or the path of a SQLite or DuckDB file.",
        )
    return kind, ((folder or Path.cwd()) / rest).absolute()


def _kind_of(name: str, path: Path) -> str:
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except FileNotFoundError:
        raise cannot_open(name, str(path), "there is no such file", "Check the path.") from None
    except OSError as error:
        raise cannot_open(
            name, str(path), str(error.strerror).lower(), "Check that the file can be read."
        ) from None
    if head.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if head[8:12] == b"DUCK":
        return "duckdb"
    raise cannot_open(
        name, str(path), "it is neither a SQLite nor a DuckDB file", "Check the path."
    )

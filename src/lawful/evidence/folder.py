"""An evidence folder as a set of named files, read only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from lawful.evidence.failures import broken, unreadable


class Files(Protocol):
    """Named bytes; names are relative, with slashes."""

    def names(self) -> set[str]:
        """All files there are."""

    def read(self, name: str) -> bytes:
        """One file's bytes."""


class FolderFiles:
    """The files below a folder; anything that is neither file nor directory is a fault."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> set[str]:
        """All files there are."""
        try:
            return set(self._walk(self.folder, ""))
        except OSError as error:
            raise unreadable(error) from None

    def _walk(self, place: Path, prefix: str) -> Iterator[str]:
        with os.scandir(place) as found:
            for each in found:
                name = prefix + each.name
                if each.is_dir(follow_symlinks=False):
                    yield from self._walk(place / each.name, name + "/")
                elif each.is_file(follow_symlinks=False):
                    yield name
                else:
                    raise broken("extra_file", "this is neither file nor folder", file=name)

    def read(self, name: str) -> bytes:
        """One file's bytes."""
        try:
            with open(f"{self.folder}/{name}", "rb", buffering=0) as file:
                return file.read()
        except FileNotFoundError:
            raise broken("missing_file", "this file is missing", file=name) from None
        except OSError as error:
            raise unreadable(error) from None

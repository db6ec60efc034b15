"""Results of analyses, kept in a deployment's state: the same question of the same book is worked out once."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs

from lawful.law.book import Book
from lawful.terms.errors import EnvironmentFailure, Location

FOLDER = "analyses"
MOST = 40
"""So many results stay; of more, those written longest ago go."""


@attrs.frozen(kw_only=True)
class Key:
    """What a result depends on: the book and its readings, the question, and how it is worked out."""

    book: str
    readings: tuple[tuple[str, str], ...]
    question: str
    version: str

    @classmethod
    def of(cls, book: Book, question: str, version: str) -> Key:
        """The key of a question to a book."""
        readings = tuple(sorted(book.readings.items()))
        return cls(book=book.hash, readings=readings, question=question, version=version)

    def plain(self) -> dict[str, Any]:
        """As it stands in the file, so that a file is believed only for what it says it answers."""
        return {
            "book": self.book,
            "readings": dict(self.readings),
            "question": self.question,
            "version": self.version,
        }

    @property
    def name(self) -> str:
        """The file's name."""
        text = json.dumps(self.plain(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest() + ".json"


class Kept:
    """A folder with one file a result, each put in place whole by a rename.

    Processes may read and write it at once. Nothing in it is evidence: it can be deleted at any time.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def under(cls, state: Path) -> Kept:
        """Those of a deployment, by its state folder, which need not exist yet."""
        return cls(state / FOLDER)

    def find(self, key: Key) -> Any | None:
        """What was kept under the key; None where there is nothing, or nothing that can be read."""
        try:
            found = json.loads((self.folder / key.name).read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        if not isinstance(found, Mapping) or found.get("key") != key.plain():
            return None
        return found.get("told")

    def put(self, key: Key, told: Any) -> None:
        """Keep what JSON can hold, in place of what was there.

        Raises: EnvironmentFailure: the folder cannot be written.
        """
        data = json.dumps({"key": key.plain(), "told": told}, ensure_ascii=False).encode()
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._write(self.folder / key.name, data)
        except OSError as error:
            raise EnvironmentFailure(
                f"The result cannot be kept: {error.strerror}.",
                code="analyse.kept",
                location=Location(file=str(self.folder)),
                hint="Until the folder can be written, it is worked out anew each time.",
            ) from None
        self._forget_oldest()

    def _write(self, path: Path, data: bytes) -> None:
        handle, part = tempfile.mkstemp(dir=self.folder, prefix=".part-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(part).replace(path)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise

    def _forget_oldest(self) -> None:
        """Let the oldest go, parts that an ended process left among them; others may do so at once."""
        with suppress(OSError):
            files = [(each.stat().st_mtime_ns, each) for each in self.folder.iterdir()]
            for _, each in sorted(files, reverse=True)[MOST:]:
                each.unlink(missing_ok=True)

"""Pseudonyms of data subjects under keys that can be destroyed."""

from __future__ import annotations

import hmac
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from lawful.terms.errors import EnvironmentFailure

_KEY_BYTES = 32
_TABLE = """
CREATE TABLE IF NOT EXISTS subject_key (
    subject_id TEXT PRIMARY KEY,
    key BLOB NOT NULL CHECK (length(key) = 32)
) WITHOUT ROWID
"""


def subject_pseudonym(key: bytes, subject_id: str) -> str:
    """HMAC-SHA256 of a subject's id under that subject's own key, as hex."""
    return hmac.digest(key, subject_id.encode(), "sha256").hex()


class SubjectKeys:
    """One random key per data subject, in ``<state>/subject-keys.sqlite``.

    Destroying a key makes all leaves about that subject unlinkable to the person, while the
    log still verifies. A subject who comes back gets a new key.
    """

    def __init__(self, state: Path) -> None:
        self._path = state / "subject-keys.sqlite"

    def get_or_create(self, subject_id: str) -> bytes:
        """The subject's key, made on first use."""
        with self._open() as db:
            found = db.execute(
                "SELECT key FROM subject_key WHERE subject_id = ?", (subject_id,)
            ).fetchone()
            if found is None:
                db.execute(
                    "INSERT INTO subject_key VALUES (?, ?) ON CONFLICT DO NOTHING",
                    (subject_id, secrets.token_bytes(_KEY_BYTES)),
                )
                found = db.execute(
                    "SELECT key FROM subject_key WHERE subject_id = ?", (subject_id,)
                ).fetchone()
            return bytes(found[0])

    def find(self, subject_id: str) -> bytes | None:
        """The subject's key, if there is one."""
        with self._open() as db:
            found = db.execute(
                "SELECT key FROM subject_key WHERE subject_id = ?", (subject_id,)
            ).fetchone()
            return None if found is None else bytes(found[0])

    def destroy(self, subject_id: str) -> bool:
        """Overwrite and forget the key; say whether there was one."""
        with self._open() as db:
            gone = db.execute("DELETE FROM subject_key WHERE subject_id = ?", (subject_id,))
            return gone.rowcount > 0

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """One transaction, durable at its end; then neither file holds a destroyed key."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if not self._path.exists():
                self._path.touch(mode=0o600)
            with closing(sqlite3.connect(self._path, timeout=30, isolation_level=None)) as db:
                db.execute("PRAGMA secure_delete = ON")
                db.execute("PRAGMA journal_mode = TRUNCATE")
                db.execute("PRAGMA synchronous = FULL")
                db.execute("BEGIN IMMEDIATE")
                try:
                    db.execute(_TABLE)
                    yield db
                except BaseException:
                    db.execute("ROLLBACK")
                    raise
                db.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            raise EnvironmentFailure(
                f"the subject keys cannot be reached ({type(error).__name__})",
                code="evidence.subject_keys",
                hint="check that the state folder can be written",
            ) from None

"""One value under a key, changed only from what is there: the second place of the evidence log."""

from __future__ import annotations

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from lawful.db.state import reaching, reading
from lawful.db.tables import settings


class SettingCheckpoint:
    """Keeps bytes under a key. A ``CheckpointStore`` of the evidence log, by its shape."""

    def __init__(self, engine: Engine, key: str) -> None:
        self._engine = engine
        self._key = key

    def get(self) -> bytes | None:
        """What was put last; ``None`` if nothing ever was.

        Raises: EnvironmentFailure: the database cannot be read.
        """
        with reading(self._engine) as connection:
            found = connection.execute(
                select(settings.c.value).where(settings.c.key == self._key)
            ).scalar()
        return None if found is None else bytes(found)

    def compare_and_set(self, old: bytes | None, new: bytes) -> bool:
        """Put ``new`` durably if ``old`` is what is there; say whether it was.

        Raises: EnvironmentFailure: the database cannot be written.
        """
        with reaching(self._engine) as connection:
            if old is None:
                try:
                    with connection.begin_nested():
                        connection.execute(insert(settings).values(key=self._key, value=new))
                except IntegrityError:
                    return False
                return True
            changed = connection.execute(
                update(settings)
                .where(settings.c.key == self._key, settings.c.value == old)
                .values(value=new)
            )
            return changed.rowcount == 1

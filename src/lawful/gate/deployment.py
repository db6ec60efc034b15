"""A deployment: a folder with lawful.toml, its policy, datasets and registers, and state in ``.lawful/``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType

import attrs
from sqlalchemy import Engine

from lawful.db import SettingCheckpoint, migrate, open_state, open_state_copy, reading
from lawful.decide import Decider
from lawful.decide.machine_code import keep_code
from lawful.evidence import (
    Disk,
    EvidenceLog,
    Policy,
    PublishedLog,
    find_vkey,
    new_decision_id,
    origin_of,
    resume_erasures,
)
from lawful.facts import kept_of, records_of, standing
from lawful.gate.rulebook import read_folder, shipped_folder
from lawful.inventory import Activity, Dataset, activities, find_organisation, load_dataset
from lawful.law import Book, Vocabulary, build_book
from lawful.law.thing import Record, Thing
from lawful.law.vocabulary import nearest
from lawful.org.model import Organisation
from lawful.stores import Config, Session, Store, open_store, read_config
from lawful.stores.config import FILE
from lawful.terms.errors import EnvironmentFailure, Location, UsageError
from lawful.terms.ids import DecisionId
from lawful.terms.values import SetValue, Source, Value

STATE, STATE_FILE, EVIDENCE = ".lawful", "state.db", "evidence"
Clock = Callable[[], datetime]


@attrs.frozen(kw_only=True)
class Known:
    """What the registers hold of an entity and an activity at a moment."""

    facts: Mapping[str, tuple[Value | None, Source]] = attrs.field(factory=dict, hash=False)
    records: tuple[Record, ...] = ()
    kept: frozenset[str] = frozenset()
    activity: Mapping[str, Value | None] = attrs.field(factory=dict, hash=False)

    def over(self, thing: Thing) -> Thing:
        """The thing with these records and registers added to its own."""
        return attrs.evolve(
            thing,
            records=(*thing.records, *self.records),
            kept=thing.kept | self.kept,
            activity={**thing.activity, **self.activity},
        )


def bound_facts(activity: Activity) -> dict[str, Value | None]:
    """An activity's own facts, on which what its records bind is read."""
    return {**activity.facts, "purpose": activity.purpose, "data": SetValue(activity.needed)}


def new_origin(name: str) -> str:
    """What a log is called that begins in a folder of this name: without what no signature allows.

    >>> new_origin("my shop+2")
    'lawful.local/my-shop-2'
    """
    fit = (c if c.isprintable() and not c.isspace() and c != "+" else "-" for c in name)
    return f"lawful.local/{''.join(fit) or 'log'}"


def utc_now() -> datetime:
    """The clock of the machine, in UTC."""
    return datetime.now(UTC)


class Deployment:
    """One opened deployment; close it, or use it as a context manager."""

    def __init__(self, folder: Path, config: Config, clock: Clock) -> None:
        self.folder, self.config, self.now = folder, config, clock
        self.state = folder / STATE
        self.erasures_finished = 0

    @classmethod
    def open(cls, start: Path, *, clock: Clock = utc_now) -> Deployment:
        """The deployment that ``start`` lies in: the folder of the next lawful.toml upwards, else ``start`` itself.

        Raises: UsageError: lawful.toml or a policy is not right. EnvironmentFailure: there is no such folder.
        """
        start = start.resolve()
        if not start.is_dir():
            raise EnvironmentFailure(
                "There is no such folder.", code="gate.folder", location=Location(file=str(start))
            )
        for folder in (start, *start.parents):
            if (folder / FILE).is_file():
                return cls(folder, read_config(folder / FILE), clock)
        return cls(start, Config(folder=start), clock)

    def __enter__(self) -> Deployment:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Integrate what is accepted as evidence, and let go of the state."""
        if "evidence" in self.__dict__:
            self.evidence.close()
        if "engine" in self.__dict__:
            self.engine.dispose()

    @cached_property
    def book(self) -> Book:
        """The book that this deployment decides by: the shipped rulebook, its policy, its readings."""
        return self.book_of()

    def book_of(
        self,
        rulebook: Path | None = None,
        readings: Mapping[str, str] | None = None,
        drafts: Iterable[str] = (),
    ) -> Book:
        """A book for comparison: another rulebook folder under this policy, other readings, drafts.

        Raises: UsageError: a folder or file is not right; an unknown reading, option or instrument.
        """
        files = read_folder(rulebook or shipped_folder())
        policy = self.folder / "policy"
        if policy.is_dir():
            files |= read_folder(policy, "policy/")
        return build_book(files, {**self.config.readings, **(readings or {})}, drafts)

    @cached_property
    def decider(self) -> Decider:
        """Decides by the book."""
        return Decider(self.book)

    def keep_machine_code(self) -> None:
        """Keep machine code that is made from now on in the folder of state, for the next process."""
        keep_code(str(self.state / "numba"))

    def warm(self) -> None:
        """Make all that usual uses need before a door listens."""
        self.keep_machine_code()
        self.decider.warm(self.now())

    @property
    def vocabulary(self) -> Vocabulary:
        """The facts of the book."""
        return self.book.vocabulary

    @property
    def demand_review(self) -> bool:
        """Does only coverage signed by counsel count?"""
        return self.config.demand_review

    @cached_property
    def is_writable(self) -> bool:
        """May our state be written? A copy on a read-only disk may not, and can still be verified."""
        paths = (self.state, self.state / STATE_FILE)
        return all(os.access(path, os.W_OK) for path in paths if path.exists())

    @cached_property
    def engine(self) -> Engine:
        """Our own state, migrated; as it is where it cannot be written."""
        if not self.is_writable:
            return open_state_copy(self.state / STATE_FILE)
        engine = open_state(self.state / STATE_FILE)
        migrate(engine)
        return engine

    @cached_property
    def second_place(self) -> SettingCheckpoint:
        """Where the evidence's last checkpoint is kept: our state."""
        return SettingCheckpoint(self.engine, "evidence.checkpoint")

    @cached_property
    def evidence(self) -> EvidenceLog:
        """The evidence log of this node; an erasure that was interrupted is finished first."""
        log = EvidenceLog.open(
            self.state / EVIDENCE,
            state=self.state,
            origin=self.origin,
            node="node-1",
            store=self.second_place,
            clock=self.now,
            policy=self._witnesses(),
        )
        try:
            self.erasures_finished = len(resume_erasures(log))
        except BaseException:
            log.close()
            raise
        return log

    @cached_property
    def published(self) -> PublishedLog:
        """The evidence log to read from: where nothing can be written, what is published of it."""
        if self.is_writable:
            return self.evidence
        return PublishedLog.read_only(self.state / EVIDENCE)

    def _witnesses(self) -> Policy | None:
        """The witness policy that lawful.toml names.

        Raises: UsageError: there is no such file, or it is no policy.
        """
        path = self.config.witnesses
        if path is None:
            return None
        try:
            return Policy.parse(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            raise UsageError(
                "The witness policy cannot be read.",
                code="gate.witnesses",
                location=Location(file=str(path)),
                hint="lawful.toml names it under [evidence] witnesses.",
            ) from None

    @cached_property
    def origin(self) -> str:
        """The log's name, said in checkpoints: fixed when it began, whatever the folder is called now.

        Raises: ProofFailure: the log's verifier key is none.
        """
        folder = self.state / EVIDENCE
        if (folder / "vkey").is_file():
            return find_vkey(folder, Disk()).name
        attested = self.second_place.get()
        return origin_of(attested) if attested else new_origin(self.folder.name)

    @cached_property
    def organisation(self) -> Organisation | None:
        """The approved organisation."""
        with reading(self.engine) as connection:
            return find_organisation(connection, self.vocabulary)

    @cached_property
    def activities(self) -> tuple[Activity, ...]:
        """The approved activities."""
        with reading(self.engine) as connection:
            return activities(connection, self.vocabulary)

    def known(self, entity: str, activity: str, at: datetime | None) -> Known:
        """What the registers hold of an entity and an activity, now or at a moment.

        Raises: UsageError: an unknown entity or activity, with the nearest.
        """
        if not entity and not activity:
            return Known()
        found = next((each for each in self.activities if each.id == activity), None)
        if activity and found is None:
            raise UsageError(
                f"There is no approved activity '{activity}'.",
                code="gate.activity",
                hint=nearest(activity, [each.id for each in self.activities]),
            )
        entity = entity or (found.entity if found else "")
        if self.organisation is None or entity not in self.organisation.entities:
            known = self.organisation.entities if self.organisation else ()
            raise UsageError(
                f"There is no approved entity '{entity}'.",
                code="gate.entity",
                hint=nearest(entity, known),
            )
        scopes = [("entity", entity), *([("activity", activity)] if activity else [])]
        moment = at or self.now()
        with reading(self.engine) as connection:
            return Known(
                facts=standing(connection, self.vocabulary, scopes, moment),
                records=records_of(connection, self.vocabulary, scopes, moment),
                kept=kept_of(connection, scopes, moment),
                activity=bound_facts(found) if found else {},
            )

    def store(self, name: str = "") -> Store:
        """A store by its name in lawful.toml; without a name, the only one.

        Raises: UsageError: an unknown name, or several and none named.
        """
        stores = self.config.stores
        if not stores:
            raise UsageError(
                "This deployment names no store.",
                code="gate.store",
                hint="Write lawful.toml with: lawful init sqlite:///mine.db",
            )
        if not name and len(stores) == 1:
            name = next(iter(stores))
        if name not in stores:
            raise UsageError(
                f"There is no store '{name}'." if name else "Which store?",
                code="gate.store",
                hint=nearest(name, stores),
            )
        return open_store(stores[name].url, name=name, folder=self.folder, token_key=self.token_key)

    @cached_property
    def token_key(self) -> bytes:
        """The key of masking tokens: made once, kept beside the state, never shown."""
        path = self.state / "keys" / "token"
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(
                os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb"
            ) as file:
                file.write(os.urandom(32))
        except FileExistsError:
            pass
        except OSError as error:
            raise EnvironmentFailure(
                f"The masking key cannot be written: {error.strerror}.",
                code="gate.key",
                location=Location(file=str(path)),
            ) from None
        return path.read_bytes()

    @contextmanager
    def session(self, store: Store) -> Iterator[Session]:
        """One read snapshot of a store."""
        with store.session() as session:
            yield session

    def dataset(self, store: str) -> Dataset:
        """The dataset file of a store.

        Raises: UsageError: it is missing or not right.
        """
        path = self.config.store(store).dataset
        shown = os.path.relpath(path, self.folder)
        if not path.is_file():
            raise UsageError(
                "The store's dataset file is missing.",
                code="gate.dataset",
                location=Location(file=shown),
                hint="Write it with: lawful init URL",
            )
        return load_dataset(path.read_bytes(), shown, self.vocabulary)

    def mode(self, store: str, purpose: str) -> str:
        """``enforce`` or ``observe``, per store and purpose."""
        return self.config.store(store).mode_for(purpose)

    def new_id(self) -> DecisionId:
        """A fresh decision id."""
        return new_decision_id(self.now(), os.urandom(10))

    def today(self) -> date:
        """The civil day in UTC."""
        return self.now().date()

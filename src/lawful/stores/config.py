"""``lawful.toml``: which stores there are, how each is guarded, which readings are chosen."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import attrs
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lawful.law.vocabulary import Vocabulary, nearest
from lawful.stores.opening import parse_url
from lawful.terms.errors import EnvironmentFailure, LawfulError, Location, UsageError

FILE = "lawful.toml"
VERSION = 1
Mode = Literal["enforce", "observe"]
_AT_LINE = re.compile(r"\(at line (\d+), column (\d+)\)")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@attrs.frozen(kw_only=True)
class StoreConfig:
    """One store: where it is, its dataset file, and if conditions are applied or only observed."""

    name: str
    url: str
    dataset: Path
    mode: Mode = "enforce"
    modes: Mapping[str, Mode] = attrs.field(factory=dict, hash=False)

    def mode_for(self, purpose: str) -> Mode:
        """The mode for a purpose: its own, else the store's."""
        return self.modes.get(purpose, self.mode)


@attrs.frozen(kw_only=True)
class Config:
    """A deployment's settings. ``folder`` holds the file; relative paths begin there.

    ``witnesses`` is the policy by which the evidence log must be cosigned, if it must.
    """

    folder: Path
    version: int = VERSION
    demand_review: bool = False
    readings: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    stores: Mapping[str, StoreConfig] = attrs.field(factory=dict, hash=False)
    witnesses: Path | None = None

    def store(self, name: str) -> StoreConfig:
        """The settings of a store.

        Raises: UsageError: there is none of that name; the nearest is offered.
        """
        if name not in self.stores:
            raise UsageError(
                f"There is no store '{name}'.",
                code="config.no_store",
                location=Location(file=str(self.folder / FILE)),
                hint=nearest(name, self.stores),
            )
        return self.stores[name]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Gate(_Shape):
    demand_review: bool = False


class _Evidence(_Shape):
    witnesses: str = ""


class _Store(_Shape):
    url: str
    dataset: str = ""
    mode: Mode = "enforce"
    modes: dict[str, Mode] = {}


class _Config(_Shape):
    version: int
    gate: _Gate = _Gate()
    evidence: _Evidence = _Evidence()
    readings: dict[str, str] = {}
    stores: dict[str, _Store] = Field(default={})


_KEYS: Mapping[str, type[BaseModel]] = {
    "": _Config,
    "gate": _Gate,
    "evidence": _Evidence,
    "stores": _Store,
}


def find_config(start: Path) -> Path:
    """The nearest ``lawful.toml``, in ``start`` or a folder above it.

    Raises: UsageError: there is none.
    """
    for folder in (start.absolute(), *start.absolute().parents):
        if (folder / FILE).is_file():
            return folder / FILE
    raise UsageError(
        "There is no lawful.toml here or in a folder above.",
        code="config.none",
        hint="Write one with: lawful init URL (the url or path of your store).",
    )


def read_config(path: Path, vocabulary: Vocabulary | None = None) -> Config:
    """The settings in a file.

    Raises: EnvironmentFailure: it cannot be read. UsageError: something in it is wrong.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise EnvironmentFailure(
            f"The file cannot be read: {str(error.strerror).lower()}.",
            code="config.unreadable",
            location=Location(file=str(path)),
        ) from None
    return load_config(data, str(path), path.absolute().parent, vocabulary)


def load_config(
    data: bytes, file: str, folder: Path, vocabulary: Vocabulary | None = None
) -> Config:
    """The settings in the bytes of a file; purposes are checked if a vocabulary is given.

    Raises: UsageError: the first thing that is wrong, with file, line and the nearest name.
    """
    text, content = _parsed(data, file)
    try:
        shape = _Config.model_validate(content)
    except ValidationError as error:
        raise _misshapen(error, text, file) from None
    if shape.version != VERSION:
        raise UsageError(
            f"Version {shape.version} of lawful.toml is not known.",
            code="config.version",
            location=_at(text, file, "version"),
            hint=f"Write version = {VERSION}.",
        )
    for name, store in shape.stores.items():
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"'{name}' cannot be the name of a store.",
                code="config.store_name",
                location=_at(text, file, name),
                hint="Use letters, digits, dot, hyphen and underscore.",
            )
        for purpose in store.modes if vocabulary else ():
            purposes = vocabulary.lists["purposes"] if vocabulary else {}
            if purpose not in purposes:
                raise UsageError(
                    f"There is no purpose '{purpose}'.",
                    code="config.purpose",
                    location=_at(text, file, purpose),
                    hint=nearest(purpose, purposes),
                )
    return Config(
        folder=folder,
        demand_review=shape.gate.demand_review,
        readings=dict(shape.readings),
        stores={name: _store(name, store, folder) for name, store in shape.stores.items()},
        witnesses=folder / shape.evidence.witnesses if shape.evidence.witnesses else None,
    )


def _store(name: str, shape: _Store, folder: Path) -> StoreConfig:
    kind, path = parse_url(shape.url, folder)
    return StoreConfig(
        name=name,
        url=f"{kind}:///{path}" if kind else str(path),
        dataset=folder / (shape.dataset or f"datasets/{name}.toml"),
        mode=shape.mode,
        modes=dict(shape.modes),
    )


def _parsed(data: bytes, file: str) -> tuple[str, dict[str, Any]]:
    try:
        text = data.decode("utf-8")
        return text, tomllib.loads(text)
    except UnicodeDecodeError:
        raise UsageError(
            "The file is not UTF-8 text.", code="config.encoding", location=Location(file=file)
        ) from None
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        line, column = (int(found[1]), int(found[2])) if found else (0, 0)
        raise UsageError(
            f"The file is not TOML: {_AT_LINE.sub('', str(error)).strip()}.",
            code="config.toml",
            location=Location(file=file, line=line, column=column),
        ) from None


def _misshapen(error: ValidationError, text: str, file: str) -> LawfulError:
    first = error.errors(include_url=False, include_context=False)[0]
    name = str(first["loc"][-1])
    table = str(first["loc"][0]) if len(first["loc"]) > 1 else ""
    where = _at(text, file, name)
    if first["type"] == "extra_forbidden":
        return UsageError(
            f"The key '{name}' is not known here.",
            code="config.unknown_key",
            location=where,
            hint=nearest(name, _KEYS[table].model_fields),
        )
    if first["type"] == "missing":
        inside = str(first["loc"][-2]) if table else ""
        return UsageError(
            f"The key '{name}' is missing.",
            code="config.missing_key",
            location=_at(text, file, inside) if inside else where,
            hint=f"Write {name} = … there.",
        )
    return UsageError(
        f"'{name}' is not as it must be: {first['msg'].lower()}.",
        code="config.shape",
        location=where,
    )


def _at(text: str, file: str, name: str) -> Location:
    """The first line that begins with the key, or is a header with that name in it."""
    key = re.escape(name)
    pattern = re.compile(
        rf"""^\s*(?:\[[^\]]*(?<![\w-])["']?{key}["']?(?![\w-])[^\[]*\]|["']?{key}["']?\s*=)"""
    )
    for number, line in enumerate(text.splitlines(), 1):
        if pattern.match(line):
            return Location(file=file, line=number)
    return Location(file=file)

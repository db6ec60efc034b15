"""A TOML file that people write: its content, its shape, and where in it each thing stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import attrs
from pydantic import BaseModel, ConfigDict, ValidationError

from lawful.law.vocabulary import Vocabulary, nearest
from lawful.terms.errors import LawfulError, Location, UsageError
from lawful.terms.texts import Text
from lawful.terms.values import Value

Step = str | int
Path = tuple[Step, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
_AT_LINE = re.compile(r"\(at line (\d+), column (\d+)\)")


class Shape(BaseModel):
    """Base of the shapes of files: no key that is not declared, no value of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TextShape(Shape):
    """A text in each language we ship."""

    en: str
    zh: str

    def text(self) -> Text:
        """As a value."""
        return Text(self.en, self.zh)


ShapeT = TypeVar("ShapeT", bound=Shape)


@attrs.frozen(kw_only=True)
class Document:
    """A parsed TOML file. ``at`` finds the line of a path such as ``("table", 1, "name")``."""

    file: str
    content: Mapping[str, Any] = attrs.field(hash=False)
    _lines: Mapping[Path, int] = attrs.field(hash=False, repr=False, alias="lines")

    @classmethod
    def read(cls, data: bytes, file: str) -> Document:
        """Parse the bytes of a file.

        Raises: UsageError: not UTF-8, or not TOML; with the line.
        """
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            raise UsageError(
                "The file is not UTF-8 text.", code="file.encoding", location=Location(file=file)
            ) from None
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            found = _AT_LINE.search(str(error))
            line, column = (int(found[1]), int(found[2])) if found else (text.count("\n") + 1, 0)
            said = _AT_LINE.sub("", str(error)).replace("(at end of document)", "").strip()
            raise UsageError(
                f"The file is not TOML: {said}.",
                code="file.toml",
                location=Location(file=file, line=line, column=column),
            ) from None
        return cls(file=file, content=content, lines=_lines_of(text))

    def at(self, *path: Step) -> Location:
        """Where the path, or the nearest of its parents that has a line, stands."""
        for length in range(len(path), 0, -1):
            line = self._lines.get(path[:length])
            if line is not None:
                return Location(file=self.file, line=line)
        return Location(file=self.file)

    def shaped(self, shape: type[ShapeT]) -> ShapeT:
        """The content in its shape.

        Raises: UsageError: a key is missing or unknown, or a value is of another type.
        """
        try:
            return shape.model_validate(self.content)
        except ValidationError as error:
            raise self._misshapen(shape, error) from None

    def _misshapen(self, shape: type[Shape], error: ValidationError) -> LawfulError:
        first = error.errors(include_url=False, include_context=False)[0]
        path = tuple(step for step in first["loc"] if step in _steps(self.content, first["loc"]))
        missing = first["type"] in ("missing", "extra_forbidden")
        name = str(first["loc"][-1] if missing or not path else path[-1])
        where = self.at(*path)
        if first["type"] == "extra_forbidden":
            known = _fields_at(shape, first["loc"][:-1])
            return UsageError(
                f"The key '{name}' is not known here.",
                code="file.unknown_key",
                location=where,
                hint=nearest(name, known),
            )
        if first["type"] == "missing":
            return UsageError(
                f"The key '{name}' is missing.",
                code="file.missing_key",
                location=where,
                hint=f"Write {name} = … here.",
            )
        return UsageError(
            f"'{name}' is not as it must be: {first['msg'].lower()}.",
            code="file.shape",
            location=where,
        )

    def facts(
        self, vocabulary: Vocabulary, raw: Mapping[str, object], *path: Step
    ) -> dict[str, Value | None]:
        """Named facts as values, categories with their parents.

        Raises: UsageError: an unknown fact or value; the nearest is offered.
        """
        return {
            name: vocabulary.close(name, vocabulary.convert(name, value, "", self.at(*path, name)))
            for name, value in raw.items()
        }

    def one_of(self, text: str, known: Iterable[str], what: str, *path: Step) -> str:
        """``text`` if it is known.

        Raises: UsageError: it is not; the nearest name is offered.
        """
        names = list(known)
        if text not in names:
            raise UsageError(
                f"There is no {what} '{text}'.",
                code="file.unknown_name",
                location=self.at(*path),
                hint=nearest(text, names),
            )
        return text


def _steps(content: Any, loc: tuple[Step, ...]) -> list[Step]:
    """The steps of ``loc`` that lead through the content (names of a union's branches do not)."""
    kept: list[Step] = []
    for step in loc:
        in_list = isinstance(content, list) and isinstance(step, int) and step < len(content)
        if in_list or (isinstance(content, dict) and step in content):
            content = content[step]
        else:
            continue
        kept.append(step)
    return kept


def _fields_at(shape: type[Shape], loc: tuple[Step, ...]) -> list[str]:
    """The keys that the shape knows at a place, found through the annotations."""
    current: Any = shape
    for step in loc:
        known = _shape_in(current)
        if _is_shape(current) or (isinstance(step, str) and known and step in known.model_fields):
            field = known.model_fields.get(str(step)) if known else None
            current = field.annotation if field else None
        else:
            current = known  # an entry of a list or a mapping
    found = _shape_in(current)
    return list(found.model_fields) if found else []


def _is_shape(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _shape_in(annotation: Any) -> type[BaseModel] | None:
    """The shape itself, or the one that a list, mapping or union holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in reversed(getattr(annotation, "__args__", ())):
        found = _shape_in(inner)
        if found is not None:
            return found
    return None


def _lines_of(text: str) -> dict[Path, int]:
    """The line of each header and each key, by path; inline tables keep the line of their key."""
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    prefix: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        key = None if header else _KEY.match(line)
        if header:
            prefix = _resolved(_parts(header[2]), counts, opens=header[1] == "[[")
            lines.setdefault(prefix, number)
        elif key:
            path = prefix
            for part in _parts(key[1]):
                path = (*path, part)
                lines.setdefault(path, number)
    return lines


def _parts(text: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(text)]


def _resolved(parts: list[str], counts: dict[Path, int], *, opens: bool) -> Path:
    """The path of a header: the last entry of each array that it passes through."""
    path: Path = ()
    for place, part in enumerate(parts):
        path = (*path, part)
        if opens and place == len(parts) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path

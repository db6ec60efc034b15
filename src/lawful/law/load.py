"""From the bytes of a rulebook's files to a rulebook, or to the error that keeps it from one."""

from __future__ import annotations

import posixpath
import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from lawful.law.clauses import only
from lawful.law.counting import Calendars, load_calendars
from lawful.law.entries import KEYS, Place, entry_from, text_in
from lawful.law.legible import legible
from lawful.law.markdown import Fence, read_page
from lawful.law.model import (
    Article,
    Cover,
    Coverage,
    Entry,
    Example,
    Instrument,
    Line,
    Parameter,
    Penalty,
    Prose,
    Provision,
    Reading,
    Topic,
)
from lawful.law.parse import parse
from lawful.law.rows import REASONS, examples_in
from lawful.law.tree import with_numbers
from lawful.law.vocabulary import Vocabulary, load_vocabulary
from lawful.terms.errors import Location, UsageError
from lawful.terms.ids import InstrumentId
from lawful.terms.texts import Text

_ARTICLE_KEYS = {
    "article",
    "citation",
    "citation_en",
    "source",
    "in_force",
    "until",
    "verified",
    "reviewed",
    "force",
    "provisions",
}
_INSTRUMENT_KEYS = {
    "id",
    "jurisdiction",
    "title",
    "short",
    "zone",
    "lang",
    "counting",
    "force",
    "in_force",
    "until",
    "scope",
    "sources",
    "version",
}


@attrs.frozen(kw_only=True, slots=False)
class Rulebook:
    """Everything that article files say, all dates together; examples are read when first asked for."""

    vocabulary: Vocabulary
    instruments: Mapping[InstrumentId, Instrument]
    articles: Mapping[str, Article]
    entries: tuple[Entry, ...]
    parameters: tuple[Parameter, ...]
    readings: Mapping[str, Reading]
    penalties: tuple[Penalty, ...]
    prose: tuple[Prose, ...]
    coverage: Coverage
    calendars: Calendars
    provisions: tuple[Provision, ...]
    example_files: Mapping[str, bytes] = attrs.field(repr=False)
    version: str

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """The rows of every examples file, in order of file. Raises UsageError: a file is not right."""
        return tuple(examples_in(self.example_files))


READMES = ("README.md", "README.zh.md")
"""The pages for people beside an instrument: in English and in Chinese."""


def load_rulebook(files: Mapping[str, bytes]) -> Rulebook:
    """A rulebook from its files, by path below the rulebook's folder.

    Company policy is loaded with the law: its files' paths begin with ``policy/``.

    Raises: UsageError: the first thing that is wrong, with file and line.
    """
    vocabulary = load_vocabulary(
        {
            posixpath.basename(path): data
            for path, data in files.items()
            if path.startswith("vocabulary/") and path.endswith(".toml")
        }
    )
    instruments, articles, found = _instruments(files)
    if "coverage.toml" not in files:
        raise UsageError("The rulebook has no coverage.toml.", code="law.file")
    meta = _toml("coverage.toml", files["coverage.toml"])
    with legible("coverage.toml"):
        coverage = _coverage(meta)
    rulebook = Rulebook(
        vocabulary=vocabulary,
        instruments={name: _with_readme(each, files) for name, each in instruments.items()},
        articles=articles,
        entries=tuple(_with_numbers(each, found[Parameter]) for each in found[Entry]),
        parameters=tuple(found[Parameter]),
        readings={each.id: each for each in found[Reading]},
        penalties=tuple(found[Penalty]),
        prose=tuple(found[Prose]),
        coverage=coverage,
        calendars=_calendars(files),
        provisions=tuple(_provisions(files)),
        example_files={
            path: data for path, data in files.items() if path.endswith((".examples.md", REASONS))
        },
        version=str(meta.get("rulebook", "")),
    )
    return rulebook


def _provisions(files: Mapping[str, bytes]) -> Iterator[Provision]:
    """The inventory of the sheets' provisions: ``id = "kind"``, and ``timed`` behind it."""
    for sheet, rows in _toml("provisions.toml", files.get("provisions.toml", b"")).items():
        for name, words in rows.items():
            kind, _, timed = words.partition(" ")
            yield Provision(id=name, sheet=sheet, kind=kind, timed=timed == "timed")


def _instruments(
    files: Mapping[str, bytes],
) -> tuple[dict[InstrumentId, Instrument], dict[str, Article], dict[type, list[Any]]]:
    """Every instrument, every article, and what stands in articles, by its type."""
    instruments: dict[InstrumentId, Instrument] = {}
    articles: dict[str, Article] = {}
    found: dict[type, list[Any]] = {
        each: [] for each in (Entry, Parameter, Penalty, Reading, Prose)
    }
    by_folder: dict[str, list[str]] = {}
    for path in sorted(files):
        by_folder.setdefault(posixpath.dirname(path), []).append(path)
    for path in sorted(files):
        if path.endswith("/instrument.toml"):
            with legible(path):
                instrument = _instrument(path, files[path])
            if instrument.id in instruments:
                raise UsageError(
                    f"The instrument '{instrument.id}' is there twice.",
                    location=Location(file=path),
                    hint=f"The other stands in {instruments[instrument.id].file}.",
                )
            instruments[instrument.id] = instrument
            for article, entries in _articles(
                by_folder[posixpath.dirname(path)], instrument, files
            ):
                if article.id in articles:
                    raise UsageError(
                        f"The article '{article.id}' is there twice.",
                        location=Location(file=article.file),
                    )
                articles[article.id] = article
                for entry in entries:
                    found[type(entry)].append(entry)
    _check_readings(found[Reading])
    return instruments, articles, found


def _check_readings(readings: list[Reading]) -> None:
    seen: dict[str, Reading] = {}
    for each in readings:
        if each.id in seen:
            raise UsageError(
                f"The reading '{each.id}' is there twice.",
                location=Location(file=each.file, line=each.line),
                code="law.reading",
                hint=f"The other stands in {seen[each.id].file}: name it, and keep one.",
            )
        seen[each.id] = each


def _calendars(files: Mapping[str, bytes]) -> Calendars:
    parsed = {
        posixpath.basename(path): _toml(path, data)
        for path, data in sorted(files.items())
        if path.startswith("calendars/") and path.endswith(".toml")
    }
    with legible("calendars"):
        return load_calendars(parsed)


def _with_readme(instrument: Instrument, files: Mapping[str, bytes]) -> Instrument:
    """An instrument with the page for people that lies beside it."""
    folder = posixpath.dirname(instrument.file)
    en, zh = (
        files.get(posixpath.join(folder, name), b"").decode("utf-8", "replace") for name in READMES
    )
    return attrs.evolve(instrument, readme=Text(en, zh))


def _with_numbers(entry: Entry, parameters: list[Parameter]) -> Entry:
    """An entry whose conditions read the names of parameters as numbers."""
    names = frozenset(each.name for each in parameters)

    def lines(found: tuple[Line, ...]) -> tuple[Line, ...]:
        return tuple(attrs.evolve(line, node=with_numbers(line.node, names)) for line in found)

    return attrs.evolve(
        entry,
        when=lines(entry.when),
        unless=lines(entry.unless),
        commands=lines(entry.commands),
        requires=None if entry.requires is None else lines(entry.requires),
    )


def _toml(path: str, data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"The file does not parse: {error}", location=Location(file=path), code="law.file"
        ) from None


def _lines(raw: list[str], path: str) -> tuple[Line, ...]:
    return tuple(Line(text=text, node=parse(text, Location(file=path))) for text in raw)


def _instrument(path: str, data: bytes) -> Instrument:
    raw = _toml(path, data)
    at = Location(file=path)
    only(raw, _INSTRUMENT_KEYS, at, "instrument")
    _check_zone(raw.get("zone", "UTC"), at)
    try:
        return Instrument(
            id=InstrumentId(raw["id"]),
            jurisdiction=raw["jurisdiction"],
            title=text_in(raw["title"], at, "'title'"),
            short=text_in(raw["short"], at, "'short'"),
            zone=raw["zone"],
            lang=raw.get("lang", "en"),
            counting=raw.get("counting", ""),
            force=raw.get("force", "law"),
            in_force=raw.get("in_force"),
            until=raw.get("until"),
            scope={about: _lines(conditions, path) for about, conditions in raw["scope"].items()},
            sources=raw.get("sources", {}),
            file=path,
        )
    except KeyError as error:
        raise UsageError(
            f"The instrument does not say its {error}.", location=at, code="law.key"
        ) from None


def _check_zone(name: str, at: Location) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = "Write a name such as Europe/Brussels."
        raise UsageError(
            f"There is no time zone '{name}'.", location=at, code="law.key", hint=hint
        ) from None


def _articles(
    paths: list[str], instrument: Instrument, files: Mapping[str, bytes]
) -> Iterator[tuple[Article, list[Entry | Parameter | Penalty | Reading | Prose]]]:
    for path in paths:
        if (
            not path.endswith(".md")
            or posixpath.basename(path) in READMES
            or path.endswith(".examples.md")
        ):
            continue
        with legible(path):
            article = _article(path, files[path].decode("utf-8"), instrument)
        yield article


def _article(
    path: str, text: str, instrument: Instrument
) -> tuple[Article, list[Entry | Parameter | Penalty | Reading | Prose]]:
    page = read_page(text, path)
    if not page.fences:
        raise UsageError(
            "An article begins with a toml fence that says which it is.",
            location=Location(file=path),
            code="law.file",
        )
    head, *rest = page.fences
    at = Location(file=path, line=head.line)
    only(head.content, _ARTICLE_KEYS, at, "article")
    raw = head.content
    for key in ("article", "citation", "citation_en", "source", "verified", "provisions"):
        if key not in raw:
            raise UsageError(f"The article does not say its {key}.", location=at, code="law.key")
    if raw["source"] not in instrument.sources:
        raise UsageError(
            f"The source '{raw['source']}' is not in {instrument.file}.",
            location=at,
            code="law.key",
        )
    article = Article(
        id=raw["article"],
        instrument=instrument.id,
        title=page.title,
        citation=raw["citation"],
        citation_en=raw["citation_en"],
        source=raw["source"],
        in_force=raw.get("in_force", instrument.in_force),
        until=raw.get("until", instrument.until),
        verified=raw["verified"],
        reviewed=tuple(
            {key: str(value) for key, value in each.items()} for each in raw.get("reviewed", ())
        ),
        force=raw.get("force", instrument.force),
        provisions=tuple(raw["provisions"]),
        sections=page.sections,
        entries=(),
        file=path,
    )
    entries = [entry for fence in rest for entry in _entries(fence, article, instrument, path)]
    return attrs.evolve(article, entries=tuple(str(entry.id) for entry in entries)), entries


def _entries(
    fence: Fence, article: Article, instrument: Instrument, path: str
) -> Iterator[Entry | Parameter | Penalty | Reading | Prose]:
    place = Place(file=path, fence=fence, article=article, instrument=instrument)
    only(fence.content, KEYS, Location(file=path, line=fence.line), "fence of entries")
    for kind, tables in fence.content.items():
        for table in tables:
            yield entry_from(kind, table, place)


def _coverage(raw: Mapping[str, Any]) -> Coverage:
    path = "coverage.toml"
    at = Location(file=path)
    topics = tuple(
        Topic(
            id=each["id"],
            text=text_in(each["text"], at, "a topic"),
            when=_lines(each.get("when", []), path),
        )
        for each in raw["topic"]
    )
    covers = []
    for each in raw["cover"]:
        only(
            each,
            {
                "jurisdiction",
                "text",
                "regions",
                "list",
                "topics",
                "zone",
                "in_force",
                "until",
                "state",
                "note",
            },
            at,
            "cover",
        )
        _check_zone(each.get("zone", "UTC"), at)
        covers.append(
            Cover(
                jurisdiction=each["jurisdiction"],
                text=text_in(each["text"], at, "'text'"),
                regions=tuple(each.get("regions", ())),
                listed=each.get("list", ""),
                topics=tuple(each["topics"]),
                zone=each.get("zone", "UTC"),
                in_force=each.get("in_force"),
                until=each.get("until"),
                state=each.get("state", "provisional"),
                note=Text(**each["note"]) if "note" in each else None,
            )
        )
    return Coverage(topics=topics, covers=tuple(covers))

"""A file that is not laid out as it should be is said with its name, whatever trips over it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lawful.terms.errors import Location, UsageError


@contextmanager
def legible(path: str) -> Iterator[None]:
    """Turn what goes wrong while a file is taken apart into one error that names the file.

    Raises: UsageError: a key is missing, or a value is not of the kind that belongs there.
    """
    at = Location(file=path)
    try:
        yield
    except UnicodeDecodeError:
        hint = "Save it as UTF-8."
        raise UsageError(
            "The file is not UTF-8.", location=at, code="law.file", hint=hint
        ) from None
    except KeyError as error:
        hint = "Add it; a neighbouring entry shows how."
        message = f"Something in the file lacks its {error}."
        raise UsageError(message, location=at, code="law.key", hint=hint) from None
    except (TypeError, ValueError, AttributeError) as error:
        hint = "Compare it with a neighbouring entry."
        message = f"The file is not laid out as it should be: {error}."
        raise UsageError(message, location=at, code="law.file", hint=hint) from None


def read_toml(name: str, data: bytes) -> dict[str, Any]:
    """The content of a TOML file, its ``version`` left out.

    Raises: UsageError: it does not parse.
    """
    try:
        content = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"The file does not parse: {error}", location=Location(file=name)
        ) from None
    content.pop("version", None)
    return content
